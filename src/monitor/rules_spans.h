/* rules_spans.h - the stretches of a log in which the rules of a group can be anything but quiet.
 *
 * Told by sums over pages of 64 seconds: where even all that lies in the pages that a window can touch
 * is on the quiet side, every second is. Private to src/monitor/rules_*.c. */
#ifndef SPATE_MONITOR_RULES_SPANS_H
#define SPATE_MONITOR_RULES_SPANS_H

#include "monitor/rules_net.h"

enum { RULES_PAGE = 64 };

/* What a page counted. */
struct rules_page {
    int64_t first; /* second: a multiple of RULES_PAGE */
    uint64_t sums[COUNT_REJECTED];
};

/* In the order in which they came, some of them maybe in several parts. */
struct rules_pages {
    struct rules_page *rows;
    size_t count, room;
};

/* Nothing where it counted nothing. */
void rules_pages_add(struct rules_pages *p, const struct rules_page *page);
void rules_pages_done(struct rules_pages *p);

struct span_of_time {
    int64_t from, to; /* seconds, both included; with the window before them */
};

struct rules_spans {
    struct span_of_time *rows; /* in order, apart from one another */
    size_t count, room;
};

/* Can this be told of all rules of the group at all? */
bool rules_spans_bounded(const struct rule_spec *rules, const struct rule_group *g);

/* Of such a group. Puts its pages in order and together. */
struct rules_spans rules_spans_of(const struct rule_spec *rules, const struct rule_group *g,
                                  struct rules_pages *pages);
bool rules_spans_hold(const struct rules_spans *s, int64_t second);
void rules_spans_done(struct rules_spans *s);

#endif
