/* history_csv.c - the history as comma-separated values (RFC 4180, but for plain line ends). */
#include <stdio.h>

#include "base/safe.h"
#include "base/time.h"
#include "render/history.h"

static const char COLUMNS[] =
    "start,seconds,hits,hits_per_second,bytes,visitors,rejected,1xx,2xx,3xx,"
    "4xx,5xx,other,p50,p95,p99,max,section,section_hits\n";

/* Foreign bytes as one quoted field: nothing that a terminal obeys, nor what a spreadsheet takes
 * for a formula. */
static void put_field(struct buf *out, struct text foreign)
{
    struct buf room = {0};
    struct safe safe = safe_make(&room, foreign, (struct safe_limits){0});
    buf_byte(out, '"');
    if (safe.utf8.len && memchr("=+-@", safe.utf8.at[0], 4))
        buf_byte(out, '\'');
    for (size_t i = 0; i < safe.utf8.len; i++) {
        if (safe.utf8.at[i] == '"')
            buf_byte(out, '"');
        buf_byte(out, safe.utf8.at[i]);
    }
    buf_byte(out, '"');
    buf_done(&room);
}

static void put_seconds(struct buf *out, bool known, uint64_t ns)
{
    if (known)
        buf_printf(out, ",%.6f", (double)ns / 1e9);
    else
        buf_byte(out, ',');
}

static void put_row(struct buf *out, const struct history_row *row)
{
    char start[TIME_TEXT_SIZE];
    buf_printf(out, "%s,%lld,%llu,%.3f", time_rfc3339(start, row->start, 0),
               (long long)row->seconds, (unsigned long long)row->hits, row->hits_per_second);
    const uint64_t counts[] = {row->bytes,      row->visitors,   row->rejected,
                               row->classes[1], row->classes[2], row->classes[3],
                               row->classes[4], row->classes[5], row->classes[0]};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        buf_printf(out, ",%llu", (unsigned long long)counts[i]);
    const struct latency_figures *l = &row->request_time;
    const uint64_t times[] = {l->p50_ns, l->p95_ns, l->p99_ns, l->max_ns};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        put_seconds(out, l->known, times[i]);
    buf_byte(out, ',');
    if (row->sections.count) {
        put_field(out, row->sections.rows[0].name);
        buf_printf(out, ",%llu", (unsigned long long)row->sections.rows[0].hits);
    } else {
        buf_byte(out, ',');
    }
    buf_byte(out, '\n');
}

void history_csv(struct buf *out, const struct history *h)
{
    buf_str(out, COLUMNS);
    for (size_t i = 0; i < h->count; i++)
        put_row(out, &h->rows[i]);
}
