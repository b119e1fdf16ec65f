/* race_reload.c - a live run whose configuration is read again many times while lines come: files,
 * formats, filters, rules, lists and channels change under traffic, with a state and without. Every
 * line must be counted once. A plain main(), to run under ThreadSanitizer. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/options.h"
#include "app/pipeline.h"
#include "base/clock.h"

enum { LINES = 20000, BURST = 200, ROTATE_EACH = 5000, RELOADS = 24, DEADLINE_S = 120, PATIENCE = 3000 };

enum { GENERATIONS = LINES / ROTATE_EACH };

static char folder[64];

static void fail(const char *what)
{
    fprintf(stderr, "race_reload: %s\n", what);
    exit(1);
}

static const char *in_folder(const char *name)
{
    static _Thread_local char paths[4][160];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put_lines(FILE *out, int count)
{
    time_t now = time(NULL);
    struct tm tm;
    char when[40];
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    for (int i = 0; i < count; i++)
        fprintf(out, "10.0.%d.%d - - [%s] \"GET /s%d/x HTTP/1.1\" 200 10 \"-\" \"race\"\n", i % 7,
                i % 250, when, i % 40);
    fflush(out);
}

/* Generations are kept: on a busy machine two may pass between two looks. */
static void rotate(void)
{
    char from[24], to[24];
    for (int i = GENERATIONS; i > 0; i--) {
        snprintf(from, sizeof from, "a.log.%d", i - 1);
        snprintf(to, sizeof to, "a.log.%d", i);
        rename(in_folder(i > 1 ? from : "a.log"), in_folder(to));
    }
}

/* Both logs in bursts; the first is rotated now and then, the second comes and goes. */
static void *write_logs(void *unused)
{
    FILE *a = fopen(in_folder("a.log"), "a"), *b = fopen(in_folder("b.log"), "a");
    for (int wrote = 0; a && b && wrote < LINES; wrote += BURST) {
        if (wrote && wrote % ROTATE_EACH == 0) {
            rotate();
            fclose(a);
            a = fopen(in_folder("a.log"), "a");
        }
        put_lines(wrote / BURST % 4 ? a : b, BURST);
        poll(NULL, 0, 10);
    }
    if (a)
        fclose(a);
    if (b)
        fclose(b);
    return unused;
}

static void write_config(int i)
{
    FILE *out = fopen(in_folder("next.yaml"), "w");
    if (!out)
        fail("no configuration");
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

static uint64_t drain_board(struct pipeline *p, bool to_the_end)
{
    struct board *board = pipeline_board(p);
    struct clock clock = clock_real();
    int64_t give_up_ns = clock_monotonic(&clock) + DEADLINE_S * NS_PER_S;
    uint64_t hits = 0;
    bool over = false;
    do {
        struct pollfd fd = {.fd = board_fd(board), .events = POLLIN};
        struct board_event e;
        poll(&fd, 1, to_the_end ? 1000 : 20);
        while (!over && board_take(board, &e)) {
            hits = e.snapshot->total.hits;
            over = e.kind == BOARD_END;
            snapshot_drop(e.snapshot);
        }
        if (clock_monotonic(&clock) > give_up_ns)
            fail("the end did not come");
    } while (to_the_end && !over);
    return hits;
}

static void run_round(const char *state)
{
    char config[160];
    snprintf(config, sizeof config, "%s", in_folder("spate.yaml"));
    char *argv[] = {"spate",    "--headless", "--from",  "start",
                    "--config", config,       "--state", (char *)(uintptr_t)state,
                    NULL};
    struct settings s;
    struct error why = {0};
    pthread_t writer;
    fclose(fopen(in_folder("a.log"), "w"));
    fclose(fopen(in_folder("b.log"), "w"));
    write_config(0);
    if (!settings_read(&s, state ? 8 : 6, argv, &why))
        fail(why.text);
    struct pipeline *p = pipeline_start(&s, true, &why);
    if (!p)
        fail(why.text);
    pthread_create(&writer, NULL, write_logs, NULL);
    for (int i = 1; i <= RELOADS; i++) {
        write_config(i);
        pipeline_reload(p, &s);
        if (i % 6 == 0) /* one on the heels of another */
            pipeline_reload(p, &s);
        for (int k = 0; k < 3; k++)
            drain_board(p, false);
    }
    pthread_join(writer, NULL);
    write_config(RELOADS + 2); /* with both logs */
    pipeline_reload(p, &s);
    uint64_t hits = 0;
    for (int k = 0; k < PATIENCE && hits < LINES; k++) {
        uint64_t now = drain_board(p, false);
        hits = now ? now : hits;
    }
    pipeline_stop(p);
    hits = drain_board(p, true);
    pipeline_free(p);
    settings_done(&s);
    if (hits != LINES) {
        fprintf(stderr, "race_reload: counted %llu of %d lines\n", (unsigned long long)hits, LINES);
        exit(1);
    }
    unlink(in_folder("a.log"));
    for (int i = 1; i <= GENERATIONS; i++) {
        char name[24];
        snprintf(name, sizeof name, "a.log.%d", i);
        unlink(in_folder(name));
    }
    unlink(in_folder("b.log"));
}

int main(void)
{
    char command[160], state[160];
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no configuration of the machine's */
    strcpy(folder, "/tmp/spate-race-XXXXXX");
    if (!mkdtemp(folder))
        fail("no temporary folder");
    snprintf(state, sizeof state, "%s/state", folder);
    run_round(NULL);
    run_round(state);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0;
}
