#include "model/history.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { SECTIONS_MOST = 256 };

static void fill_request_time(struct latency_figures *f, const struct latency *l)
{
    *f = (struct latency_figures){.known = l != NULL};
    if (!l)
        return;
    f->count = latency_count(l);
    f->p50_ns = latency_percentile(l, 0.5);
    f->p90_ns = latency_percentile(l, 0.9);
    f->p95_ns = latency_percentile(l, 0.95);
    f->p99_ns = latency_percentile(l, 0.99);
    f->max_ns = latency_max(l);
}

static void fill_sections(struct top_list *list, const struct rollup *r, size_t most)
{
    struct top_row rows[SECTIONS_MOST];
    size_t count = rollup_sections(r, rows, most && most < SECTIONS_MOST ? most : SECTIONS_MOST);
    *list = (struct top_list){.wanted = true, .count = count};
    list->rows = mem_new(count + 1, sizeof *list->rows);
    for (size_t i = 0; i < count; i++) {
        struct top_figures *f = &list->rows[i];
        f->name = text_make(mem_string(rows[i].key), rows[i].key.len);
        f->hits = rows[i].counts.hits;
        f->bytes = rows[i].counts.bytes;
        f->errors = rows[i].counts.errors;
        f->client_errors = rows[i].counts.client_errors;
    }
}

static void fill_statuses(struct history_row *row, const struct rollup_figures *f)
{
    row->status_count = f->status_count;
    row->statuses = mem_new(f->status_count + 1, sizeof *row->statuses);
    row->classes[0] = f->no_status;
    for (size_t i = 0; i < f->status_count; i++) {
        unsigned hundreds = f->statuses[i].code / 100u;
        row->statuses[i] = f->statuses[i];
        row->classes[hundreds < 6 ? hundreds : 0] += f->statuses[i].hits;
    }
}

static void fill_row(struct history_row *row, const struct rollup *r, size_t sections)
{
    struct rollup_figures f;
    rollup_figures(r, &f);
    *row = (struct history_row){.start = rollup_start(r),
                                .seconds = rollup_span(r),
                                .hits = f.hits,
                                .bytes = f.bytes,
                                .visitors = f.visitors,
                                .rejected = f.rejected};
    row->hits_per_second = row->seconds > 0 ? (double)f.hits / (double)row->seconds : 0;
    fill_statuses(row, &f);
    fill_request_time(&row->request_time, f.request_time);
    fill_sections(&row->sections, r, sections);
    row->sections.error = f.sections_error;
}

static bool is_inside(const struct rollup *r, const struct history_span *span)
{
    return rollup_start(r) < span->to && rollup_start(r) + rollup_span(r) > span->from;
}

static int by_start(const void *a, const void *b)
{
    const struct history_row *left = a, *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return (left->seconds > right->seconds) - (left->seconds < right->seconds);
}

struct history *history_of(const struct rollups *kept, const struct history_span *span)
{
    struct history *h = mem_new(1, sizeof *h);
    struct rollups *rows = rollups_new();
    struct rollup *total = rollup_new(span->from, span->to - span->from);
    for (size_t i = 0; i < rollups_count(kept); i++) {
        const struct rollup *r = rollups_get(kept, i);
        if (!is_inside(r, span))
            continue;
        rollups_add(rows, r, span->step_s);
        rollup_merge(total, r);
    }
    *h = (struct history){.from = span->from, .to = span->to, .step_s = span->step_s};
    h->count = rollups_count(rows);
    h->rows = mem_new(h->count + 1, sizeof *h->rows);
    for (size_t i = 0; i < h->count; i++)
        fill_row(&h->rows[i], rollups_get(rows, i), span->sections);
    qsort(h->rows, h->count, sizeof *h->rows, by_start);
    fill_row(&h->total, total, span->sections);
    rollups_free(rows);
    rollup_free(total);
    return h;
}

static void row_done(struct history_row *row)
{
    for (size_t i = 0; i < row->sections.count; i++)
        free((char *)(uintptr_t)row->sections.rows[i].name.at);
    free(row->sections.rows);
    free(row->statuses);
}

void history_free(struct history *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->count; i++)
        row_done(&h->rows[i]);
    row_done(&h->total);
    free(h->rows);
    free(h);
}
