#include <stdlib.h>

#include "base/mem.h"
#include "monitor/top.h"
#include "monitor/top_rows.h"

void top_row_drop_latency(struct top *t, struct top_entry *e)
{
    if (!e->histogram)
        return;
    latency_free(t->histograms[e->histogram - 1]);
    t->histograms[e->histogram - 1] = NULL;
    t->histogram_count--;
    e->histogram = 0;
}

static int hits_order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Takes the histograms of the rarer half of those that have one. */
static void histograms_halve(struct top *t)
{
    uint64_t hits[TOP_HISTOGRAMS];
    uint32_t count = 0;
    for (uint32_t row = 0; row < t->count && count < TOP_HISTOGRAMS; row++)
        if (t->rows[row].histogram)
            hits[count++] = t->rows[row].counts.hits;
    qsort(hits, count, sizeof hits[0], hits_order);
    uint64_t limit = hits[count / 2];
    uint32_t drop = count / 2;
    for (uint32_t row = 0; row < t->count && drop; row++) {
        struct top_entry *e = &t->rows[row];
        if (e->histogram && e->counts.hits <= limit) {
            top_row_drop_latency(t, e);
            drop--;
        }
    }
}

static struct latency *row_histogram(struct top *t, uint32_t row)
{
    struct top_entry *e = &t->rows[row];
    if (e->histogram)
        return t->histograms[e->histogram - 1];
    if (t->histogram_count == TOP_HISTOGRAMS)
        histograms_halve(t);
    uint32_t at = t->histogram_count;
    while (t->histograms[at % TOP_HISTOGRAMS])
        at++;
    at %= TOP_HISTOGRAMS;
    t->histograms[at] = latency_new();
    t->histogram_count++;
    e->histogram = (uint16_t)(at + 1);
    return t->histograms[at];
}

void top_row_latency(struct top *t, uint32_t row, uint64_t ns)
{
    latency_add(row_histogram(t, row), ns, 1);
}

void top_row_merge_latency(struct top *t, uint32_t row, const struct latency *from)
{
    latency_merge(row_histogram(t, row), from);
}
