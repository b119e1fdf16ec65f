/* events.h - the headless renderers: one board event to text or to a JSON line.
 * Pure: append to a buffer. Live figures and notices give nothing (notices go to our own
 * log). Thread: any. */
#ifndef SPATE_RENDER_EVENTS_H
#define SPATE_RENDER_EVENTS_H

#include "base/buf.h"
#include "model/board.h"

void events_json(struct buf *out, const struct board_event *e); /* one object and a newline */
void events_text(struct buf *out, const struct board_event *e);

#endif
