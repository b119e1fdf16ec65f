/* pipeline.c - starts, joins and stops the threads; what each does is in parse_stage and
 * monitor_stage. */
#include "app/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/rule_set.h"
#include "app/stages.h"
#include "base/time.h"
#include "base/clock.h"
#include "base/mem.h"

struct pipeline {
    struct stages stages; /* what the threads share */
    struct formats *formats;
    struct rule_set rules;
    struct reload *reloads; /* the newest first */
    int64_t update_ns;      /* of the configuration in force */
    pthread_t parser, monitor, clock;
    int started;          /* how many of the threads run, in the order of start */
};

enum { QUEUE_DEPTH = 8 };

static bool resolve_from(const struct settings *s, int64_t window_s, struct follow_options *o,
                         struct error *why)
{
    o->from = FOLLOW_FROM_WINDOW;
    o->back_s = window_s;
    if (!s->from || !strcmp(s->from, "window"))
        return true;
    int64_t ns;
    if (!strcmp(s->from, "end"))
        o->from = FOLLOW_FROM_END;
    else if (!strcmp(s->from, "start"))
        o->from = FOLLOW_FROM_START;
    else if (duration_parse(text_of(s->from), &ns)) {
        o->from = FOLLOW_FROM_BACK;
        o->back_s = (ns + NS_PER_S - 1) / NS_PER_S;
    } else
        return error_set(why, "--from: bad value `%s'; accepted by watch: window, end, start or a duration",
                         s->from);
    return true;
}

/* --state: takes it, and goes on where it was left. */
static bool take_state(struct stages *st, const struct settings *s, struct follow_options *o,
                       struct error *why)
{
    bool linked;
    if (!s->state)
        return true;
    char *dir = state_directory(s->state, &linked, why);
    if (dir)
        st->state = state_open(dir, linked, &db_sqlite, o->paths, o->path_count, why);
    free(dir);
    o->resume = state_resume(st->state, &o->resume_count);
    return st->state;
}

static struct monitor_options monitor_options_of(const struct settings *s,
                                                 const struct rule_set *rules,
                                                 enum follow_from from)
{
    struct monitor_options o = {
        .rule = rules->shown,
        .rules = rules->others,
        .rule_count = rules->count,
        .update_ns = s->update_ns,
        .wanted = s->only,
        .tell_past = from == FOLLOW_FROM_START || from == FOLLOW_FROM_BACK};
    return o;
}

/* The clock thread: wakes the monitor at each beat, by absolute times, so that beats do not drift. */
static void *clock_main(void *arg)
{
    struct stages *st = arg;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!atomic_load_explicit(&st->clock_stop, memory_order_relaxed)) {
        int64_t beat = atomic_load_explicit(&st->beat_ns, memory_order_relaxed);
        int64_t ns = next.tv_nsec + beat;
        next.tv_sec += ns / NS_PER_S;
        next.tv_nsec = ns % NS_PER_S;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) == EINTR)
            ;
        queue_wake(st->queue);
    }
    return NULL;
}

static bool start_threads(struct pipeline *p, struct error *why)
{
    struct {
        pthread_t *thread;
        void *(*main)(void *);
        const char *name;
    } rows[] = {{&p->parser, parse_stage, "spate-parser"},
                {&p->monitor, monitor_stage, "spate-monitor"},
                {&p->clock, clock_main, "spate-clock"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int failed = pthread_create(rows[i].thread, NULL, rows[i].main, &p->stages);
        if (failed)
            return error_set(why, "cannot start a thread: %s", strerror(failed));
        pthread_setname_np(*rows[i].thread, rows[i].name);
        p->started++;
    }
    return true;
}

struct pipeline *pipeline_start(const struct settings *s, bool every, struct error *why)
{
    struct pipeline *p = mem_new(1, sizeof *p);
    struct stages *st = &p->stages;
    const char *standard = "/var/log/access.log";
    struct follow_options fo = {.paths = s->path_count ? s->paths : &standard,
                                .path_count = s->path_count ? s->path_count : 1,
                                .second_of = parse_stage_second,
                                .ctx = st};
    rule_set_init(&p->rules, s, s->config);
    p->update_ns = s->update_ns;
    if (!resolve_from(s, p->rules.window_most_s, &fo, why) ||
        !(p->formats = formats_new(s->formats, s->format_count, why))) {
        why->usage = true;
        goto fail;
    }
    if (!take_state(st, s, &fo, why))
        goto fail;
    st->formats = p->formats;
    if (s->forwarded)
        formats_prefer_forwarded(p->formats);
    st->top = settings_top(s, !every);
    st->every = every;
    st->monitor_options = monitor_options_of(s, &p->rules, fo.from);
    st->monitor_options.tell_past |= state_goes_on(st->state); /* nobody was told of it */
    st->fields = dimension_fields(s->only) | p->rules.fields | cause_fields() |
                 (s->filter ? filter_fields(s->filter) : 0);
    st->where = s->filter;
    stages_set_update(st, s->update_ns);
    st->follow = follow_open(&fo, &os_real, why);
    if (!st->follow)
        goto fail;
    settings_tell_logs(s, p->formats);
    st->queue = queue_new(QUEUE_DEPTH);
    st->board = board_new(every);
    st->notify = notify_stage_new(s->config, st->state, why);
    if (st->notify && notify_stage_start(st->notify, why) && start_threads(p, why))
        return p;
fail:
    pipeline_free(p);
    return NULL;
}

struct board *pipeline_board(struct pipeline *p)
{
    return p->stages.board;
}

void pipeline_stop(struct pipeline *p)
{
    atomic_store(&p->stages.stop, true);
    follow_wake(p->stages.follow);
}

void pipeline_set_update(struct pipeline *p, int64_t update_ns)
{
    stages_set_update(&p->stages, update_ns);
    queue_wake(p->stages.queue);
}

void pipeline_set_order(struct pipeline *p, enum top_order order)
{
    atomic_store_explicit(&p->stages.order, (int)order, memory_order_relaxed);
    queue_wake(p->stages.queue);
}

void pipeline_reload(struct pipeline *p, const struct settings *s)
{
    struct stages *st = &p->stages;
    struct reload *r = reload_new(s);
    reload_sweep(&p->reloads);
    r->older = p->reloads;
    p->reloads = r;
    if (r->good) {
        atomic_fetch_or_explicit(&st->fields, r->set.fields, memory_order_relaxed);
        if (r->settings.update_ns != p->update_ns)
            pipeline_set_update(p, p->update_ns = r->settings.update_ns);
    }
    /* Its contents are there before it is; meets the acquire in the monitor's obey_reload(). */
    struct reload *missed = atomic_exchange_explicit(&st->reload, r, memory_order_acq_rel);
    if (missed) /* nobody has seen it */
        atomic_store_explicit(&missed->state, RELOAD_OVER, memory_order_release);
    queue_wake(st->queue);
}

void pipeline_free(struct pipeline *p)
{
    if (!p)
        return;
    struct stages *st = &p->stages;
    if (p->started) {
        board_close(st->board);
        pipeline_stop(p);
        if (p->started < 2) /* nobody drains: the parser must not wait for an empty batch */
            queue_stop(st->queue);
        pthread_join(p->parser, NULL);
    }
    if (p->started > 1)
        pthread_join(p->monitor, NULL);
    atomic_store(&st->clock_stop, true);
    if (p->started > 2)
        pthread_join(p->clock, NULL);
    parse_stage_done(st);
    follow_close(st->follow);
    notify_stage_free(st->notify);
    state_free(st->state);
    queue_free(st->queue);
    board_free(st->board);
    formats_free(p->formats);
    rule_set_done(&p->rules);
    while (p->reloads) {
        struct reload *older = p->reloads->older;
        reload_free(p->reloads);
        p->reloads = older;
    }
    free(p);
}
