/* past.h - what stands next in a file whose past is being read, so that the pasts of several files
 * come in order of time.
 *
 * Reads a little ahead of the tail and moves nothing. Owns those bytes. A value of all zero is
 * ready for use. One thread. */
#ifndef SPATE_SOURCE_PAST_H
#define SPATE_SOURCE_PAST_H

#include "source/follow.h"
#include "source/tail.h"
#include <stddef.h>
#include <stdint.h>

struct past {
    char *bytes;
    const struct tail *tail; /* of which they are, from `at` on */
    uint64_t at;
    size_t len;
    bool looked; /* `next` is that of the line at `place` */
    uint64_t place;
    int64_t next;
};

/* Whose lines, and how their times are found. */
struct past_of {
    const struct follow_options *options;
    uint32_t source;
    int64_t latest; /* times above this are nonsense */
};

void past_done(struct past *p);

/* The event second of the next line that has one among those read ahead; INT64_MIN: none has. */
int64_t past_next(struct past *p, const struct tail *t, const struct past_of *of);

/* After past_next(): how many bytes hold the lines up to, and without, the first of a later second
 * than `until`, as far as was read ahead; 0: nobody can tell. */
size_t past_length(struct past *p, const struct tail *t, const struct past_of *of, int64_t until);

#endif
