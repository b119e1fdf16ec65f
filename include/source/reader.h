/* reader.h - reads files once, from here to there: plain, .gz, .zst and pipes.
 *
 * Owns its descriptor and the unfinished line. One reader, one thread. */
#ifndef SPATE_SOURCE_READER_H
#define SPATE_SOURCE_READER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "record/batch.h"

struct reader;

/* "-" is standard input. Compression is told by the first bytes, not the name. NULL with *why filled
 * when it cannot be opened, or is a directory. */
struct reader *reader_open(const char *path, struct error *why);
void reader_close(struct reader *r);

/* True when the whole can be cut into ranges (a plain regular file). */
bool reader_can_seek(const struct reader *r);
/* Of one that can seek; up to four bytes. */
bool reader_begins_with(const struct reader *r, struct text bytes);
uint64_t reader_size(const struct reader *r);  /* bytes on disk; 0 for a pipe */
uint64_t reader_place(const struct reader *r); /* bytes on disk read so far; any thread may ask */

/* Only the lines whose first byte lies in [from, to). Before the first fill. */
void reader_range(struct reader *r, uint64_t from, uint64_t to);

enum reader_result { READER_LINES, READER_END, READER_ERROR };

/* Fills the (empty) batch with whole lines; at the end the last may lack its \n. An error (damaged
 * .gz, I/O error) fills *why; what was read before it has been handed on. */
enum reader_result reader_fill(struct reader *r, struct batch *b, struct error *why);

/* The place of the first line, in file order, from which on times are >= second, by bisection on the
 * nearly ordered times of a plain file: lines out of order by up to `slack_s` are not missed. */
bool reader_seek_time(struct reader *r, int64_t second, int64_t slack_s,
                      bool (*second_of)(void *ctx, struct text line, int64_t *second), void *ctx,
                      uint64_t *place);

#endif
