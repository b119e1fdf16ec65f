#include "monitor/monitor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_state.h"

static struct moment moment_of(int64_t monotonic_ns, int64_t wall_ns)
{
    int64_t wall_s = wall_ns / NS_PER_S - (wall_ns % NS_PER_S < 0);
    return (struct moment){.monotonic_ns = monotonic_ns, .wall_s = wall_s};
}

struct monitor *monitor_new(const struct monitor_options *o, struct monitor_sink sink,
                            int64_t monotonic_ns, int64_t wall_ns)
{
    assert(o->update_ns > 0 && o->rule.window_s > 0);
    struct monitor *m = mem_new(1, sizeof *m);
    m->options = *o;
    m->sink = sink;
    m->secret = key_secret();
    logclock_init(&m->clock, o->rule.window_s);
    logclock_advance(&m->clock, moment_of(monotonic_ns, wall_ns));
    m->window = window_new(o->rule.window_s, o->wanted & DIMENSION_BIT(DIMENSION_SECTIONS),
                           o->wanted & DIMENSION_BIT(DIMENSION_VISITORS));
    alert_init(&m->alert, &o->rule);
    m->total = tally_new(o->wanted, false, 0);
    m->running = tally_new(o->wanted, false, 0);
    m->last = tally_new(o->wanted, false, 0);
    m->update_ns = o->update_ns;
    m->begun_ns = monotonic_ns;
    m->next_ns = monotonic_ns + o->update_ns;
    m->last_end = INT64_MIN;
    return m;
}

void monitor_free(struct monitor *m)
{
    if (!m)
        return;
    window_free(m->window);
    tally_free(m->total);
    tally_free(m->running);
    tally_free(m->last);
    source_list_done(&m->sources);
    free(m);
}

/* --- alerts --- */

static void tell(struct monitor *m, const struct monitor_event *e)
{
    m->sink.event(m->sink.ctx, m, e);
}

static void tell_alert(struct monitor *m, const struct monitor_alert *alert)
{
    tell(m, &(struct monitor_event){.kind = MONITOR_ALERT, .alert = alert});
}

/* What happens while the past is read is not told, if so asked. */
static bool keeps_quiet(const struct monitor *m)
{
    return m->filling && !m->options.tell_past;
}

static void alert_began(struct monitor *m)
{
    const struct alert *a = &m->alert;
    struct monitor_alert firing = {.id = a->id,
                                   .triggered_at = a->triggered_at,
                                   .hits = a->hits,
                                   .peak_hits = a->peak_hits,
                                   .window_s = a->rule.window_s};
    memcpy(firing.rule, a->rule.name, sizeof firing.rule);
    const struct monitor_alert *kept = recent_alerts_add(&m->alerts, &firing);
    if (!keeps_quiet(m))
        tell_alert(m, kept);
}

static void alert_ended(struct monitor *m)
{
    struct monitor_alert *firing = &m->alerts.rows[0];
    if (keeps_quiet(m)) {
        recent_alerts_drop(&m->alerts);
        m->alert.id--; /* numbers are of those that were told */
        return;
    }
    firing->recovered = true;
    firing->recovered_at = m->alert.recovered_at;
    firing->recovered_hits = m->alert.hits;
    tell_alert(m, firing);
}

static void judge(void *ctx, int64_t second, int64_t until, uint64_t hits)
{
    (void)until; /* the rest of a stretch of equal seconds cannot change the state again */
    struct monitor *m = ctx;
    enum alert_change change = alert_step(&m->alert, second, hits);
    if (change == ALERT_FIRED)
        alert_began(m);
    else if (change == ALERT_RECOVERED)
        alert_ended(m);
    else if (m->alert.state == ALERT_FIRING)
        m->alerts.rows[0].peak_hits = m->alert.peak_hits;
}

/* --- the log clock and the window --- */

/* Lets the window follow the clock, judging what is over. */
static void window_follow(struct monitor *m)
{
    if (m->window_open)
        window_advance(m->window, m->clock.second, judge, m);
}

static void advance(struct monitor *m, struct moment now)
{
    logclock_advance(&m->clock, now);
    window_follow(m);
}

static struct window_hit window_hit_of(const struct monitor *m, const struct batch *b,
                                       const struct entry *e)
{
    struct window_hit hit = {.second = e->has & FIELD_BIT(FIELD_TIME) ? e->second : 0};
    if (e->has & FIELD_BIT(FIELD_BYTES))
        hit.bytes = entry_number(e, FIELD_BYTES);
    if (e->has & FIELD_BIT(FIELD_STATUS))
        hit.status = e->status;
    hit.has_section = e->has & FIELD_BIT(FIELD_SECTION);
    if (hit.has_section) {
        hit.section = batch_text(b, e, FIELD_SECTION);
        hit.section_hash = key_hash_slack(key_cut(hit.section), &m->secret);
    }
    hit.has_host = e->has & FIELD_BIT(FIELD_HOST);
    if (hit.has_host)
        hit.host_hash = key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), &m->secret);
    return hit;
}

static void window_take(struct monitor *m, const struct window_hit *hit)
{
    if (!m->window_open)
        window_set(m->window, m->clock.second);
    m->window_open = true;
    window_follow(m);
    window_add(m->window, hit);
}

/* The far lines are believed now: the clock stands at the newest of them. */
static void window_take_doubted(struct monitor *m)
{
    m->window_epoch++;
    for (unsigned i = 0; i < LOGCLOCK_AGREE; i++)
        if (m->doubt.hits[i].second > m->clock.second - m->options.rule.window_s)
            window_take(m, &m->doubt.hits[i]);
}

/* The clock stands elsewhere: the window begins anew, an alert that fires goes on from here. */
static void window_reopen(struct monitor *m)
{
    m->window_epoch++;
    window_set(m->window, m->clock.second);
    m->window_open = true;
}

/* A hit that cannot count in the window counts in the totals, and as what it is. */
static void count_outside(struct monitor *m, bool live, size_t figure)
{
    ++*(uint64_t *)((char *)m->total + figure);
    if (live)
        ++*(uint64_t *)((char *)m->running + figure);
}

static void count_timed(struct monitor *m, const struct window_hit *hit, bool live,
                        struct moment now)
{
    switch (logclock_see(&m->clock, hit->second, now)) {
    case LOGCLOCK_INSIDE: window_take(m, hit); break;
    case LOGCLOCK_LATE: count_outside(m, live, offsetof(struct tally, late)); break;
    case LOGCLOCK_DOUBTED:
        doubt_keep(&m->doubt, m->clock.far_count - 1, hit);
        count_outside(m, live, offsetof(struct tally, future));
        break;
    case LOGCLOCK_JUMPED:
        doubt_keep(&m->doubt, LOGCLOCK_AGREE - 1, hit);
        count_outside(m, live, offsetof(struct tally, future));
        window_take_doubted(m);
        break;
    case LOGCLOCK_STEPPED:
        window_reopen(m);
        if (hit->second > m->clock.second - m->options.rule.window_s)
            window_take(m, hit);
        else
            count_outside(m, live, offsetof(struct tally, late));
        break;
    }
}

static void count_lines(struct monitor *m, const struct batch *b, struct moment now)
{
    bool live = !b->backfill;
    tally_add(m->total, b);
    if (live)
        tally_add(m->running, b);
    else
        m->backfilled += b->lines.read;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct entry *e = &b->entries[i];
        struct window_hit hit = window_hit_of(m, b, e);
        if (e->has & FIELD_BIT(FIELD_TIME)) {
            count_timed(m, &hit, live, now);
        } else if (live) { /* nobody knows when one was written that we found in the file */
            logclock_see_timeless(&m->clock, now);
            hit.second = m->clock.second;
            window_take(m, &hit);
        }
    }
    for (uint32_t i = 0; i < b->reject_count; i++)
        recent_rejects_add(&m->rejects, b, &b->rejects[i]);
    source_list_behind(&m->sources, b->source, b->behind);
}

/* --- notices --- */

static void past_is_read(struct monitor *m, const struct notice *n, int64_t wall_ns,
                         struct moment now)
{
    if (m->filled)
        return;
    m->filled = true;
    if (m->filling)
        logclock_release(&m->clock, wall_ns - n->wall_ns, now);
    if (m->resumed.known) { /* it never stood still: as much has passed as on the wall */
        int64_t passed = wall_ns - m->resumed.wall_ns;
        logclock_at_least(&m->clock, m->resumed.second + (passed > 0 ? passed / NS_PER_S : 0));
    }
    window_follow(m); /* still quiet: it may recover before now */
    bool quiet = keeps_quiet(m);
    m->filling = false;
    if (quiet && m->alert.state == ALERT_FIRING)
        tell_alert(m, &m->alerts.rows[0]);
}

void monitor_batch(struct monitor *m, const struct batch *b, int64_t monotonic_ns, int64_t wall_ns)
{
    struct moment now = moment_of(monotonic_ns, wall_ns);
    if (b->kind == BATCH_LINES && b->backfill && !m->filled && !m->filling) {
        m->filling = true;
        logclock_hold(&m->clock);
    }
    advance(m, now);
    if (b->kind == BATCH_LINES) {
        count_lines(m, b, now);
    } else if (b->kind == BATCH_NOTICE) {
        source_list_notice(&m->sources, b->source, &b->notice);
        if (b->notice.kind == NOTICE_BACKFILLED)
            past_is_read(m, &b->notice, wall_ns, now);
        tell(m, &(struct monitor_event){
                    .kind = MONITOR_NOTICE, .notice = &b->notice, .source = b->source});
    }
}

/* --- intervals --- */

static void interval_end(struct monitor *m, int64_t end_ns)
{
    struct tally *ended = m->running;
    m->running = m->last;
    m->last = ended;
    tally_reset(m->running);
    m->last_ns = end_ns - m->begun_ns;
    m->last_end = m->clock.second;
    m->begun_ns = end_ns;
    tell(m, &(struct monitor_event){.kind = MONITOR_UPDATE});
}

void monitor_tick(struct monitor *m, int64_t monotonic_ns, int64_t wall_ns)
{
    advance(m, moment_of(monotonic_ns, wall_ns));
    if (monotonic_ns < m->next_ns)
        return;
    /* Ends stand on a grid that does not drift. Should we have been stopped for several intervals,
     * one of their length covers them, and the grid stays. */
    int64_t over = (monotonic_ns - m->next_ns) / m->update_ns;
    int64_t end_ns = m->next_ns + over * m->update_ns;
    m->update_ns = m->options.update_ns;
    m->next_ns = end_ns + m->update_ns;
    interval_end(m, end_ns);
}

void monitor_finish(struct monitor *m, int64_t monotonic_ns, int64_t wall_ns)
{
    monitor_tick(m, monotonic_ns, wall_ns);
    if (m->running->lines.read)
        interval_end(m, monotonic_ns);
}

void monitor_set_update(struct monitor *m, int64_t update_ns)
{
    assert(update_ns > 0);
    m->options.update_ns = update_ns;
}
