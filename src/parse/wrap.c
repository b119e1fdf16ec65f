#include "parse/wrap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "parse/escape.h"

static const struct text docker = {"{\"log\":\"", 8};
static const struct text journal = {",\"MESSAGE\":\"", 12};

/* What stands there once the line behind has been unescaped: a byte that JSON cannot have, the
 * length, and two spaces, which no fast reader steps over (head.h). */
enum { OPENED = 2, OPENED_DIGITS = 4 };
_Static_assert(LINE_LIMIT - 8 < 1 << 4 * OPENED_DIGITS, "a line's length fits into its wrapping");

static struct span cut(struct span line, uint32_t from, uint32_t len)
{
    return (struct span){line.at + from, len};
}

/* ---- Docker and the journal ------------------------------------------------------------------ */

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

/* Opens the string that begins at `from`. What is inside is never longer than what it was made of,
 * nor does it begin later. */
static struct span open_string(struct batch *b, struct span line, size_t from, struct buf *room)
{
    char *at = b->bytes + line.at;
    char told[16];
    struct text whole = text_make(at, line.len);
    size_t end = string_end(whole, from);
    buf_clear(room);
    unescape_add(room, text_cut(whole, from, end), ESCAPE_JSON);
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
static uint32_t cri_head(struct text line, struct text *full)
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
    if (!tagged)
        return 0;
    *full = text_cut(line, 0, space);
    return (uint32_t)space + STREAM + TAG;
}

/* Where the journal's message begins; 0: it is none of its lines. Their keys are in capitals. */
static size_t journal_message(struct text line)
{
    bool capitals = line.at[1] == '"' && (line.at[2] == '_' || (line.at[2] >= 'A' && line.at[2] <= 'Z')) &&
                    (line.at[3] == '_' || (line.at[3] >= 'A' && line.at[3] <= 'Z'));
    if (!capitals)
        return 0;
    if (text_starts(text_cut(line, 1, line.len), text_cut(journal, 1, journal.len)))
        return journal.len;
    const char *at = memmem(line.at, line.len, journal.at, journal.len);
    return at ? (size_t)(at - line.at) + journal.len : 0;
}

/* ---- Syslog ---------------------------------------------------------------------------------- */

/* A cursor over what stands before the message; each taker moves it when it fits. */
static bool take_shape(struct text *rest, const char *shape)
{
    size_t i = 0;
    for (; shape[i]; i++) {
        char c = i < rest->len ? rest->at[i] : 0;
        bool digit = c >= '0' && c <= '9';
        bool fits = shape[i] == '0'   ? digit
                    : shape[i] == '_' ? digit || c == ' '
                    : shape[i] == 'A' ? c >= 'A' && c <= 'Z'
                    : shape[i] == 'a' ? c >= 'a' && c <= 'z'
                                      : c == shape[i];
        if (!fits)
            return false;
    }
    *rest = text_cut(*rest, i, rest->len);
    return true;
}

static bool take_word(struct text *rest, struct text *word)
{
    size_t space = text_find(*rest, ' ', 0);
    *word = text_cut(*rest, 0, space);
    if (space == 0 || space == rest->len)
        return false;
    *rest = text_cut(*rest, space + 1, rest->len);
    return true;
}

static void skip_digits(struct text *rest)
{
    while (rest->len > 0 && rest->at[0] >= '0' && rest->at[0] <= '9')
        *rest = text_cut(*rest, 1, rest->len);
}

static void skip_fraction(struct text *rest)
{
    if (take_shape(rest, ".0"))
        skip_digits(rest);
}

/* `Nov 20 06:00:00 ` and `2026-11-20T06:00:00+01:00 `, with a fraction or without; the second is a
 * full one. */
static bool take_moment(struct text *rest, struct text *full)
{
    struct text at = *rest;
    *full = (struct text){0};
    if (take_shape(&at, "Aaa _0 00:00:00")) {
        skip_fraction(&at);
    } else {
        if (!take_shape(&at, "0000-00-00T00:00:00"))
            return false;
        skip_fraction(&at);
        if (!take_shape(&at, "Z") && !take_shape(&at, "+00:00") && !take_shape(&at, "-00:00") &&
            !take_shape(&at, "+0000") && !take_shape(&at, "-0000"))
            return false;
        *full = text_cut(*rest, 0, rest->len - at.len);
    }
    if (!take_shape(&at, " "))
        return false;
    *rest = at;
    return true;
}

/* `-` or `[id name="value"]...`, where a value may hold anything with its quotes escaped. */
static bool take_structure(struct text *rest)
{
    bool quoted = false;
    size_t i = 0;
    if (take_shape(rest, "- "))
        return true;
    if (rest->len == 0 || rest->at[0] != '[')
        return false;
    for (; i < rest->len && (quoted || rest->at[i] != ' ' || rest->at[i - 1] != ']'); i++) {
        if (quoted && rest->at[i] == '\\')
            i++;
        else if (rest->at[i] == '"')
            quoted = !quoted;
    }
    if (i >= rest->len)
        return false;
    *rest = text_cut(*rest, i + 1, rest->len);
    return true;
}

static bool take_rfc5424(struct text *rest, struct text *full)
{
    struct text at = *rest, word;
    if (!take_shape(&at, "1 ") || !(take_shape(&at, "- ") || take_moment(&at, full)))
        return false;
    for (int i = 0; i < 4; i++) /* host, application, process, kind of message */
        if (!take_word(&at, &word))
            return false;
    if (!take_structure(&at))
        return false;
    take_shape(&at, "\xef\xbb\xbf");
    *rest = at;
    return true;
}

/* The program's name with its colon, behind the host or without. */
static bool take_tag(struct text *rest)
{
    struct text at = *rest, word;
    for (int i = 0; i < 2; i++) {
        if (!take_word(&at, &word))
            return false;
        bool name = word.len > 1 && word.at[word.len - 1] == ':' && word.at[word.len - 2] != ':';
        if (!name)
            continue;
        while (at.len > 0 && at.at[0] == ' ')
            at = text_cut(at, 1, at.len);
        *rest = at;
        return true;
    }
    return false;
}

/* Its length; 0: it is none. */
static uint32_t syslog_head(struct text line, struct text *full)
{
    struct text rest = line;
    bool rated = take_shape(&rest, "<0");
    if (rated) {
        skip_digits(&rest);
        if (!take_shape(&rest, ">"))
            return 0;
        if (take_rfc5424(&rest, full))
            return (uint32_t)(line.len - rest.len);
    }
    bool told = take_moment(&rest, full) && take_tag(&rest);
    return told ? (uint32_t)(line.len - rest.len) : 0;
}

/* ---- Compose --------------------------------------------------------------------------------- */

/* `web-1  | `: the container's name, filled up with spaces. 0: it is none. */
static uint32_t compose_head(struct text line)
{
    enum { NAME_MOST = 128 };
    size_t bar = text_find(text_cut(line, 0, NAME_MOST), '|', 0), name = 0;
    if (bar < 2 || bar + 1 >= line.len || line.at[bar] != '|' || line.at[bar + 1] != ' ')
        return 0;
    while (name < bar && (isalnum((unsigned char)line.at[name]) || memchr("-_.", line.at[name], 3)))
        name++;
    for (size_t i = name; i < bar; i++)
        if (line.at[i] != ' ')
            return 0;
    return name > 0 && name < bar ? (uint32_t)bar + 2 : 0;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static struct span open_object(struct batch *b, struct span line, struct buf *room)
{
    struct text whole = batch_span(b, line);
    struct span inner;
    if (text_starts(whole, docker))
        return open_string(b, line, docker.len, room);
    if (whole.at[1] == OPENED)
        return read_opened(whole.at, line, &inner) ? inner : line;
    size_t message = whole.len > journal.len ? journal_message(whole) : 0;
    return message > 0 ? open_string(b, line, message, room) : line;
}

/* Docker's own time, behind the string that was opened: the last of its keys. */
static struct text docker_time(struct text line)
{
    static const struct text key = {"\"time\":\"", 8};
    enum { TIME_LEAST = 20, TIME_MOST = 40 };
    struct text tail = text_cut(line, line.len > TIME_MOST + key.len ? line.len - TIME_MOST - key.len : 0,
                                line.len);
    const char *at = memmem(tail.at, tail.len, key.at, key.len);
    size_t from = at ? (size_t)(at - tail.at) + key.len : tail.len;
    size_t end = text_find(tail, '"', from);
    bool last = end + 2 == tail.len && tail.at[end + 1] == '}' && end >= from + TIME_LEAST;
    return last ? text_cut(tail, from, end) : (struct text){0};
}

static struct span behind(struct span line, struct span inner)
{
    uint32_t from = inner.at + inner.len - line.at;
    return cut(line, from, line.len - from);
}

struct span wrap_open(struct batch *b, struct span line, unsigned which, struct buf *room,
                      struct span *time)
{
    struct text whole = batch_span(b, line), full = {0};
    uint32_t head = 0;
    *time = (struct span){0};
    if (whole.len <= docker.len)
        return line;
    if (whole.at[0] == '{' && which & WRAP_INSIDE) {
        struct span inner = open_object(b, line, room);
        if (inner.at != line.at)
            full = docker_time(batch_span(b, behind(line, inner)));
        line = inner;
    } else if (whole.at[0] != '{') {
        head = whole.at[0] >= '0' && whole.at[0] <= '9' ? cri_head(whole, &full) : 0;
        if (head == 0 && which & WRAP_HEAD)
            head = syslog_head(whole, &full);
        if (head == 0 && which & WRAP_HEAD)
            head = compose_head(whole);
    }
    if (full.len > 0)
        *time = (struct span){(uint32_t)(full.at - b->bytes), (uint32_t)full.len};
    return cut(line, head, line.len - head);
}
