#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/note.h"

enum { HUGE_PAGE = 2 * 1024 * 1024, PAGE = 4096, MANY_PAGES = 16 };

/* The product, at least 1: an allocation of nothing may legally give NULL, and
 * realloc() to nothing frees. */
static size_t mem_size(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        note_fatal("out of memory (%zu times %zu bytes)", count, size);
    return bytes ? bytes : 1;
}

static void *mem_checked(void *memory, size_t bytes)
{
    if (!memory)
        note_fatal("out of memory (%zu bytes)", bytes);
    return memory;
}

void *mem_new(size_t count, size_t size)
{
    size_t bytes = mem_size(count, size);
    return mem_checked(calloc(1, bytes), bytes);
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t bytes = mem_size(count, size);
    return mem_checked(realloc(old, bytes), bytes);
}

/* All at once costs a third of one fault for each. A wish, too: the pages come in any case. */
static void ask_for_pages(void *memory, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t from = ((uintptr_t)memory + PAGE - 1) / PAGE * PAGE;
    uintptr_t to = ((uintptr_t)memory + bytes) / PAGE * PAGE;
    if (to > from && to - from >= MANY_PAGES * PAGE)
        madvise((void *)from, to - from, MADV_POPULATE_WRITE);
#else
    (void)memory, (void)bytes;
#endif
}

void *mem_aligned(size_t alignment, size_t size)
{
    size_t bytes = mem_size(1, size);
    bool huge = bytes >= HUGE_PAGE;
    void *memory = NULL;
    if (posix_memalign(&memory, huge && alignment < HUGE_PAGE ? HUGE_PAGE : alignment, bytes) != 0)
        memory = NULL;
    if (memory && huge) /* a wish: it may be refused */
        madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    else if (memory)
        ask_for_pages(memory, bytes);
    return memset(mem_checked(memory, bytes), 0, bytes);
}

void *mem_copy(const void *from, size_t size)
{
    return from ? memcpy(mem_grow(NULL, size, 1), from, size) : NULL;
}

char *mem_string(struct text text)
{
    /* No slice is as long as the address space, so that the 1 cannot wrap. */
    char *copy = mem_grow(NULL, text.len + 1, 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return copy;
}
