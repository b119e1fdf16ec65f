#include "monitor/rules_spans.h"

#include <stdlib.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"

/* What a page of 256 seconds counted. */
struct page_sum {
    int64_t first;
    uint64_t sum;
};

/* The sum below (or at) which a rule is quiet, and what is summed. */
struct bound {
    const struct rule_spec *rule;
    enum rule_counter counter;
    bool by_entries; /* at_least: fewer say nothing */
};

static bool bound_of(const struct rule_spec *r, struct bound *b)
{
    bool counted = r->metric != RULE_VISITORS && r->metric != RULE_REQUEST_TIME &&
                   (r->level.measure == RULE_RATE || r->level.measure == RULE_AMOUNT);
    if (r->side == RULE_BELOW)
        return false;
    *b = (struct bound){.rule = r, .counter = rules_counter(r->metric)};
    if (counted)
        return true;
    *b = (struct bound){.rule = r, .counter = COUNT_ENTRIES, .by_entries = true};
    return r->at_least > 0 && r->metric != RULE_REJECTED;
}

/* The recovery level is the lower one: below it nothing fires, and nothing goes on firing. */
static bool is_quiet(const struct bound *b, uint64_t sum)
{
    if (b->by_entries)
        return sum < b->rule->at_least;
    return rule_level_compare(&b->rule->recover, sum, (uint64_t)b->rule->window_s) < 0;
}

static void add_span(struct rules_spans *s, int64_t from, int64_t to)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->rows = mem_grow(s->rows, s->room, sizeof *s->rows);
    }
    s->rows[s->count++] = (struct span_of_time){from, to};
}

static size_t read_pages(const struct timeline *t, struct page_sum **pages)
{
    size_t count = 0, room = 0;
    struct timeline_walk *walk = timeline_walk_new(t);
    struct page_sum p;
    *pages = NULL;
    while (timeline_walk_page(walk, &p.first, &p.sum)) {
        if (count == room) {
            room = room ? room * 2 : 64;
            *pages = mem_grow(*pages, room, sizeof **pages);
        }
        (*pages)[count++] = p;
    }
    timeline_walk_free(walk);
    return count;
}

/* A window that ends in a page lies in that page and those up to window_s seconds before it. */
static void spans_of_rule(struct rules_spans *s, const struct bound *b, const struct timeline *t)
{
    struct page_sum *pages;
    size_t count = read_pages(t, &pages), oldest = 0;
    int64_t window_s = b->rule->window_s;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += pages[i].sum;
        while (pages[oldest].first + TIMELINE_PAGE <= pages[i].first - window_s)
            sum -= pages[oldest++].sum;
        if (!is_quiet(b, sum))
            add_span(s, pages[i].first - window_s, pages[i].first + TIMELINE_PAGE - 1);
    }
    free(pages);
}

static int by_start(const void *left, const void *right)
{
    const struct span_of_time *a = left, *b = right;
    return (a->from > b->from) - (a->from < b->from);
}

static void join_spans(struct rules_spans *s)
{
    size_t kept = 0;
    if (s->count)
        qsort(s->rows, s->count, sizeof *s->rows, by_start);
    for (size_t i = 0; i < s->count; i++) {
        struct span_of_time *last = kept ? &s->rows[kept - 1] : NULL;
        if (!last || s->rows[i].from > last->to + 1)
            s->rows[kept++] = s->rows[i];
        else if (s->rows[i].to > last->to)
            last->to = s->rows[i].to;
    }
    s->count = kept;
}

struct rules_spans rules_spans_of(const struct rule_spec *rules, uint32_t count,
                                  const struct tape_group *g, const struct tape_key *k)
{
    struct rules_spans s = {0};
    struct bound b;
    for (uint32_t i = 0; i < count && !s.everything; i++) {
        uint32_t column = 0;
        if (!bound_of(&rules[i], &b) || (!b.by_entries && !is_quiet(&b, 0))) {
            s.everything = true;
            break;
        }
        while (g->columns[column] != b.counter)
            column++;
        if (k->columns[column])
            spans_of_rule(&s, &b, k->columns[column]);
    }
    join_spans(&s);
    return s;
}

void rules_spans_done(struct rules_spans *s)
{
    free(s->rows);
    *s = (struct rules_spans){0};
}
