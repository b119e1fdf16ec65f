/* history.c - see history.h. */
#include "render/curses/history.h"

#include <string.h>

/* Makes `newest` the last second; what lies between has no hits. */
static void move_on(struct history *h, int64_t newest)
{
    if (h->count == 0 || newest < h->newest || newest - h->newest >= HISTORY_SECONDS) {
        memset(h, 0, sizeof(*h));
        h->newest = newest;
        return;
    }
    size_t gap = (size_t)(newest - h->newest);
    memmove(h->hits, h->hits + gap, (HISTORY_SECONDS - gap) * sizeof(*h->hits));
    memset(h->hits + HISTORY_SECONDS - gap, 0, gap * sizeof(*h->hits));
    h->newest = newest;
    h->count = h->count + gap < HISTORY_SECONDS ? h->count + gap : HISTORY_SECONDS;
}

void history_add(struct history *h, const uint32_t *series, size_t count, int64_t newest)
{
    if (count == 0)
        return;
    if (count > HISTORY_SECONDS) {
        series += count - HISTORY_SECONDS;
        count = HISTORY_SECONDS;
    }
    move_on(h, newest);
    memcpy(h->hits + HISTORY_SECONDS - count, series, count * sizeof(*series));
    if (h->count < count)
        h->count = count;
}
