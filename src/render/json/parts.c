#include "render/json/parts.h"

#include <stdio.h>

enum { SECONDS_DECIMALS = 9 };

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
