/* near.h - which known names a mistyped one may have meant.
 *
 * The distance is that of typing: a byte added, left out or changed, two neighbours swapped; letters
 * count without their case, `-` and `_` are one. Only what is near enough to be a slip is offered.
 * A value; keeps the candidates' pointers. Thread: any. */
#ifndef SPATE_BASE_NEAR_H
#define SPATE_BASE_NEAR_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/text.h"

enum { NEAR_KEPT = 3 };

struct near {
    struct text word;
    const char *best[NEAR_KEPT]; /* nearest first; of equals the one offered first */
    unsigned distance[NEAR_KEPT];
    unsigned count;
};

struct near near_to(struct text word);

/* Offers one candidate, which must outlive *n. */
void near_offer(struct near *n, const char *candidate);

/* "a", "a or b", "a, b or c"; nothing when none is near. */
void near_list(const struct near *n, struct buf *out);

/* How many slips lie between the two; above the length of the longer when one is too long to judge. */
unsigned near_distance(struct text a, struct text b);

#endif
