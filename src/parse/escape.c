#include "parse/escape.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The number that `count` hex digits at `at` make, or -1. */
static int32_t hex_number(struct text in, size_t at, size_t count)
{
    int32_t value = 0;
    if (in.len < at + count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int digit = hex_digit(in.at[at + i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void add_rune(struct buf *out, uint32_t rune)
{
    if (rune < 0x80) {
        buf_byte(out, (char)rune);
        return;
    }
    if (rune < 0x800) {
        buf_byte(out, (char)(0xc0 | rune >> 6));
    } else {
        if (rune < 0x10000) {
            buf_byte(out, (char)(0xe0 | rune >> 12));
        } else {
            buf_byte(out, (char)(0xf0 | rune >> 18));
            buf_byte(out, (char)(0x80 | (rune >> 12 & 0x3f)));
        }
        buf_byte(out, (char)(0x80 | (rune >> 6 & 0x3f)));
    }
    buf_byte(out, (char)(0x80 | (rune & 0x3f)));
}

/* Reads the \uXXXX at `at`, with its second half if it is the first of a surrogate pair. A lone
 * surrogate is no character: U+FFFD. Returns how long it is, 0 when it is broken. */
static size_t add_json_rune(struct buf *out, struct text in, size_t at)
{
    int32_t first = hex_number(in, at + 2, 4);
    if (first < 0)
        return 0;
    if (first < 0xd800 || first > 0xdfff) {
        add_rune(out, (uint32_t)first);
        return 6;
    }
    if (first < 0xdc00 && at + 8 <= in.len && in.at[at + 6] == '\\' && in.at[at + 7] == 'u') {
        int32_t second = hex_number(in, at + 8, 4);
        if (second >= 0xdc00 && second <= 0xdfff) {
            add_rune(out,
                     0x10000 + ((uint32_t)(first - 0xd800) << 10) + (uint32_t)(second - 0xdc00));
            return 12;
        }
    }
    add_rune(out, 0xfffd);
    return 6;
}

static size_t add_hex_byte(struct buf *out, struct text in, size_t at)
{
    int32_t byte = hex_number(in, at + 2, 2);
    if (byte < 0)
        return 0;
    buf_byte(out, (char)byte);
    return 4;
}

/* The letters behind a backslash that stand for one byte; "from" and "to" go by place. */
static const struct {
    const char *from, *to;
    char number; /* the letter that begins a number: x or u */
} ways[] = {
    [ESCAPE_APACHE] = {"\"\\bnrtvf", "\"\\\b\n\r\t\v\f", 'x'},
    [ESCAPE_NGINX] = {"\"\\bnrtvf", "\"\\\b\n\r\t\v\f", 'x'},
    [ESCAPE_JSON] = {"\"\\/bfnrt", "\"\\/\b\f\n\r\t", 'u'},
};

/* Undoes the escape at the backslash `at`; 0 when it is none. */
static size_t add_escape(struct buf *out, struct text in, size_t at, enum escape how)
{
    if (at + 1 >= in.len)
        return 0;
    char letter = in.at[at + 1];
    if (letter == ways[how].number)
        return how == ESCAPE_JSON ? add_json_rune(out, in, at) : add_hex_byte(out, in, at);
    const char *found = letter ? strchr(ways[how].from, letter) : NULL;
    if (!found)
        return 0;
    buf_byte(out, ways[how].to[found - ways[how].from]);
    return 2;
}

void unescape_add(struct buf *out, struct text escaped, enum escape how)
{
    size_t at = 0;
    while (at < escaped.len) {
        size_t next = how == ESCAPE_NONE ? escaped.len : text_find(escaped, '\\', at);
        buf_add(out, text_cut(escaped, at, next));
        at = next;
        if (at == escaped.len)
            return;
        size_t used = add_escape(out, escaped, at, how);
        if (used == 0) {
            buf_byte(out, '\\');
            used = 1;
        }
        at += used;
    }
}
