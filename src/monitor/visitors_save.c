#include "monitor/visitors_save.h"

enum { PACKED_EXACT, PACKED_REGISTERS };

static void pack_exact(const struct visitors *v, struct buf *out)
{
    pack_u64(out, v->exact_count);
    if (v->has_zero)
        pack_u64(out, 0);
    for (unsigned i = 0; i < EXACT_SLOTS; i++)
        if (v->exact[i])
            pack_u64(out, v->exact[i]);
}

void visitors_pack(const struct visitors *v, struct buf *out)
{
    pack_u64(out, v->registers ? PACKED_REGISTERS : PACKED_EXACT);
    if (v->registers)
        buf_add(out, text_make((const char *)v->registers, HLL_REGISTERS));
    else
        pack_exact(v, out);
}

static void unpack_registers(struct visitors *v, struct unpack *u)
{
    struct text registers = unpack_bytes(u, HLL_REGISTERS);
    for (size_t i = 0; i < registers.len; i++)
        u->bad |= (uint8_t)registers.at[i] > HLL_RANKS;
    if (u->bad)
        return;
    visitors_to_sketch(v);
    memcpy(v->registers, registers.at, registers.len);
}

void visitors_unpack(struct visitors *v, struct unpack *u)
{
    if (unpack_most(u, PACKED_REGISTERS) == PACKED_REGISTERS) {
        unpack_registers(v, u);
        return;
    }
    for (uint64_t left = unpack_most(u, EXACT_LIMIT); left > 0 && !u->bad; left--)
        visitors_add(v, unpack_u64(u));
}
