/* pipeline.c - starts, joins and stops the threads; what each does is in parse_stage and
 * monitor_stage. */
#include "app/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/stages.h"
#include "base/time.h"
#include "base/clock.h"
#include "base/mem.h"

struct pipeline {
    struct stages stages; /* what the threads share */
    struct setup setup;     /* of the start */
    struct reload *reloads; /* the newest first */
    int64_t update_ns;      /* of the configuration in force */
    pthread_t parser, monitor, clock;
    int started;          /* how many of the threads run, in the order of start */
};

enum { QUEUE_DEPTH = 8 };

/* Where nothing can be written counting goes on all the same, from where it would without a state. */
static bool do_without_state(struct stages *st, struct error *why)
{
    if (!why->storage)
        return false;
    snprintf(st->without_state, sizeof st->without_state,
             "%.380s; counting goes on without a state", why->text);
    why->storage = false;
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
    if (!st->state)
        return do_without_state(st, why);
    o->resume = state_resume(st->state, &o->resume_count);
    return true;
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
    for (bool over = false; !over;) {
        int64_t beat = atomic_load_explicit(&st->beat_ns, memory_order_relaxed);
        int64_t ns = next.tv_nsec + beat;
        next.tv_sec += ns / NS_PER_S;
        next.tv_nsec = ns % NS_PER_S;
        while (!(over = sem_clockwait(&st->clock_over, CLOCK_MONOTONIC, &next) == 0) && errno == EINTR)
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

/* What the threads work on. False with *why. */
static bool make_stages(struct pipeline *p, const struct settings *s, bool every, struct error *why)
{
    struct stages *st = &p->stages;
    struct follow_options fo = p->setup.follow;
    if (!take_state(st, s, &fo, why))
        return false;
    fo.second_of = parse_stage_second;
    fo.ctx = st;
    st->setup = &p->setup;
    st->top = p->setup.top;
    st->every = every;
    st->monitor_options = monitor_options_of(s, &p->setup.rules, fo.from);
    st->monitor_options.tell_past |= state_goes_on(st->state); /* nobody was told of it */
    stages_set_update(st, s->update_ns);
    st->follow = follow_open(&fo, &os_real, why);
    if (!st->follow)
        return false;
    settings_tell_logs(s, p->setup.formats);
    st->queue = queue_new(QUEUE_DEPTH);
    st->board = board_new(every);
    st->notify = notify_stage_new(s->config, st->state, why);
    return st->notify && notify_stage_start(st->notify, why);
}

struct pipeline *pipeline_start(const struct settings *s, bool every, struct error *why)
{
    struct pipeline *p = mem_new(1, sizeof *p);
    p->update_ns = s->update_ns;
    pthread_mutex_init(&p->stages.acks.lock, NULL);
    sem_init(&p->stages.clock_over, 0, 0);
    if (!setup_init(&p->setup, s, !every, why))
        why->usage = true;
    else if (make_stages(p, s, every, why) && start_threads(p, why))
        return p;
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

void pipeline_acknowledge(struct pipeline *p, uint64_t alert)
{
    struct acks *a = &p->stages.acks;
    pthread_mutex_lock(&a->lock);
    if (a->count < ACKS_WAITING)
        a->ids[a->count++] = alert;
    pthread_mutex_unlock(&a->lock);
    queue_wake(p->stages.queue);
}

/* Whoever tells people is there before there is anything to tell. */
static void ready_channels(struct pipeline *p, struct reload *r)
{
    struct error why;
    if (!r->good || notify_stage_ready(p->stages.notify, r, &why))
        return;
    r->good = false;
    atomic_store(&r->users, 1);
    snprintf(r->news, sizeof r->news,
             "configuration refused, the old one stays: %.380s", why.text);
}

void pipeline_reload(struct pipeline *p, const struct settings *s)
{
    struct stages *st = &p->stages;
    struct reload *r = reload_new(s, !st->every);
    reload_sweep(&p->reloads);
    ready_channels(p, r);
    r->older = p->reloads;
    p->reloads = r;
    if (r->good) {
        settings_tell_logs(&r->settings, r->setup.formats);
        if (r->settings.update_ns != p->update_ns)
            pipeline_set_update(p, p->update_ns = r->settings.update_ns);
    }
    /* Its contents are there before it is; meets the acquire in parse_stage.c, obey_reload(). */
    struct reload *missed = atomic_exchange_explicit(&st->reload, r, memory_order_acq_rel);
    if (missed) /* nobody has seen it */
        atomic_store(&missed->users, 0);
    follow_wake(st->follow);
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
    sem_post(&st->clock_over); /* who leaves does not wait for a beat */
    if (p->started > 2)
        pthread_join(p->clock, NULL);
    parse_stage_done(st);
    follow_close(st->follow);
    notify_stage_free(st->notify);
    state_free(st->state);
    queue_free(st->queue);
    board_free(st->board);
    setup_done(&p->setup);
    pthread_mutex_destroy(&st->acks.lock);
    sem_destroy(&st->clock_over);
    while (p->reloads) {
        struct reload *older = p->reloads->older;
        reload_free(p->reloads);
        p->reloads = older;
    }
    free(p);
}
