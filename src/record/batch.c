#include "record/batch.h"

#include "base/mem.h"
#include <stdlib.h>

enum { CACHE_LINE = 64 };

static size_t round_up(size_t size)
{
    return (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

struct batch *batch_new_of(uint32_t room)
{
    struct batch *b = mem_new(1, sizeof *b);
    b->room = room;
    b->bytes = mem_aligned(CACHE_LINE, round_up((size_t)batch_capacity() + BATCH_SLACK));
    b->entries = mem_aligned(CACHE_LINE, round_up(room * sizeof *b->entries));
    b->refusals = mem_new((size_t)room + 1, sizeof *b->refusals);
    return b;
}

struct batch *batch_new(void)
{
    return batch_new_of(BATCH_ENTRIES);
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    free(b->bytes);
    free(b->entries);
    free(b->refusals);
    free(b);
}

void batch_clear(struct batch *b)
{
    *b = (struct batch){.kind = BATCH_LINES,
                        .bytes = b->bytes,
                        .entries = b->entries,
                        .room = b->room,
                        .refusals = b->refusals};
}
