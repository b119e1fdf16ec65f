/* rules_tape_keys.c - the keys of a group on a tape, and what they count. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_tape.h"

enum { INDEX_FIRST = 16 };

static void free_key(struct tape_key *k)
{
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        timeline_free(k->columns[c]);
    free(k);
}

void tape_keys_free(struct tape_group *g)
{
    for (uint32_t i = 0; i < g->key_count; i++)
        free_key(g->keys[i]);
    free(g->keys);
    free(g->index);
}

static uint32_t *slot_of(const struct tape_group *g, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & g->index_mask;
    while (g->index[at] && g->keys[g->index[at] - 1]->hash != hash)
        at = (at + 1) & g->index_mask;
    return &g->index[at];
}

static void build_index(struct tape_group *g)
{
    uint32_t room = INDEX_FIRST;
    while (room < g->key_room * 2)
        room *= 2;
    free(g->index);
    g->index = mem_new(room, sizeof *g->index);
    g->index_mask = room - 1;
    for (uint32_t i = 0; i < g->key_count; i++)
        *slot_of(g, g->keys[i]->hash) = i + 1;
}

/* Those whose entries are noted first: classes know them. */
static int rarest_last(const void *left, const void *right)
{
    const struct tape_key *a = *(struct tape_key *const *)left;
    const struct tape_key *b = *(struct tape_key *const *)right;
    if (!a->target != !b->target)
        return a->target ? -1 : 1;
    if (a->totals[0] != b->totals[0])
        return a->totals[0] > b->totals[0] ? -1 : 1;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* The rarer half of the keys goes. totals[0]: entries. */
static void purge_keys(struct rules_tape *t, struct tape_group *g)
{
    uint32_t *numbers = mem_new(g->key_count, sizeof *numbers), before = g->key_count;
    struct tape_key **old = mem_new(g->key_count, sizeof(struct tape_key *));
    memcpy(old, g->keys, g->key_count * sizeof(struct tape_key *));
    qsort(g->keys, g->key_count, sizeof(struct tape_key *), rarest_last);
    uint32_t targets = 0;
    while (targets < before && g->keys[targets]->target)
        targets++;
    if (g->keys_most < targets * 2)
        g->keys_most = targets * 2;
    g->key_count = g->keys_most / 2 + 1;
    if (g->key_count > before)
        g->key_count = before;
    build_index(g);
    for (uint32_t i = 0; i < targets; i++)
        t->targets[g->keys[i]->target - 1].key = i;
    for (uint32_t i = 0; i < before; i++) {
        uint32_t slot = *slot_of(g, old[i]->hash);
        numbers[i] = slot ? slot - 1 : UINT32_MAX;
    }
    t->record_count -= g->visitors.count + g->times.count;
    tape_records_renumber(&g->visitors, numbers);
    tape_records_renumber(&g->times, numbers);
    t->record_count += g->visitors.count + g->times.count;
    for (uint32_t i = 0; i < before; i++)
        if (numbers[i] == UINT32_MAX)
            free_key(old[i]);
    free(old);
    free(numbers);
}

uint32_t tape_key_at(struct rules_tape *t, struct tape_group *g, uint64_t hash, struct text name)
{
    uint32_t found = g->index ? *slot_of(g, hash) : 0;
    if (found)
        return found - 1;
    if (g->key_count > g->keys_most)
        purge_keys(t, g);
    if (g->key_count == g->key_room) {
        g->key_room = g->key_room ? g->key_room * 2 : 1;
        g->keys = mem_grow(g->keys, g->key_room, sizeof(struct tape_key *));
        build_index(g);
    }
    struct tape_key *k = mem_new(1, sizeof *k);
    name = text_cut(name, 0, sizeof k->name);
    k->hash = hash;
    k->name_len = (uint32_t)name.len;
    if (name.len)
        memcpy(k->name, name.at, name.len);
    g->keys[g->key_count++] = k;
    *slot_of(g, hash) = g->key_count;
    return g->key_count - 1;
}

void tape_key_flush(const struct tape_group *g, struct tape_key *k)
{
    for (uint32_t i = 0; k->pending && i < g->column_count; i++) {
        if (!k->amounts[i])
            continue;
        if (!k->columns[i])
            k->columns[i] = timeline_new();
        timeline_add(k->columns[i], k->second, k->amounts[i]);
        k->totals[i] += k->amounts[i];
        k->amounts[i] = 0;
    }
    k->pending = false;
}
