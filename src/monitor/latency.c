#include "monitor/latency.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"

uint64_t latency_bucket_middle(uint32_t bucket)
{
    if (bucket < LATENCY_STEPS * 2)
        return bucket;
    unsigned shift = (bucket >> LATENCY_STEP_BITS) - 1;
    uint64_t low = (uint64_t)(LATENCY_STEPS + (bucket & (LATENCY_STEPS - 1))) << shift;
    return low + ((UINT64_C(1) << shift) >> 1);
}

struct latency *latency_new(void)
{
    return mem_new(1, sizeof(struct latency));
}

void latency_free(struct latency *l)
{
    if (!l)
        return;
    free(l->counts);
    free(l);
}

void latency_reset(struct latency *l)
{
    if (l->counts)
        memset(l->counts, 0, l->length * sizeof *l->counts);
    l->count = 0;
    l->max = 0;
}

/* Makes room for the power of two that the bucket lies in. */
static void latency_widen(struct latency *l, uint32_t bucket)
{
    uint32_t from = bucket & ~(uint32_t)(LATENCY_STEPS - 1), to = from + LATENCY_STEPS;
    if (l->length && l->first < from)
        from = l->first;
    if (l->length && l->first + l->length > to)
        to = l->first + l->length;
    uint64_t *counts = mem_new(to - from, sizeof *counts);
    if (l->length)
        memcpy(counts + (l->first - from), l->counts, l->length * sizeof *counts);
    free(l->counts);
    l->counts = counts;
    l->first = from;
    l->length = to - from;
}

static inline void bucket_add(struct latency *l, uint32_t bucket, uint64_t times)
{
    /* One comparison for both ends: below `first` wraps to a large number. */
    if (bucket - l->first >= l->length)
        latency_widen(l, bucket);
    l->counts[bucket - l->first] += times;
}

void latency_bucket_add(struct latency *l, uint32_t bucket, uint64_t times)
{
    bucket_add(l, bucket, times);
}

void latency_add(struct latency *l, uint64_t ns, uint64_t times)
{
    bucket_add(l, latency_bucket(ns), times);
    l->count += times;
    if (ns > l->max)
        l->max = ns;
}

void latency_merge(struct latency *into, const struct latency *from)
{
    for (uint32_t i = 0; i < from->length; i++)
        if (from->counts[i])
            bucket_add(into, from->first + i, from->counts[i]);
    into->count += from->count;
    if (from->max > into->max)
        into->max = from->max;
}

uint64_t latency_count(const struct latency *l)
{
    return l->count;
}

uint64_t latency_max(const struct latency *l)
{
    return l->max;
}

uint64_t latency_percentile(const struct latency *l, double share)
{
    if (l->count == 0)
        return 0;
    double rank = ceil(share * (double)l->count);
    uint64_t need = rank < 1 ? 1 : rank >= (double)l->count ? l->count : (uint64_t)rank;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < l->length; i++) {
        sum += l->counts[i];
        if (sum >= need) {
            uint64_t middle = latency_bucket_middle(l->first + i);
            return middle < l->max ? middle : l->max;
        }
    }
    return l->max;
}
