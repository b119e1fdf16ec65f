/* odd.h - the lines that every log has sooner or later: attacks, broken clients, garbage.
 *
 * Most rows are what a server really logs when such a request comes, and are hits by any
 * reading. The verbatim rows are no log lines at all.
 * Owns the long strings. Constant after odd_new(). Thread: any. */
#ifndef SPATE_LOGGEN_ODD_H
#define SPATE_LOGGEN_ODD_H

#include "loggen/hit.h"
#include "loggen/random.h"

struct odd;

struct odd *odd_new(bool json);
void odd_free(struct odd *odd);

/* Makes an ordinary request odd, in one of the ways that the kind of log can show. */
void odd_change(const struct odd *odd, struct hit *hit, struct random *random);

#endif
