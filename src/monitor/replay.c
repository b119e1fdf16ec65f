#include "monitor/replay.h"

#include <string.h>

#include "monitor/believed.h"

/* Between two seconds at which a hit enters or leaves the window its hits stay the same, and a
 * second judgement of the same hits changes nothing: only those seconds need a judgement. */
struct replay {
    struct alert alert;
    struct monitor_alert firing;
    uint64_t entered; /* hits up to the second under way */
    uint64_t entered_now; /* in it */
    uint64_t before;  /* hits before the second it fired */
    replay_firing *tell;
    void *ctx;
};

static void replay_judge(struct replay *r, int64_t second, uint64_t hits)
{
    enum alert_change change = alert_step(&r->alert, second, hits);
    if (change == ALERT_FIRED) {
        r->firing = (struct monitor_alert){.id = r->alert.id,
                                           .triggered_at = second,
                                           .hits = hits,
                                           .window_s = r->alert.rule.window_s,
                                           .per = FIELD_COUNT};
        r->before = r->entered - r->entered_now;
        memcpy(r->firing.rule, r->alert.rule.name, sizeof r->firing.rule);
    } else if (change == ALERT_RECOVERED) {
        r->firing.recovered = true;
        r->firing.recovered_at = second;
        r->firing.recovered_hits = hits;
        r->firing.peak_hits = r->alert.peak_hits;
        r->firing.total = r->entered - r->before;
        r->tell(r->ctx, &r->firing);
    }
}

/* Hits that enter the window with their second, or leave it a window's length later. */
struct edge {
    struct believed walk;
    bool open; /* there is a next one */
    int64_t second;
    uint64_t hits;
};

static void edge_next(struct edge *e, int64_t window_s)
{
    struct believed_second next;
    e->open = believed_next(&e->walk, &next);
    if (!e->open)
        return;
    /* A second so late that the sum wraps never leaves within the log. */
    if (__builtin_add_overflow(next.second, window_s, &e->second))
        e->second = INT64_MAX;
    e->hits = next.hits;
}

static void replay_run(struct replay *r, struct edge *in, struct edge *out,
                       struct replay_span *span)
{
    int64_t window_s = r->alert.rule.window_s;
    uint64_t hits = 0;
    edge_next(in, 0);
    edge_next(out, window_s);
    span->first = in->second;
    while (in->open) { /* what leaves after the last second is no longer judged */
        int64_t second = out->second < in->second ? out->second : in->second;
        r->entered_now = 0;
        if (out->second == second) {
            hits -= out->hits;
            edge_next(out, window_s);
        }
        if (in->second == second) {
            hits += in->hits;
            r->entered += in->hits;
            r->entered_now = in->hits;
            span->hits += in->hits;
            span->last = second;
            edge_next(in, 0);
        }
        replay_judge(r, second, hits);
    }
}

struct replay_span replay_timeline(const struct timeline *t, const struct alert_rule *rule,
                                   int64_t wall_s, replay_firing *firing, void *ctx)
{
    struct replay r = {.tell = firing, .ctx = ctx};
    struct replay_span span = {0};
    struct edge in = {0}, out = {0};
    alert_init(&r.alert, rule);
    believed_init(&in.walk, t, wall_s);
    believed_init(&out.walk, t, wall_s);
    replay_run(&r, &in, &out, &span);
    if (r.alert.state == ALERT_FIRING) {
        r.firing.peak_hits = r.alert.peak_hits;
        firing(ctx, &r.firing);
    }
    span.future = in.walk.future;
    believed_done(&in.walk);
    believed_done(&out.walk);
    return span;
}
