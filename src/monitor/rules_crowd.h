/* rules_crowd.h - how many different visitors each of many keys had in the last N seconds.
 *
 * Holds who was seen and when last. Exact while those are at most 65,536 in the window; beyond
 * that a sample of them, chosen by their hash alone (every second one, every fourth, ...), so
 * that the sample slides like the whole: an error of about 0.5 % for a key that has most of them.
 * Once a whole window fits again it is exact again.
 *
 * Owns its memory: 2.5 MB at most, and 4 bytes a second. One thread. */
#ifndef SPATE_MONITOR_RULES_CROWD_H
#define SPATE_MONITOR_RULES_CROWD_H

#include <stdint.h>

struct crowd;

struct crowd *crowd_new(int64_t window_s);
void crowd_free(struct crowd *c); /* accepts NULL */

/* Empties it; the window now ends with `end`. */
void crowd_clear(struct crowd *c, int64_t end);
/* Those who come are a sample already: only hashes with that many zeros at the front. While it is
 * empty. */
void crowd_sampled(struct crowd *c, uint32_t level);
/* The window now ends with `end`, which is not before its end so far. */
void crowd_advance(struct crowd *c, int64_t end);
/* `key`: a small number, from 0. `second` up to the window's end; an older one is left out. */
void crowd_add(struct crowd *c, uint32_t key, uint64_t hash, int64_t second);
uint64_t crowd_count(const struct crowd *c, uint32_t key);
/* Calls for all who were seen last in [from, to). */
void crowd_each(const struct crowd *c, int64_t from, int64_t to,
                void (*each)(void *ctx, uint32_t key, uint64_t visitor, int64_t second), void *ctx);
/* Gives each what the other holds; both have the same window. */
void crowd_swap(struct crowd *a, struct crowd *b);
/* Forgets a key, whose number may then be given to another. */
void crowd_drop(struct crowd *c, uint32_t key);

#endif
