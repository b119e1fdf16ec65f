#include "monitor/sketch.h"

#include "base/mem.h"
#include "monitor/hll.h"
#include <stdlib.h>
#include <string.h>

enum {
    PLACE_BITS = 26, /* of the hash that name a place of the set */
    RANK_BITS = 6,
    RANK_MASK = (1 << RANK_BITS) - 1,
    SET_RANKS = 64 - PLACE_BITS + 1,
    REST_BITS = PLACE_BITS - SKETCH_BITS, /* of a place that lie behind its register */
    FIRST_SLOTS = 16,
    PACKED_SET = 0,
    PACKED_REGISTERS = 1,
    PACKED_REGISTERS_BYTES = SKETCH_REGISTERS / 4 * 3
};

void sketch_done(struct sketch *s)
{
    free(s->set);
    free(s->registers);
    *s = (struct sketch){0};
}

static void register_raise(struct sketch *s, uint32_t at, unsigned rank)
{
    if (rank > s->registers[at])
        s->registers[at] = (uint8_t)rank;
}

/* What an entry of the set is as a register. */
static void register_take(struct sketch *s, uint32_t entry)
{
    uint32_t place = entry >> RANK_BITS, rest = place & ((1u << REST_BITS) - 1);
    unsigned rank = REST_BITS + (entry & RANK_MASK);
    if (rest)
        rank = (unsigned)__builtin_clz(rest) - (32 - REST_BITS) + 1;
    register_raise(s, place >> REST_BITS, rank);
}

static void sketch_to_registers(struct sketch *s)
{
    s->registers = mem_new(SKETCH_REGISTERS, 1);
    for (uint32_t i = 0; i < s->slots; i++)
        if (s->set[i])
            register_take(s, s->set[i]);
    free(s->set);
    s->set = NULL;
    s->count = s->slots = 0;
}

static uint32_t *set_find(const struct sketch *s, uint32_t place)
{
    uint32_t at = place * 2654435761u & (s->slots - 1);
    while (s->set[at] && s->set[at] >> RANK_BITS != place)
        at = (at + 1) & (s->slots - 1);
    return &s->set[at];
}

static void set_grow(struct sketch *s)
{
    uint32_t *old = s->set, slots = s->slots;
    s->slots = slots ? slots * 2 : FIRST_SLOTS;
    s->set = mem_new(s->slots, sizeof *s->set);
    for (uint32_t i = 0; i < slots; i++)
        if (old[i])
            *set_find(s, old[i] >> RANK_BITS) = old[i];
    free(old);
}

static void set_add(struct sketch *s, uint32_t entry)
{
    if (s->count * 2 >= s->slots)
        set_grow(s);
    uint32_t *at = set_find(s, entry >> RANK_BITS);
    s->count += *at == 0;
    if (entry > *at) /* of one place the higher rank */
        *at = entry;
    if (s->count > SKETCH_SPARSE)
        sketch_to_registers(s);
}

static void entry_add(struct sketch *s, uint32_t entry)
{
    if (s->registers)
        register_take(s, entry);
    else
        set_add(s, entry);
}

void sketch_add(struct sketch *s, uint64_t hash)
{
    uint64_t rest = hash << PLACE_BITS | UINT64_C(1) << (PLACE_BITS - 1);
    unsigned rank = 1u + (unsigned)__builtin_clzll(rest);
    entry_add(s, (uint32_t)(hash >> (64 - PLACE_BITS)) << RANK_BITS | rank);
}

void sketch_merge(struct sketch *into, const struct sketch *from)
{
    if (from->registers) {
        if (!into->registers)
            sketch_to_registers(into);
        for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
            register_raise(into, i, from->registers[i]);
    }
    for (uint32_t i = 0; i < from->slots; i++)
        if (from->set[i])
            entry_add(into, from->set[i]);
}

uint64_t sketch_count(const struct sketch *s)
{
    if (!s->registers)
        return s->count;
    uint32_t ranks[SKETCH_RANKS + 1] = {0};
    for (uint32_t i = 0; i < SKETCH_REGISTERS; i++)
        ranks[s->registers[i]]++;
    return hll_estimate_of(ranks, SKETCH_BITS);
}

/* ---- Packed ----------------------------------------------------------------------------------
 */

static int entry_order(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void pack_set(const struct sketch *s, struct buf *out)
{
    uint32_t *entries = mem_new((size_t)s->count + 1, sizeof *entries), count = 0, before = 0;
    for (uint32_t i = 0; i < s->slots; i++)
        if (s->set[i])
            entries[count++] = s->set[i];
    qsort(entries, count, sizeof *entries, entry_order);
    pack_u64(out, count);
    for (uint32_t i = 0; i < count; i++) {
        pack_u64(out, entries[i] - before);
        before = entries[i];
    }
    free(entries);
}

/* Four registers of six bits in three bytes. */
static void pack_registers(const uint8_t *r, struct buf *out)
{
    char *at = buf_room(out, PACKED_REGISTERS_BYTES);
    for (uint32_t i = 0; i < SKETCH_REGISTERS; i += 4) {
        uint32_t four =
            r[i] | (uint32_t)r[i + 1] << 6 | (uint32_t)r[i + 2] << 12 | (uint32_t)r[i + 3] << 18;
        *at++ = (char)four;
        *at++ = (char)(four >> 8);
        *at++ = (char)(four >> 16);
    }
    out->len += PACKED_REGISTERS_BYTES;
}

void sketch_pack(const struct sketch *s, struct buf *out)
{
    buf_byte(out, s->registers ? PACKED_REGISTERS : PACKED_SET);
    if (s->registers)
        pack_registers(s->registers, out);
    else
        pack_set(s, out);
}

static void unpack_set(struct sketch *s, struct unpack *u)
{
    uint64_t entry = 0;
    for (size_t left = unpack_count(u); left > 0 && !u->bad; left--) {
        uint64_t more = unpack_u64(u);
        unsigned rank = (unsigned)(entry + more) & RANK_MASK;
        if (more == 0 || more > UINT32_MAX - entry || rank == 0 || rank > SET_RANKS) {
            u->bad = true;
            return;
        }
        entry += more;
        entry_add(s, (uint32_t)entry);
    }
}

static void unpack_registers(struct sketch *s, struct unpack *u)
{
    struct text packed = unpack_bytes(u, PACKED_REGISTERS_BYTES);
    if (u->bad)
        return;
    const uint8_t *at = (const uint8_t *)packed.at;
    s->registers = mem_new(SKETCH_REGISTERS, 1);
    for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
        const uint8_t *three = at + i / 4 * 3;
        uint32_t four = three[0] | (uint32_t)three[1] << 8 | (uint32_t)three[2] << 16;
        s->registers[i] = (uint8_t)(four >> i % 4 * 6 & RANK_MASK);
        u->bad |= s->registers[i] > SKETCH_RANKS;
    }
}

void sketch_unpack(struct sketch *s, struct unpack *u)
{
    uint64_t kind = unpack_most(u, PACKED_REGISTERS);
    if (kind == PACKED_REGISTERS)
        unpack_registers(s, u);
    else
        unpack_set(s, u);
    if (u->bad)
        sketch_done(s);
}
