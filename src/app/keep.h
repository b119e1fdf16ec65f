/* keep.h - takes out of a batch what is not to be counted: `--where`, `--from` and `--to`.
 * Whoever holds the batch; the filter may be shared. */
#ifndef SPATE_APP_KEEP_H
#define SPATE_APP_KEEP_H

#include "app/range.h"
#include "parse/filter.h"

/* Both may be NULL. Entries that do not fit go, also out of the batch's line counts; refused lines
 * stay: nobody knows what they would have been. */
void keep_entries(struct batch *b, const struct filter *where, const struct range *range);

#endif
