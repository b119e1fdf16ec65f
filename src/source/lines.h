/* lines.h - cuts what is read into whole lines, in place.
 *
 * Bytes are read straight behind the unfinished line in a batch; only that line is
 * copied. Of a line longer than LINE_LIMIT the first LINE_LIMIT bytes are kept and the
 * rest is skipped, so that one line stays one record whatever its length. Knows the place in
 * the file and the bytes before it, raw as they stood there.
 *
 * Owns the copy of the unfinished line. One stream, one thread. */
#ifndef SPATE_SOURCE_LINES_H
#define SPATE_SOURCE_LINES_H

#include "record/batch.h"
#include "record/position.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last bytes that went by, at most ANCHOR_BYTES. */
struct trail {
    uint32_t len;
    uint8_t at[ANCHOR_BYTES];
};

void trail_add(struct trail *t, const void *bytes, size_t len);

struct lines {
    uint64_t offset; /* of the first byte of the unfinished line */
    uint64_t taken;  /* bytes of that line so far, also those that are not kept */
    char *held;      /* its first bytes, at most LINE_LIMIT */
    uint32_t held_len;
    uint32_t held_cap;
    struct trail before; /* ends at `offset` */
    struct trail latest; /* ends at lines_place() */
};

void lines_init(struct lines *l);
void lines_done(struct lines *l);

/* Goes on at another place; `anchor` are the bytes before it, when they are known. */
void lines_move(struct lines *l, uint64_t offset, const uint8_t *anchor, uint32_t anchor_len);

/* Forgets the unfinished line: it was destroyed. */
void lines_drop(struct lines *l);

/* Nothing comes at the moment: gives back what no unfinished line needs. */
void lines_rest(struct lines *l);

/* Where in the stream the next byte is to be read. */
static inline uint64_t lines_place(const struct lines *l)
{
    return l->offset + l->taken;
}

/* Where to read the next bytes to, and how many at the most (at least 1 while batch->used is
 * below BATCH_BYTES). Lines that are already in the batch stay. */
char *lines_room(const struct lines *l, struct batch *b, size_t *room);

/* `len` bytes were read there: moves b->used behind the last whole line and counts
 * the lines that were cut in b->lines.truncated. */
void lines_take(struct lines *l, struct batch *b, size_t len);

/* The stream is over: hands out the unfinished line, without \n. False when there is none. */
bool lines_finish(struct lines *l, struct batch *b);

#endif
