/* watch.h - the inotify instance: what to be woken for.
 *
 * Watches of the same directory are shared and counted. Where the kernel refuses an instance or
 * a watch, -1 is given, and whoever wanted it must be looked at from time to time instead.
 *
 * Owns the inotify descriptor and its watches. One thread. */
#ifndef SPATE_SOURCE_WATCH_H
#define SPATE_SOURCE_WATCH_H

#include "source/os.h"
#include <stdbool.h>
#include <stddef.h>

struct watch_users {
    int watch;
    int users;
};

struct watcher {
    const struct os *os;
    int fd;      /* -1: no instance */
    int problem; /* errno of the last refusal that means polling; 0: none */
    struct watch_users *table;
    size_t count, room;
};

void watcher_open(struct watcher *w, const struct os *os);
void watcher_close(struct watcher *w);

/* Tries again to get an instance where there is none. True when there is one now. */
bool watcher_retry(struct watcher *w);

/* Watches a directory: *watch (-1 at first) becomes the watch of what stands under the path by now.
 * False when it could not be had for another reason than that the directory is not there. */
bool watcher_directory(struct watcher *w, const char *path, int *watch);

/* Watches an open file. False when it could not be had. */
bool watcher_file(struct watcher *w, int fd, int *watch);

/* Gives *watch back, which becomes -1. */
void watcher_drop(struct watcher *w, int *watch);

/* What happened: calls `each` for every event. False when events got lost: then everything
 * must be looked at. */
bool watcher_events(struct watcher *w, void (*each)(void *ctx, const struct os_event *e),
                    void *ctx);

#endif
