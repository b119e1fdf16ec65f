#include "notify/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "notify/outbox_inside.h"

/* splitmix64: only spreads tries over time. */
static uint64_t draw(struct outbox *o)
{
    uint64_t z = o->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct outbox *outbox_new(const struct notify_spec *specs, size_t count,
                          const struct notify_keep *keep, uint64_t seed)
{
    struct outbox *o = mem_new(1, sizeof *o);
    o->keep = *keep;
    o->random = seed;
    o->message = draw(o) >> 2; /* apart from those of an earlier run, and a positive number */
    for (size_t i = 0; i < count; i++)
        outbox_channel(o, &specs[i]);
    return o;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->count; i++) {
        line_done(&o->channels[i]->line);
        line_done(&o->channels[i]->firing);
        rate_done(&o->channels[i]->rate);
        free(o->channels[i]);
    }
    free(o->channels);
    free(o);
}

/* ---- The line of a channel ------------------------------------------------------------------- */

void outbox_forget(struct outbox *o, struct channel *c, size_t index)
{
    if (o->keep.gone)
        o->keep.gone(o->keep.ctx, text_of(c->spec->name), text_of(line_at(&c->line, index)->key));
    line_remove(&c->line, index);
    if (index < c->frozen)
        c->frozen--;
    if (index < c->alone)
        c->alone--;
}

static void drop(struct outbox *o, struct channel *c, size_t index)
{
    outbox_forget(o, c, index);
    c->lost++;
    c->dropped++;
}

/* What an event is in the line; ages by the wall, for that is all that outlives a run. */
static struct waiting waiting_of(const struct channel *c, const struct notify_event *e,
                                 struct outbox_times t)
{
    int64_t age = t.wall_ns - e->raised_wall_ns;
    struct waiting w = {.state = e->state, .alert = e->alert, .since_ns = t.now_ns};
    memcpy(w.key, e->key, sizeof w.key);
    w.give_up_ns = t.now_ns + c->spec->give_up_ns - (age > 0 ? age : 0);
    return w;
}

static void queue(struct outbox *o, struct channel *c, const struct waiting *w)
{
    size_t going = c->sending ? c->frozen : 0;
    if (c->line.count >= OUTBOX_MOST)
        drop(o, c, going); /* the oldest that is not under way */
    line_add(&c->line, w);
}

void outbox_add(struct outbox *o, const struct notify_event *e, struct text packed,
                struct outbox_times t)
{
    struct parcel *parcel = parcel_new(packed);
    for (size_t i = 0; i < o->count; i++) {
        struct channel *c = o->channels[i];
        if (!channel_is_there(c) || !notify_tells(c->spec, e))
            continue;
        struct waiting w = waiting_of(c, e, t);
        w.parcel = parcel_hold(parcel);
        queue(o, c, &w);
    }
    parcel_drop(parcel);
}

static struct channel *channel_named(const struct outbox *o, struct text name)
{
    for (size_t i = 0; i < o->count; i++)
        if (channel_is_there(o->channels[i]) &&
            text_same(text_of(o->channels[i]->spec->name), name))
            return o->channels[i];
    return NULL;
}

bool outbox_restore(struct outbox *o, const struct notify_kept *kept, struct outbox_times t)
{
    struct notify_event e;
    struct channel *c = channel_named(o, kept->channel);
    if (!c || !notify_event_unpack(kept->packed, &e))
        return false;
    struct waiting w = waiting_of(c, &e, t);
    w.since_ns = t.now_ns - c->spec->group_wait_ns; /* it has waited for others before */
    w.message = kept->message;
    w.parcel = parcel_new(kept->packed);
    bool joins = c->line.count
                     ? c->line.count == c->frozen && line_at(&c->line, 0)->message == w.message
                     : w.message != 0;
    queue(o, c, &w);
    if (!joins)
        return true;
    int64_t wait = kept->due_wall_ns - t.wall_ns, most = OUTBOX_ASKED_MOST_S * NS_PER_S;
    c->frozen++;
    c->failures = kept->tries;
    c->not_before = t.now_ns + (wait < 0 ? 0 : wait > most ? most : wait);
    return true;
}

/* ---- What fires, for an alertmanager --------------------------------------------------------- */

static bool is_told_again(const struct channel *c)
{
    return c->spec->kind == NOTIFY_ALERTMANAGER && c->spec->recoveries;
}

static void remember_firing(struct channel *c, const struct waiting *w)
{
    size_t i = 0;
    while (i < c->firing.count && line_at(&c->firing, i)->alert != w->alert)
        i++;
    if (i < c->firing.count)
        line_remove(&c->firing, i);
    if (w->state != NOTIFY_FIRING || c->firing.count == OUTBOX_FIRING_MOST)
        return;
    struct waiting copy = *w;
    copy.parcel = parcel_hold(w->parcel);
    line_add(&c->firing, &copy);
}

void outbox_firing(struct outbox *o, struct text packed)
{
    struct notify_event e;
    if (!notify_event_unpack(packed, &e) || e.state != NOTIFY_FIRING)
        return;
    struct parcel *parcel = parcel_new(packed);
    for (size_t i = 0; i < o->count; i++) {
        struct channel *c = o->channels[i];
        struct waiting w = {.state = e.state, .alert = e.alert, .parcel = parcel};
        if (channel_is_there(c) && is_told_again(c) && notify_tells(c->spec, &e))
            remember_firing(c, &w);
    }
    parcel_drop(parcel);
}

/* ---- When ------------------------------------------------------------------------------------ */

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the line is due; INT64_MAX: nothing is in it. */
static int64_t line_due(const struct outbox *o, const struct channel *c)
{
    if (!c->line.count)
        return INT64_MAX;
    int64_t due = c->not_before;
    if (o->hurry)
        return due;
    if (!c->frozen)
        due = latest(due, line_at(&c->line, 0)->since_ns + c->spec->group_wait_ns);
    return latest(due, rate_free_at(&c->rate));
}

static int64_t again_due(const struct outbox *o, const struct channel *c)
{
    return c->firing.count && !o->hurry ? latest(c->again_ns, c->not_before) : INT64_MAX;
}

int64_t outbox_next(const struct outbox *o)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < o->count; i++) {
        const struct channel *c = o->channels[i];
        if (c->sending)
            continue;
        int64_t line = line_due(o, c), again = again_due(o, c);
        next = line < next ? line : next;
        next = again < next ? again : next;
    }
    return next > 0 ? next : 0;
}

/* ---- Out ------------------------------------------------------------------------------------- */

static void give_up_old(struct outbox *o, struct channel *c, int64_t now_ns)
{
    while (c->line.count && line_at(&c->line, 0)->give_up_ns <= now_ns)
        drop(o, c, 0);
}

static void keep_tried(struct outbox *o, const struct channel *c, size_t from, size_t to,
                       int64_t due_wall_ns)
{
    for (size_t i = from; o->keep.tried && i < to; i++) {
        const struct waiting *w = line_at(&c->line, i);
        struct notify_kept kept = {.channel = text_of(c->spec->name),
                                   .key = text_of(w->key),
                                   .tries = w->message ? c->failures : 0,
                                   .message = w->message,
                                   .due_wall_ns = w->message ? due_wall_ns : 0};
        o->keep.tried(o->keep.ctx, &kept);
    }
}

static void freeze(struct outbox *o, struct channel *c)
{
    if (c->frozen)
        return;
    size_t most = c->alone ? 1 : OUTBOX_GROUP_MOST;
    c->frozen = c->line.count < most ? c->line.count : most;
    c->refusals = 0;
    o->message++;
    for (size_t i = 0; i < c->frozen; i++)
        line_at(&c->line, i)->message = o->message;
}

static void fill(struct outbox *o, struct channel *c, bool again, struct outbox_message *out)
{
    const struct line *from = again ? &c->firing : &c->line;
    *out = (struct outbox_message){.channel = c->number,
                                   .events = o->events,
                                   .count = again ? from->count : c->frozen,
                                   .tries = again ? 0 : c->failures,
                                   .lost = again ? 0 : c->lost,
                                   .again = again};
    for (size_t i = 0; i < out->count; i++)
        o->events[i] = parcel_text(line_at(from, i)->parcel);
    c->lost_told = out->lost;
    c->sending = true;
    c->sending_again = again;
}

bool outbox_take(struct outbox *o, struct outbox_times t, struct outbox_message *out)
{
    for (size_t i = 0; i < o->count; i++) {
        struct channel *c = o->channels[i];
        if (c->sending)
            continue;
        give_up_old(o, c, t.now_ns);
        if (line_due(o, c) <= t.now_ns) {
            freeze(o, c);
            keep_tried(o, c, 0, c->frozen, t.wall_ns);
            fill(o, c, false, out);
            return true;
        }
        if (again_due(o, c) <= t.now_ns) {
            fill(o, c, true, out);
            return true;
        }
    }
    return false;
}

void outbox_narrow(struct outbox *o, size_t channel, size_t count)
{
    struct channel *c = o->channels[channel];
    size_t frozen = c->frozen;
    if (c->sending_again || count >= frozen)
        return;
    c->frozen = count;
    for (size_t i = count; i < frozen; i++)
        line_at(&c->line, i)->message = 0;
    keep_tried(o, c, count, frozen, 0);
}

/* ---- What came of it ------------------------------------------------------------------------- */

static void take_off(struct outbox *o, struct channel *c, size_t count)
{
    for (; count; count--) {
        if (is_told_again(c))
            remember_firing(c, line_at(&c->line, 0));
        outbox_forget(o, c, 0);
    }
}

static void back_off(struct outbox *o, struct channel *c, int64_t asked_ns, struct outbox_times t)
{
    int64_t most = OUTBOX_BACK_OFF_MOST_S * NS_PER_S, delay = most;
    if (c->failures < 16 && NS_PER_S << c->failures < most)
        delay = NS_PER_S << c->failures;
    delay = delay / 2 + (int64_t)(draw(o) % (uint64_t)(delay / 2 + 1));
    if (asked_ns > OUTBOX_ASKED_MOST_S * NS_PER_S)
        asked_ns = OUTBOX_ASKED_MOST_S * NS_PER_S;
    delay = latest(delay, asked_ns);
    c->not_before = t.now_ns + delay;
    c->failures++;
    keep_tried(o, c, 0, c->frozen, t.wall_ns + delay);
}

/* Edge c. */
static void taken(struct outbox *o, struct channel *c, struct outbox_times t)
{
    c->not_before = INT64_MIN;
    c->again_ns = t.now_ns + OUTBOX_AGAIN_S * NS_PER_S;
    c->failures = 0;
    if (c->sending_again)
        return;
    rate_count(&c->rate, t.now_ns);
    take_off(o, c, c->frozen);
    c->lost -= c->lost_told;
}

/* The message as it is will never be taken: its events on their own may. */
static void refused(struct outbox *o, struct channel *c)
{
    if (c->frozen > 1) {
        c->alone = c->frozen;
        c->frozen = 0;
    } else if (c->frozen == 1 && ++c->refusals >= OUTBOX_REFUSALS_MOST) {
        drop(o, c, 0);
        c->refusals = 0;
    }
}

/* Its last try is over: the place is free. */
static void channel_left(struct channel *c)
{
    c->leaving = false;
    c->spec = NULL;
}

struct outbox_news outbox_done(struct outbox *o, const struct outbox_done *d, struct outbox_times t)
{
    struct channel *c = o->channels[d->channel];
    struct outbox_news news = {.tries = c->failures};
    bool failed_before = c->failures > 0;
    c->sending = false;
    if (c->leaving) {
        channel_left(c);
        return (struct outbox_news){0};
    }
    if (d->result == OUTBOX_TAKEN) {
        taken(o, c, t);
        news.works_again = failed_before;
    } else {
        news.first_failure = !failed_before;
        if (!c->sending_again)
            take_off(o, c, d->taken < c->frozen ? d->taken : c->frozen);
        back_off(o, c, d->asked_ns, t);
        if (d->result == OUTBOX_REFUSED && !c->sending_again)
            refused(o, c);
        give_up_old(o, c, t.now_ns);
    }
    c->sending_again = false;
    return news;
}

void outbox_put_back(struct outbox *o, size_t channel, struct outbox_times t)
{
    struct channel *c = o->channels[channel];
    c->sending = c->sending_again = false;
    c->not_before = t.now_ns + OUTBOX_CROWDED_NS;
    if (c->leaving)
        channel_left(c);
}

void outbox_hurry(struct outbox *o)
{
    o->hurry = true;
}

uint64_t outbox_dropped(struct outbox *o, size_t channel)
{
    uint64_t dropped = o->channels[channel]->dropped;
    o->channels[channel]->dropped = 0;
    return dropped;
}

size_t outbox_waiting(const struct outbox *o)
{
    size_t count = 0;
    for (size_t i = 0; i < o->count; i++)
        count += o->channels[i]->line.count;
    return count;
}
