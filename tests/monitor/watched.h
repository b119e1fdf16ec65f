/* watched.h - a monitor driven by hand, and a record of what it told. */
#ifndef SPATE_TESTS_MONITOR_WATCHED_H
#define SPATE_TESTS_MONITOR_WATCHED_H

#include "base/clock.h"
#include "monitor/feed.h"
#include "monitor/monitor.h"

enum { WATCHED_ALERTS = 2048 };

struct watched {
    struct monitor *monitor;
    struct batch *batch; /* to fill and hand over */
    int64_t now_ns, wall_ns;
    unsigned alert_count;
    struct monitor_alert alerts[WATCHED_ALERTS];
    unsigned update_count, notice_count;
    uint64_t update_hits, update_lines; /* over all updates */
    uint64_t last_hits;
    int64_t last_ns, last_end;
};

static inline void watched_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    struct watched *w = ctx;
    if (e->kind == MONITOR_ALERT) {
        cr_assert_lt(w->alert_count, WATCHED_ALERTS);
        w->alerts[w->alert_count++] = *e->alert;
    } else if (e->kind == MONITOR_NOTICE) {
        w->notice_count++;
    } else {
        w->update_count++;
        w->last_hits = monitor_interval(m)->hits;
        w->update_hits += w->last_hits;
        w->update_lines += monitor_interval(m)->lines.read;
        w->last_ns = monitor_interval_ns(m);
        w->last_end = monitor_interval_end(m);
    }
}

/* The wall clock stands at `wall_s` at monotonic 5 s; updates each 10 s. */
static inline void watched_init(struct watched *w, double above, int64_t window_s, int64_t wall_s,
                                bool tell_past)
{
    memset(w, 0, sizeof *w);
    w->batch = batch_new();
    w->now_ns = 5 * NS_PER_S;
    w->wall_ns = wall_s * NS_PER_S;
    struct monitor_options o = {.rule = {"high traffic", above, window_s},
                                .update_ns = 10 * NS_PER_S,
                                .wanted = DIMENSION_EVERY,
                                .tell_past = tell_past};
    w->monitor = monitor_new(&o, (struct monitor_sink){watched_event, w}, w->now_ns, w->wall_ns);
}

static inline void watched_done(struct watched *w)
{
    monitor_free(w->monitor);
    batch_free(w->batch);
}

/* Hands the batch over. */
static inline void watched_send(struct watched *w)
{
    monitor_batch(w->monitor, w->batch, w->now_ns, w->wall_ns);
    batch_clear(w->batch);
}

static inline void watched_pass(struct watched *w, int64_t ns)
{
    w->now_ns += ns;
    w->wall_ns += ns;
    monitor_tick(w->monitor, w->now_ns, w->wall_ns);
}

/* Passes whole seconds, one tick each. */
static inline void watched_wait(struct watched *w, int seconds)
{
    for (int i = 0; i < seconds; i++)
        watched_pass(w, NS_PER_S);
}

/* Counts that many hits of a second, live. */
static inline void watched_hits(struct watched *w, int64_t second, unsigned hits)
{
    while (hits) {
        for (; hits && w->batch->count < BATCH_ENTRIES; hits--)
            feed_hit(w->batch, second);
        watched_send(w);
    }
}

static inline void watched_past(struct watched *w, int64_t second, unsigned hits)
{
    while (hits) {
        for (; hits && w->batch->count < BATCH_ENTRIES; hits--)
            feed_hit(w->batch, second);
        w->batch->backfill = true;
        watched_send(w);
    }
}

static inline void watched_notice(struct watched *w, uint32_t source, enum notice_kind kind,
                                  const char *text, int64_t wall_ns)
{
    w->batch->kind = BATCH_NOTICE;
    w->batch->source = source;
    w->batch->notice.kind = kind;
    w->batch->notice.wall_ns = wall_ns;
    strcpy(w->batch->notice.text, text);
    watched_send(w);
}

static inline uint64_t watched_window_hits(const struct watched *w)
{
    struct monitor_window window;
    monitor_window(w->monitor, &window);
    return window.hits;
}

#endif
