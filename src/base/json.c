#include "base/json.h"

#include <math.h>
#include <stdio.h>

#include "base/rune.h"
#include "base/time.h"

struct json json_on(struct buf *out)
{
    return (struct json){.out = out};
}

static void json_value(struct json *j)
{
    if (j->comma)
        buf_byte(j->out, ',');
    j->comma = true;
}

static void json_begin(struct json *j, char bracket)
{
    json_value(j);
    buf_byte(j->out, bracket);
    j->comma = false;
}

static void json_end(struct json *j, char bracket)
{
    buf_byte(j->out, bracket);
    j->comma = true;
}

void json_open(struct json *j)
{
    json_begin(j, '{');
}

void json_close(struct json *j)
{
    json_end(j, '}');
}

void json_list(struct json *j)
{
    json_begin(j, '[');
}

void json_unlist(struct json *j)
{
    json_end(j, ']');
}

/* ---- Strings -------------------------------------------------------------------------------- */

/* ASCII that goes in as it is: all that prints but " & < > and the backslash. */
static bool is_plain(unsigned char byte)
{
    static const bool PLAIN[256] = {
        [' ' ... '!'] = true, ['#' ... '%'] = true, ['\'' ... ';'] = true,
        ['='] = true,         ['?' ... '['] = true, [']' ... '~'] = true,
    };
    return PLAIN[byte];
}

static void put_escape(struct buf *out, unsigned unit)
{
    static const char HEX[] = "0123456789abcdef";
    const char escape[6] = {
        '\\', 'u', HEX[unit >> 12], HEX[unit >> 8 & 15], HEX[unit >> 4 & 15], HEX[unit & 15]};
    buf_add(out, text_make(escape, sizeof escape));
}

static void put_rune(struct buf *out, uint32_t rune, struct text bytes)
{
    static const char SHORT[128] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                    ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    if (rune == RUNE_BAD) {
        buf_add(out, TEXT("\uFFFD"));
    } else if (rune < 128 && SHORT[rune]) {
        buf_byte(out, '\\');
        buf_byte(out, SHORT[rune]);
    } else if (rune >= 0x10000 && rune_kind(rune) == RUNE_HIDDEN) {
        put_escape(out, 0xd800 + ((rune - 0x10000) >> 10));
        put_escape(out, 0xdc00 + ((rune - 0x10000) & 0x3ff));
    } else if (rune < 128 || rune_kind(rune) >= RUNE_HIDDEN) {
        put_escape(out, rune);
    } else {
        buf_add(out, bytes);
    }
}

static void put_string(struct buf *out, struct text value)
{
    size_t at = 0;
    buf_room(out, value.len + 2);
    buf_byte(out, '"');
    while (at < value.len) {
        size_t run = at;
        while (run < value.len && is_plain((unsigned char)value.at[run]))
            run++;
        buf_add(out, text_cut(value, at, run));
        at = run;
        if (at < value.len) {
            uint32_t rune;
            size_t len = rune_next(value, at, &rune);
            put_rune(out, rune, text_cut(value, at, at + len));
            at += len;
        }
    }
    buf_byte(out, '"');
}

void json_text_key(struct json *j, struct text key)
{
    json_value(j);
    put_string(j->out, key);
    buf_byte(j->out, ':');
    j->comma = false;
}

void json_key(struct json *j, const char *key)
{
    json_text_key(j, text_of(key));
}

void json_text(struct json *j, struct text value)
{
    json_value(j);
    put_string(j->out, value);
}

/* ---- The rest ------------------------------------------------------------------------------- */

void json_u64(struct json *j, uint64_t value)
{
    json_value(j);
    buf_u64(j->out, value);
}

void json_i64(struct json *j, int64_t value)
{
    json_value(j);
    if (value < 0)
        buf_byte(j->out, '-');
    buf_u64(j->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

#define DECIMALS_MOST 15

/* printf() rounds the exact value, which no arithmetic on doubles does. Its decimal point may be the
 * locale's. */
static void put_number(struct buf *out, double value, int decimals)
{
    char digits[64];
    if (decimals > DECIMALS_MOST)
        decimals = DECIMALS_MOST;
    int len = snprintf(digits, sizeof digits, "%.*f", decimals, value);
    char *point = len > decimals && decimals > 0 ? &digits[len - decimals - 1] : NULL;
    if (point)
        *point = '.';
    while (point && len > 1 && digits[len - 1] == '0')
        len--;
    if (point && digits[len - 1] == '.')
        len--;
    if (len == 2 && digits[0] == '-' && digits[1] == '0')
        buf_byte(out, '0');
    else
        buf_add(out, text_make(digits, (size_t)len));
}

void json_number(struct json *j, double value, int decimals)
{
    json_value(j);
    if (!isfinite(value))
        buf_str(j->out, "null");
    else if (value >= 0x1p63 || value <= -0x1p63)
        buf_printf(j->out, "%.0f", value); /* no fraction, and so no point */
    else
        put_number(j->out, value, decimals);
}

void json_word(struct json *j, const char *word)
{
    json_value(j);
    buf_str(j->out, word);
}

void json_put_time(struct json *j, const char *key, bool known, int64_t second)
{
    char room[TIME_TEXT_SIZE];
    json_key(j, key);
    if (known)
        json_text(j, text_of(time_rfc3339(room, second, 0)));
    else
        json_null(j);
}
