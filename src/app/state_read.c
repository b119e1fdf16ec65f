#include "app/state_read.h"

#include <stdlib.h>
#include <string.h>

#include "app/state_places.h"
#include "base/mem.h"
#include "base/pack.h"
#include "monitor/rollup.h"
#include "monitor/save.h"

struct reading {
    struct state_read *into;
    struct monitor *probe; /* takes the parts, to see whether they can be read */
};

void state_drop_named(char **named, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(named[i]);
    free(named);
}

/* It could not be read: true when that is because another version wrote it. */
static bool is_foreign(struct state_read *r, struct text sealed, uint8_t ours)
{
    uint8_t version;
    if (!unpack_version(sealed, &version) || version == ours)
        return false;
    r->foreign = version < ours ? "an older" : "a newer";
    return true;
}

static bool read_named(struct state_read *r, struct text inside)
{
    struct unpack u = unpack_of(inside);
    size_t count = (size_t)unpack_most(&u, STATE_NAMED_MOST);
    if (r->named) /* twice: the index of the table is damaged */
        return false;
    r->named = mem_new(count + 1, sizeof(char *));
    while (r->named_count < count && !u.bad)
        r->named[r->named_count++] = mem_string(unpack_text(&u));
    return unpack_whole(&u);
}

/* Those that are not the monitor's. */
static bool read_own(struct state_read *r, struct text name, struct text bytes)
{
    struct text inside;
    if (!unpack_sealed(bytes, STATE_PART_VERSION, &inside))
        return is_foreign(r, bytes, STATE_PART_VERSION);
    if (text_same(name, TEXT(LEDGER_NAMED)))
        return read_named(r, inside);
    if (inside.len != HASH_SECRET)
        return false;
    memcpy(r->secret, inside.at, HASH_SECRET);
    r->has_secret = true;
    return true;
}

static bool on_part(void *ctx, struct text name, struct text bytes)
{
    struct reading *reading = ctx;
    struct state_read *r = reading->into;
    if (text_same(name, TEXT("schema")))
        return true;
    ledger_part_kept(r->ledger, name, bytes);
    if (text_same(name, TEXT(STATE_SECRET)) || text_same(name, TEXT(LEDGER_NAMED)))
        return read_own(r, name, bytes);
    return monitor_load(reading->probe, name, bytes) || is_foreign(r, bytes, SAVED_VERSION);
}

static bool on_place(void *ctx, struct text path, struct text identity, struct text bytes)
{
    struct state_read *r = ((struct reading *)ctx)->into;
    return ledger_place_kept(r->ledger, path, identity, bytes) ||
           is_foreign(r, bytes, PLACE_VERSION);
}

static bool on_seconds(void *ctx, int64_t start, struct text slots)
{
    struct reading *reading = ctx;
    ledger_seconds_kept(reading->into->ledger, start, slots);
    return monitor_load_window(reading->probe, start, slots) ||
           is_foreign(reading->into, slots, SAVED_VERSION);
}

/* The newest of each span stands for all; one that is damaged is the history's business. */
static bool on_rollup(void *ctx, int64_t start, struct text bytes)
{
    struct rollup *rollup = rollup_unpack(start, ROLLUP_MINUTE, bytes);
    if (!rollup)
        is_foreign(((struct reading *)ctx)->into, bytes, ROLLUP_VERSION);
    rollup_free(rollup);
    return true;
}

static enum db_result read_rollups(struct store *store, struct reading *reading)
{
    int64_t end = 0;
    enum db_result result = store_end_of(store, &end);
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS && result == DB_DONE; span++)
        result = store_rollups(store, span, end - 2 * store_span_s(span), end, on_rollup, reading);
    return result;
}

static void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx;
    (void)m;
    (void)e;
}

enum db_result state_read(struct store *store, struct state_read *r)
{
    struct monitor_options o = {.rule = {.window_s = 1}, .update_ns = 1, .wanted = DIMENSION_EVERY};
    struct reading reading = {.into = r};
    *r = (struct state_read){.ledger = ledger_new()};
    reading.probe = monitor_new(&o, (struct monitor_sink){no_event, NULL}, 0, 0);
    struct store_reader reader = {
        .part = on_part, .place = on_place, .seconds = on_seconds, .ctx = &reading};
    enum db_result result = store_read(store, &reader);
    if (result == DB_DONE)
        result = read_rollups(store, &reading);
    monitor_free(reading.probe);
    if (result != DB_DONE) {
        ledger_free(r->ledger);
        state_drop_named(r->named, r->named_count);
        *r = (struct state_read){.ledger = ledger_new()};
    }
    return result;
}
