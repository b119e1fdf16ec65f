/* filter_comparison.c - the comparisons of a filter as data, and what every match of a pattern has. */
#include "parse/filter_program.h"

#include <string.h>

/* ---- The literal in a pattern ------------------------------------------------------------------
 * Read with a narrow eye: what is not surely a plain byte ends the run; what could change the
 * meaning of plain bytes elsewhere (options, verbs, quoting, alternatives) ends the search. */

struct literal_search {
    struct text pattern;
    size_t at;
    struct buf run; /* plain bytes that follow one another */
    bool from_start; /* the run is where every match begins, and the match at the text's start */
    struct buf best;
    bool best_first;
};

static void end_run(struct literal_search *s)
{
    if (s->run.len > s->best.len) {
        buf_clear(&s->best);
        buf_add(&s->best, buf_text(&s->run));
        s->best_first = s->from_start;
    }
    buf_clear(&s->run);
    s->from_start = false;
}

/* The byte before may be there not at all, or several times. */
static void take_quantifier(struct literal_search *s)
{
    bool optional = s->pattern.at[s->at] != '+';
    if (optional && s->run.len)
        s->run.len--;
    end_run(s);
    s->at++;
}

/* Behind a closing bracket or parenthesis; false: there is none. */
static bool skip_class(struct literal_search *s)
{
    const struct text p = s->pattern;
    size_t at = s->at + 1;
    at += at < p.len && p.at[at] == '^';
    at += at < p.len && p.at[at] == ']';
    for (; at < p.len && p.at[at] != ']'; at++) {
        if (p.at[at] == '[')
            return false; /* maybe a class with a name */
        at += p.at[at] == '\\';
    }
    bool one = at - s->at == 2 && p.at[s->at + 1] != '^' && p.at[s->at + 1] != '\\';
    if (one)
        buf_byte(&s->run, p.at[s->at + 1]);
    else
        end_run(s);
    s->at = at + 1;
    return at < p.len;
}

static bool skip_group(struct literal_search *s)
{
    const struct text p = s->pattern;
    unsigned depth = 0;
    end_run(s);
    for (; s->at < p.len; s->at++) {
        char byte = p.at[s->at];
        if (byte == '\\' || byte == '[')
            return false;
        if (byte == '(' && s->at + 1 < p.len && strchr("?*", p.at[s->at + 1]))
            return false;
        depth += byte == '(';
        depth -= byte == ')';
        if (!depth) {
            s->at++;
            return true;
        }
    }
    return false;
}

static bool is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static bool take_escape(struct literal_search *s)
{
    char byte = s->at + 1 < s->pattern.len ? s->pattern.at[s->at + 1] : 0;
    s->at += 2;
    if (byte > ' ' && byte < 127 && !is_alphanumeric(byte)) {
        buf_byte(&s->run, byte);
        return true;
    }
    end_run(s);
    return byte && strchr("dDwWsSbB", byte);
}

/* One element of the pattern; false: nothing can be said of it as a whole. */
static bool take_element(struct literal_search *s)
{
    char byte = s->pattern.at[s->at];
    switch (byte) {
    case '|':
    case ')': return false;
    case '\\': return take_escape(s);
    case '[': return skip_class(s);
    case '(': return skip_group(s);
    case '?':
    case '*':
    case '+': take_quantifier(s); return true;
    case '{': return false;
    case '.':
    case '^':
    case '$':
        end_run(s);
        s->at++;
        return true;
    default: buf_byte(&s->run, byte); s->at++;
    }
    return true;
}

/* What all matches have: the longest run of plain bytes. Empty: nothing is known. */
static bool find_literal(struct literal_search *s)
{
    bool known = true;
    s->from_start = s->pattern.len && s->pattern.at[0] == '^';
    s->at = s->from_start;
    while (known && s->at < s->pattern.len)
        known = take_element(s);
    end_run(s);
    return known;
}

void filter_literal(struct filter *f, struct filter_test *t)
{
    struct literal_search s = {.pattern = text_make(f->values.at + t->value_at, t->value_len)};
    if (find_literal(&s)) {
        t->literal_at = (uint32_t)f->values.len;
        t->literal_len = (uint32_t)s.best.len;
        t->literal_first = s.best_first;
        buf_add(&f->values, buf_text(&s.best));
    }
    buf_done(&s.run);
    buf_done(&s.best);
}

/* ---- As data ----------------------------------------------------------------------------------- */

struct filter_comparison filter_comparison(const struct filter *f, uint32_t number)
{
    const struct filter_test *t = &f->tests[number];
    struct filter_comparison c = {.field = t->field, .negated = t->negated, .detail = t->kind};
    bool number_kind = t->kind == FILTER_NUMBER || t->kind == FILTER_STATUS || t->kind == FILTER_TIME;
    if (number_kind) {
        c.kind = COMPARED_RANGE;
        c.low = t->low;
        c.high = t->high;
        return c;
    }
    c.kind = t->kind == FILTER_SAME ? COMPARED_SAME
             : t->kind == FILTER_PATTERN ? COMPARED_PATTERN : COMPARED_ORDER;
    c.value = text_make(f->values.at + t->value_at, t->value_len);
    if (t->kind == FILTER_PATTERN) {
        c.literal = text_make(f->values.at + t->literal_at, t->literal_len);
        c.literal_first = t->literal_first;
    }
    return c;
}
