/* naive_filter.h - filters of the simplest kind, that can be asked as a whole and taken apart: all of
 * one or two comparisons. For the tests of rules. */
#ifndef SPATE_TESTS_MONITOR_NAIVE_FILTER_H
#define SPATE_TESTS_MONITOR_NAIVE_FILTER_H

#include "monitor/rule.h"

struct naive_filter {
    uint32_t count;
    struct rule_test tests[2];
    bool either; /* one of them is enough */
};

static inline bool naive_compares(const struct rule_test *t, const struct batch *b,
                                  const struct entry *e)
{
    if (t->kind == RULE_TEST_RANGE) {
        uint64_t value = t->field == FIELD_STATUS ? e->status : entry_number(e, t->field);
        return value >= t->low && value <= t->high;
    }
    struct text value = batch_text(b, e, t->field);
    return t->kind == RULE_TEST_SAME ? text_same(value, t->text)
                                     : memmem(value.at, value.len, t->text.at, t->text.len) != NULL;
}

static inline bool naive_filter_holds(const void *filter, uint32_t number, const struct batch *b,
                                      const struct entry *e)
{
    const struct rule_test *t = &((const struct naive_filter *)filter)->tests[number];
    return (e->has & FIELD_BIT(t->field)) && naive_compares(t, b, e) != t->negated;
}

static inline bool naive_filter_matches(const void *filter, const struct batch *b,
                                        const struct entry *e)
{
    const struct naive_filter *f = filter;
    bool first = naive_filter_holds(f, 0, b, e), last = naive_filter_holds(f, f->count - 1, b, e);
    return f->either ? first || last : first && last;
}

static inline uint32_t naive_filter_count(const void *filter)
{
    return ((const struct naive_filter *)filter)->count;
}

static inline struct rule_test naive_filter_test(const void *filter, uint32_t number)
{
    return ((const struct naive_filter *)filter)->tests[number];
}

static inline bool naive_filter_decide(const void *filter, const uint8_t *held,
                                       const uint32_t *places)
{
    const struct naive_filter *f = filter;
    bool first = held[places[0]], last = held[places[f->count - 1]];
    return f->either ? first || last : first && last;
}

static const struct rule_asking NAIVE_ASKING = {naive_filter_count, naive_filter_test,
                                                naive_filter_holds, naive_filter_decide};

enum { NAIVE_WHERES = 7 };

/* Number 0 lets everything through. */
static inline struct rule_where naive_where(unsigned which)
{
    static const struct naive_filter is_b = {
        1, {{.field = FIELD_SECTION, .kind = RULE_TEST_SAME, .text = {"/b", 2}}}, false};
    static const struct naive_filter is_bad = {
        1, {{.field = FIELD_STATUS, .kind = RULE_TEST_RANGE, .low = 400, .high = UINT64_MAX}}, false};
    static const struct naive_filter not_b_and_large = {
        2,
        {{.field = FIELD_SECTION, .kind = RULE_TEST_SAME, .negated = true, .text = {"/b", 2}},
         {.field = FIELD_BYTES, .kind = RULE_TEST_RANGE, .low = 250, .high = UINT64_MAX}},
        false};
    static const struct naive_filter is_v6 = {
        1,
        {{.field = FIELD_HOST, .kind = RULE_TEST_TEXT, .text = {":", 1}, .literal = {":", 1}}},
        false};
    static const struct naive_filter not_v6_or_b = {
        2,
        {{.field = FIELD_HOST,
          .kind = RULE_TEST_TEXT,
          .negated = true,
          .text = {":", 1},
          .literal = {":", 1}},
         {.field = FIELD_SECTION, .kind = RULE_TEST_SAME, .text = {"/b", 2}}},
        true};
    static const struct naive_filter is_b_and_200 = {
        2,
        {{.field = FIELD_SECTION, .kind = RULE_TEST_SAME, .text = {"/b", 2}},
         {.field = FIELD_STATUS, .kind = RULE_TEST_RANGE, .low = 200, .high = 200}},
        false};
#define NAIVE_ROW(is) .text = #is, .matches = naive_filter_matches, .filter = &is, .asking = &NAIVE_ASKING
    static const struct rule_where rows[NAIVE_WHERES] = {
        {.needs = FIELD_COUNT},
        {NAIVE_ROW(is_b),
         .fields = FIELD_BIT(FIELD_SECTION),
         .needs = FIELD_SECTION,
         .needed = {"/b", 2},
         .needs_only = true},
        {NAIVE_ROW(is_bad), .fields = FIELD_BIT(FIELD_STATUS), .needs = FIELD_COUNT},
        {NAIVE_ROW(not_b_and_large),
         .fields = FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_BYTES),
         .needs = FIELD_COUNT},
        {NAIVE_ROW(is_v6), .fields = FIELD_BIT(FIELD_HOST), .needs = FIELD_COUNT},
        {NAIVE_ROW(not_v6_or_b),
         .fields = FIELD_BIT(FIELD_HOST) | FIELD_BIT(FIELD_SECTION),
         .needs = FIELD_COUNT},
        {NAIVE_ROW(is_b_and_200),
         .fields = FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_STATUS),
         .needs = FIELD_SECTION,
         .needed = {"/b", 2}}};
#undef NAIVE_ROW
    return rows[which];
}

#endif
