/* formats.h - the formats of one run, as parsers see them. Private to src/parse. */
#ifndef SPATE_PARSE_FORMATS_H
#define SPATE_PARSE_FORMATS_H

#include "base/buf.h"
#include "parse/parser.h"
#include <stdbool.h>
#include <stddef.h>

/* A log that a server's configuration names, and the format it has there. */
struct format_home {
    char *path;
    size_t format; /* index into the list */
};

struct formats {
    const struct format *
        *list; /* owned; with auto all that detection may choose, best rank first */
    size_t count, room;
    bool automatic;
    bool forwarded; /* the host is the forwarded one */
    unsigned wrapped; /* in what a container's runtime or a system's log may have put lines: WRAP_... */
    struct format_home *homes; /* owned */
    size_t home_count;
    struct buf missing;
};

/* Takes over the format; false when there is none. */
bool formats_add(struct formats *fs, struct format *f);

/* Adds the formats of a server's own configuration: `nginx:FILE`, `apache:FILE`, with #NAME for one of them. False
 * with *why filled; *taken tells whether the specification was of that kind at all. */
bool formats_add_server(struct formats *fs, struct text spec, bool *taken, struct error *why);

#endif
