#include "source/os.h"

#include "source/denied.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum {
    POLL_MOST = 16,
    KEPT_FREE = 16,
    EVENT_ROOM = 16 * 1024,
    PIPE_ROOM = 1024 * 1024 /* as much as a user may ask for where nobody changed it */
};

/* A few descriptors are left to all else: looking at directories, the state, what is sent. */
static bool is_spare(int fd)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return true;
    rlim_t kept = limit.rlim_cur / 4 < KEPT_FREE ? limit.rlim_cur / 4 : KEPT_FREE;
    return (rlim_t)fd < limit.rlim_cur - kept;
}

static int real_open(void *self, const char *path)
{
    (void)self;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || is_spare(fd))
        return fd;
    close(fd);
    errno = EMFILE;
    return -1;
}

static void real_close(void *self, int fd)
{
    (void)self;
    close(fd);
}

/* The file handle holds a generation, so that an inode number used again is told from
 * the file that had it before. File systems without handles leave handle_len at 0. */
static void add_handle(int fd, const char *path, int flags, struct file_identity *id)
{
    union {
        struct file_handle handle;
        char room[sizeof(struct file_handle) + IDENTITY_HANDLE];
    } u;
    int mount;
    memset(&u, 0, sizeof u);
    u.handle.handle_bytes = IDENTITY_HANDLE;
    if (name_to_handle_at(fd, path, &u.handle, &mount, flags) != 0)
        return;
    id->handle_type = u.handle.handle_type;
    id->handle_len = u.handle.handle_bytes;
    memcpy(id->handle, u.handle.f_handle, u.handle.handle_bytes);
}

static int add_status(int fd, const char *path, int flags, struct file_facts *out)
{
    struct statx s;
    if (statx(fd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &s) != 0)
        return -1;
    out->id.device = makedev(s.stx_dev_major, s.stx_dev_minor);
    out->id.inode = s.stx_ino;
    if (s.stx_mask & STATX_BTIME)
        out->id.birth_ns = s.stx_btime.tv_sec * INT64_C(1000000000) + s.stx_btime.tv_nsec;
    out->regular = S_ISREG(s.stx_mode);
    out->directory = S_ISDIR(s.stx_mode);
    out->size = s.stx_size;
    out->modified_ns = s.stx_mtime.tv_sec * INT64_C(1000000000) + s.stx_mtime.tv_nsec;
    return 0;
}

static int real_facts(void *self, int fd, struct file_facts *out)
{
    (void)self;
    memset(out, 0, sizeof *out);
    if (add_status(fd, "", AT_EMPTY_PATH, out) != 0)
        return -1;
    add_handle(fd, "", AT_EMPTY_PATH, &out->id);
    return 0;
}

static int real_measure(void *self, int fd, struct file_facts *out)
{
    (void)self;
    struct stat s;
    if (fstat(fd, &s) != 0)
        return -1;
    out->size = (uint64_t)s.st_size;
    out->modified_ns = s.st_mtim.tv_sec * INT64_C(1000000000) + s.st_mtim.tv_nsec;
    return 0;
}

/* Status and handle are two calls: looked at twice, so that they are of the same file even
 * when the path changes hands in between. */
static int real_facts_at(void *self, const char *path, struct file_facts *out)
{
    (void)self;
    for (int tries = 0; tries < 8; tries++) {
        struct file_facts again = {0};
        memset(out, 0, sizeof *out);
        if (add_status(AT_FDCWD, path, 0, out) != 0)
            return -1;
        add_handle(AT_FDCWD, path, AT_SYMLINK_FOLLOW, &out->id);
        if (add_status(AT_FDCWD, path, 0, &again) != 0)
            return -1;
        if (again.id.device == out->id.device && again.id.inode == out->id.inode &&
            again.id.birth_ns == out->id.birth_ns)
            return 0;
    }
    errno = EAGAIN;
    return -1;
}

static ssize_t real_pread(void *self, int fd, void *into, size_t len, uint64_t offset)
{
    (void)self;
    ssize_t got;
    do
        got = pread(fd, into, len, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got;
}

static ssize_t real_read(void *self, int fd, void *into, size_t len)
{
    (void)self;
    ssize_t got;
    do
        got = read(fd, into, len);
    while (got < 0 && errno == EINTR);
    return got;
}

static int real_widen(void *self, int fd)
{
    (void)self;
    fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
    int room = fcntl(fd, F_GETPIPE_SZ);
    return room < 0 ? 0 : room;
}

/* File systems whose files change from elsewhere, or that do not tell inotify. */
static bool real_remote(void *self, int fd)
{
    static const unsigned long kinds[] = {
        0x6969,     /* NFS */
        0x65735546, /* FUSE */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x517b,     /* SMB */
        0x01021997, /* 9P */
        0x00c36400, /* Ceph */
        0x5346414f, /* AFS */
        0x47504653, /* GPFS */
        0x0bd00bd0, /* Lustre */
        0x786f4256, /* VirtualBox */
    };
    (void)self;
    struct statfs s;
    if (fstatfs(fd, &s) != 0)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((unsigned long)s.f_type == kinds[i])
            return true;
    return false;
}

static int real_resolve(void *self, const char *path, char *into, size_t room)
{
    (void)self;
    char *full = realpath(path, NULL);
    if (!full)
        return -1;
    bool fits = strlen(full) < room;
    if (fits)
        strcpy(into, full);
    else
        errno = ENAMETOOLONG;
    free(full);
    return fits ? 0 : -1;
}

static int real_list(void *self, const char *path, bool (*each)(void *ctx, const char *name),
                     void *ctx)
{
    (void)self;
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int problem;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        problem = entry ? 0 : errno;
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!each(ctx, entry->d_name))
            break;
    }
    closedir(dir);
    errno = problem;
    return problem ? -1 : 0;
}

static int real_watch_open(void *self)
{
    (void)self;
    return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static int real_watch_add(void *self, int watch_fd, const char *path, uint32_t mask)
{
    (void)self;
    return inotify_add_watch(watch_fd, path, mask);
}

/* By way of /proc, so that it is the file we read, whatever stands under its path by now. */
static int real_watch_add_fd(void *self, int watch_fd, int fd, uint32_t mask)
{
    (void)self;
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return inotify_add_watch(watch_fd, path, mask);
}

static void real_watch_remove(void *self, int watch_fd, int watch)
{
    (void)self;
    inotify_rm_watch(watch_fd, watch);
}

/* The kernel ends a name by one NUL or more; where there is none `len` is 0. */
static void take_name(struct os_event *to, const struct inotify_event *from)
{
    size_t len = from->len ? strnlen(from->name, from->len) : 0;
    if (len >= sizeof to->name)
        len = sizeof to->name - 1;
    memcpy(to->name, from->name, len);
    to->name[len] = '\0';
}

static int real_watch_read(void *self, int watch_fd, struct os_event *events, int room)
{
    (void)self;
    _Alignas(struct inotify_event) char raw[EVENT_ROOM];
    /* No more than fit even when none of them has a name. */
    size_t most = (size_t)room * sizeof(struct inotify_event);
    ssize_t got = read(watch_fd, raw, most < sizeof raw ? most : sizeof raw);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    int count = 0;
    for (char *at = raw; at < raw + got;) {
        const struct inotify_event *from = (const struct inotify_event *)at;
        struct os_event *to = &events[count++];
        to->watch = from->mask & IN_Q_OVERFLOW ? -1 : from->wd;
        to->mask = from->mask;
        take_name(to, from);
        at += sizeof *from + from->len;
    }
    return count;
}

static void real_explain(void *self, const char *path, int problem, char *into, size_t room)
{
    (void)self;
    denied_explain(path, problem, into, room);
}

static int64_t now_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t real_monotonic_ns(void *self)
{
    (void)self;
    return now_of(CLOCK_MONOTONIC);
}

static int64_t real_wall_ns(void *self)
{
    (void)self;
    return now_of(CLOCK_REALTIME);
}

static int real_poll(void *self, const int *fds, bool *ready, int count, int timeout_ms)
{
    (void)self;
    struct pollfd polled[POLL_MOST];
    if (count > POLL_MOST)
        count = POLL_MOST;
    for (int i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    int found = poll(polled, (nfds_t)count, timeout_ms);
    for (int i = 0; i < count; i++)
        ready[i] = found > 0 && polled[i].revents != 0;
    return found < 0 && errno == EINTR ? 0 : found;
}

const struct os os_real = {
    .open = real_open,
    .close = real_close,
    .facts = real_facts,
    .measure = real_measure,
    .facts_at = real_facts_at,
    .pread = real_pread,
    .read = real_read,
    .widen = real_widen,
    .remote = real_remote,
    .resolve = real_resolve,
    .list = real_list,
    .watch_open = real_watch_open,
    .watch_add = real_watch_add,
    .watch_add_fd = real_watch_add_fd,
    .watch_remove = real_watch_remove,
    .watch_read = real_watch_read,
    .explain = real_explain,
    .monotonic_ns = real_monotonic_ns,
    .wall_ns = real_wall_ns,
    .poll = real_poll,
};
