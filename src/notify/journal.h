/* journal.h - an event as an entry of systemd's journal, in its native protocol. Pure. */
#ifndef SPATE_NOTIFY_JOURNAL_H
#define SPATE_NOTIFY_JOURNAL_H

#include "base/buf.h"
#include "notify/event.h"

/* Every value goes by its length, so that no byte of it can begin another field. */
void journal_entry(struct buf *out, const struct notify_event *e);

#endif
