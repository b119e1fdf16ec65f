#include "source/globs.h"

#include "base/mem.h"
#include "source/paths.h"
#include "source/siblings.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct names {
    char **at;
    size_t count, room;
};

struct listing {
    const char *dir;
    const char *pattern;
    struct names *found;
};

static void names_add(struct names *n, char *name)
{
    if (n->count == n->room) {
        n->room = n->room ? n->room * 2 : 16;
        n->at = mem_grow(n->at, n->room, sizeof(char *));
    }
    n->at[n->count++] = name;
}

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->at[i]);
    free(n->at);
    *n = (struct names){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void globs_init(struct globs *g, const char *pattern)
{
    *g = (struct globs){.pattern = mem_string(text_of(pattern)), .look = true};
}

static void drop_dirs(struct globs *g, struct shared *shared)
{
    for (size_t i = 0; i < g->dir_count; i++) {
        watcher_drop(&shared->watcher, &g->dirs[i].watch);
        free(g->dirs[i].path);
    }
    free(g->dirs);
    g->dirs = NULL;
    g->dir_count = 0;
}

void globs_done(struct globs *g, struct shared *shared)
{
    drop_dirs(g, shared);
    free(g->pattern);
}

static bool match_name(void *ctx, const char *name)
{
    struct listing *l = ctx;
    if (fnmatch(l->pattern, name, FNM_PERIOD) == 0)
        names_add(l->found, path_join(l->dir, name));
    return true;
}

/* The paths under the directories that match one part. */
static bool expand(const struct os *os, const struct names *dirs, const char *part,
                   struct names *found)
{
    for (size_t i = 0; i < dirs->count; i++) {
        if (!path_is_glob(part)) {
            names_add(found, path_join(dirs->at[i], part));
            continue;
        }
        struct listing l = {dirs->at[i], part, found};
        if (os->list(os->self, dirs->at[i], match_name, &l) != 0 && errno != ENOENT &&
            errno != ENOTDIR)
            return false;
    }
    return true;
}

/* Watches the directories that the last part is looked for in; the new ones before the old ones are
 * dropped, so that those in both stay watched. */
static void watch_dirs(struct globs *g, struct shared *shared, const struct names *dirs)
{
    struct globs_dir *now = mem_new(dirs->count, sizeof *now);
    for (size_t i = 0; i < dirs->count; i++) {
        now[i] = (struct globs_dir){mem_string(text_of(dirs->at[i])), -1};
        watcher_directory(&shared->watcher, now[i].path, &now[i].watch);
    }
    drop_dirs(g, shared);
    g->dirs = now;
    g->dir_count = dirs->count;
}

bool globs_is_rotated(const char *log, const char *name)
{
    const char *mark = NULL;
    bool packed = false;
    enum sibling_kind kind = sibling_kind_of(log, name, &mark, &packed);
    if (kind == SIBLING_NONE)
        return false;
    return packed || kind == SIBLING_DATED || strncmp(name, log, strlen(log)) == 0;
}

struct rotated {
    const char *path;
    bool (*is_there)(const void *ctx, const char *path);
    const void *ctx;
};

/* The log lies in the directory of what rotation made of it. */
static bool is_its_log(void *ctx, const char *log)
{
    const struct rotated *r = ctx;
    const char *name = path_name(r->path);
    if (!globs_is_rotated(log, name))
        return false;
    size_t dir = (size_t)(name - r->path), len = strlen(log);
    char *path = mem_grow(NULL, dir + len + 1, 1);
    memcpy(path, r->path, dir);
    memcpy(path + dir, log, len + 1);
    bool there = r->is_there(r->ctx, path);
    free(path);
    return there;
}

bool globs_left_by_rotation(const char *path, bool (*is_there)(const void *ctx, const char *path),
                            const void *ctx)
{
    struct rotated r = {path, is_there, ctx};
    return sibling_of_any(path_name(path), is_its_log, &r);
}

static bool is_found(const void *ctx, const char *path)
{
    const struct names *found = ctx;
    return bsearch(&path, found->at, found->count, sizeof(char *), by_name) != NULL;
}

static bool wanted(const struct names *found, size_t i)
{
    return !sibling_is_packed(path_name(found->at[i])) &&
           !globs_left_by_rotation(found->at[i], is_found, found);
}

bool globs_match(struct globs *g, struct shared *shared, void (*each)(void *ctx, const char *path),
                 void *ctx)
{
    struct names dirs = {0}, found = {0};
    char *pattern = mem_string(text_of(g->pattern)), *rest = pattern;
    bool whole = true;
    g->look = false;
    names_add(&found, mem_string(*pattern == '/' ? TEXT("/") : TEXT("")));
    for (char *part; whole && (part = strsep(&rest, "/"));) {
        if (!*part)
            continue;
        names_done(&dirs);
        dirs = found;
        found = (struct names){0};
        if (dirs.count == 1 && !dirs.at[0][0]) { /* relative: the first part has no directory */
            free(dirs.at[0]);
            dirs.at[0] = mem_string(path_is_glob(part) ? TEXT(".") : TEXT(""));
        }
        if (!rest)
            watch_dirs(g, shared, &dirs);
        whole = expand(shared->os, &dirs, part, &found);
    }
    int problem = errno;
    if (found.count > 1)
        qsort(found.at, found.count, sizeof(char *), by_name);
    for (size_t i = 0; i < found.count; i++)
        if (wanted(&found, i))
            each(ctx, found.at[i]);
    free(pattern);
    names_done(&dirs);
    names_done(&found);
    errno = problem;
    return whole;
}

void globs_event(struct globs *g, const struct os_event *e)
{
    for (size_t i = 0; i < g->dir_count; i++)
        if (g->dirs[i].watch == e->watch)
            g->look = true;
}
