#include "monitor/visitors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/visitors_save.h"

struct visitors *visitors_new(void)
{
    struct visitors *v = mem_new(1, sizeof *v);
    v->exact = mem_new(EXACT_SLOTS, sizeof *v->exact);
    return v;
}

void visitors_free(struct visitors *v)
{
    if (!v)
        return;
    free(v->exact);
    free(v->registers);
    free(v);
}

void visitors_reset(struct visitors *v)
{
    free(v->registers);
    v->registers = NULL;
    if (v->exact)
        memset(v->exact, 0, EXACT_SLOTS * sizeof *v->exact);
    else
        v->exact = mem_new(EXACT_SLOTS, sizeof *v->exact);
    v->exact_count = 0;
    v->has_zero = false;
}

static inline void sketch_add(uint8_t *registers, uint64_t hash)
{
    uint8_t rank = (uint8_t)hll_rank(hash);
    uint8_t *at = &registers[hll_register(hash)];
    *at = rank > *at ? rank : *at; /* stored either way: whether it is new cannot be foreseen */
}

void visitors_to_sketch(struct visitors *v)
{
    v->registers = mem_new(HLL_REGISTERS, 1);
    if (v->has_zero)
        sketch_add(v->registers, 0);
    for (unsigned i = 0; i < EXACT_SLOTS; i++)
        if (v->exact[i])
            sketch_add(v->registers, v->exact[i]);
    free(v->exact);
    v->exact = NULL;
}

static void exact_add(struct visitors *v, uint64_t hash)
{
    if (hash == 0) {
        v->exact_count += !v->has_zero;
        v->has_zero = true;
        return;
    }
    unsigned at = hash % EXACT_SLOTS;
    while (v->exact[at] && v->exact[at] != hash)
        at = (at + 1) % EXACT_SLOTS;
    if (v->exact[at])
        return;
    v->exact[at] = hash;
    if (++v->exact_count > EXACT_LIMIT)
        visitors_to_sketch(v);
}

void visitors_add(struct visitors *v, uint64_t hash)
{
    if (v->registers)
        sketch_add(v->registers, hash);
    else
        exact_add(v, hash);
}

void visitors_add_all(struct visitors *v, const uint64_t *hashes, uint32_t count)
{
    uint32_t i = 0;
    for (; i < count && !v->registers; i++)
        exact_add(v, hashes[i]);
    uint8_t *registers = v->registers;
    for (; i < count; i++)
        sketch_add(registers, hashes[i]);
}

void visitors_merge(struct visitors *into, const struct visitors *from)
{
    if (from->registers) {
        if (!into->registers)
            visitors_to_sketch(into);
        for (unsigned i = 0; i < HLL_REGISTERS; i++)
            if (from->registers[i] > into->registers[i])
                into->registers[i] = from->registers[i];
        return;
    }
    if (from->has_zero)
        visitors_add(into, 0);
    for (unsigned i = 0; i < EXACT_SLOTS; i++)
        if (from->exact[i])
            visitors_add(into, from->exact[i]);
}

uint64_t visitors_count(const struct visitors *v)
{
    if (!v->registers)
        return v->exact_count;
    uint32_t registers[HLL_RANKS + 1] = {0};
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        registers[v->registers[i]]++;
    return hll_estimate(registers);
}
