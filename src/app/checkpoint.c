#include "app/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pack.h"

enum {
    MINUTES_ENOUGH = 256, /* a log of many days is read at once: worth a checkpoint */
    MINUTES_MOST = 2304   /* nobody takes checkpoints: they are made coarser */
};

void checkpoint_init(struct checkpoint *c)
{
    *c = (struct checkpoint){.rollups = rollups_new()};
}

static void forget_places(struct checkpoint *c)
{
    for (size_t i = 0; i < c->place_count; i++)
        free(c->places[i].path);
    c->place_count = 0;
}

void checkpoint_done(struct checkpoint *c)
{
    forget_places(c);
    buf_done(&c->saved.bytes);
    buf_done(&c->slots);
    buf_done(&c->alerts);
    buf_done(&c->channels.firing);
    buf_done(&c->channels.alerts);
    buf_done(&c->acks);
    buf_done(&c->named);
    rollups_free(c->rollups);
    free(c->places);
    free(c->seconds);
}

void checkpoint_clear(struct checkpoint *c)
{
    buf_clear(&c->saved.bytes);
    buf_clear(&c->slots);
    buf_clear(&c->alerts);
    buf_clear(&c->channels.firing);
    buf_clear(&c->channels.alerts);
    c->channels.any = false;
    buf_clear(&c->acks);
    buf_clear(&c->named);
    rollups_clear(c->rollups);
    c->saved.count = 0;
    forget_places(c);
    c->seconds_count = 0;
    c->all_seconds = false;
}

void gathering_init(struct gathering *g)
{
    *g = (struct gathering){.whole_window = true};
    checkpoint_init(&g->next);
}

void gathering_done(struct gathering *g)
{
    checkpoint_done(&g->next);
}

static bool is_file(const struct position *p)
{
    return p->id.inode || p->id.handle_len;
}

static void note_place(struct checkpoint *c, const struct batch *b)
{
    size_t i = 0;
    while (i < c->place_count && !(strcmp(c->places[i].path, b->path) == 0 &&
                                   identity_same(&c->places[i].position.id, &b->position.id)))
        i++;
    if (i == c->place_room) {
        c->place_room = c->place_room ? c->place_room * 2 : 8;
        c->places = mem_grow(c->places, c->place_room, sizeof *c->places);
    }
    if (i == c->place_count)
        c->places[c->place_count++].path = mem_string(text_of(b->path));
    c->places[i].position = b->position;
    c->places[i].gone = b->finished;
}

void gathering_batch(struct gathering *g, const struct batch *b, const struct monitor *m,
                     int64_t wall_ns)
{
    if (b->kind != BATCH_LINES)
        return;
    rollups_count_batch(g->next.rollups, b, monitor_log_second(m), wall_ns / NS_PER_S);
    if (rollups_count(g->next.rollups) > MINUTES_MOST) {
        rollups_bound(g->next.rollups, MINUTES_MOST / 2);
        g->whole_window = true; /* which minutes changed is not known any more */
    }
    g->changed = true;
    g->mid_read = b->more;
    if (!b->more && b->path && is_file(&b->position))
        note_place(&g->next, b);
}

void gathering_alert(struct gathering *g, struct text event)
{
    struct checkpoint *c = &g->next;
    pack_text(c->channels.any ? &c->channels.alerts : &c->alerts, event);
}

void gathering_firing(struct gathering *g, struct text event)
{
    pack_text(&g->next.channels.firing, event);
}

/* Those of a change that nobody has seen yet go to the channels before them. */
void gathering_channels(struct gathering *g, struct sender *sender,
                        const struct sender_channels *channels)
{
    struct checkpoint_channels *c = &g->next.channels;
    if (c->any && c->channels.unused)
        c->channels.unused(c->channels.ctx);
    buf_add(&g->next.alerts, buf_text(&c->alerts));
    buf_clear(&c->alerts);
    buf_clear(&c->firing);
    c->any = true;
    c->sender = sender;
    c->channels = *channels;
}

void gathering_ack(struct gathering *g, uint64_t alert, int64_t wall_s)
{
    pack_u64(&g->next.acks, alert);
    pack_i64(&g->next.acks, wall_s);
}

bool gathering_is_full(const struct gathering *g)
{
    return rollups_count(g->next.rollups) >= MINUTES_ENOUGH;
}

bool gathering_has_news(const struct gathering *g, const struct monitor *m)
{
    return g->changed || g->next.alerts.len || g->next.channels.any || g->next.named.len ||
           g->next.acks.len || g->alerts != monitor_alert_changes(m);
}

static void add_seconds(struct checkpoint *c, const struct monitor *m, int64_t start)
{
    if (c->seconds_count == c->seconds_room) {
        c->seconds_room = c->seconds_room ? c->seconds_room * 2 : 16;
        c->seconds = mem_grow(c->seconds, c->seconds_room, sizeof *c->seconds);
    }
    size_t at = c->slots.len;
    if (monitor_save_window(m, start, &c->slots) || !c->all_seconds)
        c->seconds[c->seconds_count++] = (struct checkpoint_seconds){start, at, c->slots.len - at};
}

static bool has_seconds(const struct checkpoint *c, int64_t start)
{
    for (size_t i = 0; i < c->seconds_count; i++)
        if (c->seconds[i].start == start)
            return true;
    return false;
}

/* A minute in which something was counted, and those before it that this changes. */
static void add_changed(struct checkpoint *c, const struct monitor *m, int64_t start)
{
    for (int64_t before = start - SAVED_REACH_SECONDS; before < start; before += SAVED_WINDOW_SECONDS)
        if (before >= c->seconds_least && monitor_window_reaches_back(m, start, before) &&
            !has_seconds(c, before))
            add_seconds(c, m, before);
    if (!has_seconds(c, start))
        add_seconds(c, m, start);
}

/* The minutes of the window in which something was counted, or all of them. */
static void save_window(struct gathering *g, const struct monitor *m)
{
    struct checkpoint *c = &g->next;
    int64_t first, last;
    if (!monitor_window_span(m, &first, &last))
        return;
    c->all_seconds = g->whole_window || g->epoch != monitor_window_epoch(m);
    c->seconds_least = rollup_floor(first, SAVED_WINDOW_SECONDS);
    for (int64_t start = c->seconds_least; c->all_seconds && start <= last;
         start += SAVED_WINDOW_SECONDS)
        add_seconds(c, m, start);
    for (size_t i = 0; !c->all_seconds && i < rollups_count(c->rollups); i++) {
        int64_t start = rollup_start(rollups_get(c->rollups, i));
        if (start >= c->seconds_least && start <= last)
            add_changed(c, m, start);
    }
    g->whole_window = false;
    g->epoch = monitor_window_epoch(m);
}

void gathering_hand_over(struct gathering *g, const struct monitor *m, int64_t wall_ns,
                         struct checkpoint *into)
{
    struct checkpoint empty = *into;
    g->changed = false;
    g->alerts = monitor_alert_changes(m);
    monitor_save(m, wall_ns, &g->next.saved);
    save_window(g, m);
    *into = g->next;
    g->next = empty;
}
