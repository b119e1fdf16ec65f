/* The calls of struct os on the file system in memory. */
#include "lib/memfs_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

/* True when this call is to fail; sets errno. */
static bool fails(struct memfs *fs)
{
    static const int problems[] = {EIO, EMFILE, ENOMEM, EACCES, ENFILE};
    long call = ++fs->calls;
    if (call < fs->fail_from || call >= fs->fail_to)
        return false;
    errno = problems[((unsigned long)call + fs->fail_seed) % (sizeof problems / sizeof *problems)];
    return true;
}

static struct descriptor *descriptor(struct memfs *fs, int fd)
{
    assert(fd >= FIRST_FD && fd < FIRST_FD + FILES);
    return &fs->fds[fd - FIRST_FD];
}

static int free_descriptor(struct memfs *fs)
{
    for (int i = 0; i < FILES; i++)
        if (!fs->fds[i].inode && !fs->fds[i].watcher)
            return i + FIRST_FD;
    errno = EMFILE;
    return -1;
}

static int fs_open(void *self, const char *path)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct name *n = memfs_follow(fs, path);
    if (!n || n->problem) {
        errno = n ? n->problem : ENOENT;
        return -1;
    }
    int fd = free_descriptor(fs);
    if (fd < 0)
        return -1;
    descriptor(fs, fd)->inode = n->inode;
    n->inode->users++;
    n->inode->readers++;
    memfs_tell(fs, n->inode, IN_OPEN, "");
    return fd;
}

static size_t events_for(const struct memfs *fs, int fd)
{
    size_t count = 0;
    for (size_t i = 0; i < fs->event_count; i++)
        count += fs->event_fds[i] == fd;
    return count;
}

/* Takes the first `room` events of a watcher out of the queue. */
static size_t events_take(struct memfs *fs, int fd, struct os_event *into, size_t room)
{
    size_t taken = 0, kept = 0;
    for (size_t i = 0; i < fs->event_count; i++)
        if (fs->event_fds[i] == fd && taken < room) {
            into[taken++] = fs->events[i];
        } else {
            fs->event_fds[kept] = fs->event_fds[i];
            fs->events[kept++] = fs->events[i];
        }
    fs->event_count = kept;
    return taken;
}

static void events_drop(struct memfs *fs, int fd)
{
    struct os_event unread;
    while (events_take(fs, fd, &unread, 1))
        ;
}

static void fs_close(void *self, int fd)
{
    struct memfs *fs = self;
    struct descriptor *d = descriptor(fs, fd);
    assert(d->inode || d->watcher);
    if (d->watcher) {
        events_drop(fs, fd);
        for (size_t w = 0; w < fs->watch_count;)
            if (fs->watches[w].fd == fd)
                fs->watches[w] = fs->watches[--fs->watch_count];
            else
                w++;
    } else {
        d->inode->readers--;
        memfs_drop(fs, d->inode);
    }
    *d = (struct descriptor){0};
}

static void describe(const struct memfs *fs, const struct inode *i, struct file_facts *out)
{
    memset(out, 0, sizeof *out);
    out->id.device = 1;
    out->id.inode = i->number;
    out->id.birth_ns = (int64_t)i->serial;
    if (!fs->no_handles) {
        out->id.handle_len = sizeof i->serial;
        memcpy(out->id.handle, &i->serial, sizeof i->serial);
    }
    out->regular = !i->directory;
    out->directory = i->directory;
    out->size = i->len;
    out->modified_ns = i->modified_ns;
}

static int fs_facts(void *self, int fd, struct file_facts *out)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    describe(fs, descriptor(fs, fd)->inode, out);
    return 0;
}

static int fs_facts_at(void *self, const char *path, struct file_facts *out)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct name *n = memfs_follow(fs, path);
    if (!n) {
        errno = ENOENT;
        return -1;
    }
    describe(fs, n->inode, out);
    return 0;
}

static ssize_t fs_pread(void *self, int fd, void *into, size_t len, uint64_t offset)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct inode *i = descriptor(fs, fd)->inode;
    if (offset >= i->len)
        return 0;
    if (len > i->len - offset)
        len = i->len - (size_t)offset;
    if (len)
        memcpy(into, i->data + offset, len);
    return (ssize_t)len;
}

static ssize_t fs_read(void *self, int fd, void *into, size_t len)
{
    (void)self;
    (void)fd;
    (void)into;
    (void)len;
    return 0;
}

static int fs_widen(void *self, int fd)
{
    (void)self, (void)fd;
    return 0;
}

static bool fs_remote(void *self, int fd)
{
    (void)self;
    (void)fd;
    return false;
}

static int fs_resolve(void *self, const char *path, char *into, size_t room)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct name *n = memfs_follow(fs, path);
    if (!n) {
        errno = ENOENT;
        return -1;
    }
    snprintf(into, room, "%s", n->path);
    return 0;
}

static int fs_list(void *self, const char *dir, bool (*each)(void *ctx, const char *name),
                   void *ctx)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct name *n = memfs_follow(fs, dir);
    if (!n || !n->inode->directory) {
        errno = n ? ENOTDIR : ENOENT;
        return -1;
    }
    size_t len = strcmp(n->path, "/") == 0 ? 0 : strlen(n->path);
    for (size_t i = 0; i < fs->name_count; i++) {
        const char *path = fs->names[i].path;
        if (strncmp(path, n->path, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/') &&
            !each(ctx, path + len + 1))
            break;
    }
    return 0;
}

static int fs_watch_open(void *self)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    if (fs->no_instance) {
        errno = fs->no_watch;
        return -1;
    }
    int fd = free_descriptor(fs);
    if (fd >= 0)
        descriptor(fs, fd)->watcher = true;
    return fd;
}

static int watch_inode(struct memfs *fs, int fd, struct inode *i, uint32_t mask)
{
    for (size_t w = 0; w < fs->watch_count; w++)
        if (fs->watches[w].inode == i && fs->watches[w].fd == fd) {
            fs->watches[w].mask = mask;
            return fs->watches[w].number;
        }
    if (fs->no_watch || fs->watch_count >= fs->watch_most) {
        errno = ENOSPC;
        return -1;
    }
    fs->watches[fs->watch_count++] = (struct watch){i, ++fs->next_watch, mask, fd};
    return fs->next_watch;
}

static int fs_watch_add(void *self, int watch_fd, const char *path, uint32_t mask)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    const struct name *n = memfs_follow(fs, path);
    if (!n || ((mask & IN_ONLYDIR) && !n->inode->directory)) {
        errno = n ? ENOTDIR : ENOENT;
        return -1;
    }
    return watch_inode(fs, watch_fd, n->inode, mask);
}

static int fs_watch_add_fd(void *self, int watch_fd, int fd, uint32_t mask)
{
    struct memfs *fs = self;
    if (fails(fs))
        return -1;
    return watch_inode(fs, watch_fd, descriptor(fs, fd)->inode, mask);
}

static void fs_watch_remove(void *self, int watch_fd, int watch)
{
    struct memfs *fs = self;
    (void)watch_fd;
    for (size_t w = 0; w < fs->watch_count; w++)
        if (fs->watches[w].number == watch) {
            fs->watches[w] = fs->watches[--fs->watch_count];
            return;
        }
}

static int fs_watch_read(void *self, int watch_fd, struct os_event *events, int room)
{
    struct memfs *fs = self;
    struct descriptor *d = descriptor(fs, watch_fd);
    if (fails(fs)) {
        memfs_overflow(fs); /* who knows what it would have given */
        return -1;
    }
    if (d->overflowed) {
        d->overflowed = false;
        events[0] = (struct os_event){.watch = -1, .mask = IN_Q_OVERFLOW};
        return 1;
    }
    return (int)events_take(fs, watch_fd, events, (size_t)room);
}

static int64_t fs_monotonic_ns(void *self)
{
    return ((const struct memfs *)self)->now_ns;
}

static int64_t fs_wall_ns(void *self)
{
    const struct memfs *fs = self;
    return fs->wall_ns + fs->now_ns;
}

static int fs_poll(void *self, const int *fds, bool *ready, int count, int timeout_ms)
{
    struct memfs *fs = self;
    int found = 0;
    for (int i = 0; i < count; i++) {
        ready[i] = fds[i] >= FIRST_FD && descriptor(fs, fds[i])->watcher &&
                   (events_for(fs, fds[i]) || descriptor(fs, fds[i])->overflowed);
        found += ready[i];
    }
    if (!found)
        fs->now_ns += timeout_ms * INT64_C(1000000);
    return found;
}

void memfs_fill_os(struct memfs *fs)
{
    fs->os = (struct os){.self = fs,
                         .open = fs_open,
                         .close = fs_close,
                         .facts = fs_facts,
                         .measure = fs_facts,
                         .facts_at = fs_facts_at,
                         .pread = fs_pread,
                         .read = fs_read,
                         .widen = fs_widen,
                         .remote = fs_remote,
                         .resolve = fs_resolve,
                         .list = fs_list,
                         .watch_open = fs_watch_open,
                         .watch_add = fs_watch_add,
                         .watch_add_fd = fs_watch_add_fd,
                         .watch_remove = fs_watch_remove,
                         .watch_read = fs_watch_read,
                         .monotonic_ns = fs_monotonic_ns,
                         .wall_ns = fs_wall_ns,
                         .poll = fs_poll};
}
