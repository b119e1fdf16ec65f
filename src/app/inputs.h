/* inputs.h - the files that report and parse read: names and globs made into a list.
 * Owns its strings; inputs_done() is fine on a zeroed or failed one. Main thread. */
#ifndef SPATE_APP_INPUTS_H
#define SPATE_APP_INPUTS_H

#include "app/options.h"

struct inputs {
    char **paths;
    size_t count;
};

/* The FILEs as given, globs expanded in name order; /var/log/access.log when there are none. False with
 * *why when a glob matches nothing. Names are not opened here. */
bool inputs_find(struct inputs *in, const struct settings *s, struct error *why);
void inputs_done(struct inputs *in);

#endif
