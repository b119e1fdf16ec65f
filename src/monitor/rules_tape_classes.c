/* rules_tape_classes.c - what each class of lines is to a tape: whom it counts for, and how. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

/* ---- Which groups are noted down --------------------------------------------------------------- */

static bool is_whole(const struct rules_net *n, uint32_t group)
{
    for (uint32_t i = 0; i < n->rule_count; i++)
        if (n->wholes[i] == group)
            return true;
    return false;
}

/* Addresses are too many to be told apart by classes. */
static bool can_be_noted(const struct rules_tape *t, uint32_t group)
{
    const struct rule_group *g = &t->net->groups[group];
    bool rejected = g->counters & COUNTER_BIT(COUNT_REJECTED);
    return g->per != FIELD_HOST && !rejected && !is_whole(t->net, group) &&
           rules_spans_bounded(t->rules, g);
}

void tape_choose_noted(struct rules_tape *t)
{
    const unsigned by_status = COUNTER_BIT(COUNT_ERRORS) | COUNTER_BIT(COUNT_CLIENT_ERRORS);
    field_set apart = 0;
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        const struct rule_group *g = &t->net->groups[i];
        t->groups[i].noted = can_be_noted(t, i);
        t->groups[i].slow = rules_spans_slow(t->rules, g);
        if (t->groups[i].noted && g->per != FIELD_COUNT)
            apart |= FIELD_BIT(g->per);
        t->faults |= t->groups[i].noted && (g->counters & by_status);
    }
    t->classes = classes_new(t->net, apart);
}

/* ---- Targets ---------------------------------------------------------------------------------- */

static void add_places(struct rules_tape *t, struct tape_target *target)
{
    unsigned columns = rules_spans_columns(t->rules, t->groups[target->group].group);
    for (unsigned c = 0; c < PAGE_COLUMNS; c++)
        if (columns & 1u << c)
            target->places[c] = ++t->place_count;
    t->place_sums = mem_grow(t->place_sums, t->place_count + 1, sizeof *t->place_sums);
    t->places_touched = mem_grow(t->places_touched, t->place_count + 1, sizeof *t->places_touched);
    for (unsigned c = 0; c < PAGE_COLUMNS; c++)
        if (target->places[c])
            t->place_sums[target->places[c] - 1] = 0;
}

static uint32_t target_at(struct rules_tape *t, uint32_t group, uint64_t hash, struct text name)
{
    uint32_t key = tape_key_at(t, &t->groups[group], hash, name);
    struct tape_key *k = t->groups[group].keys[key];
    if (k->target)
        return k->target - 1;
    if (t->target_count == t->target_room) {
        t->target_room = t->target_room ? t->target_room * 2 : 64;
        t->targets = mem_grow(t->targets, t->target_room, sizeof *t->targets);
    }
    struct tape_target *target = &t->targets[t->target_count++];
    *target = (struct tape_target){.group = group, .key = key};
    add_places(t, target);
    k->target = t->target_count;
    return t->target_count - 1;
}

/* ---- Classes ---------------------------------------------------------------------------------- */

static void append(uint32_t **list, uint32_t *count, uint32_t number)
{
    if ((*count & (*count - 1)) == 0)
        *list = mem_grow(*list, *count * 2 + 1, sizeof **list);
    (*list)[(*count)++] = number;
}

/* A target whose sums of a page a line of the class adds to. */
static void take_places(struct rules_tape *t, const struct tape_target *g)
{
    for (uint32_t column = 0; column < PAGE_SLOW; column++)
        if (g->places[column])
            append(&t->class_places, &t->class_place_count,
                   (g->places[column] - 1) << PLACE_COLUMN_BITS | column);
    if (g->places[PAGE_PEOPLE])
        append(&t->class_people, &t->class_people_count, g->places[PAGE_PEOPLE] - 1);
}

static void take_group(struct rules_tape *t, struct tape_class *c, uint32_t group, bool times,
                       const struct batch *b, const struct entry *e)
{
    const struct rule_group *g = t->groups[group].group;
    struct rule_key_name name = {.name = TEXT("")};
    char room[CAUSE_NAME_SIZE];
    if (g->times != times)
        return;
    if (g->per != FIELD_COUNT && !rules_key_of(t->net, g->per, b, e, room, &name))
        return; /* nor has any other line of the class the field */
    append(&t->class_targets, &t->class_target_count, target_at(t, group, name.hash, name.name));
    c->target_count++;
    c->timed_count += times;
    c->host |= g->visitors;
}

static bool is_noted(const struct rules_tape *t, uint32_t group, field_set known)
{
    const struct tape_group *g = &t->groups[group];
    return g->noted && (g->group->per == FIELD_COUNT || (known & FIELD_BIT(g->group->per)));
}

/* What a line of the class needs. */
static void choose_way(struct rules_tape *t, uint32_t number)
{
    const struct tape_class *c = &t->rows[number];
    struct tape_hot *hot = &t->hot[number];
    bool bytes = false;
    for (uint32_t i = c->targets; i < c->targets + c->target_count; i++)
        bytes |= t->groups[t->targets[t->class_targets[i]].group].group->counters & COUNTER_BIT(COUNT_BYTES);
    hot->word = number | (bytes ? NOTE_BYTES : 0) | (c->host ? NOTE_VISITOR : 0);
    hot->words = (uint8_t)(c->target_count ? 1 + bytes : 0);
    hot->way = c->host || c->timed_count || c->direct_count ? WAY_LONG : WAY_NOTE;
}

void tape_class_fill(struct rules_tape *t, uint32_t number, const struct batch *b,
                     const struct entry *e)
{
    struct tape_class *c = &t->rows[number];
    const struct line_class *row = classes_at(t->classes, number);
    uint32_t count = row->group_count;
    if (count)
        memcpy(t->matched, classes_groups(t->classes, number), count * sizeof *t->matched);
    if (t->groups[GROUP_ALL].group->window_most)
        t->matched[count++] = GROUP_ALL;
    *c = (struct tape_class){.targets = t->class_target_count,
                             .places = t->class_place_count,
                             .people = t->class_people_count,
                             .directs = t->class_direct_count};
    for (int times = 1; times >= 0; times--)
        for (uint32_t i = 0; i < count; i++)
            if (is_noted(t, t->matched[i], row->known))
                take_group(t, c, t->matched[i], times, b, e);
    for (uint32_t i = 0; i < c->target_count; i++)
        take_places(t, &t->targets[t->class_targets[c->targets + i]]);
    for (uint32_t i = 0; i < count; i++)
        if (!is_noted(t, t->matched[i], row->known))
            append(&t->class_directs, &t->class_direct_count, t->matched[i]);
    c->place_count = t->class_place_count - c->places;
    c->people_count = t->class_people_count - c->people;
    c->direct_count = t->class_direct_count - c->directs;
    choose_way(t, number);
}

static struct tape_class *row_new(struct rules_tape *t)
{
    if (t->class_count == t->class_room) {
        t->class_room = t->class_room ? t->class_room * 2 : 256;
        t->rows = mem_grow(t->rows, t->class_room, sizeof *t->rows);
        t->hot = mem_grow(t->hot, t->class_room, sizeof *t->hot);
        t->touched = mem_grow(t->touched, t->class_room + 1, sizeof *t->touched);
    }
    t->hot[t->class_count] = (struct tape_hot){.way = WAY_NEW};
    struct tape_class *c = &t->rows[t->class_count++];
    *c = (struct tape_class){.targets = 0};
    return c;
}

void tape_classes_room(struct rules_tape *t)
{
    while (t->class_count < classes_end(t->classes))
        row_new(t);
    t->hot[CLASS_NONE].way = WAY_LONG;
}

void tape_classes_merge(struct rules_tape *into, const struct rules_tape *from)
{
    for (uint32_t i = 0; i < from->class_count; i++) {
        struct tape_class c = from->rows[i];
        uint32_t first = into->class_target_count;
        for (uint32_t k = 0; k < c.target_count; k++) {
            const struct tape_target *was = &from->targets[from->class_targets[c.targets + k]];
            const struct tape_key *key = from->groups[was->group].keys[was->key];
            uint32_t at = target_at(into, was->group, key->hash, text_make(key->name, key->name_len));
            append(&into->class_targets, &into->class_target_count, at);
        }
        c.targets = first;
        *row_new(into) = c;
        into->hot[into->class_count - 1] = from->hot[i];
    }
}

void tape_classes_done(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->target_count; i++) {
        rules_spans_done(&t->targets[i].spans);
        rules_spans_done(&t->targets[i].people);
    }
    classes_free(t->classes);
    free(t->targets);
    free(t->rows);
    free(t->hot);
    free(t->class_targets);
    free(t->class_places);
    free(t->class_directs);
    free(t->class_people);
    free(t->seen);
    free(t->touched);
    free(t->place_sums);
    free(t->places_touched);
}
