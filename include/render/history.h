/* history.h - what a state remembers, as text for people with a bar a row, as one JSON object, or as CSV.
 * Pure: append to a buffer. Thread: any. */
#ifndef SPATE_RENDER_HISTORY_H
#define SPATE_RENDER_HISTORY_H

#include "base/buf.h"
#include "model/history.h"

void history_text(struct buf *out, const struct history *h, bool ascii); /* foreign bytes made safe */
void history_csv(struct buf *out, const struct history *h);              /* likewise */
void history_json(struct buf *out, const struct history *h);

#endif
