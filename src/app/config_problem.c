#include "app/config_problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/safe.h"

enum { MARKS_MOST = 60, SHOWN_MOST = 160, BEFORE_MOST = 100 };

void problems_init(struct config_problems *p, const char *path, struct text source)
{
    *p = (struct config_problems){.path = path, .source = source};
}

void problems_done(struct config_problems *p)
{
    buf_done(&p->text);
}

/* Characters, the way editors count them: bytes that do not continue one. */
static uint32_t characters(struct text text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

static size_t line_start(struct text source, size_t at)
{
    while (at > 0 && source.at[at - 1] != '\n')
        at--;
    return at;
}

static uint32_t line_number(struct text source, size_t at)
{
    uint32_t line = 1;
    for (size_t i = text_find(source, '\n', 0); i < at; i = text_find(source, '\n', i + 1))
        line++;
    return line;
}

size_t problem_byte(struct text source, uint32_t line, uint32_t column)
{
    size_t at = 0;
    while (line-- > 1 && at < source.len) {
        at = text_find(source, '\n', at);
        at += at < source.len;
    }
    while (column-- > 1 && at < source.len && source.at[at] != '\n')
        for (at++; at < source.len && ((unsigned char)source.at[at] & 0xc0) == 0x80;)
            at++;
    return at;
}

/* Where in a line the value of a key begins that names a secret; the line's length when it has
 * none. */
static size_t secret_from(struct text line)
{
    static const struct text keys[] = {{"secret", 6}, {"password", 8}, {"token", 5}, {"url", 3}};
    for (size_t colon = text_find(line, ':', 0); colon < line.len;
         colon = text_find(line, ':', colon + 1)) {
        struct text key = text_cut(line, 0, colon);
        while (key.len && strchr(" \t\"'", key.at[key.len - 1]))
            key.len--;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (text_ends(key, keys[i]))
                return colon + 1;
    }
    return line.len;
}

/* A very long line is shown from a little before the place on. */
static size_t shown_from(struct text source, size_t start, size_t at)
{
    if (at - start <= BEFORE_MOST)
        return start;
    size_t from = at - BEFORE_MOST;
    while (from > start && ((unsigned char)source.at[from] & 0xc0) == 0x80)
        from--;
    return from;
}

/* The line, and below it as many carets as the thing is wide; 0 wide is one. */
static void add_lines(struct config_problems *p, uint32_t number, struct config_place place)
{
    size_t start = line_start(p->source, place.at);
    size_t end = text_find(p->source, '\n', place.at);
    if (end > start && p->source.at[end - 1] == '\r')
        end--;
    if (place.at > end)
        place.at = end;
    size_t hidden = start + secret_from(text_cut(p->source, start, end));
    size_t shown_to = hidden < end ? hidden : end;
    bool secret = place.at >= hidden && hidden < end;
    size_t from = shown_from(p->source, start, secret ? start : place.at);
    if (shown_to > from + SHOWN_MOST)
        shown_to = from + SHOWN_MOST;
    struct buf room = {0};
    size_t caret = secret ? hidden : place.at;
    size_t to = place.end < end ? place.end : end;
    struct safe_limits none = {0};
    unsigned before = safe_make(&room, text_cut(p->source, from, caret), none).width;
    unsigned width = secret ? 1 : safe_make(&room, text_cut(p->source, caret, to), none).width;
    buf_printf(&p->text, "%6u | ", number);
    safe_add(&p->text, text_cut(p->source, from, shown_to));
    buf_str(&p->text, hidden < end ? " ***\n       | " : "\n       | ");
    buf_fill(&p->text, ' ', before + (secret ? 1 : 0));
    buf_fill(&p->text, '^', width < 1 ? 1 : width > MARKS_MOST ? MARKS_MOST : width);
    buf_byte(&p->text, '\n');
    buf_done(&room);
}

bool problem_at(struct config_problems *p, struct config_place place, const char *format, ...)
{
    struct error what;
    va_list args;
    if (p->count++ >= PROBLEMS_MOST)
        return false;
    va_start(args, format);
    vsnprintf(what.text, sizeof what.text, format, args);
    va_end(args);
    if (place.at > p->source.len)
        place.at = p->source.len;
    uint32_t line = line_number(p->source, place.at);
    uint32_t column =
        characters(text_cut(p->source, line_start(p->source, place.at), place.at)) + 1;
    if (p->count == 1) {
        p->line = line;
        p->column = column;
        error_set(&p->first, "%s:%u:%u: %s", safe_str(text_of(p->path)), line, column, what.text);
    }
    safe_add(&p->text, text_of(p->path));
    buf_printf(&p->text, ":%u:%u: %s\n", line, column, what.text);
    add_lines(p, line, place);
    return false;
}
