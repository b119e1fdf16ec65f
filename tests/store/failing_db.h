/* failing_db.h - SQLite with one call that fails: the Nth, with a result of choice. */
#ifndef SPATE_TESTS_STORE_FAILING_DB_H
#define SPATE_TESTS_STORE_FAILING_DB_H

#include "store/db.h"
#include <stdint.h>
#include <string.h>

struct failing_db {
    struct db_calls calls; /* give a pointer to this to the store */
    unsigned left;         /* calls until the one that fails; 0: none does */
    bool lasting;          /* all after it fail as well */
    enum db_result with;
    unsigned failed;
};

static inline bool failing_now(struct failing_db *f)
{
    bool now = f->left == 1 || (f->lasting && f->failed);
    if (f->left > 0 && !(f->lasting && f->failed))
        f->left--;
    f->failed += now;
    return now;
}

static enum db_result failing_open(void *self, const char *path, enum db_mode mode, void **db)
{
    *db = NULL;
    struct failing_db *f = self;
    return failing_now(f) ? f->with : db_sqlite.open(NULL, path, mode, db);
}

static void failing_close(void *self, void *db)
{
    (void)self;
    db_sqlite.close(NULL, db);
}

static enum db_result failing_run(void *self, void *db, const char *sql)
{
    struct failing_db *f = self;
    /* Not this one: SQLite has rolled back by itself when it cannot be told to. */
    if (strcmp(sql, "ROLLBACK") && failing_now(f))
        return f->with;
    return db_sqlite.run(NULL, db, sql);
}

static enum db_result failing_prepare(void *self, void *db, const char *sql, void **statement)
{
    *statement = NULL;
    struct failing_db *f = self;
    return failing_now(f) ? f->with : db_sqlite.prepare(NULL, db, sql, statement);
}

static void failing_finish(void *self, void *statement)
{
    (void)self;
    db_sqlite.finish(NULL, statement);
}

static enum db_result failing_bind_number(void *self, void *statement, int at, int64_t number)
{
    struct failing_db *f = self;
    return failing_now(f) ? f->with : db_sqlite.bind_number(NULL, statement, at, number);
}

static enum db_result failing_bind_bytes(void *self, void *statement, int at, struct text bytes)
{
    struct failing_db *f = self;
    return failing_now(f) ? f->with : db_sqlite.bind_bytes(NULL, statement, at, bytes);
}

static enum db_result failing_step(void *self, void *statement)
{
    struct failing_db *f = self;
    return failing_now(f) ? f->with : db_sqlite.step(NULL, statement);
}

static void failing_reset(void *self, void *statement)
{
    (void)self;
    db_sqlite.reset(NULL, statement);
}

static int64_t failing_number(void *self, void *statement, int column)
{
    (void)self;
    return db_sqlite.number(NULL, statement, column);
}

static struct text failing_bytes(void *self, void *statement, int column)
{
    (void)self;
    return db_sqlite.bytes(NULL, statement, column);
}

static const char *failing_why(void *self, void *db)
{
    (void)self;
    return db_sqlite.why(NULL, db);
}

static inline void failing_db_init(struct failing_db *f)
{
    *f = (struct failing_db){.calls = {.self = f,
                                       .open = failing_open,
                                       .close = failing_close,
                                       .run = failing_run,
                                       .prepare = failing_prepare,
                                       .finish = failing_finish,
                                       .bind_number = failing_bind_number,
                                       .bind_bytes = failing_bind_bytes,
                                       .step = failing_step,
                                       .reset = failing_reset,
                                       .number = failing_number,
                                       .bytes = failing_bytes,
                                       .why = failing_why}};
}

/* The `nth` call from now on fails. */
static inline void failing_db_arm(struct failing_db *f, unsigned nth, enum db_result with,
                                  bool lasting)
{
    f->left = nth;
    f->with = with;
    f->lasting = lasting;
    f->failed = 0;
}

#endif
