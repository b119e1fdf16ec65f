/* monitor_stage.c - the monitor thread: drains the queue as data comes, lets time pass, posts
 * what is to be shown. */
#include <stdio.h>

#include "app/bursts.h"
#include "app/stages.h"
#include "base/clock.h"
#include "base/note.h"

enum { SERIES_S = 1200, LIVE_MS = 1000, BEAT_MS = 500, BEAT_LEAST_MS = 50, DRAIN_MOST = 8 };

struct run {
    struct stages *st;
    struct monitor *monitor;
    struct clock clock;
    int64_t update_ns;
    int64_t live_ns; /* when figures were posted last */
    enum top_order order; /* of the console's lists */
    struct bursts bursts;
    struct reload *reload; /* in use; NULL: what the start said */
    bool fresh;      /* something happened that the console should show at once */
    enum monitor_end how;
};

void stages_set_update(struct stages *st, int64_t update_ns)
{
    /* Intervals end at a beat: one that is no multiple of the usual beat needs a finer one. */
    int64_t beat = BEAT_MS * NS_PER_MS;
    if (update_ns % beat)
        beat = BEAT_LEAST_MS * NS_PER_MS;
    atomic_store_explicit(&st->beat_ns, beat, memory_order_relaxed);
    atomic_store_explicit(&st->update_ns, update_ns, memory_order_relaxed);
}

static struct snapshot *take_snapshot(struct run *r)
{
    struct snapshot_limits limits = {.top = r->st->top, .order = r->order, .series = SERIES_S};
    return snapshot_of_monitor(r->monitor, limits, clock_wall(&r->clock));
}

/* Told on stderr: what the operator may have to mend. The rest is in the summary's sources. */
static bool is_trouble(enum notice_kind kind)
{
    return kind == NOTICE_WAITING || kind == NOTICE_ERROR || kind == NOTICE_NO_FORMAT ||
           kind == NOTICE_LOSS || kind == NOTICE_POLLING ||
           kind == NOTICE_STATE || kind == NOTICE_CONFIG;
}

/* Of no source: the console shows it for a while only. */
static bool is_news(enum notice_kind kind)
{
    return kind == NOTICE_STATE || kind == NOTICE_CONFIG;
}

/* The monitor's sink. The console only needs the newest figures, so events become posts of
 * their own for headless runs alone. */
static void on_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    struct run *r = ctx;
    struct alert_figures alert;
    r->fresh = true;
    if (e->kind == MONITOR_ALERT) {
        alert_figures_of(&alert, e->alert);
        notify_stage_alert(r->st->notify, &alert, clock_wall(&r->clock));
    }
    if (!r->st->every && e->kind == MONITOR_NOTICE && is_news(e->notice->kind))
        note("%s", e->notice->text); /* held back while there is a console */
    if (!r->st->every || (e->kind == MONITOR_NOTICE && !is_trouble(e->notice->kind)))
        return;
    if (e->kind == MONITOR_NOTICE && !bursts_single(&r->bursts, e->notice->kind, clock_monotonic(&r->clock)))
        return;
    static const enum board_kind kinds[] = {[MONITOR_UPDATE] = BOARD_UPDATE,
                                            [MONITOR_NOTICE] = BOARD_NOTICE};
    struct snapshot *s = snapshot_of_monitor(m, (struct snapshot_limits){.top = r->st->top}, clock_wall(&r->clock));
    if (e->kind == MONITOR_NOTICE) {
        const struct monitor_source *sources;
        size_t count = monitor_sources(m, &sources);
        snapshot_say(s, e->notice, e->source < count ? sources[e->source].path : "");
    }
    if (e->kind != MONITOR_ALERT) {
        board_post(r->st->board, kinds[e->kind], s, NULL);
        return;
    }
    board_post(r->st->board, e->alert->recovered ? BOARD_RECOVERED : BOARD_FIRING, s, &alert);
}

/* Whoever must be told again and again of what fires (an Alertmanager) goes on being told. */
static void tell_still_firing(struct run *r)
{
    const struct monitor_alert *alerts;
    size_t count = monitor_alerts(r->monitor, &alerts);
    for (size_t i = 0; i < count; i++) {
        struct alert_figures alert;
        if (alerts[i].recovered)
            continue;
        alert_figures_of(&alert, &alerts[i]);
        notify_stage_still(r->st->notify, &alert, clock_wall(&r->clock));
    }
}

/* The rules, lists and channels of a configuration take over, whose files and formats the parser has
 * taken over before the batches that follow. */
static void take_over(struct run *r, struct reload *wanted)
{
    const struct setup *u = &wanted->setup;
    monitor_set_rules(r->monitor, &u->rules.shown, u->rules.others, u->rules.count);
    r->st->top = u->top;
    state_named(r->st->state, u->follow.paths, u->follow.path_count, clock_monotonic(&r->clock));
    notify_stage_change(r->st->notify, wanted);
    tell_still_firing(r);
    if (r->reload)
        reload_unused(r->reload);
    r->reload = wanted;
}

/* The notice of one that was read again. */
static void obey_reload(struct run *r)
{
    /* Main has written it, the parser has passed it on; meets the release in parse_stage.c. */
    struct reload *wanted = atomic_load_explicit(&r->st->passed, memory_order_acquire);
    if (wanted->good)
        take_over(r, wanted);
    else
        reload_unused(wanted);
    /* It may be freed now; the parser may pass on the next. */
    atomic_store_explicit(&r->st->passed, NULL, memory_order_relaxed);
    follow_wake(r->st->follow);
    r->fresh = true;
}

/* Takes what is in the queue, but lets time pass in between: under full load it is never empty.
 * False once the end has come. */
static bool drain(struct run *r)
{
    struct batch *b;
    for (int taken = 0; taken < DRAIN_MOST && (b = queue_pop(r->st->queue)); taken++) {
        bool end = b->kind == BATCH_END;
        if (end && b->finished)
            r->how = MONITOR_INPUT_ENDED;
        if (b->kind == BATCH_NOTICE && b->notice.kind == NOTICE_CONFIG)
            obey_reload(r);
        int64_t now_ns = clock_monotonic(&r->clock), wall_ns = clock_wall(&r->clock);
        monitor_batch(r->monitor, b, now_ns, wall_ns);
        state_batch(r->st->state, b, r->monitor, now_ns, wall_ns);
        queue_give_back(r->st->queue, b);
        if (end)
            return false;
    }
    return true;
}

/* What is not about a file is shown like what happens to one. */
static void tell(struct run *r, enum notice_kind kind, const char *news)
{
    struct batch said = {.kind = BATCH_NOTICE, .source = UINT32_MAX, .notice.kind = kind};
    snprintf(said.notice.text, sizeof said.notice.text, "%s", news);
    monitor_batch(r->monitor, &said, clock_monotonic(&r->clock), clock_wall(&r->clock));
}

static void tell_state(struct run *r, int64_t now_ns)
{
    const char *news = state_beat(r->st->state, r->monitor, now_ns, clock_wall(&r->clock));
    if (news)
        tell(r, NOTICE_STATE, news);
}

static void tell_bursts(struct run *r, int64_t now_ns, bool all)
{
    char news[200];
    while (bursts_told(&r->bursts, now_ns, all, news, sizeof news))
        tell(r, NOTICE_STATE, news);
}

static void take_acks(struct run *r)
{
    struct acks *a = &r->st->acks;
    int64_t wall_s = clock_wall(&r->clock) / NS_PER_S;
    pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < a->count; i++) {
        monitor_acknowledge(r->monitor, a->ids[i], wall_s);
        state_acknowledge(r->st->state, a->ids[i], wall_s);
        r->fresh = true;
    }
    a->count = 0;
    pthread_mutex_unlock(&a->lock);
}

static void obey_user(struct run *r)
{
    take_acks(r);
    enum top_order order = (enum top_order)atomic_load_explicit(&r->st->order, memory_order_relaxed);
    r->fresh |= order != r->order;
    r->order = order;
    int64_t wanted = atomic_load_explicit(&r->st->update_ns, memory_order_relaxed);
    if (wanted == r->update_ns)
        return;
    r->update_ns = wanted;
    monitor_set_update(r->monitor, wanted);
}

/* New figures once a second, and at once after something happened. */
static void post_live(struct run *r, int64_t now_ns)
{
    if (r->st->every || (!r->fresh && now_ns - r->live_ns < LIVE_MS * NS_PER_MS))
        return;
    r->fresh = false;
    r->live_ns = now_ns;
    board_post(r->st->board, BOARD_LIVE, take_snapshot(r), NULL);
}

static void tell_unknown(void *ctx, const struct notify_event *e)
{
    const struct run *r = ctx;
    notify_stage_event(r->st->notify, e);
}

void *monitor_stage(void *arg)
{
    struct stages *st = arg;
    struct run r = {.st = st, .clock = clock_real(), .update_ns = st->monitor_options.update_ns, .fresh = true};
    r.monitor = monitor_new(&st->monitor_options, (struct monitor_sink){on_event, &r},
                            clock_monotonic(&r.clock), clock_wall(&r.clock));
    state_restore(st->state, r.monitor, clock_monotonic(&r.clock));
    monitor_tell_ended(r.monitor);
    state_end_unknown(st->state, r.monitor, clock_wall(&r.clock), tell_unknown, &r);
    tell_still_firing(&r);
    if (st->without_state[0])
        tell(&r, NOTICE_STATE, st->without_state);
    while (drain(&r)) {
        obey_user(&r);
        int64_t now_ns = clock_monotonic(&r.clock);
        monitor_tick(r.monitor, now_ns, clock_wall(&r.clock));
        tell_state(&r, now_ns);
        tell_bursts(&r, now_ns, false);
        post_live(&r, now_ns);
        queue_wait(st->queue, -1);
    }
    tell_bursts(&r, clock_monotonic(&r.clock), true);
    monitor_finish(r.monitor, r.how, clock_monotonic(&r.clock), clock_wall(&r.clock));
    board_post(st->board, BOARD_END, take_snapshot(&r), NULL);
    state_finish(st->state, r.monitor, clock_wall(&r.clock));
    monitor_free(r.monitor);
    return NULL;
}
