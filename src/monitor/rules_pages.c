/* rules_pages.c - sums over pages of a log (rules_spans.h), gathered as they come. */
#include <stdlib.h>

#include "base/mem.h"
#include "monitor/rules_spans.h"

enum { DEALT_MOST = 1024 * 1024 /* it takes the room twice */ };

static int by_place(const void *left, const void *right)
{
    const struct rules_page *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

void rules_pages_init(struct rules_pages *p, size_t most)
{
    *p = (struct rules_pages){.bits = RULES_PAGE_BITS, .most = most};
}

void rules_pages_done(struct rules_pages *p)
{
    free(p->rows);
    p->rows = NULL;
    p->count = p->room = 0;
}

/* By place, each place's in the order in which they came: that of time, mostly. */
static void deal(struct rules_pages *p)
{
    uint32_t places = 0;
    for (size_t i = 0; i < p->count; i++)
        places = p->rows[i].place >= places ? p->rows[i].place + 1 : places;
    size_t *next = mem_new((size_t)places + 2, sizeof *next);
    struct rules_page *rows = mem_grow(NULL, p->room, sizeof *rows);
    for (size_t i = 0; i < p->count; i++)
        next[p->rows[i].place + 1]++;
    for (uint32_t i = 0; i < places; i++)
        next[i + 1] += next[i];
    for (size_t i = 0; i < p->count; i++)
        rows[next[p->rows[i].place]++] = p->rows[i];
    free(p->rows);
    free(next);
    p->rows = rows;
}

static bool is_sorted(const struct rules_pages *p)
{
    size_t i = 1;
    while (i < p->count && by_place(&p->rows[i - 1], &p->rows[i]) <= 0)
        i++;
    return i >= p->count;
}

void rules_pages_sort(struct rules_pages *p)
{
    size_t kept = 0;
    if (p->count && p->count <= DEALT_MOST)
        deal(p);
    if (!is_sorted(p))
        qsort(p->rows, p->count, sizeof *p->rows, by_place);
    for (size_t i = 0; i < p->count; i++) {
        struct rules_page *last = kept ? &p->rows[kept - 1] : NULL;
        if (last && by_place(last, &p->rows[i]) == 0)
            last->sum += p->rows[i].sum;
        else
            p->rows[kept++] = p->rows[i];
    }
    p->count = kept;
}

void rules_pages_join(struct rules_pages *p)
{
    for (size_t i = 0; i < p->count; i++)
        p->rows[i].number >>= 1;
    p->bits++;
    rules_pages_sort(p);
}

/* Lines in disorder come back to the same pages; and a log may be long. */
static void make_room(struct rules_pages *p)
{
    if (p->room >= p->most) {
        rules_pages_sort(p);
        for (unsigned i = 0; p->count > p->most / 2 && i < 8; i++)
            rules_pages_join(p);
    }
    if (p->count * 2 < p->room)
        return;
    p->room = p->room ? p->room * 2 : 1024;
    p->rows = mem_grow(p->rows, p->room, sizeof *p->rows);
}

void rules_pages_add(struct rules_pages *p, uint32_t place, int64_t number, uint64_t sum)
{
    if (p->count == p->room)
        make_room(p);
    p->rows[p->count++] =
        (struct rules_page){place, (int32_t)(number >> (p->bits - RULES_PAGE_BITS)), sum};
}
