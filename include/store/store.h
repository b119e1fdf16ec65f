/* store.h - what outlives a run: where each file was left, what was counted, and the roll-ups of
 * minutes, hours and days, in one SQLite file (schema in schema.c).
 *
 * The store knows names, keys and bytes; what the bytes mean is known to who made them. Everything
 * of one change is written in one transaction: after a kill at any moment the file holds the whole
 * of it or nothing of it.
 *
 *            ok                     ok
 *   (open) ─────▶ READY ◀──────────────────┐
 *     │             │  damaged (a)         │
 *     └─────────────┴─────────▶ put aside, begun anew
 *
 *   a  the file is renamed to state.db.damaged-<time>, and a fresh one takes its place
 * Any other failure (disk full, busy, I/O) leaves the file as it was: the same change, or a later
 * one that includes it, can be tried again.
 *
 * Owns the place (place.h) and the connection. One thread at a time. */
#ifndef SPATE_STORE_STORE_H
#define SPATE_STORE_STORE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "store/alerts.h"
#include "store/db.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum store_span { STORE_MINUTES, STORE_HOURS, STORE_DAYS, STORE_SPANS };

/* 60, 3600, 86400. */
int64_t store_span_s(enum store_span span);

/* What SQL can be asked about a roll-up without knowing its bytes. */
struct store_sums {
    uint64_t hits, bytes;
};

struct store_options {
    const char *dir;
    bool linked; /* the directory may be a symbolic link */
    const struct db_calls *db;
    uint64_t bytes_most;        /* the file is folded and cut down to this */
    int64_t minutes_s, hours_s; /* how long minutes and hours stay what they are */
    /* Appends `old` (empty: none) and `more` merged, and its sums. Damaged input counts as none. */
    void (*merge)(struct text old, struct text more, struct buf *out, struct store_sums *sums);
};

struct store;

/* Takes the directory and opens the file, also a fresh one; a damaged one is put aside
 * (store_news()). NULL with *why when the directory cannot be had, is held by another process, or
 * the file is from a newer version or cannot be read at the moment. */
struct store *store_open(const struct store_options *o, int64_t wall_s, struct error *why);
/* Only to be read, also while another process writes. */
struct store *store_look(const struct store_options *o, struct error *why);
void store_close(struct store *s); /* accepts NULL */

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* Each is called once for every row, for places in the order in which they came first, and must not
 * call the store. False from a callback: its bytes make no sense, the file is damaged. NULL: not
 * wanted. */
struct store_reader {
    bool (*part)(void *ctx, struct text name, struct text bytes);
    bool (*place)(void *ctx, struct text path, struct text identity, struct text position);
    bool (*seconds)(void *ctx, int64_t start, struct text slots);
    void *ctx;
};
enum db_result store_read(struct store *s, const struct store_reader *reader);

/* Roll-ups of one span that begin in [from, to), in order. */
enum db_result store_rollups(struct store *s, enum store_span span, int64_t from, int64_t to,
                             bool (*row)(void *ctx, int64_t start, struct text bytes), void *ctx);

/* Where the newest roll-up ends; 0 when there is none. */
enum db_result store_end_of(struct store *s, int64_t *end);

/* ---- Writing ----------------------------------------------------------------------------------
 */

struct store_part {
    const char *name;
    struct text bytes;
};

struct store_place {
    struct text path, identity; /* the key */
    struct text position;
    bool gone; /* no longer to be gone on from */
};

struct store_rollup {
    enum store_span span;
    int64_t start;
    struct text bytes; /* merged into what is there */
};

struct store_seconds {
    int64_t start;
    struct text slots; /* in place of what is there; empty: nothing */
};

struct store_change {
    const struct store_part *parts;
    size_t part_count;
    const struct store_place *places;
    size_t place_count;
    const struct store_rollup *rollups;
    size_t rollup_count;
    const struct store_seconds *seconds;
    size_t seconds_count;
    bool all_seconds;      /* what is not among them goes */
    int64_t seconds_least; /* what begins before this goes */
    const struct store_alert *alerts;
    size_t alert_count;
    const struct store_ack *acks; /* of these alerts too */
    size_t ack_count;
    const struct store_message *messages; /* in this order */
    size_t message_count;
};

/* All of it, or nothing. DB_DAMAGED: store_renew() is due. */
enum db_result store_commit(struct store *s, const struct store_change *c);

/* Edge a. False when the file cannot be put aside or a fresh one cannot be made: nothing can be
 * written, but store_renew() may be tried again. */
bool store_renew(struct store *s, int64_t wall_s);

/* Folds some of what is old (by the newest roll-up), and more while the file is too large. Cheap
 * when there is nothing to do; *more: there is. */
enum db_result store_fold(struct store *s, bool *more);

/* False as long as there was no room to make the file; store_news() says so once. */
bool store_is_made(const struct store *s);
/* What happened to the file that people should know (put aside as ...), safe text; "" when nothing.
 * Forgotten once asked. */
const char *store_news(struct store *s);
/* What went wrong last, safe text. */
const char *store_why(struct store *s);

#endif
