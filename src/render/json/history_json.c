/* history_json.c - the history as one object: the sums of it, then a row a span. */
#include <stdio.h>

#include "base/json.h"
#include "render/history.h"
#include "render/json/parts.h"

enum { RATE_DECIMALS = 3 };

static void put_count(struct json *j, const char *key, uint64_t count)
{
    json_key(j, key);
    json_u64(j, count);
}

static void put_statuses(struct json *j, const struct history_row *row)
{
    json_key(j, "status");
    json_open(j);
    for (size_t i = 0; i < row->status_count; i++) {
        char key[8];
        snprintf(key, sizeof key, "%03u", (unsigned)row->statuses[i].code);
        put_count(j, key, row->statuses[i].hits);
    }
    json_close(j);
}

static void put_figures(struct json *j, const struct history_row *row)
{
    put_count(j, "hits", row->hits);
    json_key(j, "hits_per_second");
    json_number(j, row->hits_per_second, RATE_DECIMALS);
    put_count(j, "bytes", row->bytes);
    put_count(j, "visitors", row->visitors);
    put_count(j, "rejected", row->rejected);
    put_statuses(j, row);
    parts_top(j, DIMENSION_SECTIONS, &row->sections, PARTS_FULL);
    parts_latency(j, &row->request_time);
}

static void put_row(struct json *j, const struct history_row *row)
{
    json_open(j);
    json_put_time(j, "start", true, row->start);
    json_key(j, "seconds");
    json_i64(j, row->seconds);
    put_figures(j, row);
    json_close(j);
}

void history_json(struct buf *out, const struct history *h)
{
    struct json j = json_on(out);
    json_open(&j);
    json_put_time(&j, "from", true, h->from);
    json_put_time(&j, "to", true, h->to);
    json_key(&j, "by");
    json_text(&j, text_of(h->step_s < ROLLUP_HOUR  ? "minute"
                          : h->step_s < ROLLUP_DAY ? "hour"
                                                   : "day"));
    put_figures(&j, &h->total);
    json_key(&j, "rows");
    json_list(&j);
    for (size_t i = 0; i < h->count; i++)
        put_row(&j, &h->rows[i]);
    json_unlist(&j);
    json_close(&j);
    buf_byte(out, '\n');
}
