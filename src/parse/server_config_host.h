/* server_config_host.h - where the files of a configuration are: the seam through which tests serve
 * them from memory.
 *
 * Private to parse/server_config*. The table is constant; `self` is handed to each call. Thread:
 * the caller's. */
#ifndef SPATE_PARSE_SERVER_CONFIG_HOST_H
#define SPATE_PARSE_SERVER_CONFIG_HOST_H

#include "base/buf.h"

/* The files of a glob or a directory, in order. */
struct config_files {
    char **list;
    size_t count;
};
void config_files_add(struct config_files *f, struct text path);
void config_files_done(struct config_files *f);

struct config_host {
    void *self;
    bool (*is_there)(void *self, const char *path);
    bool (*is_directory)(void *self, const char *path);
    /* Without symbolic links; NULL when it is not there. Free the result. */
    char *(*real)(void *self, const char *path);
    /* Appends a regular file, all of it or the begin, of more than `most` bytes. NULL, or what
     * stood in the way, which lives until the next call. */
    const char *(*read)(void *self, const char *path, size_t most, struct buf *out);
    /* Paths that a pattern fits; none is no error. */
    struct config_files (*glob)(void *self, const char *pattern);
    /* Names in a directory; false when it cannot be read. */
    bool (*names)(void *self, const char *directory, struct config_files *names);
};

extern const struct config_host config_host_os;

#endif
