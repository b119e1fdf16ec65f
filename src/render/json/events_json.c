/* events_json.c - headless JSON: one object a line. */
#include "base/json.h"
#include "render/events.h"
#include "render/json/parts.h"
#include "render/report.h"

enum { RATE_DECIMALS = 2, INTERVAL_DECIMALS = 3 };

static void begin(struct json *j, const char *type)
{
    json_open(j);
    json_key(j, "type");
    json_text(j, text_of(type));
}

static void put_rate(struct json *j, const char *key, double rate)
{
    json_key(j, key);
    json_number(j, rate, RATE_DECIMALS);
}

static void put_window(struct json *j, const struct snapshot *s)
{
    json_key(j, "window");
    json_open(j);
    json_key(j, "seconds");
    json_i64(j, s->window.seconds);
    json_key(j, "hits");
    json_u64(j, s->window.hits);
    put_rate(j, "rate", s->window_rate);
    json_key(j, "bytes");
    json_u64(j, s->window.bytes);
    json_key(j, "visitors");
    json_u64(j, s->window.visitors);
    json_close(j);
}

static void put_update(struct json *j, const struct snapshot *s)
{
    const struct figures *f = &s->interval;
    begin(j, "update");
    json_put_time(j, "time", true, s->interval_end);
    json_key(j, "interval");
    json_number(j, s->interval_s, INTERVAL_DECIMALS);
    json_key(j, "hits");
    json_u64(j, f->hits);
    put_rate(j, "hits_per_second", s->interval_s > 0 ? (double)f->hits / s->interval_s : 0);
    json_key(j, "bytes");
    json_u64(j, f->bytes);
    if (f->visitors_known) {
        json_key(j, "visitors");
        json_u64(j, f->visitors);
    }
    parts_top(j, DIMENSION_SECTIONS, &f->top[DIMENSION_SECTIONS], PARTS_FULL);
    parts_status(j, f);
    if (f->request_time_wanted)
        parts_latency(j, &f->request_time);
    put_window(j, s);
    json_key(j, "lines");
    json_open(j);
    parts_line_counts(j, f);
    json_close(j);
    json_key(j, "behind");
    json_u64(j, s->behind);
    json_key(j, "suspected_losses");
    json_u64(j, s->losses);
}

static void put_alert(struct json *j, const struct alert_figures *a, bool firing)
{
    begin(j, "alert");
    json_key(j, "rule");
    json_text(j, text_of(a->rule));
    json_key(j, "id");
    json_u64(j, a->id);
    json_key(j, "state");
    json_text(j, text_of(firing ? "firing" : "recovered"));
    parts_reason(j, a);
    json_put_time(j, "time", true, firing ? a->triggered_at : a->recovered_at);
    json_key(j, "hits");
    json_u64(j, firing ? a->hits : a->recovered_hits);
    put_rate(j, "rate", firing ? a->rate : a->recovered_rate);
    if (!firing)
        put_rate(j, "peak_rate", a->peak_rate);
    json_key(j, "message");
    json_text(j, text_of(firing ? a->message : a->recovered_message));
    parts_alert(j, a, firing ? a->value : a->recovered_value);
}

static void put_summary(struct json *j, const struct snapshot *s)
{
    begin(j, "summary");
    report_members(j, s);
}

void events_json(struct buf *out, const struct board_event *e)
{
    struct json j = json_on(out);
    if (e->kind == BOARD_UPDATE)
        put_update(&j, e->snapshot);
    else if (e->kind == BOARD_FIRING || e->kind == BOARD_RECOVERED)
        put_alert(&j, &e->alert, e->kind == BOARD_FIRING);
    else if (e->kind == BOARD_END)
        put_summary(&j, e->snapshot);
    else
        return;
    json_close(&j);
    buf_byte(out, '\n');
}
