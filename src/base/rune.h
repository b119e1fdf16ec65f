/* rune.h - one code point of UTF-8, and what it does to a terminal.
 *
 * Private to base. Pure functions; thread: any. The tables are those of Unicode 14. */
#ifndef SPATE_BASE_RUNE_H
#define SPATE_BASE_RUNE_H

#include "base/text.h"
#include <stddef.h>
#include <stdint.h>

/* What rune_next() gives for bytes that are not UTF-8. */
#define RUNE_BAD UINT32_MAX

enum rune_kind {
    RUNE_PLAIN,   /* one column */
    RUNE_WIDE,    /* two columns */
    RUNE_MARK,    /* no column of its own: sits on the one before */
    RUNE_HIDDEN,  /* shows nothing, or reorders what is around it */
    RUNE_CONTROL, /* C0, DEL, C1 */
};

/* Decodes the code point at text.at[from] (from < text.len) and returns how many
 * bytes it takes. For overlong forms, surrogates, values above U+10FFFF and cut or
 * stray bytes *rune is RUNE_BAD and the return is the longest part that could have
 * begun a code point, at least 1. */
size_t rune_next(struct text text, size_t from, uint32_t *rune);

/* Not for RUNE_BAD. */
enum rune_kind rune_kind(uint32_t rune);

/* How much of bytes[0, len) is left when an unfinished code point at its end, as a
 * cut by size leaves it, is taken off. */
size_t rune_whole(const char *bytes, size_t len);

#endif
