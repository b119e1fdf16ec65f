/* dimensions.h - what the tally knows of each dimension beyond its row in tally.h.
 *
 * Constant data; thread: any. */
#ifndef SPATE_MONITOR_DIMENSIONS_H
#define SPATE_MONITOR_DIMENSIONS_H

#include "monitor/tally.h"

/* How many keys its top list holds unless told otherwise. */
uint32_t dimension_room(enum dimension d);

#endif
