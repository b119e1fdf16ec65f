/* pasts.h - reads what stood in the files at the start in order of time, whichever file it is in.
 *
 * Each read goes to the file whose next line is the oldest, and ends before the first line that is
 * newer than the next one of any other file. So what comes is in order as far as each file is.
 *
 * Owns what is read ahead, a few KiB a file and at most a MiB; moves the tracks. One thread. */
#ifndef SPATE_SOURCE_PASTS_H
#define SPATE_SOURCE_PASTS_H

#include "source/past.h"
#include "source/sources.h"
#include <stdbool.h>
#include <stddef.h>

enum { AHEADS = 64 }; /* files that are read ahead of at a time */

struct pasts {
    const struct sources *sources;
    const struct follow_options *options;
    struct past *rows; /* of the sources that were there at the start */
    size_t count;
    struct ahead aheads[AHEADS]; /* of source N that at N % AHEADS */
};

/* Keeps both pointers. */
void pasts_init(struct pasts *p, const struct sources *s, const struct follow_options *o);
void pasts_done(struct pasts *p);

/* True when the batch is filled. False: nothing of the past can be read now. */
bool pasts_read(struct pasts *p, struct batch *b);

/* Something of it can be read at once. */
bool pasts_wait(const struct pasts *p);

#endif
