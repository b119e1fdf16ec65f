/* window_visitors.h - how many different visitors the window has seen.
 *
 * Exact while the window holds at most 12,288 (and mostly 16,384): a table of when each was seen
 * last, and for each second how many were seen last in it, so that those who leave are known
 * without a search.
 *
 * Beyond that a sketch: HyperLogLog (hll.h) that keeps for every register and rank the newest
 * second at which it was seen. What a plain sketch of the window's lines would hold can then be
 * read off for the window as it stands, so sliding costs no accuracy. The table is begun anew
 * meanwhile; once it has held out for a whole window it takes over again.
 *
 * Owns its memory: at most 512 KB, 4 MB for the sketch, 4 bytes a second. One thread. */
#ifndef SPATE_MONITOR_WINDOW_VISITORS_H
#define SPATE_MONITOR_WINDOW_VISITORS_H

#include "base/pack.h"
#include <stdint.h>

struct visitor_window;

struct visitor_window *visitor_window_new(int64_t seconds);
void visitor_window_free(struct visitor_window *v);
void visitor_window_clear(struct visitor_window *v, int64_t end);
/* The window now ends with `end`: one second after where it ended before. */
void visitor_window_advance(struct visitor_window *v, int64_t end);
/* Calls for the memory that adding will touch. */
void visitor_window_prefetch(const struct visitor_window *v, uint64_t hash);
void visitor_window_add(struct visitor_window *v, uint64_t hash,
                        int64_t second); /* in the window */
uint64_t visitor_window_count(const struct visitor_window *v);

/* Those who were seen last in [start, until), while all are known; none once there is a sketch, which is
 * too large to be kept each second. */
void visitor_window_pack(const struct visitor_window *v, int64_t start, int64_t until, struct buf *out);
/* Puts them back; NULL: only reads them, which is to be done first. */
void visitor_window_unpack(struct visitor_window *v, int64_t start, int64_t until, struct unpack *u);

#endif
