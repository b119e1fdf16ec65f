/* rules_tape_page.c - what the keys of noted groups come to in a page, and what that says. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_tape.h"

static void add_class(struct rules_tape *t, uint32_t number)
{
    const struct tape_class *c = &t->rows[number];
    struct tape_hot *hot = &t->hot[number];
    const uint64_t amounts[PAGE_SLOW] = {[COUNT_ENTRIES] = hot->entries,
                                         [COUNT_BYTES] = hot->bytes,
                                         [COUNT_ERRORS] = hot->faults & ((UINT64_C(1) << FAULTS_BITS) - 1),
                                         [COUNT_CLIENT_ERRORS] = hot->faults >> FAULTS_BITS};
    for (uint32_t i = c->places; i < c->places + c->place_count; i++) {
        uint32_t place = t->class_places[i] >> PLACE_COLUMN_BITS;
        uint64_t amount = amounts[t->class_places[i] & ((1u << PLACE_COLUMN_BITS) - 1)];
        if (!amount)
            continue;
        if (!t->place_sums[place])
            t->places_touched[t->places_touched_count++] = place;
        t->place_sums[place] += amount;
    }
    hot->entries = 0;
    hot->bytes = hot->faults = 0;
}

static inline void count_place(struct rules_tape *t, uint32_t place)
{
    if (!t->place_sums[place]++)
        t->places_touched[t->places_touched_count++] = place;
}

static inline uint64_t who_is(uint32_t place, uint64_t visitor)
{
    return (visitor ^ (place + 1) * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
}

static inline struct tape_seen *seen_at(const struct rules_tape *t, uint64_t who)
{
    return &t->seen[who >> 48 & (PEOPLE_SEEN - 1)];
}

/* The places of the ages follow one another. */
static void count_visitor(struct rules_tape *t, uint32_t place, uint64_t visitor)
{
    uint64_t who = who_is(place, visitor);
    struct tape_seen *seen = seen_at(t, who);
    if (seen->who != who) {
        *seen = (struct tape_seen){who, t->page};
        count_place(t, place + PEOPLE_AGES - 1);
    } else if (seen->page < t->page) {
        count_place(t, place + people_age((uint64_t)(t->page - seen->page)));
        seen->page = t->page;
    } else if (seen->page > t->page) {
        count_place(t, place + PEOPLE_AGES - 1);
    }
}

void tape_page_visitor(struct rules_tape *t, const struct tape_class *c, uint64_t visitor)
{
    if (!t->seen)
        t->seen = mem_new(PEOPLE_SEEN, sizeof *t->seen);
    for (uint32_t i = c->people; i < c->people + c->people_count; i++) /* the waits overlap */
        __builtin_prefetch(seen_at(t, who_is(t->class_people[i], visitor)), 1);
    for (uint32_t i = c->people; i < c->people + c->people_count; i++)
        count_visitor(t, t->class_people[i], visitor);
}

void tape_page_close(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->touched_count; i++)
        add_class(t, t->touched[i]);
    for (uint32_t i = 0; i < t->places_touched_count; i++) {
        uint32_t place = t->places_touched[i];
        rules_pages_add(&t->pages, place, t->page, t->place_sums[place]);
        t->place_sums[place] = 0;
    }
    t->touched_count = t->places_touched_count = 0;
}

/* Where durations are missing now and then, what the window holds and what its percentile is of
 * are two things. Where there are none at all the rule has nothing to say. */
static void choose_span(struct rules_tape *t, struct tape_target *g,
                        const struct page_column columns[PAGE_COLUMNS])
{
    const struct tape_group *group = &t->groups[g->group];
    g->hint = g->people_hint = 0;
    g->all = group->keys[g->key]->direct || (group->group->times && g->timed && g->untimed);
    rules_spans_done(&g->spans);
    rules_spans_done(&g->people);
    if (g->all)
        return;
    g->spans = rules_spans_of(t->rules, group->group, columns, t->pages.bits, false);
    g->people = rules_spans_of(t->rules, group->group, columns, t->pages.bits, true);
}

void tape_choose_spans(struct rules_tape *t)
{
    size_t *from = mem_new(t->place_count + 2, sizeof *from);
    rules_pages_sort(&t->pages);
    for (size_t i = 0; i < t->pages.count; i++)
        from[t->pages.rows[i].place + 1]++;
    for (uint32_t i = 0; i < t->place_count; i++)
        from[i + 1] += from[i];
    for (uint32_t i = 0; i < t->target_count; i++) {
        struct page_column columns[PAGE_COLUMNS] = {{NULL, 0}};
        for (unsigned c = 0; c < PAGE_COLUMNS; c++) {
            uint32_t place = t->targets[i].places[c];
            if (place)
                columns[c] = (struct page_column){t->pages.rows + from[place - 1],
                                                  from[place] - from[place - 1]};
        }
        choose_span(t, &t->targets[i], columns);
    }
    free(from);
}
