/* bursts.h - what happens to thousands of logs at once (no descriptor left, a directory that was
 * closed to us): told of a few of them, and of the others in a number.
 *
 * A value of all zero is ready for use. Monitor thread. */
#ifndef SPATE_APP_BURSTS_H
#define SPATE_APP_BURSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "record/batch.h"

struct burst {
    int64_t since_ns;
    unsigned told; /* singly */
    unsigned more; /* and not told yet */
};

struct bursts {
    struct burst waiting, errors;
};

/* True when a notice of that kind is to be told by itself; else it is counted. */
bool bursts_single(struct bursts *b, enum notice_kind kind, int64_t now_ns);

/* Now and then, and with `all` in the end: what to tell of those that were counted, until there is none;
 * `into` is filled. */
bool bursts_told(struct bursts *b, int64_t now_ns, bool all, char *into, size_t room);

#endif
