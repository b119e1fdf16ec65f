#include "lib/config_files.h"

#include "base/mem.h"
#include <fnmatch.h>

static const char *const paths[CONFIG_FILES_MADE] = {
    CONFIG_FILES_MAIN, "/etc/conf/b", "/etc/conf/envvars", "/etc/conf/d", "/etc/conf/e",
    "/etc/conf/f",     "/etc/conf/g", "/etc/conf/h",       "/etc/conf/i", "/etc/conf/j",
    "/etc/conf/k",     "/etc/conf/l", "/etc/conf/m",       "/etc/conf/n", "/etc/conf/o",
    "/etc/conf/p",     "/etc/conf/q", "/etc/conf/r",       "/etc/conf/s", "/etc/conf/t",
    "/etc/conf/u",     "/etc/conf/v", "/etc/conf/w",       "/etc/conf/x", "/etc/conf/y",
    "/etc/conf/z"};

/* The path without what changes nothing: slashes at its end. */
static struct text plain(const char *path)
{
    struct text t = text_of(path);
    while (t.len > 1 && t.at[t.len - 1] == '/')
        t.len--;
    return t;
}

static unsigned find(const struct config_memory *m, const char *path)
{
    unsigned i = 0;
    while (i < m->count && strcmp(paths[i], path) != 0)
        i++;
    return i;
}

static bool is_directory(void *self, const char *path)
{
    (void)self;
    struct text t = plain(path);
    return text_same(t, TEXT("/etc/conf")) || text_same(t, TEXT("/etc")) || text_same(t, TEXT("/"));
}

static bool is_there(void *self, const char *path)
{
    return is_directory(self, path) || find(self, path) < ((struct config_memory *)self)->count;
}

static char *real(void *self, const char *path)
{
    return is_there(self, path) ? mem_string(plain(path)) : NULL;
}

static const char *read_file(void *self, const char *path, size_t most, struct buf *out)
{
    struct config_memory *m = self;
    unsigned at = find(m, path);
    m->reads++;
    if (at == m->count)
        return is_directory(self, path) ? "not a regular file" : "no such file";
    buf_add(out, text_cut(m->files[at], 0, most + 1));
    return NULL;
}

static struct config_files find_glob(void *self, const char *pattern)
{
    const struct config_memory *m = self;
    struct config_files files = {0};
    for (unsigned i = 0; i < m->count; i++)
        if (fnmatch(pattern, paths[i], FNM_PATHNAME | FNM_PERIOD) == 0)
            config_files_add(&files, text_of(paths[i]));
    return files;
}

static bool names(void *self, const char *directory, struct config_files *names)
{
    const struct config_memory *m = self;
    struct text t = plain(directory);
    if (!is_directory(self, directory))
        return false;
    if (text_same(t, TEXT("/etc")))
        config_files_add(names, TEXT("conf"));
    else if (text_same(t, TEXT("/")))
        config_files_add(names, TEXT("etc"));
    else
        for (unsigned i = 0; i < m->count; i++)
            config_files_add(names, text_of(paths[i] + sizeof "/etc/conf"));
    return true;
}

void config_memory_init(struct config_memory *m, struct text bytes)
{
    *m = (struct config_memory){
        .host = {m, is_there, is_directory, real, read_file, find_glob, names}};
    while (m->count < CONFIG_FILES_MADE && text_split(&bytes, '\x1e', &m->files[m->count]))
        m->count++;
}
