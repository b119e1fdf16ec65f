/* past.h - what stands next in a file whose past is being read, so that the pasts of several files
 * come in order of time.
 *
 * Reads a little ahead of the tail and moves nothing. What was read ahead lies in a room that
 * others may take meanwhile: then it is read once more. Values of all zero are ready for use; a
 * room owns its bytes. One thread. */
#ifndef SPATE_SOURCE_PAST_H
#define SPATE_SOURCE_PAST_H

#include "source/follow.h"
#include "source/tail.h"
#include <stddef.h>
#include <stdint.h>

/* Which of many that come and go: another may stand where one stood in memory. */
struct whose {
    const struct tail *tail; /* NULL: nobody's */
    struct file_identity file;
};

/* Bytes of one file that were read ahead. */
struct ahead {
    char *bytes;
    struct whose whose; /* they are, from `at` on */
    uint64_t at;
    size_t len;
};

struct past {
    struct whose whose; /* line `next` is about */
    uint64_t place;     /* where it begins */
    int64_t next;
};

/* Whose lines, and how their times are found. */
struct past_of {
    const struct follow_options *options;
    uint32_t source;
    int64_t latest; /* times above this are nonsense */
    struct ahead *ahead;
};

void ahead_done(struct ahead *a);

/* The event second of the next line that has one among those read ahead; INT64_MIN: none has. */
int64_t past_next(struct past *p, const struct tail *t, const struct past_of *of);

/* After past_next(): how many bytes hold the lines up to, and without, the first of a later second
 * than `until`, as far as was read ahead; 0: nobody can tell. */
size_t past_length(struct past *p, const struct tail *t, const struct past_of *of, int64_t until);

#endif
