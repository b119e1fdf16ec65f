/* recent.h - what is kept of the past to be shown: the last firings and the last rejected lines.
 *
 * Arrays with the newest first, bounded. Owns its memory. One thread. */
#ifndef SPATE_MONITOR_RECENT_H
#define SPATE_MONITOR_RECENT_H

#include "monitor/monitor.h"

enum { REJECT_KEPT = 512 };

struct recent_alerts {
    size_t count;
    struct monitor_alert rows[MONITOR_ALERTS_KEPT];
};

/* Puts a firing in front; the oldest that is over makes room, or where all fire, the oldest. */
struct monitor_alert *recent_alerts_add(struct recent_alerts *r, const struct monitor_alert *alert);
/* The one of that id; NULL where it is not kept any more. */
struct monitor_alert *recent_alerts_find(struct recent_alerts *r, uint64_t id);
/* Takes it out again, if it is there. */
void recent_alerts_drop(struct recent_alerts *r, uint64_t id);

struct recent_rejects {
    size_t count;
    struct monitor_reject rows[MONITOR_REJECTS_KEPT];
    char lines[MONITOR_REJECTS_KEPT][REJECT_KEPT];
};

void recent_rejects_add(struct recent_rejects *r, const struct batch *b,
                        const struct reject *reject);

#endif
