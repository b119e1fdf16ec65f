#include "base/time.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

static struct civil at(int64_t year, unsigned month, unsigned day)
{
    return (struct civil){.year = year, .month = month, .day = day};
}

Test(time, counts_the_days_of_known_dates)
{
    cr_expect_eq(time_days(1970, 1, 1), 0);
    cr_expect_eq(time_days(1969, 12, 31), -1);
    cr_expect_eq(time_days(2000, 2, 29), 11016);
    cr_expect_eq(time_days(2015, 5, 17), 16572);
    cr_expect_eq(time_days(0, 3, 1), -719468);
    cr_expect_eq(time_days(9999, 12, 31), 2932896);
}

/* A calendar that only knows how to go one day on. */
Test(time, agrees_with_a_calendar_that_walks_day_by_day)
{
    int64_t days = time_days(-10001, 1, 1);
    for (int64_t year = -10001; year <= 10001; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (unsigned month = 1; month <= 12; month++) {
            unsigned last =
                month == 2 ? 28u + leap : 30u + (month < 8 ? month % 2 : (month + 1) % 2);
            for (unsigned day = 1; day <= last; day++, days++) {
                cr_assert_eq(time_days(year, month, day), days, "%ld-%u-%u", year, month, day);
                struct civil back = time_to_civil(days * 86400 + 86399);
                cr_assert(back.year == year && back.month == month && back.day == day &&
                          back.hour == 23 && back.minute == 59 && back.second == 59);
            }
            cr_assert_not(time_civil_valid(at(year, month, last + 1)));
            cr_assert(time_civil_valid(at(year, month, last)));
        }
    }
}

Test(time, agrees_with_the_c_library)
{
    srand(3);
    for (int round = 0; round < 20000; round++) {
        int64_t second = ((int64_t)rand() << 7 ^ rand()) - (INT64_C(1) << 36);
        time_t when = (time_t)second;
        struct tm tm;
        cr_assert(gmtime_r(&when, &tm));
        struct civil c = time_to_civil(second);
        cr_assert(c.year == tm.tm_year + 1900 && (int)c.month == tm.tm_mon + 1 &&
                  (int)c.day == tm.tm_mday && (int)c.hour == tm.tm_hour &&
                  (int)c.minute == tm.tm_min && (int)c.second == tm.tm_sec);
        cr_assert_eq(time_from_civil(c), timegm(&tm));
    }
}

Test(time, goes_there_and_back_at_both_ends_of_the_range)
{
    static const int64_t rows[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[TIME_TEXT_SIZE];
        struct civil c = time_to_civil(rows[i]);
        cr_expect(time_civil_valid(c));
        cr_expect_eq(time_from_civil(c), rows[i]);
        cr_expect_lt(strlen(time_rfc3339(text, rows[i], 123456789)), TIME_TEXT_SIZE);
    }
}

Test(time, knows_a_valid_date)
{
    struct civil c = {2015, 5, 17, 23, 59, 60};
    cr_expect(time_civil_valid(c), "a leap second");
    c.second = 61;
    cr_expect_not(time_civil_valid(c));
    cr_expect_not(time_civil_valid((struct civil){2015, 5, 17, 24, 0, 0}));
    cr_expect_not(time_civil_valid((struct civil){2015, 5, 17, 0, 60, 0}));
    cr_expect_not(time_civil_valid(at(2015, 11, 31)));
    cr_expect_not(time_civil_valid(at(2015, 2, 29)));
    cr_expect_not(time_civil_valid(at(1900, 2, 29)));
    cr_expect(time_civil_valid(at(2000, 2, 29)));
    cr_expect_not(time_civil_valid(at(2015, 0, 1)));
    cr_expect_not(time_civil_valid(at(2015, 13, 1)));
    cr_expect_not(time_civil_valid(at(2015, 1, 0)));
}

Test(time, writes_rfc_3339)
{
    static const struct {
        int64_t second;
        uint32_t nanos;
        const char *want;
    } rows[] = {
        {1431857103, 0, "2015-05-17T10:05:03Z"},
        {1431857103, 120000000, "2015-05-17T10:05:03.120Z"},
        {1431857103, 1000, "2015-05-17T10:05:03.000001Z"},
        {1431857103, 1, "2015-05-17T10:05:03.000000001Z"},
        {-1, 0, "1969-12-31T23:59:59Z"},
        {-62167219200, 0, "0000-01-01T00:00:00Z"},
        {-62167219201, 0, "-0001-12-31T23:59:59Z"},
        {253402300799, 0, "9999-12-31T23:59:59Z"},
        {253402300800, 0, "10000-01-01T00:00:00Z"},
        {INT64_MIN, 123456789, "-292277022657-01-27T08:29:52.123456789Z"},
        {INT64_MAX, 123456789, "292277026596-12-04T15:30:07.123456789Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[TIME_TEXT_SIZE];
        cr_expect_str_eq(time_rfc3339(text, rows[i].second, rows[i].nanos), rows[i].want);
    }
}

Test(time, shows_the_clock_of_the_zone)
{
    char text[TIME_TEXT_SIZE];
    setenv("TZ", "XXX-02:30", 1);
    tzset();
    cr_expect_str_eq(time_local_clock(text, 1431857103), "12:35:03");
    cr_expect_str_eq(time_local_clock(text, INT64_MAX), "--:--:--");
}
