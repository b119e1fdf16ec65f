/* siblings.h - the files beside a log that rotation made of it.
 *
 * Known by name: access.log.1, access.log.2.gz, access.log-20261120, access-20261120.log,
 * access.log.old. One look at the directory of the path, and of what the path links to.
 *
 * Owns the list it made; siblings_done() frees it. Thread: the caller's. */
#ifndef SPATE_SOURCE_SIBLINGS_H
#define SPATE_SOURCE_SIBLINGS_H

#include "base/buf.h"
#include "source/os.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sibling_kind { SIBLING_NONE, SIBLING_NUMBERED, SIBLING_DATED, SIBLING_OTHER };

struct sibling {
    char *path;
    const char *mark; /* within path: what tells it from the log: "1", "20261120" */
    enum sibling_kind kind;
    bool compressed; /* by its name */
    struct file_facts facts;
};

struct siblings {
    struct sibling *at;
    size_t count;
    size_t room;
};

/* What a name is to the log of that name; *mark is where number or date begin. */
enum sibling_kind sibling_kind_of(const char *log, const char *name, const char **mark,
                                  bool *compressed);

/* True when the name ends as compressed files do, readable to us or not. */
bool sibling_is_packed(const char *name);

/* Calls `is_log` with every name of a log that rotation could have made this name of, until it says
 * true. False: it never did. */
bool sibling_of_any(const char *name, bool (*is_log)(void *ctx, const char *log), void *ctx);

/* The names in the directory that was looked at last, so that the logs of one, where they all begin at
 * once, need it read once. All zero: none yet. What was renamed since is not known. */
struct siblings_names {
    char *dir;
    struct buf names; /* each ended by a NUL */
};
void siblings_names_done(struct siblings_names *n);

/* The same, from the names that are known; what the names stand for is looked at anew. */
int siblings_list_known(struct siblings *s, const struct os *os, const char *path,
                        struct siblings_names *names);

/* The siblings of a log. -1 with errno when a directory or a file in it could not be looked at, so
 * that a sibling may be missing. */
int siblings_list(struct siblings *s, const struct os *os, const char *path);
void siblings_done(struct siblings *s);

/* True when `a` is an older generation than `b` (of the same kind). */
bool sibling_older(const struct sibling *a, const struct sibling *b);

/* The path (to be freed) of the file of that identity anywhere in the directories of the log; NULL
 * with errno ENOENT when there is none, else with what failed. */
char *siblings_find(const struct os *os, const char *path, const struct file_identity *id);

#endif
