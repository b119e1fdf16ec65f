/* inside.h - how a store lies in memory, for the files of this folder. */
#ifndef SPATE_STORE_INSIDE_H
#define SPATE_STORE_INSIDE_H

#include "store/place.h"
#include "store/store.h"

enum statement {
    READ_PARTS,
    READ_PLACES,
    READ_SECONDS,
    WRITE_PART,
    WRITE_PLACE,
    DROP_PLACE,
    WRITE_SECONDS,
    DROP_SECONDS,        /* of one start */
    DROP_SECONDS_BEFORE,
    DROP_SECONDS_ALL,
    /* one of each for minutes, hours and days, in the order of enum store_span */
    READ_ROLLUPS,
    READ_ROLLUP = READ_ROLLUPS + STORE_SPANS,
    WRITE_ROLLUP = READ_ROLLUP + STORE_SPANS,
    DROP_ROLLUP = WRITE_ROLLUP + STORE_SPANS,
    OLDEST_ROLLUP = DROP_ROLLUP + STORE_SPANS,
    NEWEST_ROLLUP = OLDEST_ROLLUP + STORE_SPANS,
    PAGES = NEWEST_ROLLUP + STORE_SPANS,
    /* alerts.c */
    WRITE_FIRED,
    WRITE_RECOVERED,
    DROP_ALERTS, /* but for the newest */
    READ_ALERTS,
    READ_ALERT,
    READ_OPEN,
    READ_ACKS,
    OTHERS,
    ACKNOWLEDGE,
    ADD_MESSAGE,
    TRY_MESSAGE,
    DROP_MESSAGE,
    READ_MESSAGES,
    STATEMENTS
};

struct store {
    struct store_options options;
    struct place *place;
    void *db; /* NULL: there is none at the moment */
    void *statements[STATEMENTS];
    struct buf room; /* for merged roll-ups */
    bool read_only;
    char news[480];
    char why[480];
};

/* ---- schema.c ---- */

/* Makes or checks what is in an open file. DB_FAILED with s->why when it is from a newer version. */
enum db_result schema_settle(struct store *s);
const char *schema_sql(enum statement which);

/* ---- store.c ---- */

/* Remembers in words what failed, and returns it. */
enum db_result store_failed(struct store *s, enum db_result result);

/* The file is there, and ours: makes one where there could not be one before. DB_DAMAGED: it was
 * deleted, or another one took its place. */
enum db_result store_stand(struct store *s);

/* A prepared statement, ready to be bound; NULL with *result, DB_DONE where nothing is in the store
 * because there is no file yet. */
void *store_statement(struct store *s, enum statement which, enum db_result *result);

/* ---- alerts.c ---- */

extern const char alerts_tables[]; /* makes what is not there */
const char *alerts_sql(enum statement which);
enum db_result alerts_write(struct store *s, const struct store_change *c);
enum db_result messages_write(struct store *s, const struct store_change *c);

/* ---- store_read.c ---- */

/* Steps through all rows of a statement. `row` false: the file is damaged. */
enum db_result store_each_row(struct store *s, void *statement,
                              bool (*row)(const struct store *s, void *statement, void *ctx),
                              void *ctx);

/* ---- store_write.c ---- */

/* What a statement is bound to: numbers first, in the order of its parameters. */
struct store_binding {
    bool is_bytes;
    int64_t number;
    struct text bytes;
};

#define STORE_NUMBER(n)                                                                            \
    (struct store_binding)                                                                         \
    {                                                                                              \
        .number = (n)                                                                              \
    }
#define STORE_BYTES(t)                                                                             \
    (struct store_binding)                                                                         \
    {                                                                                              \
        .is_bytes = true, .bytes = (t)                                                             \
    }

/* Prepares a statement with its parameters; NULL with *result. */
void *store_bound(struct store *s, enum statement which, const struct store_binding *values,
                  int count, enum db_result *result);
/* The same, and steps it: for those that give no rows. */
enum db_result store_act(struct store *s, enum statement which, const struct store_binding *values,
                         int count);

#define STORE_ACT(s, which, ...)                                                                   \
    store_act((s), (which), (const struct store_binding[]){__VA_ARGS__},                           \
              sizeof((const struct store_binding[]){__VA_ARGS__}) / sizeof(struct store_binding))

/* Steps a statement that gives no rows, and makes it ready for the next time. */
enum db_result store_do(struct store *s, void *statement);

/* Merges into a roll-up, within a transaction. */
enum db_result store_merge(struct store *s, enum store_span span, int64_t start, struct text bytes);
enum db_result store_begin(struct store *s);
/* Commits if *result is DB_DONE, else rolls back; returns what came of it. */
enum db_result store_end(struct store *s, enum db_result result);

#endif
