#include <stdlib.h>

#include "base/mem.h"
#include "monitor/top.h"
#include "monitor/top_rows.h"

/* Less than 0 where a stands before b: by hits, highest first, then by the bytes of the key. */
static int row_order(const struct top *t, const struct top_entry *a, const struct top_entry *b)
{
    if (a->counts.hits != b->counts.hits)
        return a->counts.hits > b->counts.hits ? -1 : 1;
    struct text left = top_entry_key(t, a), right = top_entry_key(t, b);
    size_t common = left.len < right.len ? left.len : right.len;
    int bytes = common ? memcmp(left.at, right.at, common) : 0;
    return bytes ? bytes : (left.len > right.len) - (left.len < right.len);
}

static int number_order(const void *a, const void *b, void *table)
{
    const struct top *t = table;
    return row_order(t, &t->rows[*(const uint32_t *)a], &t->rows[*(const uint32_t *)b]);
}

/* Lets heap[at] sink to its place; the root of the heap is the last of those chosen so far. */
static void heap_sink(const struct top *t, uint32_t *heap, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && row_order(t, &t->rows[heap[child + 1]], &t->rows[heap[child]]) > 0)
            child++;
        if (row_order(t, &t->rows[heap[at]], &t->rows[heap[child]]) >= 0)
            return;
        uint32_t swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

/* The first `limit` rows, in no order: one look at each row, and seldom more. */
static void heap_choose(const struct top *t, uint32_t *heap, size_t limit)
{
    for (size_t i = 0; i < limit; i++)
        heap[i] = (uint32_t)i;
    for (size_t i = limit / 2; i-- > 0;)
        heap_sink(t, heap, limit, i);
    for (uint32_t row = (uint32_t)limit; row < t->count; row++) {
        const struct top_entry *last = &t->rows[heap[0]];
        if (t->rows[row].counts.hits < last->counts.hits || row_order(t, &t->rows[row], last) > 0)
            continue;
        heap[0] = row;
        heap_sink(t, heap, limit, 0);
    }
}

size_t top_sorted(const struct top *t, struct top_row *rows, size_t limit)
{
    if (limit == 0 || limit > t->count)
        limit = t->count;
    if (limit == 0)
        return 0;
    uint32_t *chosen = mem_new(limit, sizeof *chosen);
    heap_choose(t, chosen, limit);
    qsort_r(chosen, limit, sizeof *chosen, number_order, (void *)(uintptr_t)t);
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
