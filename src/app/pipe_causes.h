/* pipe_causes.h - the causes of alerts in what can be read only once: found while it goes by.
 *
 * A log on disk is read again for them once it is known what fired (explain.h). For a pipe the live
 * monitor runs beside the counting, and what it says of an alert is kept until then: its causes come from a
 * sample, as they do in `watch`.
 *
 * Owns its monitor, not the rules. One thread at a time. */
#ifndef SPATE_APP_PIPE_CAUSES_H
#define SPATE_APP_PIPE_CAUSES_H

#include "app/rule_set.h"
#include "monitor/monitor.h"

struct pipe_causes;

struct pipe_causes *pipe_causes_new(const struct rule_set *rules, int64_t wall_ns);
void pipe_causes_free(struct pipe_causes *p); /* accepts NULL */

void pipe_causes_batch(struct pipe_causes *p, const struct batch *b);
/* The pipe has ended. */
void pipe_causes_finish(struct pipe_causes *p);

/* Gives an alert that has no causes those of the same rule and key that fired about then, if any did. */
void pipe_causes_give(const struct pipe_causes *p, struct monitor_alert *a);

#endif
