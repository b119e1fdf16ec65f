#include "monitor/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A page is 256 seconds. A page with few hits keeps pairs (second of the page, count) in its
 * own body: ten years with a hit now and then stay small. A fuller one has a counter a
 * second, as wide as the largest needs. */
enum { PAGE_BITS = 8, PAGE_SECONDS = 1 << PAGE_BITS, PAIRS = 4 };

enum page_kind { PAGE_PAIRS, PAGE_U8, PAGE_U16, PAGE_U32, PAGE_U64 };

struct pair {
    uint8_t second, hits;
};

struct page {
    int64_t number; /* second >> PAGE_BITS */
    union {
        struct pair pairs[PAIRS];
        void *counts;
    };
    uint64_t sum; /* of all its hits */
    uint8_t kind;
    uint8_t used; /* pairs */
};

struct timeline {
    struct page *pages; /* in the order they were met */
    uint32_t count, capacity;
    uint32_t *index; /* page + 1, 0 for none; open addressing */
    uint32_t mask;
    uint32_t last; /* the page of the last add: the next is most often the same */
};

static const uint64_t PAGE_LIMIT[] = {UINT8_MAX, UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX};
static const size_t PAGE_WIDTH[] = {0, 1, 2, 4, 8};

/* Event times are the server's, not the client's, so the hash needs no key. */
static uint32_t page_hash(int64_t number)
{
    return (uint32_t)(((uint64_t)number * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

struct timeline *timeline_new(void)
{
    return mem_new(1, sizeof(struct timeline));
}

static void timeline_drop_pages(struct timeline *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->pages[i].kind != PAGE_PAIRS)
            free(t->pages[i].counts);
    t->count = 0;
    t->last = 0;
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    timeline_drop_pages(t);
    free(t->pages);
    free(t->index);
    free(t);
}

void timeline_reset(struct timeline *t)
{
    timeline_drop_pages(t);
    if (t->index)
        memset(t->index, 0, ((size_t)t->mask + 1) * sizeof *t->index);
}

static void timeline_index(struct timeline *t, uint32_t page)
{
    uint32_t at = page_hash(t->pages[page].number) & t->mask;
    while (t->index[at])
        at = (at + 1) & t->mask;
    t->index[at] = page + 1;
}

static void timeline_grow(struct timeline *t)
{
    t->capacity = t->capacity ? t->capacity * 2 : 4;
    t->pages = mem_grow(t->pages, t->capacity, sizeof *t->pages);
    free(t->index);
    t->mask = t->capacity * 2 - 1;
    t->index = mem_new((size_t)t->mask + 1, sizeof *t->index);
    for (uint32_t i = 0; i < t->count; i++)
        timeline_index(t, i);
}

static uint32_t timeline_find(const struct timeline *t, int64_t number)
{
    if (!t->index)
        return UINT32_MAX;
    uint32_t at = page_hash(number) & t->mask;
    for (; t->index[at]; at = (at + 1) & t->mask)
        if (t->pages[t->index[at] - 1].number == number)
            return t->index[at] - 1;
    return UINT32_MAX;
}

static struct page *timeline_page(struct timeline *t, int64_t number)
{
    if (t->count && t->pages[t->last].number == number)
        return &t->pages[t->last];
    uint32_t found = timeline_find(t, number);
    if (found == UINT32_MAX) {
        if (t->count == t->capacity)
            timeline_grow(t);
        found = t->count++;
        t->pages[found] = (struct page){.number = number, .kind = PAGE_PAIRS};
        timeline_index(t, found);
    }
    t->last = found;
    return &t->pages[found];
}

static uint64_t counts_get(enum page_kind kind, const void *counts, unsigned at)
{
    switch (kind) {
    case PAGE_U8: return ((const uint8_t *)counts)[at];
    case PAGE_U16: return ((const uint16_t *)counts)[at];
    case PAGE_U32: return ((const uint32_t *)counts)[at];
    default: return ((const uint64_t *)counts)[at];
    }
}

static void counts_set(enum page_kind kind, void *counts, unsigned at, uint64_t hits)
{
    switch (kind) {
    case PAGE_U8: ((uint8_t *)counts)[at] = (uint8_t)hits; break;
    case PAGE_U16: ((uint16_t *)counts)[at] = (uint16_t)hits; break;
    case PAGE_U32: ((uint32_t *)counts)[at] = (uint32_t)hits; break;
    default: ((uint64_t *)counts)[at] = hits; break;
    }
}

static uint64_t page_hits(const struct page *p, unsigned second)
{
    if (p->kind != PAGE_PAIRS)
        return counts_get(p->kind, p->counts, second);
    for (unsigned i = 0; i < p->used; i++)
        if (p->pairs[i].second == second)
            return p->pairs[i].hits;
    return 0;
}

static void page_widen(struct page *p, enum page_kind kind)
{
    void *counts = mem_new(PAGE_SECONDS, PAGE_WIDTH[kind]);
    for (unsigned i = 0; i < PAGE_SECONDS; i++)
        counts_set(kind, counts, i, page_hits(p, i));
    if (p->kind != PAGE_PAIRS)
        free(p->counts);
    p->counts = counts;
    p->kind = (uint8_t)kind;
}

/* Tries to put the second's new count into a page of pairs. */
static bool pairs_set(struct page *p, unsigned second, uint64_t hits)
{
    if (hits > UINT8_MAX)
        return false;
    unsigned i = 0;
    while (i < p->used && p->pairs[i].second != second)
        i++;
    if (i == PAIRS)
        return false;
    if (i == p->used)
        p->used++;
    p->pairs[i] = (struct pair){(uint8_t)second, (uint8_t)hits};
    return true;
}

void timeline_add(struct timeline *t, int64_t second, uint64_t hits)
{
    if (hits == 0)
        return;
    struct page *p = timeline_page(t, second >> PAGE_BITS);
    unsigned at = (unsigned)(second & (PAGE_SECONDS - 1));
    uint64_t sum = page_hits(p, at) + hits;
    p->sum += hits;
    if (p->kind == PAGE_PAIRS && pairs_set(p, at, sum))
        return;
    enum page_kind kind = p->kind == PAGE_PAIRS ? PAGE_U8 : p->kind;
    while (sum > PAGE_LIMIT[kind])
        kind++;
    if (kind != p->kind)
        page_widen(p, kind);
    counts_set(kind, p->counts, at, sum);
}

/* A page of which the other has nothing. */
static void page_copy(struct timeline *into, const struct page *from)
{
    struct page *p = timeline_page(into, from->number);
    *p = *from;
    if (from->kind == PAGE_PAIRS)
        return;
    p->counts = mem_new(PAGE_SECONDS, PAGE_WIDTH[from->kind]);
    memcpy(p->counts, from->counts, PAGE_SECONDS * PAGE_WIDTH[from->kind]);
}

void timeline_merge(struct timeline *into, const struct timeline *from)
{
    for (uint32_t i = 0; i < from->count; i++) {
        if (timeline_find(into, from->pages[i].number) == UINT32_MAX) {
            page_copy(into, &from->pages[i]);
            continue;
        }
        int64_t base = from->pages[i].number * PAGE_SECONDS;
        for (unsigned s = 0; s < PAGE_SECONDS; s++)
            timeline_add(into, base + s, page_hits(&from->pages[i], s));
    }
}

struct timeline_walk {
    const struct timeline *timeline;
    uint32_t page;    /* in order[] */
    unsigned second;  /* of that page, next to look at */
    uint32_t order[]; /* pages by time */
};

static int page_order(const void *a, const void *b, void *timeline)
{
    const struct page *pages = ((const struct timeline *)timeline)->pages;
    int64_t left = pages[*(const uint32_t *)a].number, right = pages[*(const uint32_t *)b].number;
    return (left > right) - (left < right);
}

struct timeline_walk *timeline_walk_new(const struct timeline *t)
{
    struct timeline_walk *w = mem_new(1, sizeof *w + (size_t)t->count * sizeof w->order[0]);
    w->timeline = t;
    for (uint32_t i = 0; i < t->count; i++)
        w->order[i] = i;
    qsort_r(w->order, t->count, sizeof w->order[0], page_order, (void *)(uintptr_t)t);
    return w;
}

bool timeline_walk_next(struct timeline_walk *w, int64_t *second, uint64_t *hits)
{
    for (; w->page < w->timeline->count; w->page++, w->second = 0) {
        const struct page *p = &w->timeline->pages[w->order[w->page]];
        while (w->second < PAGE_SECONDS) {
            unsigned at = w->second++;
            *hits = page_hits(p, at);
            if (*hits) {
                *second = p->number * PAGE_SECONDS + at;
                return true;
            }
        }
    }
    return false;
}

void timeline_walk_seek(struct timeline_walk *w, int64_t second)
{
    const struct timeline *t = w->timeline;
    int64_t number = second >> PAGE_BITS;
    while (w->page < t->count && t->pages[w->order[w->page]].number < number) {
        w->page++;
        w->second = 0;
    }
    if (w->page == t->count || t->pages[w->order[w->page]].number > number)
        return;
    unsigned at = (unsigned)(second & (PAGE_SECONDS - 1));
    w->second = w->second > at ? w->second : at;
}

bool timeline_walk_page(struct timeline_walk *w, int64_t *first, uint64_t *hits)
{
    if (w->page == w->timeline->count)
        return false;
    const struct page *p = &w->timeline->pages[w->order[w->page++]];
    *first = p->number * PAGE_SECONDS;
    *hits = p->sum;
    return true;
}

void timeline_walk_free(struct timeline_walk *w)
{
    free(w);
}
