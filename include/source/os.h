/* os.h - the seam between following and the operating system.
 *
 * Every call of the source layer that can fail for reasons outside goes through
 * this table, so that tests can put a file system in memory, or a failing one, in
 * place of the real one. Calls have the contract of their namesakes: -1 and errno.
 * The table is constant; `self` is handed to each call. */
#ifndef SPATE_SOURCE_OS_H
#define SPATE_SOURCE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "record/position.h"

struct file_facts {
    struct file_identity id;
    bool regular;
    bool directory;
    uint64_t size;
    int64_t modified_ns; /* wall clock */
};

struct os_event {
    int watch;         /* as watch_add gave it; -1: the queue overflowed */
    uint32_t mask;     /* IN_* */
    char name[256];    /* entry of a watched directory, else "" */
};

struct os {
    void *self;
    int (*open)(void *self, const char *path); /* O_RDONLY|O_CLOEXEC|O_NONBLOCK */
    void (*close)(void *self, int fd);
    int (*facts)(void *self, int fd, struct file_facts *out);
    /* Of the facts the size and the time of change alone, for a file that is looked at often. */
    int (*measure)(void *self, int fd, struct file_facts *out);
    int (*facts_at)(void *self, const char *path, struct file_facts *out); /* follows links */
    ssize_t (*pread)(void *self, int fd, void *into, size_t len, uint64_t offset);
    ssize_t (*read)(void *self, int fd, void *into, size_t len); /* pipes */
    /* Gives a pipe as much room as it may have. How much it has; 0: it is none. */
    int (*widen)(void *self, int fd);
    /* True when others may write the file without inotify telling us (NFS, FUSE, ...). */
    bool (*remote)(void *self, int fd);
    /* The path with all links followed, ended by a NUL. */
    int (*resolve)(void *self, const char *path, char *into, size_t room);
    /* Names in a directory, one call each; stops when `each` returns false. */
    int (*list)(void *self, const char *dir, bool (*each)(void *ctx, const char *name), void *ctx);
    int (*watch_open)(void *self); /* an inotify descriptor, or -1 */
    int (*watch_add)(void *self, int watch_fd, const char *path, uint32_t mask);
    int (*watch_add_fd)(void *self, int watch_fd, int fd, uint32_t mask); /* of an open file */
    void (*watch_remove)(void *self, int watch_fd, int watch);
    /* Fills up to `room` events; 0: none waiting. */
    int (*watch_read)(void *self, int watch_fd, struct os_event *events, int room);
    /* Why the path cannot be read, in words (safe); NULL: nothing more than errno is known. */
    void (*explain)(void *self, const char *path, int problem, char *into, size_t room);
    int64_t (*monotonic_ns)(void *self);
    int64_t (*wall_ns)(void *self);
    /* Sleeps until one of the descriptors is readable or the time is over. */
    int (*poll)(void *self, const int *fds, bool *ready, int count, int timeout_ms);
};

extern const struct os os_real;

#endif
