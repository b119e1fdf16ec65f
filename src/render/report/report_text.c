/* report_text.c - the report for people: what there is, aligned, the busiest first. */
#include <stdio.h>

#include "base/safe.h"
#include "base/time.h"
#include "render/report.h"
#include "render/report/alert_text.h"
#include "render/report/units.h"

enum { NAME_WIDTH = 48, BAR_WIDTH = 20 };

static void put_heading(struct buf *out, const char *words)
{
    buf_printf(out, "\n%s\n", words);
}

/* Two times and how far they lie apart. */
static void put_span(struct buf *out, const struct figures *f)
{
    char from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE], length[TIME_TEXT_SIZE];
    if (!f->timed) {
        buf_str(out, "time      no line has a time\n");
        return;
    }
    buf_printf(out, "time      %s to %s (%s)\n", time_rfc3339(from, f->first, 0),
               time_rfc3339(to, f->last, 0), duration_text(length, (f->last - f->first + 1) * 1000000000));
}

static void put_totals(struct buf *out, const struct snapshot *s)
{
    const struct figures *f = &s->total;
    char a[UNITS_SIZE], b[UNITS_SIZE], c[UNITS_SIZE];
    buf_printf(out, "lines     %s read, %s hits, %s rejected", units_count(a, f->lines.read),
               units_count(b, f->hits), units_count(c, f->lines.rejected));
    if (f->lines.truncated)
        buf_printf(out, ", %s longer than is kept", units_count(a, f->lines.truncated));
    if (f->future)
        buf_printf(out, ", %s from the far future", units_count(a, f->future));
    buf_byte(out, '\n');
    put_span(out, f);
    buf_printf(out, "traffic   %.2f hits/s, %s", s->hits_per_second, units_bytes(a, f->bytes));
    if (f->visitors_known)
        buf_printf(out, ", %s visitors", units_count(b, f->visitors));
    buf_byte(out, '\n');
}

static void put_status(struct buf *out, const struct figures *f)
{
    if (!f->status_wanted || !f->hits)
        return;
    char a[UNITS_SIZE];
    buf_str(out, "status   ");
    for (unsigned code = 0; code < STATUS_SLOTS; code++)
        if (f->status[code])
            buf_printf(out, " %03u: %s ", code, units_count(a, f->status[code]));
    if (f->no_status)
        buf_printf(out, " none: %s", units_count(a, f->no_status));
    buf_byte(out, '\n');
}

static void put_latency(struct buf *out, const struct latency_figures *l)
{
    char a[UNITS_SIZE], b[UNITS_SIZE], c[UNITS_SIZE], d[UNITS_SIZE], e[UNITS_SIZE];
    if (l->known)
        buf_printf(out, "answered  p50 %s, p90 %s, p95 %s, p99 %s, max %s\n",
                   units_duration(a, l->p50_ns), units_duration(b, l->p90_ns),
                   units_duration(c, l->p95_ns), units_duration(d, l->p99_ns),
                   units_duration(e, l->max_ns));
}

static void put_row(struct buf *out, const struct top_figures *row, uint64_t all, bool timed)
{
    char a[UNITS_SIZE], b[UNITS_SIZE];
    struct safe name = safe_make(out, row->name, (struct safe_limits){.width = NAME_WIDTH});
    if (!row->name.len)
        name = safe_make(out, TEXT("(empty)"), (struct safe_limits){0});
    buf_fill(out, ' ', NAME_WIDTH - name.width);
    double share = all ? (double)row->hits / (double)all : 0;
    buf_printf(out, " %12s %5.1f %% %10s", units_count(a, row->hits), share * 100,
               units_bytes(b, row->bytes));
    buf_printf(out, " %9llu", (unsigned long long)row->client_errors);
    buf_printf(out, " %7llu", (unsigned long long)row->errors);
    if (timed)
        buf_printf(out, " %9s", row->request_time.known ? units_duration(a, row->request_time.p95_ns) : "-");
    buf_str(out, "  ");
    buf_fill(out, '#', (size_t)(share * BAR_WIDTH + 0.5));
    buf_byte(out, '\n');
}

static void put_top(struct buf *out, enum dimension d, const struct top_list *list, uint64_t all)
{
    if (!list->count)
        return;
    bool timed = d == DIMENSION_SECTIONS && list->rows[0].request_time.known;
    put_heading(out, dimension_key(d));
    buf_printf(out, "%-*s %12s %7s %10s %9s %7s%s\n", NAME_WIDTH, dimension_word(d), "hits", "share", "bytes",
               "4xx", "5xx", timed ? "       p95" : "");
    for (size_t i = 0; i < list->count; i++)
        put_row(out, &list->rows[i], all, timed);
    char a[UNITS_SIZE];
    if (list->error)
        buf_printf(out, "(too many different ones to count each: figures are at most %s too high)\n",
                   units_count(a, list->error));
}

static void put_alert(struct buf *out, const struct alert_figures *a)
{
    buf_printf(out, "%s", a->message);
    if (a->by_rule)
        buf_printf(out, " (peak %s)\n", a->peak_words);
    else
        buf_printf(out, " (%.2f/s, peak %.2f/s)\n", a->rate, a->peak_rate);
    alert_text_cause(out, a);
    if (a->recovered)
        buf_printf(out, "%s\n", a->recovered_message);
    else
        buf_str(out, "  still firing at the end\n");
    alert_text_end(out, a);
}

static void put_alerts(struct buf *out, const struct snapshot *s)
{
    char rule[80];
    if (s->rule_count > 1 || s->threshold <= 0)
        snprintf(rule, sizeof rule, "alerts (%u rule%s)", s->rule_count, s->rule_count == 1 ? "" : "s");
    else
        snprintf(rule, sizeof rule, "alerts (above %g requests/s)", s->threshold);
    put_heading(out, rule);
    bool turned = s->alert_count > 1 && s->alerts[0].triggered_at > s->alerts[s->alert_count - 1].triggered_at;
    for (size_t i = 0; i < s->alert_count; i++)
        put_alert(out, &s->alerts[turned ? s->alert_count - 1 - i : i]);
    if (!s->alert_count)
        buf_str(out, "none\n");
}

static const char *span_of(char into[TIME_TEXT_SIZE], int64_t seconds)
{
    return duration_text(into, seconds * INT64_C(1000000000));
}

static void put_tries(struct buf *out, const struct snapshot *s)
{
    char all[TIME_TEXT_SIZE], longest[TIME_TEXT_SIZE], first[TIME_TEXT_SIZE];
    if (!s->try_count)
        return;
    put_heading(out, "thresholds tried");
    buf_printf(out, "%-*s %8s %12s %12s  %s\n", NAME_WIDTH, "", "firings", "time firing", "longest",
               "first");
    for (size_t i = 0; i < s->try_count; i++) {
        const struct try_figures *t = &s->tries[i];
        struct safe name = safe_make(out, text_of(t->text), (struct safe_limits){.width = NAME_WIDTH});
        buf_fill(out, ' ', NAME_WIDTH - name.width);
        buf_printf(out, " %8llu %12s %12s  %s\n", (unsigned long long)t->firings,
                   t->firings ? span_of(all, t->firing_s) : "-",
                   t->firings ? span_of(longest, t->longest_s) : "-",
                   t->firings ? time_rfc3339(first, t->first, 0) : "never");
    }
}

static void put_rejects(struct buf *out, const struct snapshot *s)
{
    if (!s->reject_count)
        return;
    put_heading(out, "rejected lines (the last few)");
    for (size_t i = 0; i < s->reject_count; i++) {
        const struct reject_figures *r = &s->rejects[i];
        safe_add(out, r->reason);
        buf_printf(out, " at column %u: ", r->column);
        safe_make(out, r->line, (struct safe_limits){.width = 100});
        buf_byte(out, '\n');
    }
}

/* The logs of a live run. */
static void put_sources(struct buf *out, const struct snapshot *s)
{
    for (size_t i = 0; i < s->source_count; i++) {
        const struct source_figures *f = &s->sources[i];
        buf_printf(out, "log       %s (%s)", f->path, f->format[0] ? f->format : "no format yet");
        if (f->losses)
            buf_printf(out, ", %llu suspected losses", (unsigned long long)f->losses);
        buf_byte(out, '\n');
    }
}

void report_text(struct buf *out, const struct snapshot *s)
{
    put_sources(out, s);
    put_totals(out, s);
    put_status(out, &s->total);
    put_latency(out, &s->total.request_time);
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++)
        put_top(out, d, &s->total.top[d], s->total.hits);
    put_alerts(out, s);
    put_tries(out, s);
    put_rejects(out, s);
}
