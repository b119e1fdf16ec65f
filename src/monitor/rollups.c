#include "base/mem.h"
#include "monitor/rollup_inside.h"
#include <stdlib.h>
#include <string.h>

struct rollups {
    struct rollup **rows; /* by span, then by start */
    size_t count, room;
    struct rollup *last; /* the one found last */
};

struct rollups *rollups_new(void)
{
    return mem_new(1, sizeof(struct rollups));
}

void rollups_clear(struct rollups *r)
{
    for (size_t i = 0; i < r->count; i++)
        rollup_free(r->rows[i]);
    r->count = 0;
    r->last = NULL;
}

void rollups_free(struct rollups *r)
{
    if (!r)
        return;
    rollups_clear(r);
    free(r->rows);
    free(r);
}

size_t rollups_count(const struct rollups *r)
{
    return r->count;
}

const struct rollup *rollups_get(const struct rollups *r, size_t i)
{
    return r->rows[i];
}

static bool stands_before(const struct rollup *r, int64_t start, int64_t span)
{
    return r->span != span ? r->span < span : r->start < start;
}

static struct rollup *rollup_at(struct rollups *r, int64_t start, int64_t span)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (stands_before(r->rows[middle], start, span))
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->count && r->rows[low]->start == start && r->rows[low]->span == span)
        return r->rows[low];
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 16;
        r->rows = mem_grow(r->rows, r->room, sizeof(struct rollup *));
    }
    memmove(r->rows + low + 1, r->rows + low, (r->count - low) * sizeof(struct rollup *));
    r->count++;
    return r->rows[low] = rollup_new(start, span);
}

struct rollup *rollups_minute(struct rollups *r, int64_t second)
{
    struct rollup *last = r->last;
    if (last && second >= last->start && second - last->start < ROLLUP_MINUTE)
        return last;
    return r->last = rollup_at(r, rollup_floor(second, ROLLUP_MINUTE), ROLLUP_MINUTE);
}

void rollups_add(struct rollups *r, const struct rollup *from, int64_t span_s)
{
    if (span_s < from->span)
        span_s = from->span;
    rollup_merge(rollup_at(r, rollup_floor(from->start, span_s), span_s), from);
}

void rollups_merge(struct rollups *into, const struct rollups *from)
{
    for (size_t i = 0; i < from->count; i++)
        rollups_add(into, from->rows[i], from->rows[i]->span);
}

/* Takes a row out of the list. */
static struct rollup *take(struct rollups *r, size_t at)
{
    struct rollup *row = r->rows[at];
    memmove(r->rows + at, r->rows + at + 1, (--r->count - at) * sizeof(struct rollup *));
    r->last = NULL;
    return row;
}

/* Merges the oldest row of the finest span into a coarser one. */
static void coarsen(struct rollups *r)
{
    struct rollup *row = take(r, 0);
    if (row->span < ROLLUP_DAY)
        rollups_add(r, row, row->span < ROLLUP_HOUR ? ROLLUP_HOUR : ROLLUP_DAY);
    else
        rollup_merge(r->rows[0], row);
    rollup_free(row);
}

void rollups_bound(struct rollups *r, size_t most)
{
    while (r->count > (most > 1 ? most : 1))
        coarsen(r);
}
