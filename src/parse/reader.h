/* reader.h - the small interface by which one kind of format plugs into `struct format`.
 *
 * A kind (token program, regex:, json:, w3c, ...) is one row of functions. Its compiled
 * program is constant and shared by all threads; what one source needs beside it (W3C's
 * #Fields) is a state that format_memo carries. Private to src/parse. */
#ifndef SPATE_PARSE_READER_H
#define SPATE_PARSE_READER_H

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "parse/escape.h"
#include "parse/format.h"
#include "record/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of a line. */
enum verdict {
    LINE_HIT,
    LINE_REJECTED,
    LINE_SKIPPED /* belongs to the format but is no request: a directive, a comment, a
                    message of the server. Not counted, like an empty line */
};

/* The reading of one line: made by format_read() or the parser, handed to the kind's read.
 * The line's bytes are batch->bytes + line.at, line.len of them, and BATCH_SLACK readable
 * bytes follow. out->has, null, cut, escape and line are already set up. */
struct reading {
    struct batch *batch;
    struct span line;
    field_set want;
    struct entry *out;
    struct format_memo *memo; /* never NULL */
    struct reject *why;       /* may be NULL */
    bool measure;             /* `reached` and `sure` are of interest */
    const char *reached; /* set by the read: behind what the format took; NULL: all of the line.
                            Detection prefers formats that reach the end */
    unsigned sure;   /* set where a line is refused: how many values before that were of a kind that
                        not every word is of (times, numbers, what stands in quotes) */
    unsigned doubts; /* of a hit: signs that the line is of a format with more values. Of several
                        formats that read it the one with fewest is right */
};

static inline struct text reading_line(const struct reading *r)
{
    return batch_span(r->batch, r->line);
}

/* Where a byte of the line lies in the batch. */
static inline uint32_t reading_offset(const struct reading *r, const char *at)
{
    return (uint32_t)(at - r->batch->bytes);
}

static inline bool reading_wants(const struct reading *r, enum field f)
{
    return (r->want & FIELD_BIT(f)) != 0;
}

/* Ends a read: says that reading stopped at `at` (a byte of the line or its end) because of
 * `reason`, a literal. Returns LINE_REJECTED. */
enum verdict reading_reject(struct reading *r, const char *at, const char *reason);

/* Lines of a batch that are to be read one behind the other, from batch->scanned on. */
struct line_run {
    struct batch *batch;
    struct format_memo *memo;
    field_set want;
    const uint32_t *ends; /* offsets of their newlines */
    size_t count;
};

/* What a line has that is seen at a glance; bits. */
enum {
    LINE_HAS_CLF_DATE = 1, /* 10/Oct/2000: somewhere */
    LINE_HAS_ISO_DATE = 2, /* 2000-10-10 somewhere */
    LINE_HAS_QUOTE = 4,    /* a double quote somewhere */
    LINE_IS_OBJECT = 8,    /* begins with a brace, maybe behind blanks */
    LINE_IS_NUMBER = 16,   /* begins with a digit, maybe behind blanks */
    LINE_IS_LIST = 32,     /* its first word ends with a comma */
};

/* What a compiled program says about itself; filled by the kind's compile. */
struct format_facts {
    field_set fields;   /* all that it can give, derived ones too */
    enum escape escape; /* of its texts */
    bool has_state;     /* state_new is to be called for each reader */
    unsigned needs;     /* bits: a line without one of these is rejected for certain,
                           or (LINE_IS_LIST) read as well by a format of higher rank */
    bool has_own_head;  /* may itself begin like what syslog or Compose put before a line */
    struct buf missing; /* notes for format_missing() beyond the usual ones; the owner frees it */
};

/* One kind of format. `prefix` chooses it: "json:" takes every specification that begins
 * so and compiles the rest; "w3c" (no colon) takes exactly that word and compiles "". Rows
 * that are left out are NULL. */
struct reader {
    const char *prefix;
    /* The program, or NULL with *why. The column counts from the start of `spec`; format_new()
     * adds the prefix's length. */
    void *(*compile)(struct text spec, struct format_facts *facts, struct error *why);
    void (*free)(void *program);
    enum verdict (*read)(const void *program, struct reading *r);
    /* Reads lines of the run from its first on and appends their entries, moving batch->scanned and
     * count, until one is no plain hit (rejected, empty, too long, odd): the reader of single lines
     * takes that one. Returns how many. NULL: there is no faster way than line by line. */
    size_t (*read_run)(const void *program, struct line_run *run);
    struct format_state *(*state_new)(const void *program); /* only with has_state */
    void (*state_free)(struct format_state *state);
};

/* The kinds; every row's home is the kind's own file, the list of them is kinds.c. */
extern const struct reader reader_regex;   /* pattern.c */
extern const struct reader reader_json;    /* json_reader.c */
extern const struct reader reader_columns; /* columns.c */
extern const struct reader reader_w3c;     /* w3c.c */
extern const struct reader reader_labels;  /* labels.c */
extern const struct reader reader_logfmt;  /* labels.c */
/* The token programs have no prefix: the look of a specification chooses them. */
extern const struct reader reader_apache;
extern const struct reader reader_nginx;

/* NULL when no kind has that prefix; *rest is then untouched. */
const struct reader *reader_for(struct text spec, struct text *rest);

/* The same for a format; 0 where its kind has no such way. */
size_t format_read_run(const struct format *f, struct line_run *run);

/* What every line has that the format does not reject; bits of LINE_HAS_... */
unsigned format_needs(const struct format *f);

/* Whether its lines may begin like what syslog or Compose put before a line (wrap.h). */
bool format_has_own_head(const struct format *f);

/* format_read() with all of its answer. */
enum verdict format_read_line(const struct format *f, struct reading *r);

#endif
