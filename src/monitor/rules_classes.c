#include "monitor/rules_classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_atoms.h"

enum {
    FIELDS_MOST = 16,
    VALUES_FIRST = 1024,
    VALUES_MOST = 256 * 1024, /* slots; three in four used at the most */
    STATUSES = 1000,
    KIND_ABSENT = 0,
    KIND_UNKNOWN = UINT16_MAX /* of a status or a stretch: not looked at yet; of a value: too many */
};
_Static_assert((int)KINDS_MOST < (int)KIND_UNKNOWN, "a kind fits");

struct kind {
    uint32_t atoms, atom_count; /* those that hold, in classes.atoms */
    uint64_t value;             /* told apart: the hash of the only value; else 0 */
    uint64_t hash;              /* of all this */
};

struct value {
    uint64_t hash; /* 0: a free slot */
    uint32_t kind;
};

struct kind_field {
    enum field field;
    uint32_t number;   /* in the atoms; UINT32_MAX: there are none about it */
    bool listed;       /* its kinds come out of the number of the text listed */
    bool told_apart;
    uint64_t salt;
    struct kind *kinds; /* the first: the field is absent */
    uint32_t kind_count, kind_room;
    uint16_t *kind_slots; /* by hash: kind + 1 */
    struct value *values;
    uint32_t value_count, value_mask;
    uint16_t *direct; /* by listed text, status or stretch: kind */
    uint32_t direct_count;
};

struct class_slot {
    uint64_t key;
    uint32_t number; /* class + 1; 0: free */
};

struct classes {
    const struct rules_net *net;
    struct atoms *atoms; /* NULL: the net is asked about each line */
    struct kind_field fields[FIELDS_MOST];
    uint32_t field_count;
    uint32_t *held_lists; /* of kinds */
    uint32_t held_count, held_room;
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
    uint16_t line_kinds[FIELDS_MOST][CLASS_STRETCH];
};

enum { KIND_SLOTS = 4 * KINDS_MOST };

/* ---- Made and freed -------------------------------------------------------------------------- */

static struct kind_field *add_field(struct classes *c, enum field field)
{
    struct kind_field *f = &c->fields[c->field_count];
    *f = (struct kind_field){.field = field,
                             .number = UINT32_MAX,
                             .salt = c->net->secret.word[0] ^ (field + 1) * UINT64_C(0x9E3779B97F4A7C15)};
    c->field_count++;
    f->kinds = mem_new(1, sizeof *f->kinds);
    f->kind_count = f->kind_room = 1;
    f->kind_slots = mem_new(KIND_SLOTS, sizeof *f->kind_slots);
    return f;
}

static void make_direct(struct kind_field *f, uint32_t count)
{
    f->direct_count = count;
    f->direct = mem_new(count, sizeof *f->direct);
    memset(f->direct, 0xff, count * sizeof *f->direct);
}

static void prepare_field(const struct classes *c, struct kind_field *f)
{
    if (f->field == FIELD_STATUS) {
        make_direct(f, STATUSES);
    } else if (f->field >= FIELD_TEXTS) {
        make_direct(f, atoms_stretches(c->atoms, f->number));
    } else if (f->number != UINT32_MAX && atoms_is_listed(c->atoms, f->number) && !f->told_apart) {
        f->listed = true;
        make_direct(f, atoms_listed_count(c->atoms, f->number) + 1);
    } else {
        f->value_mask = VALUES_FIRST - 1;
        f->values = mem_new(VALUES_FIRST, sizeof *f->values);
    }
}

static void choose_fields(struct classes *c, field_set told_apart)
{
    for (uint32_t i = 0; i < atoms_fields(c->atoms); i++)
        add_field(c, atoms_field(c->atoms, i))->number = i;
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        uint32_t at = 0;
        if (!(told_apart & FIELD_BIT(field)) && field != FIELD_STATUS)
            continue;
        while (at < c->field_count && c->fields[at].field != field)
            at++;
        struct kind_field *f = at < c->field_count ? &c->fields[at] : add_field(c, field);
        f->told_apart = told_apart & FIELD_BIT(field);
    }
    for (uint32_t i = 0; i < c->field_count; i++)
        prepare_field(c, &c->fields[i]);
}

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
    c->atoms = atoms_new(n);
    if (c->atoms && atoms_fields(c->atoms) > FIELDS_MOST - 4) { /* hardly anybody asks about so many */
        atoms_free(c->atoms);
        c->atoms = NULL;
    }
    if (!c->atoms)
        return c;
    c->held = mem_new(atoms_count(c->atoms) + 1, sizeof *c->held);
    c->list = mem_new(atoms_count(c->atoms) + 1, sizeof *c->list);
    c->matched = mem_new(n->group_count + 1, sizeof *c->matched);
    choose_fields(c, told_apart);
    grow_slots(c);
    return c;
}

void classes_free(struct classes *c)
{
    if (!c)
        return;
    atoms_free(c->atoms);
    for (uint32_t i = 0; i < c->field_count; i++) {
        free(c->fields[i].kinds);
        free(c->fields[i].kind_slots);
        free(c->fields[i].values);
        free(c->fields[i].direct);
    }
    free(c->held_lists);
    free(c->rows);
    free(c->keys);
    free(c->slots);
    free(c->groups);
    free(c->held);
    free(c->list);
    free(c->matched);
    free(c);
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

static bool same_kind(const struct classes *c, const struct kind *k, const struct kind *other,
                      const uint32_t *list)
{
    return k->hash == other->hash && k->value == other->value &&
           k->atom_count == other->atom_count &&
           (!k->atom_count ||
            !memcmp(c->held_lists + k->atoms, list, k->atom_count * sizeof *list));
}

static uint32_t keep_kind(struct classes *c, struct kind_field *f, struct kind k,
                          const uint32_t *list)
{
    if (f->kind_count == KINDS_MOST)
        return KIND_UNKNOWN;
    if (c->held_count + k.atom_count > c->held_room) {
        c->held_room = (c->held_count + k.atom_count) * 2;
        c->held_lists = mem_grow(c->held_lists, c->held_room, sizeof *c->held_lists);
    }
    k.atoms = c->held_count;
    if (k.atom_count)
        memcpy(c->held_lists + c->held_count, list, k.atom_count * sizeof *list);
    c->held_count += k.atom_count;
    if (f->kind_count == f->kind_room) {
        f->kind_room *= 2;
        f->kinds = mem_grow(f->kinds, f->kind_room, sizeof *f->kinds);
    }
    f->kinds[f->kind_count] = k;
    return f->kind_count++;
}

/* What tells values apart of which the same holds: nothing; themselves; of statuses the hundreds. */
static uint64_t apart(const struct kind_field *f, const struct entry *e, uint64_t value)
{
    if (f->told_apart && f->kind_count < KINDS_MOST / 2) /* when there are too many, no longer */
        return value;
    return f->field == FIELD_STATUS ? e->status / 100 * 2 + 1 : 0;
}

/* The kind of the value that the entry has; `value`: odd, and its own. */
static uint32_t find_kind(struct classes *c, struct kind_field *f, const struct batch *b,
                          const struct entry *e, uint64_t value)
{
    struct kind k = {.value = apart(f, e, value)};
    if (f->number != UINT32_MAX)
        k.atom_count = atoms_of_value(c->atoms, f->number, b, e, c->list);
    k.hash = key_fold(k.value ^ c->net->secret.word[1], c->net->secret.word[3]);
    for (uint32_t i = 0; i < k.atom_count; i++)
        k.hash = key_fold(k.hash ^ (c->list[i] + 1), c->net->secret.word[3]);
    uint32_t at = (uint32_t)(k.hash >> 32) & (KIND_SLOTS - 1);
    for (; f->kind_slots[at]; at = (at + 1) & (KIND_SLOTS - 1))
        if (same_kind(c, &f->kinds[f->kind_slots[at] - 1], &k, c->list))
            return f->kind_slots[at] - 1u;
    uint32_t kind = keep_kind(c, f, k, c->list);
    if (kind != KIND_UNKNOWN)
        f->kind_slots[at] = (uint16_t)(kind + 1);
    return kind;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static struct value *value_slot(const struct kind_field *f, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 32) & f->value_mask;
    while (f->values[at].hash && f->values[at].hash != hash)
        at = (at + 1) & f->value_mask;
    return &f->values[at];
}

/* Room for one more. What is too much is forgotten as a whole: what is common comes back at once. */
static void make_room(struct kind_field *f)
{
    uint32_t old_room = f->value_mask + 1;
    struct value *old = f->values;
    if (++f->value_count <= old_room / 4 * 3)
        return;
    if (old_room == VALUES_MOST) {
        memset(f->values, 0, old_room * sizeof *f->values);
        f->value_count = 1;
        return;
    }
    f->values = mem_new(old_room * 2, sizeof *f->values);
    f->value_mask = old_room * 2 - 1;
    for (uint32_t i = 0; i < old_room; i++)
        if (old[i].hash)
            *value_slot(f, old[i].hash) = old[i];
    free(old);
}

static uint32_t new_value(struct classes *c, struct kind_field *f, const struct batch *b,
                          const struct entry *e, uint64_t hash)
{
    uint32_t kind = find_kind(c, f, b, e, hash);
    make_room(f);
    *value_slot(f, hash) = (struct value){hash, kind};
    return kind;
}

static uint32_t direct_place(const struct classes *c, const struct kind_field *f,
                             const struct batch *b, const struct entry *e)
{
    if (f->field == FIELD_STATUS)
        return e->status < STATUSES ? e->status : 0;
    if (f->field >= FIELD_TEXTS)
        return atoms_stretch(c->atoms, f->number, e);
    return atoms_listed(c->atoms, f->number, atoms_hash(c->atoms, batch_text(b, e, f->field)));
}

/* Which of two neighbours comes first says nothing: each gets its own mark, and they are joined. */
static inline uint64_t mark_of(const struct kind_field *f, uint32_t kind, uint64_t secret)
{
    return key_fold(f->salt ^ kind, secret);
}

static uint32_t direct_kind(struct classes *c, struct kind_field *f, const struct batch *b,
                            const struct entry *e)
{
    uint32_t place = direct_place(c, f, b, e);
    if (f->direct[place] == KIND_UNKNOWN)
        f->direct[place] = (uint16_t)find_kind(c, f, b, e, place * 2 + 1);
    return f->direct[place];
}

/* ---- Stretches of a batch, field by field ------------------------------------------------------ */

static void direct_kinds(struct classes *c, struct kind_field *f, const struct batch *b,
                         const struct entry *e, uint32_t count, uint16_t *kinds)
{
    for (uint32_t i = 0; i < count; i++, e++)
        kinds[i] = e->has & FIELD_BIT(f->field) ? (uint16_t)direct_kind(c, f, b, e) : KIND_ABSENT;
}

static void value_kinds(struct classes *c, struct kind_field *f, const struct batch *b,
                        const struct entry *first, uint32_t count, uint16_t *kinds)
{
    uint64_t hashes[CLASS_STRETCH];
    const struct key_secret own = c->net->secret; /* in registers */
    const struct entry *e = first;
    for (uint32_t i = 0; i < count; i++, e++) {
        hashes[i] = 0;
        if (!(e->has & FIELD_BIT(f->field)))
            continue;
        hashes[i] = key_hash_slack(batch_text(b, e, f->field), &own) | 1;
        __builtin_prefetch(&f->values[(uint32_t)(hashes[i] >> 32) & f->value_mask]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!hashes[i]) {
            kinds[i] = KIND_ABSENT;
            continue;
        }
        const struct value *v = value_slot(f, hashes[i]);
        kinds[i] = (uint16_t)(v->hash ? v->kind : new_value(c, f, b, first + i, hashes[i]));
    }
}

/* ---- Classes --------------------------------------------------------------------------------- */

static uint32_t gather_held(struct classes *c, uint32_t line)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->field_count; i++) {
        const struct kind *k = &c->fields[i].kinds[c->line_kinds[i][line]];
        for (uint32_t a = 0; a < k->atom_count; a++)
            c->list[count++] = c->held_lists[k->atoms + a];
    }
    for (uint32_t i = 0; i < count; i++)
        c->held[c->list[i]] = 1;
    return count;
}

static field_set known_fields(const struct classes *c, uint32_t line)
{
    field_set known = 0;
    for (uint32_t i = 0; i < c->field_count; i++) {
        uint32_t kind = c->line_kinds[i][line];
        if (c->fields[i].told_apart && (kind == KIND_ABSENT || c->fields[i].kinds[kind].value))
            known |= FIELD_BIT(c->fields[i].field);
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
    for (uint32_t i = 0; i < c->field_count; i++)
        if (c->line_kinds[i][line] == KIND_UNKNOWN)
            return CLASS_NONE;
    if (c->count == CLASSES_MOST)
        return CLASS_NONE;
    uint32_t held = gather_held(c, line);
    struct line_class row = {.known = known_fields(c, line)};
    row.group_count = atoms_groups(c->atoms, c->held, c->list, held, c->matched);
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
    if (c->count * 4 > c->slot_mask + 1) {
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
    for (uint32_t f = 0; f < c->field_count; f++) {
        const uint16_t *kinds = c->line_kinds[f];
        for (uint32_t i = 0; i < count; i++)
            c->line_keys[i] ^= mark_of(&c->fields[f], kinds[i], secret);
    }
}

void classes_of(struct classes *c, const struct batch *b, uint32_t first, uint32_t count,
                uint32_t *out)
{
    const struct entry *e = b->entries + first;
    if (!c->atoms) {
        for (uint32_t i = 0; i < count; i++)
            out[i] = CLASS_NONE;
        return;
    }
    for (uint32_t i = 0; i < c->field_count; i++) {
        struct kind_field *f = &c->fields[i];
        if (f->direct)
            direct_kinds(c, f, b, e, count, c->line_kinds[i]);
        else
            value_kinds(c, f, b, e, count, c->line_kinds[i]);
    }
    join_kinds(c, count);
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
    return c->groups + c->rows[number].groups;
}
