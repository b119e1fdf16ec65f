#include "notify/rate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void rate_init(struct rate *r, uint32_t most, int64_t span_ns)
{
    *r = (struct rate){.most = most, .span_ns = span_ns};
}

void rate_done(struct rate *r)
{
    free(r->times);
}

int64_t rate_free_at(const struct rate *r)
{
    if (r->count < r->most)
        return INT64_MIN;
    return r->times[r->first + r->count - r->most] + r->span_ns;
}

void rate_count(struct rate *r, int64_t now_ns)
{
    while (r->count && r->times[r->first] + r->span_ns <= now_ns) {
        r->first++;
        r->count--;
    }
    if (r->first + r->count == r->room) {
        if (r->count)
            memmove(r->times, r->times + r->first, r->count * sizeof *r->times);
        r->first = 0;
        if (r->count * 2 >= r->room) {
            r->room = r->room ? 2 * r->room : 16;
            r->times = mem_grow(r->times, r->room, sizeof *r->times);
        }
    }
    r->times[r->first + r->count++] = now_ns;
}
