/* counts.h - how many there are of each thing that a 64-bit keyed hash stands for.
 *
 * Two things with one hash would be taken for one; nobody outside can make such, and by chance it
 * takes milliards of them. Memory follows the most things there were at a time.
 *
 * Owns its table. One thread. All zero is an empty one. */
#ifndef SPATE_SOURCE_COUNTS_H
#define SPATE_SOURCE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

struct counted {
    uint64_t key;
    uint32_t count; /* 0: nobody has it any more */
    uint32_t used;  /* 0: the slot was never taken */
};

struct counts {
    struct counted *slots;
    size_t room;   /* a power of two, or 0 */
    size_t filled; /* slots in use, also those of count 0 */
};

void counts_done(struct counts *c);
void counts_add(struct counts *c, uint64_t key);
void counts_drop(struct counts *c, uint64_t key); /* one that was added */
uint32_t counts_of(const struct counts *c, uint64_t key);

#endif
