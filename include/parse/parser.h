/* parser.h - turns the lines of one source into entries.
 *
 * Holds what reading one source needs: the formats to try, the chosen one, the memo of
 * the last time. One parser a source, one thread; the formats are shared.
 *
 * With formats named, a line is read by the first that fits (the one that fitted last is tried first
 * only where that cannot change the answer). With `auto` the first lines choose. While
 * nothing fits, and in a long run of rejected lines (a server redeployed with another format), every
 * line is shown to all formats; when one reads it, the choice is made anew from there on, and what
 * was rejected before in the same batch is read by it. Where the lines that it looked at are of
 * several formats, each is read by its own. */
#ifndef SPATE_PARSE_PARSER_H
#define SPATE_PARSE_PARSER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "parse/format.h"
#include "record/batch.h"

/* The formats of one run: shared, constant, owns them. */
struct formats;
/* specs: `count` texts of -F; none, or one that is "auto", means auto. Besides what format_new() takes,
 * `nginx:FILE` and `apache:FILE` mean the formats of that configuration, #NAME behind it one of them.
 * NULL with *why filled when one is bad. */
struct formats *formats_new(const struct text *specs, size_t count, struct error *why);
void formats_free(struct formats *fs);
bool formats_auto(const struct formats *fs);

/* What will be missing with the formats that were named: "NAME: no time: ..." for the first that lacks
 * something; empty with auto. Lives as long as the formats. */
struct text formats_missing(const struct formats *fs);

/* From now on the host is the first address of X-Forwarded-For where a line has one (client.h), and
 * only else that of the peer. Before the first parser is made. */
void formats_prefer_forwarded(struct formats *fs);

struct parser;
struct parser *parser_new(const struct formats *fs, field_set want);
void parser_free(struct parser *p);
/* Another that stands where this one does, for another part of the same file; directives in the log
 * are to be shown to it again. NULL where a named format keeps more than can be copied. */
struct parser *parser_copy(const struct parser *p);
/* Other fields from the next line on. */
void parser_want(struct parser *p, field_set want);

/* Tells which file the lines come from, before the first line: where a server's configuration
 * names that log, its format there is the one to begin with; and where a format has directives in the
 * log (#Fields), those that the file begins with hold until others come, wherever reading begins. */
void parser_reads(struct parser *p, const char *path);

/* Whether the chosen format has directives in the log: who begins in the middle of a file should show
 * it those before. */
bool parser_has_directives(const struct parser *p);

/* Reads lines of batch->bytes from batch->scanned on, until all are read or the
 * entries are full; appends entries and counts lines and rejects. True when all of
 * the bytes are done; otherwise the rest (from batch->scanned) belongs into another batch.
 * Lines end in \n or \r\n; an empty line is no line; the last may lack its end.
 * Lines longer than LINE_LIMIT are kept to that and counted as truncated. */
bool parser_run(struct parser *p, struct batch *b);

/* A new batch, whose lines parser_read() is to read: places in the one before mean nothing any more.
 * The first line begins at b->scanned: behind a byte order mark, if there is one. */
void parser_begin(struct parser *p, struct batch *b);

/* For those who want every line in order, refused ones too (`parse`), and never go back: reads the one
 * line at `line` of a batch whose lines lie whole in b->bytes, by the rules of parser_run(); REJECTED fills *why; SKIPPED is a line that
 * is none (a directive such as #Fields). Lines must come in order. */
enum parser_line { PARSER_HIT, PARSER_REJECTED, PARSER_SKIPPED };
enum parser_line parser_read(struct parser *p, struct batch *b, struct span line, struct entry *out,
                             struct reject *why);

/* The chosen format; NULL while auto has not seen a line that fits. */
const struct format *parser_format(const struct parser *p);

/* True once after the choice changed (or after nothing fitted): *notice then
 * says what was chosen and how well it fits, or which format is nearest and where it fails. */
bool parser_news(struct parser *p, struct notice *notice);

/* The event second of a line, for searching by time. False when it is no hit or has no time. */
bool parser_second(struct parser *p, struct text line, int64_t *second);

#endif
