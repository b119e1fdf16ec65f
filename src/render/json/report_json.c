/* report_json.c - the report's object: totals, lists and alerts. */
#include "base/json.h"
#include "base/version.h"
#include "render/json/parts.h"
#include "render/report.h"

enum { RATE_DECIMALS = 2 };

static void put_lines(struct json *j, const struct snapshot *s)
{
    const struct figures *f = &s->total;
    json_key(j, "lines");
    json_open(j);
    parts_line_counts(j, f);
    json_key(j, "backfilled");
    json_u64(j, s->backfilled);
    json_close(j);
}

static void put_alert(struct json *j, const struct alert_figures *a)
{
    json_open(j);
    json_key(j, "rule");
    json_text(j, text_of(a->rule));
    json_put_time(j, "triggered_at", true, a->triggered_at);
    json_key(j, "hits");
    json_u64(j, a->hits);
    json_key(j, "rate");
    json_number(j, a->rate, RATE_DECIMALS);
    json_key(j, "peak_rate");
    json_number(j, a->peak_rate, RATE_DECIMALS);
    json_put_time(j, "recovered_at", a->recovered, a->recovered_at);
    parts_reason(j, a);
    if (a->acknowledged)
        json_put_time(j, "acknowledged_at", true, a->acknowledged);
    parts_alert(j, a, a->value);
    json_close(j);
}

/* In the order in which they fired: a live run keeps the newest first. */
static void put_alerts(struct json *j, const struct snapshot *s)
{
    bool turned = s->alert_count > 1 && s->alerts[0].triggered_at > s->alerts[s->alert_count - 1].triggered_at;
    json_key(j, "alerts");
    json_list(j);
    for (size_t i = 0; i < s->alert_count; i++)
        put_alert(j, &s->alerts[turned ? s->alert_count - 1 - i : i]);
    json_unlist(j);
}

/* What thresholds would have made of the log; nothing where none was given. */
static void put_tries(struct json *j, const struct snapshot *s)
{
    if (!s->try_count)
        return;
    json_key(j, "tries");
    json_list(j);
    for (size_t i = 0; i < s->try_count; i++) {
        const struct try_figures *t = &s->tries[i];
        json_open(j);
        json_key(j, "try");
        json_text(j, text_of(t->text));
        json_key(j, "firings");
        json_u64(j, t->firings);
        json_key(j, "firing_seconds");
        json_i64(j, t->firing_s);
        json_key(j, "longest_seconds");
        json_i64(j, t->longest_s);
        json_put_time(j, "first", t->firings > 0, t->first);
        json_close(j);
    }
    json_unlist(j);
}

/* The logs of a live run. */
static void put_sources(struct json *j, const struct snapshot *s)
{
    json_key(j, "sources");
    json_list(j);
    for (size_t i = 0; i < s->source_count; i++) {
        json_open(j);
        json_key(j, "path");
        json_text(j, text_of(s->sources[i].path));
        json_key(j, "format");
        json_text(j, text_of(s->sources[i].format));
        json_key(j, "rotations");
        json_u64(j, s->sources[i].rotations);
        json_key(j, "suspected_losses");
        json_u64(j, s->sources[i].losses);
        json_close(j);
    }
    json_unlist(j);
}

void report_members(struct json *j, const struct snapshot *s)
{
    const struct figures *f = &s->total;
    json_key(j, "version");
    json_text(j, TEXT(SPATE_VERSION));
    put_lines(j, s);
    json_key(j, "time");
    json_open(j);
    json_put_time(j, "first", f->timed, f->first);
    json_put_time(j, "last", f->timed, f->last);
    json_close(j);
    json_key(j, "hits");
    json_u64(j, f->hits);
    json_key(j, "bytes");
    json_u64(j, f->bytes);
    if (f->visitors_known) {
        json_key(j, "visitors");
        json_u64(j, f->visitors);
    }
    json_key(j, "hits_per_second");
    json_number(j, s->hits_per_second, RATE_DECIMALS);
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++)
        parts_top(j, d, &f->top[d], PARTS_FULL);
    parts_status(j, f);
    if (f->request_time_wanted)
        parts_latency(j, &f->request_time);
    put_alerts(j, s);
    put_tries(j, s);
    if (!s->source_count)
        return;
    put_sources(j, s);
    json_key(j, "suspected_losses");
    json_u64(j, s->losses);
}

void report_json(struct buf *out, const struct snapshot *s)
{
    struct json j = json_on(out);
    json_open(&j);
    report_members(&j, s);
    json_close(&j);
    buf_byte(out, '\n');
}
