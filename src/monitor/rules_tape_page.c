/* rules_tape_page.c - what the keys of noted groups come to in a page, and what that says. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_tape.h"

static void add_class(struct rules_tape *t, struct tape_class *c)
{
    for (uint32_t i = c->places; i < c->places + c->place_count; i++) {
        uint32_t place = t->class_places[i] >> 1;
        uint64_t amount = t->class_places[i] & 1 ? c->bytes : c->entries;
        if (!amount)
            continue;
        if (!t->place_sums[place])
            t->places_touched[t->places_touched_count++] = place;
        t->place_sums[place] += amount;
    }
    c->entries = 0;
    c->bytes = 0;
}

void tape_page_close(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->touched_count; i++)
        add_class(t, &t->rows[t->touched[i]]);
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
    g->hint = 0;
    g->all = group->keys[g->key]->direct || (group->group->times && g->timed && g->untimed);
    rules_spans_done(&g->spans);
    if (!g->all)
        g->spans = rules_spans_of(t->rules, group->group, columns, t->pages.bits);
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
