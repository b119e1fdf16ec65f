/* format.h - the formats that the generator writes, a row each, and the writer of their lines.
 *
 * A format is a template of literal bytes and one-letter fields, compiled once into steps.
 * struct line_format is a value, constant after format_compile(). Thread: any. */
#ifndef SPATE_LOGGEN_FORMAT_H
#define SPATE_LOGGEN_FORMAT_H

#include "base/buf.h"
#include "loggen/escape.h"
#include "loggen/hit.h"

struct format {
    const char *name;
    const char *summary;  /* for --help */
    const char *template; /* with %x for the field x of the table in format.c */
    escape_fn *escape;
    const char *missing;    /* what stands for a text that is not there */
    const char *no_request; /* what stands for a request that was never read */
    bool json;
};

/* The row of that name, or NULL. */
const struct format *format_find(struct text name);

/* The rows in order; NULL behind the last. */
const struct format *format_at(size_t number);

/* A moment, and its text for the second that it lies in. */
struct stamp {
    int64_t us; /* since 1970 UTC; microseconds, so that the year 9999 fits */
    int64_t second;
    char clf[27]; /* 20/Nov/2026:03:03:51 +0000, no NUL */
};

/* Renders the text only when the second changes. Start from {.second = INT64_MIN}. */
void stamp_set(struct stamp *stamp, int64_t us);

struct line_format;
typedef char *field_fn(char *to, const struct hit *hit, const struct stamp *stamp,
                       const struct format *format);

struct line_format {
    const struct format *format;
    struct step {
        struct text literal; /* before the field */
        field_fn *put;       /* NULL after the last literal */
    } steps[32];
    size_t count;
};

void format_compile(struct line_format *line, const struct format *format);

/* Appends the line with its newline. */
void format_write(const struct line_format *line, const struct hit *hit, const struct stamp *stamp,
                  struct buf *out);

#endif
