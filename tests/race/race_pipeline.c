/* race_pipeline.c - the whole live run, started, fed and stopped, several times: a file that grows
 * and is rotated, alerts that fire, a reader that changes the interval; once stopped by hand, once
 * freed without a stop. Every line must be counted once. A plain main(), to run under
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

enum { ROUNDS = 3, LINES = 20000, BURST = 500, ROTATE_EACH = 5000, DEADLINE_S = 60 };
enum { GENERATIONS = LINES / ROTATE_EACH };

static char folder[64];
static char path[128];

static void fail(const char *what)
{
    fprintf(stderr, "race_pipeline: %s\n", what);
    exit(1);
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
    char from[144], to[144];
    for (int i = GENERATIONS; i > 0; i--) {
        snprintf(from, sizeof from, "%s.%d", path, i - 1);
        snprintf(to, sizeof to, "%s.%d", path, i);
        rename(i > 1 ? from : path, to);
    }
}

static void forget_logs(void)
{
    char name[144];
    unlink(path);
    for (int i = 1; i <= GENERATIONS; i++) {
        snprintf(name, sizeof name, "%s.%d", path, i);
        unlink(name);
    }
}

/* Writes all lines in bursts, with a rotation now and then. */
static void *write_log(void *unused)
{
    FILE *out = fopen(path, "a");
    for (int wrote = 0; out && wrote < LINES; wrote += BURST) {
        if (wrote && wrote % ROTATE_EACH == 0) {
            rotate();
            fclose(out);
            out = fopen(path, "a");
        }
        put_lines(out, BURST);
        poll(NULL, 0, 5);
    }
    if (out)
        fclose(out);
    return unused;
}

/* Takes events until all lines are counted or the end has come: the hits since the start. Not those
 * of the updates: what is written before the first look counts as what stood in the file. */
static uint64_t read_board(struct pipeline *p, bool to_the_end)
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
            hits = e.snapshot->total.hits;
            over = e.kind == BOARD_END || (!to_the_end && hits >= LINES);
            snapshot_drop(e.snapshot);
        }
        if (clock_monotonic(&clock) > give_up_ns)
            fail("the lines did not come");
    }
    return hits;
}

static void run_round(int number)
{
    /* From the start: a parser that is late on a busy machine would find the first lines too old. */
    char *argv[] = {"spate", "--headless", "--from", "start", "-u", "100ms", "-r", "2s", "-f", "100", path, NULL};
    struct settings s;
    struct error why = {0};
    pthread_t writer;
    if (!settings_read(&s, 11, argv, &why))
        fail(why.text);
    fclose(fopen(path, "w"));
    struct pipeline *p = pipeline_start(&s, true, &why);
    if (!p)
        fail(why.text);
    pthread_create(&writer, NULL, write_log, NULL);
    pipeline_set_update(p, (100 + 50 * number) * NS_PER_MS);
    uint64_t hits = read_board(p, false);
    pthread_join(writer, NULL);
    if (number % 2) {
        pipeline_stop(p);
        hits = read_board(p, true);
    }
    pipeline_free(p);
    settings_done(&s);
    forget_logs();
    if (hits != LINES) {
        fprintf(stderr, "race_pipeline: round %d counted %llu of %d lines\n", number,
                (unsigned long long)hits, LINES);
        exit(1);
    }
}

int main(void)
{
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no configuration of the machine's */
    strcpy(folder, "/tmp/spate-race-XXXXXX");
    if (!mkdtemp(folder))
        fail("no temporary folder");
    snprintf(path, sizeof path, "%s/access.log", folder);
    for (int number = 0; number < ROUNDS; number++)
        run_round(number);
    rmdir(folder);
    return 0;
}
