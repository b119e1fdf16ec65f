/* format.h - a log format compiled to a program, and the reading of one line by it.
 *
 * A format is compiled once from what the server was told to write and is constant
 * from then on: any number of threads may read lines by it. It owns its memory.
 *
 * Kinds of specification (format_compile):
 *   a preset's name          common, combined, vhost_combined, ... (presets.h)
 *   an Apache LogFormat      contains a % directive; as it stands between the
 *                            quotes of the configuration, \" included or not
 *   an nginx log_format      contains a $variable
 *   regex:PCRE2              named groups, names of record/field.h
 *   json:field=key,...       one JSON object a line, dotted keys
 *   w3c: squid: ...          presets with a line reader of their own
 *
 * A line is a hit when its leading fields are whole, up to the last of time, request,
 * status and bytes that the format has; what follows may be cut, damaged or longer. */
#ifndef SPATE_PARSE_FORMAT_H
#define SPATE_PARSE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/text.h"
#include "parse/escape.h"
#include "record/batch.h"

struct format;

/* The format of a specification, or NULL with the explanation in *why: what is wrong, with
 * the column inside the specification where there is one. */
struct format *format_new(struct text spec, struct error *why);
/* The same for a string known to be of one kind (read from a server's
 * configuration): `escape` is nginx's escape= or Apache's way. */
struct format *format_apache(struct text log_format, struct error *why);
struct format *format_nginx(struct text log_format, enum escape escape, struct error *why);
/* From now on it goes by this name: its nickname in a configuration. Accepts NULL. */
struct format *format_rename(struct format *f, struct text name);
void format_free(struct format *f);

/* "combined", or the specification itself where it has no name. */
struct text format_name(const struct format *f);

/* All fields that this format can give. */
field_set format_fields(const struct format *f);

/* A sentence on what statistics will be missing because the format lacks their
 * fields ("no time: lines count at the moment they are read"); empty when nothing is. */
struct text format_missing(const struct format *f);

/* Some formats say themselves what a line holds (W3C's #Fields): per-reader state. */
struct format_state;
struct reader;

/* Reads one line (no line end) that lies in batch->bytes at `line`, and fills *out with the
 * fields of `want` that are there. False when the line is no hit: *why (may be NULL) then
 * says where and why (column 0: the line belongs to the format but is no request, a directive
 * or a comment, and is not counted). out->line, escape and cut are always set. Never allocates.
 * `memo` belongs to the calling reader (times repeat from line to line); a hit is
 * the same with a fresh one. */
struct format_memo {
    char time[40];     /* the last time text seen, and what it meant: long enough for most */
    uint32_t time_len;
    int64_t second;
    uint32_t nanos;
    struct format_state *state; /* NULL but for formats with directives in the log */
    const struct reader *owner; /* of the state */
    bool gave_up; /* the format is switched off: a pattern that took too long too often */
};
void format_memo_init(struct format_memo *memo, const struct format *f);
void format_memo_done(struct format_memo *memo);
bool format_read(const struct format *f, struct format_memo *memo, struct batch *batch,
                 struct span line, field_set want, struct entry *out, struct reject *why);

#endif
