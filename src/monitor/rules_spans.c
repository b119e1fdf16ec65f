#include "monitor/rules_spans.h"

#include <stdlib.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"

/* The sum below (or at) which a rule is quiet, and what is summed. */
struct bound {
    const struct rule_spec *rule;
    enum rule_counter counter;
    enum {
        BOUND_LEVEL,   /* a sum below the level */
        BOUND_SHARE,   /* a sum below the level's share of at_least, for the whole is no less */
        BOUND_ENTRIES, /* fewer than at_least say nothing */
    } kind;
};

static bool bound_of(const struct rule_spec *r, struct bound *b)
{
    bool counted = r->metric != RULE_VISITORS && r->metric != RULE_REQUEST_TIME &&
                   (r->level.measure == RULE_RATE || r->level.measure == RULE_AMOUNT);
    if (r->side == RULE_BELOW)
        return false;
    *b = (struct bound){.rule = r, .counter = rules_counter(r->metric), .kind = BOUND_LEVEL};
    if (counted)
        return true;
    b->kind = BOUND_SHARE;
    if (r->metric != RULE_ERRORS && r->metric != RULE_CLIENT_ERRORS)
        *b = (struct bound){.rule = r, .counter = COUNT_ENTRIES, .kind = BOUND_ENTRIES};
    return r->at_least > 0 && r->metric != RULE_REJECTED;
}

/* The recovery level is the lower one: below it nothing fires, and nothing goes on firing. */
static bool is_quiet(const struct bound *b, uint64_t sum)
{
    const struct rule_spec *r = b->rule;
    if (b->kind == BOUND_ENTRIES)
        return sum < r->at_least;
    uint64_t whole = b->kind == BOUND_SHARE ? r->at_least : (uint64_t)r->window_s;
    return rule_level_compare(&r->recover, sum, whole) < 0;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static int by_first(const void *left, const void *right)
{
    const struct rules_page *a = left, *b = right;
    return (a->first > b->first) - (a->first < b->first);
}

static void join_pages(struct rules_pages *p)
{
    size_t kept = 0;
    if (p->count)
        qsort(p->rows, p->count, sizeof *p->rows, by_first);
    for (size_t i = 0; i < p->count; i++) {
        struct rules_page *last = kept ? &p->rows[kept - 1] : NULL;
        if (!last || last->first != p->rows[i].first) {
            p->rows[kept++] = p->rows[i];
            continue;
        }
        for (unsigned c = 0; c < COUNT_REJECTED; c++)
            last->sums[c] += p->rows[i].sums[c];
    }
    p->count = kept;
}

void rules_pages_add(struct rules_pages *p, const struct rules_page *page)
{
    if (!page->sums[COUNT_ENTRIES])
        return;
    if (p->count == p->room) { /* lines in disorder come back to the same pages */
        join_pages(p);
        if (p->count * 2 >= p->room) {
            p->room = p->room ? p->room * 2 : 8;
            p->rows = mem_grow(p->rows, p->room, sizeof *p->rows);
        }
    }
    p->rows[p->count++] = *page;
}

void rules_pages_done(struct rules_pages *p)
{
    free(p->rows);
    *p = (struct rules_pages){0};
}

/* ---- Spans ----------------------------------------------------------------------------------- */

static void add_span(struct rules_spans *s, int64_t from, int64_t to)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->rows = mem_grow(s->rows, s->room, sizeof *s->rows);
    }
    s->rows[s->count++] = (struct span_of_time){from, to};
}

/* A window that ends in a page lies in that page and those up to window_s seconds before it. */
static void spans_of_rule(struct rules_spans *s, const struct bound *b,
                          const struct rules_pages *pages)
{
    int64_t window_s = b->rule->window_s;
    size_t oldest = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < pages->count; i++) {
        const struct rules_page *p = &pages->rows[i];
        sum += p->sums[b->counter];
        while (pages->rows[oldest].first + RULES_PAGE <= p->first - window_s)
            sum -= pages->rows[oldest++].sums[b->counter];
        if (!is_quiet(b, sum))
            add_span(s, p->first - window_s, p->first + RULES_PAGE - 1);
    }
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

bool rules_spans_bounded(const struct rule_spec *rules, const struct rule_group *g)
{
    struct bound b;
    for (uint32_t i = 0; i < g->rule_count; i++)
        if (!bound_of(&rules[g->rules[i]], &b) || !is_quiet(&b, 0))
            return false;
    return g->rule_count > 0;
}

struct rules_spans rules_spans_of(const struct rule_spec *rules, const struct rule_group *g,
                                  struct rules_pages *pages)
{
    struct rules_spans s = {0};
    struct bound b;
    join_pages(pages);
    for (uint32_t i = 0; i < g->rule_count; i++)
        if (bound_of(&rules[g->rules[i]], &b))
            spans_of_rule(&s, &b, pages);
    join_spans(&s);
    return s;
}

bool rules_spans_hold(const struct rules_spans *s, int64_t second)
{
    size_t low = 0, high = s->count; /* the first that does not end before it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->rows[middle].to < second)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && s->rows[low].from <= second;
}

void rules_spans_done(struct rules_spans *s)
{
    free(s->rows);
    *s = (struct rules_spans){0};
}
