#include "monitor/rules_join.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CELLS_MOST = 512 * 1024, ROWS_FIRST = 16, BITS_FIRST = 3, SLOTS_FIRST = 1024 };

void join_done(struct join *j)
{
    free(j->cells);
    free(j->slots);
    *j = (struct join){0};
}

/* ---- By hash --------------------------------------------------------------------------------- */

static struct join_slot *slot_of(const struct join *j, uint32_t left, uint32_t right)
{
    uint64_t mixed = ((uint64_t)left << 16 ^ right) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t at = (uint32_t)(mixed >> 32) & j->slot_mask;
    while (j->slots[at].number && (j->slots[at].left != left || j->slots[at].right != right))
        at = (at + 1) & j->slot_mask;
    return &j->slots[at];
}

static void grow_slots(struct join *j)
{
    struct join old = *j;
    uint32_t room = SLOTS_FIRST;
    while (room < j->count * 4)
        room *= 2;
    j->slots = mem_new(room, sizeof *j->slots);
    j->slot_mask = room - 1;
    for (uint32_t i = 0; old.slots && i <= old.slot_mask; i++)
        if (old.slots[i].number)
            *slot_of(j, old.slots[i].left, old.slots[i].right) = old.slots[i];
    free(old.slots);
}

static void leave_cells(struct join *j)
{
    grow_slots(j);
    for (uint32_t left = 0; left < j->rows; left++)
        for (uint32_t right = 0; right < 1u << j->column_bits; right++) {
            uint32_t number = j->cells[left << j->column_bits | right];
            if (number >= JOIN_FIRST)
                *slot_of(j, left, right) = (struct join_slot){left, right, number};
        }
    free(j->cells);
    j->cells = NULL;
}

/* ---- The table ------------------------------------------------------------------------------- */

static void grow_cells(struct join *j, uint32_t rows, uint32_t bits)
{
    uint32_t *cells = mem_new((size_t)rows << bits, sizeof *cells);
    for (uint32_t left = 0; left < j->rows; left++)
        memcpy(cells + ((size_t)left << bits), j->cells + ((size_t)left << j->column_bits),
               sizeof *cells << j->column_bits);
    free(j->cells);
    j->cells = cells;
    j->rows = rows;
    j->column_bits = bits;
}

static void make_room(struct join *j, uint32_t left_end, uint32_t right_end)
{
    uint32_t rows = j->rows ? j->rows : ROWS_FIRST, bits = j->rows ? j->column_bits : BITS_FIRST;
    while (rows < left_end)
        rows *= 2;
    while (1u << bits < right_end)
        bits++;
    if ((uint64_t)rows << bits > CELLS_MOST)
        leave_cells(j);
    else if (rows != j->rows || bits != j->column_bits)
        grow_cells(j, rows, bits);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static uint32_t add(struct join *j, uint32_t left, uint32_t right)
{
    if (left == JOIN_NONE || right == 0 || j->count == JOINS_MOST)
        return JOIN_NONE;
    uint32_t number = JOIN_FIRST + j->count++;
    if (j->cells) {
        j->cells[left << j->column_bits | right] = number;
    } else {
        if (j->count * 2 > j->slot_mask)
            grow_slots(j);
        *slot_of(j, left, right) = (struct join_slot){left, right, number};
    }
    return number;
}

void join_first(struct join *j, const uint16_t *right, uint32_t count, uint32_t *out,
                uint32_t right_end)
{
    make_room(j, JOIN_FIRST + 1, right_end);
    const uint32_t *cells = j->cells + ((size_t)JOIN_FIRST << j->column_bits);
    for (uint32_t i = 0; i < count; i++) {
        out[i] = cells[right[i]];
        if (__builtin_expect(!out[i], 0))
            out[i] = add(j, JOIN_FIRST, right[i]);
    }
}

void join_all(struct join *j, const uint16_t *right, uint32_t count, uint32_t *left,
              uint32_t left_end, uint32_t right_end)
{
    if (!j->slots)
        make_room(j, left_end, right_end);
    const uint32_t *cells = j->cells, bits = j->column_bits;
    for (uint32_t i = 0; cells && i < count; i++) {
        uint32_t number = cells[left[i] << bits | right[i]];
        left[i] = __builtin_expect(number != 0, 1) ? number : add(j, left[i], right[i]);
    }
    for (uint32_t i = 0; !cells && i < count; i++) {
        uint32_t number = slot_of(j, left[i], right[i])->number;
        left[i] = __builtin_expect(number != 0, 1) ? number : add(j, left[i], right[i]);
    }
}
