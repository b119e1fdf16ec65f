/* trace.c - see trace.h. */
#include "render/curses/trace.h"

#include <string.h>

/* Makes `newest` the last second; what lies between has no hits. */
static void move_on(struct trace *h, int64_t newest)
{
    if (h->count == 0 || newest < h->newest || newest - h->newest >= TRACE_SECONDS) {
        memset(h, 0, sizeof(*h));
        h->newest = newest;
        return;
    }
    size_t gap = (size_t)(newest - h->newest);
    memmove(h->hits, h->hits + gap, (TRACE_SECONDS - gap) * sizeof(*h->hits));
    memset(h->hits + TRACE_SECONDS - gap, 0, gap * sizeof(*h->hits));
    h->newest = newest;
    h->count = h->count + gap < TRACE_SECONDS ? h->count + gap : TRACE_SECONDS;
}

void trace_add(struct trace *h, const uint32_t *series, size_t count, int64_t newest)
{
    if (count == 0)
        return;
    if (count > TRACE_SECONDS) {
        series += count - TRACE_SECONDS;
        count = TRACE_SECONDS;
    }
    move_on(h, newest);
    memcpy(h->hits + TRACE_SECONDS - count, series, count * sizeof(*series));
    if (h->count < count)
        h->count = count;
}
