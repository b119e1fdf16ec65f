/* decompress.h - a .gz or .zst stream, read front to back.
 *
 * Several gzip members or zstd frames behind each other are one stream. What follows
 * the last gzip member and is none (padding) is left out, as gzip does.
 *
 * Owns the state of the library and the input not yet used. One stream, one thread. */
#ifndef SPATE_SOURCE_DECOMPRESS_H
#define SPATE_SOURCE_DECOMPRESS_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

enum { COMPRESSION_MAGIC = 4 }; /* bytes at the start that tell */

enum compression compression_of(const void *start, size_t len);

/* What a file is that begins so and is neither a log nor one of those, and what makes a log of it:
 * for the user, a literal. NULL: it may be a log. */
const char *compression_unknown(const void *start, size_t len);

/* Gives the next compressed bytes: how many, 0 at the end, -1 with errno. */
typedef ssize_t decompress_more(void *ctx, void *into, size_t room);

struct decompress;
/* NULL with *why, which may be NULL, and errno. */
struct decompress *decompress_new(enum compression kind, decompress_more *more, void *ctx,
                                  struct error *why);
void decompress_free(struct decompress *d);

/* The next bytes of the contents: how many, 0 at the end. -1 with *why filled when
 * the input is damaged, stops too early or cannot be read; errno is then EBADMSG or what
 * reading said. */
ssize_t decompress_read(struct decompress *d, void *into, size_t room, struct error *why);

#endif
