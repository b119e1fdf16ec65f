/* test_numbers.c - figures in narrow columns. */
#include "render/curses/keys.h"
#include "render/curses/numbers.h"
#include <criterion/criterion.h>
#include <curses.h>
#include <stdlib.h>

Test(numbers, counts_have_thousands_and_then_units)
{
    static const struct {
        uint64_t n;
        const char *text;
    } rows[] = {{0, "0"},
                {7, "7"},
                {999, "999"},
                {1000, "1,000"},
                {12345, "12,345"},
                {999999, "999,999"},
                {1000000, "1.00M"},
                {12345678, "12.3M"},
                {999499999, "999M"},
                {999999999, "1.00G"},
                {UINT64_MAX, "18.4E"}};
    char into[NUMBER_SIZE];
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_str_eq(number_count(into, rows[i].n), rows[i].text);
}

Test(numbers, bytes_are_powers_of_a_thousand)
{
    static const struct {
        uint64_t n;
        const char *text;
    } rows[] = {
        {0, "0 B"},         {999, "999 B"},         {1000, "1.0 kB"},       {91234, "91.2 kB"},
        {999500, "1.0 MB"}, {2747282740, "2.7 GB"}, {UINT64_MAX, "18.4 EB"}};
    char into[NUMBER_SIZE];
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_str_eq(number_bytes(into, rows[i].n), rows[i].text);
}

Test(numbers, rates_and_shares)
{
    static const struct {
        double n;
        const char *text;
    } rates[] = {{0, "0"},        {0.03, "0.03"}, {0.1, "0.1"},    {8.4, "8.4"},
                 {31.25, "31.2"}, {99.96, "100"}, {1234, "1,234"}, {200000, "200,000"}},
      shares[] = {{0, "0 %"}, {0.004, "<1 %"}, {0.48, "48 %"}, {1, "100 %"}},
      exact[] = {{10, "10"}, {0.5, "0.5"}, {12.5, "12.5"}, {1500, "1,500"}};
    char into[NUMBER_SIZE];
    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        cr_assert_str_eq(number_rate(into, rates[i].n), rates[i].text);
    for (unsigned i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
        cr_assert_str_eq(number_share(into, shares[i].n), shares[i].text);
    for (unsigned i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
        cr_assert_str_eq(number_exact(into, exact[i].n), exact[i].text);
}

Test(numbers, of_a_scale_are_short)
{
    static const struct {
        double n;
        const char *text;
    } rows[] = {{0.5, "0.5"},   {20, "20"},       {500, "500"}, {1500, "1.5k"},
                {10000, "10k"}, {400000, "400k"}, {2e6, "2M"}};
    char into[NUMBER_SIZE];
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_str_eq(number_short(into, rows[i].n), rows[i].text);
}

Test(numbers, durations)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } latencies[] = {{0, "0 ms"},           {350000, "0.35 ms"},    {1240000, "1.24 ms"},
                     {120000000, "120 ms"}, {1200000000, "1.20 s"}, {90000000000, "90.0 s"},
                     {7200000000000, "2h"}};
    static const struct {
        double seconds;
        const char *text;
    } spans[] = {{0.5, "0.5 s"}, {0.008, "8 ms"},  {0.0999, "0.1 s"}, {0, "0 s"},
                 {10, "10 s"},   {10.02, "10 s"},  {112, "1m52s"},    {120, "2m"},
                 {3600, "1h"},   {11100, "3h05m"}, {200000, "2d"}};
    char into[NUMBER_SIZE];
    for (unsigned i = 0; i < sizeof(latencies) / sizeof(latencies[0]); i++)
        cr_assert_str_eq(number_latency(into, latencies[i].ns), latencies[i].text);
    for (unsigned i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        cr_assert_str_eq(number_span(into, spans[i].seconds), spans[i].text);
}

Test(numbers, never_wider_than_their_columns)
{
    char into[NUMBER_SIZE];
    for (uint64_t n = 1; n; n = n > UINT64_MAX / 3 ? 0 : n * 3) {
        cr_assert_leq(strlen(number_count(into, n)), 7, "%s", into);
        cr_assert_leq(strlen(number_bytes(into, n)), 7, "%s", into);
        cr_assert_leq(strlen(number_rate(into, (double)n / 1000)), 7, "%s", into);
        cr_assert_leq(strlen(number_exact(into, (double)n / 1000)), 7, "%s", into);
        cr_assert_leq(strlen(number_short(into, (double)n / 1000)), 5, "%s", into);
        cr_assert_leq(strlen(number_latency(into, n)), 7, "%s", into);
    }
}

Test(numbers, a_time_of_another_day_says_which)
{
    char into[NUMBER_SIZE];
    setenv("TZ", "UTC", 1);
    cr_assert_str_eq(number_time(into, 1431857103, 1431857999), "10:05:03");
    cr_assert_str_eq(number_time(into, 1431857103, 1431950000), "05-17 10:05:03");
    cr_assert_str_eq(number_time(into, 1431857103, 1431857103 + 365 * 86400 + 86400),
                     "05-17 10:05:03");
}

Test(keys, each_key_means_one_thing_and_each_action_has_a_key)
{
    bool has_key[ACTION_COUNT] = {false};
    for (size_t row = 0; row < key_row_count; row++)
        for (unsigned i = 0; i < KEYS_A_ROW && key_rows[row].keys[i]; i++) {
            cr_assert_eq(key_action(key_rows[row].keys[i]), key_rows[row].action, "key %d",
                         key_rows[row].keys[i]);
            has_key[key_rows[row].action] = true;
        }
    for (enum view_action a = ACTION_NONE + 1; a < ACTION_COUNT; a++)
        cr_assert(has_key[a], "action %d", a);
    cr_assert_eq(key_action('x'), ACTION_NONE);
    cr_assert_eq(key_action(KEY_RESIZE), ACTION_NONE);
}
