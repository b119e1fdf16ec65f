/* stamp.h - the time of a line, in every notation that servers write.
 *
 * A time may be spread over several pieces (Apache: `%{%d/%b/%Y:%T}t.%{usec_frac}t %{%z}t`):
 * each scan adds its parts, stamp_finish() puts them together. Accepted: years 0 to 9999, days that
 * the month has, second 60 (a leap second, the same instant as the next minute's 0), zones up to
 * 14:59 either way; without a zone the time is UTC. Pure; thread: any. */
#ifndef SPATE_PARSE_STAMP_H
#define SPATE_PARSE_STAMP_H

#include "base/text.h"
#include "base/time.h"
#include "parse/value.h"
#include <stdbool.h>
#include <stdint.h>

enum stamp_has {
    STAMP_YEAR = 1,
    STAMP_MONTH = 2,
    STAMP_DAY = 4,
    STAMP_HOUR = 8,
    STAMP_MINUTE = 16,
    STAMP_SECOND = 32,
    STAMP_ZONE = 64,
    STAMP_FRACTION = 128,
    STAMP_EPOCH = 256,
    STAMP_YEARDAY = 512,
    STAMP_DATE = STAMP_YEAR | STAMP_MONTH | STAMP_DAY,
    STAMP_CLOCK = STAMP_HOUR | STAMP_MINUTE | STAMP_SECOND
};

struct stamp {
    unsigned has;       /* enum stamp_has, or-ed */
    struct civil civil; /* the parts named in `has` */
    unsigned yearday;   /* 1-366 */
    int hour12;         /* 1-12 of a 12-hour clock, 0: none */
    int pm;             /* 1 afternoon, 0 morning; of use with hour12 */
    int zone_s;         /* seconds east of UTC */
    uint32_t nanos;
    int64_t epoch;
};

enum { STAMP_CLF_LEN = 26 }; /* 10/Oct/2000:13:55:36 -0700 */

/* The 26 bytes at `at`, which must be readable. The line's commonest time, so without detours. */
bool stamp_clf(const char *at, int64_t *second);

/* The same, when another such time is known: those of one day and zone differ by their clocks. */
bool stamp_clf_beside(const char *known, int64_t known_second, const char *at, int64_t *second);

/* Reads a time of that notation at the start of `in` into *out, which must be zeroed or hold the
 * parts of earlier pieces. Returns how many bytes it takes, 0 when there is none. AS_CLF leaves
 * brackets out; AS_USUAL finds the notation by the look of it. */
size_t stamp_scan(struct text in, enum notation how, struct stamp *out);

/* Only the digits of a fraction of a second: 3 (milliseconds), 6 or 9. */
size_t stamp_scan_fraction(struct text in, unsigned digits, struct stamp *out);

/* Only a zone: Z, +hhmm or +hh:mm. */
size_t stamp_scan_zone(struct text in, struct stamp *out);

/* False when the parts make no moment. */
bool stamp_finish(const struct stamp *s, int64_t *second, uint32_t *nanos);

/* A strftime format, compiled to items. A value; nothing to free. */
enum { STAMP_PATTERN_ITEMS = 64 };
struct stamp_pattern {
    unsigned count;
    unsigned gives; /* enum stamp_has of all items */
    struct {
        char letter; /* a conversion's, or 0 for the literal byte */
        char byte;
    } items[STAMP_PATTERN_ITEMS];
};

/* False when it holds a conversion that cannot be read back, or is too long. */
bool stamp_pattern_compile(struct stamp_pattern *p, struct text format);
size_t stamp_pattern_scan(const struct stamp_pattern *p, struct text in, struct stamp *out);

/* True when parts like these are enough for a moment. */
bool stamp_enough(unsigned has);

#endif
