/* globs.h - the files that a pattern names by now.
 *
 * Every part of the path may hold * ? and [ ]; a leading dot is only met by a dot. What
 * rotation made of another match, and what is compressed, is left out.
 *
 * Owns the watches on the directories that the last part is looked for in. One thread. */
#ifndef SPATE_SOURCE_GLOBS_H
#define SPATE_SOURCE_GLOBS_H

#include "source/shared.h"
#include <stdbool.h>
#include <stddef.h>

struct globs_dir {
    char *path;
    int watch;
};

struct globs {
    char *pattern;
    struct globs_dir *dirs;
    size_t dir_count;
    bool look; /* something happened in one of them */
};

void globs_init(struct globs *g, const char *pattern);
void globs_done(struct globs *g, struct shared *shared);

/* Calls `each` for every match, in order of name. False with errno when a directory could not be
 * looked at for another reason than not being there. */
bool globs_match(struct globs *g, struct shared *shared, void (*each)(void *ctx, const char *path),
                 void *ctx);

void globs_event(struct globs *g, const struct os_event *e);

/* True when `name` is what rotation makes of a file called `log`, or is compressed. Numbered forms
 * such as site-2.log are left in doubt: they may be logs of their own. */
bool globs_is_rotated(const char *log, const char *name);

/* True when rotation made it of a log beside it that is there. */
bool globs_left_by_rotation(const char *path, bool (*is_there)(const void *ctx, const char *path),
                            const void *ctx);

#endif
