#include "source/siblings.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/paths.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS = 8, NUMBER_DIGITS = 5, DATE_DIGITS = 6 };

static const struct {
    const char *suffix;
    bool readable;
} packers[] = {{".gz", true},   {".zst", true},   {".bz2", false}, {".xz", false}, {".Z", false},
               {".lz4", false}, {".lzma", false}, {".zip", false}, {".br", false}};

/* Takes the suffix of a packer off. False when there is none. */
static bool unpacked_name(struct text *name, bool *readable)
{
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        struct text suffix = text_of(packers[i].suffix);
        if (text_ends(*name, suffix)) {
            name->len -= suffix.len;
            *readable = packers[i].readable;
            return true;
        }
    }
    return false;
}

bool sibling_is_packed(const char *name)
{
    struct text text = text_of(name);
    bool readable;
    return unpacked_name(&text, &readable);
}

/* What a rotation put between the separator and the end. */
static enum sibling_kind kind_of_mark(struct text mark)
{
    static const struct text others[] = {{"old", 3}, {"prev", 4}, {"previous", 8}};
    size_t digits = 0, odd = 0;
    for (size_t i = 0; i < mark.len; i++) {
        if (isdigit((unsigned char)mark.at[i]))
            digits++;
        else if (!strchr("-_.:T", mark.at[i]))
            odd++;
    }
    if (digits && digits == mark.len && digits <= NUMBER_DIGITS)
        return SIBLING_NUMBERED;
    if (digits >= DATE_DIGITS && !odd && isdigit((unsigned char)mark.at[0]))
        return SIBLING_DATED;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_same(mark, others[i]))
            return SIBLING_OTHER;
    return SIBLING_NONE;
}

static enum sibling_kind kind_between(struct text name, size_t from, size_t to, const char **mark)
{
    if (to <= from + 1 || !strchr(".-_", name.at[from]))
        return SIBLING_NONE;
    *mark = name.at + from + 1;
    return kind_of_mark(text_cut(name, from + 1, to));
}

enum sibling_kind sibling_kind_of(const char *log, const char *name, const char **mark,
                                  bool *compressed)
{
    struct text base = text_of(log), rest = text_of(name);
    const char *dot = strrchr(log, '.');
    bool readable;
    if (strncmp(log, name, dot ? (size_t)(dot - log) : base.len) != 0)
        return SIBLING_NONE; /* most of them */
    *compressed = unpacked_name(&rest, &readable);
    if (text_starts(rest, base))
        return kind_between(rest, base.len, rest.len, mark);
    if (!dot || dot == log)
        return SIBLING_NONE;
    struct text stem = text_make(log, (size_t)(dot - log)), ending = text_of(dot);
    if (rest.len <= base.len || !text_starts(rest, stem) || !text_ends(rest, ending))
        return SIBLING_NONE;
    return kind_between(rest, stem.len, rest.len - ending.len, mark);
}

/* Rotation puts something behind the log's name, or before its ending. */
bool sibling_of_any(const char *name, bool (*is_log)(void *ctx, const char *log), void *ctx)
{
    struct text rest = text_of(name);
    bool readable, found = false;
    unpacked_name(&rest, &readable);
    char *log = mem_new(rest.len + 1, 1);
    const char *ending = memrchr(rest.at, '.', rest.len);
    for (size_t i = 1; i < rest.len && !found; i++) {
        if (!strchr(".-_", rest.at[i]))
            continue;
        snprintf(log, rest.len + 1, "%.*s", (int)i, rest.at);
        found = is_log(ctx, log);
        if (found || !ending || ending <= rest.at + i)
            continue;
        size_t len = rest.len - (size_t)(ending - rest.at);
        snprintf(log + i, rest.len + 1 - i, "%.*s", (int)len, ending);
        found = is_log(ctx, log);
    }
    free(log);
    return found;
}

/* ---- Looking at a directory ------------------------------------------------------------- */

struct look {
    const struct os *os;
    const char *dir;
    const char *log;                /* name of the log in it */
    struct siblings *found;         /* either: the siblings */
    const struct file_identity *id; /* or: the path of this file */
    struct siblings_names *names;   /* known ones; NULL: read anew */
    char *path;
    bool moved;  /* a name was gone when it was looked at */
    int problem; /* errno */
};

/* True when the file is there and regular. */
static bool facts_of(struct look *l, const char *path, struct file_facts *facts)
{
    if (l->os->facts_at(l->os->self, path, facts) == 0)
        return facts->regular;
    if (errno == ENOENT || errno == ENOTDIR)
        l->moved = true;
    else if (errno != ELOOP)
        l->problem = errno;
    return false;
}

static bool each_name(void *ctx, const char *name)
{
    struct look *l = ctx;
    const char *mark = NULL;
    bool packed = false, readable = false;
    enum sibling_kind kind = SIBLING_NONE;
    struct text plain = text_of(name);
    if (l->found) {
        kind = sibling_kind_of(l->log, name, &mark, &packed);
        if (kind == SIBLING_NONE || (unpacked_name(&plain, &readable) && !readable))
            return true;
    }
    struct file_facts facts;
    char *path = path_join(l->dir, name);
    if (!facts_of(l, path, &facts) || (l->id && !identity_same(l->id, &facts.id))) {
        free(path);
        return l->problem == 0;
    }
    if (l->id) {
        l->path = path;
        return false;
    }
    struct siblings *s = l->found;
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->at = mem_grow(s->at, s->room, sizeof *s->at);
    }
    size_t skip = strlen(path) - strlen(name) + (size_t)(mark - name);
    s->at[s->count++] = (struct sibling){path, path + skip, kind, packed, facts};
    return true;
}

static void forget(struct siblings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->at[i].path);
    s->count = 0;
}

void siblings_names_done(struct siblings_names *n)
{
    free(n->dir);
    buf_done(&n->names);
    *n = (struct siblings_names){0};
}

static bool keep_name(void *ctx, const char *name)
{
    struct siblings_names *n = ctx;
    buf_add(&n->names, text_make(name, strlen(name) + 1));
    return true;
}

static int list_names(struct look *l, const char *dir)
{
    struct siblings_names *n = l->names;
    if (!n)
        return l->os->list(l->os->self, dir, each_name, l);
    if (!n->dir || strcmp(n->dir, dir) != 0) {
        siblings_names_done(n);
        if (l->os->list(l->os->self, dir, keep_name, n) != 0) {
            buf_clear(&n->names);
            return -1;
        }
        n->dir = mem_string(text_of(dir));
    }
    for (size_t at = 0; at < n->names.len; at += strlen(n->names.at + at) + 1)
        if (!each_name(l, n->names.at + at))
            break;
    return 0;
}

/* Looks at the directory that `path` lies in. A directory that is not there has no files. */
static int look_beside(struct look *l, const char *path)
{
    char *dir = path_directory(path);
    l->dir = dir;
    l->log = path_name(path);
    if (list_names(l, dir) != 0 && !l->path && errno != ENOENT && errno != ENOTDIR)
        l->problem = errno;
    free(dir);
    errno = l->problem;
    return l->problem ? -1 : 0;
}

/* Looks beside the path and, when it is a link, beside what it leads to. */
static int look_around(struct look *l, const char *path)
{
    char target[PATH_MAX];
    if (look_beside(l, path) != 0 || l->path)
        return l->problem ? -1 : 0;
    if (l->os->resolve(l->os->self, path, target, sizeof target) != 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    char *here = path_directory(path), *there = path_directory(target);
    char real_here[PATH_MAX];
    bool other = l->os->resolve(l->os->self, here, real_here, sizeof real_here) != 0 ||
                 strcmp(real_here, there) != 0 || strcmp(path_name(path), path_name(target)) != 0;
    free(here);
    free(there);
    return other ? look_beside(l, target) : 0;
}

static int newest_last(const void *a, const void *b)
{
    const struct sibling *x = a, *y = b;
    if (sibling_older(x, y))
        return -1;
    return sibling_older(y, x) ? 1 : strcmp(x->path, y->path);
}

static bool same_siblings(const struct siblings *a, const struct siblings *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->at[i].path, b->at[i].path) == 0 &&
               identity_same(&a->at[i].facts.id, &b->at[i].facts.id);
    return same;
}

/* Files that are renamed one after the other while their names are read can be missed, or be seen
 * under the name of another: only what two looks in a row find alike is what is there. */
int siblings_list(struct siblings *s, const struct os *os, const char *path)
{
    return siblings_list_known(s, os, path, NULL);
}

int siblings_list_known(struct siblings *s, const struct os *os, const char *path,
                        struct siblings_names *names)
{
    struct siblings before = {0};
    *s = (struct siblings){0};
    for (int looks = 1;; looks++) {
        struct look l = {.os = os, .found = s, .names = names};
        if (look_around(&l, path) != 0) {
            int problem = errno;
            siblings_done(s);
            siblings_done(&before);
            errno = problem;
            return -1;
        }
        if (s->count > 1)
            qsort(s->at, s->count, sizeof *s->at, newest_last);
        bool still = !l.moved && looks > 1 && same_siblings(s, &before);
        if (still || looks == LOOKS) /* a dangling link is gone at every look */
            break;
        forget(&before);
        struct siblings swap = before;
        before = *s;
        *s = swap;
    }
    siblings_done(&before);
    return 0;
}

void siblings_done(struct siblings *s)
{
    forget(s);
    free(s->at);
    *s = (struct siblings){0};
}

bool sibling_older(const struct sibling *a, const struct sibling *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind;
    if (a->kind == SIBLING_NUMBERED)
        return strtoul(a->mark, NULL, 10) > strtoul(b->mark, NULL, 10);
    if (a->kind == SIBLING_DATED) {
        size_t x = strspn(a->mark, "0123456789-_.:T"), y = strspn(b->mark, "0123456789-_.:T");
        int order = strncmp(a->mark, b->mark, x < y ? x : y);
        return order ? order < 0 : x < y;
    }
    return a->facts.modified_ns < b->facts.modified_ns;
}

char *siblings_find(const struct os *os, const char *path, const struct file_identity *id)
{
    struct look l;
    for (int looks = 1;; looks++) {
        l = (struct look){.os = os, .id = id};
        if (look_around(&l, path) != 0)
            return NULL;
        if (l.path || looks == LOOKS || (!l.moved && looks > 1))
            break;
    }
    if (!l.path)
        errno = ENOENT;
    return l.path;
}
