#include "loggen/escape.h"

static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static char *put_pair(char *to, char letter)
{
    *to++ = '\\';
    *to++ = letter;
    return to;
}

/* The letter after the backslash, or NUL. */
static char short_form(const char pairs[][2], size_t count, char byte)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i][0] == byte)
            return pairs[i][1];
    return '\0';
}

char *escape_apache(char *to, struct text raw)
{
    static const char pairs[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\n', 'n'},
                                    {'\r', 'r'}, {'\t', 't'},  {'\v', 'v'}};
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char byte = (unsigned char)raw.at[i];
        char letter;
        if (is_plain(byte)) {
            *to++ = (char)byte;
        } else if ((letter = short_form(pairs, sizeof(pairs) / sizeof(pairs[0]), raw.at[i]))) {
            to = put_pair(to, letter);
        } else {
            to = put_pair(to, 'x');
            *to++ = lower[byte >> 4];
            *to++ = lower[byte & 15];
        }
    }
    return to;
}

char *escape_nginx(char *to, struct text raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char byte = (unsigned char)raw.at[i];
        if (is_plain(byte)) {
            *to++ = (char)byte;
            continue;
        }
        to = put_pair(to, 'x');
        *to++ = upper[byte >> 4];
        *to++ = upper[byte & 15];
    }
    return to;
}

/* How many bytes of valid UTF-8 start here; 0: none. `left` is at least 1. */
static size_t utf8_len(const char *at, size_t left)
{
    const unsigned char *b = (const unsigned char *)at;
    if (b[0] < 0x80)
        return 1;
    size_t len = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || left < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90);
    bool surrogate = b[0] == 0xed && b[1] > 0x9f;
    bool too_far = b[0] == 0xf4 && b[1] > 0x8f;
    return overlong || surrogate || too_far ? 0 : len;
}

static char *put_unicode(char *to, const char *digits)
{
    to = put_pair(to, 'u');
    memcpy(to, digits, 4);
    return to + 4;
}

static char *put_json_byte(char *to, char byte)
{
    static const char pairs[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                    {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    char letter = short_form(pairs, sizeof(pairs) / sizeof(pairs[0]), byte);
    if (letter)
        return put_pair(to, letter);
    if ((unsigned char)byte < 0x20) {
        char digits[4] = {'0', '0', lower[(byte >> 4) & 15], lower[byte & 15]};
        return put_unicode(to, digits);
    }
    *to++ = byte;
    return to;
}

char *escape_json(char *to, struct text raw)
{
    for (size_t i = 0; i < raw.len;) {
        size_t len = utf8_len(raw.at + i, raw.len - i);
        if (len == 0) {
            to = put_unicode(to, "fffd");
        } else if (len == 1) {
            to = put_json_byte(to, raw.at[i]);
        } else {
            memcpy(to, raw.at + i, len);
            to += len;
        }
        i += len ? len : 1;
    }
    return to;
}
