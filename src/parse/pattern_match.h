/* pattern_match.h - one regular expression that is asked of one text at a time: does it match?
 *
 * Patterns come from the user, texts from attackers. A match that takes too many steps is no match;
 * a pattern that keeps running into the limits is switched off, which is said once on stderr,
 * and matches nothing from then on. Texts are bytes, not UTF-8.
 *
 * Owns the compiled pattern. Any number of threads may ask at once: what a match needs besides is
 * made at a thread's first match and kept by the thread. */
#ifndef SPATE_PARSE_PATTERN_MATCH_H
#define SPATE_PARSE_PATTERN_MATCH_H

#include "base/error.h"
#include "base/text.h"
#include <stdbool.h>

struct pattern_match;

/* NULL with *why when it is no regular expression; the column counts in the pattern. */
struct pattern_match *pattern_match_new(struct text pattern, struct error *why);
void pattern_match_free(struct pattern_match *p);

/* Anywhere in the subject, unless the pattern says otherwise. */
bool pattern_match_in(struct pattern_match *p, struct text subject);

/* It ran into the limits too often. */
bool pattern_match_is_off(const struct pattern_match *p);

#endif
