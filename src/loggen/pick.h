/* pick.h - draws from a weighted list in constant time (Vose's alias method).
 *
 * A view on cells that the caller owns, so that many small lists can share one array.
 * Constant after it is made. Thread: any. */
#ifndef SPATE_LOGGEN_PICK_H
#define SPATE_LOGGEN_PICK_H

#include <stddef.h>
#include <stdint.h>

struct pick_cell {
    uint32_t keep;  /* below this the cell itself is drawn, */
    uint32_t alias; /* else this one */
};

struct pick {
    const struct pick_cell *cells;
    uint32_t count;
};

/* Fills `count` (at least 1) cells from weights above 0; `weights` is used up. */
struct pick pick_make(struct pick_cell *cells, double *weights, uint32_t count);

/* The same with weights 1 / (rank + shift) for ranks 1, 2, ...: Zipf's law, its head
 * flattened by `shift`. */
struct pick pick_zipf(struct pick_cell *cells, uint32_t count, double shift);

/* An index below count, from one random number. */
static inline uint32_t pick_draw(const struct pick *pick, uint64_t random)
{
    uint32_t at = (uint32_t)(((random >> 32) * pick->count) >> 32);
    const struct pick_cell *cell = &pick->cells[at];
    return (uint32_t)random < cell->keep ? at : cell->alias;
}

#endif
