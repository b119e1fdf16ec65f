#include "base/time.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

Test(time_parse, reads_what_is_documented)
{
    static const struct {
        const char *in;
        int64_t want;
    } rows[] = {
        {"2015-05-17", 1431820800},
        {"2015-05-17 10:05", 1431857100},
        {"2015-05-17T10:05", 1431857100},
        {"2015-05-17 10:05:03", 1431857103},
        {"2015-05-17T10:05:03Z", 1431857103},
        {"2015-05-17t10:05:03z", 1431857103},
        {"2015-05-17T10:05:03.999Z", 1431857103},
        {"2015-05-17T12:05:03+02:00", 1431857103},
        {"2015-05-17T05:35:03-04:30", 1431857103},
        {"2015-05-18T10:04:03+23:59", 1431857103},
        {"2015-06-30T23:59:60Z", 1435708800},
        {"0000-01-01", -62167219200},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"2016-02-29", 1456704000},
        {"17/May/2015:10:05:03 +0000", 1431857103},
        {"[17/May/2015:12:05:03 +0200]", 1431857103},
        {"17/May/2015:10:05:03", 1431857103},
        {"17/May/2015:10:05", 1431857100},
        {"17/May/2015", 1431820800},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t second = 0;
        struct error why = {0};
        cr_expect(time_parse(text_of(rows[i].in), &second, &why), "%s", why.text);
        cr_expect_eq(second, rows[i].want, "%s read as %" PRId64, rows[i].in, second);
    }
}

Test(time_parse, refuses_anything_else_and_says_why)
{
    static const char *rows[] = {
        "",
        "now",
        "2015",
        "2015-5-17",
        "15-05-17",
        "2015-05-17T",
        "2015-05-17X10:05",
        "2015-05-17 10",
        "2015-05-17 10:5",
        "2015-05-17 10:05:",
        "2015-05-17 10:05:03.",
        "2015-05-17 10:05:03 Z",
        "2015-05-17T10:05:03+0200",
        "17/Mai/2015:10:05:03 +0000",
        "17/05/2015",
        "17/May/2015:10:05:03 +02:00",
        "17/May/2015:10:05:03 +0000x",
        "[17/May/2015:10:05:03 +0000",
        "17/May/2015 10:05:03",
        "31/Nov/2015",
        "17/May",
        "17/",
        "2015-05-17T10:05:03+24:00",
        "2015-05-17T10:05:03+00:60",
        "2015-05-17T10:05:03Zx",
        " 2015-05-17",
        "2015-05-17 ",
        "-015-05-17",
        "2015-02-29",
        "2015-11-31",
        "2015-13-01",
        "2015-00-01",
        "2015-01-00",
        "2015-05-17 24:00",
        "2015-05-17 10:60",
        "2015-05-17 10:05:61",
        "2015-05-17Z",
        "+2015-05-17",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t second = 42;
        struct error why = {0};
        cr_expect_not(time_parse(text_of(rows[i]), &second, &why), "%s", rows[i]);
        cr_expect_eq(second, 42);
        cr_expect_neq(why.text[0], '\0');
        cr_expect_not(time_parse(text_of(rows[i]), &second, NULL));
    }
    int64_t second;
    cr_expect_not(time_parse(text_make("2015-05-17\0", 11), &second, NULL));
}

Test(time_parse, names_foreign_bytes_in_a_safe_form)
{
    struct error why = {0};
    int64_t second;
    cr_expect_not(time_parse(TEXT("\033[31m"), &second, &why));
    cr_expect(strstr(why.text, "\"\\x1b[31m\""), "%s", why.text);
}

Test(time_parse, reads_back_what_is_written)
{
    srand(4);
    for (int round = 0; round < 20000; round++) {
        int64_t second = (((int64_t)rand() << 31 | rand()) % 315569520000) - 62167219200, back;
        char text[TIME_TEXT_SIZE];
        time_rfc3339(text, second, (uint32_t)rand() % 1000000000);
        cr_assert(time_parse(text_of(text), &back, NULL), "%s", text);
        cr_assert_eq(back, second, "%s", text);
    }
}

Test(duration, reads_what_is_documented)
{
    static const struct {
        const char *in;
        int64_t ns;
    } rows[] = {
        {"500ms", 500000000},
        {"10s", 10000000000},
        {"2m", 120000000000},
        {"1h", 3600000000000},
        {"7d", 604800000000000},
        {"120", 120000000000},
        {"0.5", 500000000},
        {"1.5h", 5400000000000},
        {"0.25ms", 250000},
        {"1m30s", 90000000000},
        {"1h0.5s", 3600500000000},
        {"007s", 7000000000},
        {"1d1h1m1s1ms", 90061001000000},
        {"0.000001ms", 1},
        {"0.0000000000000000001h0", 0},
        {"9223372036.854775807", INT64_MAX},
        {"0.10000000000000000000000000000", 100000000},
        {"0m1s", 1000000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = 0;
        cr_expect_eq(duration_parse(text_of(rows[i].in), &ns), rows[i].ns != 0, "%s", rows[i].in);
        cr_expect_eq(ns, rows[i].ns, "%s read as %" PRId64, rows[i].in, ns);
    }
}

Test(duration, refuses_anything_else)
{
    static const char *rows[] = {
        "",
        "abc",
        "0",
        "0s",
        "0.0",
        "-1",
        "+1",
        "10x",
        "1e3",
        "nan",
        "inf",
        "s",
        "ms",
        ".5",
        "5.",
        "1.s",
        "1us",
        "1S",
        "1 s",
        " 1s",
        "1s ",
        "1s1",
        "10 ",
        "1s1m",
        "1s1s",
        "1ms1s",
        "1.5h30m",
        "1m30",
        "0x10",
        "1,5",
        "9223372036.854775808",
        "9223372037",
        "106752d",
        "18446744073709551616",
        "99999999999999999999999999",
        "106751d24h",
        "0.0000000001s",
        "1minute",
        "1sms",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = 42;
        cr_expect_not(duration_parse(text_of(rows[i]), &ns), "%s", rows[i]);
        cr_expect_eq(ns, 42);
    }
    int64_t ns;
    cr_expect_not(duration_parse(text_make("1\0", 2), &ns));
    cr_expect_not(duration_parse(text_make("1s\0", 3), &ns));
}

Test(duration, is_written_in_the_largest_units)
{
    static const struct {
        int64_t ns;
        const char *want;
    } rows[] = {
        {120000000000, "2m"},
        {90000000000, "1m30s"},
        {500000000, "500ms"},
        {1500000000, "1.5s"},
        {250000, "0.25ms"},
        {1, "0.000001ms"},
        {0, "0s"},
        {604800000000000, "7d"},
        {3600000000000, "1h"},
        {60000000001, "1m0.000000001s"},
        {-90000000000, "-1m30s"},
        {10000000000, "10s"},
        {INT64_MAX, "106751d23h47m16.854775807s"},
        {INT64_MIN, "-106751d23h47m16.854775808s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[TIME_TEXT_SIZE];
        cr_expect_str_eq(duration_text(text, rows[i].ns), rows[i].want);
    }
}

Test(duration, reads_back_what_is_written)
{
    srand(5);
    for (int round = 0; round < 20000; round++) {
        uint64_t wide = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
        int64_t ns = (int64_t)(wide >> (1 + rand() % 50)) + 1, back = 0;
        char text[TIME_TEXT_SIZE];
        duration_text(text, ns);
        cr_assert(duration_parse(text_of(text), &back), "%s", text);
        cr_assert_eq(back, ns, "%s", text);
    }
}
