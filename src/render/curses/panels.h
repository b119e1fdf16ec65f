/* panels.h - each part of the screen, drawn into its rectangle.
 *
 * All take const figures and draw; none keeps anything. A panel is given a pen whose
 * rectangle is its place. Main thread. */
#ifndef SPATE_RENDER_CURSES_PANELS_H
#define SPATE_RENDER_CURSES_PANELS_H

#include "model/view.h"
#include "render/curses/pen.h"
#include "render/curses/trace.h"

/* What all panels look at. */
struct scene {
    const struct snapshot *now;
    const struct view *view;
    const struct trace *trace; /* up to the last second that is over */
    bool ended;                /* nothing will follow: the input has ended */
};

typedef void panel_draw(const struct pen *p, const struct scene *s);

panel_draw panel_status, panel_notice, panel_summary, panel_footer; /* panel_head.c */
panel_draw panel_graph;                                             /* panel_graph.c */
panel_draw panel_stats;                                             /* panel_stats.c */
panel_draw panel_top, panel_paths, panel_addresses;                 /* panel_top.c */
panel_draw panel_statuses;                                          /* panel_stats.c */
panel_draw panel_alerts;                                            /* panel_alerts.c */
panel_draw panel_rejects, panel_sources;                            /* panel_trouble.c */
panel_draw panel_help;                                              /* panel_help.c */
panel_draw panel_details;                                           /* panel_details.c */

/* What must be said above all figures, as words; "" when there is nothing. */
const char *panel_notice_words(const struct scene *s);

/* Rows and lines that panels have, for the layout and the keys. */
uint32_t panel_alert_lines(const struct snapshot *s);

/* One line of an alert's history, for the list and the details. */
const char *panel_alert_time(char into[40], const struct snapshot *s, int64_t second);

/* The frame of what lies over the screen: clears it, draws the edge and the title. Returns the
 * pen of the inside. */
struct pen panel_box(const struct pen *p, int rows, int columns, const char *title);

#endif
