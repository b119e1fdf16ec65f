/* pack.h - numbers and bytes in a small portable form, and back with every doubt.
 *
 * Numbers are LEB128 (7 bits a byte, low ones first), signed ones zigzagged before. A sealed
 * piece begins with a version and ends with a checksum, so that a flipped bit is noticed.
 *
 * Writing appends to a buffer. Reading never goes beyond the bytes: what is not there or makes no
 * sense sets `bad`, and from then on everything reads as 0 or empty. Pure. Thread: any. */
#ifndef SPATE_BASE_PACK_H
#define SPATE_BASE_PACK_H

#include "base/buf.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

void pack_u64(struct buf *out, uint64_t number);
void pack_i64(struct buf *out, int64_t number);
void pack_double(struct buf *out, double number); /* finite */
void pack_text(struct buf *out, struct text text); /* its length, then its bytes */

struct unpack {
    const uint8_t *at, *end;
    bool bad;
};

static inline struct unpack unpack_of(struct text bytes)
{
    const uint8_t *at = (const uint8_t *)(bytes.at ? bytes.at : "");
    return (struct unpack){at, at + bytes.len, false};
}

uint64_t unpack_u64(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
double unpack_double(struct unpack *u);
/* A number that must not be larger than `most`. */
uint64_t unpack_most(struct unpack *u, uint64_t most);
/* The bytes stay where they are. */
struct text unpack_text(struct unpack *u);
struct text unpack_bytes(struct unpack *u, size_t len);
/* How many things follow, of which each takes a byte or more: never more than bytes are left. */
size_t unpack_count(struct unpack *u);

/* Nothing was bad, and nothing is left. */
static inline bool unpack_whole(const struct unpack *u)
{
    return !u->bad && u->at == u->end;
}

/* Begins a sealed piece at the end of the buffer; pack_seal() with the same place ends it. */
size_t pack_begin(struct buf *out, uint8_t version);
void pack_seal(struct buf *out, size_t begin);

/* The version of a sealed piece, whatever it is; false when it is damaged. */
bool unpack_version(struct text sealed, uint8_t *version);
/* What is in a sealed piece; false when it is damaged or of another version. */
bool unpack_sealed(struct text sealed, uint8_t version, struct text *inside);

#endif
