#include "source/counts.h"

#include "base/mem.h"
#include <stdlib.h>

enum { FIRST_ROOM = 16 };

void counts_done(struct counts *c)
{
    free(c->slots);
    *c = (struct counts){0};
}

/* The slot of the key, or the free one where it belongs. */
static struct counted *slot_of(const struct counts *c, uint64_t key)
{
    size_t at = (size_t)key & (c->room - 1);
    while (c->slots[at].used && c->slots[at].key != key)
        at = (at + 1) & (c->room - 1);
    return &c->slots[at];
}

/* At most half of the slots are in use; those that nobody has any more are left behind. */
static void make_room(struct counts *c)
{
    if ((c->filled + 1) * 2 <= c->room)
        return;
    struct counts old = *c;
    size_t alive = 0;
    for (size_t i = 0; i < old.room; i++)
        alive += old.slots[i].count > 0;
    c->room = FIRST_ROOM;
    while (c->room < (alive + 1) * 4)
        c->room *= 2;
    c->slots = mem_new(c->room, sizeof *c->slots);
    c->filled = alive;
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].count)
            *slot_of(c, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

void counts_add(struct counts *c, uint64_t key)
{
    make_room(c);
    struct counted *slot = slot_of(c, key);
    if (!slot->used)
        c->filled++;
    *slot = (struct counted){.key = key, .count = slot->count + 1, .used = 1};
}

void counts_drop(struct counts *c, uint64_t key)
{
    struct counted *slot = c->room ? slot_of(c, key) : NULL;
    if (slot && slot->count)
        slot->count--;
}

uint32_t counts_of(const struct counts *c, uint64_t key)
{
    return c->room ? slot_of(c, key)->count : 0;
}
