/* trail.h - hits by second, gathered from one snapshot after the other.
 *
 * A snapshot knows the seconds of the alert's window only, which may be short or shorter than
 * what a wide screen can show. A value: copying it freezes it. Pure. */
#ifndef SPATE_RENDER_CURSES_TRAIL_H
#define SPATE_RENDER_CURSES_TRAIL_H

#include <stddef.h>
#include <stdint.h>

enum { TRAIL_SECONDS = 600 };

struct trail {
    int64_t newest;               /* the second of the last one */
    size_t count;                 /* seconds kept */
    uint32_t hits[TRAIL_SECONDS]; /* newest last, at the end of the array */
};

/* Takes over `count` seconds that end with `newest`: they replace what was known of them. A clock
 * that stepped back, or far ahead, begins a new trail. */
void trail_add(struct trail *h, const uint32_t *series, size_t count, int64_t newest);

/* The oldest second kept; h->count follow. */
static inline const uint32_t *trail_series(const struct trail *h)
{
    return h->hits + (TRAIL_SECONDS - h->count);
}

#endif
