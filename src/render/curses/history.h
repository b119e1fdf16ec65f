/* history.h - hits by second, gathered from one snapshot after the other.
 *
 * A snapshot knows the seconds of the alert's window only, which may be short or shorter than
 * what a wide screen can show. A value: copying it freezes it. Pure. */
#ifndef SPATE_RENDER_CURSES_HISTORY_H
#define SPATE_RENDER_CURSES_HISTORY_H

#include <stddef.h>
#include <stdint.h>

enum { HISTORY_SECONDS = 600 };

struct history {
    int64_t newest;                 /* the second of the last one */
    size_t count;                   /* seconds kept */
    uint32_t hits[HISTORY_SECONDS]; /* newest last, at the end of the array */
};

/* Takes over `count` seconds that end with `newest`: they replace what was known of them. A clock
 * that stepped back, or far ahead, begins a new history. */
void history_add(struct history *h, const uint32_t *series, size_t count, int64_t newest);

/* The oldest second kept; h->count follow. */
static inline const uint32_t *history_series(const struct history *h)
{
    return h->hits + (HISTORY_SECONDS - h->count);
}

#endif
