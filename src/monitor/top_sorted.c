#include <stdlib.h>

#include "base/mem.h"
#include "monitor/top.h"
#include "monitor/top_rows.h"

/* What the rows are chosen by. */
struct choice {
    const struct top *table;
    enum top_order order;
};

static uint64_t measure(const struct top_counts *c, enum top_order order)
{
    if (order == TOP_BY_BYTES)
        return c->bytes;
    return order == TOP_BY_ERRORS ? c->errors : c->hits;
}

static int more_first(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

int top_counts_order(const struct top_counts *a, const struct top_counts *b, enum top_order order)
{
    int first = more_first(measure(a, order), measure(b, order));
    if (!first && order == TOP_BY_ERRORS)
        first = more_first(a->client_errors, b->client_errors);
    return first ? first : more_first(a->hits, b->hits);
}

static int row_order(const struct choice *c, uint32_t one, uint32_t two)
{
    const struct top_entry *a = &c->table->rows[one], *b = &c->table->rows[two];
    int order = top_counts_order(&a->counts, &b->counts, c->order);
    return order ? order : text_order(top_entry_key(c->table, a), top_entry_key(c->table, b));
}

static int number_order(const void *a, const void *b, void *choice)
{
    return row_order(choice, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Lets heap[at] sink to its place; the root of the heap is the last of those chosen so far. */
static void heap_sink(const struct choice *c, uint32_t *heap, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && row_order(c, heap[child + 1], heap[child]) > 0)
            child++;
        if (row_order(c, heap[at], heap[child]) >= 0)
            return;
        uint32_t swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

/* The first `limit` rows, in no order: one look at each row, and seldom more. */
static void heap_choose(const struct choice *c, uint32_t *heap, size_t limit)
{
    const struct top_entry *rows = c->table->rows;
    for (size_t i = 0; i < limit; i++)
        heap[i] = (uint32_t)i;
    for (size_t i = limit / 2; i-- > 0;)
        heap_sink(c, heap, limit, i);
    for (uint32_t row = (uint32_t)limit; row < c->table->count; row++) {
        uint64_t least = measure(&rows[heap[0]].counts, c->order);
        if (measure(&rows[row].counts, c->order) < least || row_order(c, row, heap[0]) > 0)
            continue;
        heap[0] = row;
        heap_sink(c, heap, limit, 0);
    }
}

size_t top_sorted(const struct top *t, struct top_row *rows, size_t limit)
{
    return top_sorted_by(t, TOP_BY_HITS, rows, limit);
}

size_t top_sorted_by(const struct top *t, enum top_order order, struct top_row *rows, size_t limit)
{
    struct choice choice = {t, order};
    if (limit == 0 || limit > t->count)
        limit = t->count;
    if (limit == 0)
        return 0;
    uint32_t *chosen = mem_new(limit, sizeof *chosen);
    heap_choose(&choice, chosen, limit);
    qsort_r(chosen, limit, sizeof *chosen, number_order, &choice);
    for (size_t i = 0; i < limit; i++) {
        const struct top_entry *e = &t->rows[chosen[i]];
        rows[i] = (struct top_row){
            .key = top_entry_key(t, e),
            .counts = e->counts,
            .over = e->over,
            .request_time = e->histogram ? t->histograms[e->histogram - 1] : NULL,
        };
    }
    free(chosen);
    return limit;
}
