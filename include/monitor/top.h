/* top.h - the busiest keys of one dimension, in bounded memory.
 *
 * Exact while there are at most `room` different keys (and their text fits: 96 bytes a key on
 * average). Beyond that the rarest quarter makes place, and a key that comes new then starts at the
 * highest count that was ever dropped, for it may have been there before (space-saving, with the
 * evictions in bulk): a listed count is too high by at most its `over`, which is never more than
 * top_error(), and every key with more hits than top_error() is listed. Bytes, errors and
 * request times are those seen since the key was listed. Keyed hash (hash.h).
 * Owns copies of its keys (cut at 4 KiB). One thread. */
#ifndef SPATE_MONITOR_TOP_H
#define SPATE_MONITOR_TOP_H

#include "base/text.h"
#include "monitor/latency.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct top_counts {
    uint64_t hits;
    uint64_t bytes;
    uint64_t errors;        /* 5xx */
    uint64_t client_errors; /* 4xx */
};

struct top_row {
    struct text key; /* lives until the next change of the table */
    struct top_counts counts;
    uint64_t over;                      /* of counts.hits, so many may not be this key's */
    const struct latency *request_time; /* NULL where not kept */
};

struct top;

struct top *top_new(uint32_t room, bool with_latency);
void top_free(struct top *t);
void top_reset(struct top *t);

/* Finds or makes the key's counts; valid until the next top_at(). The caller adds to them. */
struct top_counts *top_at(struct top *t, struct text key);
/* Counts a request time of the key. At most 512 keys have times: the first that come, and when
 * these are all taken, the busier half of them goes on and new ones come in. */
void top_latency(struct top *t, struct text key, uint64_t ns);

void top_merge(struct top *into, const struct top *from);
uint64_t top_error(const struct top *t);  /* 0: all counts are exact */
size_t top_distinct(const struct top *t); /* keys held */

/* What comes first in a list: the most hits, the most bytes, or the most errors (5xx, and where
 * these are equal 4xx). Ties by hits, then by the bytes of the key. */
enum top_order { TOP_BY_HITS, TOP_BY_BYTES, TOP_BY_ERRORS };

/* Less than 0 where a stands before b, 0 where only the keys can tell. */
int top_counts_order(const struct top_counts *a, const struct top_counts *b, enum top_order order);

/* The first `limit` (0: all). Returns how many were written to rows, which the caller made for
 * that many. */
size_t top_sorted_by(const struct top *t, enum top_order order, struct top_row *rows, size_t limit);
size_t top_sorted(const struct top *t, struct top_row *rows, size_t limit); /* by hits */

#endif
