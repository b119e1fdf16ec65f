#include "app/bursts.h"

#include <stdio.h>

#include "base/clock.h"

#define GATHER_NS (1 * NS_PER_S) /* so long others are waited for */
#define OVER_NS   (5 * NS_PER_S) /* nothing more for so long: the next is told by itself again */

enum { SINGLY = 5 };

static struct burst *burst_of(struct bursts *b, enum notice_kind kind)
{
    return kind == NOTICE_ERROR ? &b->errors : kind == NOTICE_WAITING ? &b->waiting : NULL;
}

bool bursts_single(struct bursts *b, enum notice_kind kind, int64_t now_ns)
{
    struct burst *of = burst_of(b, kind);
    if (!of)
        return true;
    if (!of->more && now_ns - of->since_ns >= OVER_NS)
        of->told = 0;
    if (of->told == 0 || (of->told == SINGLY && !of->more))
        of->since_ns = now_ns;
    if (of->told < SINGLY) {
        of->told++;
        return true;
    }
    of->more++;
    return false;
}

static bool told(struct burst *b, int64_t now_ns, bool all, const char *what, char *into, size_t room)
{
    if (!b->more || (!all && now_ns - b->since_ns < GATHER_NS))
        return false;
    snprintf(into, room, "%u more %s %s", b->more, b->more == 1 ? "log" : "logs", what);
    b->more = 0;
    b->since_ns = now_ns;
    return true;
}

bool bursts_told(struct bursts *b, int64_t now_ns, bool all, char *into, size_t room)
{
    return told(&b->errors, now_ns, all, "cannot be read at the moment", into, room) ||
           told(&b->waiting, now_ns, all, "that are not there at the moment, and are waited for", into, room);
}
