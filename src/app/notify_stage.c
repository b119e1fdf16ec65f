#include "app/notify_stage.h"

#include <stdlib.h>

#include "app/alert_event.h"
#include "app/state_post.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "notify/sender.h"

/* How long the end waits for receivers: longer where nothing is kept for the next run. */
#define LINGER_KEPT (2 * NS_PER_S)
#define LINGER_LOST (5 * NS_PER_S)

struct notify_stage {
    struct state *state;
    struct sender *sender; /* main thread; NULL: there were no channels so far */
    bool started;
    struct sender *told; /* monitor thread: the same, once it knows; NULL: nobody is told */
};

/* ---- What an earlier run left ---------------------------------------------------------------- */

struct leftovers {
    struct sender *sender;
    struct notify_keep keep;
    size_t homeless;
};

static bool restore(void *ctx, const struct store_message *m)
{
    struct leftovers *l = ctx;
    struct notify_kept kept = {.channel = m->channel,
                               .key = m->key,
                               .packed = m->bytes,
                               .tries = m->tries < 0 ? 0 : (uint64_t)m->tries,
                               .message = m->message < 0 ? 0 : (uint64_t)m->message,
                               .due_wall_ns = m->due};
    if (!l->sender || !sender_restore(l->sender, &kept)) {
        l->keep.gone(l->keep.ctx, m->channel, m->key);
        l->homeless++;
    }
    return true;
}

static void restore_all(struct notify_stage *n)
{
    struct leftovers l = {n->sender, post_keep(state_post(n->state)), 0};
    if (state_messages(n->state, restore, &l) != DB_DONE)
        note("what was still to be notified cannot be read from the state");
    l.keep.whole(l.keep.ctx);
    if (l.homeless)
        note("%zu notifications were for channels that are no more; they are dropped", l.homeless);
}

/* ---- The stage ------------------------------------------------------------------------------- */

struct notify_stage *notify_stage_new(const struct config *c, struct state *state,
                                      struct error *why)
{
    struct notify_stage *n = mem_new(1, sizeof *n);
    struct sender_options o = {.specs = c ? c->channels : NULL, .count = c ? c->channel_count : 0};
    n->state = state;
    if (state)
        o.keep = post_keep(state_post(state));
    if (o.count && !(n->sender = sender_new(&o, why))) {
        free(n);
        return NULL;
    }
    if (state) {
        post_connect(state_post(state), o.specs, o.count, n->sender);
        restore_all(n);
    }
    n->told = n->sender;
    return n;
}

bool notify_stage_start(struct notify_stage *n, struct error *why)
{
    n->started = !n->sender || sender_start(n->sender, why);
    return n->started;
}

/* ---- Other channels -------------------------------------------------------------------------- */

bool notify_stage_ready(struct notify_stage *n, struct reload *r, struct error *why)
{
    if (!n->sender && r->settings.config->channel_count) {
        struct sender_options o = {0}; /* which channels, it is told by notify_stage_change() */
        if (n->state)
            o.keep = post_keep(state_post(n->state));
        n->sender = sender_new(&o, why);
        if (n->sender && !notify_stage_start(n, why)) {
            sender_free(n->sender);
            n->sender = NULL;
        }
        if (!n->sender)
            return false;
    }
    r->sender = n->sender;
    return true;
}

void notify_stage_change(struct notify_stage *n, struct reload *r)
{
    const struct config *c = r->settings.config;
    struct sender_channels channels = {c->channels, c->channel_count, reload_unused, r};
    n->told = r->sender;
    if (!n->told)
        reload_unused(r);
    else if (!state_channels(n->state, n->told, &channels))
        sender_change(n->told, &channels);
}

void notify_stage_event(struct notify_stage *n, const struct notify_event *e)
{
    if (!state_alert(n->state, e) && n->told)
        sender_submit(n->told, e);
}

void notify_stage_alert(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns)
{
    struct notify_event e;
    if (!n->state && !n->told)
        return;
    alert_event(&e, a, wall_ns);
    notify_stage_event(n, &e);
}

void notify_stage_still(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns)
{
    struct notify_event e;
    if (!n->told || a->recovered)
        return;
    alert_event(&e, a, wall_ns);
    if (!state_firing(n->state, &e))
        sender_still_firing(n->told, &e);
}

void notify_stage_free(struct notify_stage *n)
{
    if (!n)
        return;
    if (n->sender && n->started) {
        size_t left = sender_stop(n->sender, n->state ? LINGER_KEPT : LINGER_LOST);
        if (left && n->state)
            note("%zu notifications could not be sent yet; they are kept for the next run", left);
        else if (left)
            note("%zu notifications could not be sent; with --state they would be kept", left);
    }
    if (n->state)
        post_disconnect(state_post(n->state));
    sender_free(n->sender);
    free(n);
}
