/* visitors_save.h - a set or sketch of visitors packed (base/pack.h), and how it lies in memory, for
 * visitors.c and visitors_save.c. */
#ifndef SPATE_MONITOR_VISITORS_SAVE_H
#define SPATE_MONITOR_VISITORS_SAVE_H

#include "base/pack.h"
#include "monitor/hll.h"
#include "monitor/visitors.h"
#include <stdbool.h>

enum { EXACT_LIMIT = 4096, EXACT_SLOTS = EXACT_LIMIT * 2 };

struct visitors {
    uint32_t exact_count;
    bool has_zero;      /* the hash 0, which marks a free slot */
    uint64_t *exact;    /* NULL once it is a sketch */
    uint8_t *registers; /* NULL until then */
};

/* Turns the exact set into registers. */
void visitors_to_sketch(struct visitors *v);

void visitors_pack(const struct visitors *v, struct buf *out);
/* Adds to an empty one; bad input sets u->bad. */
void visitors_unpack(struct visitors *v, struct unpack *u);

#endif
