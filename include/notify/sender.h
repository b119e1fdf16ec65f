/* sender.h - tells people: one thread that brings alerts to their channels, off everybody's path.
 *
 *     monitor ──submit──▶ mailbox ──▶ outbox ──▶ channels ──▶ the world
 *                        (a lock, held       │
 *                         for a copy)        └──keep──▶ the state, when there is one
 *
 * At least once: an event is tried until its receiver takes it, or its channel's give_up is over.
 * What was taken is not sent again; only when the answer is lost, or the process is killed between
 * the answer and the state's next commit, the same message comes once more, under the same key: what
 * it consists of is in the state before it is tried.
 *
 * Owns the thread, the connections and the children. The specs belong to the configuration. */
#ifndef SPATE_NOTIFY_SENDER_H
#define SPATE_NOTIFY_SENDER_H

#include "base/error.h"
#include "notify/event.h"
#include "notify/notify.h"

/* An event that waits for a channel, as it is kept over a restart. */
struct notify_kept {
    struct text channel; /* its name */
    struct text key;     /* of the event */
    struct text packed;
    uint64_t tries;
    uint64_t message;    /* the frozen message that it is in; 0: none */
    int64_t due_wall_ns; /* not to be tried before; 0: at once */
};

/* Where changes of the queue are kept. Who keeps it knows an event for each channel that tells of
 * it (notify_tells()) before the event is submitted. Called by the sender's thread, must not wait (but
 * the last); what is handed over lives for the call. NULL calls: nothing is kept. */
struct notify_keep {
    void *ctx;
    void (*tried)(void *ctx, const struct notify_kept *kept);      /* packed is empty */
    void (*gone)(void *ctx, struct text channel, struct text key); /* taken or given up */
    /* What was handed over since the last time is kept as a whole, or not at all: a message whose events
     * were gone one by one would be another one after a kill in between. */
    void (*whole)(void *ctx);
    /* Returns once all of that is kept, or after a moment, when it cannot be at present: before a message
     * is tried first, so that it is the same message after a kill. */
    void (*settle)(void *ctx);
};

/* The channel tells of such an event. */
bool notify_tells(const struct notify_spec *spec, const struct notify_event *e);

struct sender;

struct sender_options {
    const struct notify_spec *specs;
    size_t count;
    struct notify_keep keep;
};

/* Makes the sender; its thread starts with sender_start(). NULL with *why. */
struct sender *sender_new(const struct sender_options *o, struct error *why);

/* What an earlier run left, before the start. False: there is no such channel any more. */
bool sender_restore(struct sender *s, const struct notify_kept *kept);

bool sender_start(struct sender *s, struct error *why);

/* Any thread: takes a copy and returns at once. */
void sender_submit(struct sender *s, const struct notify_event *e);
/* Any thread: an alert that was told of in an earlier run, and still fires. */
void sender_still_firing(struct sender *s, const struct notify_event *e);

/* Who is to be told. `unused` (or NULL) is called, by the sender's thread, once the specs are not looked
 * at any more because others have taken their place. */
struct sender_channels {
    const struct notify_spec *specs;
    size_t count;
    void (*unused)(void *ctx);
    void *ctx;
};

/* Any thread: other channels, for what is submitted from now on. Those of the same name keep what waits
 * for them, whatever else of them has changed; what waits for one that is no longer named is dropped, and
 * said. */
void sender_change(struct sender *s, const struct sender_channels *channels);

/* Sends what can be sent within that time, without waiting for groups, then ends the thread. What
 * is then still unsent is counted in the result (and kept, when it is). */
size_t sender_stop(struct sender *s, int64_t linger_ns);
void sender_free(struct sender *s); /* stopped, or never started; accepts NULL */

/* Sends one event to one channel, now, in this thread (spate notify-test). False with *why. */
bool sender_try(const struct notify_spec *spec, const struct notify_event *e, struct error *why);

#endif
