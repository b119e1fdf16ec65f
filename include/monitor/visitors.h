/* visitors.h - how many different client addresses: exact while few, then a sketch.
 *
 * Exact up to 4,096 (a set of 64-bit keyed hashes), beyond that HyperLogLog with 2^15 registers
 * (standard error 0.6 %). Merges without loss. Owns its memory; one thread. */
#ifndef SPATE_MONITOR_VISITORS_H
#define SPATE_MONITOR_VISITORS_H

#include <stdint.h>

struct visitors;
struct visitors *visitors_new(void);
void visitors_free(struct visitors *v);
void visitors_reset(struct visitors *v);
void visitors_add(struct visitors *v, uint64_t hash); /* keyed hash of the address, the same in all that merge */
void visitors_add_all(struct visitors *v, const uint64_t *hashes, uint32_t count);
void visitors_merge(struct visitors *into, const struct visitors *from);
uint64_t visitors_count(const struct visitors *v);

#endif
