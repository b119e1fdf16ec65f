#include "source/follow.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/safe.h"
#include "source/globs.h"
#include "source/lines.h"
#include "source/paths.h"
#include "source/shared.h"
#include "source/track.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RECONCILE_NS (1 * NS_PER_S)    /* a look at everything: the truth behind the events */
#define POLL_NS      (250 * NS_PER_MS) /* the same where no event comes */
#define LINGER_NS    (4 * NS_PER_MS)   /* between reads of a busy log: fewer, larger ones */
#define EVENTS_NS                                                                                  \
    (20 * NS_PER_MS) /* events are taken in that often also while there is much to read */
#define NEW_INSTANCE_NS (5 * NS_PER_S) /* between tries to get an inotify instance */

enum {
    LARGE_READ = BATCH_BYTES / 2, /* after such a read of a file the next does not linger */
    LARGE_PIPE_READ = 16 * 1024,  /* a full pipe holds the writer up */
    QUIET_S = 5
};

/* Standard input: one stream, no place to go back to. */
struct input {
    bool wanted, ended, ready, opened;
    uint32_t source;
    struct lines lines;
};

struct follow {
    struct follow_options options;
    struct shared shared;
    struct track **tracks; /* NULL where a source is standard input */
    size_t count, room;
    struct follow_resume *resume; /* a copy of what the options name */
    size_t next;                  /* the track whose turn it is */
    int64_t *newest; /* of each source, while the past is read: the last event second */
    struct globs *globs;
    size_t glob_count;
    struct input input;
    struct plan plan;
    bool started;    /* all files were looked at once */
    bool backfilled; /* NOTICE_BACKFILLED was told */
    bool polling_told;
    int64_t start_modified_ns;
    int64_t reconcile_ns, events_ns, instance_ns; /* when each is due */
    int64_t read_ns;                              /* of the last read */
    bool large;                                   /* it was a large one */
    int wake_fd;
    atomic_bool woken;
};

/* ---- Sources -----------------------------------------------------------------------------------
 */

static uint32_t add_source(struct follow *f, struct track *k)
{
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 8;
        f->tracks = mem_grow(f->tracks, f->room, sizeof(struct track *));
        f->newest = mem_grow(f->newest, f->room, sizeof *f->newest);
    }
    f->tracks[f->count] = k;
    f->newest[f->count] = INT64_MIN;
    return (uint32_t)f->count++;
}

static void add_path(void *ctx, const char *path)
{
    struct follow *f = ctx;
    for (size_t i = 0; i < f->count; i++) {
        const char *known = f->tracks[i] ? f->tracks[i]->path : "";
        size_t dir = (size_t)(path_name(path) - path);
        if (strcmp(known, path) == 0)
            return;
        /* What is beside a log that we follow is not a log of its own when rotation made it. */
        if (f->started && (size_t)(path_name(known) - known) == dir &&
            memcmp(known, path, dir) == 0 && globs_is_rotated(path_name(known), path_name(path)))
            return;
    }
    struct track *k = track_new(&f->shared, (uint32_t)f->count, path);
    k->begun = f->started; /* what appears later is read from 0 */
    add_source(f, k);
}

static bool held_elsewhere(const void *follow, const void *asker, const struct file_identity *id)
{
    const struct follow *f = follow;
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i] && f->tracks[i] != asker && track_holds(f->tracks[i], id))
            return true;
    return false;
}

/* Of what a pattern matches, only logs that nobody reads yet under another name. */
static void add_match(void *ctx, const char *path)
{
    struct follow *f = ctx;
    const struct os *os = f->shared.os;
    struct file_facts facts;
    if (os->facts_at(os->self, path, &facts) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return; /* only a part of the pattern matched */
    } else if (!facts.regular || held_elsewhere(f, NULL, &facts.id) ||
               shared_left(&f->shared, &facts.id)) {
        return;
    }
    add_path(f, path);
}

/* Looks whether the patterns name more files by now. */
static void match_globs(struct follow *f, bool all)
{
    for (size_t i = 0; i < f->glob_count; i++)
        if (all || f->globs[i].look)
            globs_match(&f->globs[i], &f->shared, add_match, f);
}

/* ---- Opening -----------------------------------------------------------------------------------
 */

static bool check_file(const struct os *os, const char *path, struct error *why)
{
    struct file_facts facts;
    if (os->facts_at(os->self, path, &facts) != 0 || facts.regular)
        return true; /* what is not there or not readable is waited for */
    return error_set(why, "%s is %s; logs are regular files", safe_str(text_of(path)),
                     facts.directory ? "a directory" : "a pipe, socket or device");
}

static bool add_named(struct follow *f, const char *path, struct error *why)
{
    const struct os *os = f->shared.os;
    struct file_facts facts;
    size_t len = strlen(path);
    if (len == 0)
        return error_set(why, "an empty file name");
    if (strcmp(path, "-") == 0) {
        if (!f->input.wanted)
            f->input.source = add_source(f, NULL);
        f->input.wanted = true;
        return true;
    }
    if (!path_is_glob(path) || os->facts_at(os->self, path, &facts) == 0) {
        if (!check_file(os, path, why))
            return false;
        add_path(f, path);
        return true;
    }
    if (path[len - 1] == '/')
        return error_set(why, "%s names directories; logs are regular files",
                         safe_str(text_of(path)));
    f->globs = mem_grow(f->globs, f->glob_count + 1, sizeof *f->globs);
    globs_init(&f->globs[f->glob_count++], path);
    return true;
}

/* The caller's list need not outlive follow_open(): a file may be resumed much later. */
static void keep_resume(struct follow *f)
{
    size_t count = f->options.resume_count;
    f->resume = mem_new(count, sizeof *f->resume);
    for (size_t i = 0; i < count; i++) {
        f->resume[i].path = mem_string(text_of(f->options.resume[i].path));
        f->resume[i].position = f->options.resume[i].position;
    }
    f->options.resume = f->resume;
}

/* Logs that a state knows and a pattern names, even when they are not there at the moment: the rest
 * of them may have been rotated away. */
static void add_resumed(struct follow *f)
{
    for (size_t i = 0; i < f->options.resume_count; i++)
        for (size_t j = 0; j < f->glob_count && !follow_resume_is_blank(&f->options.resume[i]); j++)
            if (fnmatch(f->globs[j].pattern, f->options.resume[i].path,
                        FNM_PATHNAME | FNM_PERIOD) == 0)
                add_path(f, f->options.resume[i].path);
}

static bool add_all(struct follow *f, struct error *why)
{
    for (size_t i = 0; i < f->options.path_count; i++)
        if (!add_named(f, f->options.paths[i], why))
            return false;
    if (f->options.path_count == 0)
        return error_set(why, "no file to follow");
    add_resumed(f);
    match_globs(f, true);
    if (f->count == 0)
        shared_tell(&f->shared, 0, NOTICE_WAITING, "%s", safe_str(text_of(f->globs[0].pattern)));
    return true;
}

struct follow *follow_open(const struct follow_options *o, const struct os *os, struct error *why)
{
    int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd < 0) {
        error_set(why, "cannot make an event descriptor: %s", strerror(errno));
        return NULL;
    }
    struct follow *f = mem_new(1, sizeof *f);
    f->options = *o;
    f->wake_fd = wake_fd;
    atomic_init(&f->woken, false);
    shared_init(&f->shared, os);
    f->shared.quiet_ns = (o->quiet_s > 0 ? o->quiet_s : QUIET_S) * NS_PER_S;
    f->shared.held_elsewhere = held_elsewhere;
    f->shared.follow = f;
    f->plan.options = &f->options;
    keep_resume(f);
    lines_init(&f->input.lines);
    if (add_all(f, why))
        return f;
    follow_close(f);
    return NULL;
}

void follow_close(struct follow *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->count; i++)
        track_free(f->tracks[i]);
    for (size_t i = 0; i < f->glob_count; i++)
        globs_done(&f->globs[i], &f->shared);
    lines_done(&f->input.lines);
    shared_done(&f->shared);
    close(f->wake_fd);
    for (size_t i = 0; i < f->options.resume_count; i++)
        free((char *)f->resume[i].path);
    free(f->resume);
    free(f->tracks);
    free(f->newest);
    free(f->globs);
    free(f);
}

/* Says once that files are polled, and why. Returns how long to wait between looks. */
static int64_t between_looks(struct follow *f)
{
    const struct watcher *w = &f->shared.watcher;
    bool polled = false;
    for (size_t i = 0; i < f->count && !polled; i++)
        polled = f->tracks[i] && track_is_polled(f->tracks[i]);
    if (polled && !f->polling_told) {
        shared_tell(&f->shared, 0, NOTICE_POLLING, "files are looked at every %d ms: %s",
                    (int)(POLL_NS / NS_PER_MS),
                    w->problem ? strerror(w->problem) : "their file system tells of no changes");
        f->polling_told = true;
    }
    return polled ? POLL_NS : RECONCILE_NS;
}

/* ---- The beginning -----------------------------------------------------------------------------
 */

static void begin_all(struct follow *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i])
            track_begin(f->tracks[i], &f->plan);
}

/* Looks at all files, finds the newest event over all of them and settles where each is begun. */
static void start(struct follow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct track *k = f->tracks[i];
        int64_t second;
        if (!k)
            continue;
        track_look(k);
        if (!k->current)
            continue;
        if (k->current->modified_ns > f->start_modified_ns)
            f->start_modified_ns = k->current->modified_ns;
        bool timed = f->options.from == FOLLOW_FROM_WINDOW || f->options.from == FOLLOW_FROM_BACK;
        if (!timed || track_newest(k, &f->options, &second) != 1)
            continue;
        if (!f->plan.has_newest || second > f->plan.newest)
            f->plan.newest = second;
        f->plan.has_newest = true;
    }
    f->started = true;
    begin_all(f);
    f->reconcile_ns = shared_now(&f->shared) + between_looks(f);
}

/* ---- Looking -----------------------------------------------------------------------------------
 */

static void on_event(void *ctx, const struct os_event *e)
{
    struct follow *f = ctx;
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i])
            track_event(f->tracks[i], e);
    for (size_t i = 0; i < f->glob_count; i++)
        globs_event(&f->globs[i], e);
}

static void doubt_all(struct follow *f)
{
    match_globs(f, true);
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i])
            track_doubt(f->tracks[i]);
}

static void take_events(struct follow *f, int64_t now)
{
    f->events_ns = now + EVENTS_NS;
    if (!watcher_events(&f->shared.watcher, on_event, f))
        doubt_all(f);
}

/* Looks at whatever is due: the paths that events or time ask for, everything each second. */
static void look(struct follow *f, int64_t now)
{
    if (now >= f->events_ns)
        take_events(f, now);
    if (f->shared.watcher.fd < 0 && now >= f->instance_ns) {
        watcher_retry(&f->shared.watcher);
        f->instance_ns = now + NEW_INSTANCE_NS;
    }
    if (now >= f->reconcile_ns) {
        take_events(f, now);
        doubt_all(f);
        f->reconcile_ns = now + between_looks(f);
    }
    match_globs(f, false);
    for (size_t i = 0; i < f->count; i++) {
        struct track *k = f->tracks[i];
        if (!k || (!k->look && (k->retry_ns == 0 || now < k->retry_ns)))
            continue;
        track_look(k);
        if (!k->begun)
            track_begin(k, &f->plan);
    }
}

/* ---- Reading -----------------------------------------------------------------------------------
 */

/* The event second of the last line of a batch, so that the past of several files is read about in
 * order of time. */
static void note_time(struct follow *f, const struct batch *b)
{
    if (!b->used || !f->options.second_of)
        return;
    struct text bytes = text_make(b->bytes, b->used);
    if (bytes.at[bytes.len - 1] == '\n')
        bytes.len--;
    const char *before = memrchr(bytes.at, '\n', bytes.len);
    size_t from = before ? (size_t)(before - bytes.at) + 1 : 0;
    int64_t second;
    if (f->options.second_of(f->options.ctx, b->source, text_cut(bytes, from, bytes.len),
                             &second) &&
        second > f->newest[b->source])
        f->newest[b->source] = second;
}

static bool read_past(struct follow *f, struct batch *b)
{
    for (;;) {
        size_t oldest = f->count;
        for (size_t i = 0; i < f->count; i++)
            if (f->tracks[i] && track_backfilling(f->tracks[i]) &&
                (oldest == f->count || f->newest[i] < f->newest[oldest]))
                oldest = i;
        if (oldest == f->count)
            return false;
        if (track_read(f->tracks[oldest], b)) {
            note_time(f, b);
            return true;
        }
        if (!track_busy(f->tracks[oldest]))
            return false;
    }
}

static bool read_present(struct follow *f, struct batch *b)
{
    for (size_t i = 0; i < f->count; i++) {
        struct track *k = f->tracks[f->next++ % f->count];
        if (k && track_read(k, b))
            return true;
    }
    return false;
}

/* One read of standard input, which poll() said would not block. */
static bool read_input(struct follow *f, struct batch *b)
{
    struct input *in = &f->input;
    const struct os *os = f->shared.os;
    if (!in->ready)
        return false;
    in->ready = false;
    size_t room;
    char *into = lines_room(&in->lines, b, &room);
    ssize_t got = os->read(os->self, STDIN_FILENO, into, room);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    b->source = in->source;
    b->read_ns = shared_now(&f->shared);
    if (got > 0) {
        lines_take(&in->lines, b, (size_t)got);
        f->large = got >= LARGE_PIPE_READ;
        f->read_ns = b->read_ns;
        b->position.offset = in->lines.offset;
        return b->used > 0;
    }
    in->ended = true;
    if (got < 0)
        shared_tell(&f->shared, in->source, NOTICE_ERROR, "cannot read standard input: %s",
                    strerror(errno));
    shared_tell(&f->shared, in->source, NOTICE_ENDED, "standard input has ended");
    return lines_finish(&in->lines, b);
}

static bool read_any(struct follow *f, struct batch *b)
{
    if (!f->backfilled)
        return read_past(f, b);
    if (read_input(f, b))
        return true;
    if (!read_present(f, b))
        return false;
    f->read_ns = shared_now(&f->shared);
    f->large = b->used >= LARGE_READ;
    return true;
}

/* True when nothing of the start is left to be read: tells it once. */
static bool finish_backfill(struct follow *f)
{
    if (f->backfilled)
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i] && track_backfilling(f->tracks[i]))
            return false;
    int64_t written = f->start_modified_ns;
    const struct os *os = f->shared.os;
    shared_tell(&f->shared, 0, NOTICE_BACKFILLED, "what stood in the files has been read");
    f->shared.told[f->shared.told_count - 1].notice.wall_ns =
        written ? written : os->wall_ns(os->self);
    f->backfilled = true;
    return true;
}

/* ---- Waiting -----------------------------------------------------------------------------------
 */

static bool busy(const struct follow *f)
{
    if (f->input.ready)
        return true;
    for (size_t i = 0; i < f->count; i++)
        if (f->tracks[i] && track_busy(f->tracks[i]))
            return true;
    return false;
}

/* When something is due without an event. */
static int64_t next_due(const struct follow *f)
{
    int64_t due = f->reconcile_ns;
    for (size_t i = 0; i < f->count; i++) {
        int64_t wish = f->tracks[i] ? track_next_ns(f->tracks[i]) : INT64_MAX;
        if (wish < due)
            due = wish;
    }
    return due;
}

static int milliseconds_until(int64_t now, int64_t then)
{
    return then <= now ? 0 : (int)((then - now + NS_PER_MS - 1) / NS_PER_MS);
}

static void note_wake(struct follow *f)
{
    uint64_t count;
    while (read(f->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

/* A log that is busy is read in larger pieces: sleeps until a while after the last read. */
static void linger(struct follow *f, int64_t deadline)
{
    const struct os *os = f->shared.os;
    int64_t now = shared_now(&f->shared), until = f->read_ns + LINGER_NS;
    bool ready;
    if (f->large || until <= now || until - now > LINGER_NS)
        return;
    if (until > deadline)
        until = deadline;
    os->poll(os->self, &f->wake_fd, &ready, 1, milliseconds_until(now, until));
}

static void wait_until(struct follow *f, int64_t deadline)
{
    const struct os *os = f->shared.os;
    int64_t now = shared_now(&f->shared), due = next_due(f);
    int fds[3] = {f->wake_fd};
    bool ready[3] = {false};
    int count = 1, watcher = 0, input = 0;
    if (f->shared.watcher.fd >= 0)
        fds[watcher = count++] = f->shared.watcher.fd;
    if (f->input.wanted && !f->input.ended)
        fds[input = count++] = STDIN_FILENO;
    if (due > deadline)
        due = deadline;
    os->poll(os->self, fds, ready, count, milliseconds_until(now, due));
    if (ready[0])
        note_wake(f);
    if ((watcher && ready[watcher]) || (input && ready[input]))
        linger(f, deadline);
    if (watcher && ready[watcher])
        take_events(f, shared_now(&f->shared));
    if (input && ready[input])
        f->input.ready = true;
}

static bool all_ended(const struct follow *f)
{
    return f->input.ended && f->count == 1 && f->glob_count == 0;
}

enum follow_result follow_next(struct follow *f, struct batch *b, int timeout_ms)
{
    int64_t now = shared_now(&f->shared), deadline = now + timeout_ms * NS_PER_MS;
    bool waited = false;
    if (!f->started)
        start(f);
    for (;;) {
        if (atomic_exchange_explicit(&f->woken, false, memory_order_relaxed))
            return FOLLOW_IDLE;
        if (shared_told(&f->shared, b))
            return FOLLOW_NOTICE;
        look(f, now);
        if (f->shared.told_at < f->shared.told_count)
            continue; /* what happened is told before the lines that followed it */
        if (read_any(f, b))
            return FOLLOW_LINES;
        if (finish_backfill(f) || f->shared.told_at < f->shared.told_count || busy(f)) {
            now = shared_now(&f->shared);
            continue;
        }
        if (all_ended(f))
            return FOLLOW_END;
        if (waited && now >= deadline)
            return FOLLOW_IDLE;
        wait_until(f, deadline);
        waited = true;
        now = shared_now(&f->shared);
    }
}

/* Only write() and an atomic, both allowed in a signal handler. The counter being full is as good.
 */
void follow_wake(struct follow *f)
{
    int problem = errno;
    uint64_t one = 1;
    atomic_store_explicit(&f->woken, true, memory_order_relaxed);
    ssize_t ignored = write(f->wake_fd, &one, sizeof one);
    (void)ignored;
    errno = problem;
}

size_t follow_source_count(const struct follow *f)
{
    return f->count;
}

const char *follow_source_path(const struct follow *f, uint32_t source)
{
    if (source < f->count)
        return f->tracks[source] ? f->tracks[source]->path : "-";
    return f->glob_count ? f->globs[0].pattern : "";
}
