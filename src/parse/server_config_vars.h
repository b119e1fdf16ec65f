/* server_config_vars.h - the ${NAME} of Apache's configuration.
 *
 * Filled from Define and from the envvars file that Debian's start script reads.
 * Private to parse/server_config_apache. Owns its strings: `= {0}` and vars_done(). */
#ifndef SPATE_PARSE_SERVER_CONFIG_VARS_H
#define SPATE_PARSE_SERVER_CONFIG_VARS_H

#include "base/buf.h"
#include "base/text.h"
#include "parse/server_config_names.h"

struct vars {
    struct names names;
    char **values; /* numbered as the names */
    size_t cap;
    size_t given; /* bytes that variables were replaced by: a short file could ask for any number */
};

enum { VAR_NAME_MOST = 1000, VARS_GIVEN_MOST = 16 * 1024 * 1024 };

/* A longer name is nowhere asked for. */
void vars_set(struct vars *v, struct text name, struct text value);
const char *vars_get(const struct vars *v, struct text name); /* NULL when there is none */
void vars_done(struct vars *v);

/* Appends text with each ${NAME} replaced; one that is not known stays as it is, as Apache
 * leaves it. Beyond VARS_GIVEN_MOST in all nothing more is put in, and `given` is larger. */
void vars_expand(struct vars *v, struct text text, struct buf *out);

/* Takes the assignments ("export NAME=value", "NAME='value'") of a shell file, in order, with
 * the $NAME and ${NAME} in them. Whatever else the shell would do is stepped over. */
void vars_read_shell(struct vars *v, struct text file);

#endif
