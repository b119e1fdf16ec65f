/* rect.h - a place on the screen, in cells. A value. */
#ifndef SPATE_RENDER_CURSES_RECT_H
#define SPATE_RENDER_CURSES_RECT_H

#include <stdbool.h>

struct rect {
    int y, x, h, w;
};

static inline bool rect_empty(struct rect r)
{
    return r.h <= 0 || r.w <= 0;
}

/* Without its first `rows` rows. */
static inline struct rect rect_below(struct rect r, int rows)
{
    return (struct rect){r.y + rows, r.x, r.h > rows ? r.h - rows : 0, r.w};
}

#endif
