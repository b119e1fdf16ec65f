/* columns.c - see columns.h. */
#include "render/curses/columns.h"

#include <string.h>

enum {
    MARGIN = 1,
    NAME_LEAST = 9,
    NAME_COMFORT = 24,
    NAME_MOST = 72,
    BAR_MOST = 32,
    LUXURY = 9,
    LUXURY_LONG = 5
};

/* In the order in which they stand; `importance` 0 first. Widths hold the gap before the column.
 * The name and the bar share what the others leave; from LUXURY on a
 * column comes only where the name keeps its comfort. */
static const struct column_row {
    const char *title;
    int width;
    int importance;
    bool timed; /* only with request times */
} rows[COLUMN_COUNT] = {
    [COLUMN_NAME] = {"", NAME_LEAST, 0, false},
    [COLUMN_HITS] = {"HITS", 9, 1, false},
    [COLUMN_RATE] = {"/s", 8, 5, false},
    [COLUMN_SHARE] = {"SHARE", 7, 2, false},
    [COLUMN_BAR] = {"", 9, 7, false},
    [COLUMN_BYTES] = {"BYTES", 9, 6, false},
    [COLUMN_CLIENT_ERRORS] = {"4xx", 6, 4, false},
    [COLUMN_ERRORS] = {"5xx", 6, 3, false},
    [COLUMN_P50] = {"P50", 9, 9, true},
    [COLUMN_P95] = {"P95", 9, 8, true},
    [COLUMN_P99] = {"P99", 9, 10, true},
    [COLUMN_SLOWEST] = {"SLOWEST", 9, 11, true},
};

const char *column_title(enum column c)
{
    return rows[c].title;
}

static int choose(struct columns *out, int left, const struct columns_wish *wish)
{
    int luxury = wish->long_names ? LUXURY_LONG : LUXURY;
    for (int importance = 0; importance < COLUMN_COUNT; importance++)
        for (enum column c = 0; c < COLUMN_COUNT; c++) {
            if (rows[c].importance != importance || (rows[c].timed && !wish->timed))
                continue;
            int spare = importance < luxury ? 0 : NAME_COMFORT - NAME_LEAST;
            if (rows[c].width + spare > left) {
                if (c != COLUMN_NAME)
                    return left;
                out->at[c].w = left > 0 ? left : 0;
                return 0;
            }
            out->at[c].w = rows[c].width;
            left -= rows[c].width;
        }
    return left;
}

static int grow(struct columns *out, enum column c, int to, int left)
{
    int more = to - out->at[c].w;
    if (out->at[c].w == 0 || more <= 0)
        return left;
    if (more > left)
        more = left;
    out->at[c].w += more;
    return left - more;
}

void columns_make(struct columns *out, const struct columns_wish *wish)
{
    memset(out, 0, sizeof(*out));
    int left = choose(out, wish->width - 2 * MARGIN, wish);
    left = grow(out, COLUMN_NAME, NAME_COMFORT, left);
    left = grow(out, COLUMN_BAR, NAME_COMFORT, left);
    left = grow(out, COLUMN_NAME, NAME_COMFORT + left / 2, left);
    left = grow(out, COLUMN_BAR, BAR_MOST, left);
    grow(out, COLUMN_NAME, NAME_MOST, left);
    int x = MARGIN;
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        out->at[c].x = x;
        x += out->at[c].w;
    }
}
