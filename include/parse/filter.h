/* filter.h - a small language that chooses entries: `section = /api and status >= 500`.
 *
 *   expression  := term { "or" term }
 *   term        := factor { "and" factor }
 *   factor      := "not" factor | "(" expression ")" | comparison
 *   comparison  := FIELD OP VALUE
 *   OP          := = != < <= > >= ~ (matches the regular expression) !~
 *   VALUE       := a word without spaces and parentheses, or "..." with \" and \\
 *                  (any other backslash between quotes stands for itself: "\d+")
 *
 * FIELD is a key of record/field.h. Text is compared bytewise, as the log has it; counts and status
 * as numbers; request times as durations (0.5, 500ms), exact to the nanosecond; time as RFC 3339,
 * by whole seconds. Status also knows classes: `status = 5xx`, `status < 4xx`. An entry without the
 * field: every comparison is false (and so `not` of it is true).
 *
 * Compiled once, constant from then on, any number of threads may ask. Owns its memory. */
#ifndef SPATE_PARSE_FILTER_H
#define SPATE_PARSE_FILTER_H

#include "base/error.h"
#include "base/text.h"
#include "record/batch.h"
#include <stdbool.h>

struct filter;

/* NULL with *why filled, when the text is no expression. Its column is a byte of the text, from 1;
 * the end is a place too. */
struct filter *filter_new(struct text expression, struct error *why);
void filter_free(struct filter *f); /* accepts NULL */

/* The fields that it reads: a parser must bring them out. */
field_set filter_fields(const struct filter *f);

/* Never allocates (but for a thread's first regular expression); those have match limits, beyond
 * which they do not match. Reads up to 8 bytes behind a text: the slack of a batch. */
bool filter_matches(const struct filter *f, const struct batch *b, const struct entry *e);

/* What every entry that matches has in common, for whoever holds many filters and wants to ask only
 * those that can match: true when they all have exactly `*value` (which lives as long as the
 * filter) as `*field`, a text. Of several the one whose field comes first in record/field.h. */
bool filter_needs(const struct filter *f, enum field *field, struct text *value);

/* True when that is all: whoever has compared that text need not ask the filter. */
bool filter_needs_only(const struct filter *f);

/* ---- One comparison at a time -----------------------------------------------------------------
 * For whoever holds many filters, and makes each comparison once for each value of its field. */

/* A comparison as data. Whether it holds depends on the value of its field alone. */
struct filter_comparison {
    enum field field;
    enum {
        COMPARED_SAME,    /* the text is exactly `value` */
        COMPARED_PATTERN, /* the text matches the regular expression `value` */
        COMPARED_ORDER,   /* the text stands before (or at) `value` */
        COMPARED_RANGE    /* the number, status or time lies in [low, high] */
    } kind;
    unsigned detail; /* two comparisons are the same when all members are */
    bool negated;    /* holds of a value for which all this is not so */
    struct text value;
    uint64_t low, high;  /* of a time: filter_time() */
    struct text literal; /* of a pattern: every text that matches has it; empty: nothing is known */
    bool literal_first;  /* and begins with it */
};

uint32_t filter_comparisons(const struct filter *f);
struct filter_comparison filter_comparison(const struct filter *f, uint32_t number);
/* Does it hold of this entry? */
bool filter_holds(const struct filter *f, uint32_t number, const struct batch *b, const struct entry *e);
/* What the filter says where comparison number i holds when holds[places[i]] does. */
bool filter_decide(const struct filter *f, const uint8_t *holds, const uint32_t *places);

#endif
