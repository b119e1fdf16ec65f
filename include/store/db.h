/* db.h - the seam between the store and SQLite.
 *
 * Every call that can fail for reasons outside goes through this table, so that tests can put a
 * failing one in place of the real one. The table is constant; `self` is handed to each call.
 * Handles are opaque; one thread at a time. */
#ifndef SPATE_STORE_DB_H
#define SPATE_STORE_DB_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

enum db_result {
    DB_DONE,    /* done; of a step: no further row */
    DB_ROW,     /* a step found a row */
    DB_BUSY,    /* another process writes: try again */
    DB_FULL,    /* no room on the disk */
    DB_DAMAGED, /* the file is no database, or its contents contradict themselves */
    DB_FAILED   /* anything else: I/O error, no permission, no such file */
};

enum db_mode {
    DB_WRITE, /* made when it is not there */
    DB_ALONE, /* the same, without shared memory: nobody else can read meanwhile */
    DB_READ,
    DB_STILL /* to be read, of a file that nobody writes and beside which nothing can be made */
};

struct db_calls {
    void *self;
    /* Sets *db also on failure where close() is still due; no symbolic link is followed. */
    enum db_result (*open)(void *self, const char *path, enum db_mode mode, void **db);
    void (*close)(void *self, void *db); /* NULL is fine */
    enum db_result (*run)(void *self, void *db, const char *sql);
    enum db_result (*prepare)(void *self, void *db, const char *sql, void **statement);
    void (*finish)(void *self, void *statement); /* NULL is fine */
    enum db_result (*bind_number)(void *self, void *statement, int at, int64_t number);
    /* The bytes must stay until the statement is reset. */
    enum db_result (*bind_bytes)(void *self, void *statement, int at, struct text bytes);
    enum db_result (*step)(void *self, void *statement);
    void (*reset)(void *self, void *statement);
    /* Of the row; bytes live until the next step or reset. */
    int64_t (*number)(void *self, void *statement, int column);
    struct text (*bytes)(void *self, void *statement, int column);
    /* What went wrong last, in words. */
    const char *(*why)(void *self, void *db);
};

extern const struct db_calls db_sqlite;

#endif
