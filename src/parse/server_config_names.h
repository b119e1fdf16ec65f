/* server_config_names.h - names numbered in the order in which they were added, found by hash: a
 * configuration may hold as many as it is long.
 *
 * Private to parse/server_config*. Owns its copies: `= {0}` and names_done(). One thread. */
#ifndef SPATE_PARSE_SERVER_CONFIG_NAMES_H
#define SPATE_PARSE_SERVER_CONFIG_NAMES_H

#include "base/buf.h"
#include <stdint.h>

struct names {
    struct buf bytes; /* of all of them, one behind the other */
    struct name {
        size_t at, len;
        uint64_t hash;
        uint32_t scope;
    } * list;
    size_t *slots; /* numbers + 1 where their hashes put them; 0: none */
    size_t count, room;
};

/* The number of the name in its scope; SIZE_MAX when it is not there. */
size_t names_find(const struct names *n, struct text name, uint32_t scope);
/* Adds a name that is not there; its number is the count before. */
size_t names_add(struct names *n, struct text name, uint32_t scope);
void names_done(struct names *n);

#endif
