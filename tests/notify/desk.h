/* desk.h - an outbox under test: a hand-set clock, what it wanted to be kept, what it gave out. */
#ifndef TESTS_NOTIFY_DESK_H
#define TESTS_NOTIFY_DESK_H

#include <criterion/criterion.h>

#include "events.h"
#include "notify/outbox.h"

/* An outbox, its time, and what it wanted to be kept. */
struct desk {
    struct notify_spec specs[2];
    struct outbox *outbox;
    struct outbox_times t;
    size_t tried, gone;
    uint64_t kept_tries;
    int64_t kept_due;
    struct outbox_message m;
};

static inline void on_tried(void *ctx, const struct notify_kept *kept)
{
    struct desk *d = ctx;
    d->tried++;
    d->kept_tries = kept->tries;
    d->kept_due = kept->due_wall_ns;
}

static inline void on_gone(void *ctx, struct text channel, struct text key)
{
    struct desk *d = ctx;
    cr_assert(text_same(channel, TEXT("ops")) || text_same(channel, TEXT("two")));
    cr_assert_eq(key.len, NOTIFY_KEY_SIZE - 1);
    d->gone++;
}

static inline void open_desk(struct desk *d, size_t channels)
{
    struct notify_keep keep = {.ctx = d, .tried = on_tried, .gone = on_gone};
    d->outbox = outbox_new(d->specs, channels, &keep, 42);
    d->t = (struct outbox_times){1000 * NS_PER_S, WALL};
}

static inline struct desk desk(void)
{
    struct desk d = {.specs = {spec_of(NOTIFY_WEBHOOK), spec_of(NOTIFY_WEBHOOK)}};
    strcpy(d.specs[1].name, "two");
    return d;
}

static inline void pass(struct desk *d, int64_t ns)
{
    d->t.now_ns += ns;
    d->t.wall_ns += ns;
}

static inline void add(struct desk *d, uint64_t alert, enum notify_state state)
{
    struct notify_event e = event_of(alert, state);
    struct buf packed = {0};
    e.raised_wall_ns = d->t.wall_ns;
    notify_event_pack(&packed, &e);
    outbox_add(d->outbox, &e, buf_text(&packed), d->t);
    buf_done(&packed);
}

static inline bool take(struct desk *d)
{
    return outbox_take(d->outbox, d->t, &d->m);
}

static inline struct outbox_news end(struct desk *d, enum outbox_result result)
{
    struct outbox_done done = {d->m.channel, result, 0, 0};
    return outbox_done(d->outbox, &done, d->t);
}

static inline uint64_t alert_in(const struct desk *d, size_t index)
{
    struct notify_event e;
    cr_assert(notify_event_unpack(d->m.events[index], &e));
    return e.alert;
}

#endif
