/* What events and time ask of a track: to look at its path, to read its files. */
#include "source/track.h"

#include "source/paths.h"
#include <string.h>
#include <sys/inotify.h>

void track_event(struct track *k, const struct os_event *e)
{
    const uint32_t moved = IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB | IN_IGNORED;
    if (e->watch == k->dir_watch && (!e->name[0] || strcmp(e->name, path_name(k->path)) == 0)) {
        k->look = true;
        k->unmet += (e->mask & (IN_CREATE | IN_MOVED_TO)) != 0;
    }
    if (e->watch == k->parent_watch && (!e->name[0] || strcmp(e->name, path_name(k->dir)) == 0))
        k->look = true;
    for (size_t i = 0; i < k->count; i++) {
        struct tail *t = k->tails[i];
        if (t->watch != e->watch)
            continue;
        /* A rename changes nothing in it; logrotate renames all generations each time, and they
         * would never come to rest. */
        if (e->mask & ~(uint32_t)IN_MOVE_SELF)
            t->hint = t->pending = !t->ended;
        t->deaf = 0;
        k->look |= (e->mask & moved) != 0;
        if (e->mask & IN_IGNORED) {
            watcher_drop(&k->shared->watcher, &t->watch);
            t->polled = true;
        }
    }
    if (k->look)
        k->retry_ns = 0;
}

/* Events are taken in before each look, so one that was opened has been told of, or will be before
 * the next look: the number may be below 0 till then. */
void track_met(struct track *k, size_t files)
{
    k->unmet -= (int)files;
    if (files && k->begun && k->unmet > 0)
        track_lost(k, "a file that stood there was gone before it could be opened");
    if (files == 0 || k->unmet > 0 || !k->begun)
        k->unmet = 0;
}

void track_doubt(struct track *k)
{
    int64_t now = shared_now(k->shared);
    if (k->retry_ns <= now)
        k->look = true;
    for (size_t i = 0; i < k->count; i++) {
        struct tail *t = k->tails[i];
        t->pending = !t->ended || t->asleep;
        if (t->watch < 0 && !t->asleep && (t->role == TAIL_CURRENT || t->role == TAIL_OLD))
            track_watch(k, t);
    }
}

bool track_is_polled(const struct track *k)
{
    bool polled = k->polled;
    for (size_t i = 0; i < k->count; i++)
        polled |= k->tails[i]->polled;
    return polled;
}

int64_t track_next_ns(const struct track *k)
{
    int64_t next = k->retry_ns ? k->retry_ns : INT64_MAX;
    for (size_t i = 0; i < k->count; i++)
        if (k->tails[i]->retry_ns && k->tails[i]->retry_ns < next)
            next = k->tails[i]->retry_ns;
    return next;
}
