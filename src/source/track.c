#include "source/track.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/safe.h"
#include "source/paths.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_PAUSE   (5 * NS_PER_MS)
#define LONGEST_PAUSE (5 * NS_PER_S)
#define MISSING_PAUSE (1 * NS_PER_S) /* shorter absences are rotations: not worth a notice */

struct track *track_new(struct shared *shared, uint32_t source, const char *path)
{
    struct track *k = mem_new(1, sizeof *k);
    *k = (struct track){.shared = shared, .source = source, .look = true};
    k->dir_watch = k->parent_watch = -1;
    k->path = mem_string(text_of(path));
    k->safe = mem_string(text_of(safe_str(text_of(path))));
    k->dir = path_directory(path);
    k->parent = path_directory(k->dir);
    return k;
}

void track_free(struct track *k)
{
    if (!k)
        return;
    while (k->count)
        track_remove(k, k->tails[0]);
    watcher_drop(&k->shared->watcher, &k->dir_watch);
    watcher_drop(&k->shared->watcher, &k->parent_watch);
    free(k->tails);
    free(k->seen);
    free(k->gone);
    free(k->path);
    free(k->safe);
    free(k->dir);
    free(k->parent);
    free(k);
}

/* ---- The list of tails ------------------------------------------------------------------ */

void track_insert(struct track *k, size_t at, struct tail *t)
{
    if (k->count == k->room) {
        k->room = k->room ? k->room * 2 : 4;
        k->tails = mem_grow(k->tails, k->room, sizeof(struct tail *));
    }
    memmove(k->tails + at + 1, k->tails + at, (k->count - at) * sizeof(struct tail *));
    k->tails[at] = t;
    k->count++;
    counts_add(&k->shared->held, shared_key(&t->file));
    t->changed_ns = shared_now(k->shared);
    if (t->role == TAIL_CURRENT || t->role == TAIL_OLD)
        track_watch(k, t);
}

void track_watch(struct track *k, struct tail *t)
{
    const struct os *os = k->shared->os;
    bool watched = watcher_file(&k->shared->watcher, t->fd, &t->watch);
    t->remote = t->remote || os->remote(os->self, t->fd);
    t->polled = !watched || t->remote;
}

void track_remove(struct track *k, struct tail *t)
{
    size_t at = 0;
    while (k->tails[at] != t)
        at++;
    memmove(k->tails + at, k->tails + at + 1, (--k->count - at) * sizeof(struct tail *));
    if (k->current == t)
        k->current = NULL;
    watcher_drop(&k->shared->watcher, &t->watch);
    counts_drop(&k->shared->held, shared_key(&t->file));
    tail_close(t);
}

static struct tail *old_of(const struct track *k, const struct file_identity *id)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->tails[i]->role == TAIL_OLD && identity_same(&k->tails[i]->file, id))
            return k->tails[i];
    return NULL;
}

bool track_holds(const struct track *k, const struct file_identity *id)
{
    for (size_t i = 0; i < k->count; i++)
        if (identity_same(&k->tails[i]->file, id))
            return true;
    return false;
}

bool track_held_elsewhere(const struct track *k, const struct file_identity *id)
{
    uint32_t here = 0;
    for (size_t i = 0; i < k->count; i++)
        here += identity_same(&k->tails[i]->file, id);
    return counts_of(&k->shared->held, shared_key(id)) > here;
}

/* ---- What fails ------------------------------------------------------------------------- */

void track_pause(struct track *k, int64_t longest_ns)
{
    k->pause_ns = k->pause_ns ? k->pause_ns * 2 : SHORT_PAUSE;
    if (k->pause_ns > longest_ns)
        k->pause_ns = longest_ns;
    k->retry_ns = shared_now(k->shared) + k->pause_ns;
}

void track_failed(struct track *k, int problem)
{
    const struct os *os = k->shared->os;
    char words[300];
    if (!k->trouble && !k->named) /* whose trouble it is */
        shared_tell(k->shared, k->source, NOTICE_OPENED, "%s", k->safe);
    if (!k->trouble && os->explain && problem != ENODEV)
        os->explain(os->self, k->path, problem, words, sizeof words);
    else
        snprintf(words, sizeof words, "%s",
                 problem == ENODEV ? "not a regular file" : strerror(problem));
    if (!k->trouble)
        shared_tell(k->shared, k->source, NOTICE_ERROR, "cannot read %s: %s", k->safe, words);
    k->trouble = k->named = true;
    track_pause(k, LONGEST_PAUSE);
}

void track_lost(struct track *k, const char *how)
{
    shared_tell(k->shared, k->source, NOTICE_LOSS, "%s: %s; lines may be lost", k->safe, how);
}

/* ---- Looking at the path ---------------------------------------------------------------- */

/* Edge b: what stood under the path is read on, but no longer as what stands there. */
static void unseat(struct track *k)
{
    if (!k->current)
        return;
    k->current->role = TAIL_OLD;
    k->current->changed_ns = shared_now(k->shared);
    k->current->pending = true;
    k->current->rested = false;
    k->current = NULL;
}

void track_well(struct track *k)
{
    if (!k->trouble && !k->waiting)
        return;
    shared_tell(k->shared, k->source, NOTICE_OPENED, "%s", k->safe);
    k->trouble = k->waiting = false;
}

static void settled(struct track *k)
{
    if (k->begun && k->current->failures == 0)
        track_well(k);
    k->missing_ns = 0;
    k->pause_ns = 0;
}

static void missing(struct track *k)
{
    int64_t now = shared_now(k->shared);
    unseat(k);
    if (!k->missing_ns) {
        k->missing_ns = now ? now : 1;
        k->pause_ns = 0;
    }
    if (!k->waiting && (k->count == 0 || now - k->missing_ns >= MISSING_PAUSE)) {
        shared_tell(k->shared, k->source, NOTICE_WAITING, "%s", k->safe);
        k->waiting = k->named = true;
    }
    track_pause(k, MISSING_PAUSE);
}

static void not_opened(struct track *k, int problem)
{
    if (problem == ENOENT || problem == ENOTDIR)
        missing(k);
    else {
        k->missing_ns = 0; /* nobody can tell */
        track_failed(k, problem);
    }
}

/* Where the newest of our files is among its siblings; s->count: nowhere. -1 with errno. */
static int find_newest(struct track *k, const struct siblings *s, const struct tail *newest,
                       size_t *index)
{
    for (*index = 0; *index < s->count; ++*index)
        if (identity_same(&s->at[*index].facts.id, &newest->file))
            return 0;
    bool unseen_packed = false;
    for (size_t i = 0; i < s->count; i++)
        unseen_packed |= s->at[i].compressed && !track_saw_file(k, &s->at[i].facts.id);
    if (!unseen_packed)
        return 0;
    struct position p;
    struct tail *packed;
    tail_position(newest, &p);
    int found = track_find_contents(k, s, &p, newest->modified_ns, &packed, index);
    if (found == 1)
        tail_close(packed);
    return found < 0 ? -1 : 0;
}

/* Settles where the new file is to be read from, and opens the generations between it and the
 * one before, when the path changed hands more than once between two looks (edge f): `opened`. */
static int connect(struct track *k, struct tail *t, size_t *opened)
{
    const struct position *left = shared_left(k->shared, &t->file);
    struct siblings s;
    if (left && tail_seek(t, left) < 0)
        return -1;
    if (siblings_list(&s, k->shared->os, k->path) != 0)
        return -1;
    struct tail *newest = k->count > 1 ? k->tails[k->count - 2] : NULL; /* t is the last */
    size_t index = 0;
    int result = newest ? find_newest(k, &s, newest, &index) : 0;
    if (result == 0 && index < s.count)
        result = track_open_between(k, &s, newest ? index + 1 : 0, true, k->count - 1, opened);
    if (result == 0)
        track_see(k, &s);
    int problem = errno;
    siblings_done(&s);
    errno = problem;
    return result;
}

int track_open_newer(struct track *k, size_t *opened)
{
    struct siblings s;
    size_t index;
    *opened = 0;
    if (siblings_list(&s, k->shared->os, k->path) != 0)
        return -1;
    int result = 0;
    errno = EBUSY;
    for (size_t i = 0; i < s.count; i++)
        if (!s.at[i].compressed)
            result = -1;
    if (result == 0)
        result = find_newest(k, &s, k->tails[k->count - 1], &index);
    if (result == 0 && index < s.count)
        result = track_open_between(k, &s, index + 1, true, k->count, opened);
    if (result == 0)
        track_see(k, &s);
    int problem = errno;
    siblings_done(&s);
    errno = problem;
    return result;
}

/* Edge a. */
static void adopt(struct track *k)
{
    struct shared *shared = k->shared;
    struct tail *t = tail_open(shared->os, k->path, TAIL_CURRENT);
    if (!t) {
        not_opened(k, errno);
        return;
    }
    if (track_holds(k, &t->file) || track_held_elsewhere(k, &t->file)) {
        tail_close(t); /* the path changed hands since it was looked at */
        track_pause(k, MISSING_PAUSE);
        return;
    }
    bool rotated = k->count > 0;
    size_t between = 0;
    track_insert(k, k->count, t);
    if (k->begun && connect(k, t, &between) != 0) {
        int problem = errno;
        track_remove(k, t);
        track_failed(k, problem);
        return;
    }
    unseat(k);
    k->current = t;
    if (rotated)
        shared_tell(shared, k->source, NOTICE_ROTATED, "%s", k->safe);
    if (!rotated && !k->trouble && !k->waiting)
        shared_tell(shared, k->source, NOTICE_OPENED, "%s", k->safe);
    k->named = true;
    track_met(k, 1 + between);
    settled(k);
}

/* Edge e. */
static void reseat(struct track *k, struct tail *t)
{
    unseat(k);
    size_t at = 0;
    while (k->tails[at] != t)
        at++;
    memmove(k->tails + at, k->tails + at + 1, (k->count - 1 - at) * sizeof(struct tail *));
    k->tails[k->count - 1] = t;
    t->role = TAIL_CURRENT;
    t->pending = true;
    k->current = t;
    track_met(k, 1);
    settled(k);
}

static void watch_directories(struct track *k)
{
    struct watcher *w = &k->shared->watcher;
    bool dir = watcher_directory(w, k->dir, &k->dir_watch);
    bool parent = watcher_directory(w, k->parent, &k->parent_watch);
    /* Without the parent only the replacing of the directory is seen late. */
    (void)parent;
    k->polled = !dir;
}

void track_look(struct track *k)
{
    const struct os *os = k->shared->os;
    struct file_facts facts;
    k->look = false;
    k->retry_ns = 0;
    watch_directories(k);
    if (os->facts_at(os->self, k->path, &facts) != 0) {
        not_opened(k, errno);
        return;
    }
    if (!facts.regular) {
        unseat(k);
        track_failed(k, facts.directory ? EISDIR : ENODEV);
        return;
    }
    if (k->current && identity_same(&k->current->file, &facts.id)) {
        track_met(k, 0);
        settled(k);
        return;
    }
    struct tail *t = old_of(k, &facts.id);
    if (t && t->asleep && !tail_wake(t, k->path)) {
        not_opened(k, errno);
    } else if (t) {
        reseat(k, t);
    } else if (track_held_elsewhere(k, &facts.id)) {
        unseat(k); /* another log that was renamed to ours: it is read there */
        track_met(k, 0);
        track_pause(k, MISSING_PAUSE);
    } else {
        adopt(k);
    }
}
