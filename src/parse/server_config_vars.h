/* server_config_vars.h - the ${NAME} of Apache's configuration.
 *
 * Filled from Define and from the envvars file that Debian's start script reads.
 * Private to parse/server_config_apache. Owns its strings: `= {0}` and vars_done(). */
#ifndef SPATE_PARSE_SERVER_CONFIG_VARS_H
#define SPATE_PARSE_SERVER_CONFIG_VARS_H

#include "base/buf.h"
#include "base/text.h"

struct vars {
    struct var {
        char *name, *value;
    } * list;
    size_t count, cap;
};

void vars_set(struct vars *v, struct text name, struct text value);
const char *vars_get(const struct vars *v, struct text name); /* NULL when there is none */
void vars_done(struct vars *v);

/* Appends text with each ${NAME} replaced; one that is not known stays as it is, as Apache
 * leaves it. */
void vars_expand(const struct vars *v, struct text text, struct buf *out);

/* Takes the assignments ("export NAME=value", "NAME='value'") of a shell file, in order, with
 * the $NAME and ${NAME} in them. Whatever else the shell would do is stepped over. */
void vars_read_shell(struct vars *v, struct text file);

#endif
