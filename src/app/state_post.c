#include "app/state_post.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/note.h"
#include "base/pack.h"

/* While the file cannot be written, this much is remembered for it. */
enum { STEPS_MOST = 20000 };

/* One thing to be written, in order. */
struct step {
    bool is_alert;
    struct store_alert alert;
    struct store_message message; /* texts point into `bytes` */
    char *bytes;
};

struct steps {
    struct step *all;
    size_t count, room;
};

struct post {
    const struct notify_spec *specs; /* constant while threads run */
    size_t spec_count;
    /* the keeper's thread */
    struct steps steps;
    size_t in_change; /* leading steps that the last change had */
    struct store_alert *alerts;
    struct store_message *messages;
    struct buf untold; /* packed events, each by its length */
    bool full;
    /* between the threads */
    pthread_mutex_t lock;
    struct steps marks; /* of the sender, not yet among the steps */
    struct sender *sender;
    void (*wake)(void *ctx); /* NULL: the keeper has not started */
    void *wake_ctx;
};

struct post *post_new(void)
{
    struct post *p = mem_new(1, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
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
    free(p->alerts);
    free(p->messages);
    buf_done(&p->untold);
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
    step->is_alert = true;
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

static void mark(struct post *p, const struct store_message *m)
{
    pthread_mutex_lock(&p->lock);
    add_message(&p->marks, m);
    void (*wake)(void *ctx) = p->wake;
    pthread_mutex_unlock(&p->lock);
    if (wake)
        wake(p->wake_ctx);
}

static void on_tried(void *ctx, const struct notify_kept *kept)
{
    struct store_message m = {.change = STORE_TRIED,
                              .channel = kept->channel,
                              .key = kept->key,
                              .tries = (int64_t)kept->tries,
                              .message = (int64_t)kept->message,
                              .due = kept->due_wall_ns};
    mark(ctx, &m);
}

static void on_gone(void *ctx, struct text channel, struct text key)
{
    struct store_message m = {.change = STORE_GONE, .channel = channel, .key = key};
    mark(ctx, &m);
}

struct notify_keep post_keep(struct post *p)
{
    return (struct notify_keep){p, on_tried, on_gone};
}

/* ---- The keeper's thread --------------------------------------------------------------------- */

static bool same_message(const struct step *a, const struct step *b)
{
    return !a->is_alert && text_same(a->message.key, b->message.key) &&
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
    p->messages = mem_grow(p->messages, room, sizeof *p->messages);
    c->alert_count = c->message_count = 0;
    for (size_t i = 0; i < p->steps.count; i++)
        if (p->steps.all[i].is_alert)
            p->alerts[c->alert_count++] = p->steps.all[i].alert;
        else
            p->messages[c->message_count++] = p->steps.all[i].message;
    c->alerts = p->alerts;
    c->messages = p->messages;
    p->in_change = p->steps.count;
}

void post_written(struct post *p)
{
    drop_steps(&p->steps, p->in_change);
    p->in_change = 0;
}

void post_tell(struct post *p)
{
    struct unpack u = unpack_of(buf_text(&p->untold));
    pthread_mutex_lock(&p->lock);
    while (p->sender && u.at < u.end && !u.bad) {
        struct notify_event e;
        if (notify_event_unpack(unpack_text(&u), &e))
            sender_submit(p->sender, &e);
    }
    pthread_mutex_unlock(&p->lock);
    buf_clear(&p->untold);
}
