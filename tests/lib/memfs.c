#include "lib/memfs.h"

#include "base/mem.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <zlib.h>

enum {
    NAMES = 256,
    FILES = 256,
    EVENTS = 1024,
    WATCHES = 512,
    PATH_ROOM = 128,
    FIRST_FD = 1 << 20
};

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
    bool watcher;
};

struct watch {
    struct inode *inode;
    int number;
    uint32_t mask;
};

struct memfs {
    struct os os;
    struct name names[NAMES];
    size_t name_count;
    struct descriptor fds[FILES];
    struct inode *writers[FILES];
    struct watch watches[WATCHES];
    size_t watch_count;
    int next_watch;
    struct os_event events[EVENTS];
    size_t event_count;
    bool overflowed, silent, no_handles, no_instance;
    int no_watch;
    uint64_t next_serial;
    bool numbers[4096];
    int64_t now_ns, wall_ns, grain_ns;
    long calls, fail_from, fail_to;
    unsigned fail_seed;
};

/* ---- Inodes and names ------------------------------------------------------------------- */

static struct inode *inode_new(struct memfs *fs, bool directory)
{
    struct inode *i = mem_new(1, sizeof *i);
    uint64_t number = 2;
    while (fs->numbers[number])
        number++;
    fs->numbers[number] = true;
    *i = (struct inode){.number = number, .serial = ++fs->next_serial, .directory = directory};
    return i;
}

static int64_t file_time(const struct memfs *fs)
{
    int64_t now = fs->wall_ns + fs->now_ns;
    return now - now % fs->grain_ns;
}

static void inode_drop(struct memfs *fs, struct inode *i)
{
    if (--i->users > 0)
        return;
    for (size_t w = 0; w < fs->watch_count;)
        if (fs->watches[w].inode == i)
            fs->watches[w] = fs->watches[--fs->watch_count];
        else
            w++;
    fs->numbers[i->number] = false;
    free(i->data);
    free(i);
}

static struct name *name_of(const struct memfs *fs, const char *path)
{
    for (size_t i = 0; i < fs->name_count; i++)
        if (strcmp(fs->names[i].path, path) == 0)
            return (struct name *)&fs->names[i];
    return NULL;
}

static struct name *follow_links(const struct memfs *fs, const char *path)
{
    struct name *n = name_of(fs, path);
    for (int depth = 0; n && !n->inode && depth < 8; depth++)
        n = name_of(fs, n->target);
    return n && n->inode ? n : NULL;
}

static struct name *must(const struct memfs *fs, const char *path)
{
    struct name *n = follow_links(fs, path);
    assert(n);
    return n;
}

/* ---- inotify ---------------------------------------------------------------------------- */

static void tell(struct memfs *fs, const struct inode *about, uint32_t mask, const char *entry)
{
    for (size_t i = 0; i < fs->watch_count && !fs->silent; i++) {
        const struct watch *w = &fs->watches[i];
        if (w->inode != about || !(w->mask & mask))
            continue;
        struct os_event e = {.watch = w->number, .mask = mask};
        snprintf(e.name, sizeof e.name, "%s", entry);
        const struct os_event *last = fs->event_count ? &fs->events[fs->event_count - 1] : NULL;
        if (last && last->watch == e.watch && last->mask == mask && strcmp(last->name, entry) == 0)
            continue; /* the kernel joins equal ones too */
        if (fs->event_count == EVENTS)
            memfs_overflow(fs);
        else
            fs->events[fs->event_count++] = e;
    }
}

static void tell_parent(struct memfs *fs, const char *path, uint32_t mask)
{
    char dir[PATH_ROOM];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (!slash)
        return;
    *slash = '\0';
    const struct name *n = name_of(fs, slash == dir ? "/" : dir);
    if (n && n->inode)
        tell(fs, n->inode, mask, strrchr(path, '/') + 1);
}

void memfs_overflow(struct memfs *fs)
{
    fs->event_count = 0;
    fs->overflowed = true;
}

/* ---- What others do --------------------------------------------------------------------- */

static struct name *name_new(struct memfs *fs, const char *path)
{
    assert(fs->name_count < NAMES && strlen(path) < PATH_ROOM);
    struct name *n = &fs->names[fs->name_count++];
    *n = (struct name){0};
    strcpy(n->path, path);
    return n;
}

static void name_drop(struct memfs *fs, struct name *n)
{
    struct inode *i = n->inode;
    *n = fs->names[--fs->name_count];
    if (i) {
        tell(fs, i, IN_ATTRIB, "");
        inode_drop(fs, i);
    }
}

void memfs_mkdir(struct memfs *fs, const char *path)
{
    struct name *n = name_new(fs, path);
    n->inode = inode_new(fs, true);
    n->inode->users = 1;
    tell_parent(fs, path, IN_CREATE);
}

void memfs_create(struct memfs *fs, const char *path)
{
    struct name *old = name_of(fs, path);
    if (old)
        memfs_unlink(fs, path);
    struct name *n = name_new(fs, path);
    n->inode = inode_new(fs, false);
    n->inode->users = 1;
    n->inode->modified_ns = file_time(fs);
    tell_parent(fs, path, IN_CREATE);
}

static void append(struct memfs *fs, struct inode *i, const void *bytes, size_t len)
{
    if (i->len + len > i->room) {
        i->room = (i->len + len) * 2;
        i->data = mem_grow(i->data, i->room, 1);
    }
    if (len)
        memcpy(i->data + i->len, bytes, len);
    i->len += len;
    i->modified_ns = file_time(fs);
    tell(fs, i, IN_MODIFY, "");
}

void memfs_write_len(struct memfs *fs, const char *path, const void *bytes, size_t len)
{
    if (!follow_links(fs, path))
        memfs_create(fs, path);
    append(fs, must(fs, path)->inode, bytes, len);
}

void memfs_write(struct memfs *fs, const char *path, const char *bytes)
{
    memfs_write_len(fs, path, bytes, strlen(bytes));
}

void memfs_truncate(struct memfs *fs, const char *path, size_t len)
{
    struct inode *i = must(fs, path)->inode;
    assert(len <= i->len);
    i->len = len;
    i->modified_ns = file_time(fs);
    tell(fs, i, IN_MODIFY, "");
}

void memfs_rewrite(struct memfs *fs, const char *path, const char *bytes)
{
    memfs_truncate(fs, path, 0);
    memfs_write(fs, path, bytes);
}

void memfs_rename(struct memfs *fs, const char *from, const char *to)
{
    size_t len = strlen(from);
    if (name_of(fs, to))
        memfs_unlink(fs, to);
    struct name *n = name_of(fs, from);
    assert(n);
    for (size_t i = 0; n->inode && n->inode->directory && i < fs->name_count; i++) {
        char *path = fs->names[i].path, inside[PATH_ROOM];
        if (strncmp(path, from, len) != 0 || path[len] != '/')
            continue;
        strcpy(inside, path + len);
        assert(strlen(to) + strlen(inside) < PATH_ROOM);
        strcpy(path, to);
        strcat(path, inside);
    }
    assert(strlen(to) < PATH_ROOM);
    strcpy(n->path, to);
    tell_parent(fs, from, IN_MOVED_FROM);
    tell_parent(fs, to, IN_MOVED_TO);
    if (n->inode)
        tell(fs, n->inode, IN_MOVE_SELF, "");
}

void memfs_unlink(struct memfs *fs, const char *path)
{
    struct name *n = name_of(fs, path);
    assert(n);
    name_drop(fs, n);
    tell_parent(fs, path, IN_DELETE);
}

void memfs_copy(struct memfs *fs, const char *from, const char *to)
{
    memfs_create(fs, to);
    struct inode *source = must(fs, from)->inode;
    append(fs, must(fs, to)->inode, source->data, source->len);
}

void memfs_gzip(struct memfs *fs, const char *from, const char *to)
{
    struct inode *i = must(fs, from)->inode;
    z_stream z = {0};
    assert(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&z, i->len) + 64;
    unsigned char *packed = mem_new(room, 1);
    z.next_in = (unsigned char *)i->data;
    z.avail_in = (unsigned)i->len;
    z.next_out = packed;
    z.avail_out = (unsigned)room;
    int result = deflate(&z, Z_FINISH);
    assert(result == Z_STREAM_END);
    (void)result;
    memfs_create(fs, to);
    append(fs, must(fs, to)->inode, packed, room - z.avail_out);
    must(fs, to)->inode->modified_ns = i->modified_ns;
    deflateEnd(&z);
    free(packed);
    memfs_unlink(fs, from);
}

void memfs_link(struct memfs *fs, const char *target, const char *path)
{
    struct name *old = name_of(fs, path);
    if (old)
        name_drop(fs, old);
    struct name *n = name_new(fs, path);
    snprintf(n->target, sizeof n->target, "%s", target);
    tell_parent(fs, path, IN_MOVED_TO);
}

bool memfs_exists(const struct memfs *fs, const char *path)
{
    return follow_links(fs, path) != NULL;
}

const char *memfs_data(const struct memfs *fs, const char *path)
{
    return must(fs, path)->inode->data;
}

size_t memfs_size(const struct memfs *fs, const char *path)
{
    return must(fs, path)->inode->len;
}

int memfs_writer(struct memfs *fs, const char *path)
{
    int w = 0;
    while (fs->writers[w])
        w++;
    if (!follow_links(fs, path))
        memfs_create(fs, path);
    fs->writers[w] = must(fs, path)->inode;
    fs->writers[w]->users++;
    return w;
}

void memfs_writer_write(struct memfs *fs, int writer, const char *bytes)
{
    append(fs, fs->writers[writer], bytes, strlen(bytes));
}

void memfs_writer_close(struct memfs *fs, int writer)
{
    inode_drop(fs, fs->writers[writer]);
    fs->writers[writer] = NULL;
}

/* ---- The state of things ---------------------------------------------------------------- */

void memfs_advance(struct memfs *fs, int64_t ns)
{
    fs->now_ns += ns;
}

void memfs_step_wall(struct memfs *fs, int64_t ns)
{
    fs->wall_ns += ns;
}

void memfs_without_handles(struct memfs *fs)
{
    fs->no_handles = true;
}

void memfs_coarse_times(struct memfs *fs, int64_t ns)
{
    fs->grain_ns = ns;
}

void memfs_deny(struct memfs *fs, const char *path, int problem)
{
    struct name *n = name_of(fs, path);
    assert(n);
    n->problem = problem;
    if (n->inode)
        tell(fs, n->inode, IN_ATTRIB, "");
    tell_parent(fs, path, IN_ATTRIB);
}

void memfs_no_watches(struct memfs *fs, int problem, bool instance_too)
{
    fs->no_watch = problem;
    fs->no_instance = problem && instance_too;
}

void memfs_silent(struct memfs *fs, bool silent)
{
    fs->silent = silent;
}

bool memfs_is_read(const struct memfs *fs, const char *path)
{
    const struct name *n = follow_links(fs, path);
    return n && n->inode->readers > 0;
}

uint64_t memfs_inode(const struct memfs *fs, const char *path)
{
    const struct name *n = follow_links(fs, path);
    return n ? n->inode->serial : 0;
}

bool memfs_has_inode(const struct memfs *fs, uint64_t inode)
{
    for (size_t i = 0; i < fs->name_count; i++)
        if (fs->names[i].inode && fs->names[i].inode->serial == inode)
            return true;
    return false;
}

int memfs_descriptors(const struct memfs *fs)
{
    int count = 0;
    for (int i = 0; i < FILES; i++)
        count += fs->fds[i].inode || fs->fds[i].watcher;
    return count;
}

int memfs_watches(const struct memfs *fs)
{
    return (int)fs->watch_count;
}

void memfs_fail(struct memfs *fs, long nth, long length, unsigned seed)
{
    fs->fail_from = nth ? fs->calls + nth : 0;
    fs->fail_to = nth ? fs->fail_from + length : 0;
    fs->fail_seed = seed;
}

long memfs_calls(const struct memfs *fs)
{
    return fs->calls;
}

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

/* ---- struct os -------------------------------------------------------------------------- */

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
    const struct name *n = follow_links(fs, path);
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
    return fd;
}

static void fs_close(void *self, int fd)
{
    struct memfs *fs = self;
    struct descriptor *d = descriptor(fs, fd);
    assert(d->inode || d->watcher);
    if (d->watcher) {
        fs->watch_count = 0;
        fs->event_count = 0;
    } else {
        d->inode->readers--;
        inode_drop(fs, d->inode);
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
    const struct name *n = follow_links(fs, path);
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
    const struct name *n = follow_links(fs, path);
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
    const struct name *n = follow_links(fs, dir);
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

static int watch_inode(struct memfs *fs, struct inode *i, uint32_t mask)
{
    for (size_t w = 0; w < fs->watch_count; w++)
        if (fs->watches[w].inode == i) {
            fs->watches[w].mask = mask;
            return fs->watches[w].number;
        }
    if (fs->no_watch || fs->watch_count == WATCHES) {
        errno = ENOSPC;
        return -1;
    }
    fs->watches[fs->watch_count++] = (struct watch){i, ++fs->next_watch, mask};
    return fs->next_watch;
}

static int fs_watch_add(void *self, int watch_fd, const char *path, uint32_t mask)
{
    struct memfs *fs = self;
    (void)watch_fd;
    if (fails(fs))
        return -1;
    const struct name *n = follow_links(fs, path);
    if (!n || ((mask & IN_ONLYDIR) && !n->inode->directory)) {
        errno = n ? ENOTDIR : ENOENT;
        return -1;
    }
    return watch_inode(fs, n->inode, mask);
}

static int fs_watch_add_fd(void *self, int watch_fd, int fd, uint32_t mask)
{
    struct memfs *fs = self;
    (void)watch_fd;
    if (fails(fs))
        return -1;
    return watch_inode(fs, descriptor(fs, fd)->inode, mask);
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
    (void)watch_fd;
    if (fails(fs)) {
        memfs_overflow(fs); /* who knows what it would have given */
        return -1;
    }
    if (fs->overflowed) {
        fs->overflowed = false;
        events[0] = (struct os_event){.watch = -1, .mask = IN_Q_OVERFLOW};
        return 1;
    }
    size_t count = fs->event_count < (size_t)room ? fs->event_count : (size_t)room;
    memcpy(events, fs->events, count * sizeof *events);
    fs->event_count -= count;
    memmove(fs->events, fs->events + count, fs->event_count * sizeof *events);
    return (int)count;
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
                   (fs->event_count || fs->overflowed);
        found += ready[i];
    }
    if (!found)
        fs->now_ns += timeout_ms * INT64_C(1000000);
    return found;
}

struct memfs *memfs_new(void)
{
    struct memfs *fs = mem_new(1, sizeof *fs);
    fs->os = (struct os){.self = fs,
                         .open = fs_open,
                         .close = fs_close,
                         .facts = fs_facts,
                         .facts_at = fs_facts_at,
                         .pread = fs_pread,
                         .read = fs_read,
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
    fs->grain_ns = 1;
    fs->now_ns = INT64_C(1000000000);
    fs->wall_ns = INT64_C(1500000000000000000);
    memfs_mkdir(fs, "/");
    return fs;
}

void memfs_free(struct memfs *fs)
{
    if (!fs)
        return;
    for (int i = 0; i < FILES; i++)
        if (fs->writers[i])
            memfs_writer_close(fs, i);
    while (fs->name_count)
        name_drop(fs, &fs->names[fs->name_count - 1]);
    free(fs);
}

const struct os *memfs_os(const struct memfs *fs)
{
    return &fs->os;
}
