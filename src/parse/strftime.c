/* strftime.c - reads back what a strftime format wrote (C locale). */
#include "parse/stamp.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Conversions that stand for others. */
static const struct {
    char letter;
    const char *means;
} shorthands[] = {
    {'T', "%H:%M:%S"},
    {'D', "%m/%d/%y"},
    {'F', "%Y-%m-%d"},
    {'R', "%H:%M"},
    {'c', "%a %b %e %H:%M:%S %Y"},
    {'x', "%m/%d/%y"},
    {'X', "%H:%M:%S"},
    {'r', "%I:%M:%S %p"},
    {'h', "%b"},
    {'n', "\n"},
    {'t', "\t"},
};

static const struct {
    char letter;
    unsigned gives;
} conversions[] = {
    {'Y', STAMP_YEAR},
    {'y', STAMP_YEAR},
    {'m', STAMP_MONTH},
    {'b', STAMP_MONTH},
    {'B', STAMP_MONTH},
    {'d', STAMP_DAY},
    {'e', STAMP_DAY},
    {'j', STAMP_YEARDAY},
    {'H', STAMP_HOUR},
    {'k', STAMP_HOUR},
    {'I', STAMP_HOUR},
    {'l', STAMP_HOUR},
    {'M', STAMP_MINUTE},
    {'S', STAMP_SECOND},
    {'z', STAMP_ZONE},
    {'s', STAMP_EPOCH},
    {'p', 0},
    {'P', 0},
    {'Z', 0},
    {'a', 0},
    {'A', 0},
    {'u', 0},
    {'w', 0},
    {'U', 0},
    {'V', 0},
    {'W', 0},
    {'C', 0},
    {'g', 0},
    {'G', 0},
};

static bool add_item(struct stamp_pattern *p, char letter, char byte)
{
    if (p->count == STAMP_PATTERN_ITEMS)
        return false;
    p->items[p->count].letter = letter;
    p->items[p->count++].byte = byte;
    return true;
}

static bool add_conversion(struct stamp_pattern *p, char letter);

static bool add_format(struct stamp_pattern *p, struct text format)
{
    for (size_t i = 0; i < format.len; i++) {
        if (format.at[i] != '%') {
            if (!add_item(p, 0, format.at[i]))
                return false;
            continue;
        }
        do /* glibc's flags and modifiers change the padding at most */
            i++;
        while (i < format.len && format.at[i] && strchr("EO-_0^#", format.at[i]));
        if (i == format.len || !add_conversion(p, format.at[i]))
            return false;
    }
    return true;
}

static bool add_conversion(struct stamp_pattern *p, char letter)
{
    if (letter == '%')
        return add_item(p, 0, '%');
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (shorthands[i].letter == letter)
            return add_format(p, text_of(shorthands[i].means));
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++) {
        if (conversions[i].letter != letter)
            continue;
        p->gives |= conversions[i].gives;
        return add_item(p, letter, 0);
    }
    return false;
}

bool stamp_pattern_compile(struct stamp_pattern *p, struct text format)
{
    *p = (struct stamp_pattern){0};
    return add_format(p, format);
}

/* At most `width` digits, at least one, after spaces (%e, %k, %l pad so): bytes taken. */
static size_t scan_number(struct text in, size_t width, unsigned *out)
{
    size_t i = 0;
    while (i < in.len && i + 1 < width && in.at[i] == ' ')
        i++;
    size_t first = i;
    unsigned value = 0;
    for (; i < in.len && i < width && is_digit(in.at[i]); i++)
        value = value * 10 + (unsigned)(in.at[i] - '0');
    if (i == first)
        return 0;
    *out = value;
    return i;
}

/* A name of which the first three letters count; `long_form`: its remaining letters follow. */
static size_t scan_month(struct text in, bool long_form, unsigned *month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    for (unsigned m = 0; m < 12; m++) {
        struct text name = text_cut(text_of(names[m]), 0, long_form ? SIZE_MAX : 3);
        if (in.len >= name.len && text_same_caseless(text_cut(in, 0, name.len), name)) {
            *month = m + 1;
            return name.len;
        }
    }
    return 0;
}

static size_t scan_letters(struct text in)
{
    size_t i = 0;
    while (i < in.len && (in.at[i] | 0x20) >= 'a' && (in.at[i] | 0x20) <= 'z')
        i++;
    return i;
}

static size_t scan_half_day(struct text in, struct stamp *out)
{
    if (in.len < 2 || (in.at[1] | 0x20) != 'm')
        return 0;
    char half = (char)(in.at[0] | 0x20);
    out->pm = half == 'p';
    return half == 'p' || half == 'a' ? 2 : 0;
}

static size_t scan_hour12(struct text in, struct stamp *out)
{
    unsigned hour = 0;
    size_t used = scan_number(in, 2, &hour);
    out->hour12 = (int)hour;
    return hour >= 1 && hour <= 12 ? used : 0;
}

static size_t scan_year(struct text in, char letter, struct stamp *out)
{
    unsigned year = 0;
    size_t used = scan_number(in, letter == 'Y' ? 4 : 2, &year);
    if (letter == 'y') /* as POSIX's strptime reads it */
        year += year < 69 ? 2000 : 1900;
    out->civil.year = year;
    return used;
}

/* Numbers and names that say nothing new (day of the week, week of the year). */
static size_t scan_rest(struct text in, char letter)
{
    unsigned ignored;
    if (letter == 'a' || letter == 'A' || letter == 'Z')
        return scan_letters(in);
    return scan_number(in, letter == 'G' ? 4 : 2, &ignored);
}

/* Without the fraction that may follow: it belongs to the next piece of the format. */
static size_t scan_seconds(struct text in, struct stamp *out)
{
    size_t digits = 0;
    while (digits < in.len && is_digit(in.at[digits]))
        digits++;
    return stamp_scan(text_cut(in, 0, digits), AS_EPOCH, out);
}

static size_t scan_conversion(struct text in, char letter, struct stamp *out)
{
    struct civil *c = &out->civil;
    switch (letter) {
    case 'Y':
    case 'y': return scan_year(in, letter, out);
    case 'm': return scan_number(in, 2, &c->month);
    case 'b': return scan_month(in, false, &c->month);
    case 'B': return scan_month(in, true, &c->month);
    case 'd':
    case 'e': return scan_number(in, 2, &c->day);
    case 'j': return scan_number(in, 3, &out->yearday);
    case 'H':
    case 'k': return scan_number(in, 2, &c->hour);
    case 'I':
    case 'l': return scan_hour12(in, out);
    case 'M': return scan_number(in, 2, &c->minute);
    case 'S': return scan_number(in, 2, &c->second);
    case 'p':
    case 'P': return scan_half_day(in, out);
    case 'z': return stamp_scan_zone(in, out);
    case 's': return scan_seconds(in, out);
    default: return scan_rest(in, letter);
    }
}

size_t stamp_pattern_scan(const struct stamp_pattern *p, struct text in, struct stamp *out)
{
    size_t at = 0;
    for (unsigned i = 0; i < p->count; i++) {
        if (p->items[i].letter == 0) {
            if (at == in.len || in.at[at] != p->items[i].byte)
                return 0;
            at++;
            continue;
        }
        size_t used = scan_conversion(text_cut(in, at, in.len), p->items[i].letter, out);
        if (used == 0)
            return 0;
        at += used;
    }
    out->has |= p->gives;
    return at;
}
