/* test_stamp.c - times in every notation, there and back, and the ones that are none. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "parse/stamp.h"

static bool read_whole(const char *text, enum notation how, char shown[TIME_TEXT_SIZE])
{
    struct stamp s = {0};
    int64_t second;
    uint32_t nanos;
    struct text in = text_of(text);
    if (stamp_scan(in, how, &s) != in.len || !stamp_finish(&s, &second, &nanos))
        return false;
    time_rfc3339(shown, second, nanos);
    return true;
}

Test(stamp, is_read_in_every_notation)
{
    static const struct {
        const char *text;
        enum notation how;
        const char *expected; /* NULL: refused */
    } rows[] = {
        {"10/Oct/2000:13:55:36 -0700", AS_CLF, "2000-10-10T20:55:36Z"},
        {"10/oct/2000:13:55:36 -0700", AS_CLF, "2000-10-10T20:55:36Z"},
        {"29/Feb/2024:23:59:60 +0000", AS_CLF, "2024-03-01T00:00:00Z"},
        {"29/Feb/2023:00:00:00 +0000", AS_CLF, NULL},
        {"31/Nov/2015:00:00:00 +0000", AS_CLF, NULL},
        {"00/Nov/2015:00:00:00 +0000", AS_CLF, NULL},
        {"06/Bad/2012:06:09:10 -0500", AS_CLF, NULL},
        {"10/Oct/2000:24:00:00 +0000", AS_CLF, NULL},
        {"10/Oct/2000:23:60:00 +0000", AS_CLF, NULL},
        {"10/Oct/2000:23:00:61 +0000", AS_CLF, NULL},
        {"10/Oct/2000:13:55:36 +1459", AS_CLF, "2000-10-09T22:56:36Z"},
        {"10/Oct/2000:13:55:36 +1500", AS_CLF, NULL},
        {"10/Oct/2000:13:55:36 -2400", AS_CLF, NULL},
        {"10/Oct/2000:13:55:36 +0060", AS_CLF, NULL},
        {"10/Oct/2000:13:55:36 +01:0", AS_CLF, NULL},
        {"10/Oct/2000:13:55:36 ", AS_CLF, NULL},
        {"1/Oct/2000:13:55:36 +0000", AS_CLF, NULL},
        {"01/Jan/0000:00:00:00 +0000", AS_CLF, "0000-01-01T00:00:00Z"},
        {"31/Dec/9999:23:59:59 +0000", AS_CLF, "9999-12-31T23:59:59Z"},
        {"2000-10-10T13:55:36-07:00", AS_RFC3339, "2000-10-10T20:55:36Z"},
        {"2000-10-10T13:55:36.25Z", AS_RFC3339, "2000-10-10T13:55:36.250Z"},
        {"2000-10-10 13:55:36,123456789123 +0100", AS_RFC3339, "2000-10-10T12:55:36.123456789Z"},
        {"2000-10-10t13:55:36z", AS_RFC3339, "2000-10-10T13:55:36Z"},
        {"2000-10-10T13:55:36", AS_RFC3339, "2000-10-10T13:55:36Z"},
        {"2000/10/10 - 13:55:36", AS_USUAL, "2000-10-10T13:55:36Z"},
        {"2000/10/10 - 13:55:3", AS_USUAL, NULL},
        {"2000-10-10", AS_RFC3339, NULL},
        {"2000-13-10T13:55:36Z", AS_RFC3339, NULL},
        {"2000-10-10T13:55:36+24:00", AS_RFC3339, NULL},
        {"1690000000.123", AS_EPOCH, "2023-07-22T04:26:40.123Z"},
        {"0", AS_EPOCH, "1970-01-01T00:00:00Z"},
        {"253402300799", AS_EPOCH, "9999-12-31T23:59:59Z"},
        {"253402300800", AS_EPOCH, NULL},
        {"99999999999999999999999", AS_EPOCH, NULL},
        {"-5", AS_EPOCH, NULL},
        {"1.", AS_EPOCH, NULL},
        {"nan", AS_EPOCH, NULL},
        {"1690000000123", AS_EPOCH_MILLIS, "2023-07-22T04:26:40.123Z"},
        {"1690000000123456", AS_EPOCH_MICROS, "2023-07-22T04:26:40.123456Z"},
        {"1690000000123456789", AS_EPOCH_NANOS, "2023-07-22T04:26:40.123456789Z"},
        {"10/Oct/2000:13:55:36 -0700", AS_USUAL, "2000-10-10T20:55:36Z"},
        {"2000-10-10T13:55:36Z", AS_USUAL, "2000-10-10T13:55:36Z"},
        {"1690000000", AS_USUAL, "2023-07-22T04:26:40Z"},
        {"1690000000123", AS_USUAL, "2023-07-22T04:26:40.123Z"},
        {"1690000000123456", AS_USUAL, "2023-07-22T04:26:40.123456Z"},
        {"2000/10/10 13:55:36.25", AS_USUAL, "2000-10-10T13:55:36.250Z"},
        {"2000/10-10 13:55:36", AS_USUAL, NULL},
        {"2000/10/10 13:55:36", AS_RFC3339, NULL},
        {"yesterday", AS_USUAL, NULL},
        {"", AS_USUAL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char shown[TIME_TEXT_SIZE] = "refused";
        bool ok = read_whole(rows[i].text, rows[i].how, shown);
        cr_expect_eq(ok, rows[i].expected != NULL, "%s: %s", rows[i].text, shown);
        if (ok && rows[i].expected)
            cr_expect_str_eq(shown, rows[i].expected, "%s: %s", rows[i].text, shown);
    }
}

Test(stamp, of_any_second_comes_back)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    uint64_t state = 1;
    char known[STAMP_CLF_LEN + 8];
    int64_t known_second = 0;
    for (unsigned i = 0; i < 200000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        int64_t second = (int64_t)(state >> 8) % 253402300800 - 10 * (i % 3);
        if (i % 2 && second > 90000) /* close to the one before: the same day often */
            second = known_second + (int64_t)(state >> 40) % 90000;
        struct civil c = time_to_civil(second);
        if (c.year < 0 || c.year > 9999)
            continue;
        char text[64];
        snprintf(text, sizeof text, "%02u/%s/%04d:%02u:%02u:%02u +0000", c.day, months[c.month - 1],
                 (int)c.year, c.hour, c.minute, c.second);
        int64_t got = 0, beside = 0;
        cr_assert(stamp_clf(text, &got), "%s", text);
        cr_assert_eq(got, second, "%s", text);
        if (i > 0) {
            cr_assert(stamp_clf_beside(known, known_second, text, &beside), "%s", text);
            cr_assert_eq(beside, second, "%s", text);
        }
        memcpy(known, text, STAMP_CLF_LEN);
        known_second = second;
    }
}

Test(stamp, pattern_that_cannot_be_read_back_is_refused)
{
    struct stamp_pattern p;
    cr_expect(stamp_pattern_compile(&p, TEXT("%d/%b/%Y:%H:%M:%S %z")));
    cr_expect(stamp_enough(p.gives));
    cr_expect(stamp_pattern_compile(&p, TEXT("%H:%M")));
    cr_expect_not(stamp_enough(p.gives));
    cr_expect_not(stamp_pattern_compile(&p, TEXT("%Q")));
    cr_expect_not(stamp_pattern_compile(&p, TEXT("%")));
    cr_expect_not(stamp_pattern_compile(
        &p, TEXT("%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T%T")));
}
