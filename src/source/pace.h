/* pace.h - how soon after it grew a log is read on: at once while it is slow, in fewer and larger
 * pieces while it is busy, and at once again while somebody may be about to cut it.
 *
 * copytruncate opens the log, copies it, cuts it and closes it, or closes it before. What was
 * written before the copy ended must be read before the cut, and nobody says when that will be. So
 * from when a log is opened until a second after it was closed, or until a copy would have been
 * made, there is no lingering; and none over a log so small that it is cut before we have heard of
 * it.
 *
 * A value of all zero is ready for use. One thread. */
#ifndef SPATE_SOURCE_PACE_H
#define SPATE_SOURCE_PACE_H

#include "source/sources.h"
#include <stdbool.h>
#include <stdint.h>

struct pace {
    int64_t read_ns;            /* of the last read */
    int64_t haste_ns;           /* no lingering before */
    int64_t alarm_ns;           /* nor, in haste, another look at the alarm */
    int64_t rush_ns;            /* since when bytes are summed */
    uint64_t rush, rush_before; /* since then, and in the time before */
};

/* So many bytes of that source were read. */
void pace_read(struct pace *p, struct sources *s, uint32_t source, uint64_t bytes);

/* From time to time: while nothing is read, too, somebody may open a log. */
void pace_idle(struct pace *p, struct sources *s, int64_t now);

/* Sleeps until a while after the last read, at most until the deadline, or wake_fd. True when it
 * did: the log is busy. */
bool pace_linger(struct pace *p, struct sources *s, int wake_fd, int64_t deadline);

#endif
