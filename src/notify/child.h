/* child.h - programs that are started with something to read on their standard input, and ended
 * when they take too long.
 *
 * No shell; no descriptor of ours, no signal setting and nothing of our environment goes along but
 * a PATH and a LANG; each leads a process group of its own, which is killed at the end of its time.
 * At most CHILDREN_MOST run at once. What they print is thrown away.
 *
 * Owns the children and their pipes. One thread. */
#ifndef SPATE_NOTIFY_CHILD_H
#define SPATE_NOTIFY_CHILD_H

#include "notify/channel.h"
#include <poll.h>

enum { CHILDREN_MOST = 2, CHILDREN_FDS = 2 * CHILDREN_MOST, CHILD_LIMIT_S = 10 };

struct children *children_new(void);
void children_free(struct children *c); /* those that run are killed; accepts NULL */

/* argv[0] is an absolute path. False with *end when it cannot start; end->crowded when too many
 * run. */
bool children_start(struct children *c, size_t number, const char *const *argv, struct text input,
                    int64_t timeout_ns, struct try_end *end);

/* What to wait for: descriptors (returns how many) and the time of the next kill (INT64_MAX: none).
 */
size_t children_fds(const struct children *c, struct pollfd fds[CHILDREN_FDS]);
int64_t children_next_kill(const struct children *c);

/* Feeds, kills and buries; true for each child that has ended. */
bool children_next(struct children *c, size_t *number, struct try_end *end);

#endif
