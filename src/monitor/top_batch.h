/* top_batch.h - counting many keys at once: hashes first, then prefetches, then the
 * rows, so that the waits for memory overlap.
 *
 * Cells are the keys of one field in a stretch of a batch; they point into it. A value
 * that whoever counts keeps between calls. One thread. */
#ifndef SPATE_MONITOR_TOP_BATCH_H
#define SPATE_MONITOR_TOP_BATCH_H

#include "monitor/key.h"
#include "monitor/top.h"
#include "record/batch.h"

enum { TOP_STRETCH = 256 }; /* small enough that cells and weights stay in the first cache */

struct top_cell {
    struct key_words words; /* the key where it is short */
    uint64_t hash;
    const char *at;
    uint32_t len;
    uint32_t entry; /* place in the stretch */
};

struct top_cells {
    uint32_t count;
    struct top_cell cell[TOP_STRETCH];
};

/* What each entry of the stretch adds to its rows: hits 1, bytes, errors. */
struct top_weights {
    struct top_counts counts[TOP_STRETCH];
    uint64_t request_ns[TOP_STRETCH]; /* UINT64_MAX: none */
    bool timed;                       /* one at least has a request time */
};

/* The keys of `count` (at most TOP_STRETCH) entries from `first` on that have the field. */
void top_cells_fill(struct top_cells *cells, const struct batch *b, uint32_t first, uint32_t count,
                    enum field field, const struct key_secret *secret);

void top_add_cells(struct top *t, const struct top_cells *cells, const struct top_weights *w);

#endif
