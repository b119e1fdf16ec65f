#include "notify/mime.h"

#include "base/time.h"

enum { LINE_MOST = 75, HEADER_PLAIN_MOST = 60, WORD_BYTES = 39, VALUE_MOST = 400 };

/* ---- Headers --------------------------------------------------------------------------------- */

static bool is_plain_header(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.at[i] < ' ' || t.at[i] > '~')
            return false;
    /* what looks like an encoded word would be decoded by the reader */
    return t.len <= HEADER_PLAIN_MOST && !memmem(t.at, t.len, "=?", 2);
}

static void add_base64(struct buf *out, struct text t)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < t.len; i += 3) {
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < t.len ? (unsigned char)t.at[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_byte(out, i + k > t.len ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
}

/* At most WORD_BYTES, not ending within a character. */
static size_t word_len(struct text t)
{
    size_t len = WORD_BYTES;
    if (t.len <= len)
        return t.len;
    while (len > WORD_BYTES - 4 && ((unsigned char)t.at[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void mime_header(struct buf *out, const char *name, struct text value)
{
    value = text_cut(value, 0, VALUE_MOST);
    buf_str(out, name);
    buf_byte(out, ':');
    if (is_plain_header(value)) {
        buf_byte(out, ' ');
        buf_add(out, value);
    }
    for (bool first = true; !is_plain_header(value); first = false) {
        size_t len = word_len(value);
        buf_str(out, first ? " =?utf-8?B?" : "\r\n =?utf-8?B?");
        add_base64(out, text_cut(value, 0, len));
        buf_str(out, "?=");
        value = text_cut(value, len, value.len);
        if (!value.len)
            break;
    }
    buf_str(out, "\r\n");
}

void mime_date(struct buf *out, int64_t second)
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = time_to_civil(second);
    int64_t day = time_days(c.year, c.month, c.day) % 7;
    buf_printf(out, "%s, %02u %s %04lld %02u:%02u:%02u +0000", days[day < 0 ? day + 7 : day], c.day,
               months[c.month - 1], (long long)c.year, c.hour, c.minute, c.second);
}

/* ---- The body -------------------------------------------------------------------------------- */

static bool needs_quoting(struct text body, size_t i, size_t column)
{
    unsigned char byte = (unsigned char)body.at[i];
    bool ends_line = i + 1 == body.len || body.at[i + 1] == '\n';
    return byte > '~' || byte < ' ' || byte == '=' || (byte == ' ' && ends_line) ||
           (byte == '.' && column == 0);
}

void mime_body(struct buf *out, struct text body)
{
    size_t column = 0;
    for (size_t i = 0; i < body.len; i++) {
        if (body.at[i] == '\n') {
            buf_str(out, "\r\n");
            column = 0;
            continue;
        }
        size_t width = needs_quoting(body, i, column) ? 3 : 1;
        if (column + width > LINE_MOST) {
            buf_str(out, "=\r\n");
            column = 0;
            width = needs_quoting(body, i, column) ? 3 : 1;
        }
        if (width == 3)
            buf_printf(out, "=%02X", (unsigned char)body.at[i]);
        else
            buf_byte(out, body.at[i]);
        column += width;
    }
    if (column)
        buf_str(out, "\r\n");
}
