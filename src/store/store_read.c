#include "store/inside.h"

enum db_result store_each_row(struct store *s, void *statement,
                              bool (*row)(const struct store *s, void *statement, void *ctx),
                              void *ctx)
{
    const struct db_calls *db = s->options.db;
    enum db_result result;
    while ((result = db->step(db->self, statement)) == DB_ROW)
        if (!row(s, statement, ctx)) {
            result = DB_DAMAGED;
            break;
        }
    store_failed(s, result);
    db->reset(db->self, statement);
    return result;
}

static struct text bytes_of(const struct store *s, void *statement, int column)
{
    return s->options.db->bytes(s->options.db->self, statement, column);
}

static int64_t number_of(const struct store *s, void *statement, int column)
{
    return s->options.db->number(s->options.db->self, statement, column);
}

static bool read_part(const struct store *s, void *row, void *ctx)
{
    const struct store_reader *r = ctx;
    return !r->part || r->part(r->ctx, bytes_of(s, row, 0), bytes_of(s, row, 1));
}

static bool read_place(const struct store *s, void *row, void *ctx)
{
    const struct store_reader *r = ctx;
    return !r->place ||
           r->place(r->ctx, bytes_of(s, row, 0), bytes_of(s, row, 1), bytes_of(s, row, 2));
}

static bool read_seconds(const struct store *s, void *row, void *ctx)
{
    const struct store_reader *r = ctx;
    return !r->seconds || r->seconds(r->ctx, number_of(s, row, 0), bytes_of(s, row, 1));
}

enum db_result store_read(struct store *s, const struct store_reader *reader)
{
    static const struct {
        enum statement statement;
        bool (*row)(const struct store *s, void *row, void *ctx);
    } tables[] = {{READ_PARTS, read_part}, {READ_PLACES, read_place}, {READ_SECONDS, read_seconds}};
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && result == DB_DONE; i++) {
        void *statement = store_statement(s, tables[i].statement, &result);
        if (statement)
            result = store_each_row(s, statement, tables[i].row, (void *)(uintptr_t)reader);
    }
    return result;
}

struct rollup_reader {
    bool (*row)(void *ctx, int64_t start, struct text bytes);
    void *ctx;
};

static bool read_rollup(const struct store *s, void *row, void *ctx)
{
    const struct rollup_reader *r = ctx;
    return r->row(r->ctx, number_of(s, row, 0), bytes_of(s, row, 1));
}

enum db_result store_rollups(struct store *s, enum store_span span, int64_t from, int64_t to,
                             bool (*row)(void *ctx, int64_t start, struct text bytes), void *ctx)
{
    const struct db_calls *db = s->options.db;
    enum db_result result;
    void *statement = store_statement(s, READ_ROLLUPS + (enum statement)span, &result);
    if (!statement)
        return result;
    result = db->bind_number(db->self, statement, 1, from);
    if (result == DB_DONE)
        result = db->bind_number(db->self, statement, 2, to);
    if (result != DB_DONE) {
        db->reset(db->self, statement);
        return store_failed(s, result);
    }
    return store_each_row(s, statement, read_rollup, &(struct rollup_reader){row, ctx});
}
