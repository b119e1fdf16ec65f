#include "monitor/rule.h"

#include <criterion/criterion.h>
#include <string.h>

Test(rule_level, compares_without_a_rounding)
{
    static const struct {
        struct rule_level level;
        uint64_t value, whole;
        int want;
    } rows[] = {
        /* 10/s over 120 s are 1200 hits */
        {{RULE_RATE, 10, 1, 1, 0}, 1199, 120, -1},
        {{RULE_RATE, 10, 1, 1, 0}, 1200, 120, 0},
        {{RULE_RATE, 10, 1, 1, 0}, 1201, 120, 1},
        /* 0.1/s over 10 s is exactly one: no double is */
        {{RULE_RATE, 1, 10, 1, 0}, 1, 10, 0},
        {{RULE_RATE, 1, 1, 60, 0}, 10, 600, 0},
        {{RULE_RATE, 1, 1, 60, 0}, 9, 600, -1},
        {{RULE_RATE, 1, 1, 3600, 0}, 1, 3599, 1},
        {{RULE_RATE, UINT64_MAX, 1, 1, 0}, UINT64_MAX, 1, 0},
        {{RULE_RATE, UINT64_MAX, 1, 1, 0}, UINT64_MAX, 2, -1},
        {{RULE_RATE, UINT64_MAX, 1000000000, 3600, 0}, UINT64_MAX, 604800, 1},
        {{RULE_SHARE, 5, 100, 1, 0}, 5, 100, 0},
        {{RULE_SHARE, 5, 100, 1, 0}, 50, 1001, -1},
        {{RULE_SHARE, 1, 3, 1, 0}, 1, 3, 0},
        {{RULE_SHARE, 5, 100, 1, 0}, 0, 0, 0},
        {{RULE_SHARE, 5, 100, 1, 0}, UINT64_MAX, UINT64_MAX, 1},
        {{RULE_AMOUNT, 300, 1, 1, 0}, 300, 0, 0},
        {{RULE_AMOUNT, 25, 10, 1, 0}, 3, 99, 1},
        {{RULE_PERCENTILE, 500000000, 1, 1, 95000}, 499999999, 0, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(rule_level_compare(&rows[i].level, rows[i].value, rows[i].whole), rows[i].want,
                     "row %zu", i);
}

Test(rule_level, orders_levels_of_different_units)
{
    struct rule_level second = {RULE_RATE, 10, 1, 1, 0}, minute = {RULE_RATE, 600, 1, 60, 0},
                      less = {RULE_RATE, 5999, 10, 60, 0};
    cr_expect_eq(rule_level_order(&second, &minute), 0);
    cr_expect_eq(rule_level_order(&less, &second), -1);
    cr_expect_eq(rule_level_order(&second, &less), 1);
}

Test(rule_level, knows_what_a_rule_reads)
{
    struct rule_spec r = {
        .metric = RULE_BYTES, .per = FIELD_VHOST, .where.fields = FIELD_BIT(FIELD_AGENT)};
    cr_expect_eq(rule_fields(&r), FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_BYTES) |
                                      FIELD_BIT(FIELD_VHOST) | FIELD_BIT(FIELD_AGENT));
    r = (struct rule_spec){.metric = RULE_VISITORS, .per = FIELD_COUNT};
    cr_expect_eq(rule_fields(&r), FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_HOST));
}

Test(rule_level, has_a_word_for_each_metric)
{
    for (enum rule_metric m = 0; m < RULE_METRIC_COUNT; m++)
        cr_expect(strlen(rule_metric_key(m)) > 3 && rule_metric_words(m) &&
                  rule_metric_measures(m));
    cr_expect_str_eq(rule_metric_key(RULE_REQUEST_TIME), "request_time");
}
