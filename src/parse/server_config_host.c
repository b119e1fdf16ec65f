/* The files of this machine. */
#include "parse/server_config_host.h"

#include "base/mem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void config_files_add(struct config_files *f, struct text path)
{
    f->list = mem_grow(f->list, f->count + 1, sizeof *f->list);
    f->list[f->count++] = mem_string(path);
}

void config_files_done(struct config_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->list[i]);
    free(f->list);
    *f = (struct config_files){0};
}

static bool is_there(void *self, const char *path)
{
    (void)self;
    return access(path, F_OK) == 0;
}

static bool is_directory(void *self, const char *path)
{
    struct stat st;
    (void)self;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *real(void *self, const char *path)
{
    (void)self;
    return realpath(path, NULL);
}

static const char *read_all(int fd, size_t most, struct buf *out)
{
    enum { BLOCK = 4096 };
    size_t begin = out->len;
    while (out->len - begin <= most) {
        ssize_t got = read(fd, buf_room(out, BLOCK), BLOCK);
        if (got == 0)
            return NULL;
        if (got < 0 && errno != EINTR)
            return strerror(errno);
        out->len += got > 0 ? (size_t)got : 0;
    }
    return NULL;
}

static const char *read_file(void *self, const char *path, size_t most, struct buf *out)
{
    struct stat st;
    (void)self;
    /* Not blocking, so that a FIFO in a directory of snippets cannot hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return strerror(errno);
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    const char *why = regular ? read_all(fd, most, out) : "not a regular file";
    close(fd);
    return why;
}

static struct config_files find_glob(void *self, const char *pattern)
{
    struct config_files files = {0};
    glob_t found = {0};
    (void)self;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            config_files_add(&files, text_of(found.gl_pathv[i]));
    globfree(&found);
    return files;
}

static int by_name(const struct dirent **x, const struct dirent **y)
{
    return strcmp((*x)->d_name, (*y)->d_name);
}

static bool names(void *self, const char *directory, struct config_files *names)
{
    struct dirent **list = NULL;
    (void)self;
    int count = scandir(directory, &list, NULL, by_name);
    for (int i = 0; i < count; i++) {
        if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0)
            config_files_add(names, text_of(list[i]->d_name));
        free(list[i]);
    }
    free(list);
    return count >= 0;
}

const struct config_host config_host_os = {NULL,      is_there,  is_directory, real,
                                           read_file, find_glob, names};
