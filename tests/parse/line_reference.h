/* line_reference.h - what a line means, worked out by PCRE2 patterns instead of the parser: the
 * oracle for the exact and the fast reader.
 *
 * A format is a list of pieces of one table. From the same list come the format string that the
 * parser compiles, the patterns, and the lines, which a stream of dice makes odd. */
#ifndef TESTS_PARSE_LINE_REFERENCE_H
#define TESTS_PARSE_LINE_REFERENCE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "parse/format.h"
#include "parse/head.h"
#include "parse/parser.h"

/* ---- Dice: the bytes of a fuzzer or numbers from a seed -------------------------------------- */

struct dice {
    const uint8_t *at;
    size_t left;
    uint64_t state;       /* != 0: numbers, else the bytes, then zeroes */
    uint64_t lines, hits; /* what came out of it, so that a test sees whether it tested anything */
};

static inline uint32_t dice_roll(struct dice *d, uint32_t below)
{
    if (d->state) {
        d->state ^= d->state << 13;
        d->state ^= d->state >> 7;
        d->state ^= d->state << 17;
        return (uint32_t)(d->state >> 33) % below;
    }
    uint32_t value = 0;
    for (unsigned i = 0; i < (below > 256 ? 2 : 1) && d->left > 0; i++, d->left--)
        value = value << 8 | *d->at++;
    return value % below;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

enum { SAMPLES = 12 };

enum piece_kind {
    P_DASH,
    P_WORD,
    P_USER,
    P_TIME,
    P_REQUEST,
    P_STATUS,
    P_COUNT,
    P_DURATION,
    P_QUOTED,
    P_LIST
};

struct piece {
    const char *apache, *nginx;
    enum piece_kind kind;
    enum field field; /* FIELD_COUNT: stepped over */
    uint64_t unit_ns;
    const char *before; /* the separator in front, where it is not a space */
    const char *samples[SAMPLES];
};

enum { HEAD_PIECES = 10, TAIL_FIRST = 10 };

static const struct piece pieces[] = {
    {"%h", "$remote_addr", P_WORD, FIELD_HOST, 0, NULL, {"192.0.2.7", "::1", "a.example", "-"}},
    {"%l", "-", P_WORD, FIELD_IDENT, 0, NULL, {"-", "-", "192.0.2.7", "me"}},
    {"%u",
     "$remote_user",
     P_USER,
     FIELD_USER,
     0,
     NULL,
     {"-", "frank", "John Smith", "\"\"", "- -", "x [y", "[", "a [10/Oct/2000:13:55:36 -0700", ""}},
    {"%t",
     "[$time_local]",
     P_TIME,
     FIELD_TIME,
     0,
     NULL,
     {"[10/Oct/2000:13:55:36 -0700]", "[29/Feb/2024:23:59:60 +0530]",
      "[31/Nov/2015:00:00:00 +0000]", "[01/jan/0000:00:00:00 +1459]",
      "[29/Feb/1900:10:00:00 +0000]", "[10/Oct/2000:13:55:36 -1500]",
      "[10/Oct/2000:24:00:00 +0000]", "[10/Oct/2000:13:55:37 -0700]"}},
    {"\"%r\"",
     "\"$request\"",
     P_REQUEST,
     FIELD_REQUEST,
     0,
     NULL,
     {"\"GET /a/b?c=1 HTTP/1.1\"", "\"GET /a HTTP/1.0\"", "\"POST /x HTTP/2\"", "\"-\"", "\"\"",
      "\"HEAD //a  HTTP/1.1\"", "\"GET http://h/a/b#f HTTP/1.1\"", "\"PUT / \""}},
    {"%>s",
     "$status",
     P_STATUS,
     FIELD_STATUS,
     0,
     NULL,
     {"200", "404", "-", "000", "99", "1000", "7"}},
    {"%b",
     "$body_bytes_sent",
     P_COUNT,
     FIELD_BYTES,
     0,
     NULL,
     {"2326", "0", "-", "12345678", "1234567890123456", "18446744073709551616", "99999999", "1e3"}},
    {"%v", "$host", P_WORD, FIELD_VHOST, 0, NULL, {"www.example.com", "_", "-", "[::1]", ""}},
    {"%p", "$server_port", P_COUNT, FIELD_PORT, 0, ":", {"80", "443", "-", "x"}},
    {"%I", "$request_length", P_COUNT, FIELD_REQUEST_LENGTH, 0, NULL, {"310", "-", "8", "1234567"}},
    /* from here on what may stand behind the bytes */
    {"\"%{Referer}i\"",
     "\"$http_referer\"",
     P_QUOTED,
     FIELD_REFERRER,
     0,
     NULL,
     {"\"-\"", "\"http://x/\"", "-", "\"a\\\"b\"", "\"a\"b\"", "\"\"", "\"\\\\\"", "\"x"}},
    {"\"%{User-Agent}i\"",
     "\"$http_user_agent\"",
     P_QUOTED,
     FIELD_AGENT,
     0,
     NULL,
     {"\"Mozilla/5.0 (X11)\"", "\"-\"", "-", "\"a \"b\" c\"", "\"\\x22\"", "\"\\\"", "\"",
      "\"a\" b\""}},
    {"\"%{X-Forwarded-For}i\"",
     "\"$http_x_forwarded_for\"",
     P_QUOTED,
     FIELD_FORWARDED,
     0,
     NULL,
     {"\"1.2.3.4, 5.6.7.8\"", "\"-\"", "-"}},
    {"%D",
     "$foo",
     P_DURATION,
     FIELD_REQUEST_TIME,
     1000,
     NULL,
     {"0", "1234", "-", "-5", "12345678901", "1.5", "1.500", "0.000"}},
    {"%^FB",
     "$request_time",
     P_DURATION,
     FIELD_FIRST_BYTE_TIME,
     1000,
     NULL,
     {"0.038", "0.012", "-", "1.", "12.3456789", "123456789.5", "0", "9.999", "0.1234", "0.12",
      "00.123", "0.123-"}},
    {"%{X}x",
     "$upstream_addr",
     P_LIST,
     FIELD_COUNT,
     0,
     NULL,
     {"a", "a, b", "a : b", "a,", "-", "", "a,  b", "a :", "10.0.0.1:80, unix:/x"}},
    {"%k", "$connection", P_DURATION, FIELD_COUNT, 0, NULL, {"1", "-", "0", "12.5"}},
};
static const unsigned piece_count = sizeof pieces / sizeof *pieces;

/* nginx has another meaning in some rows of the table above. */
static inline struct piece piece_of(unsigned row, bool nginx)
{
    struct piece p = pieces[row];
    if (nginx && p.field == FIELD_IDENT) /* text of the format */
        p.kind = P_DASH, p.field = FIELD_COUNT;
    if (nginx && strcmp(p.nginx, "$foo") == 0)
        p.kind = P_LIST, p.field = FIELD_COUNT;
    if (nginx && strcmp(p.nginx, "$connection") == 0)
        p.kind = P_WORD;
    if (nginx && strcmp(p.nginx, "$request_time") == 0)
        p.field = FIELD_REQUEST_TIME, p.unit_ns = 1000000000;
    if (nginx && strcmp(p.nginx, "$upstream_addr") == 0)
        p.field = FIELD_UPSTREAM;
    return p;
}

/* Rows of the usual ways to begin, ended by -1. */
static const signed char heads[][HEAD_PIECES] = {
    {0, 1, 2, 3, 4, 5, 6, -1}, {7, 8, 0, 1, 2, 3, 4, 5, 6, -1}, {7, 0, 1, 2, 3, 4, 5, 6, -1},
    {0, 3, 4, 5, 9, 6, -1},    {0, 7, 2, 3, 4, 5, 6, -1},       {3, 0, 4, 5, 6, -1},
    {0, 2, 3, 4, 6, 5, -1},    {5, 6, 4, 0, 2, 3, -1},          {4, 0, 3, -1},
};

struct reference {
    bool nginx;
    unsigned count, required;
    struct piece pieces[HEAD_PIECES + 8];
    char before[HEAD_PIECES + 8][8]; /* separators, with a quote's opening byte left out */
    struct buf spec;
    /* [1]: where a space is one space, and values may be empty between two */
    pcre2_code *head[2];                 /* the required pieces */
    pcre2_code *one[2][HEAD_PIECES + 8]; /* each piece alone */
    pcre2_code *request, *section;
    pcre2_match_data *match;
};

static const char time_pattern[] =
    "(?i:(?:0[1-9]|[12]\\d|30)/(?:Apr|Jun|Sep|Nov)/\\d{4}|"
    "(?:0[1-9]|[12]\\d|3[01])/(?:Jan|Mar|May|Jul|Aug|Oct|Dec)/\\d{4}|"
    "(?:0[1-9]|1\\d|2[0-8])/Feb/\\d{4}|"
    "29/Feb/(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00))"
    ":(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60) [-+](?:0\\d|1[0-4])[0-5]\\d";

/* Compiled once: of the many formats there are, all are made of a few hundred patterns. */
enum { PATTERN_SLOTS = 4096 };

static inline pcre2_code *reference_compile(const char *pattern)
{
    static struct {
        char *text;
        pcre2_code *code;
    } known[PATTERN_SLOTS];
    int code;
    size_t offset, at = hash_text(text_of(pattern)) % PATTERN_SLOTS;
    for (size_t tries = 0; known[at].text && tries < PATTERN_SLOTS; tries++) {
        if (strcmp(known[at].text, pattern) == 0)
            return known[at].code;
        at = (at + 1) % PATTERN_SLOTS;
    }
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                  PCRE2_DOTALL | PCRE2_ANCHORED, &code, &offset, NULL);
    if (!c || known[at].text) {
        fprintf(stderr, "bad reference pattern at %zu, or too many: %s\n", offset, pattern);
        abort();
    }
    pcre2_jit_compile(c, PCRE2_JIT_COMPLETE);
    known[at].text = mem_string(text_of(pattern));
    return known[at].code = c;
}

/* What may be nothing where a space is one space. */
static inline bool may_be_gap(const struct piece *p)
{
    return (p->kind == P_WORD || p->kind == P_LIST || p->kind == P_USER) &&
           p->field != FIELD_HOST && p->field != FIELD_IDENT;
}

/* The pattern of a value, in one group; `prefix`: it ends where a separator byte begins. */
static inline void add_piece_pattern(struct buf *out, const struct piece *p, bool prefix,
                                     bool strict, bool single)
{
    const char *gap = single && may_be_gap(p) ? "|" : "";
    switch (p->kind) {
    case P_DASH: buf_str(out, "(-)"); break;
    case P_WORD: buf_printf(out, prefix ? "([^ ]*?)" : "([^ ]++%s)", gap); break;
    case P_USER: /* or nothing but the spaces around it */
        buf_str(out, single ? "(|[^ ].*?)" : "((?<=  )(?=\\[)|[^ ]++(?: ++[^ ]++)*?)");
        break;
    case P_TIME: buf_printf(out, "\\[(%s)\\]", time_pattern); break;
    case P_REQUEST:
        buf_str(out, strict ? "\"((?:\\\\.|[^\\\\\"])*)\"" : "\"((?:\\\\.|[^\\\\])*?)\"");
        break;
    case P_QUOTED: buf_str(out, "\"((?:\\\\.|[^\\\\\"])*+)\""); break;
    case P_STATUS: buf_str(out, "(\\d{1,3}+(?!\\d)|-)"); break;
    case P_COUNT: buf_str(out, "(\\d++|-)"); break;
    case P_DURATION: buf_str(out, "(-?\\d++(?:\\.\\d++)?+|-)"); break;
    case P_LIST: buf_printf(out, "([^ ]++(?:(?:(?<=,) | : )[^ ]++)*+%s)", gap); break;
    }
}

static inline bool is_leading(const struct piece *p)
{
    return p->kind == P_TIME || p->kind == P_REQUEST || p->field == FIELD_STATUS ||
           p->field == FIELD_BYTES;
}

static inline void add_piece(struct reference *ref, unsigned row)
{
    struct piece p = piece_of(row, ref->nginx);
    unsigned i = ref->count++;
    const char *before = i == 0 ? "" : p.before && i == 1 ? p.before : " ";
    snprintf(ref->before[i], sizeof ref->before[i], "%s", before);
    buf_str(&ref->spec, before);
    buf_str(&ref->spec, ref->nginx ? p.nginx : p.apache);
    ref->pieces[i] = p;
    if (is_leading(&p))
        ref->required = i + 1;
}

/* The separator before a piece, as a pattern. */
static inline const char *separator_pattern(const struct reference *ref, unsigned i, bool single)
{
    if (i == 0)
        return "";
    if (ref->before[i][0] == ':')
        return ":";
    if (single)
        return " ";
    return ref->pieces[i - 1].kind == P_USER ? "(?: ++|(?<=  )(?=\\[))" : " ++";
}

static inline void compile_patterns(struct reference *ref, bool single)
{
    struct buf pattern = {0};
    for (unsigned i = 0; i < ref->count; i++) {
        bool prefix = i + 1 < ref->count && ref->before[i + 1][0] == ':';
        if (i < ref->required) {
            buf_str(&pattern, separator_pattern(ref, i, single));
            add_piece_pattern(&pattern, &ref->pieces[i], prefix, i + 1 == ref->required, single);
        }
        struct buf one = {0};
        add_piece_pattern(&one, &ref->pieces[i], prefix, true, single);
        buf_byte(&one, '\0');
        ref->one[single][i] = reference_compile(one.at);
        buf_done(&one);
    }
    buf_str(&pattern, "(?= |\\z)");
    buf_byte(&pattern, '\0');
    ref->head[single] = reference_compile(pattern.at);
    buf_done(&pattern);
}

static inline void reference_open(struct reference *ref, struct dice *d)
{
    *ref = (struct reference){.nginx = dice_roll(d, 2)};
    unsigned head = dice_roll(d, sizeof heads / sizeof *heads);
    for (unsigned i = 0; heads[head][i] >= 0; i++)
        add_piece(ref, (unsigned)heads[head][i]);
    for (unsigned row = TAIL_FIRST; row < piece_count; row++)
        if (dice_roll(d, 3) == 0 || (row < TAIL_FIRST + 2 && dice_roll(d, 2)))
            add_piece(ref, row);
    compile_patterns(ref, false);
    compile_patterns(ref, true);
    ref->request = reference_compile(
        "([A-Za-z][A-Za-z0-9_-]*+) ++([^ ].*?)(?: ++([A-Z]{2,}+/\\d[\\d.]*+))? *+\\z");
    ref->section = reference_compile("(?:[A-Za-z][A-Za-z0-9+.-]*+://[^/?#]*+)?(/[^/?#]*+)");
    ref->match = pcre2_match_data_create(HEAD_PIECES + 10, NULL);
}

static inline void reference_close(struct reference *ref)
{
    pcre2_match_data_free(ref->match);
    buf_done(&ref->spec);
}

/* ---- Reading by the reference ---------------------------------------------------------------- */

static inline bool group_of(const struct reference *ref, unsigned n, struct text line,
                            struct text *out)
{
    const size_t *ends = pcre2_get_ovector_pointer(ref->match);
    if (ends[2 * n] == PCRE2_UNSET)
        return false;
    *out = text_make(line.at + ends[2 * n], ends[2 * n + 1] - ends[2 * n]);
    return true;
}

static inline bool matches(struct reference *ref, const pcre2_code *code, struct text in,
                           size_t from)
{
    return pcre2_match(code, (PCRE2_SPTR)in.at, in.len, from, 0, ref->match, NULL) > 0;
}

static inline void expect_text(struct entry *e, const char *base, enum field f, struct text t)
{
    if (t.len == 1 && t.at[0] == '-')
        e->null |= FIELD_BIT(f);
    else if (f == FIELD_USER && e->escape == ESCAPE_APACHE && text_same(t, TEXT("\"\"")))
        entry_set_text(e, f, (uint32_t)(t.at - base) + 1, 0);
    else
        entry_set_text(e, f, (uint32_t)(t.at - base), (uint32_t)t.len);
}

static inline void expect_request(struct reference *ref, struct entry *e, const char *base,
                                  struct text t)
{
    static const enum field parts[] = {FIELD_METHOD, FIELD_PATH, FIELD_PROTOCOL};
    struct text part[3] = {{0}}, section;
    expect_text(e, base, FIELD_REQUEST, t);
    bool valid = matches(ref, ref->request, t, 0);
    for (unsigned i = 0; i < 3; i++) {
        if (valid && group_of(ref, i + 1, t, &part[i]))
            entry_set_text(e, parts[i], (uint32_t)(part[i].at - base), (uint32_t)part[i].len);
        else
            e->null |= FIELD_BIT(parts[i]);
    }
    if (valid && matches(ref, ref->section, part[1], 0) && group_of(ref, 1, part[1], &section))
        entry_set_text(e, FIELD_SECTION, (uint32_t)(section.at - base), (uint32_t)section.len);
    else
        e->null |= FIELD_BIT(FIELD_SECTION);
}

static inline unsigned number_at(struct text t, size_t at, size_t len)
{
    unsigned value = 0;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (unsigned)(t.at[at + i] - '0');
    return value;
}

static inline int64_t time_of(struct text t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned month = 0;
    while (strncasecmp(months + 3 * month, t.at + 3, 3) != 0)
        month++;
    struct civil c = {.year = number_at(t, 7, 4), .month = month + 1, .day = number_at(t, 0, 2)};
    int64_t zone = number_at(t, 22, 2) * 3600 + number_at(t, 24, 2) * 60;
    return time_from_civil(c) + number_at(t, 12, 2) * 3600 + number_at(t, 15, 2) * 60 +
           number_at(t, 18, 2) - (t.at[21] == '-' ? -zone : zone);
}

/* False when the text is no duration (a negative one): then the field is absent. */
static inline bool nanoseconds_of(struct text t, uint64_t unit, uint64_t *ns)
{
    unsigned __int128 value = 0;
    uint64_t scale = unit;
    size_t i = 0;
    if (t.at[0] == '-')
        return false;
    for (; i < t.len && t.at[i] != '.'; i++)
        if (value < ((unsigned __int128)1 << 100))
            value = value * 10 + (unsigned)(t.at[i] - '0');
    value *= unit;
    for (i++; i < t.len; i++) {
        scale /= 10;
        value += scale * (unsigned)(t.at[i] - '0');
    }
    *ns = value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
    return true;
}

static inline void expect_value(struct reference *ref, struct entry *e, const char *base,
                                const struct piece *p, struct text t)
{
    bool dash = t.len == 1 && t.at[0] == '-';
    uint64_t number;
    if (p->field == FIELD_COUNT)
        return;
    if (p->kind == P_REQUEST) {
        expect_request(ref, e, base, t);
    } else if (p->kind == P_TIME) {
        e->second = time_of(t);
        e->has |= FIELD_BIT(FIELD_TIME);
    } else if (p->kind == P_WORD || p->kind == P_USER || p->kind == P_QUOTED || p->kind == P_LIST) {
        expect_text(e, base, p->field, t);
    } else if (dash) {
        e->null |= FIELD_BIT(p->field);
    } else if (p->kind == P_STATUS) {
        e->status = (uint16_t)number_at(t, 0, t.len);
        e->has |= FIELD_BIT(FIELD_STATUS);
    } else if (nanoseconds_of(t, p->kind == P_COUNT ? 1 : p->unit_ns, &number)) {
        entry_set_number(e, p->field, number);
    }
}

static inline size_t skip_spaces(struct text line, size_t at)
{
    while (at < line.len && line.at[at] == ' ')
        at++;
    return at;
}

static inline bool is_quoted_piece(const struct piece *p)
{
    return p->kind == P_QUOTED || p->kind == P_REQUEST;
}

/* What can follow a value that ends at `at`, before piece `i`: 0 nothing of it, 1 the separator and
 * the piece's opening byte, 2 a bare dash in the place of a quoted piece. *next is behind it. */
static inline int separator_at(const struct reference *ref, struct text line, size_t at, unsigned i,
                               bool single, size_t *next)
{
    *next = skip_spaces(line, at);
    if (*next == at)
        return 0;
    if (single)
        *next = at + 1;
    if (!is_quoted_piece(&ref->pieces[i]))
        return 1;
    if (*next < line.len && line.at[*next] == '"')
        return 1;
    bool dash = *next < line.len && line.at[*next] == '-' &&
                (*next + 1 == line.len || line.at[*next + 1] == ' ');
    return dash ? 2 : 0;
}

/* The pieces behind the required ones, as many as are whole; returns how many pieces are. */
static inline unsigned read_tail(struct reference *ref, struct text line, size_t at, bool single,
                                 struct text values[])
{
    for (unsigned i = ref->required; i < ref->count; i++) {
        size_t from, behind, ignored;
        int how = separator_at(ref, line, at, i, single, &from);
        values[i] = text_make(line.at + from, 1);
        if (how == 0)
            return i;
        if (how == 1) {
            if (!matches(ref, ref->one[single][i], line, from))
                return i;
            group_of(ref, 1, line, &values[i]);
            behind = pcre2_get_ovector_pointer(ref->match)[1];
        } else {
            behind = from + 1;
        }
        bool closed = (how == 2 || is_quoted_piece(&ref->pieces[i])) && behind == line.len;
        bool last = i + 1 == ref->count;
        bool whole = last ? behind == line.len || line.at[behind] == ' '
                          : closed || separator_at(ref, line, behind, i + 1, single, &ignored) != 0;
        if (!whole)
            return i;
        at = behind;
    }
    return ref->count;
}

/* A line of another format, with a value more in front: its client stands in the ident's place. */
static inline bool has_vhost_before(const struct reference *ref, const struct text values[])
{
    for (unsigned i = 1; i < ref->required; i++) {
        struct text ident = values[i - 1];
        if (ref->pieces[i].kind != P_USER || ref->pieces[i - 1].field != FIELD_IDENT ||
            !text_starts(values[i], TEXT("- ")))
            continue;
        size_t plain = 0, parts = 0;
        for (size_t k = 0; k < ident.len; k++) {
            plain += ident.at[k] != 0 && strchr("0123456789abcdef", ident.at[k]) != NULL;
            parts += ident.at[k] == '.' || ident.at[k] == ':';
        }
        return parts > 0 && plain + parts == ident.len;
    }
    return false;
}

/* Reads one way; returns how many pieces are whole, 0 when not all required ones are. */
static inline unsigned read_way(struct reference *ref, struct text line, bool single,
                                struct text values[])
{
    if (!matches(ref, ref->head[single], line, 0))
        return 0;
    size_t behind = pcre2_get_ovector_pointer(ref->match)[1];
    for (unsigned i = 0; i < ref->required; i++)
        group_of(ref, i + 1, line, &values[i]);
    if (has_vhost_before(ref, values))
        return 0;
    return read_tail(ref, line, behind, single, values);
}

static inline bool has_gaps(const struct reference *ref)
{
    for (unsigned i = 0; i < ref->count; i++)
        if (may_be_gap(&ref->pieces[i]))
            return true;
    return false;
}

/* What the line should be read as; false: rejected. */
static inline bool reference_read(struct reference *ref, struct text line, const char *base,
                                  struct entry *e)
{
    struct text usual[HEAD_PIECES + 8], single[HEAD_PIECES + 8];
    e->has = e->null = 0;
    e->escape = ref->nginx ? ESCAPE_NGINX : ESCAPE_APACHE;
    unsigned whole = read_way(ref, line, false, usual), more = 0;
    if (whole < ref->count && has_gaps(ref))
        more = read_way(ref, line, true, single);
    const struct text *values = more > whole ? single : usual;
    whole = more > whole ? more : whole;
    for (unsigned i = 0; i < whole; i++)
        expect_value(ref, e, base, &ref->pieces[i], values[i]);
    return whole > 0;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static inline void add_sample(struct buf *out, const struct piece *p, struct dice *d)
{
    unsigned count = 0;
    while (count < SAMPLES && p->samples[count])
        count++;
    unsigned which = dice_roll(d, 4) ? 0 : dice_roll(d, count);
    const char *sample = p->samples[which];
    if (p->kind == P_QUOTED && *sample == '"' && dice_roll(d, 3) == 0) { /* a long one */
        buf_byte(out, *sample++);
        for (uint32_t n = dice_roll(d, 260); n > 0; n--)
            buf_byte(out, 'a');
    }
    buf_str(out, sample);
}

/* A byte of the kind that matters here, or any. */
static inline char odd_byte(struct dice *d)
{
    static const char bytes[] = "  \"\"\\\\[]-:/?#.,0179Aa%\t\x7f\xff";
    return dice_roll(d, 8) ? bytes[dice_roll(d, sizeof bytes - 1)] : (char)dice_roll(d, 256);
}

static inline void damage(struct buf *line, struct dice *d)
{
    if (line->len == 0)
        return;
    size_t at = dice_roll(d, (uint32_t)line->len), n = 1 + dice_roll(d, 3);
    switch (dice_roll(d, 5)) {
    case 0: line->at[at] = odd_byte(d); break;
    case 1: line->len = at; break;
    case 2: /* a byte more */
        buf_byte(line, ' ');
        memmove(line->at + at + 1, line->at + at, line->len - at - 1);
        line->at[at] = odd_byte(d);
        break;
    case 3: /* some bytes less */
        n = n > line->len - at ? line->len - at : n;
        memmove(line->at + at, line->at + at + n, line->len - at - n);
        line->len -= n;
        break;
    default: /* a part once more */
        n = 8 * n > line->len - at ? line->len - at : 8 * n;
        buf_room(line, n);
        memmove(line->at + at + n, line->at + at, line->len - at);
        line->len += n;
        break;
    }
}

static inline void reference_line(const struct reference *ref, struct dice *d, struct buf *line)
{
    buf_clear(line);
    for (unsigned i = 0; i < ref->count; i++) {
        buf_str(line, ref->before[i]);
        if (dice_roll(d, 24) == 0)
            buf_byte(line, ' ');
        if (ref->pieces[i].kind != P_DASH)
            add_sample(line, &ref->pieces[i], d);
        else
            buf_byte(line, '-');
    }
    for (unsigned n = dice_roll(d, 4); n > 1; n--)
        damage(line, d);
    if (dice_roll(d, 8) == 0)
        buf_str(line, " \"more\" 12");
    for (size_t i = 0; i < line->len; i++) /* a line has no line end inside, and a \r is dropped */
        if (line->at[i] == '\n' || line->at[i] == '\r')
            line->at[i] = ' ';
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static inline bool same_entry(const struct entry *a, const struct entry *b, field_set want)
{
    field_set set = a->has & want;
    if (set != (b->has & want) || (a->null & want & ~a->has) != (b->null & want & ~b->has))
        return false;
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if (!(set & FIELD_BIT(f)))
            continue;
        if (f < FIELD_TEXTS && memcmp(&a->text[f], &b->text[f], sizeof a->text[f]) != 0)
            return false;
        if (f >= FIELD_FIRST_NUMBER && f < FIELD_TIME &&
            entry_number(a, (enum field)f) != entry_number(b, (enum field)f))
            return false;
    }
    return (!(set & FIELD_BIT(FIELD_TIME)) || (a->second == b->second)) &&
           (!(set & FIELD_BIT(FIELD_STATUS)) || a->status == b->status);
}

static inline void tell_difference(const struct reference *ref, struct text line, const char *way,
                                   field_set want, bool hits[2], const struct entry *a,
                                   const struct entry *b)
{
    fprintf(stderr, "%s differs\n  format %.*s\n  line   <", way, (int)ref->spec.len, ref->spec.at);
    for (size_t i = 0; i < line.len; i++)
        fprintf(stderr, line.at[i] >= 32 && line.at[i] < 127 ? "%c" : "\\x%02x",
                (unsigned char)line.at[i]);
    fprintf(stderr, ">\n  expected %s has %llx null %llx, got %s has %llx null %llx, want %llx\n",
            hits[0] ? "hit" : "reject", (unsigned long long)(a->has & want),
            (unsigned long long)(a->null & want), hits[1] ? "hit" : "reject",
            (unsigned long long)(b->has & want), (unsigned long long)(b->null & want),
            (unsigned long long)want);
    for (unsigned f = 0; f < FIELD_TEXTS; f++)
        if ((a->has | b->has) & want & FIELD_BIT(f))
            fprintf(stderr, "  %s: expected %u+%u, got %u+%u\n", field_key((enum field)f),
                    a->text[f].at, a->text[f].len, b->text[f].at, b->text[f].len);
}

/* One random format, some lines of it: every way to read must agree. Returns lines compared, 0 when
 * there was a difference (which is then told on stderr). */
static inline unsigned reference_compare(struct dice *d, struct batch *b, unsigned lines)
{
    static const enum head_way ways[] = {HEAD_NONE, HEAD_PLAIN, HEAD_VECTOR};
    static const char *const names[] = {"the exact reader", "the plain fast reader",
                                        "the vector reader"};
    struct reference ref;
    struct format_memo memo;
    struct error why = {0};
    struct buf line = {0};
    bool same = true;
    reference_open(&ref, d);
    struct format *f = format_new(buf_text(&ref.spec), &why);
    if (!f) {
        fprintf(stderr, "%.*s: %s\n", (int)ref.spec.len, ref.spec.at, why.text);
        abort();
    }
    format_memo_init(&memo, f);
    for (unsigned n = 0; n < lines && same; n++) {
        uint32_t at = dice_roll(d, 70);
        field_set want =
            dice_roll(d, 3) ? ~(field_set)0 : (field_set)dice_roll(d, 65536) << dice_roll(d, 24);
        reference_line(&ref, d, &line);
        memset(b->bytes, dice_roll(d, 2) ? '"' : ' ', at + line.len + BATCH_SLACK);
        memcpy(b->bytes + at, line.at, line.len);
        b->used = at + (uint32_t)line.len;
        struct text text = text_make(b->bytes + at, line.len);
        struct entry expected, got;
        bool hits[2] = {line.len > 0 && reference_read(&ref, text, b->bytes, &expected)};
        d->lines++;
        d->hits += hits[0];
        for (unsigned w = 0; w < 3 && same && line.len > 0; w++) {
            head_force(ways[w]);
            hits[1] = format_read(f, &memo, b, (struct span){at, text.len}, want, &got, NULL);
            same = hits[0] == hits[1] && (!hits[0] || same_entry(&expected, &got, want));
            if (!same)
                tell_difference(&ref, text, names[w], want, hits, &expected, &got);
        }
    }
    head_force(HEAD_ANY);
    format_memo_done(&memo);
    format_free(f);
    reference_close(&ref);
    buf_done(&line);
    return same ? lines : 0;
}

/* Fills the batch with lines of the format, with one end of line or the other, empty ones too. */
static inline void fill_batch(struct reference *ref, struct dice *d, struct batch *b,
                              unsigned lines)
{
    struct buf line = {0};
    batch_clear(b);
    for (unsigned n = 0; n < lines; n++) {
        reference_line(ref, d, &line);
        if (b->used + line.len + 2 > BATCH_BYTES)
            break;
        if (line.len > 0)
            memcpy(b->bytes + b->used, line.at, line.len);
        b->used += (uint32_t)line.len;
        if (dice_roll(d, 10) == 0)
            b->bytes[b->used++] = '\r';
        if (n + 1 < lines || dice_roll(d, 2))
            b->bytes[b->used++] = '\n';
        if (dice_roll(d, 10) == 0 && n + 1 < lines)
            b->bytes[b->used++] = '\n';
    }
    buf_done(&line);
}

/* The entries that one way finds in the batch, a hash of all that matters in them. */
static inline uint64_t entries_of(const struct formats *fs, struct batch *b, enum head_way way,
                                  field_set want, struct entry *entries)
{
    struct parser *p = parser_new(fs, want);
    head_force(way);
    b->scanned = b->count = b->reject_count = 0;
    b->lines = (struct line_counts){0};
    while (!parser_run(p, b))
        b->count = 0;
    memcpy(entries, b->entries, b->count * sizeof *entries);
    parser_free(p);
    head_force(HEAD_ANY);
    return b->lines.read << 40 | b->lines.parsed << 20 | b->lines.rejected;
}

/* A batch of lines of one random format through parser_run(): every way must find the same. */
static inline bool reference_compare_runs(struct dice *d, struct batch *b, unsigned lines)
{
    static const enum head_way ways[] = {HEAD_PLAIN, HEAD_VECTOR};
    struct reference ref;
    struct error why = {0};
    reference_open(&ref, d);
    struct text spec = buf_text(&ref.spec);
    struct formats *fs = formats_new(&spec, 1, &why);
    field_set want =
        dice_roll(d, 3) ? ~(field_set)0 : (field_set)dice_roll(d, 65536) << dice_roll(d, 24);
    struct entry *exact = malloc(lines * sizeof *exact), *fast = malloc(lines * sizeof *fast);
    fill_batch(&ref, d, b, lines);
    uint64_t counts = entries_of(fs, b, HEAD_NONE, want, exact);
    bool same = true;
    for (unsigned w = 0; w < 2 && same; w++) {
        same = entries_of(fs, b, ways[w], want, fast) == counts;
        for (uint32_t i = 0; i < b->count && same; i++) {
            bool hits[2] = {true, true};
            same = same_entry(&exact[i], &fast[i], want) && exact[i].line.at == fast[i].line.at &&
                   exact[i].line.len == fast[i].line.len && exact[i].cut == fast[i].cut &&
                   exact[i].escape == fast[i].escape;
            if (!same)
                tell_difference(&ref, batch_span(b, exact[i].line), "a run", want, hits, &exact[i],
                                &fast[i]);
        }
    }
    free(exact);
    free(fast);
    formats_free(fs);
    reference_close(&ref);
    return same;
}

#endif
