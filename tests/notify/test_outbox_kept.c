/* test_outbox_kept.c - the outbox and the place where it is kept, over kills at any moment: a
 * model. What was taken and not yet noted down comes once more, under the same key; nothing else
 * does, and nothing is lost. */
#include "events.h"

#include <criterion/criterion.h>

#include "base/mem.h"
#include "notify/outbox.h"

enum { ALL = 400, STEPS = 12000, OPERATIONS_MOST = 4096 };

/* A row of the file, of the one channel. */
struct row {
    bool there;
    char key[NOTIFY_KEY_SIZE];
    struct buf packed;
    uint64_t tries, message;
    int64_t due;
    /* what the receiver knows */
    unsigned taken; /* how often */
    bool noted;     /* that it was taken is in the file */
    size_t
        group; /* the message in which it was taken; 0: that they belong together was not noted */
};

struct operation {
    size_t row;
    bool gone;
    uint64_t tries, message;
    int64_t due;
};

struct world {
    struct notify_spec spec;
    struct outbox *outbox;
    struct outbox_times t;
    uint32_t random;
    size_t added;
    struct row rows[ALL];
    struct operation operations[OPERATIONS_MOST]; /* not yet in the file */
    size_t count;
    size_t taken, kills, doubles;
};

static unsigned dice(struct world *w, unsigned sides)
{
    w->random = w->random * 1664525 + 1013904223;
    return (w->random >> 8) % sides;
}

static size_t row_of(const struct world *w, struct text key)
{
    for (size_t i = 0; i < w->added; i++)
        if (text_same(text_of(w->rows[i].key), key))
            return i;
    cr_assert(false, "an event that nobody raised");
    return 0;
}

static struct operation *operation(struct world *w, struct text key)
{
    cr_assert_lt(w->count, OPERATIONS_MOST);
    struct operation *o = &w->operations[w->count++];
    *o = (struct operation){.row = row_of(w, key)};
    return o;
}

static void on_tried(void *ctx, const struct notify_kept *kept)
{
    struct operation *o = operation(ctx, kept->key);
    o->tries = kept->tries;
    o->message = kept->message;
    o->due = kept->due_wall_ns;
}

static void on_gone(void *ctx, struct text channel, struct text key)
{
    cr_assert(text_same(channel, TEXT("ops")));
    operation(ctx, key)->gone = true;
}

/* The first `count` operations are in the file. */
static void commit(struct world *w, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct operation *o = &w->operations[i];
        struct row *row = &w->rows[o->row];
        row->there &= !o->gone;
        row->noted |= o->gone;
        if (!o->gone)
            row->tries = o->tries, row->message = o->message, row->due = o->due;
    }
    w->count -= count;
    memmove(w->operations, w->operations + count, w->count * sizeof *w->operations);
}

static void start(struct world *w)
{
    struct notify_keep keep = {.ctx = w, .tried = on_tried, .gone = on_gone};
    w->outbox = outbox_new(&w->spec, 1, &keep, w->random);
    for (size_t i = 0; i < w->added; i++) {
        const struct row *row = &w->rows[i];
        struct notify_kept kept = {TEXT("ops"), text_of(row->key), buf_text(&row->packed),
                                   row->tries,  row->message,      row->due};
        if (row->there)
            cr_assert(outbox_restore(w->outbox, &kept, w->t));
    }
}

/* Any part of what was not in the file may have reached it. */
static void kill_and_start(struct world *w)
{
    commit(w, dice(w, (unsigned)w->count + 1));
    w->count = 0;
    w->kills++;
    outbox_free(w->outbox);
    start(w);
}

/* The file has it before anybody is told. */
static void raise_one(struct world *w)
{
    struct notify_event e = event_of(w->added + 1, NOTIFY_FIRING);
    struct row *row = &w->rows[w->added++];
    e.raised_wall_ns = w->t.wall_ns;
    memcpy(row->key, e.key, sizeof row->key);
    notify_event_pack(&row->packed, &e);
    row->there = true;
    outbox_add(w->outbox, &e, buf_text(&row->packed), w->t);
}

/* Those that the file has, and knows as one message. */
static size_t size_of_group(const struct world *w, size_t group)
{
    size_t size = 0;
    for (size_t i = 0; i < w->added; i++)
        size += w->rows[i].there && w->rows[i].group == group;
    return size;
}

static void take_in(struct world *w, const struct outbox_message *m)
{
    size_t before = 0, group = ++w->taken;
    bool noted = w->count == 0;
    for (size_t i = 0; i < m->count; i++) {
        struct notify_event e;
        cr_assert(notify_event_unpack(m->events[i], &e));
        struct row *row = &w->rows[e.alert - 1];
        cr_assert_not(row->noted, "taken, noted down, and sent again");
        cr_assert_gt(e.alert, before, "in order");
        before = e.alert;
        if (row->group)
            cr_assert_eq(size_of_group(w, row->group), m->count - i,
                         "once more, in another message");
        w->doubles += row->taken++ > 0;
        row->group = noted ? group : 0;
    }
}

static void send_one(struct world *w)
{
    struct outbox_message m;
    if (!outbox_take(w->outbox, w->t, &m))
        return;
    if (dice(w, 3) == 0)
        commit(w, w->count);
    unsigned fate = dice(w, 8);
    if (fate == 0) {
        kill_and_start(w); /* amid the try */
        return;
    }
    struct outbox_done done = {.result = fate < 5 ? OUTBOX_TAKEN : OUTBOX_LATER};
    if (done.result == OUTBOX_TAKEN)
        take_in(w, &m);
    if (done.result == OUTBOX_TAKEN && dice(w, 6) == 0) {
        kill_and_start(w); /* between the answer and all else */
        return;
    }
    outbox_done(w->outbox, &done, w->t);
}

Test(outbox, loses_nothing_and_doubles_only_what_was_not_noted_over_kills_at_any_moment)
{
    struct world *w = mem_new(1, sizeof *w);
    *w = (struct world){.spec = spec_of(NOTIFY_WEBHOOK), .t = {1000 * NS_PER_S, WALL}, .random = 7};
    w->spec.rate_most = 1000;
    w->spec.give_up_ns = INT64_C(30) * 86400 * NS_PER_S;
    start(w);
    for (int step = 0; step < STEPS; step++) {
        if (w->added < ALL && dice(w, 8) == 0)
            raise_one(w);
        send_one(w);
        if (dice(w, 4) == 0)
            commit(w, w->count);
        if (dice(w, 50) == 0)
            kill_and_start(w);
        int64_t passed = dice(w, 5000) * NS_PER_MS;
        w->t.now_ns += passed;
        w->t.wall_ns += passed;
    }
    for (size_t i = 0; i < ALL; i++)
        cr_assert_geq(w->rows[i].taken, 1, "event %zu", i + 1);
    cr_assert_eq(outbox_waiting(w->outbox), 0);
    cr_assert(w->kills > 100 && w->doubles > 10 && w->doubles < ALL, "%zu kills, %zu doubles",
              w->kills, w->doubles);
    for (size_t i = 0; i < ALL; i++)
        buf_done(&w->rows[i].packed);
    outbox_free(w->outbox);
    free(w);
}
