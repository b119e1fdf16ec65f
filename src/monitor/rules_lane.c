#include "monitor/rules_lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CELLS_LEAST = 8 };

void lane_done(struct lane *l)
{
    free(l->cells);
    l->cells = NULL;
    l->room = 0;
    l->begin = l->end = 0;
}

void lane_clear(struct lane *l)
{
    l->begin = l->end;
    memset(l->base, 0, sizeof l->base);
}

static void lane_grow(struct lane *l)
{
    struct lane old = *l;
    size_t width = (l->columns + 1) * sizeof *l->cells;
    l->room = old.room ? old.room * 2 : CELLS_LEAST;
    l->cells = mem_new(l->room, width);
    for (uint64_t i = l->begin; i < l->end; i++)
        memcpy(lane_cell(l, i), lane_cell(&old, i), width);
    free(old.cells);
}

/* The number that a cell of this second has, or is to get. */
static uint64_t lane_place(const struct lane *l, int64_t second)
{
    uint64_t at = l->end;
    while (at > l->begin && lane_second(l, at - 1) >= second)
        at--;
    return at;
}

/* Makes a cell of that number with the sums before it. */
static void lane_open(struct lane *l, uint64_t at, int64_t second)
{
    size_t width = (l->columns + 1) * sizeof *l->cells;
    if (l->end - l->begin == l->room)
        lane_grow(l);
    for (uint64_t i = l->end++; i > at; i--)
        memcpy(lane_cell(l, i), lane_cell(l, i - 1), width);
    uint64_t *cell = lane_cell(l, at);
    const uint64_t *before = at == l->begin ? l->base : lane_cell(l, at - 1) + 1;
    cell[0] = (uint64_t)second;
    memcpy(cell + 1, before, l->columns * sizeof *cell);
}

void lane_put(struct lane *l, int64_t second, const uint64_t *amounts)
{
    uint64_t at = lane_place(l, second);
    if (at == l->end || lane_second(l, at) != second)
        lane_open(l, at, second);
    for (; at < l->end; at++)
        for (uint32_t i = 0; i < l->columns; i++)
            lane_cell(l, at)[1 + i] += amounts[i];
}

uint64_t lane_seek(const struct lane *l, uint64_t number, int64_t second)
{
    if (number < l->begin)
        number = l->begin;
    if (number > l->end)
        number = l->end;
    while (number > l->begin && lane_second(l, number - 1) > second)
        number--;
    while (number < l->end && lane_second(l, number) <= second)
        number++;
    return number;
}

void lane_trim(struct lane *l, int64_t second)
{
    uint64_t begin = l->begin;
    while (begin < l->end && lane_second(l, begin) <= second)
        begin++;
    if (begin == l->begin)
        return;
    memcpy(l->base, lane_cell(l, begin - 1) + 1, l->columns * sizeof *l->base);
    l->begin = begin;
}
