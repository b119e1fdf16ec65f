/* random.h - the generator's own random numbers: the same everywhere for the same seed.
 *
 * xoshiro256++ started by splitmix64. A value; one stream for each purpose, so that a change in
 * one does not move the others. Not for secrets. One thread. */
#ifndef SPATE_LOGGEN_RANDOM_H
#define SPATE_LOGGEN_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* One step of splitmix64; also a good hash of a counter. */
static inline uint64_t random_mix(uint64_t *counter)
{
    uint64_t z = *counter += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline struct random random_start(uint64_t seed, uint64_t stream)
{
    uint64_t counter = seed ^ (stream * UINT64_C(0xd1342543de82ef95));
    struct random r;
    for (int i = 0; i < 4; i++)
        r.state[i] = random_mix(&counter);
    return r;
}

static inline uint64_t random_turn(uint64_t x, unsigned bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline uint64_t random_next(struct random *r)
{
    uint64_t *s = r->state;
    uint64_t result = random_turn(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = random_turn(s[3], 45);
    return result;
}

/* In [0, below); the bias of the multiplication does not matter here. */
static inline uint32_t random_below(struct random *r, uint32_t below)
{
    return (uint32_t)(((random_next(r) >> 32) * below) >> 32);
}

/* True in `permille` of 1000 cases. */
static inline bool random_chance(struct random *r, uint32_t permille)
{
    return random_below(r, 1000) < permille;
}

#endif
