/* sqlite_late.h - SQLite, loaded when a state is opened for the first time.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_STORE_SQLITE_LATE_H
#define SPATE_STORE_SQLITE_LATE_H

#include "base/error.h"
#include <sqlite3.h>

#define SQLITE_CALLS(ROW)                                                                          \
    ROW(open_v2)                                                                                   \
    ROW(close)                                                                                     \
    ROW(exec)                                                                                      \
    ROW(prepare_v3)                                                                                \
    ROW(finalize)                                                                                  \
    ROW(step)                                                                                      \
    ROW(reset)                                                                                     \
    ROW(clear_bindings)                                                                            \
    ROW(bind_int64)                                                                                \
    ROW(bind_blob64)                                                                               \
    ROW(column_int64)                                                                              \
    ROW(column_blob)                                                                               \
    ROW(column_bytes)                                                                              \
    ROW(errmsg)                                                                                    \
    ROW(extended_result_codes)                                                                     \
    ROW(busy_timeout)                                                                              \
    ROW(limit)                                                                                     \
    ROW(db_config)

/* sqlite.open_v2 is sqlite3_open_v2(), and so on. */
struct sqlite_calls {
#define SQLITE_CALL(name) __typeof__(sqlite3_##name) *name;
    SQLITE_CALLS(SQLITE_CALL)
#undef SQLITE_CALL
};

/* Only after sqlite_late() was true. */
extern struct sqlite_calls sqlite;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool sqlite_late(struct error *why);

#endif
