#include "source/pasts.h"

#include "base/clock.h"
#include "base/mem.h"
#include <stdlib.h>

#define FUTURE_S (24 * 3600) /* a time further ahead of the wall clock is nonsense */

void pasts_init(struct pasts *p, const struct sources *s, const struct follow_options *o)
{
    *p = (struct pasts){s, o, mem_new(s->count, sizeof(struct past)), s->count, {{0}}};
}

void pasts_done(struct pasts *p)
{
    for (size_t i = 0; i < AHEADS; i++)
        ahead_done(&p->aheads[i]);
    free(p->rows);
    p->rows = NULL;
    p->count = 0;
}

static bool can_be_read(const struct track *k)
{
    return k && track_backfilling(k) && track_busy(k);
}

bool pasts_wait(const struct pasts *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (can_be_read(p->sources->tracks[i]))
            return true;
    return false;
}

/* Whose turn it is, and until when. */
struct turn {
    struct track *track; /* NULL: nothing can be read now */
    int64_t next;        /* event second of its next line; INT64_MIN: not known */
    int64_t until;       /* that of the others' next line; INT64_MAX: there are no others */
};

static struct past_of past_of(struct pasts *p, const struct track *k)
{
    const struct os *os = k->shared->os;
    return (struct past_of){.options = p->options,
                            .source = k->source,
                            .latest = os->wall_ns(os->self) / NS_PER_S + FUTURE_S,
                            .ahead = &p->aheads[k->source % AHEADS]};
}

static int64_t next_second(struct pasts *p, const struct track *k)
{
    const struct tail *t = track_past(k);
    struct past_of of = past_of(p, k);
    return t ? past_next(&p->rows[k->source], t, &of) : INT64_MIN;
}

/* Only where there are several is read ahead. */
static struct turn whose_turn(struct pasts *p)
{
    struct turn turn = {.next = INT64_MIN, .until = INT64_MAX};
    for (size_t i = 0; i < p->count; i++) {
        struct track *k = p->sources->tracks[i];
        if (!can_be_read(k))
            continue;
        if (!turn.track) {
            turn.track = k;
            continue;
        }
        if (turn.until == INT64_MAX)
            turn.next = next_second(p, turn.track);
        int64_t next = next_second(p, k);
        if (next < turn.next)
            turn = (struct turn){k, next, turn.next};
        else if (next < turn.until)
            turn.until = next;
    }
    return turn;
}

bool pasts_read(struct pasts *p, struct batch *b)
{
    struct turn turn = whose_turn(p);
    if (!turn.track)
        return false;
    const struct tail *t = turn.until == INT64_MAX ? NULL : track_past(turn.track);
    struct past_of of = past_of(p, turn.track);
    struct past *past = &p->rows[turn.track->source];
    turn.track->read_most = t ? past_length(past, t, &of, turn.until) : 0;
    bool found = track_read(turn.track, b);
    turn.track->read_most = 0;
    return found;
}
