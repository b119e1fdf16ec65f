/* view.h - the user's choices at the console, and what keys do to them: plain data, no terminal.
 *
 * Owned by the console thread. Pure functions of what they are given. */
#ifndef SPATE_MODEL_VIEW_H
#define SPATE_MODEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include "model/snapshot.h"

enum view_panel { PANEL_TOP, PANEL_ALERTS, PANEL_REJECTS, PANEL_SOURCES, PANEL_COUNT };
enum view_sort { SORT_HITS, SORT_BYTES, SORT_ERRORS, SORT_NAME, SORT_COUNT };
enum view_span { SPAN_INTERVAL, SPAN_WINDOW, SPAN_TOTAL, SPAN_COUNT }; /* which figures the top panel shows */

struct view {
    enum view_panel panel;  /* has the focus */
    enum view_sort sort;
    enum view_span span;
    uint32_t scroll[PANEL_COUNT];
    uint32_t selected[PANEL_COUNT];
    bool paused;            /* the screen stands still; counting goes on */
    bool help;
    int64_t update_ns;      /* what the user wants the interval to be */
};

void view_init(struct view *v, int64_t update_ns);

enum view_action {
    ACTION_NONE, ACTION_QUIT, ACTION_HELP, ACTION_PAUSE, ACTION_NEXT_PANEL, ACTION_PREVIOUS_PANEL,
    ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_HOME, ACTION_END, ACTION_SORT,
    ACTION_SPAN, ACTION_LONGER, ACTION_SHORTER, ACTION_REDRAW, ACTION_OPEN, ACTION_CLOSE, ACTION_SUSPEND
};

/* Does the action to the view. `rows`: how many rows the focused panel has, and how many are visible. */
void view_do(struct view *v, enum view_action action, uint32_t rows, uint32_t visible);

#endif
