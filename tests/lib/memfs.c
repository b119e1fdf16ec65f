#include "lib/memfs_inside.h"

#include "base/mem.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <zlib.h>

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

void memfs_drop(struct memfs *fs, struct inode *i)
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

struct name *memfs_follow(const struct memfs *fs, const char *path)
{
    struct name *n = name_of(fs, path);
    for (int depth = 0; n && !n->inode && depth < 8; depth++)
        n = name_of(fs, n->target);
    return n && n->inode ? n : NULL;
}

static struct name *must(const struct memfs *fs, const char *path)
{
    struct name *n = memfs_follow(fs, path);
    assert(n);
    return n;
}

/* ---- inotify ---------------------------------------------------------------------------- */

void memfs_tell(struct memfs *fs, const struct inode *about, uint32_t mask, const char *entry)
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
        if (fs->event_count == EVENTS) {
            memfs_overflow(fs);
            return;
        }
        fs->event_fds[fs->event_count] = w->fd;
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
        memfs_tell(fs, n->inode, mask, strrchr(path, '/') + 1);
}

void memfs_overflow(struct memfs *fs)
{
    fs->event_count = 0;
    for (int i = 0; i < FILES; i++)
        fs->fds[i].overflowed = fs->fds[i].watcher;
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
        memfs_tell(fs, i, IN_ATTRIB, "");
        memfs_drop(fs, i);
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
    memfs_tell(fs, i, IN_MODIFY, "");
}

void memfs_write_len(struct memfs *fs, const char *path, const void *bytes, size_t len)
{
    if (!memfs_follow(fs, path))
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
    memfs_tell(fs, i, IN_MODIFY, "");
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
        memfs_tell(fs, n->inode, IN_MOVE_SELF, "");
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
    struct inode *source = must(fs, from)->inode;
    memfs_tell(fs, source, IN_OPEN, "");
    memfs_create(fs, to);
    append(fs, must(fs, to)->inode, source->data, source->len);
    memfs_tell(fs, source, IN_CLOSE_NOWRITE, "");
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
    return memfs_follow(fs, path) != NULL;
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
    if (!memfs_follow(fs, path))
        memfs_create(fs, path);
    fs->writers[w] = must(fs, path)->inode;
    fs->writers[w]->users++;
    memfs_tell(fs, fs->writers[w], IN_OPEN, "");
    return w;
}

void memfs_writer_write(struct memfs *fs, int writer, const char *bytes)
{
    append(fs, fs->writers[writer], bytes, strlen(bytes));
}

void memfs_writer_close(struct memfs *fs, int writer)
{
    memfs_tell(fs, fs->writers[writer], IN_CLOSE_WRITE, "");
    memfs_drop(fs, fs->writers[writer]);
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
        memfs_tell(fs, n->inode, IN_ATTRIB, "");
    tell_parent(fs, path, IN_ATTRIB);
}

void memfs_no_watches(struct memfs *fs, int problem, bool instance_too)
{
    fs->no_watch = problem;
    fs->no_instance = problem && instance_too;
}

void memfs_limit_watches(struct memfs *fs, size_t most)
{
    assert(most <= WATCHES);
    fs->watch_most = most;
}

void memfs_silent(struct memfs *fs, bool silent)
{
    fs->silent = silent;
}

bool memfs_is_read(const struct memfs *fs, const char *path)
{
    const struct name *n = memfs_follow(fs, path);
    return n && n->inode->readers > 0;
}

uint64_t memfs_inode(const struct memfs *fs, const char *path)
{
    const struct name *n = memfs_follow(fs, path);
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

int memfs_files(const struct memfs *fs)
{
    int count = 0;
    for (int i = 0; i < FILES; i++)
        count += fs->fds[i].inode != NULL;
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

struct memfs *memfs_new(void)
{
    struct memfs *fs = mem_new(1, sizeof *fs);
    memfs_fill_os(fs);
    fs->watch_most = WATCHES;
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
