#include "monitor/rules_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    VALUES_FIRST = 1024,
    VALUES_MOST = 256 * 1024, /* slots; three in four used at the most */
    STATUSES = 1000,
    KIND_SLOTS = 4 * KINDS_MOST
};

_Static_assert(KINDS_MOST <= UINT16_MAX, "a kind fits");

/* ---- Made and freed -------------------------------------------------------------------------- */

static struct kind_field *add_field(struct kinds *k, enum field field)
{
    struct kind_field *f = &k->fields[k->field_count++];
    *f = (struct kind_field){.field = field,
                             .number = UINT32_MAX};
    f->kind_count = f->kind_room = KIND_ABSENT + 1;
    f->kinds = mem_new(f->kind_room, sizeof *f->kinds);
    f->kind_slots = mem_new(KIND_SLOTS, sizeof *f->kind_slots);
    return f;
}

static void make_direct(struct kind_field *f, uint32_t count)
{
    f->direct_count = count;
    f->direct = mem_new(count, sizeof *f->direct);
}

static void prepare_field(const struct kinds *k, struct kind_field *f)
{
    if (f->field == FIELD_STATUS) {
        make_direct(f, STATUSES);
    } else if (f->field >= FIELD_TEXTS) {
        make_direct(f, atoms_stretches(k->atoms, f->number));
    } else if (f->number != UINT32_MAX && atoms_listed(k->atoms, f->number) && !f->told_apart) {
        f->listed = atoms_listed(k->atoms, f->number);
        make_direct(f, f->listed->count + 1);
    } else {
        f->value_mask = VALUES_FIRST - 1;
        f->values = mem_new(VALUES_FIRST, sizeof *f->values);
    }
}

static void choose_fields(struct kinds *k, field_set told_apart)
{
    for (uint32_t i = 0; i < atoms_fields(k->atoms); i++)
        add_field(k, atoms_field(k->atoms, i))->number = i;
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        uint32_t at = 0;
        if (!(told_apart & FIELD_BIT(field)))
            continue;
        while (at < k->field_count && k->fields[at].field != field)
            at++;
        struct kind_field *f = at < k->field_count ? &k->fields[at] : add_field(k, field);
        f->told_apart = true;
    }
    for (uint32_t i = 0; i < k->field_count; i++)
        prepare_field(k, &k->fields[i]);
}

struct kinds *kinds_new(const struct rules_net *n, field_set told_apart)
{
    struct atoms *atoms = atoms_new(n);
    if (!atoms)
        return NULL;
    if (atoms_fields(atoms) > KIND_FIELDS_MOST - 4) { /* hardly anybody asks about so many */
        atoms_free(atoms);
        return NULL;
    }
    struct kinds *k = mem_new(1, sizeof *k);
    k->secret = n->secret;
    k->atoms = atoms;
    k->list = mem_new(atoms_count(atoms) + 1, sizeof *k->list);
    choose_fields(k, told_apart);
    return k;
}

void kinds_free(struct kinds *k)
{
    if (!k)
        return;
    atoms_free(k->atoms);
    for (uint32_t i = 0; i < k->field_count; i++) {
        free(k->fields[i].kinds);
        free(k->fields[i].kind_slots);
        free(k->fields[i].values);
        free(k->fields[i].direct);
    }
    free(k->held_lists);
    free(k->list);
    free(k);
}

/* ---- Kinds ----------------------------------------------------------------------------------- */

static bool same_kind(const struct kinds *k, const struct kind *a, const struct kind *b,
                      const uint32_t *list)
{
    return a->hash == b->hash && a->value == b->value && a->atom_count == b->atom_count &&
           (!a->atom_count ||
            !memcmp(k->held_lists + a->atoms, list, a->atom_count * sizeof *list));
}

static uint32_t keep_kind(struct kinds *k, struct kind_field *f, struct kind kind)
{
    if (f->kind_count == KINDS_MOST)
        return KIND_UNKNOWN;
    if (k->held_count + kind.atom_count > k->held_room) {
        k->held_room = (k->held_count + kind.atom_count) * 2;
        k->held_lists = mem_grow(k->held_lists, k->held_room, sizeof *k->held_lists);
    }
    kind.atoms = k->held_count;
    if (kind.atom_count)
        memcpy(k->held_lists + k->held_count, k->list, kind.atom_count * sizeof *k->list);
    k->held_count += kind.atom_count;
    if (f->kind_count == f->kind_room) {
        f->kind_room *= 2;
        f->kinds = mem_grow(f->kinds, f->kind_room, sizeof *f->kinds);
    }
    f->kinds[f->kind_count] = kind;
    return f->kind_count++;
}

/* What tells values apart of which the same holds: nothing; or themselves. */
static uint64_t apart(const struct kind_field *f, uint64_t value)
{
    /* when there are too many, no longer */
    return f->told_apart && f->kind_count < KINDS_MOST / 2 ? value : 0;
}

/* The kind of the value that the entry has; `value`: odd, and its own. */
static uint32_t find_kind(struct kinds *k, struct kind_field *f, const struct batch *b,
                          const struct entry *e, uint64_t value)
{
    struct kind kind = {.value = apart(f, value)};
    if (f->number != UINT32_MAX)
        kind.atom_count = atoms_of_value(k->atoms, f->number, b, e, k->list);
    kind.hash = key_fold(kind.value ^ k->secret.word[1], k->secret.word[3]);
    for (uint32_t i = 0; i < kind.atom_count; i++)
        kind.hash = key_fold(kind.hash ^ (k->list[i] + 1), k->secret.word[3]);
    uint32_t at = (uint32_t)(kind.hash >> 32) & (KIND_SLOTS - 1);
    for (; f->kind_slots[at]; at = (at + 1) & (KIND_SLOTS - 1))
        if (same_kind(k, &f->kinds[f->kind_slots[at]], &kind, k->list))
            return f->kind_slots[at];
    uint32_t number = keep_kind(k, f, kind);
    if (number != KIND_UNKNOWN)
        f->kind_slots[at] = (uint16_t)number;
    return number;
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

static uint32_t new_value(struct kinds *k, struct kind_field *f, const struct batch *b,
                          const struct entry *e, uint64_t hash)
{
    uint32_t kind = find_kind(k, f, b, e, hash);
    make_room(f);
    *value_slot(f, hash) = (struct value){hash, kind};
    return kind;
}

static uint32_t direct_place(const struct kinds *k, const struct kind_field *f,
                             const struct batch *b, const struct entry *e)
{
    if (f->field == FIELD_STATUS)
        return e->status < STATUSES ? e->status : 0;
    if (f->field >= FIELD_TEXTS)
        return atoms_stretch(k->atoms, f->number, e);
    return listed_number(f->listed, b->bytes + e->text[f->field].at, e->text[f->field].len);
}

static uint32_t direct_kind(struct kinds *k, struct kind_field *f, const struct batch *b,
                            const struct entry *e)
{
    uint32_t place = direct_place(k, f, b, e);
    if (f->direct[place] == KIND_UNKNOWN)
        f->direct[place] = (uint16_t)find_kind(k, f, b, e, place * 2 + 1);
    return f->direct[place];
}

/* ---- Stretches of a batch ------------------------------------------------------ */

static void direct_kinds(struct kinds *k, struct kind_field *f, const struct batch *b,
                         const struct entry *e, uint32_t count, uint16_t *kinds)
{
    for (uint32_t i = 0; i < count; i++, e++)
        kinds[i] = e->has & FIELD_BIT(f->field) ? (uint16_t)direct_kind(k, f, b, e) : KIND_ABSENT;
}

/* Of the whole text: no two that differ may be taken for one. Behind it more may be read. Odd. */
static inline uint64_t value_hash(const char *at, uint32_t len, const struct key_secret *s)
{
    uint64_t hash = s->word[2] ^ len;
    for (; len > KEY_SHORT; at += KEY_SHORT, len -= KEY_SHORT) {
        struct key_words w;
        memcpy(&w, at, sizeof w);
        hash = key_fold(w.low ^ s->word[0], w.high ^ hash);
    }
    struct key_words last = key_words_slack(at, len);
    hash = key_fold(last.low ^ s->word[0], last.high ^ s->word[1] ^ hash);
    return key_fold(hash ^ s->word[2], s->word[3]) | 1;
}

static uint16_t value_kind(struct kinds *k, struct kind_field *f, const struct batch *b,
                           const struct entry *e, uint64_t hash)
{
    const struct value *v = value_slot(f, hash);
    return (uint16_t)(v->hash ? v->kind : new_value(k, f, b, e, hash));
}

static void value_kinds(struct kinds *k, struct kind_field *f, const struct batch *b,
                        const struct entry *first, uint32_t count, uint16_t *kinds)
{
    uint64_t hashes[KIND_STRETCH];
    const struct key_secret own = k->secret; /* in registers */
    const struct entry *e = first;
    for (uint32_t i = 0; i < count; i++, e++) {
        hashes[i] = 0;
        if (!(e->has & FIELD_BIT(f->field)))
            continue;
        hashes[i] = value_hash(b->bytes + e->text[f->field].at, e->text[f->field].len, &own);
        __builtin_prefetch(&f->values[(uint32_t)(hashes[i] >> 32) & f->value_mask]);
    }
    for (uint32_t i = 0; i < count; i++)
        kinds[i] = hashes[i] ? value_kind(k, f, b, first + i, hashes[i]) : KIND_ABSENT;
}

uint16_t kinds_find(struct kinds *k, uint32_t field, const struct batch *b, const struct entry *e)
{
    struct kind_field *f = &k->fields[field];
    if (f->direct)
        return (uint16_t)direct_kind(k, f, b, e);
    const struct span *text = &e->text[f->field];
    return value_kind(k, f, b, e, value_hash(b->bytes + text->at, text->len, &k->secret));
}

void kinds_of(struct kinds *k, uint32_t field, const struct batch *b, const struct entry *first,
              uint32_t count, uint16_t *out)
{
    struct kind_field *f = &k->fields[field];
    if (f->direct)
        direct_kinds(k, f, b, first, count, out);
    else
        value_kinds(k, f, b, first, count, out);
}
