#include "parse/wrap.h"

#include <stdio.h>
#include <string.h>

#include "parse/escape.h"

static const struct text docker = {"{\"log\":\"", 8};

/* What stands there once the line behind has been unescaped: a byte that JSON cannot have, the
 * length, and two spaces, which no fast reader steps over (head.h). */
enum { OPENED = 2, OPENED_DIGITS = 4 };
_Static_assert(LINE_LIMIT - 8 < 1 << 4 * OPENED_DIGITS, "a line's length fits into its wrapping");

static struct span cut(struct span line, uint32_t from, uint32_t len)
{
    return (struct span){line.at + from, len};
}

/* ---- Docker ---------------------------------------------------------------------------------- */

static int hex_value(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

/* A line that was opened before; false when the bytes only look so. */
static bool read_opened(const char *at, struct span line, struct span *inner)
{
    uint32_t len = 0;
    for (size_t i = 2; i < 2 + OPENED_DIGITS; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0)
            return false;
        len = len << 4 | (uint32_t)digit;
    }
    *inner = cut(line, (uint32_t)docker.len, len);
    return len <= line.len - docker.len && memcmp(at + 2 + OPENED_DIGITS, "  ", 2) == 0;
}

/* The quote that closes the string, or the end: a line may be too long to be kept whole. */
static size_t string_end(struct text t, size_t from)
{
    while (from < t.len && t.at[from] != '"')
        from += t.at[from] == '\\' ? 2 : 1;
    return from < t.len ? from : t.len;
}

static struct span open_docker(struct batch *b, struct span line, struct buf *room)
{
    char *at = b->bytes + line.at;
    char told[16];
    struct text whole = text_make(at, line.len);
    size_t end = string_end(whole, docker.len);
    buf_clear(room);
    unescape_add(room, text_cut(whole, docker.len, end), ESCAPE_JSON);
    while (room->len > 0 && memchr("\r\n", room->at[room->len - 1], 2))
        room->len--;
    for (size_t i = 0; i < room->len; i++) /* a line has none of them inside */
        room->at[i] = room->at[i] == '\n' ? ' ' : room->at[i];
    if (room->len > 0)
        memcpy(at + docker.len, room->at, room->len);
    snprintf(told, sizeof told, "%c%0*x  ", OPENED, OPENED_DIGITS, (unsigned)room->len);
    memcpy(at + 1, told, docker.len - 1);
    return cut(line, (uint32_t)docker.len, (uint32_t)room->len);
}

/* ---- Kubernetes ------------------------------------------------------------------------------ */

/* Behind "TIME stdout F "; 0: it is none. The P of a line in parts is the same to us. */
static uint32_t cri_head(struct text line)
{
    enum { TIME_LEAST = 20, TIME_MOST = 35, STREAM = 8, TAG = 2 };
    if (line.len < TIME_LEAST + STREAM + TAG || line.at[10] != 'T')
        return 0;
    size_t space = text_find(text_cut(line, 0, TIME_MOST + 1), ' ', 0);
    struct text rest = text_cut(line, space, line.len);
    if (space < TIME_LEAST || rest.len < STREAM + TAG ||
        (!text_starts(rest, TEXT(" stdout ")) && !text_starts(rest, TEXT(" stderr "))))
        return 0;
    bool tagged = (rest.at[STREAM] == 'F' || rest.at[STREAM] == 'P') && rest.at[STREAM + 1] == ' ';
    return tagged ? (uint32_t)space + STREAM + TAG : 0;
}

struct span wrap_open(struct batch *b, struct span line, struct buf *room)
{
    struct text whole = batch_span(b, line);
    struct span inner;
    if (whole.len <= docker.len)
        return line;
    if (whole.at[0] == '{') {
        if (text_starts(whole, docker))
            return open_docker(b, line, room);
        return whole.at[1] == OPENED && read_opened(whole.at, line, &inner) ? inner : line;
    }
    uint32_t head = whole.at[0] >= '0' && whole.at[0] <= '9' ? cri_head(whole) : 0;
    return cut(line, head, line.len - head);
}
