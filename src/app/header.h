/* header.h - what a parser must know of a plain file that it reads from somewhere in the middle.
 * Any thread. */
#ifndef SPATE_APP_HEADER_H
#define SPATE_APP_HEADER_H

#include <stdint.h>

#include "parse/parser.h"

/* Shows the parser the file's first lines, which tell the format, and where that names its columns in the
 * log itself the last such header that begins before `to`. */
void header_before(struct parser *parser, const char *path, uint64_t to);

#endif
