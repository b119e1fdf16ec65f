#include "store/alerts.h"

#include "store/inside.h"

/* The next number of a change. */
#define NEXT "(SELECT coalesce(max(change), 0) + 1 FROM alerts)"

const char alerts_tables[] =
    "CREATE TABLE IF NOT EXISTS alerts (id INTEGER PRIMARY KEY, change INTEGER NOT NULL, triggered "
    "INTEGER NOT NULL, acknowledged INTEGER NOT NULL, fired BLOB NOT NULL, recovered BLOB NOT "
    "NULL) "
    "STRICT;"
    "CREATE INDEX IF NOT EXISTS alerts_by_change ON alerts (change);"
    "CREATE TABLE IF NOT EXISTS messages (channel BLOB NOT NULL, key BLOB NOT NULL, tries INTEGER "
    "NOT NULL, message INTEGER NOT NULL, due INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY "
    "(channel, key)) STRICT;";

const char *alerts_sql(enum statement which)
{
    switch (which) {
    case WRITE_FIRED:
        return "REPLACE INTO alerts (id, change, triggered, acknowledged, fired, recovered) VALUES "
               "(?1, " NEXT ", ?2, 0, ?3, x'')";
    case WRITE_RECOVERED:
        return "INSERT INTO alerts (id, change, triggered, acknowledged, fired, recovered) VALUES "
               "(?1, " NEXT ", ?2, 0, x'', ?3) ON CONFLICT DO UPDATE SET change = excluded.change, "
               "recovered = ?3";
    case DROP_ALERTS: return "DELETE FROM alerts WHERE id <= (SELECT max(id) FROM alerts) - ?1";
    case READ_ALERTS:
        return "SELECT id, change, acknowledged, fired, recovered FROM alerts WHERE change > ?1 "
               "AND triggered >= ?2 ORDER BY id";
    case READ_ALERT: return "SELECT acknowledged FROM alerts WHERE id = ?1";
    case READ_OPEN:
        return "SELECT id, change, acknowledged, fired, recovered FROM alerts WHERE recovered = "
               "x'' ORDER BY id";
    case READ_ACKS:
        return "SELECT id, acknowledged, change FROM alerts WHERE acknowledged <> 0 AND change > "
               "?1 ORDER BY change";
    case OTHERS: return "PRAGMA data_version";
    case ACKNOWLEDGE:
        return "UPDATE alerts SET acknowledged = ?2, change = " NEXT
               " WHERE id = ?1 AND acknowledged = 0";
    case ADD_MESSAGE:
        return "INSERT OR IGNORE INTO messages (channel, key, tries, message, due, bytes) VALUES "
               "(?1, ?2, ?3, ?4, ?5, ?6)";
    case TRY_MESSAGE:
        return "UPDATE messages SET tries = ?3, message = ?4, due = ?5 WHERE channel = ?1 AND "
               "key = ?2";
    case DROP_MESSAGE: return "DELETE FROM messages WHERE channel = ?1 AND key = ?2";
    case READ_MESSAGES:
        return "SELECT channel, key, tries, message, due, bytes FROM messages ORDER BY rowid";
    default: return NULL;
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

enum db_result alerts_write(struct store *s, const struct store_change *c)
{
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < c->alert_count && result == DB_DONE; i++) {
        const struct store_alert *a = &c->alerts[i];
        result = STORE_ACT(s, a->recovered ? WRITE_RECOVERED : WRITE_FIRED, STORE_NUMBER(a->id),
                           STORE_NUMBER(a->triggered), STORE_BYTES(a->bytes));
    }
    if (c->alert_count && result == DB_DONE)
        result = STORE_ACT(s, DROP_ALERTS, STORE_NUMBER(STORE_ALERTS_MOST));
    for (size_t i = 0; i < c->ack_count && result == DB_DONE; i++)
        result = STORE_ACT(s, ACKNOWLEDGE, STORE_NUMBER(c->acks[i].id), STORE_NUMBER(c->acks[i].when));
    return result;
}

static enum db_result write_message(struct store *s, const struct store_message *m)
{
    if (m->change == STORE_GONE)
        return STORE_ACT(s, DROP_MESSAGE, STORE_BYTES(m->channel), STORE_BYTES(m->key));
    if (m->change == STORE_TRIED)
        return STORE_ACT(s, TRY_MESSAGE, STORE_BYTES(m->channel), STORE_BYTES(m->key),
                         STORE_NUMBER(m->tries), STORE_NUMBER(m->message), STORE_NUMBER(m->due));
    return STORE_ACT(s, ADD_MESSAGE, STORE_BYTES(m->channel), STORE_BYTES(m->key),
                     STORE_NUMBER(m->tries), STORE_NUMBER(m->message), STORE_NUMBER(m->due),
                     STORE_BYTES(m->bytes));
}

enum db_result messages_write(struct store *s, const struct store_change *c)
{
    enum db_result result = DB_DONE;
    for (size_t i = 0; i < c->message_count && result == DB_DONE; i++)
        result = write_message(s, &c->messages[i]);
    return result;
}

enum db_result store_acknowledge(struct store *s, int64_t id, int64_t wall_s, bool *known)
{
    const struct db_calls *db = s->options.db;
    enum db_result result = store_begin(s);
    void *find =
        result == DB_DONE ? store_bound(s, READ_ALERT, &STORE_NUMBER(id), 1, &result) : NULL;
    *known = false;
    if (find) {
        result = db->step(db->self, find);
        *known = result == DB_ROW;
        store_failed(s, result);
        db->reset(db->self, find);
    }
    if (result == DB_ROW)
        result = STORE_ACT(s, ACKNOWLEDGE, STORE_NUMBER(id), STORE_NUMBER(wall_s));
    return store_end(s, result);
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct alert_reader {
    bool (*row)(void *ctx, const struct store_alert_row *row);
    void *ctx;
};

static struct text bytes_of(const struct store *s, void *row, int column)
{
    return s->options.db->bytes(s->options.db->self, row, column);
}

static int64_t number_of(const struct store *s, void *row, int column)
{
    return s->options.db->number(s->options.db->self, row, column);
}

static bool read_alert(const struct store *s, void *row, void *ctx)
{
    const struct alert_reader *r = ctx;
    struct store_alert_row a = {.id = number_of(s, row, 0),
                                .change = number_of(s, row, 1),
                                .acknowledged = number_of(s, row, 2),
                                .fired = bytes_of(s, row, 3),
                                .recovered = bytes_of(s, row, 4)};
    return r->row(r->ctx, &a);
}

enum db_result store_alerts(struct store *s, int64_t change, int64_t from,
                            bool (*row)(void *ctx, const struct store_alert_row *row), void *ctx)
{
    const struct store_binding values[] = {STORE_NUMBER(change), STORE_NUMBER(from)};
    enum db_result result;
    void *statement = store_bound(s, READ_ALERTS, values, 2, &result);
    return statement ? store_each_row(s, statement, read_alert, &(struct alert_reader){row, ctx})
                     : result;
}

enum db_result store_open_alerts(struct store *s,
                                 bool (*row)(void *ctx, const struct store_alert_row *row),
                                 void *ctx)
{
    enum db_result result;
    void *statement = store_statement(s, READ_OPEN, &result);
    return statement ? store_each_row(s, statement, read_alert, &(struct alert_reader){row, ctx})
                     : result;
}

struct ack_reader {
    bool (*row)(void *ctx, const struct store_ack *ack, int64_t change);
    void *ctx;
};

static bool read_ack(const struct store *s, void *row, void *ctx)
{
    const struct ack_reader *r = ctx;
    struct store_ack ack = {number_of(s, row, 0), number_of(s, row, 1)};
    return r->row(r->ctx, &ack, number_of(s, row, 2));
}

enum db_result store_acks(struct store *s, int64_t change,
                          bool (*row)(void *ctx, const struct store_ack *ack, int64_t change),
                          void *ctx)
{
    enum db_result result;
    void *statement = store_bound(s, READ_ACKS, &STORE_NUMBER(change), 1, &result);
    return statement ? store_each_row(s, statement, read_ack, &(struct ack_reader){row, ctx})
                     : result;
}

static bool read_number(const struct store *s, void *row, void *ctx)
{
    *(int64_t *)ctx = number_of(s, row, 0);
    return true;
}

enum db_result store_others(struct store *s, int64_t *version)
{
    enum db_result result;
    void *statement = store_statement(s, OTHERS, &result);
    return statement ? store_each_row(s, statement, read_number, version) : result;
}

struct message_reader {
    bool (*row)(void *ctx, const struct store_message *row);
    void *ctx;
};

static bool read_message(const struct store *s, void *row, void *ctx)
{
    const struct message_reader *r = ctx;
    struct store_message m = {.change = STORE_ADD,
                              .channel = bytes_of(s, row, 0),
                              .key = bytes_of(s, row, 1),
                              .tries = number_of(s, row, 2),
                              .message = number_of(s, row, 3),
                              .due = number_of(s, row, 4),
                              .bytes = bytes_of(s, row, 5)};
    return r->row(r->ctx, &m);
}

enum db_result store_messages(struct store *s,
                              bool (*row)(void *ctx, const struct store_message *row), void *ctx)
{
    enum db_result result;
    void *statement = store_statement(s, READ_MESSAGES, &result);
    return statement
               ? store_each_row(s, statement, read_message, &(struct message_reader){row, ctx})
               : result;
}
