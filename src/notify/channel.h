/* channel.h - what a kind of channel does with a message: one row of a table, one file each.
 *
 * A try begins in the sender's thread and must not wait. It is over at once, or goes on as a
 * transfer or a child, whose end comes under the number that the try was given. */
#ifndef SPATE_NOTIFY_CHANNEL_H
#define SPATE_NOTIFY_CHANNEL_H

#include "base/error.h"
#include "notify/message.h"
#include "notify/outbox.h"

struct transfers;
struct children;

struct works {
    struct transfers *transfers;
    struct children *children;
};

/* How a try ended. */
struct try_end {
    enum outbox_result result;
    size_t taken;     /* events, when not all of them (LATER) */
    int64_t asked_ns; /* the receiver asked for so long a pause; 0: it did not */
    bool crowded;     /* never tried: too many children run; tried again as soon as one has left */
    struct error why; /* safe text, no secret in it */
};

struct channel_kind {
    /* True: it goes on under that number. False: it is over, and *end (zeroed before) says how. */
    bool (*begin)(const struct message *m, uint64_t tries, struct works *w, size_t number,
                  struct try_end *end);
    /* How many of the events, from the first on, go into one message: at least 1. NULL: all. */
    size_t (*fits)(const struct message *m);
};

extern const struct channel_kind channel_webhook, channel_slack, channel_alertmanager, channel_mail,
    channel_exec, channel_journal;

const struct channel_kind *channel_kind_of(enum notify_kind k);

/* For a try that cannot begin: later, because of end->why. Returns false. */
bool channel_later(struct try_end *end);

#endif
