/* frame.h - one whole picture: which panels there are, where, and what the keys can reach.
 *
 * Main thread, terminal open. */
#ifndef SPATE_RENDER_CURSES_FRAME_H
#define SPATE_RENDER_CURSES_FRAME_H

#include "render/curses/layout.h"
#include "render/curses/panels.h"

struct frame {
    struct layout layout;
    struct view_screen screen;
};

/* Arithmetic only: what is shown at this size, and how many rows it has. */
void frame_plan(struct frame *f, const struct scene *s, int rows, int columns);

/* Erases and draws everything; the caller refreshes. */
void frame_draw(const struct frame *f, const struct scene *s, struct screen *screen);

#endif
