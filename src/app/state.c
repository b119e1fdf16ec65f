#include "app/state.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/checkpoint.h"
#include "app/state_keeper.h"
#include "app/state_read.h"
#include "app/state_ledger.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/pack.h"
#include "base/safe.h"
#include "base/time.h"

#define SAVE_EVERY  (1 * NS_PER_S)
#define NAMED_AFTER (2 * NS_PER_S) /* by then places are kept of what was begun anew */

enum {
    MINUTES_KEPT_S = 2 * 86400,
    HOURS_KEPT_S = 60 * 86400,
    BYTES_MOST = 256 * 1024 * 1024
};

struct state {
    struct keeper *keeper;
    struct ledger *ledger; /* until state_start(); then the keeper's */
    struct store *store;
    struct follow_resume *resume;
    size_t resume_count;
    char **named; /* files and patterns that the run before was given */
    size_t named_count;
    bool goes_on;
    /* monitor thread */
    struct gathering gathering;
    int64_t due_ns;
    struct buf unknown;    /* of struct history */
    struct buf next_named; /* what is followed by now; empty: it is kept */
    int64_t named_ns;      /* when that is due */
    char news[KEEPER_NEWS_SIZE];
};

/* ---- Roll-ups ----------------------------------------------------------------------------------
 */

static void merge_rollups(struct text old, struct text more, struct buf *out,
                          struct store_sums *sums)
{
    struct rollup *all = rollup_new(0, ROLLUP_MINUTE);
    struct text both[] = {old, more};
    for (size_t i = 0; i < 2; i++) {
        struct rollup *r = both[i].len ? rollup_unpack(0, ROLLUP_MINUTE, both[i]) : NULL;
        if (r)
            rollup_merge(all, r);
        rollup_free(r);
    }
    struct rollup_figures figures;
    rollup_figures(all, &figures);
    *sums = (struct store_sums){figures.hits, figures.bytes};
    rollup_pack(all, out);
    rollup_free(all);
}

struct store_options state_store_options(const char *dir, bool linked)
{
    return (struct store_options){.dir = dir,
                                  .linked = linked,
                                  .db = &db_sqlite,
                                  .bytes_most = BYTES_MOST,
                                  .minutes_s = MINUTES_KEPT_S,
                                  .hours_s = HOURS_KEPT_S,
                                  .merge = merge_rollups};
}

/* ---- Opening -----------------------------------------------------------------------------------
 */

static void keep_secret(struct state *s, const struct state_read *r)
{
    struct buf part = {0};
    uint8_t secret[HASH_SECRET];
    if (r->has_secret)
        hash_start_with(r->secret);
    hash_secret(secret);
    size_t begin = pack_begin(&part, STATE_PART_VERSION);
    buf_add(&part, text_make((const char *)secret, sizeof secret));
    pack_seal(&part, begin);
    ledger_set_part(s->ledger, STATE_SECRET, buf_text(&part));
    buf_done(&part);
}

static void pack_named(struct buf *part, const char *const *named, size_t count)
{
    count = count < STATE_NAMED_MOST ? count : STATE_NAMED_MOST;
    size_t begin = pack_begin(part, STATE_PART_VERSION);
    pack_u64(part, count);
    for (size_t i = 0; i < count; i++)
        pack_text(part, text_of(named[i]));
    pack_seal(part, begin);
}

static void keep_named(struct state *s, const char *const *named, size_t count)
{
    struct buf part = {0};
    pack_named(&part, named, count);
    ledger_set_named(s->ledger, buf_text(&part));
    buf_done(&part);
}

/* The places, and behind them what the run before was told to follow: what is found under those
 * names and has no place is new since then, and read from its start. */
static void make_resume(struct state *s)
{
    size_t places = ledger_place_count(s->ledger);
    s->resume = mem_new(places + s->named_count + 1, sizeof *s->resume);
    for (size_t i = 0; i < places; i++) {
        struct follow_resume *r = &s->resume[s->resume_count++];
        ledger_place(s->ledger, i, &r->path, &r->position);
        r->path = mem_string(text_of(r->path));
    }
    for (size_t i = 0; i < s->named_count; i++)
        s->resume[s->resume_count++].path = mem_string(text_of(s->named[i]));
}

/* Guessed at, it would be wrong figures; put aside, it would be lost to whom it belongs. */
static void refuse_foreign(const char *dir, const char *version, struct error *why)
{
    const char *shown = safe_str(text_of(dir));
    error_set(why,
              "the state in %s was written by %s version of spate, which this one cannot go on with; it "
              "is left as it is: go on with that version, or, to begin anew, move %s/state.db away (and "
              "state.db-wal and state.db-shm, if they are there)",
              shown, version, shown);
}

struct state *state_open(const char *dir, bool linked, const struct db_calls *db,
                         const char *const *named, size_t named_count, struct error *why)
{
    struct store_options o = state_store_options(dir, linked);
    struct state_read r;
    int64_t wall_s = time(NULL);
    o.db = db;
    struct store *store = store_open(&o, wall_s, why);
    if (!store)
        return NULL;
    enum db_result result = state_read(store, &r);
    if (result == DB_DAMAGED && store_renew(store, wall_s))
        result = DB_DONE;
    struct state *s = mem_new(1, sizeof *s);
    *s = (struct state){.store = store, .ledger = r.ledger, .named = r.named};
    s->named_count = r.named_count;
    gathering_init(&s->gathering);
    if (result != DB_DONE || r.foreign) {
        if (result == DB_DONE)
            refuse_foreign(dir, r.foreign, why);
        else
            error_set(why, "cannot read the state in %s: %s", dir, store_why(store));
        state_free(s);
        return NULL;
    }
    s->goes_on = r.has_secret;
    keep_secret(s, &r);
    make_resume(s);
    keep_named(s, named, named_count);
    return s;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    if (s->keeper) {
        keeper_free(s->keeper);
    } else {
        ledger_free(s->ledger);
        store_close(s->store);
    }
    for (size_t i = 0; i < s->resume_count; i++)
        free((char *)(uintptr_t)s->resume[i].path);
    free(s->resume);
    state_drop_named(s->named, s->named_count);
    gathering_done(&s->gathering);
    buf_done(&s->next_named);
    buf_done(&s->unknown);
    free(s);
}

const struct follow_resume *state_resume(const struct state *s, size_t *count)
{
    *count = s ? s->resume_count : 0;
    return s ? s->resume : NULL;
}

bool state_goes_on(const struct state *s)
{
    return s && s->goes_on;
}

/* ---- Running -----------------------------------------------------------------------------------
 */

static void restore_part(void *ctx, struct text name, struct text bytes)
{
    monitor_load(ctx, name, bytes); /* those of others are refused */
}

static void restore_seconds(void *ctx, int64_t start, struct text slots)
{
    monitor_load_window(ctx, start, slots);
}

/* What the history says of alerts. */
struct history {
    struct monitor *monitor;
    int64_t change;
    struct buf unknown; /* packed events of alerts that fire by it, and of which the monitor knows nothing */
};

static bool on_ack(void *ctx, const struct store_ack *ack, int64_t change)
{
    struct history *h = ctx;
    monitor_acknowledge(h->monitor, (uint64_t)ack->id, ack->when);
    h->change = change;
    return true;
}

static bool on_open(void *ctx, const struct store_alert_row *row)
{
    struct history *h = ctx;
    if (!monitor_knows_alert(h->monitor, (uint64_t)row->id))
        pack_text(&h->unknown, row->fired);
    return true;
}

void state_end_unknown(struct state *s, const struct monitor *m, int64_t wall_ns,
                       void (*ended)(void *ctx, const struct notify_event *e), void *ctx)
{
    struct unpack u = unpack_of(s ? buf_text(&s->unknown) : TEXT(""));
    while (u.at < u.end && !u.bad) {
        struct notify_event e;
        char when[TIME_TEXT_SIZE];
        struct buf words = {0};
        if (!notify_event_unpack(unpack_text(&u), &e))
            continue;
        e.state = NOTIFY_RECOVERED;
        e.recovered_at = monitor_log_second(m) > e.triggered_at ? monitor_log_second(m) : e.triggered_at;
        e.raised_wall_ns = wall_ns;
        e.reason = TEXT("not known any more");
        buf_add(&words, e.rule);
        buf_printf(&words, " ended (not known any more) at %s", time_rfc3339(when, e.recovered_at, 0));
        e.message = buf_text(&words);
        notify_event_name(&e);
        ended(ctx, &e);
        buf_done(&words);
    }
    if (s)
        buf_clear(&s->unknown);
}

void state_restore(struct state *s, struct monitor *m, int64_t monotonic_ns)
{
    if (!s)
        return;
    ledger_each_part(s->ledger, restore_part, m);
    monitor_resume(m, monotonic_ns);
    ledger_each_seconds(s->ledger, restore_seconds, m);
    struct history h = {.monitor = m};
    if (store_acks(s->store, 0, on_ack, &h) != DB_DONE ||
        store_open_alerts(s->store, on_open, &h) != DB_DONE)
        note("the history of alerts cannot be read: %s", store_why(s->store));
    s->unknown = h.unknown;
    struct error why;
    s->keeper = keeper_new(s->store, s->ledger, h.change);
    if (!keeper_start(s->keeper, &why))
        note("the state will not be saved: %s", why.text);
}

struct post *state_post(struct state *s)
{
    return ledger_post(s->ledger);
}

enum db_result state_messages(struct state *s,
                              bool (*row)(void *ctx, const struct store_message *row), void *ctx)
{
    return store_messages(s->store, row, ctx);
}

static bool is_kept(const struct state *s)
{
    return s && s->keeper && keeper_works(s->keeper);
}

bool state_alert(struct state *s, const struct notify_event *e)
{
    struct buf packed = {0};
    if (!is_kept(s))
        return false;
    notify_event_pack(&packed, e);
    gathering_alert(&s->gathering, buf_text(&packed));
    buf_done(&packed);
    s->due_ns = INT64_MIN; /* people wait for it */
    return true;
}

bool state_channels(struct state *s, struct sender *sender, const struct sender_channels *channels)
{
    if (!is_kept(s))
        return false;
    gathering_channels(&s->gathering, sender, channels);
    s->due_ns = INT64_MIN;
    return true;
}

bool state_firing(struct state *s, const struct notify_event *e)
{
    struct buf packed = {0};
    if (!is_kept(s) || !s->gathering.next.channels.any)
        return false;
    notify_event_pack(&packed, e);
    gathering_firing(&s->gathering, buf_text(&packed));
    buf_done(&packed);
    return true;
}

void state_named(struct state *s, const char *const *named, size_t count, int64_t monotonic_ns)
{
    if (!s)
        return;
    buf_clear(&s->next_named);
    pack_named(&s->next_named, named, count);
    s->named_ns = monotonic_ns + NAMED_AFTER;
}

/* Not before the places of what was begun are kept: a name without a place is read from its start. */
static void hand_over_named(struct state *s, int64_t monotonic_ns)
{
    if (!s->next_named.len || monotonic_ns < s->named_ns)
        return;
    buf_clear(&s->gathering.next.named);
    buf_add(&s->gathering.next.named, buf_text(&s->next_named));
    buf_clear(&s->next_named);
}

void state_acknowledge(struct state *s, uint64_t alert, int64_t wall_s)
{
    if (!is_kept(s))
        return;
    gathering_ack(&s->gathering, alert, wall_s);
    s->due_ns = INT64_MIN;
}

/* False: the last one has not been taken yet. */
static bool hand_over(struct state *s, const struct monitor *m, int64_t wall_ns)
{
    struct checkpoint *slot = keeper_slot(s->keeper);
    if (!slot)
        return false;
    gathering_hand_over(&s->gathering, m, wall_ns, slot);
    keeper_offer(s->keeper);
    return true;
}

static void hand_over_if_due(struct state *s, const struct monitor *m, int64_t monotonic_ns,
                             int64_t wall_ns)
{
    hand_over_named(s, monotonic_ns);
    bool due = monotonic_ns >= s->due_ns || gathering_is_full(&s->gathering);
    if (!due || s->gathering.mid_read || !gathering_has_news(&s->gathering, m))
        return;
    if (hand_over(s, m, wall_ns))
        s->due_ns = monotonic_ns + SAVE_EVERY;
}

void state_batch(struct state *s, const struct batch *b, const struct monitor *m,
                 int64_t monotonic_ns, int64_t wall_ns)
{
    if (!s)
        return;
    gathering_batch(&s->gathering, b, m, wall_ns);
    if (b->kind == BATCH_NOTICE && b->notice.kind == NOTICE_BACKFILLED)
        s->due_ns = monotonic_ns; /* what was missed has been made up for: worth keeping at once */
    hand_over_if_due(s, m, monotonic_ns, wall_ns);
}

const char *state_beat(struct state *s, struct monitor *m, int64_t monotonic_ns,
                       int64_t wall_ns)
{
    struct store_ack ack;
    if (!s)
        return NULL;
    while (keeper_ack(s->keeper, &ack))
        monitor_acknowledge(m, (uint64_t)ack.id, ack.when);
    hand_over_if_due(s, m, monotonic_ns, wall_ns);
    return keeper_news(s->keeper, s->news) ? s->news : NULL;
}

void state_finish(struct state *s, const struct monitor *m, int64_t wall_ns)
{
    if (!s)
        return;
    hand_over_named(s, INT64_MAX);
    if (!keeper_slot(s->keeper))
        keeper_settle(s->keeper);
    if (!s->gathering.mid_read)
        hand_over(s, m, wall_ns);
    bool kept = keeper_settle(s->keeper), news = keeper_news(s->keeper, s->news);
    if (news || !kept)
        note("%s", news ? s->news : "the last figures could not be saved");
}
