/* view.h - the user's choices at the console, and what keys do to them: plain data, no terminal.
 *
 * Owned by the console thread. Pure functions of what they are given. */
#ifndef SPATE_MODEL_VIEW_H
#define SPATE_MODEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include "model/snapshot.h"

enum view_panel {
    PANEL_TOP, /* the dimension chosen, with all its columns */
    PANEL_ALERTS,
    PANEL_REJECTS,
    PANEL_SOURCES,
    PANEL_PATHS,     /* these three where there is room */
    PANEL_ADDRESSES,
    PANEL_STATUSES,
    PANEL_COUNT
};
enum view_sort { SORT_HITS, SORT_BYTES, SORT_ERRORS, SORT_NAME, SORT_COUNT };
enum view_span { SPAN_INTERVAL, SPAN_WINDOW, SPAN_TOTAL, SPAN_COUNT }; /* which figures the top panels show */

struct view {
    enum view_panel panel;  /* has the focus */
    enum view_sort sort;
    enum view_span span;
    enum dimension list;    /* what PANEL_TOP lists */
    uint32_t scroll[PANEL_COUNT];
    uint32_t selected[PANEL_COUNT];
    bool paused;            /* the screen stands still; counting goes on */
    bool help;
    bool details;           /* of the selected row of the focused panel */
    int64_t update_ns;      /* what the user wants the interval to be */
};

void view_init(struct view *v, int64_t update_ns);

/* The order of rows that a snapshot should be made in for lists sorted so. */
enum top_order view_order(enum view_sort sort);

enum view_action {
    ACTION_NONE, ACTION_QUIT, ACTION_HELP, ACTION_PAUSE, ACTION_NEXT_PANEL, ACTION_PREVIOUS_PANEL,
    ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_HOME, ACTION_END, ACTION_SORT,
    ACTION_SPAN, ACTION_LIST, ACTION_LONGER, ACTION_SHORTER, ACTION_REDRAW, ACTION_OPEN, ACTION_CLOSE, ACTION_SEEN,
    ACTION_SUSPEND, ACTION_COUNT
};

/* What is on the screen, as far as keys need to know. */
struct view_screen {
    bool shown[PANEL_COUNT];       /* there is room for it, and something in it */
    uint32_t rows[PANEL_COUNT];    /* all that it has */
    uint32_t visible[PANEL_COUNT]; /* that fit */
    bool listed[DIMENSION_COUNT];  /* dimensions that are counted */
};

/* Does the action to the view. QUIT, REDRAW and SUSPEND are the caller's: nothing changes here; of SEEN that
 * the alerts have the focus then, and what is done to the selected one when they had it before. */
void view_do(struct view *v, enum view_action action, const struct view_screen *screen);

/* Keeps focus, selection and scroll within what there is: after each new snapshot or size. */
void view_settle(struct view *v, const struct view_screen *screen);

#endif
