/* race_state.c - the live run with everything that keeps and tells: a state, rules for each
 * section, a program that is told, a receiver and a journal that are not there. Fed over rotations,
 * stopped amid an alert or after it, and gone on with: every line is counted once over all runs,
 * and the program is told of each firing and of each recovery once. A plain main(), to run under
 * ThreadSanitizer. */
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

enum { ROUNDS = 4, LINES = 10000, BURST = 250, ROTATE_EACH = 2500, SECTIONS = 5, DEADLINE_S = 90 };

static char folder[64];
static char path[128], state[128], config[128], told[128];

static void fail(const char *what)
{
    fprintf(stderr, "race_state: %s\n", what);
    exit(1);
}

static FILE *open_or_fail(const char *name, const char *how)
{
    FILE *file = fopen(name, how);
    if (!file)
        fail(name);
    return file;
}

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

/* No two lines are alike: a copy of a log is known by its contents. */
static void put_lines(FILE *out, int count)
{
    static int number;
    time_t now = time(NULL);
    struct tm tm;
    char when[40];
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    for (int i = 0; i < count; i++)
        fprintf(out, "10.0.%d.%d - - [%s] \"GET /s%d/x?%d HTTP/1.1\" 200 10 \"-\" \"race\"\n",
                i % 7, i % 250, when, i % SECTIONS, number++);
    fflush(out);
}

/* Generations are kept: on a busy machine two may pass between two looks. */
static void rotate(void)
{
    char from[144], to[144];
    for (int i = LINES / ROTATE_EACH; i > 0; i--) {
        snprintf(from, sizeof from, "%s.%d", path, i - 1);
        snprintf(to, sizeof to, "%s.%d", path, i);
        rename(i > 1 ? from : path, to);
    }
}

static void *write_log(void *unused)
{
    FILE *out = open_or_fail(path, "a");
    for (int wrote = 0; wrote < LINES; wrote += BURST) {
        if (wrote && wrote % ROTATE_EACH == 0) {
            rotate();
            fclose(out);
            out = open_or_fail(path, "a");
        }
        put_lines(out, BURST);
        poll(NULL, 0, 10);
    }
    fclose(out);
    return unused;
}

/* Until that many lines are counted over all runs, and (when `quiet`) no alert fires any more; or
 * to the end. The lines counted. */
static uint64_t read_board(struct pipeline *p, uint64_t lines, bool quiet, bool to_the_end)
{
    struct board *board = pipeline_board(p);
    struct clock clock = clock_real();
    int64_t give_up_ns = clock_monotonic(&clock) + DEADLINE_S * NS_PER_S;
    uint64_t hits = 0;
    for (bool over = false; !over;) {
        struct pollfd fd = {.fd = board_fd(board), .events = POLLIN};
        poll(&fd, 1, 1000);
        struct board_event e;
        while (!over && board_take(board, &e)) {
            bool firing = false;
            for (size_t i = 0; i < e.snapshot->alert_count; i++)
                firing |= !e.snapshot->alerts[i].recovered;
            hits = e.snapshot->total.hits;
            over = e.kind == BOARD_END || (!to_the_end && hits >= lines && !(quiet && firing));
            snapshot_drop(e.snapshot);
        }
        if (clock_monotonic(&clock) > give_up_ns)
            fail("the lines, or the end of the alerts, did not come");
    }
    return hits;
}

static void run_round(uint64_t before, bool quiet)
{
    char *argv[] = {"spate",  "--headless", "--config", config,  "--state", state,
                    "--user", "root",       "-u",       "100ms", path,      NULL};
    struct settings s;
    struct error why = {0};
    pthread_t writer;
    if (!settings_read(&s, 11, argv, &why))
        fail(why.text);
    struct pipeline *p = pipeline_start(&s, true, &why);
    if (!p)
        fail(why.text);
    pthread_create(&writer, NULL, write_log, NULL);
    read_board(p, before + LINES, quiet, false);
    pthread_join(writer, NULL);
    pipeline_stop(p);
    uint64_t hits = read_board(p, 0, false, true);
    pipeline_free(p);
    settings_done(&s);
    if (hits != before + LINES) {
        fprintf(stderr, "race_state: counted %llu of %llu lines\n", (unsigned long long)hits,
                (unsigned long long)before + LINES);
        exit(1);
    }
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
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no configuration of the machine's */
    setenv("SPATE_JOURNAL_SOCKET", "/nonexistent/socket", 1);
    strcpy(folder, "/tmp/spate-race-XXXXXX");
    if (!mkdtemp(folder))
        fail("no temporary folder");
    snprintf(path, sizeof path, "%s/access.log", folder);
    snprintf(state, sizeof state, "%s/state", folder);
    snprintf(config, sizeof config, "%s/spate.yaml", folder);
    snprintf(told, sizeof told, "%s/told", folder);
    write_config();
    fclose(open_or_fail(path, "w"));
    for (int number = 0; number < ROUNDS; number++)
        run_round((uint64_t)number * LINES, number % 2 || number + 1 == ROUNDS);
    size_t firing = count_told("\"state\":\"firing\""),
           recovered = count_told("\"state\":\"recovered\"");
    printf("race_state: %zu firings and %zu recoveries told\n", firing, recovered);
    if (firing != recovered || firing < ROUNDS * (size_t)SECTIONS / 2)
        fail("not every firing has its recovery");
    char remove[96];
    snprintf(remove, sizeof remove, "rm -r %s", folder);
    return system(remove) ? 1 : 0;
}
