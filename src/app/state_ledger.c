#include "app/state_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "app/state_places.h"
#include "app/state_post.h"
#include "base/mem.h"

enum { ROLLUPS_MOST = 2304 /* waiting to be written */ };

struct part {
    char *name;
    struct buf bytes;
    bool dirty;
};

struct place {
    char *path;
    struct position position;
    struct buf identity, bytes; /* as they are written */
    bool gone, dirty;
};

struct seconds {
    int64_t start;
    struct buf slots;
    bool dirty;
};

struct ledger {
    struct part *parts;
    size_t part_count, part_room;
    struct place *places;
    size_t place_count, place_room;
    struct seconds *seconds; /* by start */
    size_t seconds_count, seconds_room;
    bool all_seconds; /* rows that we do not have are to go */
    int64_t seconds_least;
    struct rollups *rollups; /* counted, and not in the file */
    struct post *post;
    /* ledger_change(): rows that point into the above */
    struct store_change change;
    struct store_part *change_parts;
    struct store_place *change_places;
    struct store_rollup *change_rollups;
    struct store_seconds *change_seconds;
    struct buf packed;
};

struct post *ledger_post(struct ledger *l)
{
    return l->post;
}

struct ledger *ledger_new(void)
{
    struct ledger *l = mem_new(1, sizeof *l);
    l->rollups = rollups_new();
    l->post = post_new();
    l->seconds_least = INT64_MIN;
    return l;
}

static void place_done(struct place *p)
{
    free(p->path);
    buf_done(&p->identity);
    buf_done(&p->bytes);
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->part_count; i++) {
        free(l->parts[i].name);
        buf_done(&l->parts[i].bytes);
    }
    for (size_t i = 0; i < l->place_count; i++)
        place_done(&l->places[i]);
    for (size_t i = 0; i < l->seconds_count; i++)
        buf_done(&l->seconds[i].slots);
    free(l->parts);
    free(l->places);
    free(l->seconds);
    rollups_free(l->rollups);
    post_free(l->post);
    free(l->change_parts);
    free(l->change_places);
    free(l->change_rollups);
    free(l->change_seconds);
    buf_done(&l->packed);
    free(l);
}

/* Room for one row more; returns the array. */
static void *room_for(void *rows, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return rows;
    *room = *room ? *room * 2 : 8;
    return mem_grow(rows, *room, size);
}

/* Puts bytes in place of others; true when they differ. */
static bool set_bytes(struct buf *into, struct text bytes)
{
    if (text_same(buf_text(into), bytes))
        return false;
    buf_clear(into);
    buf_add(into, bytes);
    return true;
}

/* ---- Parts -------------------------------------------------------------------------------------
 */

static void set_part(struct ledger *l, struct text name, struct text bytes, bool kept)
{
    size_t i = 0;
    while (i < l->part_count && !text_same(text_of(l->parts[i].name), name))
        i++;
    if (i == l->part_count) {
        l->parts = room_for(l->parts, i, &l->part_room, sizeof *l->parts);
        l->parts[i] = (struct part){.name = mem_string(name), .dirty = !kept};
        l->part_count++;
    }
    if (set_bytes(&l->parts[i].bytes, bytes))
        l->parts[i].dirty = !kept;
}

void ledger_part_kept(struct ledger *l, struct text name, struct text bytes)
{
    set_part(l, name, bytes, true);
}

void ledger_set_part(struct ledger *l, const char *name, struct text bytes)
{
    set_part(l, text_of(name), bytes, false);
}

void ledger_set_named(struct ledger *l, struct text bytes)
{
    ledger_set_part(l, LEDGER_NAMED, bytes);
}

void ledger_each_part(const struct ledger *l,
                      void (*each)(void *ctx, struct text name, struct text bytes), void *ctx)
{
    for (size_t i = 0; i < l->part_count; i++)
        each(ctx, text_of(l->parts[i].name), buf_text(&l->parts[i].bytes));
}

/* ---- Places ------------------------------------------------------------------------------------
 */

static struct place *place_at(struct ledger *l, struct text path, const struct file_identity *id)
{
    for (size_t i = 0; i < l->place_count; i++)
        if (text_same(text_of(l->places[i].path), path) &&
            identity_same(&l->places[i].position.id, id))
            return &l->places[i];
    l->places = room_for(l->places, l->place_count, &l->place_room, sizeof *l->places);
    struct place *p = &l->places[l->place_count++];
    *p = (struct place){.path = mem_string(path), .position.id = *id};
    place_pack_identity(id, &p->identity);
    return p;
}

bool ledger_place_kept(struct ledger *l, struct text path, struct text identity, struct text bytes)
{
    struct position position;
    if (path.len == 0 || memchr(path.at, 0, path.len) ||
        !place_unpack(path, identity, bytes, &position))
        return false;
    struct place *p = place_at(l, path, &position.id);
    p->position = position;
    set_bytes(&p->bytes, bytes);
    return true;
}

size_t ledger_place_count(const struct ledger *l)
{
    return l->place_count;
}

void ledger_place(const struct ledger *l, size_t i, const char **path, struct position *position)
{
    *path = l->places[i].path;
    *position = l->places[i].position;
}

static void take_place(struct ledger *l, const struct checkpoint_place *from)
{
    struct place *p = place_at(l, text_of(from->path), &from->position.id);
    p->position = from->position;
    p->dirty |= p->gone != from->gone;
    p->gone = from->gone;
    struct buf bytes = {0};
    place_pack(text_of(p->path), &p->position, &bytes);
    p->dirty |= set_bytes(&p->bytes, buf_text(&bytes));
    buf_done(&bytes);
}

/* ---- The window --------------------------------------------------------------------------------
 */

static struct seconds *seconds_at(struct ledger *l, int64_t start)
{
    size_t at = l->seconds_count;
    while (at > 0 && l->seconds[at - 1].start > start)
        at--;
    if (at > 0 && l->seconds[at - 1].start == start)
        return &l->seconds[at - 1];
    l->seconds = room_for(l->seconds, l->seconds_count, &l->seconds_room, sizeof *l->seconds);
    memmove(l->seconds + at + 1, l->seconds + at, (l->seconds_count - at) * sizeof *l->seconds);
    l->seconds[at] = (struct seconds){.start = start};
    l->seconds_count++;
    return &l->seconds[at];
}

void ledger_seconds_kept(struct ledger *l, int64_t start, struct text slots)
{
    set_bytes(&seconds_at(l, start)->slots, slots);
}

void ledger_each_seconds(const struct ledger *l,
                         void (*each)(void *ctx, int64_t start, struct text slots), void *ctx)
{
    for (size_t i = 0; i < l->seconds_count; i++)
        each(ctx, l->seconds[i].start, buf_text(&l->seconds[i].slots));
}

static void drop_seconds(struct ledger *l, size_t count)
{
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        buf_done(&l->seconds[i].slots);
    l->seconds_count -= count;
    memmove(l->seconds, l->seconds + count, l->seconds_count * sizeof *l->seconds);
}

static void take_seconds(struct ledger *l, const struct checkpoint *c)
{
    if (c->all_seconds) {
        drop_seconds(l, l->seconds_count);
        l->all_seconds = true;
    }
    size_t left = 0;
    while (left < l->seconds_count && l->seconds[left].start < c->seconds_least)
        left++;
    drop_seconds(l, left);
    l->seconds_least = c->seconds_least;
    for (size_t i = 0; i < c->seconds_count; i++) {
        const struct checkpoint_seconds *from = &c->seconds[i];
        struct seconds *s = seconds_at(l, from->start);
        s->dirty |= set_bytes(&s->slots, text_make(c->slots.at + from->at, from->len));
    }
}

/* ---- Together ----------------------------------------------------------------------------------
 */

void ledger_take(struct ledger *l, struct checkpoint *c)
{
    for (size_t i = 0; i < c->saved.count; i++)
        ledger_set_part(l, c->saved.parts[i].name, saved_bytes(&c->saved, i));
    for (size_t i = 0; i < c->place_count; i++)
        take_place(l, &c->places[i]);
    if (c->seconds_count || c->all_seconds || c->seconds_least > l->seconds_least)
        take_seconds(l, c);
    rollups_merge(l->rollups, c->rollups);
    rollups_bound(l->rollups, ROLLUPS_MOST);
    if (c->named.len)
        ledger_set_named(l, buf_text(&c->named));
    post_take(l->post, buf_text(&c->alerts));
    if (c->channels.any)
        post_change_channels(l->post, c->channels.sender, &c->channels.channels, buf_text(&c->channels.firing));
    post_take(l->post, buf_text(&c->channels.alerts));
    post_acknowledge(l->post, buf_text(&c->acks));
    checkpoint_clear(c);
}

static void change_parts(struct ledger *l)
{
    l->change_parts = mem_grow(l->change_parts, l->part_count + 1, sizeof *l->change_parts);
    l->change.part_count = 0;
    for (size_t i = 0; i < l->part_count; i++)
        if (l->parts[i].dirty)
            l->change_parts[l->change.part_count++] =
                (struct store_part){l->parts[i].name, buf_text(&l->parts[i].bytes)};
    l->change.parts = l->change_parts;
}

static void change_places(struct ledger *l)
{
    l->change_places = mem_grow(l->change_places, l->place_count + 1, sizeof *l->change_places);
    l->change.place_count = 0;
    for (size_t i = 0; i < l->place_count; i++) {
        const struct place *p = &l->places[i];
        if (p->dirty)
            l->change_places[l->change.place_count++] = (struct store_place){
                text_of(p->path), buf_text(&p->identity), buf_text(&p->bytes), p->gone};
    }
    l->change.places = l->change_places;
}

static enum store_span span_of(const struct rollup *r)
{
    enum store_span span = STORE_MINUTES;
    while (span < STORE_DAYS && store_span_s(span) < rollup_span(r))
        span++;
    return span;
}

static void change_rollups(struct ledger *l)
{
    size_t count = rollups_count(l->rollups);
    size_t *ends = mem_new(count + 1, sizeof *ends);
    l->change_rollups = mem_grow(l->change_rollups, count + 1, sizeof *l->change_rollups);
    buf_clear(&l->packed);
    for (size_t i = 0; i < count; i++) {
        rollup_pack(rollups_get(l->rollups, i), &l->packed);
        ends[i + 1] = l->packed.len;
    }
    for (size_t i = 0; i < count; i++) {
        const struct rollup *r = rollups_get(l->rollups, i);
        l->change_rollups[i] = (struct store_rollup){
            span_of(r), rollup_start(r), text_make(l->packed.at + ends[i], ends[i + 1] - ends[i])};
    }
    free(ends);
    l->change.rollups = l->change_rollups;
    l->change.rollup_count = count;
}

static void change_seconds(struct ledger *l)
{
    l->change_seconds =
        mem_grow(l->change_seconds, l->seconds_count + 1, sizeof *l->change_seconds);
    l->change.seconds_count = 0;
    for (size_t i = 0; i < l->seconds_count; i++)
        if (l->seconds[i].dirty || l->all_seconds)
            l->change_seconds[l->change.seconds_count++] =
                (struct store_seconds){l->seconds[i].start, buf_text(&l->seconds[i].slots)};
    l->change.seconds = l->change_seconds;
    l->change.all_seconds = l->all_seconds;
    l->change.seconds_least = l->seconds_least;
}

const struct store_change *ledger_change(struct ledger *l)
{
    change_parts(l);
    change_places(l);
    change_rollups(l);
    change_seconds(l);
    post_change(l->post, &l->change);
    return &l->change;
}

bool ledger_has_change(const struct ledger *l)
{
    bool any = rollups_count(l->rollups) > 0 || l->all_seconds || post_has_change(l->post);
    for (size_t i = 0; i < l->part_count && !any; i++)
        any = l->parts[i].dirty;
    for (size_t i = 0; i < l->place_count && !any; i++)
        any = l->places[i].dirty;
    return any;
}

static void forget_gone(struct ledger *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->place_count; i++)
        if (l->places[i].gone)
            place_done(&l->places[i]);
        else
            l->places[kept++] = l->places[i];
    l->place_count = kept;
}

static void set_dirty(struct ledger *l, bool dirty)
{
    for (size_t i = 0; i < l->part_count; i++)
        l->parts[i].dirty = dirty;
    for (size_t i = 0; i < l->place_count; i++)
        l->places[i].dirty = dirty;
    for (size_t i = 0; i < l->seconds_count; i++)
        l->seconds[i].dirty = dirty;
}

void ledger_written(struct ledger *l)
{
    set_dirty(l, false);
    forget_gone(l);
    post_written(l->post);
    rollups_clear(l->rollups);
    l->all_seconds = false;
}

void ledger_lost(struct ledger *l)
{
    set_dirty(l, true);
    l->all_seconds = true;
}
