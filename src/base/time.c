#include "base/time.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_S   INT64_C(86400)
#define YEAR_D  365
#define FOUR_D  (4 * YEAR_D + 1)  /* four years, the last a leap year */
#define CENT_D  (25 * FOUR_D - 1) /* a hundred, the last not a leap year */
#define AGE_D   (4 * CENT_D + 1)  /* four hundred: the calendar repeats */
#define EPOCH_D INT64_C(719468)   /* 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

/* Years here begin in March, so that the leap day is a year's last and the lengths of
 * the months, 31 30 31 30 31 31 30 31 30 31 31, are the steps of (153 m + 2) / 5. */
int64_t time_days(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    unsigned from_march = (month + 9) % 12;
    return year * YEAR_D + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) +
           (153 * from_march + 2) / 5 + day - 1 - EPOCH_D;
}

int64_t time_from_civil(struct civil c)
{
    /* Unsigned, for the first day that 64 bits hold is not there from its beginning. */
    uint64_t days = (uint64_t)time_days(c.year, c.month, c.day);
    return (int64_t)(days * DAY_S + c.hour * 3600u + c.minute * 60u + c.second);
}

struct civil time_to_civil(int64_t second)
{
    int64_t days = floor_div(second, DAY_S);
    unsigned in_day = (unsigned)((second % DAY_S + DAY_S) % DAY_S);
    days += EPOCH_D;
    int64_t age = floor_div(days, AGE_D);
    unsigned left = (unsigned)(days - age * AGE_D);

    /* The last century of an age and the last year of four are a day longer. */
    unsigned century = left / CENT_D - left / (4 * CENT_D);
    left -= century * CENT_D;
    unsigned four = left / FOUR_D;
    left -= four * FOUR_D;
    unsigned year = left / YEAR_D - left / (4 * YEAR_D);
    left -= year * YEAR_D;

    unsigned from_march = (5 * left + 2) / 153;
    unsigned month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct civil){
        .year = age * 400 + century * 100 + four * 4 + year + (month <= 2),
        .month = month,
        .day = left - (153 * from_march + 2) / 5 + 1,
        .hour = in_day / 3600,
        .minute = in_day / 60 % 60,
        .second = in_day % 60,
    };
}

static unsigned month_days(int64_t year, unsigned month)
{
    static const unsigned char DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month - 1] + (month == 2 && leap);
}

bool time_civil_valid(struct civil c)
{
    return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= month_days(c.year, c.month) &&
           c.hour < 24 && c.minute < 60 && c.second <= 60;
}

/* ---- Writing -------------------------------------------------------------------------------- */

static char *put_digits(char *at, uint64_t number, unsigned width)
{
    for (unsigned i = width; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + width;
}

static unsigned digits_of(uint64_t number)
{
    unsigned count = 1;
    while (number /= 10)
        count++;
    return count;
}

const char *time_rfc3339(char into[TIME_TEXT_SIZE], int64_t second, uint32_t nanos)
{
    assert(nanos < 1000000000);
    struct civil c = time_to_civil(second);
    char *at = into;
    if (c.year < 0)
        *at++ = '-';
    uint64_t year = (uint64_t)(c.year < 0 ? -c.year : c.year);
    at = put_digits(at, year, year > 9999 ? digits_of(year) : 4);
    const struct {
        char before;
        unsigned number;
    } parts[] = {{'-', c.month}, {'-', c.day}, {'T', c.hour}, {':', c.minute}, {':', c.second}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *at++ = parts[i].before;
        at = put_digits(at, parts[i].number, 2);
    }
    if (nanos) {
        unsigned places = nanos % 1000000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9;
        *at++ = '.';
        at = put_digits(at,
                        places == 3   ? nanos / 1000000
                        : places == 6 ? nanos / 1000
                                      : nanos,
                        places);
    }
    *at++ = 'Z';
    *at = '\0';
    return into;
}

const char *time_local_clock(char into[TIME_TEXT_SIZE], int64_t second)
{
    time_t when = (time_t)second;
    struct tm local;
    if (!localtime_r(&when, &local) || strftime(into, TIME_TEXT_SIZE, "%H:%M:%S", &local) == 0)
        snprintf(into, TIME_TEXT_SIZE, "--:--:--");
    return into;
}
