/* Where reading begins: at a place that a state kept, or at a time. */
#include "source/track.h"

#include "base/clock.h"
#include "base/mem.h"
#include "source/seek.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { SLACK_S = 10 /* lines out of order by more than this may be left out of the window */ };

#define FUTURE_S (24 * 3600) /* a time further ahead of the wall clock is nonsense */

/* ---- At a time -------------------------------------------------------------------------- */

struct line_time {
    const struct follow_options *options;
    uint32_t source;
};

static bool line_second(void *ctx, struct text line, int64_t *second)
{
    const struct line_time *l = ctx;
    return l->options->second_of && l->options->second_of(l->options->ctx, l->source, line, second);
}

static ssize_t tail_bytes(void *ctx, void *into, size_t len, uint64_t offset)
{
    const struct tail *t = ctx;
    return t->os->pread(t->os->self, t->fd, into, len, offset);
}

static struct seek seek_in(struct tail *t, struct line_time *time)
{
    return (struct seek){.read = tail_bytes,
                         .read_ctx = t,
                         .size = t->size,
                         .second_of = line_second,
                         .second_ctx = time,
                         .latest = t->os->wall_ns(t->os->self) / NS_PER_S + FUTURE_S};
}

int track_newest(struct track *k, const struct follow_options *o, int64_t *second)
{
    struct line_time time = {o, k->source};
    if (!k->current)
        return 0;
    struct seek s = seek_in(k->current, &time);
    enum seek_result found = seek_newest(&s, second);
    return found == SEEK_FAILED ? -1 : found == SEEK_FOUND;
}

/* The first line that is newer than the plan's newest less its duration. */
static enum seek_result place_of_window(struct track *k, const struct plan *plan, uint64_t *place)
{
    struct line_time time = {plan->options, k->source};
    struct seek s = seek_in(k->current, &time);
    int64_t newest = plan->newest;
    if (!plan->has_newest) {
        enum seek_result found = seek_newest(&s, &newest);
        if (found != SEEK_FOUND)
            return found;
    }
    int64_t first = newest - plan->options->back_s + 1;
    enum seek_result found = seek_time(&s, first, SLACK_S, place);
    return found == SEEK_FOUND ? seek_first(&s, *place, first, place) : found;
}

/* The same file was followed under another name before: 1 when it is gone on with, -1: errno. */
static int go_on_renamed(struct track *k)
{
    const struct position *left = shared_left(k->shared, &k->current->file);
    return left ? tail_seek(k->current, left) : 0;
}

static int begin_fresh(struct track *k, const struct plan *plan)
{
    if (!k->current)
        return 0;
    int renamed = go_on_renamed(k);
    if (renamed != 0)
        return renamed < 0 ? -1 : 0;
    enum follow_from from = plan->options->from;
    uint64_t place = 0;
    enum seek_result found = SEEK_NONE;
    if (from == FOLLOW_FROM_START)
        found = SEEK_FOUND;
    else if (from != FOLLOW_FROM_END)
        found = place_of_window(k, plan, &place);
    if (found == SEEK_NONE) { /* the end, or no line tells a time: a half line is still to come */
        struct line_time time = {plan->options, k->source};
        struct seek s = seek_in(k->current, &time);
        found = seek_line_start(&s, s.size, &place);
    }
    return found == SEEK_FAILED ? -1 : tail_seek_to(k->current, place);
}

/* ---- At a place that was kept ----------------------------------------------------------- */

struct resumption {
    struct track *track;
    const struct siblings *siblings;
    size_t newest; /* index behind the newest sibling that was gone on from; 0: none */
    bool current;  /* what stands under the path is gone on with: no generation is missing */
    bool unsure;   /* no place newer than one that was not found was gone on from: what lies beside
                    * may be copies of what was read */
    int losses;
};

/* The same file, although its device may be numbered anew since the machine was started. */
static bool same_file(const struct file_identity *now, struct file_identity then)
{
    then.device = now->device;
    return identity_same(now, &then);
}

static void add(struct resumption *r, struct tail *t, int64_t order)
{
    struct track *k = r->track;
    size_t at = 0;
    t->order = order;
    while (at < k->count && k->tails[at] != k->current && k->tails[at]->order <= order)
        at++;
    track_insert(k, at, t);
    r->unsure = false;
    if (order >= 0 && (size_t)order + 1 > r->newest)
        r->newest = (size_t)order + 1;
}

static int go_on_in(struct resumption *r, struct tail *t, const struct position *p, int64_t order)
{
    if (!t)
        return -1;
    int same = tail_seek(t, p);
    if (same < 0) {
        int problem = errno;
        tail_close(t);
        errno = problem;
        return -1;
    }
    r->losses += !same;
    add(r, t, order);
    return 0;
}

/* By contents, which finds what was compressed or copied since; by identity in any name. */
static int go_on_elsewhere(struct resumption *r, const struct position *p, bool alias)
{
    struct track *k = r->track;
    struct tail *t;
    size_t index;
    int found = track_find_contents(k, r->siblings, p, INT64_MIN, &t, &index);
    if (found < 0)
        return -1;
    if (found == 1) {
        t->alias = alias;
        add(r, t, (int64_t)index);
        return 0;
    }
    char *path = alias ? NULL : siblings_find(k->shared->os, k->path, &p->id);
    if (path) {
        t = tail_open(k->shared->os, path, TAIL_OLD);
        free(path);
        return go_on_in(r, t, p, -1);
    }
    if (!alias && errno != ENOENT)
        return -1;
    r->current |= alias;
    r->unsure = true;
    r->losses++;
    return 0;
}

static int go_on(struct resumption *r, const struct position *p)
{
    struct track *k = r->track;
    bool alias = k->current && same_file(&k->current->file, p->id);
    if (alias) {
        int same = tail_seek(k->current, p);
        if (same != 0) {
            r->current = same == 1;
            r->unsure &= same != 1;
            return same < 0 ? -1 : 0;
        }
    }
    for (size_t i = 0; !alias && i < r->siblings->count; i++)
        if (same_file(&r->siblings->at[i].facts.id, p->id))
            return go_on_in(r, track_open_sibling(k, &r->siblings->at[i]), p, (int64_t)i);
    return go_on_elsewhere(r, p, alias);
}

static bool carries(const struct track *k, const struct file_identity *id)
{
    for (size_t i = 0; i < k->count; i++)
        if (identity_same(&k->tails[i]->id, id))
            return true;
    return false;
}

/* Positions that no tail carries on would be looked for at each start: they are told as finished.
 */
static void collect_gone(struct track *k, const struct follow_options *o)
{
    for (size_t i = 0; i < o->resume_count; i++) {
        const struct follow_resume *from = &o->resume[i];
        if (strcmp(from->path, k->path) != 0 || follow_resume_is_blank(from) ||
            carries(k, &from->position.id))
            continue;
        k->gone = mem_grow(k->gone, k->gone_count + 1, sizeof *k->gone);
        k->gone[k->gone_count++] = from->position;
    }
}

/* Undoes what a beginning that failed half-way has opened; also what stood under the path then and was
 * rotated away since: it is found beside it. */
static void undo(struct track *k)
{
    while (k->count && k->tails[0] != k->current)
        track_remove(k, k->tails[0]);
    if (k->current)
        lines_move(&k->current->lines, 0, NULL, 0);
}

static int begin_resumed(struct track *k, const struct plan *plan, struct siblings_names *names)
{
    const struct follow_options *o = plan->options;
    struct siblings s;
    undo(k);
    if (siblings_list_known(&s, k->shared->os, k->path, names) != 0)
        return -1;
    struct resumption r = {.track = k, .siblings = &s};
    int result = 0;
    k->places = o;
    for (size_t i = 0; i < o->resume_count && result == 0; i++)
        if (strcmp(o->resume[i].path, k->path) == 0 && !follow_resume_is_blank(&o->resume[i]))
            result = go_on(&r, &o->resume[i].position);
    if (result == 0 && !r.current && !r.unsure && r.newest > 0) {
        size_t opened, at = k->count - (k->current ? 1 : 0);
        result = track_open_between(k, &s, r.newest, false, at, &opened);
    }
    if (result == 0)
        track_see(k, &s);
    int problem = errno;
    k->places = NULL;
    siblings_done(&s);
    if (names && (result != 0 || r.losses)) /* it may have been renamed since */
        return begin_resumed(k, plan, NULL);
    if (result != 0) {
        undo(k);
        errno = problem;
        return -1;
    }
    collect_gone(k, o);
    if (r.losses)
        shared_tell(k->shared, k->source, NOTICE_LOSS,
                    "%s: where it was left can no longer be found; lines written since may be lost",
                    k->safe);
    return 0;
}

/* ---- Either ----------------------------------------------------------------------------- */

static bool has_resume(const struct track *k, const struct follow_options *o)
{
    for (size_t i = 0; i < o->resume_count; i++) {
        const struct follow_resume *from = &o->resume[i];
        if (strcmp(from->path, k->path) == 0 ||
            (follow_resume_is_blank(from) &&
             fnmatch(from->path, k->path, FNM_PATHNAME | FNM_PERIOD) == 0))
            return true;
    }
    return false;
}

/* Reading goes on in the middle: who reads the lines is shown the directives that hold there. */
static void show_directives(struct track *k, const struct follow_options *o)
{
    if (k->count == 0)
        return;
    struct line_time time = {o, k->source};
    struct seek s = seek_in(k->tails[0], &time);
    seek_directives(&s, lines_place(&k->tails[0]->lines));
}

bool track_begin(struct track *k, const struct plan *plan)
{
    if (k->begun)
        return true;
    if (!k->current && !k->missing_ns)
        return false; /* not to be read at the moment */
    int result;
    size_t plain;
    if (has_resume(k, plan->options))
        result = begin_resumed(k, plan, k->shared->names);
    else
        result = track_look_beside(k, &plain) == 0 ? begin_fresh(k, plan) : -1;
    if (result != 0) {
        track_failed(k, errno);
        return false;
    }
    k->begun = true;
    show_directives(k, plan->options);
    if (k->current)
        track_well(k);
    for (size_t i = 0; i < k->count; i++) {
        struct tail *t = k->tails[i];
        t->backfill_to = t->role == TAIL_COPY ? t->limit : t->size;
        t->hint = t->pending = true;
    }
    return true;
}
