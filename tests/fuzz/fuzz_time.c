/* fuzz_time.c - civil time agrees with the C library's and goes there and back; what
 * time_parse() and duration_parse() accept is written and read back as the same. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "time: %s\n", what);
    abort();
}

static void check_second(int64_t second)
{
    struct civil c = time_to_civil(second);
    demand(time_civil_valid(c), "an invalid date out of a second");
    demand(time_from_civil(c) == second, "there and back");
    time_t when = (time_t)second;
    struct tm tm;
    if (!gmtime_r(&when, &tm)) /* a year beyond int */
        return;
    demand(c.year == (int64_t)tm.tm_year + 1900 && (int)c.month == tm.tm_mon + 1 &&
               (int)c.day == tm.tm_mday && (int)c.hour == tm.tm_hour &&
               (int)c.minute == tm.tm_min && (int)c.second == tm.tm_sec,
           "another date than gmtime's");
    demand(timegm(&tm) == second, "another second than timegm's");
}

static void check_time(struct text in)
{
    int64_t second, back;
    struct error why = {0};
    if (!time_parse(in, &second, &why)) {
        demand(why.text[0] != '\0', "refused without a reason");
        return;
    }
    check_second(second);
    char text[TIME_TEXT_SIZE];
    time_rfc3339(text, second, 0);
    /* A zone may carry a date out of the years that four digits hold. */
    if (second < INT64_C(-62167219200) || second > INT64_C(253402300799))
        return;
    demand(time_parse(text_of(text), &back, NULL) && back == second, "RFC 3339 read back");
}

static void check_duration(int64_t ns)
{
    int64_t back = 0;
    char text[TIME_TEXT_SIZE];
    duration_text(text, ns);
    if (ns > 0)
        demand(duration_parse(text_of(text), &back) && back == ns, "a duration read back");
    else
        demand(!duration_parse(text_of(text), &back), "a duration that is none");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text in = text_make((const char *)data, size);
    int64_t ns, number = 0;
    check_time(in);
    if (duration_parse(in, &ns)) {
        demand(ns > 0, "a duration of nothing");
        check_duration(ns);
    }
    memcpy(&number, data, size < sizeof number ? size : sizeof number);
    check_second(number);
    check_second(number >> 24);
    check_duration(number);
    return 0;
}
