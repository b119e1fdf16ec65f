#include "monitor/rules_atoms.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct atom {
    struct rule_test test;
    const struct rule_where *where; /* whose test it is */
    uint32_t number;
    uint32_t listed; /* RULE_TEST_SAME: the number of its text in its field, from 1 */
};

struct atom_field {
    enum field field;
    uint32_t *atoms; /* in order */
    uint32_t count;
    bool only_same;  /* texts: nothing but comparisons with listed ones */
    struct listed_texts texts;
    uint64_t *edges; /* numbers: each begins a stretch; in order */
    uint32_t edge_count;
};

/* A filter, and what it decides. */
struct atom_filter {
    const struct rule_where *where;
    uint64_t hash; /* of its text */
    uint32_t *places; /* of its tests: the atoms */
    uint32_t *groups;
    uint32_t group_count;
};

struct atoms {
    struct atom *rows;
    uint32_t count;
    struct atom_field fields[FIELD_COUNT];
    uint32_t field_count;
    struct atom_filter *filters;
    uint32_t filter_count;
    /* Filters that need an atom, by atom; and those that need none. */
    uint32_t *needing, *needing_from;
    uint32_t *always;
    uint32_t always_count;
};

/* ---- Atoms ----------------------------------------------------------------------------------- */

static bool same_test(const struct rule_test *a, const struct rule_test *b)
{
    return a->text.len == b->text.len && a->field == b->field && a->kind == b->kind &&
           a->detail == b->detail && a->negated == b->negated && a->low == b->low &&
           a->high == b->high && text_same(a->text, b->text);
}

static uint32_t atom_at(struct atoms *a, const struct rule_where *where, uint32_t number)
{
    struct rule_test test = where->asking->test(where->filter, number);
    for (uint32_t i = 0; i < a->count; i++)
        if (same_test(&a->rows[i].test, &test))
            return i;
    a->rows = mem_grow(a->rows, a->count + 1, sizeof *a->rows);
    a->rows[a->count] = (struct atom){test, where, number, 0};
    return a->count++;
}

static struct atom_filter *filter_at(struct atoms *a, const struct rule_group *g)
{
    const struct rule_where *where = g->where;
    for (uint32_t i = 0; i < a->filter_count; i++)
        if (a->filters[i].hash == g->where_hash && rule_where_same(a->filters[i].where, where))
            return &a->filters[i];
    a->filters = mem_grow(a->filters, a->filter_count + 1, sizeof *a->filters);
    struct atom_filter *f = &a->filters[a->filter_count++];
    *f = (struct atom_filter){.where = where, .hash = g->where_hash};
    if (!where->text)
        return f;
    uint32_t count = where->asking->count(where->filter);
    f->places = mem_new(count + 1, sizeof *f->places);
    for (uint32_t i = 0; i < count; i++)
        f->places[i] = atom_at(a, where, i);
    return f;
}

static void add_group(struct atoms *a, const struct rules_net *n, uint32_t group)
{
    struct atom_filter *f = filter_at(a, &n->groups[group]);
    f->groups = mem_grow(f->groups, f->group_count + 1, sizeof *f->groups);
    f->groups[f->group_count++] = group;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static struct atom_field *field_at(struct atoms *a, enum field field)
{
    for (uint32_t i = 0; i < a->field_count; i++)
        if (a->fields[i].field == field)
            return &a->fields[i];
    struct atom_field *f = &a->fields[a->field_count++];
    *f = (struct atom_field){.field = field, .only_same = field_kind(field) == FIELD_KIND_TEXT};
    return f;
}

static void add_edge(struct atom_field *f, uint64_t edge)
{
    f->edges = mem_grow(f->edges, f->edge_count + 1, sizeof *f->edges);
    f->edges[f->edge_count++] = edge;
}

static int by_value(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void add_to_field(struct atoms *a, uint32_t atom)
{
    const struct rule_test *test = &a->rows[atom].test;
    struct atom_field *f = field_at(a, test->field);
    f->atoms = mem_grow(f->atoms, f->count + 1, sizeof *f->atoms);
    f->atoms[f->count++] = atom;
    if (test->kind == RULE_TEST_SAME) {
        f->texts.count++; /* at most, and at first */
    } else if (test->kind == RULE_TEST_RANGE) {
        add_edge(f, test->low);
        if (test->high < UINT64_MAX)
            add_edge(f, test->high + 1);
    }
    f->only_same &= test->kind == RULE_TEST_SAME;
}

/* Values lie in batches, behind which more may be read; these texts do not. */
static uint64_t head_of(struct text text)
{
    uint64_t head = 0;
    if (text.len)
        memcpy(&head, text.at, text.len < sizeof head ? text.len : sizeof head);
    return head;
}

static uint32_t list_text(struct listed_texts *l, struct text text)
{
    uint64_t head = head_of(text);
    uint32_t len = (uint32_t)text.len, at = listed_slot(head, len) & l->mask;
    for (; l->slots[at].number; at = (at + 1) & l->mask)
        if (text_same(text_make(l->slots[at].at, l->slots[at].len), text))
            return l->slots[at].number;
    l->slots[at] = (struct listed_text){head, text.at, len, ++l->count};
    return l->count;
}

static void finish_field(struct atoms *a, struct atom_field *f)
{
    uint32_t room = 16;
    while (room < f->texts.count * 4)
        room *= 2;
    f->texts = (struct listed_texts){.slots = mem_new(room, sizeof *f->texts.slots), .mask = room - 1};
    for (uint32_t i = 0; i < f->count; i++) {
        struct atom *atom = &a->rows[f->atoms[i]];
        if (atom->test.kind == RULE_TEST_SAME)
            atom->listed = list_text(&f->texts, atom->test.text);
    }
    if (f->edge_count)
        qsort(f->edges, f->edge_count, sizeof *f->edges, by_value);
}

/* ---- Who needs what -------------------------------------------------------------------------- */

/* The atom without which the filter lets nothing through; UINT32_MAX: none is known. */
static uint32_t needed_atom(const struct atoms *a, const struct atom_filter *f)
{
    const struct rule_where *w = f->where;
    uint32_t count = w->text ? w->asking->count(w->filter) : 0;
    for (uint32_t i = 0; i < count && w->needs < FIELD_TEXTS; i++) {
        const struct rule_test *t = &a->rows[f->places[i]].test;
        if (t->kind == RULE_TEST_SAME && !t->negated && t->field == w->needs &&
            text_same(t->text, w->needed))
            return f->places[i];
    }
    return UINT32_MAX;
}

static void sort_filters(struct atoms *a)
{
    a->needing_from = mem_new(a->count + 2, sizeof *a->needing_from);
    a->needing = mem_new(a->filter_count + 1, sizeof *a->needing);
    a->always = mem_new(a->filter_count + 1, sizeof *a->always);
    for (uint32_t i = 0; i < a->filter_count; i++) {
        uint32_t atom = needed_atom(a, &a->filters[i]);
        if (atom == UINT32_MAX)
            a->always[a->always_count++] = i;
        else
            a->needing_from[atom + 1]++;
    }
    for (uint32_t i = 0; i < a->count; i++)
        a->needing_from[i + 1] += a->needing_from[i];
    uint32_t *next = mem_new(a->count + 1, sizeof *next);
    memcpy(next, a->needing_from, a->count * sizeof *next);
    for (uint32_t i = 0; i < a->filter_count; i++) {
        uint32_t atom = needed_atom(a, &a->filters[i]);
        if (atom != UINT32_MAX)
            a->needing[next[atom]++] = i;
    }
    free(next);
}

/* ---- Made and freed -------------------------------------------------------------------------- */

static bool can_be_taken_apart(const struct rules_net *n)
{
    for (uint32_t i = 0; i < n->group_count; i++)
        if (n->groups[i].where->text && !n->groups[i].where->asking)
            return false;
    return true;
}

struct atoms *atoms_new(const struct rules_net *n)
{
    if (!can_be_taken_apart(n))
        return NULL;
    struct atoms *a = mem_new(1, sizeof *a);
    for (uint32_t i = GROUP_ALL + 1; i < n->group_count; i++)
        add_group(a, n, i);
    for (uint32_t i = 0; i < a->count; i++)
        add_to_field(a, i);
    for (uint32_t i = 0; i < a->field_count; i++)
        finish_field(a, &a->fields[i]);
    sort_filters(a);
    return a;
}

void atoms_free(struct atoms *a)
{
    if (!a)
        return;
    for (uint32_t i = 0; i < a->filter_count; i++) {
        free(a->filters[i].places);
        free(a->filters[i].groups);
    }
    for (uint32_t i = 0; i < a->field_count; i++) {
        free(a->fields[i].atoms);
        free(a->fields[i].texts.slots);
        free(a->fields[i].edges);
    }
    free(a->rows);
    free(a->filters);
    free(a->needing);
    free(a->needing_from);
    free(a->always);
    free(a);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

uint32_t atoms_count(const struct atoms *a)
{
    return a->count;
}

uint32_t atoms_fields(const struct atoms *a)
{
    return a->field_count;
}

enum field atoms_field(const struct atoms *a, uint32_t number)
{
    return a->fields[number].field;
}

const struct listed_texts *atoms_listed(const struct atoms *a, uint32_t number)
{
    return a->fields[number].only_same ? &a->fields[number].texts : NULL;
}

uint32_t atoms_stretches(const struct atoms *a, uint32_t number)
{
    return a->fields[number].edge_count + 1;
}

static uint64_t number_of(const struct entry *e, enum field field)
{
    if (field == FIELD_STATUS)
        return e->status;
    if (field == FIELD_TIME)
        return (uint64_t)e->second ^ UINT64_C(1) << 63;
    return entry_number(e, field);
}

uint32_t atoms_stretch(const struct atoms *a, uint32_t number, const struct entry *e)
{
    const struct atom_field *f = &a->fields[number];
    uint64_t value = number_of(e, f->field);
    uint32_t low = 0, high = f->edge_count; /* the edges up to the value */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (f->edges[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool may_be_so(const struct rule_test *t, struct text value)
{
    if (!t->literal.len)
        return true;
    if (t->literal_first)
        return value.len >= t->literal.len && !memcmp(value.at, t->literal.at, t->literal.len);
    return memmem(value.at, value.len, t->literal.at, t->literal.len) != NULL;
}

/* `listed`: the number of the value among the texts of its field. */
static bool holds(const struct atom *atom, struct text value, uint32_t listed,
                  const struct batch *b, const struct entry *e)
{
    if (atom->listed)
        return (atom->listed == listed) != atom->test.negated;
    if (atom->test.kind == RULE_TEST_TEXT && !may_be_so(&atom->test, value))
        return atom->test.negated;
    return atom->where->asking->holds(atom->where->filter, atom->number, b, e);
}

uint32_t atoms_of_value(const struct atoms *a, uint32_t number, const struct batch *b,
                        const struct entry *e, uint32_t *out)
{
    const struct atom_field *f = &a->fields[number];
    struct text value = TEXT("");
    uint32_t count = 0, listed = 0;
    if (f->field < FIELD_TEXTS)
        value = batch_text(b, e, f->field);
    if (f->texts.count)
        listed = listed_number(&f->texts, value.at, (uint32_t)value.len);
    for (uint32_t i = 0; i < f->count; i++)
        if (holds(&a->rows[f->atoms[i]], value, listed, b, e))
            out[count++] = f->atoms[i];
    return count;
}

static int by_number(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static uint32_t ask(const struct atom_filter *f, const uint8_t *held, uint32_t *groups,
                    uint32_t count)
{
    if (f->where->text && !f->where->asking->decide(f->where->filter, held, f->places))
        return count;
    memcpy(groups + count, f->groups, f->group_count * sizeof *groups);
    return count + f->group_count;
}

uint32_t atoms_groups(const struct atoms *a, const uint8_t *held, const uint32_t *list,
                      uint32_t count, uint32_t *groups)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = a->needing_from[list[i]]; k < a->needing_from[list[i] + 1]; k++)
            found = ask(&a->filters[a->needing[k]], held, groups, found);
    for (uint32_t i = 0; i < a->always_count; i++)
        found = ask(&a->filters[a->always[i]], held, groups, found);
    if (found)
        qsort(groups, found, sizeof *groups, by_number);
    return found;
}
