/* believed.h - walks the seconds of a timeline that are to be believed (logclock.h), in order.
 *
 * Far seconds wait until 10 hits within a day stand together, then all of them come, or they are
 * left out. Owns a walk over the timeline, which must not change. One thread. */
#ifndef SPATE_MONITOR_BELIEVED_H
#define SPATE_MONITOR_BELIEVED_H

#include "monitor/logclock.h"
#include "monitor/timeline.h"

struct believed_second {
    int64_t second;
    uint64_t hits;
};

struct believed {
    struct timeline_walk *walk;
    int64_t wall_s;
    bool any;
    int64_t last;    /* the newest second given out, if any */
    uint64_t future; /* hits left out so far */
    /* Far seconds in wait: each has a hit or more, so there are never more than this. */
    struct believed_second waiting[LOGCLOCK_AGREE];
    unsigned count;
    uint64_t waiting_hits;
    bool agreed; /* they are believed, and are given out */
};

void believed_init(struct believed *b, const struct timeline *t, int64_t wall_s);
void believed_done(struct believed *b);
bool believed_next(struct believed *b, struct believed_second *next);

#endif
