#include "source/follow.h"

#include "base/clock.h"
#include "base/mem.h"
#include "source/pace.h"
#include "source/pasts.h"
#include "source/sources.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RECONCILE_NS (1 * NS_PER_S)   /* a look at everything: the truth behind the events */
#define EVENTS_NS    (20 * NS_PER_MS) /* events are taken in so often while there is much to read */
#define INSTANCE_NS  (5 * NS_PER_S)   /* between tries to get an inotify instance */

enum {
    POLL_MS = 250, /* between looks where no event comes */
    QUIET_S = 5,
    REST = 10 /* looking at everything takes at most one part in so many of the time */
};

struct follow {
    struct follow_options options;
    struct resumes resumes; /* what options.resume names, and since then */
    struct sources sources;
    size_t next;        /* the source whose turn it is */
    struct pasts pasts; /* while the past is read */
    struct plan plan;
    bool backfilled;           /* NOTICE_BACKFILLED was told */
    int64_t start_modified_ns; /* wall clock: when the newest file was last written */
    int64_t reconcile_ns, events_ns, instance_ns; /* when each is due */
    struct pace pace;
    int wake_fd;
    atomic_bool woken;
};

/* ---- Opening ---------------------------------------------------------------------------- */

struct follow *follow_open(const struct follow_options *o, const struct os *os, struct error *why)
{
    if (!sources_check(os, o, why))
        return NULL;
    int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd < 0) {
        error_set(why, "cannot make an event descriptor: %s", strerror(errno));
        return NULL;
    }
    struct follow *f = mem_new(1, sizeof *f);
    f->options = *o;
    f->wake_fd = wake_fd;
    atomic_init(&f->woken, false);
    sources_init(&f->sources, os);
    f->sources.shared.quiet_ns = (o->quiet_s > 0 ? o->quiet_s : QUIET_S) * NS_PER_S;
    f->plan.options = &f->options;
    resumes_init(&f->resumes, o->resume, o->resume_count);
    f->options.resume = f->resumes.rows;
    sources_add(&f->sources, &f->options);
    return f;
}

void follow_close(struct follow *f)
{
    if (!f)
        return;
    sources_done(&f->sources);
    close(f->wake_fd);
    resumes_done(&f->resumes);
    pasts_done(&f->pasts);
    free(f);
}

/* ---- The beginning ---------------------------------------------------------------------- */

static int64_t between_looks(struct follow *f)
{
    return sources_polled(&f->sources, POLL_MS) ? POLL_MS * NS_PER_MS : RECONCILE_NS;
}

/* The newest event second over all files. */
static void note_newest(struct follow *f, struct track *k)
{
    enum follow_from from = f->options.from;
    int64_t second;
    if (k->current->modified_ns > f->start_modified_ns)
        f->start_modified_ns = k->current->modified_ns;
    if (from != FOLLOW_FROM_WINDOW && from != FOLLOW_FROM_BACK)
        return;
    if (track_newest(k, &f->options, &second) != 1)
        return;
    if (!f->plan.has_newest || second > f->plan.newest)
        f->plan.newest = second;
    f->plan.has_newest = true;
}

/* Looks at all files and settles where each is begun. */
static void start(struct follow *f)
{
    struct sources *s = &f->sources;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->tracks[i])
            continue;
        track_look(s->tracks[i]);
        if (s->tracks[i]->current)
            note_newest(f, s->tracks[i]);
    }
    pasts_init(&f->pasts, s, &f->options);
    struct siblings_names names = {0};
    s->shared.names = &names;
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i])
            track_begin(s->tracks[i], &f->plan);
    s->shared.names = NULL;
    siblings_names_done(&names);
    s->started = true;
    f->reconcile_ns = shared_now(&s->shared) + between_looks(f);
}

/* What is not begun yet is settled as at the start, in relation to what the other files hold by now. */
static void begin_new(struct follow *f)
{
    struct sources *s = &f->sources;
    bool any = false;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->tracks[i] || s->tracks[i]->begun)
            continue;
        track_look(s->tracks[i]);
        any = true;
    }
    f->plan.has_newest = false;
    for (size_t i = 0; any && i < s->count; i++)
        if (s->tracks[i] && s->tracks[i]->current)
            note_newest(f, s->tracks[i]);
    for (size_t i = 0; any && i < s->count; i++)
        if (s->tracks[i])
            track_begin(s->tracks[i], &f->plan);
}

bool follow_check(const struct follow_options *o, const struct os *os, struct error *why)
{
    return sources_check(os, o, why);
}

void follow_change(struct follow *f, const struct follow_options *o)
{
    struct sources *s = &f->sources;
    f->options.from = o->from;
    f->options.back_s = o->back_s;
    sources_change(s, o, &f->resumes);
    f->options.resume = f->resumes.rows;
    f->options.resume_count = f->resumes.count;
    if (!s->started)
        return;
    begin_new(f);
    if (f->backfilled)
        return;
    pasts_done(&f->pasts);
    pasts_init(&f->pasts, s, &f->options);
}

/* ---- Looking ---------------------------------------------------------------------------- */

static void take_events(struct follow *f, int64_t now)
{
    f->events_ns = now + EVENTS_NS;
    sources_events(&f->sources);
}

/* Looks at whatever is due: the paths that events or time ask for, everything each second. */
static void look(struct follow *f, int64_t now)
{
    struct sources *s = &f->sources;
    if (now >= f->events_ns)
        take_events(f, now);
    if (s->shared.watcher.fd < 0 && now >= f->instance_ns) {
        watcher_retry(&s->shared.watcher);
        f->instance_ns = now + INSTANCE_NS;
    }
    bool all = now >= f->reconcile_ns;
    if (all) {
        take_events(f, now);
        sources_doubt(s);
        sources_retire(s);
        pace_idle(&f->pace, s, now);
        f->reconcile_ns = now + between_looks(f);
    }
    sources_match(s);
    for (size_t i = 0; i < s->count; i++) {
        struct track *k = s->tracks[i];
        if (!k || (!k->look && (k->retry_ns == 0 || now < k->retry_ns)))
            continue;
        track_look(k);
        if (!k->begun)
            track_begin(k, &f->plan);
    }
    int64_t took = shared_now(&s->shared) - now;
    if (all && f->reconcile_ns < now + took * REST) /* there are very many */
        f->reconcile_ns = now + took * REST;
}

/* ---- Reading ---------------------------------------------------------------------------- */

static bool read_present(struct follow *f, struct batch *b)
{
    struct sources *s = &f->sources;
    for (size_t i = 0; i < s->count; i++) {
        struct track *k = s->tracks[f->next++ % s->count];
        if (k && track_read(k, b))
            return true;
    }
    return false;
}

static bool read_any(struct follow *f, struct batch *b)
{
    struct sources *s = &f->sources;
    if (!f->backfilled)
        return pasts_read(&f->pasts, b);
    bool input = s->input.ready, found = input_read(&s->input, &s->shared, b);
    if (!found && !input)
        found = read_present(f, b);
    if (found && b->used) /* else it is a place alone */
        pace_read(&f->pace, s, b->source, b->used);
    return found;
}

/* True when nothing of the start is left to be read: tells it once. */
static bool finish_backfill(struct follow *f)
{
    struct sources *s = &f->sources;
    const struct os *os = s->shared.os;
    if (f->backfilled)
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i] && track_backfilling(s->tracks[i]))
            return false;
    int64_t written = f->start_modified_ns;
    shared_tell_time(&s->shared, NOTICE_BACKFILLED, written ? written : os->wall_ns(os->self),
                     "what stood in the files has been read");
    f->backfilled = true;
    pasts_done(&f->pasts);
    return true;
}

/* There is something to do without waiting. */
static bool busy(struct follow *f)
{
    if (finish_backfill(f) || shared_has_told(&f->sources.shared))
        return true;
    return f->backfilled ? sources_busy(&f->sources) : pasts_wait(&f->pasts);
}

/* ---- Waiting ---------------------------------------------------------------------------- */

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

static void wait_until(struct follow *f, int64_t deadline)
{
    struct sources *s = &f->sources;
    const struct os *os = s->shared.os;
    int64_t now = shared_now(&s->shared), due = sources_next_ns(s);
    bool watched = s->shared.watcher.fd >= 0, input = s->input.wanted && !s->input.ended;
    int fds[3] = {f->wake_fd};
    bool ready[3] = {false};
    int count = 1, watcher = 0, standard = 0;
    due = due < f->reconcile_ns ? due : f->reconcile_ns;
    due = due < deadline ? due : deadline;
    bool lingered = pace_linger(&f->pace, s, f->wake_fd, due);
    if (lingered && watched && !input) { /* most often something has come meanwhile */
        take_events(f, shared_now(&s->shared));
        return;
    }
    if (watched)
        fds[watcher = count++] = s->shared.watcher.fd;
    if (input)
        fds[standard = count++] = STDIN_FILENO;
    if (lingered)
        now = shared_now(&s->shared);
    os->poll(os->self, fds, ready, count, milliseconds_until(now, due));
    if (ready[0])
        note_wake(f);
    if (watcher && ready[watcher])
        take_events(f, shared_now(&s->shared));
    s->input.ready |= standard && ready[standard];
}

static bool all_ended(const struct sources *s)
{
    return s->input.ended && s->count == 1 && s->glob_count == 0;
}

enum follow_result follow_next(struct follow *f, struct batch *b, int timeout_ms)
{
    struct sources *s = &f->sources;
    int64_t now = shared_now(&s->shared), deadline = now + timeout_ms * NS_PER_MS;
    bool waited = false;
    if (!s->started)
        start(f);
    for (;;) {
        if (atomic_exchange_explicit(&f->woken, false, memory_order_relaxed))
            return FOLLOW_IDLE;
        if (shared_told(&s->shared, b))
            return FOLLOW_NOTICE;
        look(f, now);
        if (shared_has_told(&s->shared))
            continue; /* what happened is told before the lines that followed it */
        if (read_any(f, b))
            return FOLLOW_LINES;
        bool more = busy(f);
        if (!more && all_ended(s))
            return FOLLOW_END;
        if (!more && waited && now >= deadline)
            return FOLLOW_IDLE;
        if (!more)
            wait_until(f, deadline);
        waited |= !more;
        now = shared_now(&s->shared);
    }
}

/* Only write() and an atomic, both allowed in a signal handler. A full counter is as good. */
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
    return f->sources.count;
}

const char *follow_source_path(const struct follow *f, uint32_t source)
{
    const struct sources *s = &f->sources;
    const char *path = source < s->count ? sources_path(s, source) : NULL;
    if (source < s->count)
        return path ? path : "-";
    return s->glob_count ? s->globs[0].pattern : "";
}
