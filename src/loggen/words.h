/* words.h - the vocabulary that the site's names are made of. Constant. Thread: any. */
#ifndef SPATE_LOGGEN_WORDS_H
#define SPATE_LOGGEN_WORDS_H

#include "base/buf.h"
#include "loggen/site.h"
#include <stddef.h>
#include <stdint.h>

struct section_name {
    const char *name; /* "" is the home page, section "/" */
    enum section_kind kind;
};

/* Appends the name of the section of that rank, without the slash, and returns its kind. Distinct
 * for each rank. */
enum section_kind words_section(struct buf *out, uint32_t rank);

/* Appends a slug of two or three words, and of a number for numbers beyond 2^18. Distinct for
 * each number; `salt` shuffles them. */
void words_slug(struct buf *out, uint32_t number, uint32_t salt);

/* One word. */
const char *words_one(uint32_t number);

#endif
