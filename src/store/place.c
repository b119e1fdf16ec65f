#include "store/place.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/time.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "state.db"
#define LOCK_NAME "lock"

enum { NAMES_TRIED = 100 };

struct place {
    char *dir;   /* as it was named */
    bool linked; /* it may be a symbolic link */
    char *shown; /* the name, safe */
    int dir_fd;
    int lock_fd; /* -1: only looked at */
    char *file;
    bool known; /* which file is used */
    dev_t device;
    ino_t inode;
};

/* Fills *why. That nothing can be written there now is no mistake of whoever named it. */
static bool fail(struct error *why, const char *what, const char *shown, const char *name, int problem)
{
    error_set(why, "cannot %s %s%s: %s", what, shown, name, strerror(problem));
    if (why)
        why->storage = problem == EROFS || problem == ENOSPC || problem == EDQUOT || problem == EIO;
    return false;
}

/* Makes the directory and those above it that are missing. */
static bool make_directories(const char *dir)
{
    char *path = mem_string(text_of(dir));
    bool made = true;
    for (char *at = path + 1; made && *at; at++)
        if (*at == '/') {
            *at = 0;
            made = mkdir(path, 0700) == 0 || errno == EEXIST;
            *at = '/';
        }
    made = made && (mkdir(path, 0700) == 0 || errno == EEXIST);
    int problem = errno;
    free(path);
    errno = problem;
    return made;
}

static bool open_directory(struct place *p, const char *dir, enum place_hold hold, bool linked,
                           struct error *why)
{
    struct stat facts;
    if (hold == PLACE_HELD && !make_directories(dir))
        return fail(why, "make the state directory", p->shown, "", errno);
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    p->dir_fd = open(dir, linked ? flags : flags | O_NOFOLLOW);
    if (p->dir_fd < 0 && !linked && lstat(dir, &facts) == 0 && S_ISLNK(facts.st_mode))
        return error_set(why, "the state directory %s is a symbolic link; name what it points to",
                         p->shown);
    if (p->dir_fd < 0 || fstat(p->dir_fd, &facts) != 0)
        return fail(why, "open the state directory", p->shown, "", errno);
    /* root may look into what a run that gave its rights up has left */
    if (geteuid() != 0 && facts.st_uid != geteuid() && facts.st_uid != 0)
        return error_set(why, "the state directory %s belongs to another user", p->shown);
    if (facts.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(why, "others may write to the state directory %s; `chmod 700` it",
                         p->shown);
    return true;
}

/* SQLite wants a path without links, and the directory may be renamed under its descriptor later:
 * the lock keeps other processes out all the same. */
static bool name_file(struct place *p, struct error *why)
{
    char link[64], real[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", p->dir_fd);
    ssize_t len = readlink(link, real, sizeof real);
    if (len <= 0 || len == sizeof real)
        return error_set(why, "cannot find the path of the state directory %s", p->shown);
    struct buf path = {0};
    buf_add(&path, text_make(real, (size_t)len));
    buf_str(&path, "/" FILE_NAME);
    buf_byte(&path, 0);
    p->file = path.at;
    return true;
}

static bool refuse_held(const struct place *p, struct error *why)
{
    struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(p->lock_fd, F_GETLK, &held) == 0 && held.l_type != F_UNLCK && held.l_pid > 0)
        return error_set(why, "the state in %s is held by process %ld", p->shown, (long)held.l_pid);
    return error_set(why, "the state in %s is held by another process", p->shown);
}

static bool lock(struct place *p, struct error *why)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    p->lock_fd = openat(p->dir_fd, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (p->lock_fd < 0)
        return fail(why, "make", p->shown, "/" LOCK_NAME, errno);
    if (fcntl(p->lock_fd, F_SETLK, &all) == 0)
        return true;
    if (errno == EACCES || errno == EAGAIN)
        return refuse_held(p, why);
    return error_set(why, "cannot lock %s/" LOCK_NAME ": %s", p->shown, strerror(errno));
}

struct place *place_open(const char *dir, enum place_hold hold, bool linked, struct error *why)
{
    struct place *p = mem_new(1, sizeof *p);
    p->dir = mem_string(text_of(dir));
    p->linked = linked;
    p->shown = mem_string(text_of(safe_str(text_of(dir))));
    p->dir_fd = p->lock_fd = -1;
    if (open_directory(p, dir, hold, linked, why) && name_file(p, why) &&
        (hold == PLACE_LOOKED || lock(p, why)))
        return p;
    place_close(p);
    return NULL;
}

void place_close(struct place *p)
{
    if (!p)
        return;
    if (p->lock_fd >= 0)
        close(p->lock_fd);
    if (p->dir_fd >= 0)
        close(p->dir_fd);
    free(p->file);
    free(p->dir);
    free(p->shown);
    free(p);
}

const char *place_file(const struct place *p)
{
    return p->file;
}

bool place_has_file(const struct place *p)
{
    struct stat facts;
    return fstatat(p->dir_fd, FILE_NAME, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has(const struct place *p, const char *name, struct stat *facts)
{
    return fstatat(p->dir_fd, name, facts, AT_SYMLINK_NOFOLLOW) == 0;
}

bool place_has_log(const struct place *p)
{
    struct stat facts;
    return has(p, FILE_NAME "-wal", &facts) && facts.st_size > 0;
}

bool place_is_fresh(const struct place *p)
{
    struct stat facts;
    return !has(p, FILE_NAME, &facts) ||
           (S_ISREG(facts.st_mode) && facts.st_size == 0 && !place_has_log(p));
}

void place_empty(struct place *p)
{
    static const char *const names[] = {FILE_NAME, FILE_NAME "-wal", FILE_NAME "-journal",
                                        FILE_NAME "-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(p->dir_fd, names[i], 0);
}

void place_remember(struct place *p)
{
    struct stat facts;
    p->known = has(p, FILE_NAME, &facts);
    if (p->known) {
        p->device = facts.st_dev;
        p->inode = facts.st_ino;
    }
}

enum place_fate place_fate(const struct place *p)
{
    struct stat facts;
    if (!p->known)
        return PLACE_SAME;
    if (!has(p, FILE_NAME, &facts))
        return errno == ENOENT ? PLACE_GONE : PLACE_SAME;
    return facts.st_dev == p->device && facts.st_ino == p->inode ? PLACE_SAME : PLACE_OTHER;
}

bool place_clear(struct place **p, struct error *why)
{
    static const char *const names[] = {FILE_NAME "-wal", FILE_NAME "-journal", FILE_NAME "-shm"};
    struct stat facts;
    (*p)->known = false;
    if (fstat((*p)->dir_fd, &facts) == 0 && facts.st_nlink == 0) {
        struct place *again = place_open((*p)->dir, PLACE_HELD, (*p)->linked, why);
        if (!again)
            return false;
        place_close(*p);
        *p = again;
    }
    if (!place_has_file(*p)) /* a log left alone would be taken for that of the next file */
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            unlinkat((*p)->dir_fd, names[i], 0);
    return true;
}

bool place_ready(struct place *p, struct error *why)
{
    struct stat facts;
    int fd =
        openat(p->dir_fd, FILE_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ELOOP)
        return error_set(why, "%s/" FILE_NAME " is a symbolic link", p->shown);
    if (fd < 0 || fstat(fd, &facts) != 0) {
        fail(why, "open", p->shown, "/" FILE_NAME, errno);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool fit = S_ISREG(facts.st_mode) && facts.st_uid == geteuid() && facts.st_nlink == 1;
    if (fit && (facts.st_mode & 077))
        fit = fchmod(fd, 0600) == 0;
    close(fd);
    return fit || error_set(why, "%s/" FILE_NAME " is not a file of ours", p->shown);
}

/* A name that nothing has yet. */
static bool free_name(const struct place *p, int64_t wall_s, char name[PLACE_NAME_SIZE])
{
    struct civil c = time_to_civil(wall_s);
    struct stat facts;
    for (int i = 1; i < NAMES_TRIED; i++) {
        int len = snprintf(name, PLACE_NAME_SIZE, FILE_NAME ".damaged-%04lld%02u%02uT%02u%02u%02uZ",
                           (long long)c.year % 10000, c.month, c.day, c.hour, c.minute, c.second);
        if (i > 1)
            snprintf(name + len, (size_t)(PLACE_NAME_SIZE - len), "-%d", i);
        if (fstatat(p->dir_fd, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
            return true;
    }
    return false;
}

bool place_put_aside(struct place *p, int64_t wall_s, char name[PLACE_NAME_SIZE], struct error *why)
{
    static const char *const tails[] = {"-wal", "-journal"};
    char old[PLACE_NAME_SIZE], new[PLACE_NAME_SIZE + 16];
    if (!free_name(p, wall_s, name))
        return error_set(why, "too many damaged states in %s", p->shown);
    /* The file last: a log left alone would be taken for that of the next file. */
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(old, sizeof old, FILE_NAME "%s", tails[i]);
        snprintf(new, sizeof new, "%s%s", name, tails[i]);
        if (renameat(p->dir_fd, old, p->dir_fd, new) != 0 && errno != ENOENT)
            return error_set(why, "cannot rename %s/%s: %s", p->shown, old, strerror(errno));
    }
    if (renameat(p->dir_fd, FILE_NAME, p->dir_fd, name) != 0)
        return error_set(why, "cannot rename %s/" FILE_NAME ": %s", p->shown, strerror(errno));
    unlinkat(p->dir_fd, FILE_NAME "-shm", 0);
    return true;
}
