/* outbox.h - what is still to be told to whom, and when: queues, groups, rate and back-off.
 *
 * A channel sends one message at a time, in order. A message is frozen when it is first tried: the
 * same events go under the same key until it is taken, given up, or refused as a whole.
 *
 *              a                    b                  c
 *     EMPTY ─────▶ GATHERING ─────────────▶ SENDING ─────────▶ EMPTY or GATHERING
 *                      ▲                       │ d
 *                      └────── WAITING ◀───────┘
 *                   b
 *   a  an event for this channel: others may join it for group_wait
 *   b  the wait is over and the rate allows it
 *   c  taken by the receiver, or given up
 *   d  not taken: again after a back-off that doubles, with jitter; later if the receiver asks for
 * it
 *
 * A message that is refused for what it says is taken apart; an event that is refused alone several
 * times is given up, for it would hold up the others forever.
 *
 * Owns copies of the events. Pure: times are arguments (monotonic unless they are called wall). One
 * thread (the sender). */
#ifndef SPATE_NOTIFY_OUTBOX_H
#define SPATE_NOTIFY_OUTBOX_H

#include "base/clock.h"
#include "base/text.h"
#include "notify/event.h"
#include "notify/notify.h"
#include "notify/sender.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OUTBOX_MOST = 10000,      /* events that wait for one channel; beyond, the oldest go */
    OUTBOX_GROUP_MOST = 200,  /* events in one message */
    OUTBOX_FIRING_MOST = 5000, /* that are told again and again to an alertmanager */
    OUTBOX_REFUSALS_MOST = 5,
    OUTBOX_AGAIN_S = 60, /* how often a firing alert is told again */
    OUTBOX_BACK_OFF_MOST_S = 300,
    OUTBOX_ASKED_MOST_S = 3600 /* longest wait that a receiver can ask for */
};

#define OUTBOX_CROWDED_NS (NS_PER_S / 10) /* until what was put back is ready again */

struct outbox_times {
    int64_t now_ns, wall_ns;
};

/* One message to be sent. All is the outbox's and stays until it is called again. */
struct outbox_message {
    size_t channel;
    const struct text *events; /* packed */
    size_t count;
    uint64_t tries; /* of this channel in vain, since one succeeded */
    uint64_t lost;  /* events for this channel that were dropped since the last message */
    bool again;     /* all that fires there, told again: nothing new */
};

enum outbox_result {
    OUTBOX_TAKEN,
    OUTBOX_LATER,  /* not now, maybe later */
    OUTBOX_REFUSED /* not this, not ever */
};

struct outbox_done {
    size_t channel;
    enum outbox_result result;
    size_t taken;     /* how many events of it were, when not all (LATER only) */
    int64_t asked_ns; /* the receiver asked to be left alone so long; 0: not */
};

/* What became of a message, for people. */
struct outbox_news {
    bool first_failure; /* it worked before */
    bool works_again;   /* it did not before */
    uint64_t tries;     /* how many were in vain before this one */
};

struct outbox;

/* The specs stay where they are. `seed`: of the jitter. */
struct outbox *outbox_new(const struct notify_spec *specs, size_t count,
                          const struct notify_keep *keep, uint64_t seed);
void outbox_free(struct outbox *o); /* accepts NULL */

/* From now on these channels. What waits for one that is still named waits on, whatever else of it is
 * another; what waits for one that is not is dropped, and told to `left`. A try that is under way ends by
 * outbox_done() as ever. The specs of before are not looked at any more. */
void outbox_change(struct outbox *o, const struct notify_spec *specs, size_t count,
                   void (*left)(void *ctx, const char *name, size_t dropped), void *ctx);

/* Of a channel that outbox_take() gave, until outbox_done(). */
const struct notify_spec *outbox_spec(const struct outbox *o, size_t channel);

/* Queues an event for each channel that tells of it. `packed` is copied. */
void outbox_add(struct outbox *o, const struct notify_event *e, struct text packed,
                struct outbox_times t);

/* Edge a for what was queued in an earlier run. False: there is no such channel. */
bool outbox_restore(struct outbox *o, const struct notify_kept *kept, struct outbox_times t);

/* An alert of an earlier run that still fires: it is told again to whoever wants that. */
void outbox_firing(struct outbox *o, struct text packed);

/* When there is something to do next, 0: at once, INT64_MAX: nothing. Channels that send do not count.
 */
int64_t outbox_next(const struct outbox *o);

/* Edge b. False when no channel is ready. */
bool outbox_take(struct outbox *o, struct outbox_times t, struct outbox_message *out);

/* Of what was just taken out only the first events are one message: its receiver takes no more at
 * once. The others are the next one. Not of those that are told again. */
void outbox_narrow(struct outbox *o, size_t channel, size_t count);

/* Edges c and d. */
struct outbox_news outbox_done(struct outbox *o, const struct outbox_done *d,
                               struct outbox_times t);

/* What was taken out could not even be tried: it is ready again a little later. */
void outbox_put_back(struct outbox *o, size_t channel, struct outbox_times t);

/* Nothing waits for others or for the rate any more: the end is near. What failed still waits. */
void outbox_hurry(struct outbox *o);

/* Events of a channel that were given up, or crowded out, since this was asked last. */
uint64_t outbox_dropped(struct outbox *o, size_t channel);

size_t outbox_waiting(const struct outbox *o); /* events, over all channels */

#endif
