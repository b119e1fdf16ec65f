/* Reading what a track holds, oldest file first: edges c, d and g of track.h. */
#include "source/track.h"

#include "base/clock.h"
#include <errno.h>
#include <string.h>

enum {
    READS_AT_ONCE = 64, /* of a line without an end, before others get their turn */
    TRIES = 12,         /* before a file that was rotated away is given up */
    DEAF_MOST = 3,      /* changes in a row that no watch told of */
    MANY = 128,         /* open files of a log; then the oldest need not go first */
    EMPTY_NEWER = 12,   /* an old file waits so many times longer while nobody writes the newer */
    NO_NEWER = 12,      /* or while there is none, of a log that a pattern found */
};

#define FIRST_PAUSE   (50 * NS_PER_MS)
#define LONGEST_PAUSE (5 * NS_PER_S)
#define FIRST_NAP   (5 * NS_PER_S)
#define LONGEST_NAP (300 * NS_PER_S)
#define BUSY_NS                                                                                    \
    (1 * NS_PER_S) /* a file that changed so short ago was being written when it was cut */

enum step {
    STEP_FILLED,
    STEP_NEXT, /* nothing more in this file now */
    STEP_HOLD, /* newer files must wait for this one */
    STEP_AGAIN /* the list changed: look at the same place again */
};

static bool read_once(const struct tail *t)
{
    return t->role == TAIL_ARCHIVE || t->role == TAIL_COPY;
}

static bool newer_than(const struct track *k, const struct tail *t)
{
    return k->count > 0 && k->tails[k->count - 1] != t;
}

/* Nothing has stood under the path for so long that the log has ended. */
static bool has_vanished(const struct track *k)
{
    return k->matched && k->begun && !k->current && k->missing_ns &&
           shared_now(k->shared) - k->missing_ns >= k->shared->quiet_ns * NO_NEWER;
}

/* All that is left of a log that has ended. */
static bool is_remainder(const struct track *k, const struct tail *t)
{
    return has_vanished(k) && k->count == 1 && k->tails[0] == t;
}

/* The oldest goes first, and never the newest: as long as a state knows the place of a file, the
 * files after it can be told from those before. */
static bool may_go(const struct track *k, const struct tail *t)
{
    return newer_than(k, t) && (k->tails[0] == t || k->count > MANY);
}

/* What lies beside the last file of a log that has ended may have been made of it, and its place
 * tells that: that is kept, but no descriptor for each such log for ever. */
static void sleep_on(struct track *k, struct tail *t)
{
    watcher_drop(&k->shared->watcher, &t->watch);
    tail_sleep(t);
    t->nap_ns = t->nap_ns ? t->nap_ns * 2 : FIRST_NAP;
    if (t->nap_ns > LONGEST_NAP)
        t->nap_ns = LONGEST_NAP;
    t->retry_ns = shared_now(k->shared) + t->nap_ns;
    t->pending = true; /* then */
}

/* Edges d and g. */
static enum step let_go(struct track *k, struct tail *t, struct batch *b)
{
    struct position p;
    size_t opened = 0;
    bool remainder = is_remainder(k, t);
    if (remainder && track_open_newer(k, &opened) != 0) {
        sleep_on(k, t);
        return STEP_NEXT;
    }
    if (opened > 0)
        return STEP_AGAIN; /* it is not the last after all */
    tail_finish(t, b);
    tail_position(t, &p);
    bool silent = t->alias;
    p.id = t->file;
    shared_leave(k->shared, &p, remainder);
    track_remove(k, t);
    return silent ? STEP_AGAIN : STEP_FILLED;
}

/* Edge g: there is nothing more to read in it. */
static enum step done_with(struct track *k, struct tail *t, struct batch *b)
{
    t->ended = true;
    t->pending = false;
    return t->alias || may_go(k, t) || is_remainder(k, t) ? let_go(k, t, b) : STEP_NEXT;
}

/* The copy that copytruncate made before it cut the file may hold what was not read yet. */
static int find_copy(struct track *k, struct tail *t)
{
    struct siblings s;
    struct position p;
    struct tail *copy = NULL;
    size_t index, at = 0;
    if (siblings_list(&s, k->shared->os, k->path) != 0)
        return -1;
    tail_position(t, &p);
    int found = track_find_contents(k, &s, &p, t->modified_ns, &copy, &index);
    int problem = errno;
    siblings_done(&s);
    errno = problem;
    if (found != 1)
        return found;
    copy->alias = true;
    while (k->tails[at] != t)
        at++;
    track_insert(k, at, copy);
    return 1;
}

/* Edge c. */
static enum step cut(struct track *k, struct tail *t, struct batch *b)
{
    /* Cut since it was rotated away: to make room, not to be written. */
    if (t->role == TAIL_OLD && newer_than(k, t) && t->rested) {
        if (t->destroyed)
            track_lost(k, "a rotated file was cut before it was read to its end");
        lines_drop(&t->lines);
        return done_with(k, t, b);
    }
    int64_t now = shared_now(k->shared);
    int found = find_copy(k, t);
    if (found < 0 && ++t->failures < TRIES) {
        t->retry_ns = now + FIRST_PAUSE;
        t->hint = true;
        return STEP_HOLD;
    }
    shared_tell(k->shared, k->source, NOTICE_TRUNCATED, "%s", k->safe);
    if (t->destroyed && found != 1)
        track_lost(k, "it was cut before it was read to its end");
    else if (t->rewritten)
        track_lost(k, "it was written anew between two looks");
    else if (now - t->changed_ns < BUSY_NS)
        track_lost(k, "it was cut while it was being written");
    t->failures = 0;
    t->announced = false; /* the new place is to be known */
    tail_restart(t);
    return STEP_AGAIN;
}

static enum step failed(struct track *k, struct tail *t, struct batch *b, int problem)
{
    bool hopeless = problem == EBADMSG || ++t->failures >= TRIES;
    bool left = newer_than(k, t) || read_once(t) || is_remainder(k, t);
    if (t != k->current && left && hopeless) {
        track_lost(k, "a rotated file could not be read to its end");
        lines_drop(&t->lines);
        return done_with(k, t, b);
    }
    int64_t pause = FIRST_PAUSE << (t->failures < 8 ? t->failures : 8);
    t->retry_ns = shared_now(k->shared) + (pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
    if (!k->trouble)
        track_failed(k, problem);
    return read_once(t) ? STEP_HOLD : STEP_NEXT;
}

/* No writer seems to hold it any more. */
static bool rests(const struct track *k, const struct tail *t)
{
    bool remainder = is_remainder(k, t);
    if (t->role != TAIL_OLD || (!may_go(k, t) && !remainder))
        return false;
    int64_t wait = k->shared->quiet_ns;
    if (remainder)
        wait *= NO_NEWER;
    else if (k->current && k->current->size == 0 && k->count > 1 && k->tails[k->count - 2] == t)
        wait *= EMPTY_NEWER;
    return shared_now(k->shared) - t->changed_ns >= wait;
}

/* A file that grows without an event is on a system that does not tell. */
static void note_deafness(struct tail *t, bool hinted, bool found)
{
    if (hinted || t->polled)
        t->deaf = 0;
    else if (found && ++t->deaf >= DEAF_MOST)
        t->polled = t->remote = true;
}

/* Nothing to read now: edge d, or at least its place is told. */
static enum step come_to_rest(struct track *k, struct tail *t, struct batch *b)
{
    if (rests(k, t))
        return let_go(k, t, b);
    t->pending = false;
    if (t->backfill_to > lines_place(&t->lines))
        t->backfill_to = lines_place(&t->lines); /* it is shorter by now */
    lines_rest(&t->lines);
    if (t->announced)
        return STEP_NEXT;
    t->announced = true;
    tail_announce(t, b);
    return STEP_FILLED;
}

static enum step was_cut(struct track *k, struct tail *t, struct batch *b)
{
    if (!read_once(t))
        return cut(k, t, b);
    track_lost(k, "the copy made by copytruncate changed before it was read to its end");
    lines_drop(&t->lines);
    return done_with(k, t, b);
}

static enum step read_on(struct track *k, struct tail *t, struct batch *b)
{
    bool hinted = t->hint, first = !t->told_more;
    enum tail_result result = TAIL_MORE;
    t->read_most = k->read_most;
    for (int i = 0; i < READS_AT_ONCE && result == TAIL_MORE; i++)
        result = tail_read(t, b);
    int problem = errno;
    bool found = result == TAIL_LINES || result == TAIL_MORE;
    if (first)
        note_deafness(t, hinted, found);
    if (result == TAIL_LINES && t->at_end && !read_once(t))
        t->pending = false; /* an event tells of more; going on now would read line by line */
    t->told_more = t->pending && found;
    if (result == TAIL_FAILED)
        return failed(k, t, b, problem);
    if (result == TAIL_CUT)
        return was_cut(k, t, b);
    t->rested = t->role == TAIL_OLD;
    t->failures = 0;
    t->retry_ns = 0;
    t->announced |= result == TAIL_LINES;
    switch (result) {
    case TAIL_LINES: return STEP_FILLED;
    case TAIL_MORE: return STEP_HOLD;
    case TAIL_ENDED: return done_with(k, t, b);
    default: return come_to_rest(k, t, b);
    }
}

static enum step step(struct track *k, struct tail *t, struct batch *b)
{
    if (t->ended && !t->asleep)
        return done_with(k, t, b);
    if (t->retry_ns > shared_now(k->shared))
        return read_once(t) && !t->ended ? STEP_HOLD : STEP_NEXT;
    if (t->asleep && (may_go(k, t) || is_remainder(k, t)))
        return let_go(k, t, b);
    if (t->asleep) {
        sleep_on(k, t);
        return STEP_NEXT;
    }
    return t->pending ? read_on(k, t, b) : STEP_NEXT;
}

/* Not before the file that stands there now has a place in the state, for the same reason for which
 * the newest file is not let go; or the log has ended. */
static bool has_gone(const struct track *k)
{
    bool known = k->current ? k->current->announced : has_vanished(k);
    return k->begun && k->gone_count > 0 && known;
}

static void tell_gone(struct track *k, struct batch *b)
{
    b->kind = BATCH_LINES;
    b->position = k->gone[--k->gone_count];
    b->finished = true;
    b->backfill = true;
    b->read_ns = shared_now(k->shared);
}

bool track_read(struct track *k, struct batch *b)
{
    if (!k->begun)
        return false;
    b->source = k->source;
    if (has_gone(k)) {
        tell_gone(k, b);
        return true;
    }
    for (size_t i = 0; i < k->count;) {
        enum step s = step(k, k->tails[i], b);
        if (s == STEP_FILLED || s == STEP_HOLD)
            return s == STEP_FILLED;
        if (s == STEP_NEXT)
            i++;
    }
    return false;
}

bool track_backfilling(const struct track *k)
{
    for (size_t i = 0; k->begun && i < k->count; i++) {
        const struct tail *t = k->tails[i];
        if (t->failures == 0 &&
            (t->unpack ? t->backfill_to > 0 && !t->ended : lines_place(&t->lines) < t->backfill_to))
            return true;
    }
    return has_gone(k);
}

const struct tail *track_past(const struct track *k)
{
    for (size_t i = 0; k->begun && i < k->count; i++) {
        const struct tail *t = k->tails[i];
        if (t->ended || (!t->unpack && lines_place(&t->lines) >= t->backfill_to))
            continue;
        return t->unpack ? NULL : t;
    }
    return NULL;
}

bool track_busy(const struct track *k)
{
    int64_t now = shared_now(k->shared);
    for (size_t i = 0; k->begun && i < k->count; i++) {
        const struct tail *t = k->tails[i];
        if (t->retry_ns > now && read_once(t) && !t->asleep)
            return false;
        if (t->pending && t->retry_ns <= now)
            return true;
    }
    return has_gone(k);
}

/* While generations lie beside it that are not compressed, it is known through this track that they
 * are no logs of their own. */
bool track_is_over(struct track *k)
{
    int64_t now = shared_now(k->shared);
    size_t plain;
    if (!has_vanished(k) || k->count || k->gone_count || now < k->over_ns)
        return false;
    k->over_ns = now + k->shared->quiet_ns * NO_NEWER;
    return track_look_beside(k, &plain) == 0 && plain == 0;
}
