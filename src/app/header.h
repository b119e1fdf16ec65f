/* header.h - what a parser must know of a plain file that it reads from somewhere in the middle.
 * Any thread. */
#ifndef SPATE_APP_HEADER_H
#define SPATE_APP_HEADER_H

#include <stdint.h>

#include "parse/parser.h"

/* What the parsers of all parts of one file begin with: found out by the first that asks. */
struct header;
struct header *header_new(const char *path, const struct formats *formats, field_set want);
void header_free(struct header *h);

/* A parser for what begins at `from`, owned by the caller. `room` is an empty batch, and is so again. */
struct parser *header_parser(struct header *h, uint64_t from, struct batch *room);

/* Shows the parser the file's first lines, which tell the format, and where that names its columns in the
 * log itself the last such header that begins before `to`. */
void header_before(struct parser *parser, const char *path, uint64_t to, struct batch *room);

#endif
