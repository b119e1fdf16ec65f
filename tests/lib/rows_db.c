#include "lib/rows_db.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/pack.h"

enum { COLUMNS = 6, ROWS_MOST = 64 };

/* What is asked begins so; `columns` of a row: n a number, b bytes. */
static const struct table {
    const char *sql, *columns;
} TABLES[] = {
    {"SELECT name, bytes FROM parts", "bb"},
    {"SELECT path, identity, position FROM places", "bbb"},
    {"SELECT start, slots FROM seconds", "nb"},
    {"SELECT channel, key, tries, message, due, bytes FROM messages", "bbnnnb"},
    {"SELECT id, change, acknowledged, fired, recovered FROM alerts", "nnnbb"},
    {"SELECT start, figures FROM", "nb"},
    /* one row, always the same */
    {"SELECT count(*) FROM sqlite_schema", "n"},
    {"PRAGMA user_version", "n"},
    {"SELECT bytes FROM parts WHERE name", "b"},
    {"SELECT (p.page_count", "n"},
    {"PRAGMA quick_check", "b"},
};
enum { TABLE_COUNT = sizeof TABLES / sizeof *TABLES, SCHEMA = 6, SEALED_VERSION = 8, CHECKED = 10 };

struct row {
    unsigned table;
    int64_t numbers[COLUMNS];
    struct text bytes[COLUMNS];
};

struct rows_db {
    struct db_calls calls;
    struct row rows[ROWS_MOST];
    unsigned count;
    struct buf sealed[ROWS_MOST]; /* the last text of a row, where it is to be */
    struct buf version;
};

struct cursor {
    unsigned table, next;
    const struct row *row;
};

static void read_row(struct rows_db *db, struct unpack *u)
{
    struct row *r = &db->rows[db->count];
    struct text kind = unpack_bytes(u, 1);
    unsigned first = kind.len ? (unsigned char)kind.at[0] : 0;
    r->table = first % 8 % SCHEMA;
    size_t last = strlen(TABLES[r->table].columns) - 1;
    for (size_t i = 0; i <= last; i++)
        if (TABLES[r->table].columns[i] == 'n')
            r->numbers[i] = unpack_i64(u);
        else
            r->bytes[i] = unpack_text(u);
    if (first / 8) {
        struct buf *sealed = &db->sealed[db->count];
        size_t begin = pack_begin(sealed, (uint8_t)(first / 8));
        buf_add(sealed, r->bytes[last]);
        pack_seal(sealed, begin);
        r->bytes[last] = buf_text(sealed);
    }
    db->count++;
}

/* ---- The calls ---------------------------------------------------------------------------------
 */

static enum db_result rows_open(void *self, const char *path, enum db_mode mode, void **db)
{
    (void)path;
    (void)mode;
    *db = self;
    return DB_DONE;
}

static void rows_close(void *self, void *db)
{
    (void)self;
    (void)db;
}

static enum db_result rows_run(void *self, void *db, const char *sql)
{
    (void)self;
    (void)db;
    (void)sql;
    return DB_DONE;
}

static enum db_result rows_prepare(void *self, void *db, const char *sql, void **statement)
{
    (void)self;
    (void)db;
    struct cursor *c = mem_new(1, sizeof *c);
    c->table = TABLE_COUNT;
    for (unsigned i = 0; i < TABLE_COUNT; i++)
        if (text_starts(text_of(sql), text_of(TABLES[i].sql)))
            c->table = i; /* the last: the row of the schema is among the parts too */
    *statement = c;
    return DB_DONE;
}

static void rows_finish(void *self, void *statement)
{
    (void)self;
    free(statement);
}

static enum db_result rows_bind_number(void *self, void *statement, int at, int64_t number)
{
    (void)self;
    (void)statement;
    (void)at;
    (void)number;
    return DB_DONE;
}

static enum db_result rows_bind_bytes(void *self, void *statement, int at, struct text bytes)
{
    (void)self;
    (void)statement;
    (void)at;
    (void)bytes;
    return DB_DONE;
}

static enum db_result rows_step(void *self, void *statement)
{
    struct rows_db *db = self;
    struct cursor *c = statement;
    if (c->table >= SCHEMA) {
        c->row = NULL;
        return c->table < TABLE_COUNT && c->next++ == 0 ? DB_ROW : DB_DONE;
    }
    while (c->next < db->count)
        if (db->rows[c->next++].table == c->table) {
            c->row = &db->rows[c->next - 1];
            return DB_ROW;
        }
    return DB_DONE;
}

static void rows_reset(void *self, void *statement)
{
    (void)self;
    struct cursor *c = statement;
    c->next = 0;
    c->row = NULL;
}

static int64_t rows_number(void *self, void *statement, int column)
{
    (void)self;
    const struct cursor *c = statement;
    return c->row ? c->row->numbers[column] : 1;
}

static struct text rows_bytes(void *self, void *statement, int column)
{
    const struct rows_db *db = self;
    const struct cursor *c = statement;
    if (c->table == SEALED_VERSION)
        return buf_text(&db->version);
    if (c->table == CHECKED)
        return TEXT("ok");
    return c->row ? c->row->bytes[column] : TEXT("");
}

static const char *rows_why(void *self, void *db)
{
    (void)self;
    (void)db;
    return "nothing is wrong";
}

static const struct db_calls CALLS = {
    .open = rows_open,
    .close = rows_close,
    .run = rows_run,
    .prepare = rows_prepare,
    .finish = rows_finish,
    .bind_number = rows_bind_number,
    .bind_bytes = rows_bind_bytes,
    .step = rows_step,
    .reset = rows_reset,
    .number = rows_number,
    .bytes = rows_bytes,
    .why = rows_why,
};

struct rows_db *rows_db_new(struct text rows)
{
    struct rows_db *db = mem_new(1, sizeof *db);
    struct unpack u = unpack_of(rows);
    db->calls = CALLS;
    db->calls.self = db;
    while (u.at < u.end && !u.bad && db->count < ROWS_MOST)
        read_row(db, &u);
    size_t begin = pack_begin(&db->version, 1);
    pack_u64(&db->version, 1);
    pack_seal(&db->version, begin);
    return db;
}

void rows_db_free(struct rows_db *db)
{
    for (unsigned i = 0; i < ROWS_MOST; i++)
        buf_done(&db->sealed[i]);
    buf_done(&db->version);
    free(db);
}

const struct db_calls *rows_db_calls(struct rows_db *db)
{
    return &db->calls;
}
