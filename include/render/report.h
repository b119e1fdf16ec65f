/* report.h - the figures of a whole run, as text for people or one JSON object.
 * Pure: append to a buffer. Thread: any. */
#ifndef SPATE_RENDER_REPORT_H
#define SPATE_RENDER_REPORT_H

#include "base/buf.h"
#include "base/json.h"
#include "model/snapshot.h"

void report_json(struct buf *out, const struct snapshot *s);
void report_text(struct buf *out, const struct snapshot *s); /* foreign bytes made safe */

/* The members of the report's object, without its braces (the summary event has the same). */
void report_members(struct json *j, const struct snapshot *s);

#endif
