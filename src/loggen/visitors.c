#include "loggen/visitors.h"

#include "base/mem.h"
#include "loggen/pick.h"
#include <arpa/inet.h>
#include <stdlib.h>

struct visitors {
    struct visitor *all;
    struct pick_cell *cells;
    struct pick active;
};

/* A bijection of 32-bit numbers that looks random: a counter through it never repeats. */
static uint32_t shuffle(uint32_t x)
{
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
}

/* First octets that lie wholly or partly outside of what a public server sees. */
static bool is_public(uint32_t address)
{
    static const uint8_t not [] = {0, 10, 100, 127, 169, 172, 192, 198, 203};
    unsigned first = address >> 24;
    for (size_t i = 0; i < sizeof(not ); i++)
        if (first == not [i])
            return false;
    return first < 224;
}

/* The low `count` bytes of `value` into raw, the most significant first. */
static void put_bytes(unsigned char *raw, uint64_t value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        raw[i] = (unsigned char)(value >> (8 * (count - 1 - i)));
}

static void set_host(struct visitor *v, uint32_t *counter, struct random *r)
{
    unsigned char raw[16] = {0x20, 0x01, 0x0d, 0xb8};
    uint32_t unique;
    do
        unique = shuffle((*counter)++);
    while (!is_public(unique));
    if (random_chance(r, 140)) { /* half of IPv6 has a privacy address, half a short one */
        put_bytes(raw + 4, unique, 4);
        put_bytes(raw + 8, random_chance(r, 500) ? random_next(r) : 1 + random_below(r, 255), 8);
        inet_ntop(AF_INET6, raw, v->host, sizeof(v->host));
    } else {
        put_bytes(raw, unique, 4);
        inet_ntop(AF_INET, raw, v->host, sizeof(v->host));
    }
    v->host_len = (uint8_t)strlen(v->host);
}

/* By place in the order of activity, so that the mix is the same for every seed. */
static enum agent_kind kind_of(uint32_t rank)
{
    static const struct {
        uint8_t place, kind;
    } others[] = {{3, AGENT_CRAWLER},  {5, AGENT_CLIENT},  {7, AGENT_MONITOR},  {11, AGENT_CRAWLER},
                  {19, AGENT_SCANNER}, {23, AGENT_CLIENT}, {37, AGENT_CRAWLER}, {53, AGENT_SCANNER},
                  {9, AGENT_CLIENT},   {17, AGENT_CLIENT}, {31, AGENT_CLIENT},  {43, AGENT_CLIENT},
                  {59, AGENT_CLIENT}};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (rank % 64 == others[i].place)
            return (enum agent_kind)others[i].kind;
    return AGENT_BROWSER;
}

struct visitors *visitors_new(uint64_t seed, uint32_t count, const struct agents *agents)
{
    struct random r = random_start(seed, 2);
    struct visitors *vs = mem_new(1, sizeof(*vs));
    uint32_t counter = (uint32_t)random_next(&r);
    vs->all = mem_new(count, sizeof(*vs->all));
    vs->cells = mem_new(count, sizeof(*vs->cells));
    for (uint32_t i = 0; i < count; i++) {
        struct visitor *v = &vs->all[i];
        v->number = i;
        v->kind = (uint8_t)kind_of(i);
        v->agent = agents_draw(agents, kind_of(i), random_next(&r));
        set_host(v, &counter, &r);
    }
    vs->active = pick_zipf(vs->cells, count, 40);
    return vs;
}

void visitors_free(struct visitors *vs)
{
    if (!vs)
        return;
    free(vs->all);
    free(vs->cells);
    free(vs);
}

const struct visitor *visitors_draw(const struct visitors *vs, struct random *random)
{
    return &vs->all[pick_draw(&vs->active, random_next(random))];
}
