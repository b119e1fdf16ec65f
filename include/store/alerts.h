/* alerts.h - what the store keeps of alerts: their history, and the messages about them that have
 * not been taken yet. Part of store.h: written by store_commit() in the same transaction as all
 * else.
 *
 * An alert is a row by its number; firing and recovery are bytes, and mean nothing here. Of the
 * newest STORE_ALERTS_MOST alerts the history is kept. */
#ifndef SPATE_STORE_ALERTS_H
#define SPATE_STORE_ALERTS_H

#include "base/error.h"
#include "base/text.h"
#include "store/db.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_ALERTS_MOST = 20000 };

struct store;
struct store_options;

struct store_alert {
    int64_t id;
    int64_t triggered; /* log second */
    bool recovered;    /* `bytes` are of its recovery, else of its firing */
    struct text bytes;
};

struct store_message {
    enum store_message_change { STORE_ADD, STORE_TRIED, STORE_GONE } change;
    struct text channel, key; /* the key of the row */
    struct text bytes;        /* ADD */
    int64_t tries, message, due;
};

/* A row of the history. */
struct store_alert_row {
    int64_t id;
    int64_t change;               /* grows with each change of any alert */
    int64_t acknowledged;         /* when, in seconds since 1970; 0: not */
    struct text fired, recovered; /* empty: not known, not yet */
};

/* Somebody has marked an alert as seen: when, in seconds since 1970. A second time changes nothing. */
struct store_ack {
    int64_t id, when;
};

/* Those changed after `change`, triggered at or after `from`, by number. False from `row`: it makes
 * no sense, the file is damaged. */
enum db_result store_alerts(struct store *s, int64_t change, int64_t from,
                            bool (*row)(void *ctx, const struct store_alert_row *row), void *ctx);

/* Those that fired and have not recovered; `recovered` is empty. */
enum db_result store_open_alerts(struct store *s,
                                 bool (*row)(void *ctx, const struct store_alert_row *row),
                                 void *ctx);

/* Acknowledgements of alerts that changed after `change`, in order of change. */
enum db_result store_acks(struct store *s, int64_t change,
                          bool (*row)(void *ctx, const struct store_ack *ack, int64_t change),
                          void *ctx);

/* A number that is another once another process has written something. */
enum db_result store_others(struct store *s, int64_t *version);

/* Messages that wait, in the order in which they were added. */
enum db_result store_messages(struct store *s,
                              bool (*row)(void *ctx, const struct store_message *row), void *ctx);

/* Opens a store that another process may hold, to acknowledge alerts in it. NULL with *why. */
struct store *store_join(const struct store_options *o, struct error *why);

/* *known: there is such an alert. A second time changes nothing. */
enum db_result store_acknowledge(struct store *s, int64_t id, int64_t wall_s, bool *known);

#endif
