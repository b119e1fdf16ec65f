/* graph.h - hits by second as columns of eighth blocks: arithmetic only.
 *
 * One column stands for a whole number of seconds, and columns begin at multiples of it, so that
 * a bar moves to the left but never changes its shape. Pure. */
#ifndef SPATE_RENDER_CURSES_GRAPH_H
#define SPATE_RENDER_CURSES_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GRAPH_SECONDS = 120, GRAPH_COLUMNS = 512 };

struct graph {
    unsigned columns;           /* as many as are drawn, newest last */
    unsigned per_column;        /* seconds */
    double rate[GRAPH_COLUMNS]; /* hits/s of each column */
    double peak;                /* the highest second among those drawn */
    double top;                 /* what the full height stands for; a round number */
    bool threshold_fits;        /* it is not above the top */
};

/* The last two minutes, in as few seconds a column as that takes; what columns are left then show
 * more of the past. `newest`: log second of the
 * last of the series. */
void graph_make(struct graph *g, const uint32_t *series, size_t count, int64_t newest,
                unsigned columns, double threshold);

/* Height in eighths of a cell, of `rows` cells; anything above 0 is at least one eighth. */
unsigned graph_eighths(const struct graph *g, double rate, unsigned rows);

/* The row of cells, 0 the lowest, that the threshold's line runs through. */
unsigned graph_threshold_row(const struct graph *g, double threshold, unsigned rows);

#endif
