#include "monitor/rules_classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_join.h"
#include "monitor/rules_kinds.h"

struct classes {
    const struct rules_net *net;
    struct kinds *kinds; /* NULL: the net is asked about each line */
    struct join joins[KIND_FIELDS_MOST]; /* by field: what the ones before come to, and its kind */
    struct line_class *rows; /* from CLASS_FIRST on */
    uint32_t count, room;    /* count: the next number */
    uint32_t *groups;
    uint32_t group_count, group_room;
    /* room to work in */
    uint8_t *held;
    uint32_t *list, *matched;
    uint16_t own_kinds[KIND_FIELDS_MOST][CLASS_STRETCH];
    const uint16_t *line_kinds[KIND_FIELDS_MOST]; /* of the lines that are asked about; or those lent */
};

_Static_assert((int)CLASS_NONE == JOIN_NONE && (int)CLASS_FIRST == JOIN_FIRST &&
                   CLASSES_MOST == JOIN_FIRST + JOINS_MOST && (int)CLASS_LACKS == KIND_ABSENT,
               "classes are numbered as the joins of all fields are");

/* ---- Made and freed -------------------------------------------------------------------------- */

struct classes *classes_new(const struct rules_net *n, field_set told_apart)
{
    struct classes *c = mem_new(1, sizeof *c);
    c->net = n;
    c->count = CLASS_FIRST;
    c->kinds = kinds_new(n, told_apart);
    if (!c->kinds)
        return c;
    c->held = mem_new(atoms_count(c->kinds->atoms) + 1, sizeof *c->held);
    c->list = mem_new(atoms_count(c->kinds->atoms) + 1, sizeof *c->list);
    c->matched = mem_new(n->group_count + 1, sizeof *c->matched);
    return c;
}

void classes_free(struct classes *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; c->kinds && i < c->kinds->field_count; i++)
        join_done(&c->joins[i]);
    kinds_free(c->kinds);
    free(c->rows);
    free(c->groups);
    free(c->held);
    free(c->list);
    free(c->matched);
    free(c);
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

static void new_class(struct classes *c, uint32_t line)
{
    uint32_t held = gather_held(c, line);
    struct line_class row = {.known = known_fields(c, line)};
    row.group_count = atoms_groups(c->kinds->atoms, c->held, c->list, held, c->matched);
    for (uint32_t i = 0; i < held; i++)
        c->held[c->list[i]] = 0;
    keep_groups(c, &row);
    if (c->count >= c->room) {
        c->room = c->room ? c->room * 2 : 256;
        c->rows = mem_grow(c->rows, c->room, sizeof *c->rows);
    }
    c->rows[c->count++] = row;
}

static void find_kinds(struct classes *c, const struct batch *b, const struct entry *first,
                       uint32_t count, const uint16_t *const *lent)
{
    for (uint32_t i = 0; i < c->kinds->field_count; i++) {
        enum field field = c->kinds->fields[i].field;
        c->line_kinds[i] = lent && field < FIELD_TEXTS ? lent[field] : NULL;
        if (c->line_kinds[i])
            continue;
        kinds_of(c->kinds, i, b, first, count, c->own_kinds[i]);
        c->line_kinds[i] = c->own_kinds[i];
    }
}

/* What the last field's join comes to is the class: numbers are given in the order of the lines. */
static void join_kinds(struct classes *c, uint32_t count, uint32_t *out)
{
    const struct kind_field *fields = c->kinds->fields;
    uint32_t ends = JOIN_FIRST + 1;
    for (uint32_t i = 0; !c->kinds->field_count && i < count; i++)
        out[i] = JOIN_FIRST;
    for (uint32_t f = 0; f < c->kinds->field_count; f++) {
        if (f == 0)
            join_first(&c->joins[f], c->line_kinds[f], count, out, fields[f].kind_count);
        else
            join_all(&c->joins[f], c->line_kinds[f], count, out, ends, fields[f].kind_count);
        ends = JOIN_FIRST + c->joins[f].count;
    }
    for (uint32_t i = 0; c->count < ends && i < count; i++)
        if (out[i] == c->count)
            new_class(c, i);
}

void classes_of(struct classes *c, const struct batch *b, const struct entry *first,
                uint32_t count, const uint16_t *const *lent, uint32_t *out)
{
    if (!c->kinds) {
        for (uint32_t i = 0; i < count; i++)
            out[i] = CLASS_NONE;
        return;
    }
    find_kinds(c, b, first, count, lent);
    join_kinds(c, count, out);
}

bool classes_all(const struct classes *c)
{
    return c->kinds != NULL;
}

field_set classes_fields(const struct classes *c)
{
    field_set fields = 0;
    for (uint32_t i = 0; c->kinds && i < c->kinds->field_count; i++)
        fields |= FIELD_BIT(c->kinds->fields[i].field);
    return fields;
}

uint16_t classes_kind(struct classes *c, enum field field, const struct batch *b,
                      const struct entry *e)
{
    uint32_t at = 0;
    while (c->kinds->fields[at].field != field)
        at++;
    return kinds_find(c->kinds, at, b, e);
}

uint32_t classes_end(const struct classes *c)
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
