/* Files, paths and words for the readers of server configuration. */
#include "base/mem.h"
#include "base/safe.h"
#include "parse/server_config_build.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

bool config_slurp(struct config_build *b, struct config_place at, const char *path, struct buf *out,
                  struct error *why)
{
    if (++b->files > CONFIG_FILES) {
        return config_error(why, at, "more than %d files are included", CONFIG_FILES);
    }
    size_t begin = out->len;
    const char *reason = b->host->read(b->host->self, path, CONFIG_BYTES - b->bytes, out);
    if (reason != NULL) {
        return config_error(why, at, "cannot read %s: %s", safe_str(text_of(path)), reason);
    }
    b->bytes += out->len - begin;
    return b->bytes <= CONFIG_BYTES ||
           config_error(why, at, "cannot read %s: with it there are more than %d MiB",
                        safe_str(text_of(path)), CONFIG_BYTES / (1024 * 1024));
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

char *config_directory(const struct config_host *host, const char *file)
{
    char *real = host->real(host->self, file);
    struct text path = text_of(real ? real : file);
    size_t at = last_component(path);
    char *dir =
        at == 0 ? mem_string(TEXT(".")) : mem_string(text_cut(path, 0, at > 1 ? at - 1 : 1));
    free(real);
    return dir;
}

char *config_prefix(const struct config_host *host, const char *file)
{
    char *dir = config_directory(host, file);
    struct text path = text_of(dir);
    size_t at = last_component(path);
    if (at > 1 && text_same(text_cut(path, at, path.len), TEXT("conf"))) {
        dir[at - 1] = '\0';
    }
    return dir;
}

struct config_files config_glob(const struct config_host *host, const char *pattern)
{
    struct config_files files = {0};
    if (pattern[strcspn(pattern, "*?[")] != '\0') {
        return host->glob(host->self, pattern);
    }
    config_files_add(&files, text_of(pattern));
    return files;
}
