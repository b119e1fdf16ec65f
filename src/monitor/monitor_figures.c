/* What can be asked of a monitor. */
#include <string.h>

#include "base/clock.h"
#include "monitor/monitor_state.h"

bool monitor_has_clock(const struct monitor *m)
{
    return m->clock.state == LOGCLOCK_RUNNING;
}

int64_t monitor_log_second(const struct monitor *m)
{
    return m->clock.second;
}

const struct tally *monitor_total(const struct monitor *m)
{
    return m->total;
}

const struct tally *monitor_interval(const struct monitor *m)
{
    return m->last;
}

int64_t monitor_interval_ns(const struct monitor *m)
{
    return m->last_ns;
}

int64_t monitor_interval_end(const struct monitor *m)
{
    return m->last_end;
}

int64_t monitor_update_ns(const struct monitor *m)
{
    return m->options.update_ns;
}

uint64_t monitor_backfilled(const struct monitor *m)
{
    return m->backfilled;
}

void monitor_window(const struct monitor *m, struct monitor_window *out)
{
    const struct window_sums *sums = window_sums(m->window);
    *out = (struct monitor_window){.seconds = m->options.rule.window_s,
                                   .hits = sums->hits,
                                   .bytes = sums->bytes,
                                   .visitors = window_visitors(m->window)};
    memcpy(out->classes, sums->classes, sizeof out->classes);
}

size_t monitor_series(const struct monitor *m, uint32_t *hits, size_t room)
{
    return window_series(m->window, hits, room);
}

size_t monitor_window_sections(const struct monitor *m, enum top_order by, struct top_row *rows,
                               size_t limit)
{
    return window_sections(m->window, by, rows, limit);
}

const struct alert *monitor_alert(const struct monitor *m)
{
    return &m->alert;
}

uint32_t monitor_rule_count(const struct monitor *m)
{
    return m->options.rule_count;
}

size_t monitor_firing(const struct monitor *m)
{
    return rules_firing(m->rules) + (m->alert.state == ALERT_FIRING);
}

uint64_t monitor_alert_changes(const struct monitor *m)
{
    return m->alert.id * 2 - (m->alert.state == ALERT_FIRING) + m->rule_changes;
}

size_t monitor_alerts(const struct monitor *m, const struct monitor_alert **newest_first)
{
    *newest_first = m->alerts.rows;
    return m->alerts.count;
}

size_t monitor_rejects(const struct monitor *m, const struct monitor_reject **newest_first)
{
    *newest_first = m->rejects.rows;
    return m->rejects.count;
}

size_t monitor_sources(const struct monitor *m, const struct monitor_source **sources)
{
    *sources = m->sources.rows;
    return m->sources.count;
}

uint64_t monitor_losses(const struct monitor *m)
{
    return m->sources.losses;
}

const char *monitor_news(const struct monitor *m)
{
    enum { NEWS_S = 30 };
    return m->now_ns - m->news_ns < NEWS_S * NS_PER_S ? m->news : "";
}

struct monitor_inside monitor_inside(struct monitor *m)
{
    return (struct monitor_inside){.clock = &m->clock,
                                   .window = m->window,
                                   .window_open = &m->window_open,
                                   .alert = &m->alert,
                                   .firing = &m->firing,
                                   .window_hits = &m->window_hits,
                                   .fired_before = &m->fired_before,
                                   .rules = m->rules,
                                   .rules_open = &m->rules_open,
                                   .last_id = &m->last_id,
                                   .alerts = &m->alerts,
                                   .total = m->total,
                                   .backfilled = &m->backfilled,
                                   .sources = &m->sources,
                                   .filling = &m->filling,
                                   .resumed = &m->resumed,
                                   .window_epoch = &m->window_epoch};
}
