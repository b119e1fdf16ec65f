#include "monitor/save.h"

#include "base/clock.h"
#include "base/pack.h"
#include "monitor/alerts_save.h"
#include "monitor/latency_save.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_inside.h"
#include "monitor/rules_save.h"
#include "monitor/top_save.h"
#include "monitor/visitors_save.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = SAVED_VERSION };

/* What a part is written from, and what it is read into (fresh, so that a bad part leaves no
 * trace). */
struct part_context {
    struct monitor_inside in;
    int64_t wall_ns;
    enum dimension dimension; /* of a list */
};

/* ---- The clock, the alert ----------------------------------------------------------------------
 */

static void pack_clock(const struct part_context *c, struct buf *out)
{
    const struct logclock *clock = c->in.clock;
    pack_u64(out, clock->state);
    pack_i64(out, clock->second);
    pack_i64(out, clock->state == LOGCLOCK_RUNNING ? clock->newest : clock->second);
    pack_u64(out, *c->in.window_open);
    pack_i64(out, c->wall_ns);
}

static void unpack_clock(struct part_context *c, struct unpack *u)
{
    enum logclock_state state = (enum logclock_state)unpack_most(u, LOGCLOCK_RUNNING);
    int64_t second = unpack_second(u), newest = unpack_second(u);
    bool open = unpack_most(u, 1);
    int64_t wall_ns = unpack_i64(u);
    if (!unpack_whole(u) || state == LOGCLOCK_WALL || newest > second || wall_ns < 0)
        return;
    c->in.clock->state = state;
    c->in.clock->second = second;
    c->in.clock->newest = newest;
    *c->in.resumed = (struct resumed){.known = true, .second = second, .wall_ns = wall_ns};
    if (open)
        window_set(c->in.window, second);
    *c->in.window_open = open;
}

static void pack_alert(const struct part_context *c, struct buf *out)
{
    const struct alert *a = c->in.alert;
    pack_u64(out, a->state);
    pack_u64(out, a->id);
    pack_i64(out, a->triggered_at);
    pack_i64(out, a->recovered_at);
    pack_u64(out, a->hits);
    pack_u64(out, a->peak_hits);
    pack_u64(out, a->state == ALERT_FIRING ? *c->in.window_hits - *c->in.fired_before : 0);
}

static void unpack_alert(struct part_context *c, struct unpack *u)
{
    struct alert a = *c->in.alert;
    a.state = (enum alert_state)unpack_most(u, ALERT_FIRING);
    a.id = unpack_most(u, UINT32_MAX);
    a.triggered_at = unpack_second(u);
    a.recovered_at = unpack_second(u);
    a.hits = unpack_u64(u);
    a.peak_hits = unpack_u64(u);
    uint64_t so_far = unpack_u64(u);
    if (!unpack_whole(u))
        return;
    *c->in.alert = a;
    *c->in.fired_before = *c->in.window_hits - so_far; /* may wrap: only the difference counts */
}

static void pack_rules(const struct part_context *c, struct buf *out)
{
    rules_pack(c->in.rules, out);
}

static void unpack_rules(struct part_context *c, struct unpack *u)
{
    rules_unpack(c->in.rules, u);
}

static void pack_alerts(const struct part_context *c, struct buf *out)
{
    const struct recent_alerts *kept = c->in.alerts;
    pack_u64(out, kept->count);
    for (size_t i = 0; i < kept->count; i++)
        alert_pack(&kept->rows[i], out);
}

static void unpack_alerts(struct part_context *c, struct unpack *u)
{
    struct recent_alerts *kept = c->in.alerts;
    size_t count = (size_t)unpack_most(u, MONITOR_ALERTS_KEPT);
    for (size_t i = 0; i < count && !u->bad; i++)
        alert_unpack(&kept->rows[i], u);
    kept->count = unpack_whole(u) ? count : 0;
}

/* ---- The totals --------------------------------------------------------------------------------
 */

/* Plain sums of a tally, in the order in which they are packed. */
#define FIGURES(ROW)                                                                               \
    ROW(lines.read)                                                                                \
    ROW(lines.parsed) ROW(lines.rejected) ROW(lines.truncated) ROW(late) ROW(future) ROW(hits)     \
        ROW(bytes) ROW(timed) ROW(errors) ROW(client_errors)

static void pack_figures(const struct part_context *c, struct buf *out)
{
    const struct tally *t = c->in.total;
    unsigned used = 0;
#define PACK(member) pack_u64(out, t->member);
    FIGURES(PACK)
#undef PACK
    pack_i64(out, t->timed ? t->first : 0);
    pack_i64(out, t->timed ? t->last : 0);
    for (unsigned i = 0; i <= STATUS_SLOTS; i++)
        used += t->status[i] != 0;
    pack_u64(out, used);
    for (unsigned i = 0; i <= STATUS_SLOTS; i++)
        if (t->status[i]) {
            pack_u64(out, i);
            pack_u64(out, t->status[i]);
        }
    pack_u64(out, *c->in.backfilled);
    pack_u64(out, c->in.sources->losses);
}

static void unpack_figures(struct part_context *c, struct unpack *u)
{
    struct tally *t = c->in.total;
    struct tally got = *t;
#define UNPACK(member) got.member = unpack_u64(u);
    FIGURES(UNPACK)
#undef UNPACK
    got.first = unpack_i64(u);
    got.last = unpack_i64(u);
    for (uint64_t left = unpack_most(u, STATUS_SLOTS + 1); left > 0 && !u->bad; left--) {
        uint64_t code = unpack_most(u, STATUS_SLOTS);
        got.status[code] = unpack_u64(u);
    }
    got.no_status = got.status[STATUS_SLOTS];
    uint64_t backfilled = unpack_u64(u), losses = unpack_u64(u);
    if (!unpack_whole(u))
        return;
    *t = got;
    *c->in.backfilled = backfilled;
    c->in.sources->losses = losses;
}

static void pack_visitors(const struct part_context *c, struct buf *out)
{
    if (c->in.total->visitors)
        visitors_pack(c->in.total->visitors, out);
}

static void unpack_visitors(struct part_context *c, struct unpack *u)
{
    struct visitors *v = visitors_new();
    visitors_unpack(v, u);
    if (c->in.total->visitors && unpack_whole(u))
        visitors_merge(c->in.total->visitors, v);
    visitors_free(v);
}

static void pack_request_time(const struct part_context *c, struct buf *out)
{
    if (c->in.total->request_time)
        latency_pack(c->in.total->request_time, out);
}

static void unpack_request_time(struct part_context *c, struct unpack *u)
{
    struct latency *l = latency_new();
    latency_unpack(l, u);
    if (c->in.total->request_time && unpack_whole(u))
        latency_merge(c->in.total->request_time, l);
    latency_free(l);
}

static void pack_top(const struct part_context *c, struct buf *out)
{
    const struct top *top = c->in.total->top[c->dimension];
    if (top)
        top_pack(top, SAVED_TOP, SAVED_TIMED_KEYS, out);
}

static void unpack_top(struct part_context *c, struct unpack *u)
{
    struct top *into = c->in.total->top[c->dimension];
    struct top *got = top_new(SAVED_TOP, true);
    top_unpack(got, u);
    if (into && unpack_whole(u))
        top_merge(into, got);
    top_free(got);
}

/* ---- All parts ---------------------------------------------------------------------------------
 */

/* A new part is a row. Readers look at unpack_whole() before they change anything. */
static const struct part_row {
    const char *name;
    void (*pack)(const struct part_context *c, struct buf *out);
    void (*unpack)(struct part_context *c, struct unpack *u);
    enum dimension dimension;
} PARTS[] = {{"clock", pack_clock, unpack_clock, 0},
             {"alert", pack_alert, unpack_alert, 0},
             {"alerts", pack_alerts, unpack_alerts, 0},
    {"rules", pack_rules, unpack_rules, 0},
             {"figures", pack_figures, unpack_figures, 0},
             {"visitors", pack_visitors, unpack_visitors, 0},
             {"request_time", pack_request_time, unpack_request_time, 0},
#define TOP_PART(id, key, field, word) {"top." key, pack_top, unpack_top, DIMENSION_##id},
             DIMENSION_ROWS(TOP_PART)
#undef TOP_PART
};

enum { PART_COUNT = sizeof PARTS / sizeof PARTS[0] };
_Static_assert(sizeof PARTS / sizeof PARTS[0] <= SAVED_PARTS, "saved has room for every part");

void monitor_save(const struct monitor *m, int64_t wall_ns, struct saved *s)
{
    struct part_context c = {.in = monitor_inside((struct monitor *)(uintptr_t)m),
                             .wall_ns = wall_ns};
    buf_clear(&s->bytes);
    s->count = PART_COUNT;
    for (size_t i = 0; i < PART_COUNT; i++) {
        size_t begin = pack_begin(&s->bytes, VERSION);
        c.dimension = PARTS[i].dimension;
        PARTS[i].pack(&c, &s->bytes);
        pack_seal(&s->bytes, begin);
        s->parts[i] = (struct saved_part){PARTS[i].name, begin, s->bytes.len - begin};
    }
}

bool monitor_load(struct monitor *m, struct text name, struct text bytes)
{
    struct part_context c = {.in = monitor_inside(m)};
    struct text inside;
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (!text_same(name, text_of(PARTS[i].name)))
            continue;
        if (!unpack_sealed(bytes, VERSION, &inside))
            return false;
        struct unpack u = unpack_of(inside);
        c.dimension = PARTS[i].dimension;
        if (inside.len) /* not counted by the run that kept it */
            PARTS[i].unpack(&c, &u);
        return unpack_whole(&u);
    }
    return false;
}

/* It fired when the last run was left, and its rule is no more: it is over since then. */
static void end_alert(struct monitor *m, struct monitor_alert *a)
{
    struct monitor_inside in = monitor_inside(m);
    a->recovered = a->untold = true;
    a->end = alerts_end_of(m, a->rule);
    a->recovered_at = in.resumed->known ? in.resumed->second : a->triggered_at;
    a->recovered_value = a->value;
}

/* The two parts about alerts must agree: one of the default rule is listed while it fires. */
static void resume_alert(struct monitor *m, const struct monitor_inside *in)
{
    struct monitor_alert *listed = NULL;
    *in->last_id = in->alert->id;
    for (size_t i = 0; i < in->alerts->count; i++) {
        struct monitor_alert *a = &in->alerts->rows[i];
        *in->last_id = a->id > *in->last_id ? a->id : *in->last_id;
        if (!listed && !a->recovered && !a->by_rule)
            listed = a;
    }
    if (in->alert->state == ALERT_FIRING && !listed)
        in->alert->state = ALERT_QUIET;
    if (!listed)
        return;
    if (in->alert->state == ALERT_QUIET) {
        listed->recovered = true;
        listed->recovered_at = in->alert->recovered_at;
    } else if (!isfinite(in->alert->rule.above)) {
        in->alert->state = ALERT_QUIET;
        listed->total = *in->window_hits - *in->fired_before;
        end_alert(m, listed);
    }
    *in->firing = *listed;
}

static void still_fires(void *ctx, struct monitor_alert *a)
{
    struct monitor_alert *listed = recent_alerts_find(ctx, a->id);
    if (listed)
        listed->recovered = listed->untold = false;
}

/* Alerts of rules that are no more are over. */
static void resume_rules(struct monitor *m, const struct monitor_inside *in)
{
    for (size_t i = 0; i < in->alerts->count; i++) {
        struct monitor_alert *a = &in->alerts->rows[i];
        if (a->by_rule && !a->recovered)
            end_alert(m, a);
    }
    rules_each_firing(in->rules, still_fires, in->alerts);
    if (!in->resumed->known || !*in->window_open)
        return;
    rules_resume(in->rules, in->resumed->second);
    *in->rules_open = true;
}

void monitor_resume(struct monitor *m, int64_t monotonic_ns)
{
    struct monitor_inside in = monitor_inside(m);
    resume_alert(m, &in);
    resume_rules(m, &in);
    if (!in.resumed->known)
        return;
    in.clock->anchor_ns = monotonic_ns;
    *in.filling = true;
    logclock_hold(in.clock);
}
