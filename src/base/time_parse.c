/* time_parse.c - times and durations as people and configurations write them. */
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/safe.h"

static bool take(struct text *left, const char *any_of, char *taken)
{
    if (left->len == 0 || left->at[0] == '\0' || !strchr(any_of, left->at[0]))
        return false;
    *taken = left->at[0];
    *left = text_cut(*left, 1, left->len);
    return true;
}

static bool take_byte(struct text *left, const char byte[2])
{
    char taken;
    return take(left, byte, &taken);
}

static bool take_number(struct text *left, size_t width, unsigned *out)
{
    uint64_t number;
    if (left->len < width || !text_to_u64(text_cut(*left, 0, width), &number))
        return false;
    *out = (unsigned)number;
    *left = text_cut(*left, width, left->len);
    return true;
}

static size_t digits_at(struct text text)
{
    size_t count = 0;
    while (count < text.len && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

static bool take_date(struct text *left, struct civil *c)
{
    unsigned year = 0;
    bool ok = take_number(left, 4, &year) && take_byte(left, "-") &&
              take_number(left, 2, &c->month) && take_byte(left, "-") &&
              take_number(left, 2, &c->day);
    c->year = year;
    return ok;
}

/* 17/May/2015, as logs have it. */
static bool take_log_date(struct text *left, struct civil *c)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned year = 0, month = 0;
    if (!take_number(left, 2, &c->day) || !take_byte(left, "/") || left->len < 3)
        return false;
    while (month < 12 && memcmp(months + 3 * month, left->at, 3) != 0)
        month++;
    c->month = month + 1;
    *left = text_cut(*left, 3, left->len);
    bool ok = month < 12 && take_byte(left, "/") && take_number(left, 4, &year);
    c->year = year;
    return ok;
}

static bool take_clock(struct text *left, struct civil *c)
{
    if (!take_number(left, 2, &c->hour) || !take_byte(left, ":") ||
        !take_number(left, 2, &c->minute))
        return false;
    if (!take_byte(left, ":"))
        return true;
    if (!take_number(left, 2, &c->second))
        return false;
    if (take_byte(left, ".")) {
        size_t decimals = digits_at(*left);
        if (decimals == 0)
            return false;
        *left = text_cut(*left, decimals, left->len);
    }
    return true;
}

static bool take_zone(struct text *left, int64_t *offset_s)
{
    unsigned hours, minutes;
    char sign;
    *offset_s = 0;
    if (left->len == 0 || take(left, "Zz", &sign))
        return true;
    if (!take(left, "+-", &sign) || !take_number(left, 2, &hours) || !take_byte(left, ":") ||
        !take_number(left, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = (int64_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

/* " +0200", or nothing: UTC. */
static bool take_log_zone(struct text *left, int64_t *offset_s)
{
    unsigned hours, minutes;
    char sign;
    if (left->len == 0)
        return true;
    if (!take_byte(left, " ") || !take(left, "+-", &sign) || !take_number(left, 2, &hours) ||
        !take_number(left, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = (int64_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

/* [17/May/2015:10:05:03 +0000], with the brackets or without. */
static bool take_log_time(struct text text, struct civil *c, int64_t *offset_s)
{
    if (text_starts(text, TEXT("[")) && text_ends(text, TEXT("]")))
        text = text_cut(text, 1, text.len - 1);
    return take_log_date(&text, c) &&
           (text.len == 0 || (take_byte(&text, ":") && take_clock(&text, c) &&
                              take_log_zone(&text, offset_s) && text.len == 0));
}

static bool take_time(struct text text, struct civil *c, int64_t *offset_s)
{
    char between;
    return take_date(&text, c) &&
           (text.len == 0 || (take(&text, "Tt ", &between) && take_clock(&text, c) &&
                              take_zone(&text, offset_s) && text.len == 0));
}

bool time_parse(struct text text, int64_t *second, struct error *why)
{
    struct civil c = {0};
    int64_t offset_s = 0;
    bool log = text_find(text, '/', 0) < text.len;
    if (log ? !take_log_time(text, &c, &offset_s) : !take_time(text, &c, &offset_s))
        return error_set(why,
                         "\"%s\" is no time: right would be 2015-05-17, \"2015-05-17 10:05\", "
                         "2015-05-17T10:05:03Z, 2015-05-17T10:05:03+02:00 or "
                         "\"17/May/2015:10:05:03 +0200\"",
                         safe_str(text));
    if (!time_civil_valid(c))
        return error_set(why, "\"%s\" is no time: there is no such day or time of day",
                         safe_str(text));
    *second = time_from_civil(c) - offset_s;
    return true;
}

/* ---- Durations ------------------------------------------------------------------------------ */

/* Large to small, the order in which they may follow each other. */
static const struct unit {
    struct text name;
    int64_t ns;
} UNITS[] = {
    {{"d", 1}, INT64_C(86400000000000)}, {{"h", 1}, INT64_C(3600000000000)},
    {{"m", 1}, INT64_C(60000000000)},    {{"s", 1}, INT64_C(1000000000)},
    {{"ms", 2}, INT64_C(1000000)},
};
#define UNIT_COUNT (sizeof UNITS / sizeof *UNITS)
#define UNIT_S     3
#define UNIT_MS    4

static size_t take_unit(struct text *left)
{
    size_t len = 0, i = 0;
    while (len < left->len && left->at[len] >= 'a' && left->at[len] <= 'z')
        len++;
    struct text name = text_cut(*left, 0, len);
    while (i < UNIT_COUNT && !text_same(name, UNITS[i].name))
        i++;
    *left = text_cut(*left, len, left->len);
    return i;
}

/* The digits of a fraction, times the unit; what is below a nanosecond is dropped. */
static int64_t fraction_ns(struct text digits, int64_t unit_ns)
{
    __extension__ unsigned __int128 number = 0, scale = 1;
    for (size_t i = 0; i < digits.len && i < 18; i++) {
        number = number * 10 + (unsigned)(digits.at[i] - '0');
        scale *= 10;
    }
    return (int64_t)(number * (uint64_t)unit_ns / scale);
}

/* One number and its unit, added to *ns. *next_unit is the largest unit that may still
 * come; *last says that nothing may follow. A bare number must stand alone. */
static bool take_piece(struct text *left, size_t *next_unit, bool *last, int64_t *ns)
{
    uint64_t whole;
    size_t len = digits_at(*left);
    if (!text_to_u64(text_cut(*left, 0, len), &whole) || whole > INT64_MAX)
        return false;
    *left = text_cut(*left, len, left->len);
    struct text fraction = {0};
    if (take_byte(left, ".")) {
        len = digits_at(*left);
        if (len == 0)
            return false;
        fraction = text_cut(*left, 0, len);
        *left = text_cut(*left, len, left->len);
    }
    bool bare = left->len == 0 && *next_unit == 0;
    size_t unit = bare ? UNIT_S : take_unit(left);
    if (unit >= UNIT_COUNT || unit < *next_unit)
        return false;
    *next_unit = unit + 1;
    *last = fraction.len > 0;
    int64_t piece;
    return !__builtin_mul_overflow((int64_t)whole, UNITS[unit].ns, &piece) &&
           !__builtin_add_overflow(piece, fraction_ns(fraction, UNITS[unit].ns), &piece) &&
           !__builtin_add_overflow(*ns, piece, ns);
}

bool duration_parse(struct text text, int64_t *ns)
{
    int64_t sum = 0;
    size_t next_unit = 0;
    bool last = false;
    while (text.len > 0) {
        if (last || !take_piece(&text, &next_unit, &last, &sum))
            return false;
    }
    if (sum <= 0)
        return false;
    *ns = sum;
    return true;
}

/* "1.25": `number` in units of `unit_ns`, a power of ten, without trailing zeros. */
static char *put_decimal(char *at, uint64_t number, uint64_t unit_ns)
{
    at += sprintf(at, "%" PRIu64, number / unit_ns);
    uint64_t fraction = number % unit_ns;
    if (fraction == 0)
        return at;
    *at++ = '.';
    while (fraction > 0) {
        fraction *= 10;
        *at++ = (char)('0' + fraction / unit_ns);
        fraction %= unit_ns;
    }
    return at;
}

/* At the longest -106751d23h47m16.854775808s, 27 bytes. */
const char *duration_text(char into[TIME_TEXT_SIZE], int64_t ns)
{
    char *at = into;
    uint64_t whole = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, left = whole;
    if (ns < 0)
        *at++ = '-';
    for (size_t i = 0; i < UNIT_S; i++) {
        uint64_t unit_ns = (uint64_t)UNITS[i].ns;
        if (left >= unit_ns)
            at += sprintf(at, "%" PRIu64 "%s", left / unit_ns, UNITS[i].name.at);
        left %= unit_ns;
    }
    const struct unit *unit = &UNITS[whole > 0 && whole < 1000000000 ? UNIT_MS : UNIT_S];
    if (left > 0 || whole == 0) {
        at = put_decimal(at, left, (uint64_t)unit->ns);
        at = stpcpy(at, unit->name.at);
    }
    *at = '\0';
    return into;
}
