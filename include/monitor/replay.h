/* replay.h - judges a rule over a whole log that has been counted into a timeline.
 *
 * Every second from the first to the last of the log is judged in order of event time, with the
 * same alert (alert.h) and the same idea of a time too far in the future (logclock.h) as live: a
 * second more than 86,400 s ahead of the wall clock and of the log so far is believed only where 10
 * hits lie within a day from it; else it neither counts nor makes the log longer.
 *
 * Costs what the seconds with hits cost: a gap is skipped, with the same result.
 * Pure but for the callback. Thread: any that holds the timeline. */
#ifndef SPATE_MONITOR_REPLAY_H
#define SPATE_MONITOR_REPLAY_H

#include "monitor/alert.h"
#include "monitor/monitor.h"
#include "monitor/timeline.h"
#include <stdint.h>

/* What the log turned out to span. */
struct replay_span {
    uint64_t hits;       /* believed; 0: the ends say nothing */
    int64_t first, last; /* seconds, believed */
    uint64_t future;     /* hits that were not believed */
};

/* One firing, in order of time, once it is known whether and when it recovered; the log's last
 * second may leave the last one firing (not recovered). Lives until the return. */
typedef void replay_firing(void *ctx, const struct monitor_alert *firing);

struct replay_span replay_timeline(const struct timeline *t, const struct alert_rule *rule,
                                   int64_t wall_s, replay_firing *firing, void *ctx);

#endif
