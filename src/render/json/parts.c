#include "render/json/parts.h"

#include <stdio.h>

enum { SECONDS_DECIMALS = 9, VALUE_DECIMALS = 4 };

static void put_count(struct json *j, const char *key, uint64_t count)
{
    json_key(j, key);
    json_u64(j, count);
}

void parts_line_counts(struct json *j, const struct figures *f)
{
    put_count(j, "read", f->lines.read);
    put_count(j, "parsed", f->lines.parsed);
    put_count(j, "rejected", f->lines.rejected);
    put_count(j, "late", f->late);
    if (f->lines.truncated)
        put_count(j, "truncated", f->lines.truncated);
    if (f->future)
        put_count(j, "future", f->future);
}

static void put_seconds(struct json *j, const char *key, uint64_t ns)
{
    json_key(j, key);
    json_number(j, (double)ns / 1e9, SECONDS_DECIMALS);
}

static void latency_members(struct json *j, const struct latency_figures *l)
{
    json_open(j);
    json_key(j, "unit");
    json_text(j, TEXT("s"));
    put_seconds(j, "p50", l->p50_ns);
    put_seconds(j, "p90", l->p90_ns);
    put_seconds(j, "p95", l->p95_ns);
    put_seconds(j, "p99", l->p99_ns);
    put_seconds(j, "max", l->max_ns);
    put_count(j, "count", l->count);
    json_close(j);
}

void parts_latency(struct json *j, const struct latency_figures *l)
{
    json_key(j, "request_time");
    if (l->known)
        latency_members(j, l);
    else
        json_null(j);
}

static void put_row(struct json *j, const struct top_figures *row, enum parts_detail detail)
{
    json_open(j);
    json_key(j, "name");
    json_text(j, row->name);
    put_count(j, "hits", row->hits);
    if (detail == PARTS_FULL) {
        put_count(j, "bytes", row->bytes);
        put_count(j, "errors", row->errors);
        put_count(j, "client_errors", row->client_errors);
        if (row->request_time.known)
            parts_latency(j, &row->request_time);
    }
    json_close(j);
}

void parts_top(struct json *j, enum dimension d, const struct top_list *list, enum parts_detail detail)
{
    if (!list->wanted)
        return;
    json_key(j, dimension_key(d));
    json_list(j);
    for (size_t i = 0; i < list->count; i++)
        put_row(j, &list->rows[i], detail);
    json_unlist(j);
    if (list->error) { /* the counts are not exact: say by how much they may be too high */
        char key[40];
        snprintf(key, sizeof key, "%s_error", dimension_key(d));
        put_count(j, key, list->error);
    }
}

void parts_status(struct json *j, const struct figures *f)
{
    if (!f->status_wanted)
        return;
    json_key(j, "status");
    json_open(j);
    for (unsigned code = 0; code < STATUS_SLOTS; code++) {
        if (!f->status[code])
            continue;
        char key[8];
        snprintf(key, sizeof key, "%03u", code);
        put_count(j, key, f->status[code]);
    }
    json_close(j);
}

static void put_number(struct json *j, const char *key, double number)
{
    json_key(j, key);
    json_number(j, number, VALUE_DECIMALS);
}

static void put_text(struct json *j, const char *key, struct text text)
{
    json_key(j, key);
    json_text(j, text);
}

/* What the default rule has not. */
static void put_rule(struct json *j, const struct alert_figures *a, double value)
{
    put_text(j, "metric", text_of(rule_metric_key(a->metric)));
    put_text(j, "level", text_of(a->level));
    if (a->per != FIELD_COUNT) {
        put_text(j, "per", text_of(a->per == FIELD_HOST ? "address" : field_key(a->per)));
        put_text(j, "key", text_make(a->key, a->key_len));
    }
    put_number(j, "value", value);
    put_number(j, "peak", a->peak_value);
}

static void put_cause(struct json *j, const struct cause *c)
{
    json_open(j);
    put_text(j, "dimension", text_of(cause_key(c->dimension)));
    put_text(j, "name", text_make(c->name, c->name_len));
    put_number(j, "rise", c->rise);
    put_number(j, "share", c->share);
    json_close(j);
}

void parts_reason(struct json *j, const struct alert_figures *a)
{
    const char *why = alert_end_words(a->end);
    if (a->recovered && why[0])
        put_text(j, "reason", text_of(why));
}

void parts_alert(struct json *j, const struct alert_figures *a, double value)
{
    if (a->by_rule)
        put_rule(j, a, value);
    if (a->recovered) {
        json_key(j, "duration");
        json_i64(j, a->recovered_at - a->triggered_at);
        put_count(j, "total", a->total);
    }
    json_key(j, "cause");
    json_list(j);
    for (uint32_t i = 0; i < a->cause_count; i++)
        put_cause(j, &a->causes[i]);
    json_unlist(j);
}
