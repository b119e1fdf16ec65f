/* state_post.h - alerts on their way through the state: into its history, and out to the sender
 * once they are in the file.
 *
 *   monitor ──checkpoint──▶ keeper: post_take ──change──▶ file ──post_tell──▶ sender
 *                                       ▲                                      │
 *                                       └────────── tried, gone ◀──────────────┘
 *
 * An alert is written in the same transaction as the counts that made it fire, with a message for
 * each channel that tells of it; only then is it sent. So a run that is killed in between fires
 * again, and tells once. When the file cannot be written, people are told all the same.
 *
 * Belongs to the keeper's thread, but for post_keep(), whose calls come from the sender's. */
#ifndef SPATE_APP_STATE_POST_H
#define SPATE_APP_STATE_POST_H

#include "base/buf.h"
#include "notify/sender.h"
#include "store/store.h"
#include <stdbool.h>

struct post;

struct post *post_new(void);
void post_free(struct post *p); /* accepts NULL */

/* Before the threads start: who is told of what; `sender` may be NULL. */
void post_connect(struct post *p, const struct notify_spec *specs, size_t count,
                  struct sender *sender);
/* The sender goes: nobody is told any more. Any thread. */
void post_disconnect(struct post *p);
/* How the keeper is told that there is something to write. */
void post_on_change(struct post *p, void (*wake)(void *ctx), void *ctx);

/* Where the sender says what became of messages. What is told as a whole is in one change. */
struct notify_keep post_keep(struct post *p);

/* Packed events, each by its length, out of a checkpoint. */
void post_take(struct post *p, struct text events);

/* Numbers of alerts that were marked as seen, each with the time, out of a checkpoint. */
void post_acknowledge(struct post *p, struct text acks);

/* Other channels for what is taken from now on; the sender is told of the change behind the events that
 * were taken before, and of what fires then behind that. */
void post_change_channels(struct post *p, struct sender *sender,
                          const struct sender_channels *channels, struct text firing);

/* Adds to a change what is to be written. What is handed over lives until the next call. */
bool post_has_change(struct post *p);
void post_change(struct post *p, struct store_change *c);
/* What the last post_change() had is in the file. */
void post_written(struct post *p);

/* Hands to the sender what it has not got yet. */
void post_tell(struct post *p);

#endif
