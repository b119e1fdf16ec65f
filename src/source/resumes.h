/* resumes.h - the places to go on from that a follower remembers: those that a state kept, and
 * where logs stood that were let go.
 *
 * Owns its rows and their paths. One thread. */
#ifndef SPATE_SOURCE_RESUMES_H
#define SPATE_SOURCE_RESUMES_H

#include "source/follow.h"
#include <stddef.h>

struct resumes {
    struct follow_resume *rows;
    size_t count, room;
};

/* Copies: the caller's list need not live on. */
void resumes_init(struct resumes *r, const struct follow_resume *rows, size_t count);
void resumes_done(struct resumes *r);

/* `position` NULL: a row without a place, see follow_resume_is_blank(). */
void resumes_add(struct resumes *r, const char *path, const struct position *position);

/* Drops the rows of a path. */
void resumes_forget(struct resumes *r, const char *path);

#endif
