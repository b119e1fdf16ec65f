/* top_batch.h - counting many keys at once: hashes first, then prefetches, then the
 * rows, so that the waits for memory overlap.
 *
 * Cells are the keys of one field in a stretch of a batch; they point into it. A value
 * that whoever counts keeps between calls. One thread. */
#ifndef SPATE_MONITOR_TOP_BATCH_H
#define SPATE_MONITOR_TOP_BATCH_H

#include "monitor/top_rows.h"
#include "record/batch.h"

enum { STATUS_HUNDREDS = 11 /* the last: no status */ };

enum { TOP_STRETCH = 128 }; /* so small that all that it touches stays in the first cache */

struct top_cell {
    struct top_key key;
    uint32_t entry; /* place in the stretch */
    const char *text;
};

struct top_cells {
    uint32_t count;
    struct top_cell cell[TOP_STRETCH];
    uint64_t hash[TOP_STRETCH]; /* of each once more, for the rounds that want nothing else */
    uint32_t row[TOP_STRETCH];  /* where each probably stands */
};

/* What each entry of the stretch adds to its rows, beside one hit. */
struct top_weights {
    uint64_t bytes[TOP_STRETCH];
    uint8_t hundred[TOP_STRETCH];     /* of the status: 2, 4, 5 ... */
    uint64_t request_ns[TOP_STRETCH];
    uint16_t bucket[TOP_STRETCH]; /* of the request time; LATENCY_NONE: there is none */
    bool timed;                   /* one at least has a request time */
};

/* `count` entries of a batch from `first` on: at most TOP_STRETCH. */
struct top_stretch {
    const struct batch *batch;
    uint32_t first, count;
    field_set all; /* fields that each of them has */
    const struct top_weights *weights;
};

/* The keys of the entries that have the field. */
void top_cells_fill(struct top_cells *cells, const struct top_stretch *s, enum field field,
                    const struct key_secret *secret);

/* Only their hashes; how many. */
uint32_t top_hashes(uint64_t *hashes, const struct top_stretch *s, enum field field,
                    const struct key_secret *secret);

void top_add_cells(struct top *t, struct top_cells *cells, const struct top_stretch *s);

/* Both in one, with `cells` as the room to work in; quicker for a small table. `also` gets the
 * same; NULL: there is none. True: `cells` then holds the keys, and its
 * `row` says where each stands; false: where that of each entry does. (Of the last of the two, unless
 * rows have moved meanwhile.) */
bool top_add_stretch(struct top *t, struct top *also, const struct top_stretch *s, enum field field,
                     struct top_cells *cells);

#endif
