/* walk.c - the exact reading of a line by a program: step by step, going back where a
 * value could also end later.
 *
 * Fast readers (head.c) must agree with this one on every line. */
#include "parse/walk.h"

#include "parse/head.h"

enum { CANDIDATE_LIMIT = 20000 }; /* ends tried in one line before it is given up */

static void keep_best(struct walk *w, unsigned whole)
{
    if (whole <= w->whole)
        return;
    memcpy(w->best, w->piece, whole * sizeof *w->piece);
    w->whole = whole;
}

/* What closes a value belongs to it: without its quote or bracket it is cut. */
static bool closes(struct text after)
{
    return after.len > 0 && memchr("\"'])}", after.at[0], 5) != NULL;
}

/* A value that the line leaves alone with at `to`: it is whole although its literal does not
 * follow. For the last required value a space or the literal's first byte is enough; for those
 * behind, a quote or bracket that closes the line. */
static bool stands_alone(const struct walk *w, const struct step *s, const char *to)
{
    struct text after = s->after;
    bool required = w->step + 1 == w->p->required;
    if (closes(after)) {
        if (to == w->end || *to != after.at[0])
            return false;
        to++;
        after = text_cut(after, 1, after.len);
        return to == w->end || (required && (*to == ' ' || (after.len > 0 && *to == after.at[0])));
    }
    if (required)
        return to == w->end || *to == ' ' || (after.len > 0 && *to == after.at[0]);
    return w->step + 1 == w->p->count && after.len == 0 && (to == w->end || *to == ' ');
}

/* Behind a bare dash in the place of the next step's quoted value, or NULL. `at` is behind the
 * value of this step, `after` the literal that should follow. */
static const char *match_bare_dash(struct walk *w, struct text after, const char *at)
{
    unsigned next = w->step + 1;
    if (next >= w->p->count || !w->p->steps[next].dash_for_quoted)
        return NULL;
    at = walk_literal(w, text_cut(after, 0, after.len - 1), at);
    if (!at || at == w->end || *at != '-' || (at + 1 < w->end && at[1] != ' '))
        return NULL;
    w->piece[next] = text_make(at, 1);
    return at + 1;
}

/* The required steps have fitted: no going back before the last of them. */
static void commit(struct walk *w)
{
    unsigned last = w->p->required - 1;
    w->floor = w->p->steps[last].shape == SHAPE_FREE ? last : last + 1;
}

static void enter(struct walk *w, unsigned step, const char *at)
{
    w->step = step;
    if (step == w->p->required)
        commit(w);
    if (step == w->p->count)
        return;
    w->piece[step] = text_make(at, 0);
    w->fresh[step] = true;
}

/* Goes on behind the value of the current step, which ends at `to`. False when nothing fits. */
static bool pass(struct walk *w, const char *to)
{
    for (;;) {
        const struct step *s = &w->p->steps[w->step];
        bool dashed = s->dash_for_quoted && w->piece[w->step].len == 1 &&
                      to == w->piece[w->step].at + 1 && w->piece[w->step].at[-1] != '"';
        bool blank = to == w->piece[w->step].at && walk_is_blank_user(w, s, to);
        struct text after = dashed || blank ? text_cut(s->after, 1, s->after.len) : s->after;
        const char *next = NULL;
        bool last = w->step + 1 == w->p->count;
        if (!last || after.len > 0)
            next = walk_literal(w, after, to);
        if (next && last && next < w->end && *next != ' ') {
            walk_failed(w, next, "the format ends here, the line does not");
            next = NULL; /* a stray quote: the value is damaged */
        }
        if (next) {
            enter(w, w->step + 1, next);
            return true;
        }
        if (dashed ? last || to == w->end : stands_alone(w, s, to))
            keep_best(w, w->step + 1);
        if (w->whole == w->p->required)
            commit(w);
        const char *dash = match_bare_dash(w, after, to);
        if (!dash)
            return false;
        keep_best(w, ++w->step);
        w->fresh[w->step] = false;
        to = dash;
    }
}

/* Walks until all steps are whole, those that matter are, or no way is left. */
static void walk_steps(struct walk *w)
{
    while (w->step < w->stop) {
        unsigned i = w->step;
        const struct step *s = &w->p->steps[i];
        struct text *piece = &w->piece[i];
        const char *last = w->fresh[i] ? NULL : piece->at + piece->len;
        w->searching = s->shape == SHAPE_FREE;
        const char *to = ++w->tries > CANDIDATE_LIMIT ? NULL : walk_next_end(w, s, piece->at, last);
        w->fresh[i] = false;
        if (to) {
            piece->len = (size_t)(to - piece->at);
            if (pass(w, to))
                continue;
            if (w->whole >= w->stop || i < w->floor)
                return;
            w->step = i;
            continue;
        }
        if (i >= w->p->required)
            keep_best(w, i);
        if (i <= w->floor || w->whole >= w->stop)
            return;
        w->step = i - 1;
    }
    keep_best(w, w->step);
}

/* ---- Reading -------------------------------------------------------------------------------- */

unsigned program_stop(const struct program *p, field_set want)
{
    if (p->loose_tail || want == ~(field_set)0)
        return p->count;
    unsigned i = p->required;
    while (i < p->count && (want & p->steps[i].gives_on))
        i++;
    return i;
}

/* Walks from the start (step 0) or, with the steps before done, on from behind the value of the one
 * before `step`. */
static void walk_from(struct walk *w, unsigned step, const char *at)
{
    if (step == 0) {
        at = walk_literal(w, w->p->lead, at);
        if (at) {
            enter(w, 0, at);
            walk_steps(w);
        }
        return;
    }
    w->whole = w->floor = step;
    w->step = step - 1;
    w->piece[step - 1] = text_make(at, 0);
    if (pass(w, at))
        walk_steps(w);
}

static void walk_init(struct walk *w, const struct program *p, struct reading *r)
{
    struct text line = reading_line(r);
    w->p = p;
    w->r = r;
    w->begin = line.at;
    w->end = line.at + line.len;
    w->floor = w->tries = w->whole = w->sure = w->step = 0;
    w->searching = w->quiet = w->single = false;
    w->deepest = w->reason = NULL;
    w->piece[0] = w->user = w->blanks = (struct text){0};
    w->stop = program_stop(p, r->want);
}

/* Eight bytes at a time, the last of them again with the next: memmem() takes five times as long. */
static bool has_two_spaces(const char *from, const char *to)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f), spaces = UINT64_C(0x2020202020202020);
    for (; to - from >= 8; from += 7) {
        uint64_t bytes;
        memcpy(&bytes, from, sizeof bytes);
        bytes ^= spaces;
        uint64_t is_space = ~(((bytes & low) + low) | bytes | low); /* the top bit of each that is */
        if (is_space & is_space >> 8)
            return true;
    }
    for (; to - from >= 2; from++)
        if (from[0] == ' ' && from[1] == ' ')
            return true;
    return false;
}

/* Whether more than the usual space stands between values, or one at an end of the line. */
static bool has_run_of_spaces(const struct walk *w, const char *from, const char *to)
{
    if (from == to)
        return false;
    return (from == w->begin && *from == ' ') || (to == w->end && to[-1] == ' ') ||
           has_two_spaces(from, to);
}

/* Behind what was read of the line. */
static const char *read_to(struct walk *w)
{
    if (w->whole < w->stop)
        return w->end;
    const char *to = w->best[w->stop - 1].at + w->best[w->stop - 1].len;
    const char *next = walk_literal(w, w->p->steps[w->stop - 1].after, to);
    return next ? next : to;
}

/* Where a line has runs of spaces that it need not have, all steps tell how it is meant. Else what
 * is wanted would make a difference. */
static void walk_gaps(struct walk *w, unsigned step, const char *at)
{
    unsigned asked = w->stop;
    struct walk all, single;
    walk_init(&single, w->p, w->r);
    single.stop = w->p->count;
    all = single;
    single.single = true;
    walk_from(&all, step, at);
    if (all.whole < all.stop)
        walk_from(&single, step, at);
    struct walk *best = single.whole > all.whole ? &single : &all;
    if (best->whole < w->p->required || best->whole <= step)
        return; /* what was wrong at first is told */
    memcpy(w->best, best->best, best->whole * sizeof *best->best);
    w->whole = best->whole < asked ? best->whole : asked;
    w->single = best == &single;
}

/* The whole line, or what is behind the value of the step before. */
static void walk_line(struct walk *w, unsigned step, const char *at)
{
    walk_from(w, step, at);
    if (w->p->has_gaps && w->whole < w->p->count && has_run_of_spaces(w, at, read_to(w)))
        walk_gaps(w, step, at);
}

enum verdict program_read_exact(const struct program *p, struct reading *r)
{
    struct walk w;
    walk_init(&w, p, r);
    walk_line(&w, 0, w.begin);
    if (w.whole >= p->required)
        return walk_store(&w, 0);
    r->sure = walk_sure(&w);
    return reading_reject(r, w.deepest ? w.deepest : w.begin,
                          w.reason ? w.reason : "the line does not fit the format");
}

void program_read_tail(const struct program *p, struct reading *r, unsigned step, const char *at)
{
    struct walk w;
    walk_init(&w, p, r);
    if (w.stop <= step)
        return;
    walk_line(&w, step, at);
    walk_store(&w, step);
}

enum verdict program_read(const struct program *p, struct reading *r)
{
    const char *at;
    unsigned stop = program_stop(p, r->want);
    unsigned done = p->head && !r->measure ? head_read(p->head, r, stop, &at) : 0;
    if (done == 0) {
        r->out->has = r->out->null = 0;
        return program_read_exact(p, r);
    }
    if (done < stop)
        program_read_tail(p, r, done, at);
    return LINE_HIT;
}
