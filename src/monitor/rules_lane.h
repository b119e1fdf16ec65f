/* rules_lane.h - what one group (or one key of it) counted, second by second, as running sums.
 *
 * Only seconds with something in them have a cell, in order. Each cell holds the sums of all up to
 * it, so that the sum of any window is one subtraction, however many rules look at it. Lines
 * that come out of order are put where they belong.
 *
 * Owns its cells: 16 bytes a second and 8 more for each further counter. One thread. */
#ifndef SPATE_MONITOR_RULES_LANE_H
#define SPATE_MONITOR_RULES_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/rules_net.h"

/* All zero but for `columns`: empty. Cells have numbers that grow; [begin, end) are kept. */
struct lane {
    uint64_t *cells; /* each: its second, then one sum a column; a ring */
    uint32_t room;   /* cells; a power of two */
    uint32_t columns;
    uint64_t begin, end;
    uint64_t base[RULE_COUNTERS]; /* the sums before cell `begin` */
};

void lane_done(struct lane *l);
void lane_clear(struct lane *l); /* forgets all cells */

static inline uint64_t *lane_cell(const struct lane *l, uint64_t number)
{
    return l->cells + (number & (l->room - 1)) * (l->columns + 1);
}

static inline int64_t lane_second(const struct lane *l, uint64_t number)
{
    return (int64_t)lane_cell(l, number)[0];
}

/* The slow way of lane_add(). */
void lane_put(struct lane *l, int64_t second, const uint64_t *amounts);

/* Adds one amount a column. */
static inline void lane_add(struct lane *l, int64_t second, const uint64_t *amounts)
{
    if (l->begin == l->end || lane_second(l, l->end - 1) != second) {
        lane_put(l, second, amounts);
        return;
    }
    uint64_t *cell = lane_cell(l, l->end - 1);
    for (uint32_t i = 0; i < l->columns; i++)
        cell[1 + i] += amounts[i];
}

/* Moves a cell number to the first cell after `second`; quick where it is near. */
uint64_t lane_seek(const struct lane *l, uint64_t number, int64_t second);

/* The sum of a column over the cells from `number` on. */
static inline uint64_t lane_sum(const struct lane *l, uint64_t number, uint32_t column)
{
    if (number == l->end)
        return 0;
    uint64_t before =
        number == l->begin ? l->base[column] : lane_cell(l, number - 1)[1 + column];
    return lane_cell(l, l->end - 1)[1 + column] - before;
}

/* The sum of a column over all that ever came. */
static inline uint64_t lane_total(const struct lane *l, uint32_t column)
{
    return l->begin == l->end ? l->base[column] : lane_cell(l, l->end - 1)[1 + column];
}

/* Forgets the cells up to `second`. */
void lane_trim(struct lane *l, int64_t second);

#endif
