#include "app/state_post.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/pack.h"

/* While the file cannot be written, this much is remembered for it. */
enum { STEPS_MOST = 20000 };
/* For so long the sender waits for the file. */
#define SETTLE_NS (NS_PER_S / 4)

/* One thing to be written, in order. */
struct step {
    enum { STEP_MESSAGE, STEP_ALERT, STEP_ACK } kind;
    struct store_alert alert;
    struct store_ack ack;
    struct store_message message; /* texts point into `bytes` */
    char *bytes;
};

struct steps {
    struct step *all;
    size_t count, room;
};

/* Other channels, that the sender has not been told of yet. */
struct channel_change {
    bool any;
    size_t at; /* behind which of the untold events, in bytes */
    struct sender *sender;
    struct sender_channels channels;
    struct buf firing;
};

struct post {
    /* the keeper's thread */
    const struct notify_spec *specs;
    size_t spec_count;
    struct channel_change change;
    struct steps steps;
    size_t in_change; /* leading steps that the last change had */
    struct store_alert *alerts;
    struct store_ack *acks;
    struct store_message *messages;
    struct buf untold; /* packed events, each by its length */
    bool full;
    uint64_t in_file; /* what the last change was the last of, when it is written */
    uint64_t collected;
    /* the sender's thread */
    struct steps fresh; /* marks that are not yet whole */
    /* between the threads */
    pthread_mutex_t lock;
    pthread_cond_t written;
    struct steps marks; /* of the sender, not yet among the steps */
    uint64_t handed, kept; /* how often marks were handed over, and how many of those are in the file */
    bool stuck; /* the file takes nothing at present */
    struct sender *sender;
    bool closed; /* there is no sender any more, and will not be */
    void (*wake)(void *ctx); /* NULL: the keeper has not started */
    void *wake_ctx;
};

struct post *post_new(void)
{
    struct post *p = mem_new(1, sizeof *p);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->written, &clock);
    pthread_condattr_destroy(&clock);
    return p;
}

static void steps_done(struct steps *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->all[i].bytes);
    free(s->all);
}

void post_free(struct post *p)
{
    if (!p)
        return;
    steps_done(&p->steps);
    steps_done(&p->marks);
    steps_done(&p->fresh);
    free(p->alerts);
    free(p->acks);
    free(p->messages);
    buf_done(&p->untold);
    buf_done(&p->change.firing);
    pthread_cond_destroy(&p->written);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void post_connect(struct post *p, const struct notify_spec *specs, size_t count,
                  struct sender *sender)
{
    p->specs = specs;
    p->spec_count = count;
    p->sender = sender;
}

void post_disconnect(struct post *p)
{
    pthread_mutex_lock(&p->lock);
    p->sender = NULL;
    p->closed = true;
    pthread_mutex_unlock(&p->lock);
}

void post_on_change(struct post *p, void (*wake)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&p->lock);
    p->wake = wake;
    p->wake_ctx = ctx;
    pthread_mutex_unlock(&p->lock);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static struct step *add_step(struct steps *s)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->all = mem_grow(s->all, s->room, sizeof *s->all);
    }
    s->all[s->count] = (struct step){0};
    return &s->all[s->count++];
}

static void drop_steps(struct steps *s, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(s->all[i].bytes);
    s->count -= count;
    if (s->count)
        memmove(s->all, s->all + count, s->count * sizeof *s->all);
}

static void add_alert(struct steps *s, const struct notify_event *e, struct text packed)
{
    struct step *step = add_step(s);
    step->bytes = mem_string(packed);
    step->kind = STEP_ALERT;
    step->alert = (struct store_alert){.id = (int64_t)e->alert,
                                       .triggered = e->triggered_at,
                                       .recovered = e->state == NOTIFY_RECOVERED,
                                       .bytes = text_make(step->bytes, packed.len)};
}

/* A copy of a message with its texts. */
static void add_message(struct steps *s, const struct store_message *m)
{
    struct buf all = {0};
    struct step *step = add_step(s);
    buf_add(&all, m->channel);
    buf_add(&all, m->key);
    buf_add(&all, m->bytes);
    buf_byte(&all, 0);
    step->bytes = all.at;
    step->message = *m;
    step->message.channel = text_make(all.at, m->channel.len);
    step->message.key = text_make(all.at + m->channel.len, m->key.len);
    step->message.bytes = text_make(all.at + m->channel.len + m->key.len, m->bytes.len);
}

/* ---- The sender's thread --------------------------------------------------------------------- */

static void on_tried(void *ctx, const struct notify_kept *kept)
{
    struct store_message m = {.change = STORE_TRIED,
                              .channel = kept->channel,
                              .key = kept->key,
                              .tries = (int64_t)kept->tries,
                              .message = (int64_t)kept->message,
                              .due = kept->due_wall_ns};
    add_message(&((struct post *)ctx)->fresh, &m);
}

static void on_gone(void *ctx, struct text channel, struct text key)
{
    struct store_message m = {.change = STORE_GONE, .channel = channel, .key = key};
    add_message(&((struct post *)ctx)->fresh, &m);
}

static void on_whole(void *ctx)
{
    struct post *p = ctx;
    if (!p->fresh.count)
        return;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->fresh.count; i++)
        *add_step(&p->marks) = p->fresh.all[i];
    p->handed++;
    void (*wake)(void *ctx) = p->wake;
    pthread_mutex_unlock(&p->lock);
    p->fresh.count = 0;
    if (wake)
        wake(p->wake_ctx);
}

static void on_settle(void *ctx)
{
    struct post *p = ctx;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SETTLE_NS;
    until.tv_sec += until.tv_nsec / NS_PER_S;
    until.tv_nsec %= NS_PER_S;
    pthread_mutex_lock(&p->lock);
    int waited = 0;
    while (p->wake && !p->stuck && p->kept < p->handed && waited == 0)
        waited = pthread_cond_timedwait(&p->written, &p->lock, &until);
    p->stuck = p->kept < p->handed; /* others do not wait for what does not come */
    pthread_mutex_unlock(&p->lock);
}

struct notify_keep post_keep(struct post *p)
{
    return (struct notify_keep){p, on_tried, on_gone, on_whole, on_settle};
}

/* ---- The keeper's thread --------------------------------------------------------------------- */

static bool same_message(const struct step *a, const struct step *b)
{
    return a->kind == STEP_MESSAGE && text_same(a->message.key, b->message.key) &&
           text_same(a->message.channel, b->message.channel);
}

/* What is gone needs no earlier step; of two tries the later counts. Matters only while the file
 * cannot be written: else there are hardly any. */
static void forget_outdated(struct steps *s, const struct step *last)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct step *step = &s->all[i];
        bool outdated = same_message(step, last) &&
                        (last->message.change == STORE_GONE || step->message.change == STORE_TRIED);
        if (outdated)
            free(step->bytes);
        else
            s->all[kept++] = *step;
    }
    s->count = kept;
}

static void collect_marks(struct post *p)
{
    pthread_mutex_lock(&p->lock);
    struct steps marks = p->marks;
    p->marks = (struct steps){0};
    p->collected = p->handed;
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < marks.count; i++) {
        forget_outdated(&p->steps, &marks.all[i]);
        *add_step(&p->steps) = marks.all[i];
    }
    free(marks.all);
}

/* Room in the list of steps; the alert itself is told whether or not there is. */
static bool has_room(struct post *p)
{
    bool full = p->steps.count + 1 + p->spec_count > STEPS_MOST;
    if (full && !p->full)
        note("too many alerts wait to be saved: those from now on are not in the history");
    p->full = full;
    return !full;
}

static void keep_event(struct post *p, const struct notify_event *e, struct text packed)
{
    add_alert(&p->steps, e, packed);
    for (size_t i = 0; i < p->spec_count; i++) {
        struct store_message m = {.change = STORE_ADD,
                                  .channel = text_of(p->specs[i].name),
                                  .key = text_of(e->key),
                                  .bytes = packed};
        if (notify_tells(&p->specs[i], e))
            add_message(&p->steps, &m);
    }
}

void post_take(struct post *p, struct text events)
{
    struct unpack u = unpack_of(events);
    while (u.at < u.end && !u.bad) {
        struct notify_event e;
        struct text packed = unpack_text(&u);
        if (!notify_event_unpack(packed, &e))
            continue;
        if (has_room(p))
            keep_event(p, &e, packed);
        pack_text(&p->untold, packed);
    }
}

void post_acknowledge(struct post *p, struct text acks)
{
    struct unpack u = unpack_of(acks);
    while (u.at < u.end && !u.bad) {
        struct store_ack ack = {.id = (int64_t)unpack_u64(&u)};
        ack.when = unpack_i64(&u);
        if (!u.bad && has_room(p))
            *add_step(&p->steps) = (struct step){.kind = STEP_ACK, .ack = ack};
    }
}

bool post_has_change(struct post *p)
{
    collect_marks(p);
    return p->steps.count > 0;
}

void post_change(struct post *p, struct store_change *c)
{
    collect_marks(p);
    size_t room = p->steps.count + 1;
    p->alerts = mem_grow(p->alerts, room, sizeof *p->alerts);
    p->acks = mem_grow(p->acks, room, sizeof *p->acks);
    p->messages = mem_grow(p->messages, room, sizeof *p->messages);
    c->alert_count = c->ack_count = c->message_count = 0;
    for (size_t i = 0; i < p->steps.count; i++) {
        const struct step *step = &p->steps.all[i];
        if (step->kind == STEP_ALERT)
            p->alerts[c->alert_count++] = step->alert;
        else if (step->kind == STEP_ACK)
            p->acks[c->ack_count++] = step->ack;
        else
            p->messages[c->message_count++] = step->message;
    }
    c->alerts = p->alerts;
    c->acks = p->acks;
    c->messages = p->messages;
    p->in_change = p->steps.count;
    p->in_file = p->collected;
}

void post_written(struct post *p)
{
    drop_steps(&p->steps, p->in_change);
    p->in_change = 0;
    pthread_mutex_lock(&p->lock);
    p->kept = p->in_file;
    p->stuck = false;
    pthread_cond_broadcast(&p->written);
    pthread_mutex_unlock(&p->lock);
}

void post_change_channels(struct post *p, struct sender *sender,
                          const struct sender_channels *channels, struct text firing)
{
    struct channel_change *c = &p->change;
    if (c->any && c->channels.unused)
        c->channels.unused(c->channels.ctx);
    p->specs = channels->specs;
    p->spec_count = channels->count;
    c->any = true;
    c->at = p->untold.len;
    c->sender = sender;
    c->channels = *channels;
    buf_clear(&c->firing);
    buf_add(&c->firing, firing);
}

static void submit_all(struct post *p, struct text events,
                       void (*submit)(struct sender *s, const struct notify_event *e))
{
    struct unpack u = unpack_of(events);
    while (p->sender && u.at < u.end && !u.bad) {
        struct notify_event e;
        if (notify_event_unpack(unpack_text(&u), &e))
            submit(p->sender, &e);
    }
}

static void tell_change(struct post *p)
{
    struct channel_change *c = &p->change;
    if (!p->closed) {
        p->sender = c->sender;
        sender_change(c->sender, &c->channels);
        submit_all(p, buf_text(&c->firing), sender_still_firing);
    }
    c->any = false;
}

void post_tell(struct post *p)
{
    struct text untold = buf_text(&p->untold);
    size_t split = p->change.any ? p->change.at : untold.len;
    pthread_mutex_lock(&p->lock);
    submit_all(p, text_cut(untold, 0, split), sender_submit);
    if (p->change.any)
        tell_change(p);
    submit_all(p, text_cut(untold, split, untold.len), sender_submit);
    pthread_mutex_unlock(&p->lock);
    buf_clear(&p->untold);
}
