#include "store/inside.h"

enum db_result store_do(struct store *s, void *statement)
{
    const struct db_calls *db = s->options.db;
    enum db_result result = store_failed(s, db->step(db->self, statement));
    db->reset(db->self, statement);
    return result == DB_ROW ? DB_DONE : result;
}

void *store_bound(struct store *s, enum statement which, const struct store_binding *values,
                  int count, enum db_result *result)
{
    const struct db_calls *db = s->options.db;
    void *statement = store_statement(s, which, result);
    for (int i = 0; statement && i < count && *result == DB_DONE; i++)
        *result = values[i].is_bytes
                      ? db->bind_bytes(db->self, statement, i + 1, values[i].bytes)
                      : db->bind_number(db->self, statement, i + 1, values[i].number);
    if (!statement || *result == DB_DONE)
        return statement;
    store_failed(s, *result);
    db->reset(db->self, statement);
    return NULL;
}

enum db_result store_act(struct store *s, enum statement which, const struct store_binding *values,
                         int count)
{
    enum db_result result;
    void *statement = store_bound(s, which, values, count, &result);
    return statement ? store_do(s, statement) : result;
}

static int64_t capped(uint64_t number)
{
    return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

enum db_result store_merge(struct store *s, enum store_span span, int64_t start, struct text bytes)
{
    const struct db_calls *db = s->options.db;
    struct store_sums sums = {0};
    enum db_result result;
    void *read =
        store_bound(s, READ_ROLLUP + (enum statement)span, &STORE_NUMBER(start), 1, &result);
    if (!read)
        return result;
    result = db->step(db->self, read);
    if (result == DB_ROW || result == DB_DONE) {
        struct text old = result == DB_ROW ? db->bytes(db->self, read, 0) : TEXT("");
        buf_clear(&s->room);
        s->options.merge(old, bytes, &s->room, &sums);
        result = DB_DONE;
    }
    store_failed(s, result);
    db->reset(db->self, read);
    if (result != DB_DONE)
        return result;
    return STORE_ACT(s, WRITE_ROLLUP + (enum statement)span, STORE_NUMBER(start),
                     STORE_NUMBER(capped(sums.hits)), STORE_NUMBER(capped(sums.bytes)),
                     STORE_BYTES(buf_text(&s->room)));
}

static enum db_result write_parts(struct store *s, const struct store_change *c)
{
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < c->part_count && result == DB_DONE; i++)
        result = STORE_ACT(s, WRITE_PART, STORE_BYTES(text_of(c->parts[i].name)),
                           STORE_BYTES(c->parts[i].bytes));
    return result;
}

static enum db_result write_places(struct store *s, const struct store_change *c)
{
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < c->place_count && result == DB_DONE; i++) {
        const struct store_place *p = &c->places[i];
        result = p->gone ? STORE_ACT(s, DROP_PLACE, STORE_BYTES(p->path), STORE_BYTES(p->identity))
                         : STORE_ACT(s, WRITE_PLACE, STORE_BYTES(p->path), STORE_BYTES(p->identity),
                                     STORE_BYTES(p->position));
    }
    return result;
}

static enum db_result write_rollups(struct store *s, const struct store_change *c)
{
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < c->rollup_count && result == DB_DONE; i++)
        result = store_merge(s, c->rollups[i].span, c->rollups[i].start, c->rollups[i].bytes);
    return result;
}

static enum db_result write_seconds(struct store *s, const struct store_change *c)
{
    enum db_result result = c->all_seconds
                                ? store_act(s, DROP_SECONDS_ALL, NULL, 0)
                                : STORE_ACT(s, DROP_SECONDS_BEFORE, STORE_NUMBER(c->seconds_least));
    for (size_t i = 0; i < c->seconds_count && result == DB_DONE; i++) {
        const struct store_seconds *k = &c->seconds[i];
        result = k->slots.len
                     ? STORE_ACT(s, WRITE_SECONDS, STORE_NUMBER(k->start), STORE_BYTES(k->slots))
                     : STORE_ACT(s, DROP_SECONDS, STORE_NUMBER(k->start));
    }
    return result;
}

enum db_result store_begin(struct store *s)
{
    const struct db_calls *db = s->options.db;
    if (!s->db)
        return DB_FAILED;
    return store_failed(s, db->run(db->self, s->db, "BEGIN IMMEDIATE"));
}

enum db_result store_end(struct store *s, enum db_result result)
{
    const struct db_calls *db = s->options.db;
    if (!s->db)
        return DB_FAILED;
    if (result == DB_DONE)
        result = store_failed(s, db->run(db->self, s->db, "COMMIT"));
    /* SQLite may have rolled back by itself, and then says that there is nothing to roll back. */
    if (result != DB_DONE)
        db->run(db->self, s->db, "ROLLBACK");
    return result;
}

enum db_result store_commit(struct store *s, const struct store_change *c)
{
    static enum db_result (*const steps[])(struct store * s, const struct store_change *c) = {
        write_parts, write_places, write_rollups, write_seconds, alerts_write, messages_write};
    enum db_result result = store_stand(s);
    if (result != DB_DONE)
        return result;
    result = store_begin(s);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && result == DB_DONE; i++)
        result = steps[i](s, c);
    return store_end(s, result);
}
