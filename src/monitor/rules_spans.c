#include "monitor/rules_spans.h"

#include <stdlib.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/logclock.h"
#include "monitor/rules_inside.h"

/* The sum below which a rule is quiet, and what is summed. */
struct bound {
    const struct rule_spec *rule;
    unsigned column;
    enum {
        BOUND_LEVEL,   /* a sum below the level */
        BOUND_SHARE,   /* a sum below the level's share of the fewest entries that there can be */
        BOUND_ENTRIES, /* fewer than at_least say nothing */
        BOUND_SLOW,    /* so few of at_least are beyond the level that the percentile is not */
        BOUND_PEOPLE   /* of several columns: fewer visitors than the level */
    } kind;
};

static bool bound_of(const struct rule_spec *r, struct bound *b)
{
    *b = (struct bound){.rule = r, .column = rules_counter(r->metric), .kind = BOUND_LEVEL};
    if (r->side == RULE_BELOW)
        return false;
    if (r->metric == RULE_REQUEST_TIME) {
        b->column = PAGE_SLOW;
        b->kind = BOUND_SLOW;
        return r->at_least > 0;
    }
    if (r->metric == RULE_VISITORS)
        *b = (struct bound){.rule = r, .column = PAGE_PEOPLE, .kind = BOUND_PEOPLE};
    if (r->level.measure == RULE_RATE || r->level.measure == RULE_AMOUNT)
        return true;
    b->kind = BOUND_SHARE;
    if (r->metric != RULE_ERRORS && r->metric != RULE_CLIENT_ERRORS)
        *b = (struct bound){.rule = r, .column = COUNT_ENTRIES, .kind = BOUND_ENTRIES};
    return r->at_least > 0 && r->metric != RULE_REJECTED;
}

/* By nearest rank, of so many entries or more. */
static bool is_fast(const struct rule_spec *r, uint64_t slow)
{
    __extension__ typedef unsigned __int128 wide;
    return slow <= (uint64_t)((wide)r->at_least * (100000 - r->level.percentile_millis) / 100000);
}

/* The recovery level is the lower one: below it nothing fires, and nothing goes on firing. */
static bool is_quiet_of(const struct bound *b, uint64_t sum, uint64_t entries)
{
    const struct rule_spec *r = b->rule;
    if (b->kind == BOUND_ENTRIES)
        return sum < r->at_least;
    if (b->kind == BOUND_SLOW)
        return is_fast(r, sum);
    uint64_t whole = (uint64_t)r->window_s;
    if (b->kind == BOUND_SHARE)
        whole = entries > r->at_least ? entries : r->at_least; /* fewer than those say nothing */
    return rule_level_compare(&r->recover, sum, whole) < 0;
}

static bool is_quiet(const struct bound *b, uint64_t sum)
{
    return is_quiet_of(b, sum, 0);
}

bool rules_spans_bounded(const struct rule_spec *rules, const struct rule_group *g)
{
    struct bound b;
    for (uint32_t i = 0; i < g->rule_count; i++)
        if (!bound_of(&rules[g->rules[i]], &b) || !is_quiet(&b, 0))
            return false;
    return g->rule_count > 0;
}

unsigned rules_spans_columns(const struct rule_spec *rules, const struct rule_group *g)
{
    struct bound b;
    unsigned columns = 0;
    for (uint32_t i = 0; i < g->rule_count; i++)
        if (bound_of(&rules[g->rules[i]], &b))
            columns |= b.kind == BOUND_PEOPLE  ? ((1u << PEOPLE_AGES) - 1) << PAGE_PEOPLE
                       : b.kind == BOUND_SHARE ? 1u << b.column | 1u << COUNT_ENTRIES
                                               : 1u << b.column;
    return columns;
}

uint32_t rules_spans_slow(const struct rule_spec *rules, const struct rule_group *g)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < g->rule_count; i++) {
        const struct rule_spec *r = &rules[g->rules[i]];
        uint32_t low = 0, high = LATENCY_BUCKETS; /* the first whose middle is not below the level */
        while (r->metric == RULE_REQUEST_TIME && low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (rule_level_compare(&r->recover, latency_bucket_middle(middle), 0) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (r->metric == RULE_REQUEST_TIME && low < least)
            least = low;
    }
    return least;
}

/* ---- Spans ----------------------------------------------------------------------------------- */

static void add_span(struct rules_spans *s, int64_t from, int64_t to)
{
    if (s->count && s->rows[s->count - 1].to >= from && s->rows[s->count - 1].from <= from) {
        if (s->rows[s->count - 1].to < to)
            s->rows[s->count - 1].to = to;
        return;
    }
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 4;
        s->rows = mem_grow(s->rows, s->room, sizeof *s->rows);
    }
    s->rows[s->count++] = (struct span_of_time){from, to};
}

/* Until when windows can be too full when nothing follows: the last second, and the first quiet one. */
static int64_t lasts_until(const struct bound *b, const struct rules_page *rows, size_t oldest,
                           uint64_t sum, int64_t page_s)
{
    while (!is_quiet(b, sum))
        sum -= rows[oldest++].sum;
    return rows[oldest - 1].number * page_s + page_s + b->rule->window_s;
}

/* A window that ends in a page lies in that page and those up to window_s seconds before it. */
static void spans_of_rule(struct rules_spans *s, const struct bound *b,
                          const struct page_column *pages, unsigned bits)
{
    int64_t window_s = b->rule->window_s, page_s = INT64_C(1) << bits;
    size_t oldest = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < pages->count; i++) {
        int64_t first = pages->rows[i].number * page_s;
        sum += pages->rows[i].sum;
        while (pages->rows[oldest].number * page_s + page_s <= first - window_s)
            sum -= pages->rows[oldest++].sum;
        if (!is_quiet(b, sum))
            add_span(s, first - window_s, lasts_until(b, pages->rows, oldest, sum, page_s));
    }
}

/* The pages of two columns that windows ending in one page touch, and those that lie wholly in each. */
struct share_walk {
    const struct page_column *some, *every;
    size_t some_from, some_to, every_from, every_to;
    uint64_t some_sum, every_sum;
};

static void share_to(struct share_walk *w, int64_t page, int64_t window_s, int64_t page_s)
{
    const struct page_column *some = w->some, *every = w->every;
    int64_t first = page * page_s;
    for (; w->some_to < some->count && some->rows[w->some_to].number <= page; w->some_to++)
        w->some_sum += some->rows[w->some_to].sum;
    while (w->some_from < w->some_to &&
           some->rows[w->some_from].number * page_s + page_s <= first - window_s)
        w->some_sum -= some->rows[w->some_from++].sum;
    for (; w->every_to < every->count && every->rows[w->every_to].number < page; w->every_to++)
        w->every_sum += every->rows[w->every_to].sum;
    while (w->every_from < w->every_to &&
           every->rows[w->every_from].number * page_s < first + page_s - window_s)
        w->every_sum -= every->rows[w->every_from++].sum;
}

/* Entries that are not believed (logclock.h) are in the pages, but in no window: any day has fewer than
 * LOGCLOCK_AGREE of them. */
static uint64_t doubtful(int64_t window_s)
{
    return (uint64_t)(window_s / LOGCLOCK_FAR_S + 2) * LOGCLOCK_AGREE;
}

/* Where the sum alone says that it may be too much, each page is looked at until it does not. */
static void spans_of_share(struct rules_spans *s, const struct bound *b,
                           const struct page_column *some, const struct page_column *every,
                           unsigned bits)
{
    struct share_walk w = {.some = some, .every = every};
    int64_t window_s = b->rule->window_s, page_s = INT64_C(1) << bits;
    uint64_t doubted = doubtful(window_s);
    for (int64_t page = 0; w.some_to < some->count || w.some_sum; page++) {
        if (!w.some_sum || is_quiet(b, w.some_sum)) {
            if (w.some_to == some->count)
                break;
            page = some->rows[w.some_to].number;
        }
        share_to(&w, page, window_s, page_s);
        uint64_t least = w.every_sum > doubted ? w.every_sum - doubted : 0;
        if (!is_quiet_of(b, w.some_sum, least))
            add_span(s, page * page_s - window_s, page * page_s + page_s);
    }
}

/* Walks over the pages of all ages at once. */
struct people_walk {
    const struct page_column *pages; /* by age */
    size_t from[PEOPLE_AGES], to[PEOPLE_AGES];
    uint64_t sum; /* of all of them in [from, to) */
};

/* The next page that has something, from number `least` on; INT64_MAX: none has. */
static int64_t next_page(const struct people_walk *w, size_t at[PEOPLE_AGES])
{
    int64_t next = INT64_MAX;
    for (unsigned a = 0; a < PEOPLE_AGES; a++)
        if (at[a] < w->pages[a].count && w->pages[a].rows[at[a]].number < next)
            next = w->pages[a].rows[at[a]].number;
    for (unsigned a = 0; next != INT64_MAX && a < PEOPLE_AGES; a++)
        at[a] += at[a] < w->pages[a].count && w->pages[a].rows[at[a]].number == next;
    return next;
}

/* Who may be different in pages `oldest` to `last`: of each age those that may have been seen before. */
static void walk_to(struct people_walk *w, int64_t oldest, int64_t last, unsigned joined)
{
    for (unsigned a = 0; a < PEOPLE_AGES; a++) {
        const struct page_column *pages = &w->pages[a];
        int64_t most_ago = a == PEOPLE_AGES - 1 ? INT64_MAX >> 16 : (INT64_C(2) << a) - 1;
        int64_t end = oldest + ((most_ago - 1) >> joined);
        end = end < last ? end : last;
        for (; w->to[a] < pages->count && pages->rows[w->to[a]].number <= end; w->to[a]++)
            w->sum += pages->rows[w->to[a]].sum;
        for (; w->from[a] < w->to[a] && pages->rows[w->from[a]].number < oldest; w->from[a]++)
            w->sum -= pages->rows[w->from[a]].sum;
    }
}

static void spans_of_people(struct rules_spans *s, const struct bound *b,
                            const struct page_column *pages, unsigned bits)
{
    struct people_walk w = {.pages = pages};
    size_t at[PEOPLE_AGES] = {0};
    int64_t page_s = INT64_C(1) << bits, window_s = b->rule->window_s;
    for (int64_t page; (page = next_page(&w, at)) != INT64_MAX;) {
        int64_t first = page * page_s;
        walk_to(&w, (first - window_s) >> bits, page, bits - RULES_PAGE_BITS);
        if (!is_quiet(b, w.sum))
            add_span(s, first - window_s, first + page_s + window_s);
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

struct rules_spans rules_spans_of(const struct rule_spec *rules, const struct rule_group *g,
                                  const struct page_column columns[PAGE_COLUMNS], unsigned bits,
                                  bool visitors_only)
{
    struct rules_spans s = {0};
    struct bound b;
    for (uint32_t i = 0; i < g->rule_count; i++)
        if (!bound_of(&rules[g->rules[i]], &b) || (visitors_only && b.kind != BOUND_PEOPLE))
            continue;
        else if (b.kind == BOUND_PEOPLE)
            spans_of_people(&s, &b, columns + PAGE_PEOPLE, bits);
        else if (b.kind == BOUND_SHARE)
            spans_of_share(&s, &b, &columns[b.column], &columns[COUNT_ENTRIES], bits);
        else
            spans_of_rule(&s, &b, &columns[b.column], bits);
    join_spans(&s);
    return s;
}

size_t rules_spans_find(const struct rules_spans *s, int64_t second)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->rows[middle].to < second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void rules_spans_join(struct rules_spans *into, const struct rules_spans *from, bool all)
{
    if (all)
        add_span(into, INT64_MIN, INT64_MAX - 1);
    for (size_t i = 0; i < from->count; i++)
        add_span(into, from->rows[i].from, from->rows[i].to);
    join_spans(into);
}

bool rules_spans_meet(const struct rules_spans *s, int64_t first, int64_t last)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->rows[i].from <= last && s->rows[i].to >= first)
            return true;
    return false;
}

void rules_spans_done(struct rules_spans *s)
{
    free(s->rows);
    *s = (struct rules_spans){0};
}
