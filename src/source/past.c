#include "source/past.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { AHEAD_BYTES = 16 * 1024 };

void ahead_done(struct ahead *a)
{
    free(a->bytes);
    *a = (struct ahead){0};
}

static bool is_of(const struct whose *w, const struct tail *t)
{
    return w->tail == t && identity_same(&w->file, &t->file);
}

static struct whose of_tail(const struct tail *t)
{
    return (struct whose){t, t->file};
}

/* A line that is read ahead as a whole. False: there is none at that place. */
static bool line_at(const struct ahead *a, uint64_t place, struct text *line)
{
    if (place < a->at || place - a->at >= a->len)
        return false;
    const char *from = a->bytes + (place - a->at);
    const char *end = memchr(from, '\n', a->len - (size_t)(place - a->at));
    if (!end)
        return false;
    *line = text_make(from, (size_t)(end - from));
    return true;
}

/* The rest of a line whose beginning was read before tells no time. */
static bool second_at(const struct past_of *of, const struct tail *t, uint64_t place,
                      struct text line, int64_t *second)
{
    const struct follow_options *o = of->options;
    if (!o->second_of || (t->lines.taken && place == lines_place(&t->lines)))
        return false;
    return o->second_of(o->ctx, of->source, line, second) && *second <= of->latest;
}

/* Makes sure that a whole line is there, if it is one of this length. */
static void read_ahead(struct ahead *a, const struct tail *t)
{
    uint64_t place = lines_place(&t->lines);
    struct text line;
    if (is_of(&a->whose, t) && line_at(a, place, &line))
        return;
    if (!a->bytes)
        a->bytes = mem_new(1, AHEAD_BYTES);
    size_t most =
        t->backfill_to - place < AHEAD_BYTES ? (size_t)(t->backfill_to - place) : AHEAD_BYTES;
    ssize_t got = t->os->pread(t->os->self, t->fd, a->bytes, most, place);
    a->whose = of_tail(t);
    a->at = place;
    a->len = got > 0 ? (size_t)got : 0;
}

int64_t past_next(struct past *p, const struct tail *t, const struct past_of *of)
{
    uint64_t place = lines_place(&t->lines);
    struct text line;
    if (is_of(&p->whose, t) && p->place == place)
        return p->next;
    read_ahead(of->ahead, t);
    p->whose = of_tail(t);
    p->place = place;
    p->next = INT64_MIN;
    for (; p->next == INT64_MIN && line_at(of->ahead, place, &line); place += line.len + 1)
        if (!second_at(of, t, place, line, &p->next))
            p->next = INT64_MIN;
    return p->next;
}

size_t past_length(struct past *p, const struct tail *t, const struct past_of *of, int64_t until)
{
    uint64_t from = lines_place(&t->lines), place = from;
    struct text line;
    read_ahead(of->ahead, t);
    for (; line_at(of->ahead, place, &line); place += line.len + 1) {
        int64_t second;
        if (!second_at(of, t, place, line, &second) || second <= until)
            continue;
        p->place = place;
        p->next = second;
        break;
    }
    return place > from ? (size_t)(place - from) : of->ahead->len;
}
