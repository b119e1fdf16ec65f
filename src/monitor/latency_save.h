/* latency_save.h - a histogram of durations packed (base/pack.h), and how it lies in memory, for
 * latency.c and latency_save.c.
 *
 * Bucket numbers: below 64 the nanoseconds themselves; from there on each power of two has 64
 * buckets, and the number goes on without a gap: 64 is [64, 65), 128 is [128, 130). */
#ifndef SPATE_MONITOR_LATENCY_SAVE_H
#define SPATE_MONITOR_LATENCY_SAVE_H

#include "base/pack.h"
#include "monitor/latency.h"

enum {
    LATENCY_STEP_BITS = 6,
    LATENCY_STEPS = 1 << LATENCY_STEP_BITS,
    LATENCY_BUCKETS = (64 - LATENCY_STEP_BITS + 1) << LATENCY_STEP_BITS
};

struct latency {
    uint64_t count;
    uint64_t max;
    uint32_t first;  /* bucket number of counts[0]; a multiple of LATENCY_STEPS */
    uint32_t length; /* a multiple of LATENCY_STEPS */
    uint64_t *counts;
};

static inline uint32_t latency_bucket(uint64_t ns)
{
    if (ns < LATENCY_STEPS)
        return (uint32_t)ns;
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - LATENCY_STEP_BITS;
    return (shift << LATENCY_STEP_BITS) + (uint32_t)(ns >> shift);
}

/* The duration that stands for a bucket. */
uint64_t latency_bucket_middle(uint32_t bucket);

/* Calls for the memory that a latency_add() of that duration will touch. */
static inline void latency_prefetch(const struct latency *l, uint64_t ns)
{
    uint32_t place = latency_bucket(ns) - l->first;
    if (place < l->length)
        __builtin_prefetch(&l->counts[place], 1);
}

/* Counts in a bucket by its number; the caller keeps `count` and `max`. */
void latency_bucket_add(struct latency *l, uint32_t bucket, uint64_t times);

/* Appends the buckets that hold something. */
void latency_pack(const struct latency *l, struct buf *out);
/* Adds them to an empty one; bad input sets u->bad. */
void latency_unpack(struct latency *l, struct unpack *u);

#endif
