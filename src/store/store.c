#include "store/store.h"

#include "base/mem.h"
#include "base/safe.h"
#include "store/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t store_span_s(enum store_span span)
{
    static const int64_t seconds[STORE_SPANS] = {60, 3600, 86400};
    return seconds[span];
}

enum db_result store_failed(struct store *s, enum db_result result)
{
    static const char *const words[] = {[DB_BUSY] = "another process writes to it",
                                        [DB_FULL] = "there is no room on the disk",
                                        [DB_DAMAGED] = "it is damaged"};
    const struct db_calls *db = s->options.db;
    if (result == DB_BUSY || result == DB_FULL || result == DB_DAMAGED)
        snprintf(s->why, sizeof s->why, "%s", words[result]);
    else if (result == DB_FAILED)
        snprintf(s->why, sizeof s->why, "%s", safe_str(text_of(db->why(db->self, s->db))));
    return result;
}

void *store_statement(struct store *s, enum statement which, enum db_result *result)
{
    const struct db_calls *db = s->options.db;
    *result = DB_DONE;
    if (!s->db) /* nothing is in what could not be made yet; store_begin() lets nobody write */
        return NULL;
    if (!s->statements[which]) {
        void *made = NULL;
        *result = store_failed(s, db->prepare(db->self, s->db, schema_sql(which), &made));
        if (*result != DB_DONE) {
            db->finish(db->self, made);
            return NULL;
        }
        s->statements[which] = made;
    }
    return s->statements[which];
}

/* ---- Opening -----------------------------------------------------------------------------------
 */

static void disconnect(struct store *s)
{
    const struct db_calls *db = s->options.db;
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (s->statements[i])
            db->finish(db->self, s->statements[i]);
        s->statements[i] = NULL;
    }
    if (s->db)
        db->close(db->self, s->db);
    s->db = NULL;
}

/* Small files are looked through: damage is best known before it is built on. */
static enum db_result look_through(struct store *s)
{
    enum { MOST = 32 * 1024 * 1024 };
    const struct db_calls *db = s->options.db;
    enum db_result result;
    void *pages = store_statement(s, PAGES, &result);
    if (!pages)
        return result;
    result = db->step(db->self, pages);
    bool small = result == DB_ROW && db->number(db->self, pages, 0) <= MOST;
    db->reset(db->self, pages);
    if (result != DB_ROW)
        return store_failed(s, result == DB_DONE ? DB_DAMAGED : result);
    if (!small)
        return DB_DONE;
    void *check = NULL;
    result = db->prepare(db->self, s->db, "PRAGMA quick_check(1)", &check);
    if (result == DB_DONE)
        result = db->step(db->self, check);
    if (result == DB_ROW)
        result = text_same(db->bytes(db->self, check, 0), TEXT("ok")) ? DB_DONE : DB_DAMAGED;
    store_failed(s, result);
    db->finish(db->self, check);
    return result;
}

static enum db_result connect_as(struct store *s, enum db_mode mode)
{
    const struct db_calls *db = s->options.db;
    enum db_result result = db->open(db->self, place_file(s->place), mode, &s->db);
    store_failed(s, result);
    if (result == DB_DONE)
        result = schema_settle(s);
    if (result == DB_DONE && (mode == DB_WRITE || mode == DB_ALONE))
        result = look_through(s);
    if (result != DB_DONE)
        disconnect(s);
    else if (mode == DB_WRITE || mode == DB_ALONE)
        place_remember(s->place);
    return result;
}

static enum db_result connect(struct store *s)
{
    bool fresh = place_is_fresh(s->place);
    enum db_result result = connect_as(s, DB_WRITE);
    /* Where the disk is full or knows no shared memory, it can still be read, and perhaps written.
     */
    if (result == DB_FAILED || result == DB_FULL)
        result = connect_as(s, DB_ALONE);
    if (result != DB_DONE && fresh) /* the beginning of one would be taken for a damaged one */
        place_empty(s->place);
    return result;
}

/* Empties the place: what stands there is put aside. */
static bool make_way(struct store *s, int64_t wall_s, struct error *why)
{
    char name[PLACE_NAME_SIZE];
    enum place_fate fate = place_fate(s->place);
    if (!place_clear(&s->place, why))
        return false;
    if (fate == PLACE_GONE)
        snprintf(s->news, sizeof s->news, "the state was deleted while it was used; a new one begins");
    if (!place_has_file(s->place))
        return true;
    if (!place_put_aside(s->place, wall_s, name, why))
        return false;
    snprintf(s->news, sizeof s->news, "%s; it is kept as %s, a new one begins",
             fate == PLACE_OTHER ? "another file took the place of the state"
                                 : "the state was damaged",
             name);
    return true;
}

bool store_renew(struct store *s, int64_t wall_s)
{
    struct error why;
    disconnect(s);
    if (!make_way(s, wall_s, &why) || !place_ready(s->place, &why)) {
        snprintf(s->why, sizeof s->why, "%s", why.text);
        return false;
    }
    return connect(s) == DB_DONE;
}

enum db_result store_stand(struct store *s)
{
    struct error why;
    if (place_fate(s->place) != PLACE_SAME)
        return store_failed(s, DB_DAMAGED);
    if (s->db)
        return DB_DONE;
    if (!place_is_fresh(s->place))
        return store_failed(s, DB_DAMAGED); /* it could not be put aside */
    if (place_ready(s->place, &why))
        return connect(s);
    snprintf(s->why, sizeof s->why, "%s", why.text);
    return DB_FAILED;
}

static struct store *store_make(const struct store_options *o, enum place_hold hold,
                                struct error *why)
{
    struct place *place = place_open(o->dir, hold, o->linked, why);
    if (!place)
        return NULL;
    struct store *s = mem_new(1, sizeof *s);
    s->options = *o;
    s->place = place;
    return s;
}

struct store *store_open(const struct store_options *o, int64_t wall_s, struct error *why)
{
    struct store *s = store_make(o, PLACE_HELD, why);
    if (!s)
        return NULL;
    enum db_result result = DB_FAILED;
    if (place_ready(s->place, why)) {
        bool fresh = place_is_fresh(s->place);
        result = connect(s);
        if (result == DB_DAMAGED && store_renew(s, wall_s))
            result = DB_DONE;
        if (result == DB_FULL && fresh) { /* there is nothing to go on from, and there may be room later */
            snprintf(s->news, sizeof s->news,
                     "the state is not saved at the moment, counting goes on: %.380s", s->why);
            result = DB_DONE;
        }
        if (result != DB_DONE)
            error_set(why, "cannot use %s: %s", safe_str(text_of(place_file(s->place))), s->why);
    }
    if (result == DB_DONE)
        return s;
    store_close(s);
    return NULL;
}

/* Opens what another process may hold. */
static struct store *visit(const struct store_options *o, enum db_mode mode, struct error *why)
{
    struct store *s = store_make(o, PLACE_LOOKED, why);
    if (!s)
        return NULL;
    s->read_only = mode == DB_READ;
    const char *shown = safe_str(text_of(place_file(s->place)));
    if (!place_has_file(s->place))
        error_set(why, "there is no state in %s", safe_str(text_of(o->dir)));
    else if (connect_as(s, mode) == DB_DONE ||
             (s->read_only && !place_has_log(s->place) && connect_as(s, DB_STILL) == DB_DONE))
        return s;
    else
        error_set(why, "cannot %s %s: %s", s->read_only ? "read" : "use", shown, s->why);
    store_close(s);
    return NULL;
}

struct store *store_look(const struct store_options *o, struct error *why)
{
    return visit(o, DB_READ, why);
}

struct store *store_join(const struct store_options *o, struct error *why)
{
    return visit(o, DB_WRITE, why);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    disconnect(s);
    place_close(s->place);
    buf_done(&s->room);
    free(s);
}

bool store_is_made(const struct store *s)
{
    return s->db != NULL;
}

const char *store_news(struct store *s)
{
    static _Thread_local char news[sizeof s->news];
    memcpy(news, s->news, sizeof news);
    s->news[0] = 0;
    return news;
}

const char *store_why(struct store *s)
{
    return s->why;
}
