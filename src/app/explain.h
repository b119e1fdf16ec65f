/* explain.h - the causes of alerts in a log that has been read already: its windows are read once more.
 *
 * One is made for all alerts, and a copy for each thread that reads; the copies merge. An explanation
 * is exact but for what cause.h bounds. Owns its sums, not the rules. */
#ifndef SPATE_APP_EXPLAIN_H
#define SPATE_APP_EXPLAIN_H

#include "monitor/monitor.h"
#include "monitor/rule.h"

struct explain;

/* An alert to explain. */
struct explained {
    struct monitor_alert *alert;
    const struct rule_spec *rule; /* NULL: the default one */
};

/* first: the log's first second. */
struct explain *explain_new(const struct explained *alerts, size_t count, int64_t first);
void explain_free(struct explain *e); /* accepts NULL */

/* Is there a line to look at in these seconds? */
bool explain_wants(const struct explain *e, int64_t first, int64_t last);

void explain_batch(struct explain *e, const struct batch *b);
void explain_merge(struct explain *into, const struct explain *from);

/* Writes the causes into the alerts. */
void explain_finish(const struct explain *e);

#endif
