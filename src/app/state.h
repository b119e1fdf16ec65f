/* state.h - a run that goes on where the last one stopped: `--state DIR`.
 *
 *   monitor thread ──checkpoint──▶ slot (one) ──▶ keeper's thread ──one transaction──▶ file
 *
 * The monitor thread gathers what it counts, and at most once a second, when the slot is empty, puts a
 * checkpoint there; it never waits for the disk. The keeper's thread takes it into its ledger and writes
 * what is not in the file yet. What fails is said once, stays in the ledger and is tried again; a
 * damaged file is put aside.
 *
 * state_open() and state_free(): main thread, before and after the others. Each function says its thread. */
#ifndef SPATE_APP_STATE_H
#define SPATE_APP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "monitor/monitor.h"
#include "record/batch.h"
#include "source/follow.h"
#include "notify/event.h"
#include "notify/sender.h"
#include "store/alerts.h"
#include "store/db.h"

struct post;
struct state;

/* Where a state is that nobody named: $STATE_DIRECTORY, else $XDG_STATE_HOME/spate, else
 * ~/.local/state/spate. `linked`: it may be a symbolic link. NULL with *why when none of them is set; else
 * to be freed. */
char *state_directory(const char *named, bool *linked, struct error *why);

/* How roll-ups are kept and merged: options for a store in that directory. */
struct store_options state_store_options(const char *dir, bool linked);

/* Takes the directory, reads what is there and takes over its hash secret: before anything is hashed. `named`:
 * the FILEs of this run. NULL with *why. */
struct state *state_open(const char *dir, bool linked, const struct db_calls *db,
                         const char *const *named, size_t named_count, struct error *why);
void state_free(struct state *s); /* accepts NULL; all threads that use it have left */

/* Main thread: places to go on from, for follow_options. They live as long as the state. */
const struct follow_resume *state_resume(const struct state *s, size_t *count);
/* Main thread: there was a state, and this run goes on with it. */
bool state_goes_on(const struct state *s);


/* Main thread, before the others start: the way of alerts through the state, and the messages about them
 * that an earlier run left. */
struct post *state_post(struct state *s);
enum db_result state_messages(struct state *s,
                              bool (*row)(void *ctx, const struct store_message *row), void *ctx);

/* ---- Monitor thread; with NULL each does nothing ---- */

/* Fills a fresh monitor with what was kept. */
void state_restore(struct state *s, struct monitor *m, int64_t monotonic_ns);
/* After each monitor_batch(). */
void state_batch(struct state *s, const struct batch *b, const struct monitor *m,
                 int64_t monotonic_ns, int64_t wall_ns);
/* Now and then; also what others have marked as seen comes in by it. Returns what people should know, once: safe text; NULL when nothing. */
const char *state_beat(struct state *s, struct monitor *m, int64_t monotonic_ns,
                       int64_t wall_ns);
/* An alert fired or recovered: it is kept, and told when it is in the file. False: nobody keeps it, the
 * caller tells. */
bool state_alert(struct state *s, const struct notify_event *e);
/* An alert was marked as seen. */
void state_acknowledge(struct state *s, uint64_t alert, int64_t wall_s);
/* Alerts that fire by the history, and of which the monitor knows nothing, are over: each is given to `ended`
 * as the event of its end. After state_restore(). */
void state_end_unknown(struct state *s, const struct monitor *m, int64_t wall_ns,
                       void (*ended)(void *ctx, const struct notify_event *e), void *ctx);
/* Other channels, for the alerts from now on: `sender` is told when those before have been told of. False:
 * nobody keeps anything, the caller tells. */
bool state_channels(struct state *s, struct sender *sender, const struct sender_channels *channels);
/* What fires while channels change: told behind the change. False: none is under way, the caller tells. */
bool state_firing(struct state *s, const struct notify_event *e);
/* Other FILEs are followed from now on. */
void state_named(struct state *s, const char *const *named, size_t count, int64_t monotonic_ns);
/* The last checkpoint: waits until it is written, or cannot be (said on stderr). */
void state_finish(struct state *s, const struct monitor *m, int64_t wall_ns);

#endif
