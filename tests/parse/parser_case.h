/* parser_case.h - a parser and a batch for it. */
#ifndef TESTS_PARSE_PARSER_CASE_H
#define TESTS_PARSE_PARSER_CASE_H

#include <criterion/criterion.h>
#include <stdio.h>

#include "parse/parser.h"

struct parser_case {
    struct formats *formats;
    struct parser *parser;
    struct batch *batch;
};

static inline struct parser_case parser_case_open_several(const char *const *specs, size_t count)
{
    struct text texts[8] = {{0}};
    struct error why = {0};
    for (size_t i = 0; i < count; i++)
        texts[i] = text_of(specs[i]);
    struct parser_case c = {.formats = formats_new(texts, count, &why)};
    cr_assert_not_null(c.formats, "%s", why.text);
    c.parser = parser_new(c.formats, UINT64_MAX);
    c.batch = batch_new();
    return c;
}

/* NULL: auto. */
static inline struct parser_case parser_case_open(const char *spec)
{
    return parser_case_open_several(&spec, spec != NULL);
}

static inline void parser_case_close(struct parser_case *c)
{
    parser_free(c->parser);
    formats_free(c->formats);
    batch_free(c->batch);
}

/* Runs the parser over these bytes alone; the batch keeps what it found. */
static inline void parser_case_run_text(struct parser_case *c, struct text bytes)
{
    batch_clear(c->batch);
    memcpy(c->batch->bytes, bytes.at, bytes.len);
    c->batch->used = (uint32_t)bytes.len;
    cr_assert(parser_run(c->parser, c->batch));
}

static inline void parser_case_run(struct parser_case *c, const char *bytes)
{
    parser_case_run_text(c, text_of(bytes));
}

static inline const char *parser_case_format(const struct parser_case *c)
{
    const struct format *f = parser_format(c->parser);
    return f ? format_name(f).at : "(none)";
}

#endif
