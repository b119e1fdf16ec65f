/* arena.h - memory that is taken piece by piece and given back all at once.
 *
 * Owns its blocks; `= {0}` is an empty one, arena_done() frees everything that came
 * out of it. One thread at a time. */
#ifndef SPATE_MODEL_ARENA_H
#define SPATE_MODEL_ARENA_H

#include "base/text.h"
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *newest;
};

void arena_done(struct arena *a);

/* Zeroed, fit for any type; never NULL (also for a size of 0). */
void *arena_new(struct arena *a, size_t count, size_t size);

/* A copy of the bytes, ended by a NUL that is not counted. */
struct text arena_text(struct arena *a, struct text text);

#endif
