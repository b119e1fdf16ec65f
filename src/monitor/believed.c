#include "monitor/believed.h"

#include <string.h>

void believed_init(struct believed *b, const struct timeline *t, int64_t wall_s)
{
    *b = (struct believed){.walk = timeline_walk_new(t), .wall_s = wall_s};
}

void believed_done(struct believed *b)
{
    timeline_walk_free(b->walk);
}

static bool day_apart(int64_t later, int64_t earlier)
{
    return later > earlier && (uint64_t)later - (uint64_t)earlier > LOGCLOCK_FAR_S;
}

static struct believed_second waiting_shift(struct believed *b)
{
    struct believed_second first = b->waiting[0];
    b->count--;
    b->waiting_hits -= first.hits;
    memmove(b->waiting, b->waiting + 1, b->count * sizeof first);
    return first;
}

/* Puts a far second to those in wait, and leaves out those that lie too far back to agree with it.
 */
static void waiting_add(struct believed *b, struct believed_second s)
{
    while (b->count && day_apart(s.second, b->waiting[0].second))
        b->future += waiting_shift(b).hits;
    b->waiting[b->count++] = s;
    b->waiting_hits += s.hits;
    b->agreed = b->waiting_hits >= LOGCLOCK_AGREE;
}

static bool give(struct believed *b, struct believed_second s, struct believed_second *next)
{
    b->any = true;
    b->last = s.second;
    *next = s;
    return true;
}

bool believed_next(struct believed *b, struct believed_second *next)
{
    struct believed_second s;
    for (;;) {
        if (b->agreed && b->count)
            return give(b, waiting_shift(b), next);
        b->agreed = false;
        if (!timeline_walk_next(b->walk, &s.second, &s.hits))
            break;
        if (!day_apart(s.second, b->wall_s) || (b->any && !day_apart(s.second, b->last)))
            return give(b, s, next);
        waiting_add(b, s);
    }
    b->future += b->waiting_hits;
    b->count = 0;
    b->waiting_hits = 0;
    return false;
}
