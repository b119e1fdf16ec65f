/* race_state.c - the live run with everything that keeps and tells: a state, rules for each
 * section, a program that is told, a receiver and a journal that are not there. Fed over rotations,
 * stopped amid an alert or after it, and gone on with: every line is counted once over all runs,
 * and the program is told of each firing and of each recovery once. A plain main(), to run under
 * ThreadSanitizer. */
#include <pthread.h>

#include "race/live.h"

enum { ROUNDS = 4, LINES = 10000, SECTIONS = 5, DEADLINE_S = 90 };

static char path[160], state[160], config[160], told[160];

static void write_config(void)
{
    FILE *out = open_or_fail(config, "w");
    fprintf(out,
            "alerts:\n"
            "  - {name: busy, above: 20/s, window: 1s, per: section}\n"
            "  - {name: all, above: 100/s, window: 2s}\n"
            "notify:\n"
            "  - {name: program, kind: exec, command: [/bin/sh, -c, 'cat >> %s'], group_wait: 0, "
            "rate: 1000/s}\n"
            "  - {name: nobody, kind: webhook, url: 'http://127.0.0.1:1/', group_wait: 0}\n"
            "  - {name: post, kind: mail, url: 'smtp://127.0.0.1:1', from: a@b, to: c@d}\n"
            "  - {name: log, kind: journal, group_wait: 100ms}\n",
            told);
    fclose(out);
}

/* That many lines are counted over all runs, and (when `quiet`) no alert fires any more. */
static bool is_enough(const struct live_wait *w, const struct snapshot *s)
{
    bool firing = false;
    for (size_t i = 0; i < s->alert_count; i++)
        firing |= !s->alerts[i].recovered;
    return s->total.hits >= w->lines && !(w->quiet && firing);
}

static void run_round(uint64_t before, bool quiet)
{
    char *argv[] = {"spate",  "--headless", "--config", config,  "--state", state,
                    "--user", "root",       "-u",       "100ms", path,      NULL};
    struct live_log log = {"access.log", LINES, 250, 2500, SECTIONS, 10};
    struct live_run run;
    pthread_t writer;
    start_run(&run, argv);
    pthread_create(&writer, NULL, write_log, &log);
    wait_for(run.pipeline, &(struct live_wait){is_enough, before + LINES, quiet}, DEADLINE_S);
    pthread_join(writer, NULL);
    pipeline_stop(run.pipeline);
    end_run(&run, wait_for_the_end(run.pipeline, DEADLINE_S), before + LINES);
}

/* How often `words` stand in what the program was told. */
static size_t count_told(const char *words)
{
    static char all[16 << 20];
    FILE *in = open_or_fail(told, "r");
    size_t len = fread(all, 1, sizeof all - 1, in), count = 0;
    fclose(in);
    all[len] = 0;
    for (char *at = all; (at = strstr(at, words)); at++)
        count++;
    return count;
}

int main(void)
{
    setenv("SPATE_JOURNAL_SOCKET", "/nonexistent/socket", 1);
    make_folder();
    snprintf(path, sizeof path, "%s", in_folder("access.log"));
    snprintf(state, sizeof state, "%s", in_folder("state"));
    snprintf(config, sizeof config, "%s", in_folder("spate.yaml"));
    snprintf(told, sizeof told, "%s", in_folder("told"));
    write_config();
    make_empty(path);
    for (int number = 0; number < ROUNDS; number++)
        run_round((uint64_t)number * LINES, number % 2 || number + 1 == ROUNDS);
    size_t firing = count_told("\"state\":\"firing\""),
           recovered = count_told("\"state\":\"recovered\"");
    printf("race_state: %zu firings and %zu recoveries told\n", firing, recovered);
    if (firing != recovered || firing < ROUNDS * (size_t)SECTIONS / 2)
        fail("not every firing has its recovery");
    return remove_folder();
}
