/* monitor_alerts.h - what a monitor does about alerts: judges, keeps and tells them.
 *
 * Private to src/monitor/monitor*.c. One thread. */
#ifndef SPATE_MONITOR_MONITOR_ALERTS_H
#define SPATE_MONITOR_MONITOR_ALERTS_H

#include "monitor/monitor_state.h"

void alerts_init(struct monitor *m, const struct monitor_options *o);
void alerts_done(struct monitor *m);

/* One second of the default rule is over; `hits` were in its window. The others follow up to it. */
void alerts_judge(struct monitor *m, int64_t second, uint64_t hits);

/* The seconds before `second` are over for all rules. */
void alerts_advance(struct monitor *m, int64_t second);

/* The windows of all rules are empty, and end with `second`. */
void alerts_open(struct monitor *m, int64_t second);

/* Counts an entry that lies in the window of the rules. */
void alerts_add(struct monitor *m, const struct batch *b, const struct entry *e, int64_t second);

/* Lines that are no entries, now. */
void alerts_refused(struct monitor *m, uint64_t lines, bool live);

/* Why an alert of that rule ends when the rules of the options take over. */
enum alert_end alerts_end_of(const struct monitor *m, const char *rule);

/* Whatever fires since the past was read is told, if it was not. */
void alerts_past_is_over(struct monitor *m, bool was_quiet);

#endif
