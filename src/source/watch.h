/* watch.h - the inotify instances: what to be woken for.
 *
 * Watches of the same directory are shared and counted. Where the kernel refuses an instance or
 * a watch, -1 is given, and whoever wanted it must be looked at from time to time instead.
 *
 * A second instance, the alarm, only tells that somebody opens a watched file, or closes it. That is
 * how a copytruncate begins, and what is not read when it ends is destroyed: it can be waited for
 * while the first, which tells of each write, is left alone to let a busy log fill.
 *
 * Owns the inotify descriptors and their watches. One thread. */
#ifndef SPATE_SOURCE_WATCH_H
#define SPATE_SOURCE_WATCH_H

#include "source/os.h"
#include <stdbool.h>
#include <stddef.h>

struct watch_users {
    int watch;
    int users;
    bool file;
    int alarm; /* a file's in the other instance; -1: none */
};

struct watcher {
    const struct os *os;
    int fd;      /* -1: no instance */
    int problem; /* errno of the last refusal that means polling; 0: none */
    int alarm_fd;   /* -1: no instance */
    size_t unarmed; /* watched files without an alarm */
    unsigned guests; /* who opened one of them and did not close it yet, as far as was told */
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

/* True when an alarm tells of whoever opens any of the files. */
bool watcher_armed(const struct watcher *w);

/* What alarm_fd is readable for, if it is: true when somebody came or went, and `guests` follows. */
bool watcher_alarmed(struct watcher *w);

/* What happened: calls `each` for every event. False when events got lost: then everything
 * must be looked at. */
bool watcher_events(struct watcher *w, void (*each)(void *ctx, const struct os_event *e),
                    void *ctx);

#endif
