/* filter.h - a small language that chooses entries: `section = /api and status >= 500`.
 *
 *   expression  := term { "or" term }
 *   term        := factor { "and" factor }
 *   factor      := "not" factor | "(" expression ")" | comparison
 *   comparison  := FIELD OP VALUE
 *   OP          := = != < <= > >= ~ (matches the regular expression) !~
 *   VALUE       := a word without spaces and parentheses, or "..." with \" and \\
 *
 * FIELD is a key of record/field.h. Text is compared bytewise; counts and status as numbers; request
 * times as durations (0.5, 500ms); time as RFC 3339. Status also knows classes: `status = 5xx`.
 * An entry without the field: every comparison is false (and so `not` of it is true).
 *
 * Compiled once, constant from then on, any number of threads may ask. Owns its memory. */
#ifndef SPATE_PARSE_FILTER_H
#define SPATE_PARSE_FILTER_H

#include <stdbool.h>
#include "base/error.h"
#include "base/text.h"
#include "record/batch.h"

struct filter;

/* NULL with *why filled, column included, when the text is no expression. */
struct filter *filter_new(struct text expression, struct error *why);
void filter_free(struct filter *f);

/* The fields that it reads: a parser must bring them out. */
field_set filter_fields(const struct filter *f);

/* Never allocates; regular expressions have match limits, beyond which they do not match. */
bool filter_matches(const struct filter *f, const struct batch *b, const struct entry *e);

#endif
