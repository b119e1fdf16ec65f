/* parts.h - pieces of JSON that a report and the events share. Pure; any thread. */
#ifndef SPATE_RENDER_JSON_PARTS_H
#define SPATE_RENDER_JSON_PARTS_H

#include "base/json.h"
#include "model/snapshot.h"

enum parts_detail { PARTS_SHORT, PARTS_FULL }; /* SHORT: name and hits only */

/* "read", "parsed", "rejected", "late" and, where there are any, "truncated" and "future". */
void parts_line_counts(struct json *j, const struct figures *f);
/* "sections": [...]; nothing where the list is not wanted. */
void parts_top(struct json *j, enum dimension d, const struct top_list *list, enum parts_detail detail);
/* "status": {"200": 9126, ...}; nothing where nobody wanted it. */
void parts_status(struct json *j, const struct figures *f);
/* What an alert has more than its rule, times and rates: "level", "value", "cause", and of one that has
 * recovered "duration" and "total". */
/* `value`: of the metric, at the time that is told of. */
void parts_alert(struct json *j, const struct alert_figures *a, double value);
/* "reason", when it ended by anything else than a recovery. */
void parts_reason(struct json *j, const struct alert_figures *a);
/* "request_time": {...} or null. */
void parts_latency(struct json *j, const struct latency_figures *l);

#endif
