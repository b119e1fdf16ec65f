#include "source/watch.h"

#include "base/mem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

enum {
    EVENTS_AT_ONCE = 64,
    DIRECTORY_MASK = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    FILE_MASK = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF
};

void watcher_open(struct watcher *w, const struct os *os)
{
    *w = (struct watcher){.os = os, .fd = -1, .alarm_fd = -1};
    watcher_retry(w);
}

bool watcher_retry(struct watcher *w)
{
    if (w->fd < 0) {
        w->fd = w->os->watch_open(w->os->self);
        if (w->fd < 0)
            w->problem = errno;
    }
    if (w->fd >= 0 && w->alarm_fd < 0)
        w->alarm_fd = w->os->watch_open(w->os->self);
    return w->fd >= 0;
}

void watcher_close(struct watcher *w)
{
    if (w->fd >= 0)
        w->os->close(w->os->self, w->fd);
    if (w->alarm_fd >= 0)
        w->os->close(w->os->self, w->alarm_fd);
    free(w->table);
    *w = (struct watcher){.os = w->os, .fd = -1, .alarm_fd = -1};
}

static struct watch_users *users_of(struct watcher *w, int watch)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->table[i].watch == watch)
            return &w->table[i];
    return NULL;
}

static void use(struct watcher *w, int watch)
{
    struct watch_users *u = users_of(w, watch);
    if (!u) {
        if (w->count == w->room) {
            w->room = w->room ? w->room * 2 : 16;
            w->table = mem_grow(w->table, w->room, sizeof *w->table);
        }
        u = &w->table[w->count++];
        *u = (struct watch_users){.watch = watch, .alarm = -1};
    }
    u->users++;
}

static void disarm(struct watcher *w, struct watch_users *u)
{
    if (u->alarm >= 0)
        w->os->watch_remove(w->os->self, w->alarm_fd, u->alarm);
    else
        w->unarmed -= u->file;
}

void watcher_drop(struct watcher *w, int *watch)
{
    struct watch_users *u = *watch >= 0 ? users_of(w, *watch) : NULL;
    if (u && --u->users == 0) {
        disarm(w, u);
        w->os->watch_remove(w->os->self, w->fd, *watch);
        *u = w->table[--w->count];
    }
    *watch = -1;
}

/* Takes what the kernel gave for the watch that was had before. */
static bool renew(struct watcher *w, int *watch, int given)
{
    if (given < 0) {
        bool gone = errno == ENOENT || errno == ENOTDIR;
        if (!gone)
            w->problem = errno;
        watcher_drop(w, watch);
        return gone;
    }
    if (given != *watch) {
        use(w, given);
        watcher_drop(w, watch);
        *watch = given;
    }
    return true;
}

bool watcher_directory(struct watcher *w, const char *path, int *watch)
{
    if (w->fd < 0)
        return false;
    return renew(w, watch, w->os->watch_add(w->os->self, w->fd, path, DIRECTORY_MASK));
}

static void arm(struct watcher *w, int fd, struct watch_users *u)
{
    bool before = u->file && u->alarm < 0;
    u->file = true;
    if (u->alarm < 0 && w->alarm_fd >= 0)
        u->alarm = w->os->watch_add_fd(w->os->self, w->alarm_fd, fd, IN_OPEN | IN_CLOSE);
    w->unarmed = w->unarmed - before + (u->alarm < 0);
}

bool watcher_file(struct watcher *w, int fd, int *watch)
{
    if (w->fd < 0)
        return false;
    int given = w->os->watch_add_fd(w->os->self, w->fd, fd, FILE_MASK);
    renew(w, watch, given);
    if (given >= 0)
        arm(w, fd, users_of(w, given));
    return given >= 0;
}

bool watcher_armed(const struct watcher *w)
{
    return w->unarmed == 0;
}

bool watcher_alarmed(struct watcher *w)
{
    struct os_event events[EVENTS_AT_ONCE];
    bool any = false;
    int count = EVENTS_AT_ONCE;
    while (w->alarm_fd >= 0 && count == EVENTS_AT_ONCE) {
        count = w->os->watch_read(w->os->self, w->alarm_fd, events, EVENTS_AT_ONCE);
        for (int i = 0; i < count; i++) {
            any |= (events[i].mask & (IN_OPEN | IN_CLOSE)) != 0;
            if (events[i].mask & IN_OPEN)
                w->guests++;
            else if ((events[i].mask & IN_CLOSE) && w->guests > 0)
                w->guests--;
        }
    }
    return any;
}

bool watcher_events(struct watcher *w, void (*each)(void *ctx, const struct os_event *e), void *ctx)
{
    struct os_event events[EVENTS_AT_ONCE];
    bool whole = true;
    int count;
    do {
        count = w->fd < 0 ? 0 : w->os->watch_read(w->os->self, w->fd, events, EVENTS_AT_ONCE);
        if (count < 0)
            whole = false;
        for (int i = 0; i < count; i++) {
            if (events[i].watch < 0)
                whole = false;
            else
                each(ctx, &events[i]);
        }
    } while (count > EVENTS_AT_ONCE / 2);
    return whole;
}
