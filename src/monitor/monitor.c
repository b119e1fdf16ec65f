#include "monitor/monitor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_state.h"

enum { AHEAD = 32 }; /* hits of which the memory is called for at a time */

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
    alerts_init(m, o);
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
    alerts_done(m);
    rules_doubt_done(&m->doubted_entries);
    window_free(m->window);
    tally_free(m->total);
    tally_free(m->running);
    tally_free(m->last);
    source_list_done(&m->sources);
    free(m);
}

static void tell(struct monitor *m, const struct monitor_event *e)
{
    m->sink.event(m->sink.ctx, m, e);
}

/* --- the log clock and the window --- */

static void judge(void *ctx, int64_t second, int64_t until, uint64_t hits)
{
    (void)until; /* the rest of a stretch of equal seconds cannot change the state again */
    alerts_judge(ctx, second, hits);
}

/* Lets the windows follow the clock, judging what is over. */
static void window_follow(struct monitor *m)
{
    if (m->window_open)
        window_advance(m->window, m->clock.second, judge, m);
    alerts_advance(m, m->clock.second);
}

static void advance(struct monitor *m, struct moment now)
{
    m->now_ns = now.monotonic_ns;
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

/* One entry as it is counted. */
struct counted {
    const struct batch *batch;
    const struct entry *entry;
    struct window_hit hit;
    bool live;
};

static void window_take(struct monitor *m, const struct window_hit *hit)
{
    if (!m->window_open) {
        window_set(m->window, m->clock.second);
        if (!m->rules_open)
            alerts_open(m, m->clock.second);
    }
    m->window_open = true;
    window_follow(m);
    window_add(m->window, hit);
    m->window_hits++;
}

static void take(struct monitor *m, const struct counted *c)
{
    window_take(m, &c->hit);
    alerts_add(m, c->batch, c->entry, c->hit.second);
}

/* The totals begin and end with lines that are believed, as soon as there are any. */
static void believe(struct monitor *m, int64_t second)
{
    struct tally *t = m->total;
    if (!m->believed || second < t->first)
        t->first = second;
    if (!m->believed || second > t->last)
        t->last = second;
    m->believed = true;
}

/* The far lines are believed now: the clock stands at the newest of them. */
static void window_take_doubted(struct monitor *m)
{
    m->window_epoch++;
    m->total->future -= LOGCLOCK_AGREE;
    for (unsigned i = 0; i < LOGCLOCK_AGREE; i++)
        believe(m, m->doubt.hits[i].second);
    for (unsigned i = 0; i < LOGCLOCK_AGREE; i++) {
        const struct window_hit *hit = &m->doubt.hits[i];
        if (hit->second > m->clock.second - m->options.rule.window_s)
            window_take(m, hit);
    }
    for (unsigned i = 0; i < LOGCLOCK_AGREE; i++) {
        struct batch b = rules_doubt_batch(&m->doubted_entries, i);
        alerts_add(m, &b, &m->doubted_entries.entries[i], m->doubt.hits[i].second);
    }
}

/* The clock stands elsewhere: the windows begin anew, an alert that fires goes on from here. */
static void window_reopen(struct monitor *m)
{
    m->window_epoch++;
    window_set(m->window, m->clock.second);
    m->window_open = true;
    alerts_open(m, m->clock.second);
}

/* A hit that cannot count in the window counts in the totals, and as what it is. */
static void count_outside(struct monitor *m, bool live, size_t figure)
{
    ++*(uint64_t *)((char *)m->total + figure);
    if (live)
        ++*(uint64_t *)((char *)m->running + figure);
}

static void doubt(struct monitor *m, const struct counted *c, unsigned place)
{
    doubt_keep(&m->doubt, place, &c->hit);
    rules_doubt_keep(&m->doubted_entries, place, c->batch, c->entry);
    count_outside(m, c->live, offsetof(struct tally, future));
}

/* One that came too late for the window may still lie in a longer one of another rule. */
static void count_late(struct monitor *m, const struct counted *c)
{
    count_outside(m, c->live, offsetof(struct tally, late));
    alerts_add(m, c->batch, c->entry, c->hit.second);
}

static void count_timed(struct monitor *m, const struct counted *c, struct moment now)
{
    enum logclock_verdict verdict = logclock_see(&m->clock, c->hit.second, now);
    if (verdict != LOGCLOCK_DOUBTED && verdict != LOGCLOCK_JUMPED)
        believe(m, c->hit.second);
    switch (verdict) {
    case LOGCLOCK_INSIDE: take(m, c); break;
    case LOGCLOCK_LATE: count_late(m, c); break;
    case LOGCLOCK_DOUBTED: doubt(m, c, m->clock.far_count - 1); break;
    case LOGCLOCK_JUMPED:
        doubt(m, c, LOGCLOCK_AGREE - 1);
        window_take_doubted(m);
        break;
    case LOGCLOCK_STEPPED:
        window_reopen(m);
        if (c->hit.second > m->clock.second - m->options.rule.window_s)
            take(m, c);
        else
            count_late(m, c);
        break;
    }
}

static void count_entry(struct monitor *m, const struct batch *b, const struct entry *e,
                        const struct window_hit *hit, struct moment now)
{
    struct counted c = {b, e, *hit, !b->backfill};
    if (e->has & FIELD_BIT(FIELD_TIME)) {
        count_timed(m, &c, now);
    } else if (c.live) { /* nobody knows when one was written that we found in the file */
        logclock_see_timeless(&m->clock, now);
        c.hit.second = m->clock.second;
        take(m, &c);
    }
}

static void total_add(struct monitor *m, const struct batch *b)
{
    struct tally *t = m->total;
    int64_t first = t->first, last = t->last;
    m->believed = t->timed > t->future;
    tally_add_both(t, b->backfill ? NULL : m->running, b);
    if (m->believed) { /* not before each line has been judged */
        t->first = first;
        t->last = last;
    }
}

/* The next AHEAD hits; what they will touch is called for, so that the waits for it overlap. */
static void look_ahead(const struct monitor *m, const struct batch *b, uint32_t from,
                       struct window_hit *hits)
{
    uint32_t count = b->count - from < AHEAD ? b->count - from : AHEAD;
    for (uint32_t i = 0; i < count; i++)
        hits[i] = window_hit_of(m, b, &b->entries[from + i]);
    window_prefetch(m->window, hits, count);
}

static void count_lines(struct monitor *m, const struct batch *b, struct moment now)
{
    const struct refusal *refused = b->refusals, *end = refused + b->refusal_count;
    total_add(m, b);
    if (b->backfill)
        m->backfilled += b->lines.read;
    struct window_hit hits[AHEAD];
    for (uint32_t i = 0; i < b->count; i++) {
        for (; refused < end && refused->before <= i; refused++)
            alerts_refused(m, refused->lines, !b->backfill);
        if (i % AHEAD == 0)
            look_ahead(m, b, i, hits);
        count_entry(m, b, &b->entries[i], &hits[i % AHEAD], now);
    }
    for (; refused < end; refused++)
        alerts_refused(m, refused->lines, !b->backfill);
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
    bool quiet = m->filling && !m->options.tell_past;
    m->filling = false;
    alerts_past_is_over(m, quiet);
}

static void remember_news(struct monitor *m, const struct notice *n)
{
    memcpy(m->news, n->text, sizeof m->news);
    m->news_ns = m->now_ns;
}

void monitor_batch(struct monitor *m, const struct batch *b, int64_t monotonic_ns, int64_t wall_ns)
{
    struct moment now = moment_of(monotonic_ns, wall_ns);
    if (b->kind == BATCH_LINES && b->backfill && !m->filled && !m->filling) {
        m->filling = true;
        m->told_id = m->last_id;
        logclock_hold(&m->clock);
    }
    advance(m, now);
    if (b->kind == BATCH_LINES) {
        count_lines(m, b, now);
    } else if (b->kind == BATCH_NOTICE) {
        source_list_notice(&m->sources, b->source, &b->notice);
        if (b->notice.kind == NOTICE_STATE || b->notice.kind == NOTICE_CONFIG)
            remember_news(m, &b->notice);
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

void monitor_finish(struct monitor *m, enum monitor_end how, int64_t monotonic_ns, int64_t wall_ns)
{
    bool whole = how == MONITOR_INPUT_ENDED;
    monitor_tick(m, monotonic_ns, wall_ns);
    if (m->window_open && (whole || m->alert.state != ALERT_FIRING))
        alerts_judge(m, m->clock.second, window_sums(m->window)->hits);
    if (m->rules_open)
        rules_finish(m->rules, whole);
    if (m->running->lines.read)
        interval_end(m, monotonic_ns);
}

void monitor_set_update(struct monitor *m, int64_t update_ns)
{
    assert(update_ns > 0);
    m->options.update_ns = update_ns;
}
