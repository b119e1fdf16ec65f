/* outbox_inside.h - how an outbox lies in memory, for src/notify/outbox*.c. */
#ifndef SPATE_NOTIFY_OUTBOX_INSIDE_H
#define SPATE_NOTIFY_OUTBOX_INSIDE_H

#include "notify/line.h"
#include "notify/outbox.h"
#include "notify/rate.h"

struct channel {
    size_t number;
    const struct notify_spec *spec; /* NULL: the place is free */
    bool leaving;                   /* no longer named; only its last try is waited for */
    struct notify_spec left;        /* what it was then: its name */
    struct line line;
    struct line firing; /* taken by an alertmanager and not over: told again now and then */
    int64_t again_ns;   /* when they are due */
    struct rate rate;
    size_t frozen;      /* leading events that are one message */
    size_t alone;       /* leading events that go one by one */
    bool sending;       /* the frozen ones, or ... */
    bool sending_again; /* ... those that fire */
    uint64_t failures;  /* since the last success */
    uint64_t refusals;  /* of the frozen message */
    int64_t not_before; /* back-off */
    uint64_t lost;      /* that no message which was taken has told of */
    uint64_t lost_told; /* of these, in the message that is under way */
    uint64_t dropped;   /* not yet told to people */
};

struct outbox {
    struct channel **channels;
    size_t count; /* places */
    struct notify_keep keep;
    uint64_t random;
    uint64_t message; /* the number given last */
    bool hurry;
    struct text events[OUTBOX_FIRING_MOST];
};

/* A channel in a free place, or in one more. */
struct channel *outbox_channel(struct outbox *o, const struct notify_spec *spec);

/* It is named, and is to be told. */
static inline bool channel_is_there(const struct channel *c)
{
    return c->spec && !c->leaving;
}

/* Takes an event out of the line: taken, given up, or for nobody any more. */
void outbox_forget(struct outbox *o, struct channel *c, size_t index);

#endif
