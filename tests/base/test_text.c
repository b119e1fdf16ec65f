#include "base/text.h"

#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static const struct text NOTHING = {0};

Test(text, compares_with_and_without_case)
{
    cr_expect(text_same(TEXT("GET"), text_of("GET")));
    cr_expect(text_same(NOTHING, TEXT("")));
    cr_expect_not(text_same(TEXT("GET"), TEXT("get")));
    cr_expect_not(text_same(TEXT("GET"), TEXT("GE")));
    cr_expect(text_same_caseless(TEXT("Host"), TEXT("hOST")));
    cr_expect(text_same_caseless(NOTHING, TEXT("")));
    cr_expect_not(text_same_caseless(TEXT("["), TEXT("{"))); /* 0x20 apart, no letters */
    cr_expect_not(text_same_caseless(TEXT("\xc4"), TEXT("\xe4")));
    cr_expect_eq(text_of(NULL).len, 0);
}

Test(text, knows_how_it_starts_and_ends)
{
    cr_expect(text_starts(TEXT("/blog/a"), TEXT("/blog")));
    cr_expect(text_starts(TEXT("a"), NOTHING));
    cr_expect(text_starts(NOTHING, NOTHING));
    cr_expect_not(text_starts(TEXT("/b"), TEXT("/blog")));
    cr_expect(text_ends(TEXT("access.log.gz"), TEXT(".gz")));
    cr_expect(text_ends(TEXT("a"), NOTHING));
    cr_expect_not(text_ends(TEXT("gz"), TEXT(".gz")));
    cr_expect_not(text_ends(TEXT("access.gz.log"), TEXT(".gz")));
}

Test(text, finds_a_byte)
{
    struct text text = text_make("a\0b\0", 4);
    cr_expect_eq(text_find(text, '\0', 0), 1);
    cr_expect_eq(text_find(text, '\0', 1), 1);
    cr_expect_eq(text_find(text, '\0', 2), 3);
    cr_expect_eq(text_find(text, 'x', 0), 4);
    cr_expect_eq(text_find(text, 'a', 9), 4);
    cr_expect_eq(text_find(NOTHING, 'a', 0), 0);
}

Test(text, cuts_within_what_is_there)
{
    static const struct {
        size_t from, to;
        const char *want;
    } rows[] = {{0, 5, "hello"}, {1, 3, "el"}, {3, 99, "lo"}, {9, 99, ""}, {3, 2, ""}, {5, 5, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(
            text_same(text_cut(TEXT("hello"), rows[i].from, rows[i].to), text_of(rows[i].want)),
            "row %zu", i);
    cr_expect_eq(text_cut(NOTHING, 1, 2).len, 0);
}

Test(text, trims_spaces_and_tabs)
{
    cr_expect(text_same(text_trim(TEXT(" \t a b\t ")), TEXT("a b")));
    cr_expect(text_same(text_trim(TEXT(" \t ")), NOTHING));
    cr_expect(text_same(text_trim(NOTHING), NOTHING));
    cr_expect(text_same(text_trim(TEXT("a\n")), TEXT("a\n")));
}

static void check_split(const char *whole, size_t count, const char *const *want)
{
    struct text rest = text_of(whole), piece;
    size_t got = 0;
    while (text_split(&rest, ',', &piece)) {
        cr_assert_lt(got, count, "too many pieces of \"%s\"", whole);
        cr_expect(text_same(piece, text_of(want[got])), "piece %zu of \"%s\"", got, whole);
        got++;
    }
    cr_expect_eq(got, count, "%zu pieces of \"%s\"", got, whole);
}

Test(text, splits_into_pieces)
{
    check_split("", 0, NULL);
    check_split("a", 1, (const char *[]){"a"});
    check_split("a,b", 2, (const char *[]){"a", "b"});
    check_split("a,,b", 3, (const char *[]){"a", "", "b"});
    check_split(",a,", 2, (const char *[]){"", "a"});
    check_split(",", 1, (const char *[]){""});
}

Test(text, reads_whole_numbers)
{
    uint64_t number = 7;
    cr_expect(text_to_u64(TEXT("0"), &number) && number == 0);
    cr_expect(text_to_u64(TEXT("007"), &number) && number == 7);
    cr_expect(text_to_u64(TEXT("18446744073709551615"), &number) && number == UINT64_MAX);
    static const char *bad[] = {"",
                                "-1",
                                "+1",
                                " 1",
                                "1 ",
                                "1e3",
                                "0x1",
                                "1.0",
                                "18446744073709551616",
                                "99999999999999999999999",
                                "١"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        number = 42;
        cr_expect_not(text_to_u64(text_of(bad[i]), &number), "\"%s\"", bad[i]);
        cr_expect_eq(number, 42, "\"%s\" touched it", bad[i]);
    }
    cr_expect_not(text_to_u64(NOTHING, &number));
}

Test(text, reads_decimal_numbers)
{
    static const struct {
        const char *in;
        double want;
    } rows[] = {{"0", 0},
                {"10", 10},
                {"0.5", 0.5},
                {"8.25", 8.25},
                {"0.1", 0.1},
                {"0.012", 0.012},
                {"1690000000.123", 1690000000.123},
                {"00.50", 0.5},
                {"18446744073709551616", 18446744073709551616.0},
                {"123456789012345678901234567890", 123456789012345678901234567890.0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double number = -1;
        cr_expect(text_to_double(text_of(rows[i].in), &number), "\"%s\"", rows[i].in);
        cr_expect_eq(number, rows[i].want, "\"%s\" read as %.17g", rows[i].in, number);
    }
    static const char *bad[] = {"",    ".",   ".5",    "5.", "-1", "+1",  "1e3", "nan",
                                "inf", "0x1", "1.2.3", " 1", "1 ", "1,5", "abc", "10x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double number = 42;
        cr_expect_not(text_to_double(text_of(bad[i]), &number), "\"%s\"", bad[i]);
        cr_expect_eq(number, 42.0);
    }
}

Test(text, reads_decimals_as_the_c_library_does)
{
    srand(2);
    for (int round = 0; round < 20000; round++) {
        char digits[64];
        snprintf(digits, sizeof digits, "%d.%0*d", rand() % 1000000, 1 + rand() % 9, rand() % 1000);
        double number = -1;
        cr_assert(text_to_double(text_of(digits), &number));
        cr_assert_eq(number, strtod(digits, NULL), "\"%s\"", digits);
    }
}

Test(text, refuses_a_decimal_beyond_the_range_and_survives_long_ones)
{
    static char digits[20000];
    double number = 42;
    memset(digits, '9', sizeof digits);
    cr_expect_not(text_to_double(text_make(digits, sizeof digits), &number));
    cr_expect_not(text_to_double(text_make(digits, 400), &number));
    cr_expect_eq(number, 42.0);
    memset(digits, '0', sizeof digits);
    digits[1] = '.';
    digits[sizeof digits - 1] = '1';
    cr_expect(text_to_double(text_make(digits, sizeof digits), &number));
    cr_expect_lt(number, DBL_MIN);
    cr_expect_geq(number, 0);
}
