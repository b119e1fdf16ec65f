/* logclock.h - the log clock: which second it is, as the log sees it.
 *
 * The newest event second seen, moved on by the monotonic clock while nothing newer comes.
 * It also judges each line's time: in the window, late, or too far in the future to be believed.
 *
 *             a: timeless hit              b: hit with a believable time
 *     WALL ------------------> COUNTING ------------------> RUNNING
 *       |                                                    ^ |  |
 *       +----------------------------------------------------+ |  |
 *                        b                                     |  |
 *                                                              |  |
 *     far lines in a row   (c) <-- far line -------------------+  |
 *     late lines in a row  (d) <-- late line ---------------------+
 *
 *     c  10 far lines that agree within a day: the clock jumps to the newest of them. A believable
 *        line in between forgets them; one that disagrees starts a new row.
 *     d  10 late lines or more, over a window's length of monotonic time (at least 60 s) without a
 *        line inside the window: the clock steps back to the newest of them. A line inside the
 * window forgets them.
 *
 * Far: more than 86,400 s ahead of the wall clock and of the log clock (in WALL: of the wall
 * clock). Late: not after (clock - window). Before the first hit the wall clock is the log clock;
 * where the log has no times, hits count at the moment they are read, and the clock
 * started so (COUNTING) gives way to the first line that has a time.
 *
 * While the past is read at the start the clock is held: it follows the events alone.
 *
 * A value. Pure: both clocks are arguments. One thread. */
#ifndef SPATE_MONITOR_LOGCLOCK_H
#define SPATE_MONITOR_LOGCLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LOGCLOCK_FAR_S = 86400,
    LOGCLOCK_AGREE = 10, /* lines in a row, far or late, that make us believe them */
    LOGCLOCK_BACK_S = 60 /* the least time for which only late lines must have come */
};

enum logclock_state { LOGCLOCK_WALL, LOGCLOCK_COUNTING, LOGCLOCK_RUNNING };

enum logclock_verdict {
    LOGCLOCK_INSIDE,  /* in the window; the clock may have moved on to it */
    LOGCLOCK_LATE,    /* older than the window */
    LOGCLOCK_DOUBTED, /* far in the future; it is number far_count of its row */
    LOGCLOCK_JUMPED,  /* the last of a row of far lines: now all of them are believed */
    LOGCLOCK_STEPPED  /* the clock was set to this line's time or near it, and not from where it
                       * stood: what was in the window belongs to another time */
};

/* Now, by both clocks. */
struct moment {
    int64_t monotonic_ns;
    int64_t wall_s;
};

struct logclock {
    enum logclock_state state;
    int64_t window_s;
    int64_t second;    /* where the clock stands; in WALL: at the last look */
    int64_t newest;    /* event second; RUNNING only */
    int64_t anchor_ns; /* monotonic time at which `second` began */
    bool held;
    /* A row of far lines. */
    uint32_t far_count;
    int64_t far_oldest, far_newest;
    /* A row of late lines. */
    uint32_t late_count;
    int64_t late_newest;
    int64_t late_since_ns;
};

void logclock_init(struct logclock *c, int64_t window_s);

/* Lets time pass, up to now. */
void logclock_advance(struct logclock *c, struct moment now);

/* Judges a line that has a time, after logclock_advance() to the same moment. */
enum logclock_verdict logclock_see(struct logclock *c, int64_t second, struct moment now);

/* A hit without a time counts at c->second. */
void logclock_see_timeless(struct logclock *c, struct moment now);

/* The past is being read: time does not pass. */
void logclock_hold(struct logclock *c);
/* The past has been read, and was written up to `ahead_ns` ago: the clock stands that much behind
 * the newest event (never before where it stood) and runs from now on. */
void logclock_release(struct logclock *c, int64_t ahead_ns, struct moment now);
/* Moves it on to that second if it stands before; in WALL it stays. */
void logclock_at_least(struct logclock *c, int64_t second);

#endif
