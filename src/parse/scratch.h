/* scratch.h - room to work in that no line outlives: one a thread, not one a log.
 *
 * Thousands of logs that are quiet would each keep it for nothing. Made when it is first asked for,
 * freed when its thread ends. Private to src/parse. */
#ifndef SPATE_PARSE_SCRATCH_H
#define SPATE_PARSE_SCRATCH_H

#include "base/buf.h"
#include "record/batch.h"

struct scratch {
    struct batch line;    /* a line alone in a batch of its own: bytes, used */
    struct buf unwrapped; /* room for wrap_open() */
};

/* That of the calling thread. */
struct scratch *scratch_mine(void);

#endif
