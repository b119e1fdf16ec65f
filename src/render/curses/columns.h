/* columns.h - which columns a list of the busiest keys has at a width, and where.
 *
 * Pure arithmetic: one row a column in a table, given out by importance. */
#ifndef SPATE_RENDER_CURSES_COLUMNS_H
#define SPATE_RENDER_CURSES_COLUMNS_H

#include <stdbool.h>

enum column {
    COLUMN_NAME,
    COLUMN_HITS,
    COLUMN_RATE,
    COLUMN_SHARE,
    COLUMN_BAR,
    COLUMN_BYTES,
    COLUMN_CLIENT_ERRORS,
    COLUMN_ERRORS,
    COLUMN_P50,
    COLUMN_P95,
    COLUMN_P99,
    COLUMN_SLOWEST,
    COLUMN_COUNT
};

struct columns {
    struct {
        int x, w; /* w is 0 where there is no room */
    } at[COLUMN_COUNT];
};

struct columns_wish {
    int width;
    bool timed;      /* the log has request times */
    bool long_names; /* paths and addresses: the name's comfort comes before most columns */
};

/* The first column of the width is left for a mark. */
void columns_make(struct columns *out, const struct columns_wish *wish);

const char *column_title(enum column c);

#endif
