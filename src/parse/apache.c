/* apache.c - compiles an Apache LogFormat (mod_log_config, mod_logio, mod_ssl). */
#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/safe.h"
#include "parse/steps.h"

/* One directive: `%{argument}name`. Rows with an argument come before the row without. */
struct row {
    const char *name;
    const char *argument; /* caseless; NULL: any or none */
    struct directive means;
};

#define WORD(f)                                                                                    \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES                                                          \
    }
#define TEXTUAL(f)                                                                                 \
    {                                                                                              \
        .field = (f), .spaces = ANYWHERE                                                           \
    }
#define NUMBER(f)                                                                                  \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .numeric = true                                         \
    }
#define DURATION(f, u)                                                                             \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .numeric = true, .notation = (u)                        \
    }
/* %D beside it says the same more finely. */
#define WHOLE_SECONDS                                                                              \
    {                                                                                              \
        .field = FIELD_REQUEST_TIME, .numeric = true, .notation = AS_SECONDS, .rank = 1            \
    }
#define RANKED(f, r)                                                                               \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .rank = (r)                                             \
    }

#define SENT(f, r)                                                                                 \
    {                                                                                              \
        .field = (f), .spaces = NO_SPACES, .rank = (r), .sent = true                               \
    }

static const struct row rows[] = {
    {"h", NULL, WORD(FIELD_HOST)},
    {"a", "c", RANKED(FIELD_HOST, 1)}, /* the peer, where %a is what mod_remoteip made of it */
    {"a", "list", {.field = FIELD_HOST, .spaces = IN_LISTS}}, /* a preset's: the first of them */
    {"a", NULL, WORD(FIELD_HOST)},
    {"l", NULL, WORD(FIELD_IDENT)},
    {"u", NULL, TEXTUAL(FIELD_USER)},
    {"r", NULL, TEXTUAL(FIELD_REQUEST)},
    {"m", NULL, WORD(FIELD_METHOD)},
    {"U", NULL, TEXTUAL(FIELD_PATH)},
    {"q", NULL, TEXTUAL(FIELD_QUERY)},
    {"H", NULL, WORD(FIELD_PROTOCOL)},
    {"s", NULL, NUMBER(FIELD_STATUS)},
    {"b", NULL, NUMBER(FIELD_BYTES)},
    {"B", NULL, NUMBER(FIELD_BYTES)},
    {"I", NULL, NUMBER(FIELD_REQUEST_LENGTH)},
    {"O", NULL, NUMBER(FIELD_BYTES_SENT)},
    {"S", NULL, NUMBER(STEP_NONE)},
    {"k", NULL, NUMBER(STEP_NONE)},
    {"D", NULL, DURATION(FIELD_REQUEST_TIME, AS_MICROS)},
    {"T", "ms", DURATION(FIELD_REQUEST_TIME, AS_MILLIS)},
    {"T", "us", DURATION(FIELD_REQUEST_TIME, AS_MICROS)},
    {"T", "s", WHOLE_SECONDS},
    {"T", "", WHOLE_SECONDS},
    {"^FB", NULL, DURATION(FIELD_FIRST_BYTE_TIME, AS_MICROS)},
    {"v", NULL, WORD(FIELD_VHOST)},
    {"V", NULL, WORD(FIELD_VHOST)},
    {"p", "canonical", NUMBER(FIELD_PORT)},
    {"p", "", NUMBER(FIELD_PORT)},
    {"p", "local", {.field = FIELD_PORT, .numeric = true, .rank = 1}},
    {"p", "remote", NUMBER(STEP_NONE)}, /* the client's */
    {"i", "Referer", TEXTUAL(FIELD_REFERRER)},
    {"i", "User-Agent", TEXTUAL(FIELD_AGENT)},
    {"i", "X-Forwarded-For", {.field = FIELD_FORWARDED, .spaces = IN_LISTS, .sent = true}},
    {"i", "CF-Connecting-IP", SENT(FIELD_FORWARDED, 1)},
    {"i", "True-Client-IP", SENT(FIELD_FORWARDED, 1)},
    {"i", "X-Real-IP", SENT(FIELD_FORWARDED, 2)},
    {"i", "Host", SENT(FIELD_VHOST, 1)},
    {"i", "X-Forwarded-Proto", SENT(FIELD_SCHEME, 1)},
    {"i", "X-Request-Id", SENT(FIELD_REQUEST_ID, 1)},
    {"e", "UNIQUE_ID", WORD(FIELD_REQUEST_ID)},
    {"e", "REQUEST_SCHEME", WORD(FIELD_SCHEME)},
    {"e", "cache-status", TEXTUAL(FIELD_CACHE)},
    {"o", "X-Cache", {.field = FIELD_CACHE, .spaces = ANYWHERE, .rank = 1}},
    {"e", "BALANCER_WORKER_NAME", WORD(FIELD_UPSTREAM)},
    {"x", "SSL_PROTOCOL", WORD(FIELD_TLS)},
    {"c", "version", RANKED(FIELD_TLS, 1)},
    {"i", NULL, TEXTUAL(STEP_NONE)},
    {"o", NULL, TEXTUAL(STEP_NONE)},
    {"e", NULL, TEXTUAL(STEP_NONE)},
    {"n", NULL, TEXTUAL(STEP_NONE)},
    {"C", NULL, TEXTUAL(STEP_NONE)},
    {"f", NULL, TEXTUAL(STEP_NONE)},
    {"^ti", NULL, TEXTUAL(STEP_NONE)},
    {"^to", NULL, TEXTUAL(STEP_NONE)},
};
static const size_t row_count = sizeof rows / sizeof *rows;

/* What an unknown directive's value is taken for. */
static const struct directive unknown = {.field = STEP_NONE, .spaces = IN_LISTS};

struct cursor {
    struct text in;
    size_t at;
    struct builder *out;
    struct error *why;
};

/* A directive, taken apart. */
struct parts {
    size_t from;          /* of its % */
    struct text argument; /* at == NULL: none */
    struct text name;
    bool final; /* the > was there */
};

static bool refuse(struct cursor *c, size_t at, const char *what)
{
    return error_at(c->why, (uint32_t)at + 1, "%s in the LogFormat, column %zu", what, at + 1);
}

static bool full(struct cursor *c, size_t at)
{
    return refuse(c, at, "more directives than a format may have");
}

/* `%[!][code,...][<|>]{argument}name`, the parts before the name in any order, as Apache
 * takes them. */
static bool take_apart(struct cursor *c, struct parts *parts)
{
    *parts = (struct parts){.from = c->at++};
    while (c->at < c->in.len) {
        char byte = c->in.at[c->at];
        if (byte == '{') {
            size_t end = text_find(c->in, '}', c->at);
            if (end == c->in.len)
                return refuse(c, c->at, "a { without its }");
            parts->argument = text_cut(c->in, c->at + 1, end);
            c->at = end + 1;
            continue;
        }
        if (byte == '>' || byte == '<')
            parts->final = byte == '>';
        else if (byte != '!' && byte != ',' && !(byte >= '0' && byte <= '9'))
            break;
        c->at++;
    }
    if (c->at == c->in.len)
        return refuse(c, parts->from, "a directive without its letter");
    size_t len = c->in.at[c->at] == '^' ? 3 : 1;
    parts->name = text_cut(c->in, c->at, c->at + len);
    if (parts->name.len < len || !isalpha((unsigned char)parts->name.at[len - 1]))
        return refuse(c, parts->from, "a % without a directive");
    c->at += len;
    return true;
}

/* ---- Times ---------------------------------------------------------------------------------- */

static bool add_clf_time(struct cursor *c, size_t from)
{
    builder_literal(c->out, '[');
    if (!builder_value(c->out, (struct directive){.field = FIELD_TIME, .notation = AS_CLF}, NULL))
        return full(c, from);
    builder_literal(c->out, ']');
    return true;
}

static const struct {
    const char *name;
    const char *pattern;
    struct directive means;
} time_words[] = {
    {"sec", "%s", {.piece = TIME_PATTERN}},
    {"msec", NULL, {.notation = AS_EPOCH_MILLIS}},
    {"usec", NULL, {.notation = AS_EPOCH_MICROS}},
    {"msec_frac", NULL, {.piece = TIME_FRACTION, .digits = 3}},
    {"usec_frac", NULL, {.piece = TIME_FRACTION, .digits = 6}},
};

static bool add_pattern_time(struct cursor *c, size_t from, struct text format, uint8_t rank)
{
    struct directive means = {.field = FIELD_TIME, .piece = TIME_PATTERN, .rank = rank};
    struct stamp_pattern *pattern = mem_new(1, sizeof *pattern);
    if (!stamp_pattern_compile(pattern, format) || pattern->gives == 0) {
        free(pattern);
        pattern = NULL;
        means = unknown;
        if (text_find(format, ' ', 0) < format.len)
            means.spaces = ANYWHERE;
    }
    return builder_value(c->out, means, pattern) || full(c, from);
}

static bool add_time(struct cursor *c, const struct parts *parts)
{
    struct text argument = parts->argument;
    uint8_t rank = 0;
    if (argument.len == 0)
        return add_clf_time(c, parts->from);
    if (text_starts(argument, TEXT("begin:"))) {
        argument = text_cut(argument, 6, argument.len);
    } else if (text_starts(argument, TEXT("end:"))) {
        argument = text_cut(argument, 4, argument.len);
        rank = 1;
    }
    for (size_t i = 0; i < sizeof time_words / sizeof *time_words; i++) {
        if (!text_same(argument, text_of(time_words[i].name)))
            continue;
        struct directive means = time_words[i].means;
        if (time_words[i].pattern)
            return add_pattern_time(c, parts->from, text_of(time_words[i].pattern), rank);
        means.field = FIELD_TIME;
        means.rank = rank;
        return builder_value(c->out, means, NULL) || full(c, parts->from);
    }
    return add_pattern_time(c, parts->from, argument, rank);
}

/* ---- All others ------------------------------------------------------------------------------ */

/* The row of a directive. NULL for an unknown one; *known when the name has rows, only
 * none with this argument. */
static const struct row *find_row(const struct parts *parts, bool *known)
{
    *known = false;
    for (size_t i = 0; i < row_count; i++) {
        if (!text_same(parts->name, text_of(rows[i].name)))
            continue;
        *known = true;
        if (!rows[i].argument || text_same_caseless(parts->argument, text_of(rows[i].argument)))
            return &rows[i];
    }
    return NULL;
}

/* `%U%q` is the request target in two pieces: read as one. */
static bool joins_path(const struct cursor *c, enum field f)
{
    const struct builder *b = c->out;
    return f == FIELD_QUERY && builder_touches(b) &&
           b->values[b->count - 1].means.field == FIELD_PATH;
}

static bool add_directive(struct cursor *c)
{
    struct parts parts;
    bool known;
    if (!take_apart(c, &parts))
        return false;
    if (text_same(parts.name, TEXT("t")))
        return add_time(c, &parts);
    const struct row *row = find_row(&parts, &known);
    bool strict = text_same(parts.name, TEXT("p")) || text_same(parts.name, TEXT("T"));
    if (!row && known && strict) /* others take any header's or variable's name */
        return refuse(c, parts.from, "a directive with an argument that it does not have");
    struct directive means = row ? row->means : unknown;
    if (means.field == FIELD_STATUS && !parts.final)
        means.rank = 1; /* of a request that was redirected inside the server */
    if (joins_path(c, means.field))
        return true;
    return builder_value(c->out, means, NULL) || full(c, parts.from);
}

/* What stands between directives. The configuration's reader takes `\"` for a quote, the
 * module knows \\ \n \r \t. */
static void add_literal(struct cursor *c)
{
    builder_escaped(c->out, c->in, &c->at, "\"\\nrt", "\"\\\n\r\t");
}

static bool add_all(struct cursor *c)
{
    while (c->at < c->in.len) {
        if (c->in.at[c->at] != '%') {
            add_literal(c);
        } else if (c->at + 1 < c->in.len && c->in.at[c->at + 1] == '%') {
            builder_literal(c->out, '%');
            c->at += 2;
        } else if (!add_directive(c)) {
            return false;
        }
    }
    return true;
}

struct program *apache_compile(struct text log_format, struct format_facts *facts,
                               struct error *why)
{
    struct builder builder;
    builder_init(&builder);
    struct cursor c = {.in = log_format, .out = &builder, .why = why};
    struct program *p = NULL;
    if (add_all(&c))
        p = builder_finish(&builder, ESCAPE_APACHE, facts, why);
    builder_done(&builder);
    return p;
}
