/* line_case.h - reads one line by a format and compares its fields, as text, with a table. */
#ifndef TESTS_PARSE_LINE_CASE_H
#define TESTS_PARSE_LINE_CASE_H

#include "base/buf.h"
#include "base/time.h"
#include "parse/escape.h"
#include "parse/format.h"
#include "record/batch.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A format, its reader's memory and a batch with the line at hand. */
struct line_case {
    struct format *format;
    struct format_memo memo;
    struct batch *batch;
    struct entry entry;
    struct reject reject;
    struct buf shown;
};

static inline struct line_case line_case_open(const char *spec)
{
    struct line_case c = {0};
    struct error why = {0};
    c.format = format_new(text_of(spec), &why);
    cr_assert_not_null(c.format, "%s: %s", spec, why.text);
    format_memo_init(&c.memo, c.format);
    c.batch = batch_new();
    return c;
}

static inline void line_case_close(struct line_case *c)
{
    format_memo_done(&c->memo);
    format_free(c->format);
    batch_free(c->batch);
    buf_done(&c->shown);
}

/* The line stands behind another, as most do, and other bytes follow it. */
static inline bool line_case_read_wanting(struct line_case *c, struct text line, field_set want)
{
    static const char before[] = "before\n";
    batch_clear(c->batch);
    memcpy(c->batch->bytes, before, sizeof before - 1);
    memcpy(c->batch->bytes + sizeof before - 1, line.at, line.len);
    memset(c->batch->bytes + sizeof before - 1 + line.len, '"', 64);
    c->batch->used = (uint32_t)(sizeof before - 1 + line.len);
    c->reject = (struct reject){0};
    struct span span = {sizeof before - 1, (uint32_t)line.len};
    return format_read(c->format, &c->memo, c->batch, span, want, &c->entry, &c->reject);
}

static inline bool line_case_read(struct line_case *c, const char *line)
{
    return line_case_read_wanting(c, text_of(line), UINT64_MAX);
}

/* What the entry has for a field: its text unescaped, a time as RFC 3339, a duration in ns,
 * "null", or "absent". */
static inline const char *line_case_show(struct line_case *c, enum field f)
{
    const struct entry *e = &c->entry;
    char time[TIME_TEXT_SIZE];
    buf_clear(&c->shown);
    if (!(e->has & FIELD_BIT(f))) {
        return e->null & FIELD_BIT(f) ? "null" : "absent";
    }
    cr_assert_eq(e->null & FIELD_BIT(f), 0, "%s is both there and null", field_key(f));
    switch (field_kind(f)) {
    case FIELD_KIND_TEXT:
        unescape_add(&c->shown, batch_text(c->batch, e, f), (enum escape)e->escape);
        break;
    case FIELD_KIND_TIME: buf_str(&c->shown, time_rfc3339(time, e->second, e->nanos)); break;
    case FIELD_KIND_STATUS: buf_u64(&c->shown, e->status); break;
    default: buf_u64(&c->shown, entry_number(e, f)); break;
    }
    buf_byte(&c->shown, '\0');
    return c->shown.at;
}

/* "field=value\nfield=value": every field that is named must show so. */
static inline void line_case_expect(struct line_case *c, const char *line, const char *expected)
{
    cr_assert(line_case_read(c, line), "%s at column %u: %s", c->reject.reason, c->reject.column,
              line);
    struct text rest = text_of(expected), pair;
    while (text_split(&rest, '\n', &pair)) {
        size_t equals = text_find(pair, '=', 0);
        enum field f = field_named(text_cut(pair, 0, equals));
        cr_assert_neq(f, FIELD_COUNT, "no such field: %.*s", (int)pair.len, pair.at);
        const char *shown = line_case_show(c, f);
        cr_assert(text_same(text_of(shown), text_cut(pair, equals + 1, pair.len)),
                  "%s is %s, not %.*s in: %s", field_key(f), shown, (int)pair.len, pair.at, line);
    }
}

static inline void line_case_refuses(struct line_case *c, const char *line, uint32_t column,
                                     const char *reason)
{
    cr_assert_not(line_case_read(c, line), "accepted: %s", line);
    cr_assert_str_eq(c->reject.reason, reason, "%s", line);
    cr_assert_eq(c->reject.column, column, "column %u: %s", c->reject.column, line);
}

#endif
