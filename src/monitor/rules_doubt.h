/* rules_doubt.h - entries whose time lies too far in the future, kept until enough of them agree.
 *
 * logclock.h says when. Their batch goes on, so each is copied with all of its texts. Owns the
 * copies: at most ten lines. One thread. */
#ifndef SPATE_MONITOR_RULES_DOUBT_H
#define SPATE_MONITOR_RULES_DOUBT_H

#include "base/buf.h"
#include "monitor/logclock.h"
#include "record/batch.h"

struct rules_doubt {
    struct entry entries[LOGCLOCK_AGREE];
    struct buf bytes[LOGCLOCK_AGREE];
};

void rules_doubt_done(struct rules_doubt *d);

/* Keeps an entry as number `place` (from 0) of its row. */
void rules_doubt_keep(struct rules_doubt *d, unsigned place, const struct batch *b,
                      const struct entry *e);

/* A batch that holds the texts of the entry of that place; its entry is d->entries[place]. */
struct batch rules_doubt_batch(const struct rules_doubt *d, unsigned place);

#endif
