/* discover.h - which logs are meant when no FILE is named and the usual one is not there.
 * Main thread; the result owns its strings. */
#ifndef SPATE_APP_DISCOVER_H
#define SPATE_APP_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct discovery {
    char **paths;
    size_t count;
    char *format; /* "nginx:FILE" or "apache:FILE": whose logs they are; NULL: told by looking */
    char *from;   /* where that is known from, for people */
};

/* Looks, below `root` ("" in earnest), for: /var/log/access.log; the logs that a configuration among the `count`
 * formats asked for (nginx:FILE, apache:FILE) names; those that nginx's or Apache's own configuration names and
 * that are there; the usual places. False when there is none of these. */
bool discover_logs(struct discovery *d, const char *root, const struct text *formats, size_t count);
void discovery_done(struct discovery *d);

#endif
