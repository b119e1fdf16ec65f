/* The escapes of JSON strings: decoding them, and bringing a string to its shortest form. */
#include "parse/json_scan.h"

static unsigned hex_value(char byte)
{
    unsigned char b = (unsigned char)byte;
    return b <= '9' ? b - '0' + 0u : (b | 0x20u) - 'a' + 10u;
}

static bool is_unicode_escape(struct text raw, size_t at)
{
    if (raw.len - at < 6 || raw.at[at] != '\\' || raw.at[at + 1] != 'u') {
        return false;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char low = (char)(raw.at[i] | 0x20);
        if (!(raw.at[i] >= '0' && raw.at[i] <= '9') && !(low >= 'a' && low <= 'f')) {
            return false;
        }
    }
    return true;
}

static uint32_t unit(struct text raw, size_t at)
{
    uint32_t value = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        value = value * 16 + hex_value(raw.at[i]);
    }
    return value;
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

/* The code point of the \uXXXX at `at` and its length, both halves of a pair taken; a lone
 * half is returned as it is. */
static uint32_t code_point(struct text raw, size_t at, size_t *length)
{
    uint32_t high = unit(raw, at);
    *length = 6;
    if (high >= 0xd800 && high < 0xdc00 && is_unicode_escape(raw, at + 6)) {
        uint32_t low = unit(raw, at + 6);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *length = 12;
            return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return high;
}

/* UTF-8 of a code point that is no surrogate; returns its length. */
static unsigned put_utf8(char out[4], uint32_t code)
{
    unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    for (unsigned i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(lead[more] | code);
    return more + 1;
}

static char short_escape(char byte)
{
    static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
    const char *hit = memchr(from, byte, sizeof from - 1);
    return hit ? to[hit - from] : byte;
}

/* Decodes the escape at `at` into out; returns the length written, *taken of what. */
static unsigned decode_one(struct text raw, size_t at, char out[4], size_t *taken)
{
    if (is_unicode_escape(raw, at)) {
        uint32_t code = code_point(raw, at, taken);
        return put_utf8(out, is_surrogate(code) ? 0xfffd : code);
    }
    if (raw.len - at >= 4 && raw.at[at + 1] == 'x') {
        *taken = 4;
        out[0] = (char)(hex_value(raw.at[at + 2]) * 16 + hex_value(raw.at[at + 3]));
        return 1;
    }
    *taken = raw.len - at < 2 ? raw.len - at : 2;
    out[0] = *taken == 2 ? short_escape(raw.at[at + 1]) : raw.at[at];
    return 1;
}

size_t json_decode(char *out, size_t room, struct text raw)
{
    size_t len = 0;
    for (size_t i = 0; i < raw.len;) {
        char piece[4] = {raw.at[i]};
        size_t taken = 1;
        unsigned more = raw.at[i] == '\\' ? decode_one(raw, i, piece, &taken) : 1;
        if (room - len < more) {
            return SIZE_MAX;
        }
        memcpy(out + len, piece, more);
        len += more;
        i += taken;
    }
    return len;
}

/* Writes the shortest form of the escape at `at`; what must stay escaped stays. */
static unsigned tidy_one(struct text raw, size_t at, char out[12], size_t *taken)
{
    *taken = 2;
    if (raw.at[at + 1] == '/') {
        out[0] = '/';
        return 1;
    }
    uint32_t code = 0;
    if (is_unicode_escape(raw, at)) {
        code = code_point(raw, at, taken);
    }
    if (code == '"' || code == '\\') {
        out[0] = '\\';
        out[1] = (char)code;
        return 2;
    }
    if (code >= 0x20 && code != 0x7f && !is_surrogate(code)) {
        return put_utf8(out, code);
    }
    memcpy(out, raw.at + at, *taken);
    return (unsigned)*taken;
}

uint32_t json_tidy(char *at, uint32_t len)
{
    struct text raw = text_make(at, len);
    uint32_t to = 0;
    for (size_t i = 0; i < len;) {
        char piece[12] = {at[i]};
        size_t taken = 1;
        unsigned more = at[i] == '\\' && i + 1 < len ? tidy_one(raw, i, piece, &taken) : 1;
        memcpy(at + to, piece, more); /* never longer than what was read: `to` stays behind */
        to += more;
        i += taken;
    }
    if (to < len) {
        memset(at + to, ' ', len - to + 1);
        at[to] = '"';
    }
    return to;
}
