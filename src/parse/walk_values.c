/* walk_values.c - from the pieces of a line to the fields of its entry. */
#include "parse/walk.h"

static bool put_time(struct reading *r, const struct step *s, struct text piece)
{
    if (s->piece == TIME_WHOLE || (piece.len == 1 && piece.at[0] == '-'))
        return value_time(r, piece, s->notation);
    if (value_time_known(r, piece))
        return true;
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    if (walk_scan_time(s, piece, &stamp) != piece.len || !stamp_finish(&stamp, &second, &nanos))
        return false;
    value_time_keep(r, piece, second, nanos);
    return true;
}

/* False when the piece is no value of its field, which is then absent. */
static bool put_value(struct walk *w, unsigned i)
{
    const struct step *s = &w->p->steps[i];
    struct text piece = w->best[i];
    if (s->field == STEP_NONE)
        return true;
    if (s->field == FIELD_TIME)
        return w->p->many_times || put_time(w->r, s, piece);
    if (s->field == FIELD_HOST && s->shape == SHAPE_LIST)
        piece = text_cut(piece, 0, text_find(piece, ',', 0));
    bool ok = value_set(w->r, s->field, piece, s->notation);
    if (ok && s->also != STEP_NONE)
        value_set(w->r, s->also, piece, s->notation);
    return ok;
}

/* A time that is spread over several pieces. */
static bool put_times(struct walk *w)
{
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    for (unsigned i = 0; i < w->whole; i++) {
        const struct step *s = &w->p->steps[i];
        if (s->field == FIELD_TIME && walk_scan_time(s, w->best[i], &stamp) != w->best[i].len)
            return false;
    }
    if (!stamp_enough(stamp.has) || !stamp_finish(&stamp, &second, &nanos))
        return false;
    value_set_time(w->r, second, nanos);
    return true;
}

/* A dash for the client behind another value says something only beside a user that is in doubt, or
 * where formats are compared: a user "- -" makes of "client - - -" what looks like "vhost - - -".
 */
static unsigned count_doubts(const struct walk *w)
{
    bool user = false, client = false;
    for (unsigned i = 0; i < w->whole; i++) {
        const struct step *s = &w->p->steps[i];
        user = user || walk_holds_dash(s, w->best[i]);
        client = client || (i > 0 && s->field == FIELD_HOST && text_same(w->best[i], TEXT("-")));
    }
    return user + (client && (user || w->r->measure));
}

/* Where the best way ended: behind its last value and what of its literal is there. */
static const char *behind(struct walk *w)
{
    unsigned last = w->whole - 1;
    const char *to = w->best[last].at + w->best[last].len;
    const char *next = walk_literal(w, w->p->steps[last].after, to);
    return next ? next : to;
}

enum verdict walk_store(struct walk *w, unsigned from)
{
    const struct program *p = w->p;
    for (unsigned i = from; i < w->whole; i++) {
        if (put_value(w, i))
            continue;
        if (i < p->required)
            return reading_reject(w->r, w->best[i].at, "not a value of this kind");
        w->r->out->cut = 1;
    }
    if (from == 0)
        w->r->doubts = count_doubts(w);
    if (p->many_times && from == 0 && !put_times(w))
        return reading_reject(w->r, w->best[0].at, "not a time");
    if (w->whole < w->stop)
        w->r->out->cut = 1;
    if (w->whole > from)
        w->r->reached = behind(w);
    return LINE_HIT;
}
