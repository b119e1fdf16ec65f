/* store_fold.c - old minutes become hours, old hours days; a file that is too large becomes
 * smaller.
 *
 * Old is what begins before the newest roll-up by more than its time: the log's time, not the
 * wall's, so that a log of last year can be looked at by the minute too. */
#include "store/inside.h"

enum {
    FOLDED_AT_ONCE = 128 /* rows a call: a short transaction */
};

/* The start of a row of this span; false when there is none or it fails (*result). */
static bool start_of(struct store *s, enum statement which, int64_t *start, enum db_result *result)
{
    const struct db_calls *db = s->options.db;
    void *statement = store_statement(s, which, result);
    if (!statement)
        return false;
    *result = db->step(db->self, statement);
    bool found = *result == DB_ROW;
    if (found)
        *start = db->number(db->self, statement, 0);
    store_failed(s, *result);
    db->reset(db->self, statement);
    if (found)
        *result = DB_DONE;
    return found;
}

enum db_result store_end_of(struct store *s, int64_t *end)
{
    enum db_result result = DB_DONE;
    *end = 0;
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS && result == DB_DONE; span++) {
        int64_t start;
        bool found = start_of(s, NEWEST_ROLLUP + (enum statement)span, &start, &result);
        if (found && start < INT64_MAX / 2 && start + store_span_s(span) > *end)
            *end = start + store_span_s(span);
    }
    return result;
}

static enum db_result drop(struct store *s, enum store_span span, int64_t start)
{
    const struct db_calls *db = s->options.db;
    enum db_result result;
    void *statement = store_statement(s, DROP_ROLLUP + (enum statement)span, &result);
    if (!statement)
        return result;
    result = store_failed(s, db->bind_number(db->self, statement, 1, start));
    if (result == DB_DONE)
        return store_do(s, statement);
    db->reset(db->self, statement);
    return result;
}

static int64_t floor_to(int64_t second, int64_t span)
{
    int64_t rest = second % span;
    return second - rest - (rest < 0 ? span : 0);
}

/* Moves the oldest row of a span into the next coarser one if it begins before `before`; a day is
 * let go. *moved: it was so. */
static enum db_result move_oldest(struct store *s, enum store_span span, int64_t before,
                                  bool *moved)
{
    const struct db_calls *db = s->options.db;
    enum db_result result;
    *moved = false;
    void *oldest = store_statement(s, OLDEST_ROLLUP + (enum statement)span, &result);
    if (!oldest)
        return result;
    result = store_failed(s, db->step(db->self, oldest));
    int64_t start = result == DB_ROW ? db->number(db->self, oldest, 0) : INT64_MAX;
    if (start < INT64_MIN / 2) {
        result = store_failed(s, DB_DAMAGED);
    } else if (result == DB_ROW && start < before) {
        *moved = true;
        result = DB_DONE;
        if (span != STORE_DAYS) {
            enum store_span into = span + 1;
            result = store_merge(s, into, floor_to(start, store_span_s(into)),
                                 db->bytes(db->self, oldest, 1));
        }
    } else if (result == DB_ROW) {
        result = DB_DONE;
    }
    db->reset(db->self, oldest);
    return result == DB_DONE && *moved ? drop(s, span, start) : result;
}

static enum db_result move_some(struct store *s, enum store_span span, int64_t before, int most,
                                int *moved)
{
    bool one = true;
    enum db_result result = store_begin(s);
    for (*moved = 0; result == DB_DONE && one && *moved < most; *moved += one)
        result = move_oldest(s, span, before, &one);
    return store_end(s, result);
}

/* The newest start of all spans. */
static bool newest(struct store *s, int64_t *start, enum db_result *result)
{
    bool any = false;
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS; span++) {
        int64_t one;
        if (start_of(s, NEWEST_ROLLUP + (enum statement)span, &one, result)) {
            *start = !any || one > *start ? one : *start;
            any = true;
        } else if (*result != DB_DONE) {
            return false;
        }
    }
    return any;
}

static enum db_result too_large(struct store *s, bool *large)
{
    const struct db_calls *db = s->options.db;
    enum db_result result;
    void *pages = store_statement(s, PAGES, &result);
    if (!pages)
        return result;
    result = store_failed(s, db->step(db->self, pages));
    *large = result == DB_ROW && db->number(db->self, pages, 0) > 0 &&
             (uint64_t)db->number(db->self, pages, 0) > s->options.bytes_most;
    db->reset(db->self, pages);
    return result == DB_ROW ? DB_DONE : result;
}

/* The oldest of the finest span goes first; of minutes and hours the newest ones stay as they are.
 */
static enum db_result make_smaller(struct store *s, int64_t now, int *moved)
{
    enum db_result result = DB_DONE;
    *moved = 0;
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS && result == DB_DONE && !*moved;
         span++)
        result = move_some(s, span, now - store_span_s(span) * 2, FOLDED_AT_ONCE, moved);
    return result;
}

enum db_result store_fold(struct store *s, bool *more)
{
    const struct db_calls *db = s->options.db;
    int64_t now = 0;
    int minutes = 0, hours = 0, cut = 0;
    bool large = false;
    enum db_result result = DB_DONE;
    *more = false;
    if (!newest(s, &now, &result))
        return result;
    result = move_some(s, STORE_MINUTES, now - s->options.minutes_s, FOLDED_AT_ONCE, &minutes);
    if (result == DB_DONE)
        result = move_some(s, STORE_HOURS, now - s->options.hours_s, FOLDED_AT_ONCE, &hours);
    if (result == DB_DONE)
        result = too_large(s, &large);
    if (result == DB_DONE && large)
        result = make_smaller(s, now, &cut);
    if (result == DB_DONE && (minutes || hours || cut))
        result = store_failed(s, db->run(db->self, s->db, "PRAGMA incremental_vacuum(256)"));
    *more = result == DB_DONE &&
            (minutes == FOLDED_AT_ONCE || hours == FOLDED_AT_ONCE || (large && cut));
    return result;
}
