#include "parse/stamp.h"

enum { DAY_S = 86400, ZONE_HOURS = 14 };
static const int64_t EPOCH_END = 253402300800; /* year 10000 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static unsigned two(const char *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool all_digits(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_digit(at[i]))
            return false;
    return true;
}

/* 1-12 for the three letters of a month, any case; 0: none. */
static unsigned month_of(const char *at)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    char low[3] = {(char)(at[0] | 0x20), (char)(at[1] | 0x20), (char)(at[2] | 0x20)};
    for (unsigned m = 0; m < 12; m++)
        if (memcmp(low, names + m * 3, 3) == 0)
            return m + 1;
    return 0;
}

size_t stamp_scan_zone(struct text in, struct stamp *out)
{
    if (in.len > 0 && (in.at[0] == 'Z' || in.at[0] == 'z')) {
        out->has |= STAMP_ZONE;
        out->zone_s = 0;
        return 1;
    }
    if (in.len < 5 || (in.at[0] != '+' && in.at[0] != '-') || !all_digits(in.at + 1, 2))
        return 0;
    size_t minutes = in.at[3] == ':' ? 4 : 3;
    if (in.len < minutes + 2 || !all_digits(in.at + minutes, 2))
        return 0;
    unsigned hour = two(in.at + 1), minute = two(in.at + minutes);
    if (hour > ZONE_HOURS || minute > 59)
        return 0;
    int seconds = (int)(hour * 3600 + minute * 60);
    out->zone_s = in.at[0] == '-' ? -seconds : seconds;
    out->has |= STAMP_ZONE;
    return minutes + 2;
}

/* hh:mm:ss */
static bool scan_clock(const char *at, struct stamp *out)
{
    if (!all_digits(at, 2) || at[2] != ':' || !all_digits(at + 3, 2) || at[5] != ':' ||
        !all_digits(at + 6, 2))
        return false;
    out->civil.hour = two(at);
    out->civil.minute = two(at + 3);
    out->civil.second = two(at + 6);
    out->has |= STAMP_CLOCK;
    return true;
}

static size_t scan_clf(struct text in, struct stamp *out)
{
    if (in.len < STAMP_CLF_LEN || !all_digits(in.at, 2) || in.at[2] != '/' || in.at[6] != '/' ||
        !all_digits(in.at + 7, 4) || in.at[11] != ':' || in.at[20] != ' ' || in.at[24] == ':')
        return 0;
    out->civil.day = two(in.at);
    out->civil.month = month_of(in.at + 3);
    out->civil.year = two(in.at + 7) * 100 + two(in.at + 9);
    out->has |= STAMP_DATE;
    if (!scan_clock(in.at + 12, out) || stamp_scan_zone(text_make(in.at + 21, 5), out) != 5)
        return 0;
    return STAMP_CLF_LEN;
}

bool stamp_clf(const char *at, int64_t *second)
{
    struct stamp s = {0};
    uint32_t nanos;
    return scan_clf(text_make(at, STAMP_CLF_LEN), &s) && stamp_finish(&s, second, &nanos);
}

/* Seconds since the day began; false when it is no time of day. */
static bool clock_seconds(const char *at, int64_t *seconds)
{
    struct stamp s = {0};
    if (!scan_clock(at, &s) || s.civil.hour > 23 || s.civil.minute > 59 || s.civil.second > 60)
        return false;
    *seconds = (int64_t)s.civil.hour * 3600 + s.civil.minute * 60 + s.civil.second;
    return true;
}

bool stamp_clf_beside(const char *known, int64_t known_second, const char *at, int64_t *second)
{
    int64_t before, now;
    if (memcmp(known, at, 12) != 0 || memcmp(known + 20, at + 20, 6) != 0)
        return stamp_clf(at, second);
    if (!clock_seconds(known + 12, &before) || !clock_seconds(at + 12, &now))
        return false;
    *second = known_second - before + now;
    return true;
}

/* The digits behind a decimal point, cut to nanoseconds: bytes taken. */
static size_t scan_digits_fraction(struct text in, struct stamp *out)
{
    uint32_t nanos = 0, scale = 1000000000;
    size_t i = 0;
    for (; i < in.len && is_digit(in.at[i]); i++) {
        if (scale == 1)
            continue;
        scale /= 10;
        nanos += (uint32_t)(in.at[i] - '0') * scale;
    }
    if (i > 0) {
        out->nanos = nanos;
        out->has |= STAMP_FRACTION;
    }
    return i;
}

size_t stamp_scan_fraction(struct text in, unsigned digits, struct stamp *out)
{
    if (in.len < digits || !all_digits(in.at, digits))
        return 0;
    return scan_digits_fraction(text_cut(in, 0, digits), out);
}

/* What stands between date and clock: T, a space, or " - " (2026/11/20 - 06:00:00); 0: neither. */
static size_t clock_behind(struct text in)
{
    if (in.len >= 21 && memcmp(in.at + 10, " - ", 3) == 0)
        return 13;
    return memchr("Tt ", in.at[10], 3) ? 11 : 0;
}

/* yyyy-mm-ddThh:mm:ss[.frac][zone], or another byte between the parts of the date; a space may
 * stand for the T and before the zone. */
static size_t scan_iso(struct text in, char between, struct stamp *out)
{
    const char *at = in.at;
    if (in.len < 19 || !all_digits(at, 4) || at[4] != between || !all_digits(at + 5, 2) ||
        at[7] != between || !all_digits(at + 8, 2) || !clock_behind(in))
        return 0;
    out->civil.year = two(at) * 100 + two(at + 2);
    out->civil.month = two(at + 5);
    out->civil.day = two(at + 8);
    out->has |= STAMP_DATE;
    size_t clock = clock_behind(in), used = clock + 8;
    if (!scan_clock(at + clock, out))
        return 0;
    if (used < in.len && (at[used] == '.' || at[used] == ',')) {
        size_t digits = scan_digits_fraction(text_cut(in, used + 1, in.len), out);
        used += digits ? digits + 1 : 0;
    }
    size_t space = used < in.len && at[used] == ' ' ? 1 : 0;
    size_t zone = stamp_scan_zone(text_cut(in, used + space, in.len), out);
    return zone ? used + space + zone : used;
}

/* A count of units since 1970, `per_second` of them a second, with a fraction or not. */
static size_t scan_epoch(struct text in, int64_t per_second, struct stamp *out)
{
    int64_t count = 0;
    size_t i = 0;
    for (; i < in.len && is_digit(in.at[i]); i++) {
        if (count > INT64_MAX / 10 - 1)
            return 0;
        count = count * 10 + (in.at[i] - '0');
    }
    if (i == 0 || count / per_second >= EPOCH_END)
        return 0;
    if (i + 1 < in.len && in.at[i] == '.' && is_digit(in.at[i + 1])) {
        size_t digits = scan_digits_fraction(text_cut(in, i + 1, in.len), out);
        if (per_second != 1)
            out->nanos = 0; /* a part of a milli- or microsecond is of no use to anyone */
        i += 1 + digits;
    }
    out->epoch = count / per_second;
    if (per_second != 1)
        out->nanos = (uint32_t)(count % per_second * (1000000000 / per_second));
    out->has |= STAMP_EPOCH | STAMP_FRACTION;
    return i;
}

/* Seconds, milli-, micro- or nanoseconds: told by the size; each range reaches beyond
 * the year 5000 and begins in 1973 at the latest. */
static size_t scan_epoch_any(struct text in, struct stamp *out)
{
    size_t digits = 0;
    while (digits < in.len && is_digit(in.at[digits]))
        digits++;
    int64_t per_second = digits <= 11   ? 1
                         : digits <= 14 ? 1000
                         : digits <= 17 ? 1000000
                                        : 1000000000;
    return scan_epoch(in, per_second, out);
}

static size_t scan_any(struct text in, struct stamp *out)
{
    if (in.len > 4 && (in.at[4] == '-' || in.at[4] == '/'))
        return scan_iso(in, in.at[4], out);
    if (in.len > 2 && in.at[2] == '/')
        return scan_clf(in, out);
    return scan_epoch_any(in, out);
}

size_t stamp_scan(struct text in, enum notation how, struct stamp *out)
{
    switch (how) {
    case AS_CLF: return scan_clf(in, out);
    case AS_RFC3339: return scan_iso(in, '-', out);
    case AS_EPOCH: return scan_epoch(in, 1, out);
    case AS_EPOCH_MILLIS: return scan_epoch(in, 1000, out);
    case AS_EPOCH_MICROS: return scan_epoch(in, 1000000, out);
    case AS_EPOCH_NANOS: return scan_epoch(in, 1000000000, out);
    default: return scan_any(in, out);
    }
}

bool stamp_enough(unsigned has)
{
    if (has & STAMP_EPOCH)
        return true;
    bool date = (has & STAMP_DATE) == STAMP_DATE || ((has & STAMP_YEAR) && (has & STAMP_YEARDAY));
    return date && (has & STAMP_HOUR) && (has & STAMP_MINUTE);
}

/* The 24-hour clock's hour of 12 AM, 1 PM, ... */
static unsigned civil_hour(const struct stamp *s)
{
    if (s->hour12 == 0)
        return s->civil.hour;
    return (unsigned)(s->hour12 % 12 + (s->pm ? 12 : 0));
}

bool stamp_finish(const struct stamp *s, int64_t *second, uint32_t *nanos)
{
    *nanos = s->nanos;
    if (s->has & STAMP_EPOCH) {
        *second = s->epoch;
        return true;
    }
    struct civil c = s->civil;
    c.hour = civil_hour(s);
    if (s->has & STAMP_YEARDAY) {
        c.month = c.day = 1;
        if (s->yearday < 1 || s->yearday > 366)
            return false;
    }
    if (c.second > 60 || !time_civil_valid(c))
        return false;
    *second = time_from_civil(c) - s->zone_s;
    if (s->has & STAMP_YEARDAY)
        *second += (int64_t)(s->yearday - 1) * DAY_S;
    return true;
}
