#include "source/pace.h"

#include "base/clock.h"
#include "record/batch.h"

#define LINGER_NS   (18 * NS_PER_MS) /* between reads of a busy log: fewer, larger ones */
#define IDLE_NS     (1 * NS_PER_S)   /* nothing read for so long: nobody writes */
#define HASTE_NS    (5 * NS_PER_S)   /* while somebody has it open: so long may a copy take */
#define HASTE_BYTES (16u << 20)      /* and a second more for each so many bytes */
#define HASTE_MOST  (30 * NS_PER_S)
#define CUT_NS      (1 * NS_PER_S)   /* from when it was closed until it is cut */
#define SMALL_BYTES (1u << 20)       /* a copy of less takes no longer than to be woken */
#define ALARM_NS    (20 * NS_PER_MS) /* between looks who came and went, in haste */

enum { RUSH = BATCH_BYTES /* so much within two lingers, and there is no time to linger */ };

static int64_t time_to_copy(const struct sources *s)
{
    uint64_t most = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i] && s->tracks[i]->current && s->tracks[i]->current->size > most)
            most = s->tracks[i]->current->size;
    int64_t more = (int64_t)(most / HASTE_BYTES);
    return more < (HASTE_MOST - HASTE_NS) / NS_PER_S ? HASTE_NS + more * NS_PER_S : HASTE_MOST;
}

/* Somebody who opens a log may be about to copy and to cut it, and what was written before the copy
 * ended must be read before the cut. Nobody says when that will be: it is over when the log was
 * closed again, or when a copy would have been made. */
static void mind_alarm(struct pace *p, struct sources *s, int64_t now)
{
    struct watcher *w = &s->shared.watcher;
    bool hasty = now < p->haste_ns;
    if (hasty && now < p->alarm_ns)
        return;
    p->alarm_ns = now + ALARM_NS;
    if (!hasty)
        w->guests = 0; /* who stays for so long makes no copy */
    unsigned before = w->guests;
    if (!watcher_alarmed(w))
        return;
    if (w->guests == 0)
        p->haste_ns = now + CUT_NS;
    else if (w->guests > before)
        p->haste_ns = now + time_to_copy(s);
}

static bool is_small(const struct sources *s, uint32_t source)
{
    const struct track *k = s->tracks[source]; /* none: standard input */
    return k && k->current && k->current->size < SMALL_BYTES;
}

void pace_read(struct pace *p, struct sources *s, uint32_t source, uint64_t bytes)
{
    int64_t before = p->read_ns;
    p->read_ns = shared_now(&s->shared);
    if (p->read_ns - before >= IDLE_NS)
        mind_alarm(p, s, p->read_ns);
    if (is_small(s, source) && p->haste_ns < p->read_ns + LINGER_NS)
        p->haste_ns = p->read_ns + LINGER_NS;
    int64_t passed = p->read_ns - p->rush_ns;
    if (passed >= LINGER_NS) {
        p->rush_before = passed < 2 * LINGER_NS ? p->rush : 0;
        p->rush = 0;
        p->rush_ns = p->read_ns;
    }
    p->rush += bytes;
}

void pace_idle(struct pace *p, struct sources *s, int64_t now)
{
    if (now - p->read_ns >= IDLE_NS)
        mind_alarm(p, s, now);
}

/* So much comes that a pipe would be full, or a batch, before the time to linger is over. */
static bool in_rush(const struct pace *p, const struct sources *s)
{
    const struct input *in = &s->input;
    uint64_t most = in->wanted && in->room < RUSH ? in->room / 2 : RUSH;
    return p->rush + p->rush_before >= most;
}

static int milliseconds_until(int64_t now, int64_t then)
{
    return (int)((then - now + NS_PER_MS - 1) / NS_PER_MS);
}

bool pace_linger(struct pace *p, struct sources *s, int wake_fd, int64_t deadline)
{
    const struct os *os = s->shared.os;
    struct watcher *w = &s->shared.watcher;
    int64_t now = shared_now(&s->shared), until = p->read_ns + LINGER_NS;
    int fds[2] = {wake_fd, w->alarm_fd};
    bool ready[2] = {false};
    if (now < p->haste_ns)
        mind_alarm(p, s, now);
    if (until <= now || until - now > LINGER_NS || in_rush(p, s) || now < p->haste_ns ||
        !watcher_armed(w))
        return false;
    until = until < deadline ? until : deadline;
    os->poll(os->self, fds, ready, w->count > 0 ? 2 : 1,
             until <= now ? 0 : milliseconds_until(now, until));
    if (ready[1])
        mind_alarm(p, s, shared_now(&s->shared));
    return true;
}
