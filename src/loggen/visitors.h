/* visitors.h - who comes: addresses, what they are and what they call themselves.
 *
 * Owns the pool. Constant after visitors_new(): the same arguments make the same pool.
 * Thread: any. */
#ifndef SPATE_LOGGEN_VISITORS_H
#define SPATE_LOGGEN_VISITORS_H

#include "base/text.h"
#include "loggen/agents.h"
#include "loggen/random.h"
#include <stdint.h>

struct visitor {
    char host[46]; /* IPv4, or IPv6 in its shortest form; distinct for each visitor */
    uint8_t host_len;
    uint8_t kind; /* enum agent_kind */
    uint32_t agent;
    uint32_t number;
};

#define VISITORS_MAX 10000000

struct visitors;

struct visitors *visitors_new(uint64_t seed, uint32_t count, const struct agents *agents);
void visitors_free(struct visitors *visitors);

/* Who comes next; activity follows Zipf's law. */
const struct visitor *visitors_draw(const struct visitors *visitors, struct random *random);

#endif
