/* hll.h - the arithmetic of HyperLogLog, shared by the sketches of visitors.
 *
 * 2^15 registers: standard error 0.57 %, so that 2 % is three and a half of them.
 * Estimator: Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
 * (2017), which needs no correction tables and is right from 0 on. Pure. Thread: any. */
#ifndef SPATE_MONITOR_HLL_H
#define SPATE_MONITOR_HLL_H

#include <stdint.h>

enum {
    HLL_BITS = 15,
    HLL_REGISTERS = 1 << HLL_BITS,
    HLL_RANKS = 64 - HLL_BITS + 1 /* the highest rank there is */
};

static inline uint32_t hll_register(uint64_t hash)
{
    return (uint32_t)(hash >> (64 - HLL_BITS));
}

/* 1 + the zeros that lead the rest of the hash; 1 to HLL_RANKS. */
static inline unsigned hll_rank(uint64_t hash)
{
    uint64_t rest = hash << HLL_BITS | UINT64_C(1) << (HLL_BITS - 1);
    return 1u + (unsigned)__builtin_clzll(rest);
}

/* How many different hashes were seen, from how many registers hold each rank (0: never
 * touched). The sum of `registers` is HLL_REGISTERS. */
uint64_t hll_estimate(const uint32_t registers[HLL_RANKS + 1]);

/* The same for a sketch of 2^bits registers, whose ranks go from 0 to 64 - bits + 1. */
uint64_t hll_estimate_of(const uint32_t *registers, unsigned bits);

#endif
