#include "record/batch.h"

#include "base/mem.h"
#include <stdlib.h>

enum { CACHE_LINE = 64 };

static size_t round_up(size_t size)
{
    return (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

struct batch *batch_new(void)
{
    struct batch *b = mem_new(1, sizeof *b);
    b->bytes = mem_aligned(CACHE_LINE, round_up((size_t)batch_capacity() + BATCH_SLACK));
    b->entries = mem_aligned(CACHE_LINE, round_up(BATCH_ENTRIES * sizeof *b->entries));
    b->refusals = mem_new(BATCH_ENTRIES + 1, sizeof *b->refusals);
    return b;
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
    *b = (struct batch){
        .kind = BATCH_LINES, .bytes = b->bytes, .entries = b->entries, .refusals = b->refusals};
}
