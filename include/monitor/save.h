/* save.h - what a monitor knows as bytes that outlive the process, and back.
 *
 * Parts with names, each sealed (base/pack.h): the log clock, the alert, the totals with their
 * lists (each list its busiest keys, exact while there are no more than those). Beside them the
 * window, minute by minute, so that only what changed need be written.
 *
 * A monitor that was resumed goes on as if it had never stopped: totals, window, clock and a firing
 * alert are what they were; what has passed meanwhile is judged when the past has been read. Of the
 * window's sections the 128 busiest are kept, and its visitors while they are exact (up to 12,288 of
 * them): the sketch behind that is too large to be written each second. Not kept: the interval under
 * way, rejected lines, what was gathered about causes.
 *
 * Monitor thread, like all of monitor.h. */
#ifndef SPATE_MONITOR_SAVE_H
#define SPATE_MONITOR_SAVE_H

#include "base/buf.h"
#include "base/text.h"
#include "monitor/monitor.h"

enum {
    SAVED_VERSION = 3, /* of parts and of the window's minutes; a new part needs a new one */
    SAVED_PARTS = 24,
    SAVED_TOP = 512,       /* keys of each list */
    SAVED_TIMED_KEYS = 64, /* those with their histogram of request times */
    SAVED_WINDOW_SECONDS = 60,
    SAVED_REACH_SECONDS = 720 /* as far back as monitor_window_reaches_back() can be true */
};

struct saved_part {
    const char *name; /* a literal */
    size_t at, len;   /* in saved.bytes */
};

/* All zero: empty. buf_done(&saved.bytes) frees it. */
struct saved {
    struct buf bytes;
    size_t count;
    struct saved_part parts[SAVED_PARTS];
};

static inline struct text saved_bytes(const struct saved *s, size_t part)
{
    return text_make(s->bytes.at + s->parts[part].at, s->parts[part].len);
}

/* Fills *s anew. */
void monitor_save(const struct monitor *m, int64_t wall_ns, struct saved *s);

/* Seconds [start, start + SAVED_WINDOW_SECONDS) of the window, sealed, appended; false and nothing
 * when none of them has hits. `start`: a multiple of that. */
bool monitor_save_window(const struct monitor *m, int64_t start, struct buf *out);

/* True when lines in the seconds from `later` on may change the window's seconds from `start` on too;
 * both are multiples of SAVED_WINDOW_SECONDS, `later` is the larger one. */
bool monitor_window_reaches_back(const struct monitor *m, int64_t later, int64_t start);

/* Oldest and newest second of the window; false while it is not open. */
bool monitor_window_span(const struct monitor *m, int64_t *first, int64_t *last);

/* Changes whenever the window was put elsewhere or seconds of it changed that no line of the last
 * batch belongs to: then all of it must be saved again. */
uint64_t monitor_window_epoch(const struct monitor *m);

/* Into a fresh monitor: first the parts, in any order, false where one is damaged (nothing of it is
 * taken then) or not known; then monitor_resume(); then the window. */
bool monitor_load(struct monitor *m, struct text name, struct text bytes);
void monitor_resume(struct monitor *m, int64_t monotonic_ns);
bool monitor_load_window(struct monitor *m, int64_t start, struct text bytes);

#endif
