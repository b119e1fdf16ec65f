/* Finding generations of a log beside it: edge f of track.h. */
#include "source/track.h"

#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ANCHOR_ENOUGH = 16 }; /* fewer bytes could be the same by chance */

void track_see(struct track *k, const struct siblings *s)
{
    k->seen = mem_grow(k->seen, s->count, sizeof *k->seen);
    k->seen_count = s->count;
    for (size_t i = 0; i < s->count; i++)
        k->seen[i] = (struct seen){s->at[i].facts.id, s->at[i].facts.modified_ns};
}

int track_look_beside(struct track *k, size_t *plain)
{
    struct siblings s;
    if (siblings_list_known(&s, k->shared->os, k->path, k->shared->names) != 0)
        return -1;
    track_see(k, &s);
    *plain = 0;
    for (size_t i = 0; i < s.count; i++)
        *plain += !s.at[i].compressed;
    siblings_done(&s);
    return 0;
}

bool track_saw_file(const struct track *k, const struct file_identity *id)
{
    for (size_t i = 0; i < k->seen_count; i++)
        if (identity_same(&k->seen[i].id, id))
            return true;
    return false;
}

bool track_saw(const struct track *k, const struct sibling *from)
{
    int64_t second = from->facts.modified_ns / NS_PER_S; /* not all packers keep more */
    for (size_t i = 0; from->compressed && i < k->seen_count; i++)
        if (k->seen[i].modified_ns / NS_PER_S == second)
            return true;
    return track_saw_file(k, &from->facts.id);
}

static bool held(const struct track *k, const struct file_identity *id)
{
    return track_holds(k, id) || track_held_elsewhere(k, id);
}

/* Another place was kept in it, which goes on there. */
static bool has_place(const struct track *k, struct file_identity id, const struct position *but)
{
    for (size_t i = 0; k->places && i < k->places->resume_count; i++) {
        const struct position *p = &k->places->resume[i].position;
        id.device = p->id.device; /* it may be numbered anew since the machine was started */
        if (strcmp(k->places->resume[i].path, k->path) == 0 && identity_same(&id, &p->id) &&
            !identity_same(&p->id, &but->id))
            return true;
    }
    return false;
}

/* Opens a sibling as what it is. NULL with errno, EAGAIN when another file stands there by now. */
static struct tail *open_sibling(struct track *k, const struct sibling *from, enum tail_role plain)
{
    struct tail *t = tail_open(k->shared->os, from->path, from->compressed ? TAIL_ARCHIVE : plain);
    if (!t && errno == EBADMSG) /* only its name says compressed */
        t = tail_open(k->shared->os, from->path, plain);
    if (!t) {
        if (errno == ENOENT)
            errno = EAGAIN;
        return NULL;
    }
    if (!identity_same(&t->file, &from->facts.id)) {
        tail_close(t);
        errno = EAGAIN;
        return NULL;
    }
    return t;
}

int track_find_contents(struct track *k, const struct siblings *s, const struct position *p,
                        int64_t not_before_ns, struct tail **found, size_t *index)
{
    if (p->anchor_len < ANCHOR_ENOUGH)
        return 0;
    for (size_t i = s->count; i-- > 0;) { /* the newest first: it is the likely one */
        const struct sibling *from = &s->at[i];
        if (held(k, &from->facts.id) || from->facts.modified_ns < not_before_ns ||
            has_place(k, from->facts.id, p))
            continue;
        if (!from->compressed && from->facts.size < p->offset)
            continue;
        struct tail *t = open_sibling(k, from, TAIL_COPY);
        int same = t ? tail_seek(t, p) : -1;
        if (same == 1) {
            t->id = p->id;
            *found = t;
            *index = i;
            return 1;
        }
        int problem = errno;
        tail_close(t);
        errno = problem;
        if (same < 0)
            return -1;
    }
    return 0;
}

/* The same generation lies there unpacked too: it is just being compressed. */
static bool has_plain_twin(const struct siblings *s, size_t i)
{
    for (size_t j = 0; j < s->count; j++)
        if (j != i && !s->at[j].compressed && s->at[i].compressed &&
            s->at[j].kind == s->at[i].kind && !sibling_older(&s->at[i], &s->at[j]) &&
            !sibling_older(&s->at[j], &s->at[i]))
            return true;
    return false;
}

/* By its times, whatever its name says: some count upwards. What was compressed was born anew. */
static bool came_before(const struct sibling *s, const struct sibling *left)
{
    return !left->compressed && s->facts.id.birth_ns && left->facts.id.birth_ns &&
           s->facts.id.birth_ns < left->facts.id.birth_ns &&
           s->facts.modified_ns < left->facts.modified_ns;
}

int track_open_between(struct track *k, const struct siblings *s, size_t from, bool only_new,
                       size_t at, size_t *opened)
{
    *opened = 0;
    for (size_t i = from; i < s->count; i++) {
        const struct file_identity *id = &s->at[i].facts.id;
        if (from > 0 ? s->at[i].kind != s->at[from - 1].kind : s->at[i].compressed)
            continue;
        if (held(k, id) || shared_left(k->shared, id) || (only_new && track_saw(k, &s->at[i])) ||
            has_plain_twin(s, i) || (from > 0 && came_before(&s->at[i], &s->at[from - 1])))
            continue;
        struct tail *t = open_sibling(k, &s->at[i], TAIL_OLD);
        if (!t)
            return -1;
        t->order = (int64_t)i;
        track_insert(k, at + (*opened)++, t);
    }
    return 0;
}

struct tail *track_open_sibling(struct track *k, const struct sibling *from)
{
    return open_sibling(k, from, TAIL_OLD);
}
