/* server_config.h - reads the log formats and logs out of nginx's and Apache's own
 * configuration, includes followed.
 *
 * Reads files; one thread; the result owns its memory. Only what concerns logs is understood,
 * the rest is stepped over by the server's own quoting rules. */
#ifndef SPATE_PARSE_SERVER_CONFIG_H
#define SPATE_PARSE_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "parse/escape.h"

enum server_kind { SERVER_NGINX, SERVER_APACHE };

struct server_format {
    char *name;   /* nickname; "" for Apache's unnamed LogFormat (the default of TransferLog) */
    char *string; /* with the configuration's quoting layers taken off and pieces joined */
    enum escape escape;
};

struct server_log {
    char *path;   /* absolute (against the prefix or ServerRoot) */
    size_t format; /* index into formats; SIZE_MAX: the server's own default (combined) or unknown */
};

struct server_config {
    struct server_format *formats;
    size_t format_count;
    struct server_log *logs; /* in order, each path once; pipes, syslog: and off are left out */
    size_t log_count;
};

/* False with file:line in *why. A missing included file of a glob is no error. */
bool server_config_read(struct server_config *c, enum server_kind kind, const char *path, struct error *why);
void server_config_done(struct server_config *c);

/* Index of the format of that name; SIZE_MAX when there is none. */
size_t server_config_format(const struct server_config *c, const char *name);
/* The format of the log at `path` (compared after realpath); SIZE_MAX when not listed. */
size_t server_config_log_format(const struct server_config *c, const char *path);

#endif
