#include "source/sources.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/safe.h"
#include "source/paths.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is named ---------------------------------------------------------------------- */

static uint32_t add_source(struct sources *s, struct track *k)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 8;
        s->tracks = mem_grow(s->tracks, s->room, sizeof(struct track *));
    }
    s->tracks[s->count] = k;
    return (uint32_t)s->count++;
}

static bool is_followed(const struct sources *s, const char *path)
{
    return counts_of(&s->paths, hash_text(text_of(path))) > 0;
}

/* The source that had this path before, or the one that is vacant for the longest. The path it had
 * outlives OLD_PATHS more such changes, each of which is told: whoever takes batches in order, and
 * fewer than that at a time, still finds it. */
static uint32_t reuse(struct sources *s, const char *path)
{
    size_t at = 0;
    while (at < s->vacant_count && strcmp(s->vacant[at].path, path) != 0)
        at++;
    if (at == s->vacant_count)
        at = 0;
    struct vacancy taken = s->vacant[at];
    memmove(s->vacant + at, s->vacant + at + 1, (--s->vacant_count - at) * sizeof *s->vacant);
    char **old = &s->old_paths[s->old_count++ % OLD_PATHS];
    s->reused++;
    free(*old);
    *old = taken.path;
    return taken.source;
}

static struct track *add_track(struct sources *s, const char *path)
{
    /* At once all paths could change: those in use must not push each other out. */
    bool vacant = s->vacant_count > 0 && (s->started || s->reused < OLD_PATHS / 2);
    uint32_t source = vacant ? reuse(s, path) : add_source(s, NULL);
    struct track *k = track_new(&s->shared, source, path);
    s->tracks[source] = k;
    counts_add(&s->paths, hash_text(text_of(path)));
    return k;
}

static void add_found(struct sources *s, const char *path)
{
    if (is_followed(s, path))
        return;
    struct track *k = add_track(s, path);
    k->begun = s->started;
    k->matched = true;
}

static bool is_followed_here(const void *sources, const char *path)
{
    return is_followed(sources, path);
}

/* Of what a pattern matches, only logs that nobody reads yet under another name. */
static void add_match(void *ctx, const char *path)
{
    struct sources *s = ctx;
    const struct os *os = s->shared.os;
    struct file_facts facts;
    if (is_followed(s, path))
        return;
    if (os->facts_at(os->self, path, &facts) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return; /* only a part of the pattern matched */
    } else if (!facts.regular || counts_of(&s->shared.held, shared_key(&facts.id)) > 0 ||
               shared_left_rotated(&s->shared, &facts.id)) {
        return;
    }
    /* What is beside a log that we follow is not a log of its own when rotation made it. */
    if (!s->started || !globs_left_by_rotation(path, is_followed_here, s))
        add_found(s, path);
}

static void match(struct sources *s, bool all)
{
    for (size_t i = 0; i < s->glob_count; i++)
        if (all || s->globs[i].look)
            globs_match(&s->globs[i], &s->shared, add_match, s);
}

static bool check_file(const struct os *os, const char *path, struct error *why)
{
    struct file_facts facts;
    if (os->facts_at(os->self, path, &facts) != 0 || facts.regular)
        return true; /* what is not there or not readable is waited for */
    return error_set(why, "%s is %s; logs are regular files", safe_str(text_of(path)),
                     facts.directory ? "a directory" : "a pipe, socket or device");
}

static bool check_named(const struct os *os, const char *path, struct error *why)
{
    struct file_facts facts;
    size_t len = strlen(path);
    if (len == 0)
        return error_set(why, "an empty file name");
    if (strcmp(path, "-") == 0)
        return true;
    if (!path_is_glob(path) || os->facts_at(os->self, path, &facts) == 0)
        return check_file(os, path, why);
    if (path[len - 1] == '/')
        return error_set(why, "%s names directories; logs are regular files",
                         safe_str(text_of(path)));
    return true;
}

bool sources_check(const struct os *os, const struct follow_options *o, struct error *why)
{
    for (size_t i = 0; i < o->path_count; i++)
        if (!check_named(os, o->paths[i], why))
            return false;
    return o->path_count > 0 || error_set(why, "no file to follow");
}

static void add_glob(struct sources *s, const char *pattern)
{
    for (size_t i = 0; i < s->glob_count; i++)
        if (strcmp(s->globs[i].pattern, pattern) == 0)
            return;
    s->globs = mem_grow(s->globs, s->glob_count + 1, sizeof *s->globs);
    globs_init(&s->globs[s->glob_count++], pattern);
}

void sources_name(struct sources *s, const char *path)
{
    const struct os *os = s->shared.os;
    struct file_facts facts;
    if (strcmp(path, "-") == 0) {
        if (!s->input.wanted) {
            input_want(&s->input, os, add_source(s, NULL));
            shared_tell(&s->shared, s->input.source, NOTICE_OPENED, "standard input");
        }
    } else if (path_is_glob(path) && os->facts_at(os->self, path, &facts) != 0) {
        add_glob(s, path);
    } else if (!is_followed(s, path)) {
        add_track(s, path);
    }
}

/* Logs that a state knows and a pattern names, even when they are not there at the moment: the rest
 * of them may have been rotated away. */
static void add_resumed(struct sources *s, const struct follow_options *o)
{
    for (size_t i = 0; i < o->resume_count; i++)
        for (size_t j = 0; j < s->glob_count && !follow_resume_is_blank(&o->resume[i]); j++)
            if (fnmatch(s->globs[j].pattern, o->resume[i].path, FNM_PATHNAME | FNM_PERIOD) == 0)
                add_found(s, o->resume[i].path);
}

void sources_match_all(struct sources *s)
{
    match(s, true);
    bool any = s->input.wanted;
    for (size_t i = 0; i < s->count && !any; i++)
        any = s->tracks[i];
    if (!any)
        shared_tell(&s->shared, 0, NOTICE_WAITING, "%s", safe_str(text_of(s->globs[0].pattern)));
}

void sources_add(struct sources *s, const struct follow_options *o)
{
    for (size_t i = 0; i < o->path_count; i++)
        sources_name(s, o->paths[i]);
    add_resumed(s, o);
    sources_match_all(s);
}

void sources_init(struct sources *s, const struct os *os)
{
    *s = (struct sources){0};
    shared_init(&s->shared, os);
    input_init(&s->input);
}

void sources_done(struct sources *s)
{
    for (size_t i = 0; i < s->count; i++)
        track_free(s->tracks[i]);
    for (size_t i = 0; i < s->glob_count; i++)
        globs_done(&s->globs[i], &s->shared);
    input_done(&s->input);
    shared_done(&s->shared);
    counts_done(&s->paths);
    for (size_t i = 0; i < s->vacant_count; i++)
        free(s->vacant[i].path);
    for (size_t i = 0; i < OLD_PATHS; i++)
        free(s->old_paths[i]);
    free(s->vacant);
    free(s->tracks);
    free(s->globs);
}

/* ---- What happens to them --------------------------------------------------------------- */

static void on_event(void *ctx, const struct os_event *e)
{
    struct sources *s = ctx;
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i])
            track_event(s->tracks[i], e);
    for (size_t i = 0; i < s->glob_count; i++)
        globs_event(&s->globs[i], e);
}

void sources_events(struct sources *s)
{
    if (!watcher_events(&s->shared.watcher, on_event, s))
        sources_doubt(s);
}

void sources_doubt(struct sources *s)
{
    match(s, true);
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i])
            track_doubt(s->tracks[i]);
}

void sources_match(struct sources *s)
{
    match(s, false);
}

void sources_vacate(struct sources *s, struct track *k)
{
    if (s->vacant_count == s->vacant_room) {
        s->vacant_room = s->vacant_room ? s->vacant_room * 2 : 8;
        s->vacant = mem_grow(s->vacant, s->vacant_room, sizeof *s->vacant);
    }
    s->vacant[s->vacant_count++] = (struct vacancy){k->source, k->path};
    counts_drop(&s->paths, hash_text(text_of(k->path)));
    k->path = NULL; /* batches on their way name it */
    s->tracks[k->source] = NULL;
    track_free(k);
}

void sources_retire(struct sources *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i] && track_is_over(s->tracks[i]))
            sources_vacate(s, s->tracks[i]);
}

const char *sources_path(const struct sources *s, uint32_t source)
{
    if (s->tracks[source])
        return s->tracks[source]->path;
    for (size_t i = 0; i < s->vacant_count; i++)
        if (s->vacant[i].source == source)
            return s->vacant[i].path;
    return NULL;
}

bool sources_polled(struct sources *s, int every_ms)
{
    int problem = s->shared.watcher.problem;
    bool polled = false;
    for (size_t i = 0; i < s->count && !polled; i++)
        polled = s->tracks[i] && track_is_polled(s->tracks[i]);
    if (polled && !s->polling_told) {
        shared_tell(&s->shared, 0, NOTICE_POLLING, "files are looked at every %d ms: %s%s", every_ms,
                    problem ? strerror(problem) : "their file system tells of no changes",
                    problem == ENOSPC   ? ", no watch is left (sysctl fs.inotify.max_user_watches)"
                    : problem == EMFILE ? ", no instance is left (sysctl fs.inotify.max_user_instances)"
                                        : "");
        s->polling_told = true;
    }
    return polled;
}

bool sources_busy(const struct sources *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->tracks[i] && track_busy(s->tracks[i]))
            return true;
    return s->input.ready;
}

int64_t sources_next_ns(const struct sources *s)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < s->count; i++) {
        int64_t wish = s->tracks[i] ? track_next_ns(s->tracks[i]) : INT64_MAX;
        if (wish < next)
            next = wish;
    }
    return next;
}
