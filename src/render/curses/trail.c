/* trail.c - see trail.h. */
#include "render/curses/trail.h"

#include <string.h>

/* Makes `newest` the last second; what lies between has no hits. */
static void move_on(struct trail *h, int64_t newest)
{
    if (h->count == 0 || newest < h->newest || newest - h->newest >= TRAIL_SECONDS) {
        memset(h, 0, sizeof(*h));
        h->newest = newest;
        return;
    }
    size_t gap = (size_t)(newest - h->newest);
    memmove(h->hits, h->hits + gap, (TRAIL_SECONDS - gap) * sizeof(*h->hits));
    memset(h->hits + TRAIL_SECONDS - gap, 0, gap * sizeof(*h->hits));
    h->newest = newest;
    h->count = h->count + gap < TRAIL_SECONDS ? h->count + gap : TRAIL_SECONDS;
}

void trail_add(struct trail *h, const uint32_t *series, size_t count, int64_t newest)
{
    if (count == 0)
        return;
    if (count > TRAIL_SECONDS) {
        series += count - TRAIL_SECONDS;
        count = TRAIL_SECONDS;
    }
    move_on(h, newest);
    memcpy(h->hits + TRAIL_SECONDS - count, series, count * sizeof(*series));
    if (h->count < count)
        h->count = count;
}
