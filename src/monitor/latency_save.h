/* latency_save.h - a histogram of durations packed (base/pack.h), and how it lies in memory, for
 * latency.c, latency_save.c and who counts many durations at once.
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
    uint32_t first;    /* bucket number of counts[0]; a multiple of LATENCY_STEPS */
    uint32_t length;   /* a multiple of LATENCY_STEPS */
    uint32_t *counts;  /* the lower halves: what is touched is half as much */
    uint32_t *carries; /* the upper ones; NULL while all are 0 */
};

static inline uint64_t latency_times(const struct latency *l, uint32_t place)
{
    return l->counts[place] | (l->carries ? (uint64_t)l->carries[place] << 32 : 0);
}

/* No branch: which durations are short cannot be foreseen. */
static inline uint32_t latency_bucket(uint64_t ns)
{
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns | LATENCY_STEPS) - LATENCY_STEP_BITS;
    return (shift << LATENCY_STEP_BITS) + (uint32_t)(ns >> shift);
}

/* The duration that stands for a bucket. */
uint64_t latency_bucket_middle(uint32_t bucket);

/* Counts in a bucket by its number; the caller keeps `count` and `max`. */
void latency_bucket_add(struct latency *l, uint32_t bucket, uint64_t times);

/* ---- Many at once --------------------------------------------------------------------------- */

/* Where one of that bucket is counted, until the histogram widens; NULL: latency_add() does it, and
 * widens. Calls for the memory. */
static inline uint32_t *latency_place(const struct latency *l, uint32_t bucket)
{
    uint32_t place = bucket - l->first; /* below `first` wraps to a large number */
    if (place >= l->length)
        return NULL;
    __builtin_prefetch(&l->counts[place], 1);
    return &l->counts[place];
}

/* What was counted there has passed 2^32. */
void latency_carry(struct latency *l, const uint32_t *place);

/* Counts one there. The caller keeps `count` and `max`. */
static inline void latency_place_add(struct latency *l, uint32_t *place)
{
    if (__builtin_expect(++*place == 0, 0))
        latency_carry(l, place);
}

enum { LATENCY_NONE = UINT16_MAX /* a bucket for who has no duration */ };

/* The shortest and the longest of some durations: the other way round where there is none. */
struct latency_ends {
    uint64_t least, most;
};

/* Adds the durations that the buckets are of, but for LATENCY_NONE. */
void latency_add_all(struct latency *l, const uint16_t *bucket, uint32_t count,
                     const struct latency_ends *ends);

/* Appends the buckets that hold something. */
void latency_pack(const struct latency *l, struct buf *out);
/* Adds them to an empty one; bad input sets u->bad. */
void latency_unpack(struct latency *l, struct unpack *u);

#endif
