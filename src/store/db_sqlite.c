#include "store/db.h"

#include "base/buf.h"
#include "store/sqlite_late.h"
#include <limits.h>
#include <stddef.h>
#include <string.h>

enum { BUSY_MS = 500, LENGTH_MOST = 64 * 1024 * 1024 };

static const struct {
    int code;
    enum db_result result;
} RESULTS[] = {
    {SQLITE_OK, DB_DONE},
    {SQLITE_DONE, DB_DONE},
    {SQLITE_ROW, DB_ROW},
    {SQLITE_BUSY, DB_BUSY},
    {SQLITE_LOCKED, DB_BUSY},
    {SQLITE_FULL, DB_FULL},
    {SQLITE_CORRUPT, DB_DAMAGED},
    {SQLITE_NOTADB, DB_DAMAGED},
    {SQLITE_MISMATCH, DB_DAMAGED},
    {SQLITE_CONSTRAINT, DB_DAMAGED}, /* we never break one: an index says other than its table */
};

static enum db_result result_of(int code)
{
    for (size_t i = 0; i < sizeof RESULTS / sizeof *RESULTS; i++)
        if (RESULTS[i].code == (code & 0xff))
            return RESULTS[i].result;
    return DB_FAILED;
}

/* The file is ours, but whatever is in it must not make SQLite do more than we ask for. */
static void distrust(sqlite3 *db)
{
    sqlite.extended_result_codes(db, 1);
    sqlite.busy_timeout(db, BUSY_MS);
    sqlite.limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MOST);
    sqlite.db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite.db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite.db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite.db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

static enum db_result calls_run(void *self, void *db, const char *sql)
{
    (void)self;
    return result_of(sqlite.exec(db, sql, NULL, NULL, NULL));
}

/* A path as SQLite takes it with options behind it. */
static void add_uri(struct buf *uri, const char *path)
{
    buf_str(uri, "file:");
    for (; *path; path++)
        if (strchr("%?#", *path))
            buf_printf(uri, "%%%02X", (unsigned)(unsigned char)*path);
        else
            buf_byte(uri, *path);
    buf_str(uri, "?immutable=1");
    buf_byte(uri, 0);
}

static enum db_result calls_open(void *self, const char *path, enum db_mode mode, void **db)
{
    static const int MODES[] = {
        [DB_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [DB_ALONE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [DB_READ] = SQLITE_OPEN_READONLY,
        [DB_STILL] = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
    };
    *db = NULL;
    if (!sqlite_late(NULL))
        return DB_FAILED;
    int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | MODES[mode];
    struct buf uri = {0};
    if (mode == DB_STILL)
        add_uri(&uri, path);
    sqlite3 *opened = NULL;
    int code = sqlite.open_v2(uri.at ? uri.at : path, &opened, flags, NULL);
    buf_done(&uri);
    *db = opened;
    if (code != SQLITE_OK)
        return result_of(code);
    distrust(opened);
    if (mode == DB_ALONE)
        return calls_run(self, opened, "PRAGMA locking_mode=EXCLUSIVE");
    return DB_DONE;
}

static void calls_close(void *self, void *db)
{
    (void)self;
    if (db)
        sqlite.close(db);
}

static enum db_result calls_prepare(void *self, void *db, const char *sql, void **statement)
{
    (void)self;
    sqlite3_stmt *made = NULL;
    int code = sqlite.prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
    *statement = made;
    /* Our statements are right: what SQLite cannot find in the schema is not there any more. */
    return (code & 0xff) == SQLITE_ERROR ? DB_DAMAGED : result_of(code);
}

static void calls_finish(void *self, void *statement)
{
    (void)self;
    if (statement)
        sqlite.finalize(statement);
}

static enum db_result calls_bind_number(void *self, void *statement, int at, int64_t number)
{
    (void)self;
    return result_of(sqlite.bind_int64(statement, at, number));
}

static enum db_result calls_bind_bytes(void *self, void *statement, int at, struct text bytes)
{
    (void)self;
    return result_of(
        sqlite.bind_blob64(statement, at, bytes.len ? bytes.at : "", bytes.len, SQLITE_STATIC));
}

static enum db_result calls_step(void *self, void *statement)
{
    (void)self;
    return result_of(sqlite.step(statement));
}

static void calls_reset(void *self, void *statement)
{
    (void)self;
    sqlite.reset(statement);
    sqlite.clear_bindings(statement);
}

static int64_t calls_number(void *self, void *statement, int column)
{
    (void)self;
    return sqlite.column_int64(statement, column);
}

static struct text calls_bytes(void *self, void *statement, int column)
{
    (void)self;
    const char *at = sqlite.column_blob(statement, column);
    int len = sqlite.column_bytes(statement, column);
    return at && len > 0 ? text_make(at, (size_t)len) : TEXT("");
}

static const char *calls_why(void *self, void *db)
{
    (void)self;
    static _Thread_local struct error missing;
    if (db)
        return sqlite.errmsg(db);
    return sqlite_late(&missing) ? "no memory" : missing.text;
}

const struct db_calls db_sqlite = {
    .open = calls_open,
    .close = calls_close,
    .run = calls_run,
    .prepare = calls_prepare,
    .finish = calls_finish,
    .bind_number = calls_bind_number,
    .bind_bytes = calls_bind_bytes,
    .step = calls_step,
    .reset = calls_reset,
    .number = calls_number,
    .bytes = calls_bytes,
    .why = calls_why,
};
