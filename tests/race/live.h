/* live.h - what the races of live runs share: a folder, logs that grow and are rotated, a run that
 * has told that it is ready, and its events, taken until it has counted enough. One program
 * includes it once. */
#ifndef SPATE_TESTS_RACE_LIVE_H
#define SPATE_TESTS_RACE_LIVE_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "app/options.h"
#include "app/pipeline.h"
#include "base/clock.h"

static char folder[64];

static inline void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

static inline void make_folder(void)
{
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no configuration of the machine's */
    strcpy(folder, "/tmp/spate-race-XXXXXX");
    if (!mkdtemp(folder))
        fail("no temporary folder");
}

/* What main() is to return. */
static inline int remove_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0;
}

/* One of four paths. */
static inline const char *in_folder(const char *name)
{
    static _Thread_local char paths[4][160];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline FILE *open_or_fail(const char *path, const char *how)
{
    FILE *file = fopen(path, how);
    if (!file)
        fail(path);
    return file;
}

static inline void make_empty(const char *path)
{
    fclose(open_or_fail(path, "w"));
}

/* ---- Logs ------------------------------------------------------------------------------------ */

/* No two lines are alike: a copy of a log is known by its contents. One thread writes. */
static inline void put_lines(FILE *out, int count, int sections)
{
    static int number;
    time_t now = time(NULL);
    struct tm tm;
    char when[40];
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    for (int i = 0; i < count; i++)
        fprintf(out, "10.0.%d.%d - - [%s] \"GET /s%d/x?%d HTTP/1.1\" 200 10 \"-\" \"race\"\n",
                i % 7, i % 250, when, i % sections, number++);
    fflush(out);
}

/* The log of that name begins anew. Generations are kept: on a busy machine two may pass between
 * two looks. */
static inline FILE *rotate(FILE *log, const char *name, int generations)
{
    char from[40], to[40];
    for (int i = generations; i > 0; i--) {
        snprintf(from, sizeof from, "%s.%d", name, i - 1);
        snprintf(to, sizeof to, "%s.%d", name, i);
        rename(in_folder(i > 1 ? from : name), in_folder(to));
    }
    fclose(log);
    return open_or_fail(in_folder(name), "a");
}

static inline void forget_log(const char *name, int generations)
{
    char old[40];
    unlink(in_folder(name));
    for (int i = 1; i <= generations; i++) {
        snprintf(old, sizeof old, "%s.%d", name, i);
        unlink(in_folder(old));
    }
}

/* One log, in bursts, with a rotation now and then. */
struct live_log {
    const char *name;
    int lines, burst, rotate_each, sections, pause_ms;
};

/* A thread's function. */
static inline void *write_log(void *of)
{
    const struct live_log *l = of;
    FILE *out = open_or_fail(in_folder(l->name), "a");
    for (int wrote = 0; wrote < l->lines; wrote += l->burst) {
        if (wrote && wrote % l->rotate_each == 0)
            out = rotate(out, l->name, l->lines / l->rotate_each);
        put_lines(out, l->burst, l->sections);
        poll(NULL, 0, l->pause_ms);
    }
    fclose(out);
    return NULL;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

struct live_run {
    struct settings settings;
    struct pipeline *pipeline;
};

/* Where a run tells that it is ready. */
static inline int make_notify_socket(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", in_folder("notify"));
    unlink(at.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail("no socket to be told at");
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    return fd;
}

static inline void wait_until_ready(int notify_fd)
{
    struct pollfd fd = {.fd = notify_fd, .events = POLLIN};
    char words[32] = {0};
    if (poll(&fd, 1, 60 * 1000) != 1 || recv(notify_fd, words, sizeof words - 1, 0) <= 0 ||
        strcmp(words, "READY=1"))
        fail("the run did not say that it is ready");
    close(notify_fd);
}

/* `argv` ends with a NULL. It is settled then where each log begins: a log that is rotated before
 * that, on a busy machine, begins with its new file. */
static inline void start_run(struct live_run *run, char *const *argv)
{
    struct error why = {0};
    int argc = 0, notify_fd = make_notify_socket();
    while (argv[argc])
        argc++;
    if (!settings_read(&run->settings, argc, argv, &why) ||
        !(run->pipeline = pipeline_start(&run->settings, true, &why)))
        fail(why.text);
    wait_until_ready(notify_fd);
}

/* Whether a snapshot is what was waited for. */
struct live_wait {
    bool (*enough)(const struct live_wait *w, const struct snapshot *s); /* NULL: only the end is */
    uint64_t lines;
    bool quiet;
};

/* Takes the events that are there, or come within a time: true when it was enough, or the end. */
static inline bool take_events(struct pipeline *p, const struct live_wait *w, int wait_ms,
                               uint64_t *hits)
{
    struct board *board = pipeline_board(p);
    struct pollfd fd = {.fd = board_fd(board), .events = POLLIN};
    struct board_event e;
    bool over = false;
    poll(&fd, 1, wait_ms);
    while (!over && board_take(board, &e)) {
        *hits = e.snapshot->total.hits;
        over = e.kind == BOARD_END || (w->enough && w->enough(w, e.snapshot));
        snapshot_drop(e.snapshot);
    }
    return over;
}

/* Until it is enough: the hits since the start. */
static inline uint64_t wait_for(struct pipeline *p, const struct live_wait *w, int deadline_s)
{
    struct clock clock = clock_real();
    int64_t give_up_ns = clock_monotonic(&clock) + deadline_s * NS_PER_S;
    uint64_t hits = 0;
    while (!take_events(p, w, 1000, &hits))
        if (clock_monotonic(&clock) > give_up_ns) {
            fprintf(stderr, "after %d s and %llu hits: ", deadline_s, (unsigned long long)hits);
            fail("what was waited for did not come");
        }
    return hits;
}

static inline uint64_t wait_for_the_end(struct pipeline *p, int deadline_s)
{
    return wait_for(p, &(struct live_wait){0}, deadline_s);
}

static inline void end_run(struct live_run *run, uint64_t hits, uint64_t lines)
{
    pipeline_free(run->pipeline);
    settings_done(&run->settings);
    if (hits == lines)
        return;
    fprintf(stderr, "%s: counted %llu of %llu lines\n", program_invocation_short_name,
            (unsigned long long)hits, (unsigned long long)lines);
    exit(1);
}

#endif
