/* Files, globs and words for the readers of server configuration. */
#include "base/mem.h"
#include "base/safe.h"
#include "parse/server_config_build.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool config_error(struct error *why, struct config_place at, const char *format, ...)
{
    char said[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(said, sizeof said, format, arguments);
    va_end(arguments);
    if (at.line == 0) {
        return error_set(why, "%s", said); /* what was said names the file itself */
    }
    return error_set(why, "%s:%u: %s", safe_str(text_of(at.file)), at.line, said);
}

void words_clear(struct words *w)
{
    buf_clear(&w->bytes);
    w->count = 0;
}

void words_done(struct words *w)
{
    buf_done(&w->bytes);
    free(w->list);
    *w = (struct words){0};
}

void words_open(struct words *w)
{
    if (w->count == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 16;
        w->list = mem_grow(w->list, w->cap, sizeof *w->list);
    }
    w->list[w->count++] = (struct word){w->bytes.len, 0};
}

void words_shut(struct words *w)
{
    struct word *last = &w->list[w->count - 1];
    last->len = w->bytes.len - last->at;
    buf_byte(&w->bytes, '\0');
}

struct text words_at(const struct words *w, size_t index)
{
    if (index >= w->count) {
        return TEXT("");
    }
    return text_make(w->bytes.at + w->list[index].at, w->list[index].len);
}

/* Reads to the end; false with errno. */
static bool read_all(int fd, struct buf *out)
{
    enum { BLOCK = 4096 };
    for (;;) {
        char *room = buf_room(out, BLOCK);
        ssize_t got = read(fd, room, BLOCK);
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return false;
        }
        out->len += got > 0 ? (size_t)got : 0;
        if (out->len > CONFIG_BYTES) {
            errno = EFBIG;
            return false;
        }
    }
}

bool config_slurp(struct config_build *b, struct config_place at, const char *path, struct buf *out,
                  struct error *why)
{
    if (++b->files > CONFIG_FILES) {
        return config_error(why, at, "more than %d files are included", CONFIG_FILES);
    }
    /* Not blocking, so that a FIFO in a directory of snippets cannot hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return config_error(why, at, "cannot read %s: %s", safe_str(text_of(path)),
                            strerror(errno));
    }
    struct stat st;
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!good) {
        config_error(why, at, "cannot read %s: not a regular file", safe_str(text_of(path)));
    } else if (!read_all(fd, out)) {
        good =
            config_error(why, at, "cannot read %s: %s", safe_str(text_of(path)), strerror(errno));
    }
    close(fd);
    return good;
}

char *config_absolute(const char *dir, struct text path)
{
    if (path.len > 0 && path.at[0] == '/') {
        return mem_string(path);
    }
    struct buf joined = {0};
    buf_str(&joined, dir);
    if (joined.len == 0 || joined.at[joined.len - 1] != '/') {
        buf_byte(&joined, '/');
    }
    buf_add(&joined, path);
    char *result = mem_string(buf_text(&joined));
    buf_done(&joined);
    return result;
}

/* Where the last component of a path begins, trailing slashes not counted. */
static size_t last_component(struct text path)
{
    size_t at = path.len;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    return at;
}

char *config_directory(const char *file)
{
    char *real = realpath(file, NULL);
    struct text path = text_of(real ? real : file);
    size_t at = last_component(path);
    char *dir =
        at == 0 ? mem_string(TEXT(".")) : mem_string(text_cut(path, 0, at > 1 ? at - 1 : 1));
    free(real);
    return dir;
}

char *config_prefix(const char *file)
{
    char *dir = config_directory(file);
    struct text path = text_of(dir);
    size_t at = last_component(path);
    if (at > 1 && text_same(text_cut(path, at, path.len), TEXT("conf"))) {
        dir[at - 1] = '\0';
    }
    return dir;
}

bool config_is_glob(struct text path)
{
    return text_find(path, '*', 0) < path.len || text_find(path, '?', 0) < path.len ||
           text_find(path, '[', 0) < path.len;
}

struct config_files config_glob(const char *pattern)
{
    struct config_files files = {0};
    glob_t found = {0};
    if (!config_is_glob(text_of(pattern))) {
        files.list = mem_new(1, sizeof *files.list);
        files.list[files.count++] = mem_string(text_of(pattern));
        return files;
    }
    if (glob(pattern, 0, NULL, &found) == 0) {
        files.list = mem_new(found.gl_pathc, sizeof *files.list);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            files.list[files.count++] = mem_string(text_of(found.gl_pathv[i]));
        }
    }
    globfree(&found);
    return files;
}

void config_files_done(struct config_files *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->list[i]);
    }
    free(f->list);
    *f = (struct config_files){0};
}
