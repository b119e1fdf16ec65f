#include "monitor/rules_classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_kinds.h"

struct class_slot {
    uint64_t key;
    uint32_t number; /* class + 1; 0: free */
};

struct classes {
    const struct rules_net *net;
    struct kinds *kinds; /* NULL: the net is asked about each line */
    struct line_class *rows;
    uint64_t *keys; /* of rows */
    uint32_t count, room;
    struct class_slot *slots;
    uint32_t slot_mask;
    uint32_t *groups;
    uint32_t group_count, group_room;
    /* room to work in */
    uint8_t *held;
    uint32_t *list, *matched;
    uint64_t line_keys[CLASS_STRETCH];
    uint16_t line_kinds[KIND_FIELDS_MOST][CLASS_STRETCH];
};

/* ---- Made and freed -------------------------------------------------------------------------- */

static void grow_slots(struct classes *c)
{
    uint32_t room = c->slots ? (c->slot_mask + 1) * 2 : 1024;
    free(c->slots);
    c->slots = mem_new(room, sizeof *c->slots);
    c->slot_mask = room - 1;
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t at = (uint32_t)(c->keys[i] >> 32) & c->slot_mask;
        while (c->slots[at].number)
            at = (at + 1) & c->slot_mask;
        c->slots[at] = (struct class_slot){c->keys[i], i + 1};
    }
}

struct classes *classes_new(const struct rules_net *n, field_set told_apart)
{
    struct classes *c = mem_new(1, sizeof *c);
    c->net = n;
    c->kinds = kinds_new(n, told_apart);
    if (!c->kinds)
        return c;
    c->held = mem_new(atoms_count(c->kinds->atoms) + 1, sizeof *c->held);
    c->list = mem_new(atoms_count(c->kinds->atoms) + 1, sizeof *c->list);
    c->matched = mem_new(n->group_count + 1, sizeof *c->matched);
    grow_slots(c);
    return c;
}

void classes_free(struct classes *c)
{
    if (!c)
        return;
    kinds_free(c->kinds);
    free(c->rows);
    free(c->keys);
    free(c->slots);
    free(c->groups);
    free(c->held);
    free(c->list);
    free(c->matched);
    free(c);
}

/* Which of two neighbours comes first says nothing: each gets its own mark, and they are joined. */
static inline uint64_t mark_of(const struct kind_field *f, uint32_t kind, uint64_t secret)
{
    return key_fold(f->salt ^ kind, secret);
}

/* ---- Classes --------------------------------------------------------------------------------- */

static uint32_t gather_held(struct classes *c, uint32_t line)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->kinds->field_count; i++) {
        const struct kind *k = &c->kinds->fields[i].kinds[c->line_kinds[i][line]];
        for (uint32_t a = 0; a < k->atom_count; a++)
            c->list[count++] = c->kinds->held_lists[k->atoms + a];
    }
    for (uint32_t i = 0; i < count; i++)
        c->held[c->list[i]] = 1;
    return count;
}

static field_set known_fields(const struct classes *c, uint32_t line)
{
    field_set known = 0;
    for (uint32_t i = 0; i < c->kinds->field_count; i++) {
        uint32_t kind = c->line_kinds[i][line];
        if (c->kinds->fields[i].told_apart && (kind == KIND_ABSENT || c->kinds->fields[i].kinds[kind].value))
            known |= FIELD_BIT(c->kinds->fields[i].field);
    }
    return known;
}

static void keep_groups(struct classes *c, struct line_class *row)
{
    if (c->group_count + row->group_count > c->group_room) {
        c->group_room = (c->group_count + row->group_count) * 2;
        c->groups = mem_grow(c->groups, c->group_room, sizeof *c->groups);
    }
    row->groups = c->group_count;
    if (row->group_count)
        memcpy(c->groups + c->group_count, c->matched, row->group_count * sizeof *c->groups);
    c->group_count += row->group_count;
}

static uint32_t new_class(struct classes *c, uint32_t line, uint64_t key)
{
    for (uint32_t i = 0; i < c->kinds->field_count; i++)
        if (c->line_kinds[i][line] == KIND_UNKNOWN)
            return CLASS_NONE;
    if (c->count == CLASSES_MOST)
        return CLASS_NONE;
    uint32_t held = gather_held(c, line);
    struct line_class row = {.known = known_fields(c, line)};
    row.group_count = atoms_groups(c->kinds->atoms, c->held, c->list, held, c->matched);
    for (uint32_t i = 0; i < held; i++)
        c->held[c->list[i]] = 0;
    keep_groups(c, &row);
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 256;
        c->rows = mem_grow(c->rows, c->room, sizeof *c->rows);
        c->keys = mem_grow(c->keys, c->room, sizeof *c->keys);
    }
    c->rows[c->count] = row;
    c->keys[c->count] = key;
    uint32_t number = c->count++;
    if (c->count * 2 > c->slot_mask + 1) {
        grow_slots(c);
        return number;
    }
    uint32_t at = (uint32_t)(key >> 32) & c->slot_mask;
    while (c->slots[at].number)
        at = (at + 1) & c->slot_mask;
    c->slots[at] = (struct class_slot){key, number + 1};
    return number;
}

static uint32_t class_of(struct classes *c, uint32_t line, uint64_t key)
{
    uint32_t at = (uint32_t)(key >> 32) & c->slot_mask;
    for (; c->slots[at].number; at = (at + 1) & c->slot_mask)
        if (c->slots[at].key == key)
            return c->slots[at].number - 1;
    return new_class(c, line, key);
}

static void join_kinds(struct classes *c, uint32_t count)
{
    const uint64_t secret = c->net->secret.word[3];
    memset(c->line_keys, 0, count * sizeof *c->line_keys);
    for (uint32_t f = 0; f < c->kinds->field_count; f++) {
        const uint16_t *kinds = c->line_kinds[f];
        for (uint32_t i = 0; i < count; i++)
            c->line_keys[i] ^= mark_of(&c->kinds->fields[f], kinds[i], secret);
    }
}

void classes_of(struct classes *c, const struct batch *b, const struct entry *first,
                uint32_t count, uint32_t *out)
{
    if (!c->kinds) {
        for (uint32_t i = 0; i < count; i++)
            out[i] = CLASS_NONE;
        return;
    }
    for (uint32_t i = 0; i < c->kinds->field_count; i++)
        kinds_of(c->kinds, i, b, first, count, c->line_kinds[i]);
    join_kinds(c, count);
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(&c->slots[(uint32_t)(c->line_keys[i] >> 32) & c->slot_mask]);
    for (uint32_t i = 0; i < count; i++)
        out[i] = class_of(c, i, c->line_keys[i]);
}

uint32_t classes_count(const struct classes *c)
{
    return c->count;
}

const struct line_class *classes_at(const struct classes *c, uint32_t number)
{
    return &c->rows[number];
}

const uint32_t *classes_groups(const struct classes *c, uint32_t number)
{
    return c->groups ? c->groups + c->rows[number].groups : NULL; /* no class counts for any */
}
