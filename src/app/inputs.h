/* inputs.h - the files that report and parse read: names and globs made into a list.
 * Owns its strings; inputs_done() is fine on a zeroed or failed one. Main thread. */
#ifndef SPATE_APP_INPUTS_H
#define SPATE_APP_INPUTS_H

#include "app/options.h"
#include "parse/parser.h"

struct inputs {
    char **paths;
    size_t count;
};

/* The FILEs as given, globs expanded in name order; /var/log/access.log when there are none. False with
 * *why when a glob matches nothing. Names are not opened here. */
bool inputs_find(struct inputs *in, const struct settings *s, struct error *why);

/* Puts the files in order of time, as their first lines have it: log rotation and globs turn it round.
 * As they were when one of them does not tell a time, or is a pipe. */
void inputs_order(struct inputs *in, const struct formats *formats);
void inputs_done(struct inputs *in);

#endif
