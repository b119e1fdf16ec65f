/* rules_spans.h - the stretches of a log in which the rules of a group can be anything but quiet.
 *
 * Told by sums over pages of 64 seconds: where even all that lies in the pages that a window can touch
 * is on the quiet side, every second is. When a log is so long that there are too many pages, they
 * are joined two by two. Private to src/monitor/rules_*.c. */
#ifndef SPATE_MONITOR_RULES_SPANS_H
#define SPATE_MONITOR_RULES_SPANS_H

#include "monitor/rules_net.h"

enum { RULES_PAGE_BITS = 6 };

/* What is summed up: counters; the durations that are long enough to matter; and visitors, once a page,
 * by how many pages ago they were seen last: 1, 2 to 3, 4 to 7, ... , 32 to 63, or more than that, or it is
 * not known. So there is a bound on how many different ones there are in pages that follow one another: those
 * seen last within them are counted already. */
enum { PAGE_SLOW = COUNT_REJECTED, PAGE_PEOPLE, PEOPLE_AGES = 7, PAGE_COLUMNS = PAGE_PEOPLE + PEOPLE_AGES };

static inline unsigned people_age(uint64_t pages_ago)
{
    return pages_ago >> (PEOPLE_AGES - 1) ? PEOPLE_AGES - 1 : 63u - (unsigned)__builtin_clzll(pages_ago);
}

/* A sum that is not 0. `place`: of whom and what, as the caller numbers it. */
struct rules_page {
    uint32_t place;
    int32_t number; /* second >> pages.bits */
    uint64_t sum;
};

/* In the order in which they came, some of them maybe in several parts. */
struct rules_pages {
    struct rules_page *rows;
    size_t count, room, most; /* most: when to join */
    unsigned bits;
};

void rules_pages_init(struct rules_pages *p, size_t most);
void rules_pages_done(struct rules_pages *p);
/* number: second >> RULES_PAGE_BITS */
void rules_pages_add(struct rules_pages *p, uint32_t place, int64_t number, uint64_t sum);
/* Pages that are two by two one. */
void rules_pages_join(struct rules_pages *p);
/* By place, then in order of time, each once. */
void rules_pages_sort(struct rules_pages *p);

struct span_of_time {
    int64_t from, to; /* seconds, both included; with the window before them */
};

struct rules_spans {
    struct span_of_time *rows; /* in order, apart from one another */
    size_t count, room;
};

/* Can this be told of all rules of the group at all? */
bool rules_spans_bounded(const struct rule_spec *rules, const struct rule_group *g);
/* The columns that it is told by: bits. */
unsigned rules_spans_columns(const struct rule_spec *rules, const struct rule_group *g);
/* The shortest durations that can make one of its rules fire, or go on firing: a bucket. */
uint32_t rules_spans_slow(const struct rule_spec *rules, const struct rule_group *g);

/* The pages of a column, in order. */
struct page_column {
    const struct rules_page *rows;
    size_t count;
};

/* Of all its rules; or of those that ask for visitors only. */
struct rules_spans rules_spans_of(const struct rule_spec *rules, const struct rule_group *g,
                                  const struct page_column columns[PAGE_COLUMNS], unsigned bits,
                                  bool visitors_only);
/* The first that does not end before the second; its number may be `count`. */
size_t rules_spans_find(const struct rules_spans *s, int64_t second);

/* Is it in one of them? *hint: the one looked at last, from 0. */
static inline bool rules_spans_hold(const struct rules_spans *s, int64_t second, size_t *hint)
{
    if (*hint < s->count && s->rows[*hint].from <= second && s->rows[*hint].to >= second)
        return true;
    *hint = rules_spans_find(s, second);
    return *hint < s->count && s->rows[*hint].from <= second;
}
/* Adds those of the other; `all`: everything. */
void rules_spans_join(struct rules_spans *into, const struct rules_spans *from, bool all);
/* Is any second in them? */
bool rules_spans_meet(const struct rules_spans *s, int64_t first, int64_t last);
void rules_spans_done(struct rules_spans *s);

#endif
