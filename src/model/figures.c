/* figures.c - see figures.h. */
#include "model/figures.h"

#include "base/mem.h"
#include <stdlib.h>

static struct latency_figures latency_figures_of(const struct latency *l)
{
    if (!l || latency_count(l) == 0)
        return (struct latency_figures){0};
    return (struct latency_figures){
        .known = true,
        .count = latency_count(l),
        .p50_ns = latency_percentile(l, 0.50),
        .p90_ns = latency_percentile(l, 0.90),
        .p95_ns = latency_percentile(l, 0.95),
        .p99_ns = latency_percentile(l, 0.99),
        .max_ns = latency_max(l),
    };
}

void top_list_of_rows(struct arena *a, struct top_list *out, const struct top_row *rows,
                      size_t count)
{
    out->count = count;
    out->rows = arena_new(a, count, sizeof(*out->rows));
    for (size_t i = 0; i < count; i++)
        out->rows[i] = (struct top_figures){
            .name = arena_text(a, rows[i].key),
            .hits = rows[i].counts.hits,
            .bytes = rows[i].counts.bytes,
            .errors = rows[i].counts.errors,
            .client_errors = rows[i].counts.client_errors,
            .request_time = latency_figures_of(rows[i].request_time),
        };
}

static void top_list_of(struct arena *a, struct top_list *out, const struct top *t,
                        struct snapshot_limits limits)
{
    if (!t)
        return;
    out->wanted = true;
    out->error = top_error(t);
    out->distinct = top_distinct(t);
    size_t room = limits.top && limits.top < out->distinct ? limits.top : out->distinct;
    struct top_row *rows = mem_new(room + 1, sizeof(*rows));
    top_list_of_rows(a, out, rows, room ? top_sorted_by(t, limits.order, rows, room) : 0);
    free(rows);
}

static void count_statuses(struct figures *out, const struct tally *t)
{
    out->no_status = t->no_status;
    out->classes[0] = t->no_status;
    for (unsigned status = 0; status < STATUS_SLOTS; status++) {
        unsigned class = status / 100;
        out->status[status] = t->status[status];
        out->classes[class <= 5 ? class : 0] += t->status[status];
    }
}

void figures_of_tally(struct arena *a, struct figures *out, const struct tally *t,
                      struct snapshot_limits limits)
{
    *out = (struct figures){
        .lines = t->lines,
        .late = t->late,
        .future = t->future,
        .hits = t->hits,
        .bytes = t->bytes,
        .status_wanted = (t->wanted & DIMENSION_BIT(DIMENSION_STATUS)) != 0,
        .visitors_known = t->visitors != NULL,
        .visitors = t->visitors ? visitors_count(t->visitors) : 0,
        .request_time_wanted = t->request_time != NULL,
        .request_time = latency_figures_of(t->request_time),
        .timed = t->timed > 0,
        .first = t->timed ? t->first : 0,
        .last = t->timed ? t->last : 0,
    };
    count_statuses(out, t);
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        top_list_of(a, &out->top[d], t->top[d], limits);
}
