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
    free(l->carries);
    free(l);
}

void latency_reset(struct latency *l)
{
    if (l->counts)
        memset(l->counts, 0, l->length * sizeof *l->counts);
    free(l->carries);
    l->carries = NULL;
    l->count = 0;
    l->max = 0;
}

/* The halves of `length` buckets in a longer row, where they begin at `at`. */
static uint32_t *moved(uint32_t *halves, uint32_t length, uint32_t at, uint32_t new_length)
{
    uint32_t *to = mem_new(new_length, sizeof *to);
    if (length)
        memcpy(to + at, halves, length * sizeof *to);
    free(halves);
    return to;
}

/* Makes room for the powers of two that the buckets from `low` to `high` lie in. */
static void latency_widen(struct latency *l, uint32_t low, uint32_t high)
{
    uint32_t from = low & ~(uint32_t)(LATENCY_STEPS - 1);
    uint32_t to = (high & ~(uint32_t)(LATENCY_STEPS - 1)) + LATENCY_STEPS;
    if (l->length && l->first < from)
        from = l->first;
    if (l->length && l->first + l->length > to)
        to = l->first + l->length;
    l->counts = moved(l->counts, l->length, l->first - from, to - from);
    if (l->carries)
        l->carries = moved(l->carries, l->length, l->first - from, to - from);
    l->first = from;
    l->length = to - from;
}

static void carry_add(struct latency *l, uint32_t place, uint32_t times)
{
    if (!l->carries)
        l->carries = mem_new(l->length, sizeof *l->carries);
    l->carries[place] += times;
}

void latency_carry(struct latency *l, const uint32_t *place)
{
    carry_add(l, (uint32_t)(place - l->counts), 1);
}

static inline void bucket_add(struct latency *l, uint32_t bucket, uint64_t times)
{
    /* One comparison for both ends: below `first` wraps to a large number. */
    if (bucket - l->first >= l->length)
        latency_widen(l, bucket, bucket);
    uint32_t place = bucket - l->first;
    uint64_t sum = l->counts[place] + times;
    l->counts[place] = (uint32_t)sum;
    if (sum >> 32)
        carry_add(l, place, (uint32_t)(sum >> 32));
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

void latency_add_all(struct latency *l, const uint16_t *bucket, uint32_t count,
                     const struct latency_ends *ends)
{
    uint32_t low = latency_bucket(ends->least), high = latency_bucket(ends->most), added = 0;
    if (ends->least > ends->most)
        return;
    if (low - l->first >= l->length || high - l->first >= l->length)
        latency_widen(l, low, high);
    for (uint32_t i = 0; i < count; i++) {
        if (bucket[i] == LATENCY_NONE)
            continue;
        latency_place_add(l, &l->counts[bucket[i] - l->first]);
        added++;
    }
    l->count += added;
    if (ends->most > l->max)
        l->max = ends->most;
}

void latency_merge(struct latency *into, const struct latency *from)
{
    for (uint32_t i = 0; i < from->length; i++)
        if (latency_times(from, i))
            bucket_add(into, from->first + i, latency_times(from, i));
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
        sum += latency_times(l, i);
        if (sum >= need) {
            uint64_t middle = latency_bucket_middle(l->first + i);
            return middle < l->max ? middle : l->max;
        }
    }
    return l->max;
}
