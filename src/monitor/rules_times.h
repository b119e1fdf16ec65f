/* rules_times.h - percentiles of the durations that each of many keys had in the last N seconds.
 *
 * A histogram a key with the buckets of latency.h (error below 0.8 %), and for each second what it
 * put there, so that the window slides by taking out again. Windows of more than 900 s slide in
 * steps of N / 900 seconds, rounded up: the oldest step goes as a whole when the window's
 * start enters it. When more than 2 million (second, key, bucket) would be held (64 MB), only every
 * second duration is counted, twice; then every fourth.
 *
 * Owns its memory. One thread. */
#ifndef SPATE_MONITOR_RULES_TIMES_H
#define SPATE_MONITOR_RULES_TIMES_H

#include <stdint.h>

enum { TIMES_STEPS = 900 };

struct times;

struct times *times_new(int64_t window_s);
void times_free(struct times *t); /* accepts NULL */

void times_clear(struct times *t, int64_t end);
void times_advance(struct times *t, int64_t end);
/* `key`: a small number, from 0. `second` up to the window's end; an older one is left out. */
void times_add(struct times *t, uint32_t key, uint32_t bucket, int64_t second, uint32_t hits);
/* The middle of the bucket that holds the percentile (nearest rank); UINT64_MAX when there are no
 * durations. */
uint64_t times_percentile(const struct times *t, uint32_t key, uint32_t millis);
/* The second with which the step begins that `second` lies in. */
int64_t times_begin(const struct times *t, int64_t second);
/* Calls for what came in the steps that begin in [from, to). */
void times_each(const struct times *t, int64_t from, int64_t to,
                void (*each)(void *ctx, uint32_t key, uint32_t bucket, int64_t second,
                             uint32_t hits),
                void *ctx);
/* Gives each what the other holds; both have the same window. */
void times_swap(struct times *a, struct times *b);
/* Forgets a key, whose number may then be given to another. */
void times_drop(struct times *t, uint32_t key);

#endif
