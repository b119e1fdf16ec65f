#include "notify/sender.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/safe.h"
#include "notify/channel.h"
#include "notify/child.h"
#include "notify/transfer.h"

enum { MAILBOX_MOST = OUTBOX_MOST, WAIT_MOST_S = 60 };
#define SOON_NS (OUTBOX_CROWDED_NS + OUTBOX_CROWDED_NS / 2)

/* A submitted event, or other channels, on the way to the thread. */
struct letter {
    struct letter *next;
    struct notify_event event; /* its texts point into `packed` */
    bool known;                /* people have been told of it before */
    bool change;               /* no event: from here on other channels */
    struct sender_channels channels;
    size_t len;
    char packed[];
};

struct sender {
    struct sender_channels channels; /* in use; the thread's */
    struct clock clock;
    struct works works;
    struct outbox *outbox;
    struct notify_keep keep;
    size_t tries_going;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* guards the mailbox; held for a few instructions */
    struct letter *first, **last;
    size_t letters;
    uint64_t turned_away; /* letters that found the mailbox full */

    /* Each stands for itself, nothing is published through it; transfers_wake() follows. */
    atomic_bool stop;
    _Atomic int64_t stop_at_ns;
};

static struct outbox_times times(const struct sender *s)
{
    return (struct outbox_times){clock_monotonic(&s->clock), clock_wall(&s->clock)};
}

struct sender *sender_new(const struct sender_options *o, struct error *why)
{
    uint64_t seed = 0;
    struct transfers *transfers = transfers_new(why);
    if (!transfers)
        return NULL;
    struct sender *s = mem_new(1, sizeof *s);
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = (uintptr_t)s;
    s->channels = (struct sender_channels){.specs = o->specs, .count = o->count};
    s->clock = clock_real();
    s->outbox = outbox_new(o->specs, o->count, &o->keep, seed);
    s->keep = o->keep;
    s->works = (struct works){transfers, children_new()};
    s->last = &s->first;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

bool sender_restore(struct sender *s, const struct notify_kept *kept)
{
    return outbox_restore(s->outbox, kept, times(s));
}

/* ---- The mailbox ----------------------------------------------------------------------------- */

static struct letter *letter_of(const struct notify_event *e)
{
    struct buf packed = {0};
    notify_event_pack(&packed, e);
    struct letter *l = mem_new(1, sizeof *l + packed.len);
    l->len = packed.len;
    memcpy(l->packed, packed.at, packed.len);
    notify_event_unpack(text_make(l->packed, l->len), &l->event);
    buf_done(&packed);
    return l;
}

static void put_in(struct sender *s, struct letter *l)
{
    pthread_mutex_lock(&s->lock);
    bool room = l->change || s->letters < MAILBOX_MOST;
    if (room) {
        *s->last = l;
        s->last = &l->next;
        s->letters++;
    } else {
        s->turned_away++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!room)
        free(l);
    transfers_wake(s->works.transfers);
}

void sender_submit(struct sender *s, const struct notify_event *e)
{
    put_in(s, letter_of(e));
}

void sender_still_firing(struct sender *s, const struct notify_event *e)
{
    struct letter *l = letter_of(e);
    l->known = true;
    put_in(s, l);
}

void sender_change(struct sender *s, const struct sender_channels *channels)
{
    struct letter *l = mem_new(1, sizeof *l);
    l->change = true;
    l->channels = *channels;
    put_in(s, l);
}

static void told_left(void *ctx, const char *name, size_t dropped)
{
    (void)ctx;
    if (dropped)
        note("notify %s: no longer in the configuration; notifications that waited for it and are "
             "dropped: %zu",
             safe_str(text_of(name)), dropped);
}

static void channels_over(const struct sender_channels *c)
{
    if (c->unused)
        c->unused(c->ctx);
}

static void change(struct sender *s, const struct sender_channels *to)
{
    struct sender_channels before = s->channels;
    outbox_change(s->outbox, to->specs, to->count, told_left, NULL);
    s->channels = *to;
    channels_over(&before);
}

static void open_letter(struct sender *s, const struct letter *l)
{
    struct text packed = text_make(l->packed, l->len);
    if (l->change)
        change(s, &l->channels);
    else if (l->known)
        outbox_firing(s->outbox, packed);
    else
        outbox_add(s->outbox, &l->event, packed, times(s));
}

static void empty_mailbox(struct sender *s)
{
    pthread_mutex_lock(&s->lock);
    struct letter *l = s->first;
    uint64_t turned_away = s->turned_away;
    s->first = NULL;
    s->last = &s->first;
    s->letters = 0;
    s->turned_away = 0;
    pthread_mutex_unlock(&s->lock);
    while (l) {
        struct letter *next = l->next;
        open_letter(s, l);
        free(l);
        l = next;
    }
    if (turned_away)
        note("notify: %" PRIu64 " alerts came faster than they could be queued; they are lost",
             turned_away);
}

/* What became of the queue up to now belongs together. */
static void keep_whole(struct sender *s)
{
    if (s->keep.whole)
        s->keep.whole(s->keep.ctx);
}

static void keep_settled(struct sender *s)
{
    keep_whole(s);
    if (s->keep.settle)
        s->keep.settle(s->keep.ctx);
}

/* ---- Tries ----------------------------------------------------------------------------------- */

static void tell(struct sender *s, size_t channel, const struct outbox_news *news,
                 const struct try_end *end)
{
    const struct notify_spec *spec = outbox_spec(s->outbox, channel);
    if (!spec) /* it is no longer named */
        return;
    const char *name = safe_str(text_of(spec->name));
    uint64_t dropped = outbox_dropped(s->outbox, channel);
    if (news->first_failure)
        note("notify %s: %s; it is tried again", name, end->why.text);
    if (news->works_again)
        note("notify %s: works again; tries in vain: %" PRIu64, name, news->tries);
    if (dropped)
        note("notify %s: %" PRIu64 " notifications were given up (%s)", name, dropped,
             end->why.text[0] ? end->why.text : "too many or too old");
}

static void ended(struct sender *s, size_t channel, const struct try_end *end)
{
    struct outbox_done done = {channel, end->result, end->taken, end->asked_ns};
    struct outbox_news news = {0};
    s->tries_going--;
    if (end->crowded)
        outbox_put_back(s->outbox, channel, times(s));
    else
        news = outbox_done(s->outbox, &done, times(s));
    keep_whole(s);
    tell(s, channel, &news, end);
}

/* What its kind of channel takes at once; all of it where some could not be read. */
static void narrow(struct sender *s, struct message *m, const struct outbox_message *o)
{
    const struct channel_kind *kind = channel_kind_of(m->spec->kind);
    size_t fits = kind->fits && m->count == o->count ? kind->fits(m) : m->count;
    if (fits == m->count)
        return;
    message_narrow(m, fits);
    outbox_narrow(s->outbox, o->channel, fits);
}

static void begin(struct sender *s, const struct outbox_message *o)
{
    const struct notify_spec *spec = outbox_spec(s->outbox, o->channel);
    struct try_end end = {.result = OUTBOX_TAKEN}; /* events that cannot be read are no loss */
    struct message m;
    s->tries_going++;
    if (!message_make(&m, spec, o->events, o->count)) {
        ended(s, o->channel, &end);
    } else {
        m.lost = o->lost;
        narrow(s, &m, o);
        if (!o->again)
            keep_settled(s);
        if (!channel_kind_of(spec->kind)->begin(&m, o->tries, &s->works, o->channel, &end))
            ended(s, o->channel, &end);
    }
    message_done(&m);
}

static void begin_due(struct sender *s)
{
    struct outbox_message m;
    while (outbox_take(s->outbox, times(s), &m))
        begin(s, &m);
    keep_whole(s); /* what was crowded out or given up */
}

static void end_done(struct sender *s)
{
    size_t number;
    struct try_end end = {0};
    while (transfers_next(s->works.transfers, &number, &end) ||
           children_next(s->works.children, &number, &end))
        ended(s, number, &end);
}

static void wait_for_more(struct sender *s, int64_t until_ns)
{
    struct pollfd fds[CHILDREN_FDS];
    size_t count = children_fds(s->works.children, fds);
    int64_t now = clock_monotonic(&s->clock), next = outbox_next(s->outbox);
    int64_t kill_ns = children_next_kill(s->works.children), most = now + WAIT_MOST_S * NS_PER_S;
    next = kill_ns < next ? kill_ns : next;
    next = until_ns < next ? until_ns : next;
    next = most < next ? most : next;
    transfers_wait(s->works.transfers, fds, count, next - now);
}

/* ---- The thread ------------------------------------------------------------------------------ */

/* What can go now, or as soon as one of two programs has ended, is tried once more; what is under
 * way may end. */
static bool is_over(struct sender *s, bool stop)
{
    int64_t now = clock_monotonic(&s->clock);
    if (!stop)
        return false;
    if (now >= atomic_load_explicit(&s->stop_at_ns, memory_order_relaxed))
        return true;
    return s->tries_going == 0 && outbox_next(s->outbox) > now + SOON_NS;
}

/* What is under way ends here; who has said yes already is not asked again. */
static void break_off(struct sender *s)
{
    size_t number;
    struct try_end end;
    transfers_break_off(s->works.transfers);
    while (transfers_next(s->works.transfers, &number, &end))
        if (end.result == OUTBOX_TAKEN)
            ended(s, number, &end);
}

static void *work(void *arg)
{
    struct sender *s = arg;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        bool stop = atomic_load(&s->stop);
        empty_mailbox(s);
        if (stop)
            outbox_hurry(s->outbox);
        begin_due(s);
        end_done(s);
        if (is_over(s, stop))
            break;
        wait_for_more(s, stop ? atomic_load(&s->stop_at_ns) : INT64_MAX);
        end_done(s);
    }
    break_off(s);
    return NULL;
}

bool sender_start(struct sender *s, struct error *why)
{
    int failed = pthread_create(&s->thread, NULL, work, s);
    if (failed)
        return error_set(why, "cannot start a thread: %s", strerror(failed));
    pthread_setname_np(s->thread, "spate-notify");
    return s->started = true;
}

size_t sender_stop(struct sender *s, int64_t linger_ns)
{
    if (!s->started)
        return 0;
    atomic_store(&s->stop_at_ns, clock_monotonic(&s->clock) + linger_ns);
    atomic_store(&s->stop, true);
    transfers_wake(s->works.transfers);
    pthread_join(s->thread, NULL);
    s->started = false;
    return outbox_waiting(s->outbox);
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    if (s->started)
        sender_stop(s, 0);
    while (s->first) {
        struct letter *l = s->first;
        s->first = l->next;
        free(l);
    }
    outbox_free(s->outbox);
    transfers_free(s->works.transfers);
    children_free(s->works.children);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
