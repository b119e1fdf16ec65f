#include "app/config_level.h"

#include <criterion/criterion.h>

Test(config_level, reads_levels_exactly)
{
    static const struct {
        const char *text;
        struct rule_level want;
        const char *shown;
    } rows[] = {
        {"10/s", {RULE_RATE, 10, 1, 1, 0}, "10/s"},
        {"0.5/min", {RULE_RATE, 5, 10, 60, 0}, "0.5/min"},
        {"0.50 / minute", {RULE_RATE, 5, 10, 60, 0}, "0.5/min"},
        {"7200/h", {RULE_RATE, 7200, 1, 3600, 0}, "7200/h"},
        {"1.5k/s", {RULE_RATE, 1500, 1, 1, 0}, "1500/s"},
        {"1.5 MiB/s", {RULE_RATE, 1572864, 1, 1, 0}, "1572864/s"},
        {"0.0001kB/s", {RULE_RATE, 1, 10, 1, 0}, "0.1/s"},
        {"18446744073709551615/s", {RULE_RATE, UINT64_MAX, 1, 1, 0}, "18446744073709551615/s"},
        {"0.123456789/s", {RULE_RATE, 123456789, 1000000000, 1, 0}, "0.123456789/s"},
        {"5%", {RULE_SHARE, 5, 100, 1, 0}, "5%"},
        {"0.1 %", {RULE_SHARE, 1, 1000, 1, 0}, "0.1%"},
        {"100%", {RULE_SHARE, 100, 100, 1, 0}, "100%"},
        {"0.0000001%", {RULE_SHARE, 1, 1000000000, 1, 0}, "0.0000001%"},
        {"300", {RULE_AMOUNT, 300, 1, 1, 0}, "300"},
        {"2G", {RULE_AMOUNT, 2000000000, 1, 1, 0}, "2000000000"},
        {"0", {RULE_AMOUNT, 0, 1, 1, 0}, "0"},
        {"p95 0.5s", {RULE_PERCENTILE, 500000000, 1, 1, 95000}, "p95 500ms"},
        {"p99.999  1m30s", {RULE_PERCENTILE, 90000000000, 1, 1, 99999}, "p99.999 1m30s"},
        {"p50 1.000001ms", {RULE_PERCENTILE, 1000001, 1, 1, 50000}, "p50 1.000001ms"},
        {"p100 2", {RULE_PERCENTILE, 2000000000, 1, 1, 100000}, "p100 2s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_level got = {0}, back = {0};
        char text[RULE_LEVEL_TEXT_SIZE];
        const struct rule_level *want = &rows[i].want;
        cr_assert(level_parse(text_of(rows[i].text), &got), "%s", rows[i].text);
        cr_expect(got.measure == want->measure && got.amount == want->amount &&
                      got.scale == want->scale && got.per_s == want->per_s &&
                      got.percentile_millis == want->percentile_millis,
                  "%s", rows[i].text);
        cr_expect_str_eq(rule_level_text(text, &got), rows[i].shown);
        cr_expect(level_parse(text_of(text), &back) && rule_level_order(&got, &back) == 0, "%s",
                  text);
    }
}

Test(config_level, refuses_what_it_cannot_keep_exactly)
{
    static const char *const rows[] = {
        "",
        " ",
        "/s",
        "10/",
        "10/x",
        "10//s",
        "-1/s",
        "+1/s",
        "1e3/s",
        ".5/s",
        "5./s",
        "1.2.3/s",
        "ten/s",
        "10 10/s",
        "10s",
        "10/ss",
        "%",
        "5%%",
        "5%/s",
        "101%",
        "100.1%",
        "0.00000001%",
        "1K/s",
        "1kb/s",
        "1TB/s",
        "0.1234567891/s",
        "18446744073709551616",
        "18446744073709551615k",
        "p",
        "p95",
        "p95 ",
        "p0 1s",
        "p100.1 1s",
        "p95.1234 1s",
        "p95 0s",
        "p95 x",
        "p95 1.0000000001s",
        "p95 1.0000001ms",
        "p 1s",
        "95 1s",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_level got;
        cr_expect_not(level_parse(text_of(rows[i]), &got), "%s", rows[i]);
    }
}

Test(config_level, takes_the_number_of_the_command_line)
{
    static const struct {
        const char *text;
        uint64_t amount, scale;
    } rows[] = {
        {"10", 10, 1}, {"0.5", 5, 10}, {"2.50", 25, 10}, {"0.12345678999", 123456789, 1000000000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_level got;
        cr_assert(level_of_rate(text_of(rows[i].text), &got));
        cr_expect(got.amount == rows[i].amount && got.scale == rows[i].scale, "%s", rows[i].text);
    }
}
