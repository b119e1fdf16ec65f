/* rules_spans.h - the stretches of a log in which the rules of a key can be anything but quiet.
 *
 * Told by sums over pages of the timelines: where even all that lies in the pages that a window can
 * touch is on the quiet side, every second is. Private to src/monitor/rules_*.c. Pure. */
#ifndef SPATE_MONITOR_RULES_SPANS_H
#define SPATE_MONITOR_RULES_SPANS_H

#include "monitor/rules_tape.h"

struct span_of_time {
    int64_t from, to; /* seconds, both included; with the window before them */
};

struct rules_spans {
    struct span_of_time *rows; /* in order, apart from one another */
    size_t count, room;
    bool everything; /* nothing can be left out */
};

/* rules: of the group, in its order. */
struct rules_spans rules_spans_of(const struct rule_spec *rules, uint32_t count,
                                  const struct tape_group *g, const struct tape_key *k);
void rules_spans_done(struct rules_spans *s);

#endif
