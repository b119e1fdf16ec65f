#include "base/text.h"

#include <math.h>

static unsigned char lower(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool text_same_caseless(struct text a, struct text b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool text_starts(struct text whole, struct text start)
{
    return start.len <= whole.len && text_same(text_make(whole.at, start.len), start);
}

bool text_ends(struct text whole, struct text end)
{
    return end.len <= whole.len && text_same(text_cut(whole, whole.len - end.len, whole.len), end);
}

size_t text_find(struct text whole, char byte, size_t from)
{
    if (from >= whole.len)
        return whole.len;
    const char *hit = memchr(whole.at + from, byte, whole.len - from);
    return hit ? (size_t)(hit - whole.at) : whole.len;
}

struct text text_cut(struct text whole, size_t from, size_t to)
{
    if (to > whole.len)
        to = whole.len;
    if (from > to)
        from = to;
    /* An empty slice may have no address, and nothing may be added to that. */
    return text_make(from == 0 ? whole.at : whole.at + from, to - from);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct text text_trim(struct text whole)
{
    size_t from = 0, to = whole.len;
    while (from < to && is_blank(whole.at[from]))
        from++;
    while (to > from && is_blank(whole.at[to - 1]))
        to--;
    return text_cut(whole, from, to);
}

bool text_split(struct text *rest, char separator, struct text *piece)
{
    if (rest->len == 0)
        return false;
    size_t end = text_find(*rest, separator, 0);
    *piece = text_cut(*rest, 0, end);
    *rest = text_cut(*rest, end == rest->len ? end : end + 1, rest->len);
    return true;
}

bool text_to_u64(struct text digits, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.at[i]))
            return false;
        unsigned digit = (unsigned)(digits.at[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (digits.len == 0)
        return false;
    *out = value;
    return true;
}

static long double power_of_ten(unsigned exponent)
{
    long double power = 1, square = 10;
    for (; exponent; exponent >>= 1, square *= square)
        if (exponent & 1)
            power *= square;
    return power;
}

/* mantissa * 10^exponent. Up to 2^53 and 10^22 both are exact, and the result is the
 * double nearest to what is written; that is all that logs and people write. Beyond, it
 * may be the one beside. */
static double scaled(uint64_t mantissa, int exponent)
{
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    if (mantissa <= UINT64_C(1) << 53 && size <= 22) {
        double power = (double)power_of_ten(size);
        return exponent < 0 ? (double)mantissa / power : (double)mantissa * power;
    }
    return (double)(exponent < 0 ? mantissa / power_of_ten(size) : mantissa * power_of_ten(size));
}

/* Not strtod(): that one obeys the locale, accepts "nan" and needs a NUL. The first 18
 * digits fit the integer; what follows them is below a double's precision. */
bool text_to_double(struct text digits, double *out)
{
    uint64_t mantissa = 0;
    int exponent = 0;
    size_t dot = text_find(digits, '.', 0);
    if (dot == 0 || dot + 1 == digits.len)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (i == dot)
            continue;
        if (!is_digit(digits.at[i]))
            return false;
        bool fits = mantissa < UINT64_C(100000000000000000);
        if (fits)
            mantissa = mantissa * 10 + (unsigned)(digits.at[i] - '0');
        if (fits && i > dot && exponent > -4000)
            exponent--;
        if (!fits && i < dot && exponent < 10000)
            exponent++;
    }
    double value = scaled(mantissa, exponent);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}
