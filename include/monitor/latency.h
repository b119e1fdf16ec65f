/* latency.h - a histogram of durations: log-linear, at most 1 % error, mergeable.
 *
 * Buckets: 64 linear steps in each power of two of nanoseconds; percentiles are the middle
 * of their bucket (error < 0.8 %), max is exact. Memory grows with the range seen. One thread. */
#ifndef SPATE_MONITOR_LATENCY_H
#define SPATE_MONITOR_LATENCY_H

#include <stdint.h>

struct latency;
struct latency *latency_new(void);
void latency_free(struct latency *l);
void latency_reset(struct latency *l);
void latency_add(struct latency *l, uint64_t ns, uint64_t times);
void latency_merge(struct latency *into, const struct latency *from);
uint64_t latency_count(const struct latency *l);
uint64_t latency_max(const struct latency *l);
/* The smallest duration that at least `share` (0 to 1) of all do not exceed; 0 when empty. */
uint64_t latency_percentile(const struct latency *l, double share);

#endif
