/* What of a log is judged: every second at which a rule is not quiet, with the whole window before
 * it and the first second after; and not everything. */
#include <criterion/criterion.h>
#include <string.h>

#include "monitor/feed.h"
#include "monitor/rules_spans.h"

enum { SECONDS = 6000, DOUBTED = 9 };

static uint64_t entries[SECONDS], errors[SECONDS]; /* that windows hold */
static uint64_t doubted_at;                        /* in pages, but in no window */

static void make_seconds(struct random_numbers *r)
{
    uint64_t busy = 1 + random_below(r, 20), bad = random_below(r, 3) ? 5 : 40;
    for (unsigned s = 0; s < SECONDS; s++) {
        if (random_below(r, 300) == 0) {
            busy = random_below(r, 20);
            bad = random_below(r, 4) ? 5 : 95;
        }
        entries[s] = busy ? random_below(r, busy) : 0;
        errors[s] = 0;
        for (uint64_t i = 0; i < entries[s]; i++)
            errors[s] += random_below(r, 100) < bad;
    }
    doubted_at = random_below(r, SECONDS);
}

static size_t make_pages(struct rules_page *rows, const uint64_t *amounts, uint64_t more)
{
    size_t count = 0;
    for (unsigned s = 0; s < SECONDS; s++) {
        uint64_t amount = amounts[s] + (s == doubted_at ? more : 0);
        if (!amount)
            continue;
        int32_t number = (int32_t)(s >> RULES_PAGE_BITS);
        if (!count || rows[count - 1].number != number)
            rows[count++] = (struct rules_page){0, number, 0};
        rows[count - 1].sum += amount;
    }
    return count;
}

static struct rule_spec random_rule(struct random_numbers *r)
{
    struct rule_spec rule = {.metric = RULE_ERRORS, .window_s = 1 + (int64_t)random_below(r, 1200)};
    if (random_below(r, 2)) {
        rule.level = (struct rule_level){RULE_SHARE, 5 + random_below(r, 60), 100, 1, 0};
        rule.at_least = 1 + random_below(r, 200);
    } else {
        rule.level = (struct rule_level){RULE_RATE, 1 + random_below(r, 30), 10, 1, 0};
    }
    rule.recover = rule.level;
    if (random_below(r, 2))
        rule.recover.amount = rule.recover.amount * 2 / 3 + 1;
    return rule;
}

static uint64_t window_sum(const uint64_t *amounts, int64_t to, int64_t window_s)
{
    uint64_t sum = 0;
    for (int64_t s = to; s > to - window_s && s >= 0; s--)
        sum += amounts[s];
    return sum;
}

static bool is_quiet(const struct rule_spec *rule, int64_t second)
{
    uint64_t all = window_sum(entries, second, rule->window_s);
    uint64_t bad = window_sum(errors, second, rule->window_s);
    if (all < rule->at_least)
        return true;
    uint64_t whole = rule->level.measure == RULE_SHARE ? all : (uint64_t)rule->window_s;
    return rule_level_compare(&rule->recover, bad, whole) < 0;
}

static bool holds(const struct rules_spans *s, int64_t second)
{
    size_t hint = 0;
    return second < 0 || rules_spans_hold(s, second, &hint);
}

/* Returns how many seconds are in no span. */
static unsigned look(const struct rule_spec *rule, const struct rules_spans *s)
{
    unsigned left_out = 0;
    for (int64_t second = 0; second < SECONDS; second++) {
        left_out += !holds(s, second);
        if (is_quiet(rule, second))
            continue;
        cr_assert(holds(s, second) && holds(s, second + 1) && holds(s, second - rule->window_s + 1),
                  "second %lld, window %lld", (long long)second, (long long)rule->window_s);
    }
    return left_out;
}

Test(rules_spans, hold_all_that_is_not_quiet_and_leave_most_of_the_rest_out, .timeout = 120)
{
    static struct rules_page some[SECONDS], every[SECONDS];
    struct random_numbers r = {11};
    unsigned left_out[2] = {0}, rounds[2] = {0};
    for (unsigned round = 0; round < 120; round++) {
        uint32_t number = 0;
        struct rule_spec rule = random_rule(&r);
        struct rule_group group = {.rule_count = 1, .rules = &number};
        struct page_column columns[PAGE_COLUMNS] = {{NULL, 0}};
        make_seconds(&r);
        columns[COUNT_ERRORS] = (struct page_column){some, make_pages(some, errors, 0)};
        columns[COUNT_ENTRIES] = (struct page_column){every, make_pages(every, entries, DOUBTED)};
        struct rules_spans s = rules_spans_of(&rule, &group, columns, RULES_PAGE_BITS, false);
        bool share = rule.level.measure == RULE_SHARE;
        left_out[share] += look(&rule, &s);
        rounds[share]++;
        rules_spans_done(&s);
    }
    for (unsigned share = 0; share < 2; share++)
        cr_assert_gt(left_out[share], rounds[share] * SECONDS / 4, "%u of %u", left_out[share],
                     rounds[share] * SECONDS);
}

Test(rules_spans, allow_for_entries_that_are_in_no_window)
{
    static struct rules_page some[SECONDS], every[SECONDS];
    const struct rule_level level = {RULE_SHARE, 60, 100, 1, 0};
    struct rule_spec rule = {
        .metric = RULE_ERRORS, .window_s = 300, .level = level, .recover = level, .at_least = 1};
    uint32_t number = 0;
    struct rule_group group = {.rule_count = 1, .rules = &number};
    struct page_column columns[PAGE_COLUMNS] = {{NULL, 0}};
    memset(entries, 0, sizeof entries);
    memset(errors, 0, sizeof errors);
    entries[70] = 10;
    errors[70] = 6;
    entries[200] = 100; /* from then on all is quiet */
    doubted_at = 75;
    columns[COUNT_ERRORS] = (struct page_column){some, make_pages(some, errors, 0)};
    columns[COUNT_ENTRIES] = (struct page_column){every, make_pages(every, entries, DOUBTED)};
    struct rules_spans s = rules_spans_of(&rule, &group, columns, RULES_PAGE_BITS, false);
    look(&rule, &s);
    rules_spans_done(&s);
}
