/* checkpoint.h - all that must be written together for a run to go on exactly after a kill: where
 * each file stands behind the last batch that was counted, and what was counted since the
 * checkpoint before.
 *
 * A value that goes from the monitor thread, which fills it between two batches, to the keeper's
 * thread, which takes it over; one of them holds it at a time. */
#ifndef SPATE_APP_CHECKPOINT_H
#define SPATE_APP_CHECKPOINT_H

#include "base/buf.h"
#include "monitor/monitor.h"
#include "monitor/rollup.h"
#include "monitor/save.h"
#include "notify/sender.h"
#include "record/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a file was left. */
struct checkpoint_place {
    char *path; /* as named; the checkpoint's own */
    struct position position;
    bool gone; /* read to its end and let go */
};

/* A minute of the window. */
struct checkpoint_seconds {
    int64_t start;
    size_t at, len; /* in checkpoint.slots; len 0: nothing in it any more */
};

/* Other channels from now on, in the midst of the alerts. */
struct checkpoint_channels {
    bool any;
    struct sender *sender;
    struct sender_channels channels;
    struct buf firing; /* packed events: of what fires then, for those who must be told again and again */
    struct buf alerts; /* what fired and recovered after that */
};

struct checkpoint {
    struct saved saved;              /* everything that is kept whole */
    struct rollups *rollups;         /* since the checkpoint before */
    struct checkpoint_place *places; /* that changed since then */
    size_t place_count, place_room;
    struct buf slots;
    struct checkpoint_seconds *seconds; /* that changed since then */
    size_t seconds_count, seconds_room;
    bool all_seconds;      /* there are no others */
    int64_t seconds_least; /* those before have left the window */
    struct buf alerts; /* what fired and recovered since then: packed events, each by its length */
    struct checkpoint_channels channels;
    struct buf acks;  /* alerts that were marked as seen: number and time of each */
    struct buf named; /* a part: what is followed by now; empty: as before */
};

void checkpoint_init(struct checkpoint *c);
void checkpoint_done(struct checkpoint *c);
void checkpoint_clear(struct checkpoint *c); /* keeps memory */

/* The monitor thread's part: what has been counted and not yet handed over. */
struct gathering {
    struct checkpoint next;
    bool mid_read;     /* the batch counted last is not the end of its read: no place is known */
    bool changed;      /* something was counted since the last hand-over */
    uint64_t alerts;   /* how many changes of the alert were handed over */
    bool whole_window; /* save all of it */
    uint64_t epoch;    /* of the window, when it was saved last */
};

void gathering_init(struct gathering *g);
void gathering_done(struct gathering *g);

/* After monitor_batch() with the same batch. */
void gathering_batch(struct gathering *g, const struct batch *b, const struct monitor *m,
                     int64_t wall_ns);

/* An alert fired or recovered: a packed event. */
void gathering_alert(struct gathering *g, struct text event);

/* Other channels, for the alerts from now on; and what fires then. */
void gathering_channels(struct gathering *g, struct sender *sender,
                        const struct sender_channels *channels);
void gathering_firing(struct gathering *g, struct text event);

void gathering_ack(struct gathering *g, uint64_t alert, int64_t wall_s);

/* There is something worth a checkpoint. */
bool gathering_has_news(const struct gathering *g, const struct monitor *m);

/* So much has come together that it should not wait for its time. */
bool gathering_is_full(const struct gathering *g);

/* Fills the rest of g->next and swaps it with *into, which was clear. Not while g->mid_read. */
void gathering_hand_over(struct gathering *g, const struct monitor *m, int64_t wall_ns,
                         struct checkpoint *into);

#endif
