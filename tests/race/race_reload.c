/* race_reload.c - a live run whose configuration is read again many times while lines come: files,
 * formats, filters, rules, lists and channels change under traffic, with a state and without. Every
 * line must be counted once. A plain main(), to run under ThreadSanitizer. */
#include <pthread.h>

#include "race/live.h"

enum {
    LINES = 20000,
    BURST = 200,
    ROTATE_EACH = 5000,
    RELOADS = 24,
    DEADLINE_S = 120,
    PATIENCE = 3000
};

/* Both logs in bursts; the first is rotated now and then, the second comes and goes. */
static void *write_logs(void *unused)
{
    FILE *a = open_or_fail(in_folder("a.log"), "a"), *b = open_or_fail(in_folder("b.log"), "a");
    for (int wrote = 0; wrote < LINES; wrote += BURST) {
        if (wrote && wrote % ROTATE_EACH == 0)
            a = rotate(a, "a.log", LINES / ROTATE_EACH);
        put_lines(wrote / BURST % 4 ? a : b, BURST, 40);
        poll(NULL, 0, 10);
    }
    fclose(a);
    fclose(b);
    return unused;
}

static void write_config(int i)
{
    FILE *out = open_or_fail(in_folder("next.yaml"), "w");
    fprintf(out, "files: [%s%s%s]\n", in_folder("a.log"), i % 2 ? "" : ", ",
            i % 2 ? "" : in_folder("b.log"));
    fprintf(out, "update: %d00ms\ntop: %d\nformat: %s\nwhere: status = %s\n", 1 + i % 3, 1 + i % 5,
            i / 2 % 2 ? "combined" : "auto", i % 3 ? "200" : "2xx");
    fprintf(out,
            "alerts:\n  - {name: stays, above: 50/s, window: 2s}\n"
            "  - {name: other %d, metric: hits, above: %d/s, window: 3s, per: section}\n",
            i % 3, 1 + i);
    if (i % 4) /* nobody listens there */
        fprintf(
            out,
            "notify:\n  - {name: ops, kind: webhook, url: 'http://127.0.0.1:9/', group_wait: 0s}\n"
            "  - {name: extra %d, kind: exec, command: [/bin/true], group_wait: 0s}\n",
            i % 5);
    if (i % 7 == 6)
        fprintf(out, "updat: 1s\n"); /* a bad one */
    fclose(out);
    rename(in_folder("next.yaml"), in_folder("spate.yaml"));
}

/* What there is now. */
static void drain_board(struct pipeline *p, uint64_t *hits)
{
    take_events(p, &(struct live_wait){0}, 20, hits);
}

static void reload_often(struct live_run *run)
{
    uint64_t hits = 0;
    for (int i = 1; i <= RELOADS; i++) {
        write_config(i);
        pipeline_reload(run->pipeline, &run->settings);
        if (i % 6 == 0) /* one on the heels of another */
            pipeline_reload(run->pipeline, &run->settings);
        for (int k = 0; k < 3; k++)
            drain_board(run->pipeline, &hits);
    }
}

static void run_round(const char *state)
{
    char config[160];
    snprintf(config, sizeof config, "%s", in_folder("spate.yaml"));
    char *argv[] = {"spate",
                    "--headless",
                    "--from",
                    "start",
                    "--config",
                    config,
                    state ? "--state" : NULL,
                    (char *)(uintptr_t)state,
                    NULL};
    struct live_run run;
    pthread_t writer;
    make_empty(in_folder("a.log"));
    make_empty(in_folder("b.log"));
    write_config(0);
    start_run(&run, argv);
    pthread_create(&writer, NULL, write_logs, NULL);
    reload_often(&run);
    pthread_join(writer, NULL);
    write_config(RELOADS + 2); /* with both logs */
    pipeline_reload(run.pipeline, &run.settings);
    uint64_t hits = 0;
    for (int k = 0; k < PATIENCE && hits < LINES; k++)
        drain_board(run.pipeline, &hits);
    pipeline_stop(run.pipeline);
    hits = wait_for_the_end(run.pipeline, DEADLINE_S);
    end_run(&run, hits, LINES);
    forget_log("a.log", LINES / ROTATE_EACH);
    forget_log("b.log", 0);
}

int main(void)
{
    char state[160];
    make_folder();
    snprintf(state, sizeof state, "%s", in_folder("state"));
    run_round(NULL);
    run_round(state);
    return remove_folder();
}
