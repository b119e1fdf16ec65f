/* history_text.c - the history for people: a row a span, with a bar for its rate. */
#include <stdio.h>

#include "base/safe.h"
#include "base/time.h"
#include "render/history.h"
#include "render/report/units.h"

enum {
    BAR_WIDTH = 24,
    EIGHTHS = 8,
    NAME_WIDTH = 24,
    GAP_MOST = 24, /* so many empty spans in a row are shown as such, more as one line */
    WHEN_SIZE = 32
};

/* UTC: "2026-11-20 14:05", or the day alone. */
static const char *when(char into[WHEN_SIZE], int64_t second, int64_t span)
{
    struct civil c = time_to_civil(second);
    int len =
        snprintf(into, WHEN_SIZE, "%04lld-%02u-%02u", (long long)(c.year % 100000), c.month, c.day);
    if (span < ROLLUP_DAY)
        snprintf(into + len, (size_t)(WHEN_SIZE - len), " %02u:%02u", c.hour, c.minute);
    return into;
}

static const char *span_word(int64_t span)
{
    return span < ROLLUP_HOUR ? "minute" : span < ROLLUP_DAY ? "hour" : "day";
}

static void put_head(struct buf *out, const struct history *h)
{
    char from[WHEN_SIZE], to[WHEN_SIZE], a[UNITS_SIZE], b[UNITS_SIZE], c[UNITS_SIZE], d[UNITS_SIZE];
    const struct history_row *t = &h->total;
    buf_printf(out, "history   %s to %s UTC, by %s\n", when(from, h->from, 0), when(to, h->to, 0),
               span_word(h->step_s));
    buf_printf(out, "total     %s hits, %s, %s visitors, %s rejected\n", units_count(a, t->hits),
               units_bytes(b, t->bytes), units_count(c, t->visitors), units_count(d, t->rejected));
    if (t->request_time.known)
        buf_printf(
            out, "answered  p50 %s, p95 %s, p99 %s, max %s\n",
            units_duration(a, t->request_time.p50_ns), units_duration(b, t->request_time.p95_ns),
            units_duration(c, t->request_time.p99_ns), units_duration(d, t->request_time.max_ns));
}

static double highest(const struct history *h)
{
    double most = 0;
    for (size_t i = 0; i < h->count; i++)
        if (h->rows[i].hits_per_second > most)
            most = h->rows[i].hits_per_second;
    return most;
}

/* A bar of whole and eighth blocks, filled up with spaces. */
static void put_bar(struct buf *out, double share, bool ascii)
{
    static const char *const eighths[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned steps = (unsigned)(share * BAR_WIDTH * EIGHTHS + 0.5);
    unsigned whole = steps / EIGHTHS, rest = steps % EIGHTHS;
    if (share > 0 && steps == 0)
        rest = 1;
    if (ascii) {
        whole += rest > 0;
        rest = 0;
    }
    for (unsigned i = 0; i < whole; i++)
        buf_str(out, ascii ? "#" : "█");
    buf_str(out, eighths[rest]);
    buf_fill(out, ' ', BAR_WIDTH - whole - (rest > 0));
}

static void put_columns(struct buf *out, bool timed)
{
    buf_printf(out, "\n%-16s %10s %9s  %-*s %9s %9s %7s %7s%s  %s\n", "start", "hits", "/s",
               BAR_WIDTH, "", "bytes", "visitors", "4xx", "5xx", timed ? "       p95" : "",
               "busiest section");
}

static void put_row(struct buf *out, const struct history_row *row, double most, bool timed,
                    bool ascii)
{
    char at[WHEN_SIZE], a[UNITS_SIZE], b[UNITS_SIZE], c[UNITS_SIZE], d[UNITS_SIZE];
    buf_printf(out, "%-16s %10s %9.2f  ", when(at, row->start, row->seconds),
               units_count(a, row->hits), row->hits_per_second);
    put_bar(out, most > 0 ? row->hits_per_second / most : 0, ascii);
    buf_printf(out, " %9s %9s %7llu %7llu", units_bytes(b, row->bytes),
               units_count(c, row->visitors), (unsigned long long)row->classes[4],
               (unsigned long long)row->classes[5]);
    if (timed)
        buf_printf(out, " %9s",
                   row->request_time.known ? units_duration(d, row->request_time.p95_ns) : "-");
    if (row->sections.count) {
        struct safe_limits limits = {.width = NAME_WIDTH, .ascii = ascii};
        buf_str(out, "  ");
        safe_make(out, row->sections.rows[0].name, limits);
    }
    buf_byte(out, '\n');
}

/* Spans between two rows in which nothing came. */
static void put_gap(struct buf *out, const struct history *h, const struct history_row *before,
                    const struct history_row *next, bool timed, bool ascii)
{
    int64_t start = before->start + before->seconds;
    int64_t count = start < next->start ? (next->start - start) / h->step_s : 0;
    if (count > GAP_MOST) {
        char from[TIME_TEXT_SIZE];
        buf_printf(out, "%-16s nothing for %s\n", ascii ? "..." : "…",
                   duration_text(from, count * h->step_s * INT64_C(1000000000)));
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        struct history_row empty = {.start = start + i * h->step_s, .seconds = h->step_s};
        put_row(out, &empty, 1, timed, ascii);
    }
}

void history_text(struct buf *out, const struct history *h, bool ascii)
{
    double most = highest(h);
    bool timed = h->total.request_time.known;
    put_head(out, h);
    if (!h->count) {
        buf_str(out, "nothing is kept of this time\n");
        return;
    }
    put_columns(out, timed);
    for (size_t i = 0; i < h->count; i++) {
        if (i)
            put_gap(out, h, &h->rows[i - 1], &h->rows[i], timed, ascii);
        put_row(out, &h->rows[i], most, timed, ascii);
    }
}
