/* sender_try.c - one message, now: without a sender, an outbox or a second try. */
#include <poll.h>

#include "base/clock.h"
#include "notify/channel.h"
#include "notify/child.h"
#include "notify/sender.h"
#include "notify/transfer.h"

static bool run_try(const struct message *m, struct works *w, struct try_end *end)
{
    struct clock clock = clock_real();
    struct pollfd fds[CHILDREN_FDS];
    size_t number;
    if (!channel_kind_of(m->spec->kind)->begin(m, 0, w, 0, end))
        return end->result == OUTBOX_TAKEN;
    for (;;) {
        int64_t wait = children_next_kill(w->children);
        if (wait != INT64_MAX)
            wait -= clock_monotonic(&clock);
        transfers_wait(w->transfers, fds, children_fds(w->children, fds), wait);
        if (transfers_next(w->transfers, &number, end) || children_next(w->children, &number, end))
            return end->result == OUTBOX_TAKEN;
    }
}

bool sender_try(const struct notify_spec *spec, const struct notify_event *e, struct error *why)
{
    struct works w = {transfers_new(why), children_new()};
    struct buf packed = {0};
    struct try_end end = {0};
    struct message m = {0};
    bool good = false;
    notify_event_pack(&packed, e);
    struct text text = buf_text(&packed);
    if (w.transfers && message_make(&m, spec, &text, 1)) {
        good = run_try(&m, &w, &end);
        if (!good && why)
            *why = end.why;
    }
    message_done(&m);
    buf_done(&packed);
    transfers_free(w.transfers);
    children_free(w.children);
    return good;
}
