/* snapshot.c - see snapshot.h. */
#include "model/snapshot.h"

#include "base/clock.h"
#include "base/mem.h"
#include "model/figures.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* What a snapshot pointer really points into. */
struct held {
    struct snapshot shown; /* first: the two addresses are the same */
    struct arena memory;
    atomic_uint holders;
};

enum { EVERY_WINDOW_SECTION = 4096 }; /* stands for "all" where the monitor wants a number */

static struct held *held_new(void)
{
    struct held *h = mem_new(1, sizeof(*h));
    atomic_init(&h->holders, 1);
    return h;
}

struct snapshot *snapshot_hold(struct snapshot *s)
{
    struct held *h = (struct held *)s;
    /* Whoever calls holds one already, so that it cannot reach 0 meanwhile: no order is needed. */
    atomic_fetch_add_explicit(&h->holders, 1, memory_order_relaxed);
    return s;
}

void snapshot_drop(struct snapshot *s)
{
    struct held *h = (struct held *)s;
    if (!h)
        return;
    /* All reading is done before the count falls; meets itself in the drop that frees. */
    if (atomic_fetch_sub_explicit(&h->holders, 1, memory_order_acq_rel) != 1)
        return;
    arena_done(&h->memory);
    free(h);
}

/* Hits over the seconds of the log, the first and the last included. */
static double hits_per_second(const struct figures *f)
{
    if (!f->timed)
        return 0;
    double seconds = (double)f->last - (double)f->first + 1;
    return (double)f->hits / (seconds > 1 ? seconds : 1);
}

static void take_window(struct held *h, const struct monitor *m, struct snapshot_limits limits)
{
    struct snapshot *s = &h->shown;
    monitor_window(m, &s->window);
    if (s->window.seconds > 0)
        s->window_rate = (double)s->window.hits / (double)s->window.seconds;

    size_t room = limits.top ? limits.top : EVERY_WINDOW_SECTION;
    struct top_row *rows = mem_new(room, sizeof(*rows));
    size_t count = monitor_window_sections(m, limits.order, rows, room);
    top_list_of_rows(&h->memory, &s->window_sections, rows, count);
    s->window_sections.wanted = s->total.top[DIMENSION_SECTIONS].wanted;
    s->window_sections.distinct = s->window_sections.count;
    free(rows);
}

/* The last N whole seconds; near enough where the series is shorter than they. */
static double whole_rate(const struct snapshot *s, size_t room)
{
    size_t seconds = (size_t)s->window.seconds, over = s->series_count ? s->series_count - 1 : 0;
    if (!seconds || room <= seconds)
        return s->window_rate;
    uint64_t hits = 0;
    for (size_t i = over > seconds ? over - seconds : 0; i < over; i++)
        hits += s->series[i];
    return (double)hits / (double)seconds;
}

static void take_series(struct held *h, const struct monitor *m, size_t room)
{
    struct snapshot *s = &h->shown;
    s->series = arena_new(&h->memory, room, sizeof(*s->series));
    s->series_count = room ? monitor_series(m, s->series, room) : 0;
    /* The newest second is still going on: the one before it is the last whole one. */
    uint32_t last[2] = {0, 0};
    if (monitor_series(m, last, 2) == 2)
        s->live_hits = last[0];
    s->whole_rate = whole_rate(s, room);
}

/* An alert is over, but not forgotten, until its window has slid past the recovery. */
static enum overall overall_of(const struct snapshot *s)
{
    if (s->firing_count)
        return OVERALL_ALERT;
    for (size_t i = 0; i < s->alert_count; i++) {
        const struct alert_figures *a = &s->alerts[i];
        if (a->recovered && s->log_second - a->recovered_at < a->window_s)
            return OVERALL_RECOVERED;
    }
    return OVERALL_OK;
}

/* A rule that is not there has a level that nothing reaches. */
static double threshold_of(double above)
{
    return isfinite(above) ? above : 0;
}

static void take_alerts(struct held *h, const struct monitor *m)
{
    struct snapshot *s = &h->shown;
    const struct alert *judge = monitor_alert(m);
    const struct monitor_alert *kept;
    s->alert_count = monitor_alerts(m, &kept);
    s->alerts = arena_new(&h->memory, s->alert_count, sizeof(*s->alerts));
    for (size_t i = 0; i < s->alert_count; i++)
        alert_figures_of(&s->alerts[i], &kept[i]);
    s->threshold = threshold_of(judge->rule.above);
    s->rule_count = monitor_rule_count(m) + (s->threshold > 0);
    s->firing_count = monitor_firing(m);
    s->overall = overall_of(s);
}

static const char *kept_string(struct arena *a, const char *string)
{
    return arena_text(a, text_of(string)).at;
}

/* What is wrong with it now, until it is well again. */
static void say_trouble(struct snapshot *s, const struct monitor_source *from)
{
    if (s->notice[0] || (!from->problem[0] && from->state != NOTICE_WAITING))
        return;
    struct notice n = {.kind = from->state};
    snprintf(n.text, sizeof(n.text), "%s", from->problem);
    snapshot_say(s, &n, from->path);
}

/* A format's notice is its name, and after a colon how well it fits. */
static const char *format_name_of(struct arena *a, const char *told)
{
    const char *colon = strstr(told, ": ");
    return arena_text(a, text_make(told, colon ? (size_t)(colon - told) : strlen(told))).at;
}

static void take_sources(struct held *h, const struct monitor *m)
{
    struct snapshot *s = &h->shown;
    const struct monitor_source *sources;
    s->source_count = monitor_sources(m, &sources);
    snprintf(s->notice, sizeof(s->notice), "%s", monitor_news(m));
    s->sources = arena_new(&h->memory, s->source_count, sizeof(*s->sources));
    for (size_t i = 0; i < s->source_count; i++) {
        const struct monitor_source *from = &sources[i];
        s->sources[i] = (struct source_figures){
            .path = kept_string(&h->memory, from->path),
            .problem = kept_string(&h->memory, from->problem),
            .format = format_name_of(&h->memory, from->format),
            .state = from->state,
            .behind = from->behind,
            .rotations = from->rotations,
            .losses = from->losses,
        };
        s->behind += from->behind;
        say_trouble(s, from);
    }
    s->losses = monitor_losses(m);
}

static void take_rejects(struct held *h, const struct monitor *m)
{
    struct snapshot *s = &h->shown;
    const struct monitor_reject *kept;
    s->reject_count = monitor_rejects(m, &kept);
    s->rejects = arena_new(&h->memory, s->reject_count, sizeof(*s->rejects));
    for (size_t i = 0; i < s->reject_count; i++) {
        bool known = kept[i].source < s->source_count;
        s->rejects[i] = (struct reject_figures){
            .line = arena_text(&h->memory, kept[i].line),
            .reason = arena_text(&h->memory, text_of(kept[i].reason)),
            .column = kept[i].column,
            .source = known ? s->sources[kept[i].source].path : "",
        };
    }
}

struct snapshot *snapshot_of_monitor(const struct monitor *m, struct snapshot_limits limits,
                                     int64_t wall_ns)
{
    struct held *h = held_new();
    struct snapshot *s = &h->shown;
    s->has_clock = monitor_has_clock(m);
    s->log_second = monitor_log_second(m);
    s->wall_ns = wall_ns;
    figures_of_tally(&h->memory, &s->total, monitor_total(m), limits);
    s->backfilled = monitor_backfilled(m);
    s->hits_per_second = hits_per_second(&s->total);
    s->has_interval = monitor_interval_end(m) != INT64_MIN;
    if (s->has_interval) {
        figures_of_tally(&h->memory, &s->interval, monitor_interval(m), limits);
        s->interval_end = monitor_interval_end(m);
        s->interval_s = (double)monitor_interval_ns(m) / (double)NS_PER_S;
    }
    s->update_s = (double)monitor_update_ns(m) / (double)NS_PER_S;
    take_window(h, m, limits);
    take_series(h, m, limits.series);
    take_alerts(h, m);
    take_sources(h, m);
    take_rejects(h, m);
    return s;
}

struct snapshot *snapshot_of_tally(const struct tally *t, struct snapshot_limits limits,
                                   const struct alert_figures *alerts, size_t alert_count,
                                   const struct alert_rule *rule)
{
    struct held *h = held_new();
    struct snapshot *s = &h->shown;
    figures_of_tally(&h->memory, &s->total, t, limits);
    s->has_clock = s->total.timed;
    s->log_second = s->total.last;
    s->hits_per_second = hits_per_second(&s->total);
    s->threshold = threshold_of(rule->above);
    s->rule_count = s->threshold > 0;
    s->alert_count = alert_count;
    s->alerts = arena_new(&h->memory, alert_count, sizeof(*s->alerts));
    for (size_t i = 0; i < alert_count; i++) {
        s->alerts[i] = alerts[i];
        if (!alerts[i].recovered)
            s->overall = OVERALL_ALERT;
        s->firing_count += !alerts[i].recovered;
    }
    return s;
}

void snapshot_tries(struct snapshot *s, const struct try_figures *tries, size_t count)
{
    struct held *h = (struct held *)s;
    s->try_count = count;
    s->tries = arena_new(&h->memory, count, sizeof(*s->tries));
    for (size_t i = 0; i < count; i++) {
        s->tries[i] = tries[i];
        s->tries[i].text = kept_string(&h->memory, tries[i].text);
    }
}
