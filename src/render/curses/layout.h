/* layout.h - where everything stands: size in, rectangles out.
 *
 * Pure arithmetic, no terminal. Areas never overlap and never leave the screen; the status
 * line is always there. What a screen is too small for has an empty rectangle: panels go from
 * the bottom up. Sizes depend on the figures as little as possible, so that a screen stays calm. */
#ifndef SPATE_RENDER_CURSES_LAYOUT_H
#define SPATE_RENDER_CURSES_LAYOUT_H

#include "render/curses/rect.h"
#include <stdint.h>

enum area {
    AREA_STATUS,  /* state, file, format, clock: one row, always */
    AREA_NOTICE,  /* what must be said: one row, only while there is something */
    AREA_SUMMARY, /* the window in words */
    AREA_GRAPH,
    AREA_STATS, /* the last interval: a rule and a row */
    AREA_TOP,   /* each panel from here on begins with a heading */
    AREA_ALERTS,
    AREA_REJECTS,
    AREA_SOURCES,
    AREA_PATHS,
    AREA_ADDRESSES,
    AREA_STATUSES,
    AREA_FOOTER,
    AREA_COUNT
};

/* What there is to show. */
struct layout_content {
    bool notice;
    uint32_t alert_lines;
    uint32_t rejects;
    uint32_t sources;
    uint32_t statuses;
    bool paths, addresses;
};

struct layout {
    struct rect at[AREA_COUNT];
};

enum {
    LAYOUT_TWO_COLUMNS = 150
}; /* from this width on the small lists stand beside the large one */

void layout_make(struct layout *out, int rows, int columns, const struct layout_content *content);

#endif
