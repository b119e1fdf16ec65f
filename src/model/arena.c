/* arena.c - see arena.h. */
#include "model/arena.h"

#include "base/mem.h"
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 32 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

void arena_done(struct arena *a)
{
    struct arena_block *block = a->newest;
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    a->newest = NULL;
}

static size_t rounded_up(size_t size)
{
    const size_t step = alignof(max_align_t);
    return (size + step - 1) / step * step;
}

static struct arena_block *block_with(struct arena *a, size_t size)
{
    struct arena_block *block = a->newest;
    if (block && block->size - block->used >= size)
        return block;
    size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
    block = mem_new(1, sizeof(*block) + room);
    *block = (struct arena_block){.older = a->newest, .size = room};
    a->newest = block;
    return block;
}

void *arena_new(struct arena *a, size_t count, size_t size)
{
    size_t need = rounded_up(count * size);
    struct arena_block *block = block_with(a, need);
    void *piece = block->bytes + block->used;
    block->used += need;
    return piece;
}

struct text arena_text(struct arena *a, struct text text)
{
    char *copy = arena_new(a, text.len + 1, 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return text_make(copy, text.len);
}
