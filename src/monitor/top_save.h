/* top_save.h - the busiest keys of a list packed (base/pack.h), and back. One thread. */
#ifndef SPATE_MONITOR_TOP_SAVE_H
#define SPATE_MONITOR_TOP_SAVE_H

#include "base/pack.h"
#include "monitor/top.h"

/* At most `most` keys, the first `timed` of them with their request times. */
void top_pack(const struct top *t, size_t most, size_t timed, struct buf *out);
/* Into an empty list; bad input sets u->bad. Keys that were left out may have had as many hits as the
 * busiest of them: the list says so by its error. */
void top_unpack(struct top *t, struct unpack *u);

#endif
