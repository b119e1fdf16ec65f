/* state_ledger.h - all that a state holds, as it should be in the file, and which of it is not there yet.
 *
 * Filled from the file at the start and from checkpoints from then on; bounded however long nothing can be
 * written. Owns its memory. The main thread fills it at the start, the keeper's thread from then on. */
#ifndef SPATE_APP_STATE_LEDGER_H
#define SPATE_APP_STATE_LEDGER_H

#include "app/checkpoint.h"
#include "store/store.h"

struct post;
struct ledger;
struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* The alerts that go through it; lives as long as the ledger. */
struct post *ledger_post(struct ledger *l);

/* ---- What the file holds ---- */

void ledger_part_kept(struct ledger *l, struct text name, struct text bytes);
bool ledger_place_kept(struct ledger *l, struct text path, struct text identity, struct text bytes);
void ledger_seconds_kept(struct ledger *l, int64_t start, struct text slots);

size_t ledger_place_count(const struct ledger *l);
/* Lives until the next checkpoint. */
void ledger_place(const struct ledger *l, size_t i, const char **path, struct position *position);
void ledger_each_part(const struct ledger *l, void (*each)(void *ctx, struct text name, struct text bytes),
                      void *ctx);
void ledger_each_seconds(const struct ledger *l, void (*each)(void *ctx, int64_t start, struct text slots),
                         void *ctx);

/* ---- What is to be written ---- */

/* A part of our own beside those of the monitor; the name is a literal. */
void ledger_set_part(struct ledger *l, const char *name, struct text bytes);

/* The part that names what is followed. */
#define LEDGER_NAMED "named"
void ledger_set_named(struct ledger *l, struct text bytes);

/* Takes over what the checkpoint says, and clears it. */
void ledger_take(struct ledger *l, struct checkpoint *c);

/* Everything that is not in the file yet. Lives until the ledger changes. */
const struct store_change *ledger_change(struct ledger *l);
bool ledger_has_change(const struct ledger *l);

/* That was written. */
void ledger_written(struct ledger *l);
/* The file is a fresh one: nothing of it is there. */
void ledger_lost(struct ledger *l);

#endif
