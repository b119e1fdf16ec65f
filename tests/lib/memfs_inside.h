/* memfs_inside.h - what memfs.c (the files) and memfs_os.c (the calls) share. */
#ifndef SPATE_TESTS_MEMFS_INSIDE_H
#define SPATE_TESTS_MEMFS_INSIDE_H

#include "lib/memfs.h"

enum { NAMES = 128, FILES = 256, EVENTS = 128, WATCHES = 256, PATH_ROOM = 128, FIRST_FD = 1 << 20 };

struct inode {
    uint64_t number; /* used again */
    uint64_t serial; /* never used again */
    bool directory;
    char *data;
    size_t len, room;
    int64_t modified_ns;
    int users; /* names and descriptors */
    int readers;
};

struct name {
    char path[PATH_ROOM];
    struct inode *inode; /* NULL: a link */
    char target[PATH_ROOM];
    int problem;
};

struct descriptor {
    struct inode *inode;
    bool watcher, overflowed;
};

struct watch {
    struct inode *inode;
    int number;
    uint32_t mask;
    int fd; /* of the watcher */
};

struct memfs {
    struct os os;
    struct name names[NAMES];
    size_t name_count;
    struct descriptor fds[FILES];
    struct inode *writers[FILES];
    struct watch watches[WATCHES];
    size_t watch_count, watch_most;
    int next_watch;
    struct os_event events[EVENTS];
    int event_fds[EVENTS]; /* the watcher that each is for */
    size_t event_count;
    bool silent, no_handles, no_instance;
    int no_watch;
    uint64_t next_serial;
    bool numbers[4096];
    int64_t now_ns, wall_ns, grain_ns;
    long calls, fail_from, fail_to;
    unsigned fail_seed;
};

/* The name at the end of all links; NULL: there is none. */
struct name *memfs_follow(const struct memfs *fs, const char *path);

/* An event for whoever watches the inode. */
void memfs_tell(struct memfs *fs, const struct inode *about, uint32_t mask, const char *entry);

/* One user of it less. */
void memfs_drop(struct memfs *fs, struct inode *i);

/* Puts the calls in place. */
void memfs_fill_os(struct memfs *fs);

#endif
