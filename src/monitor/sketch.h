/* sketch.h - how many different visitors a minute, an hour or a day had: small, mergeable, kept.
 *
 * HyperLogLog with 2^14 registers (standard error 0.8 %), but while few were seen a set of 26-bit
 * places with their ranks, which counts a few thousand exactly but for one in ten thousand. Hashes
 * come from the keyed hash; only sketches of one secret merge.
 *
 * Owns its memory: 4 bytes a visitor up to 16 KB. One thread. */
#ifndef SPATE_MONITOR_SKETCH_H
#define SPATE_MONITOR_SKETCH_H

#include "base/buf.h"
#include "base/pack.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SKETCH_BITS = 14,
    SKETCH_REGISTERS = 1 << SKETCH_BITS,
    SKETCH_RANKS = 64 - SKETCH_BITS + 1,
    SKETCH_SPARSE = 2048 /* visitors kept apart */
};

/* All zero: empty. */
struct sketch {
    uint32_t count;     /* of the set */
    uint32_t slots;     /* a power of two; 0: none */
    uint32_t *set;      /* place << 6 | rank; 0: free. NULL once there are registers */
    uint8_t *registers; /* NULL until then */
};

void sketch_done(struct sketch *s);
void sketch_add(struct sketch *s, uint64_t hash);
void sketch_merge(struct sketch *into, const struct sketch *from);
uint64_t sketch_count(const struct sketch *s);

void sketch_pack(const struct sketch *s, struct buf *out);
/* Fills an empty one; bad input sets u->bad. */
void sketch_unpack(struct sketch *s, struct unpack *u);

#endif
