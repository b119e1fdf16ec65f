/* message.h - one message to one channel: its events read back, its key, and the forms that several
 * channels share.
 *
 * Made for one try; the texts point into the packed events, which must outlive it. One thread. */
#ifndef SPATE_NOTIFY_MESSAGE_H
#define SPATE_NOTIFY_MESSAGE_H

#include "base/buf.h"
#include "notify/event.h"
#include "notify/notify.h"
#include <stdbool.h>

struct message {
    const struct notify_spec *spec;
    char key[NOTIFY_KEY_SIZE]; /* the same for the same events */
    struct notify_event *events;
    size_t count;  /* at least 1 */
    uint64_t lost; /* events before these that were dropped */
    int64_t wall_ns;
    const char *host; /* of this machine: printable ASCII, "localhost" when it has no name */
};

/* Damaged events are left out. False when none is left. */
bool message_make(struct message *m, const struct notify_spec *spec, const struct text *packed,
                  size_t count);
void message_done(struct message *m);

/* Only the first of its events, at least one: the others go in another. */
void message_narrow(struct message *m, size_t count);

/* The JSON that webhooks and programs get. */
void message_json(struct buf *out, const struct message *m);

/* "2 firing, 1 recovered: high traffic" as one line of safe text. */
void message_title(struct buf *out, const struct message *m);

/* "1m52s": between firing and recovery. */
void message_duration(struct buf *out, const struct notify_event *e);

#endif
