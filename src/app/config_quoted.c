#include "app/config_quoted.h"

/* Where reading stands: what was put out before `solid` is no blank that a line's end takes away.
 */
struct cursor {
    struct text raw;
    size_t at;
    struct buf *out;
    size_t solid;
};

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Steps over line ends and the blanks around them; returns how many ends there are. */
static size_t skip_breaks(struct cursor *c)
{
    size_t breaks = 0;
    for (; c->at < c->raw.len && (is_break(c->raw.at[c->at]) || is_blank(c->raw.at[c->at]));
         c->at++) {
        bool first_of_two = c->at + 1 < c->raw.len && c->raw.at[c->at + 1] == '\n';
        breaks += c->raw.at[c->at] == '\n' || (c->raw.at[c->at] == '\r' && !first_of_two);
    }
    return breaks;
}

/* A line's end, with the blanks around it, is a space; of several one falls away. */
static void fold(struct cursor *c)
{
    while (c->out->len > c->solid && is_blank(c->out->at[c->out->len - 1]))
        c->out->len--;
    size_t breaks = skip_breaks(c);
    buf_fill(c->out, breaks > 1 ? '\n' : ' ', breaks > 1 ? breaks - 1 : 1);
    c->solid = c->out->len;
}

void quoted_read_single(struct text raw, struct buf *out)
{
    struct cursor c = {raw, 0, out, out->len};
    while (c.at < raw.len)
        if (is_break(raw.at[c.at])) {
            fold(&c);
        } else {
            buf_byte(out, raw.at[c.at]);
            c.at += raw.at[c.at] == '\'' ? 2 : 1;
        }
}

/* ---- Escapes ----------------------------------------------------------------------------------
 */

static const struct {
    char letter;
    unsigned char digits; /* that follow, in base 16 */
    struct text means;
} escapes[] = {
    {'0', 0, {"\0", 1}},
    {'a', 0, {"\a", 1}},
    {'b', 0, {"\b", 1}},
    {'t', 0, {"\t", 1}},
    {'n', 0, {"\n", 1}},
    {'v', 0, {"\v", 1}},
    {'f', 0, {"\f", 1}},
    {'r', 0, {"\r", 1}},
    {'e', 0, {"\x1b", 1}},
    {'N', 0, {"\xc2\x85", 2}},
    {'_', 0, {"\xc2\xa0", 2}},
    {'L', 0, {"\xe2\x80\xa8", 3}},
    {'P', 0, {"\xe2\x80\xa9", 3}},
    {'x', 2, {0}},
    {'u', 4, {0}},
    {'U', 8, {0}},
};

static void add_character(struct buf *out, uint32_t code)
{
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        buf_byte(out, (char)code);
        return;
    }
    unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    buf_byte(out, (char)(marks[more] | code >> 6 * more));
    while (more-- > 0)
        buf_byte(out, (char)(0x80 | (code >> 6 * more & 0x3f)));
}

static uint32_t number(struct text digits)
{
    uint32_t n = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned char d = (unsigned char)digits.at[i];
        n = n << 4 | (d <= '9' ? d - '0' : ((d | 0x20) - 'a' + 10)) % 16;
    }
    return n;
}

/* Behind a backslash. */
static void read_escape(struct cursor *c)
{
    char letter = c->raw.at[c->at];
    if (is_break(letter)) {
        size_t breaks = skip_breaks(c);
        buf_fill(c->out, '\n', breaks - 1);
        c->solid = c->out->len;
        return;
    }
    c->at++;
    size_t i = 0;
    while (i < sizeof escapes / sizeof *escapes && escapes[i].letter != letter)
        i++;
    if (i == sizeof escapes / sizeof *escapes) {
        buf_byte(c->out, letter); /* for itself: " / \ space tab */
    } else if (escapes[i].digits) {
        struct text digits = text_cut(c->raw, c->at, c->at + escapes[i].digits);
        add_character(c->out, number(digits));
        c->at += digits.len;
    } else {
        buf_add(c->out, escapes[i].means);
    }
    c->solid = c->out->len;
}

void quoted_read_double(struct text raw, struct buf *out)
{
    struct cursor c = {raw, 0, out, out->len};
    while (c.at < raw.len)
        if (is_break(raw.at[c.at])) {
            fold(&c);
        } else if (raw.at[c.at] == '\\' && c.at + 1 < raw.len) {
            c.at++;
            read_escape(&c);
        } else {
            buf_byte(out, raw.at[c.at++]);
        }
}
