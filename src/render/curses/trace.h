/* trace.h - hits by second, gathered from one snapshot after the other.
 *
 * A snapshot knows the seconds of the alert's window only, which may be short or shorter than
 * what a wide screen can show. A value: copying it freezes it. Pure. */
#ifndef SPATE_RENDER_CURSES_TRACE_H
#define SPATE_RENDER_CURSES_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum { TRACE_SECONDS = 600 };

struct trace {
    int64_t newest;               /* the second of the last one */
    size_t count;                 /* seconds kept */
    uint32_t hits[TRACE_SECONDS]; /* newest last, at the end of the array */
};

/* Takes over `count` seconds that end with `newest`: they replace what was known of them. A clock
 * that stepped back, or far ahead, begins a new trace. */
void trace_add(struct trace *h, const uint32_t *series, size_t count, int64_t newest);

/* The oldest second kept; h->count follow. */
static inline const uint32_t *trace_series(const struct trace *h)
{
    return h->hits + (TRACE_SECONDS - h->count);
}

#endif
