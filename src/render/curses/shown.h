/* shown.h - which figures of a snapshot the user wants to see, and in which order.
 *
 * Pure; points into the snapshot. Thread: any. */
#ifndef SPATE_RENDER_CURSES_SHOWN_H
#define SPATE_RENDER_CURSES_SHOWN_H

#include "model/view.h"
#include <stddef.h>

/* The headline figures of a span. */
struct shown_totals {
    enum view_span span; /* what is really shown: the window stands in for an interval to come */
    bool early;          /* it does so */
    double seconds;
    uint64_t hits, bytes, visitors;
    bool visitors_known;
    const uint64_t *classes;               /* [6] */
    const struct latency_figures *latency; /* NULL: not known */
};

/* A list of a span. */
struct shown_list {
    enum view_span span; /* only sections are kept for the window: others show the interval */
    const struct top_list *list;
    uint64_t hits; /* of the span, for shares */
    double seconds;
};

void shown_totals(struct shown_totals *out, const struct snapshot *s, enum view_span span);
void shown_list(struct shown_list *out, const struct snapshot *s, enum view_span span,
                enum dimension d);

/* "last 10 s", "last 2m (window)", "since the start". */
const char *shown_span_words(char into[48], const struct snapshot *s, enum view_span span);

/* Statuses of the same span that occur, highest count first; returns how many (at most
 * STATUS_SLOTS). */
struct shown_status {
    unsigned status;
    uint64_t hits;
};
size_t shown_statuses(struct shown_status *out, size_t room, const struct snapshot *s,
                      enum view_span span);

/* The rows of a list in the order asked for: indexes into list->rows. Free it. */
uint32_t *shown_order(const struct top_list *list, enum view_sort sort);

const char *shown_sort_word(enum view_sort sort); /* "hits", "bytes", "errors", "name" */

#endif
