/* schema.c - what is in the file.
 *
 *   parts     one row for each thing that is kept whole: totals, lists, log clock, alerts
 *   places    where each followed file was left: path as named, identity, position
 *   seconds   the window of the alert, a minute a row
 *   minutes, hours, days
 *             roll-ups by the second they begin with; hits and bytes also as numbers, for SQL
 *   alerts, messages
 *             the history of alerts, and what is still to be sent about them (alerts.c)
 *
 * The version stands in user_version and, sealed by a checksum, in parts: a file of a newer version
 * is told from a damaged one. */
#include "base/pack.h"
#include "store/inside.h"
#include <stdio.h>

#define SCHEMA_VERSION 1
#define SCHEMA_PART    "schema"

enum { SEAL_VERSION = 1 };

/* Before the first table, or never; it writes even where it changes nothing. */
static const char PREPARE[] = "PRAGMA auto_vacuum=INCREMENTAL";

static const char SETTINGS[] = "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=NORMAL;"
                               "PRAGMA journal_size_limit=4194304;"
                               "PRAGMA cell_size_check=ON;"
                               "PRAGMA mmap_size=0;"
                               "PRAGMA secure_delete=OFF;";

#define ROLLUP_TABLE(name)                                                                         \
    "CREATE TABLE " name " (start INTEGER PRIMARY KEY, hits INTEGER NOT NULL, bytes INTEGER "      \
    "NOT NULL, figures BLOB NOT NULL) STRICT;"

static const char TABLES[] =
    "CREATE TABLE parts (name BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE places (path BLOB NOT NULL, identity BLOB NOT NULL, position BLOB NOT NULL, "
    "PRIMARY KEY (path, identity)) STRICT;"
    "CREATE TABLE seconds (start INTEGER PRIMARY KEY, slots BLOB NOT NULL) STRICT;" //
    ROLLUP_TABLE("minutes") ROLLUP_TABLE("hours") ROLLUP_TABLE("days")              //
    "PRAGMA application_id=1936744805; PRAGMA user_version=1;";

#define EACH_SPAN(first, before, after)                                                            \
    [(first) + STORE_MINUTES] = before "minutes" after,                                            \
               [(first) + STORE_HOURS] = before "hours" after,                                     \
               [(first) + STORE_DAYS] = before "days" after

static const char *const SQL[STATEMENTS] = {
    [READ_PARTS] = "SELECT name, bytes FROM parts",
    [READ_PLACES] = "SELECT path, identity, position FROM places ORDER BY rowid", /* as they came */
    [READ_SECONDS] = "SELECT start, slots FROM seconds ORDER BY start",
    [WRITE_PART] = "REPLACE INTO parts (name, bytes) VALUES (?1, ?2)",
    [WRITE_PLACE] = "INSERT INTO places (path, identity, position) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT DO UPDATE SET position = ?3",
    [DROP_PLACE] = "DELETE FROM places WHERE path = ?1 AND identity = ?2",
    [WRITE_SECONDS] = "REPLACE INTO seconds (start, slots) VALUES (?1, ?2)",
    [DROP_SECONDS] = "DELETE FROM seconds WHERE start = ?1",
    [DROP_SECONDS_BEFORE] = "DELETE FROM seconds WHERE start < ?1",
    [DROP_SECONDS_ALL] = "DELETE FROM seconds",
    EACH_SPAN(READ_ROLLUPS, "SELECT start, figures FROM ",
              " WHERE start >= ?1 AND start < ?2 ORDER BY start"),
    EACH_SPAN(READ_ROLLUP, "SELECT figures FROM ", " WHERE start = ?1"),
    EACH_SPAN(WRITE_ROLLUP, "REPLACE INTO ",
              " (start, hits, bytes, figures) VALUES (?1, ?2, ?3, ?4)"),
    EACH_SPAN(DROP_ROLLUP, "DELETE FROM ", " WHERE start = ?1"),
    EACH_SPAN(OLDEST_ROLLUP, "SELECT start, figures FROM ", " ORDER BY start LIMIT 1"),
    EACH_SPAN(NEWEST_ROLLUP, "SELECT start FROM ", " ORDER BY start DESC LIMIT 1"),
    [PAGES] = "SELECT (p.page_count - f.freelist_count) * s.page_size, p.page_count FROM "
              "pragma_page_count p, pragma_freelist_count f, pragma_page_size s",
};

const char *schema_sql(enum statement which)
{
    return SQL[which] ? SQL[which] : alerts_sql(which);
}

static enum db_result run(struct store *s, const char *sql)
{
    const struct db_calls *db = s->options.db;
    return store_failed(s, db->run(db->self, s->db, sql));
}

/* The first column of the first row; bytes live in s->room. */
static enum db_result ask(struct store *s, const char *sql, int64_t *number, struct text *bytes)
{
    const struct db_calls *db = s->options.db;
    void *statement = NULL;
    enum db_result result = db->prepare(db->self, s->db, sql, &statement);
    if (result == DB_DONE)
        result = db->step(db->self, statement);
    if (result == DB_ROW && number)
        *number = db->number(db->self, statement, 0);
    if (result == DB_ROW && bytes) {
        buf_clear(&s->room);
        buf_add(&s->room, db->bytes(db->self, statement, 0));
        *bytes = buf_text(&s->room);
    }
    if (result != DB_ROW)
        store_failed(s, result);
    db->finish(db->self, statement);
    return result;
}

static enum db_result make_tables(struct store *s)
{
    struct buf version = {0};
    enum db_result result = store_begin(s);
    size_t begin = pack_begin(&version, SEAL_VERSION);
    pack_u64(&version, SCHEMA_VERSION);
    pack_seal(&version, begin);
    if (result == DB_DONE)
        result = run(s, TABLES);
    if (result == DB_DONE) {
        void *write = store_statement(s, WRITE_PART, &result);
        const struct db_calls *db = s->options.db;
        if (write)
            result = db->bind_bytes(db->self, write, 1, TEXT(SCHEMA_PART));
        if (write && result == DB_DONE)
            result = db->bind_bytes(db->self, write, 2, buf_text(&version));
        if (write && result == DB_DONE)
            result = store_do(s, write);
    }
    result = store_end(s, result);
    buf_done(&version);
    return result;
}

/* The version that the sealed part names; 0: none to be trusted. */
static enum db_result sealed_version(struct store *s, uint64_t *version)
{
    struct text sealed = {0}, inside;
    enum db_result result = ask(
        s, "SELECT bytes FROM parts WHERE name = CAST('" SCHEMA_PART "' AS BLOB)", NULL, &sealed);
    *version = 0;
    if (result != DB_ROW)
        return result;
    if (!unpack_sealed(sealed, SEAL_VERSION, &inside))
        return DB_DONE;
    struct unpack u = unpack_of(inside);
    *version = unpack_u64(&u);
    return DB_DONE;
}

/* A run that has just made it has not come further yet. */
static enum db_result refuse_fresh(struct store *s)
{
    snprintf(s->why, sizeof s->why, "nothing has been written to it yet");
    return DB_FAILED;
}

static enum db_result check_version(struct store *s, int64_t claimed)
{
    uint64_t version;
    enum db_result result = sealed_version(s, &version);
    if (result != DB_DONE || version == 0)
        return result == DB_DONE ? DB_DAMAGED : result;
    if (version == SCHEMA_VERSION)
        return claimed == SCHEMA_VERSION ? DB_DONE : DB_DAMAGED;
    snprintf(s->why, sizeof s->why,
             "it was written by a newer version of spate (schema %llu), and is left as it is: go on with "
             "that version, or, to begin anew, move it away (and -wal and -shm beside it)",
             (unsigned long long)version);
    return DB_FAILED;
}

enum db_result schema_settle(struct store *s)
{
    int64_t tables = 0, claimed = 0;
    enum db_result result;
    if ((result = ask(s, "SELECT count(*) FROM sqlite_schema", &tables, NULL)) != DB_ROW ||
        (result = ask(s, "PRAGMA user_version", &claimed, NULL)) != DB_ROW)
        return result == DB_DONE ? DB_DAMAGED : result;
    if (!s->read_only && tables == 0 && (result = run(s, PREPARE)) != DB_DONE)
        return result;
    if (!s->read_only && (result = run(s, SETTINGS)) != DB_DONE)
        return result;
    if (tables == 0 && claimed == 0)
        result = s->read_only ? refuse_fresh(s) : make_tables(s);
    else
        result = check_version(s, claimed);
    /* Also in a file of the days before there were alerts in it. */
    return result == DB_DONE && !s->read_only ? run(s, alerts_tables) : result;
}
