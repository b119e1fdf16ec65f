/* walk.c - the exact reading of a line by a program: step by step, going back where a
 * value could also end later.
 *
 * Fast readers (head.c) must agree with this one on every line. */
#include "parse/head.h"
#include "parse/steps.h"

enum { CANDIDATE_LIMIT = 20000 }; /* ends tried in one line before it is given up */

struct walk {
    const struct program *p;
    struct reading *r;
    const char *begin, *end; /* of the line */
    unsigned step;           /* the one whose end is looked for */
    unsigned floor;          /* not to go back below this step */
    unsigned stop;           /* steps from here on are nobody's wish */
    unsigned tries;
    bool searching;      /* the value may end in many places: that one is wrong says nothing */
    unsigned whole;      /* steps that the best way so far has made whole */
    const char *deepest; /* where the best failing way stopped, and why */
    const char *reason;
    struct text piece[STEP_LIMIT]; /* the way being tried; at == NULL: nothing there */
    bool fresh[STEP_LIMIT];        /* no end of this step was tried yet */
    struct text best[STEP_LIMIT];
};

static void note_failure(struct walk *w, const char *at, const char *reason)
{
    if (w->deepest && at <= w->deepest)
        return;
    w->deepest = at;
    w->reason = reason;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *find_byte(const char *from, const char *end, char byte)
{
    const char *hit = from < end ? memchr(from, byte, (size_t)(end - from)) : NULL;
    return hit ? hit : end;
}

/* ---- Literals --------------------------------------------------------------------------- */

static const char *missing_literal(const struct walk *w, const char *at, char byte)
{
    if (at == w->end)
        return "the line ends before its format does";
    switch (byte) {
    case ' ': return "a space is missing here";
    case '"': return "a quote is missing here";
    case '[': return "a [ is missing here";
    case ']': return "a ] is missing here";
    default: return "the format has other text here";
    }
}

/* Behind the literal at `at`, or NULL. */
static const char *match_literal(struct walk *w, struct text literal, const char *at)
{
    for (size_t i = 0; i < literal.len; i++) {
        if (at == w->end || *at != literal.at[i]) {
            if (!w->searching)
                note_failure(w, at, missing_literal(w, at, literal.at[i]));
            return NULL;
        }
        at++;
        if (literal.at[i] == ' ' && w->p->flexible)
            while (at < w->end && *at == ' ')
                at++;
    }
    return at;
}

/* ---- The ends of a value ---------------------------------------------------------------- */

/* The first unescaped quote at or behind `from`, or the line's end. `start` is where the value
 * begins: backslashes before that do not count. */
static const char *closing_quote(const char *start, const char *from, const char *end)
{
    for (const char *at = find_byte(from, end, '"'); at < end; at = find_byte(at + 1, end, '"')) {
        const char *back = at;
        while (back > start && back[-1] == '\\')
            back--;
        if ((at - back) % 2 == 0)
            return at;
    }
    return end;
}

static const char *word_end(const char *from, const char *end)
{
    return find_byte(from, end, ' ');
}

/* "a, b : c" as a whole. */
static const char *list_end(const char *from, const char *end)
{
    const char *at = word_end(from, end);
    while (at < end && at > from) {
        const char *next = at + 1;
        if (at[-1] != ',') {
            if (end - at < 4 || at[1] != ':' || at[2] != ' ')
                return at;
            next = at + 3;
        }
        if (next == end || *next == ' ')
            return at;
        at = word_end(next, end);
    }
    return at;
}

static const char *number_end(const struct step *s, const char *from, const char *end)
{
    bool count = s->field == FIELD_STATUS ||
                 (s->field < FIELD_COUNT && field_kind(s->field) == FIELD_KIND_COUNT);
    const char *at = from;
    if (at < end && *at == '-') {
        at++;
        if (count || at == end || !is_digit(*at))
            return at;
    }
    while (at < end && is_digit(*at))
        at++;
    if (!count && at > from && end - at >= 2 && *at == '.' && is_digit(at[1]))
        for (at++; at < end && is_digit(*at);)
            at++;
    return at;
}

static size_t scan_time_piece(const struct step *s, struct text in, struct stamp *stamp)
{
    if (s->piece == TIME_PATTERN)
        return stamp_pattern_scan(s->pattern, in, stamp);
    if (s->piece == TIME_FRACTION)
        return stamp_scan_fraction(in, s->digits, stamp);
    return stamp_scan(in, s->notation, stamp);
}

static const char *time_end(const struct walk *w, const struct step *s, const char *from)
{
    const struct format_memo *memo = w->r->memo;
    struct text rest = text_make(from, (size_t)(w->end - from));
    if (s->piece == TIME_WHOLE && memo->time_len == STAMP_CLF_LEN && rest.len > STAMP_CLF_LEN &&
        s->notation == AS_CLF && memcmp(memo->time, from, STAMP_CLF_LEN) == 0)
        return from + STAMP_CLF_LEN;
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    size_t len = scan_time_piece(s, rest, &stamp);
    if (len > 0 && !w->p->many_times && !stamp_finish(&stamp, &second, &nanos))
        len = 0;
    return from + len;
}

/* The only end of a value whose bytes tell by themselves; NULL when there is none. */
static const char *only_end(struct walk *w, const struct step *s, const char *from)
{
    const char *to = NULL;
    switch (s->shape) {
    case SHAPE_LIST: to = list_end(from, w->end); break;
    case SHAPE_NUMBER: to = number_end(s, from, w->end); break;
    case SHAPE_TIME: to = time_end(w, s, from); break;
    default: break;
    }
    bool empty = to == from, long_status = s->field == FIELD_STATUS && to - from > 3;
    if (!long_status && (!empty || (s->may_be_empty && s->shape != SHAPE_TIME)))
        return to;
    note_failure(w, from,
                 s->shape == SHAPE_TIME     ? "not a time"
                 : s->field == FIELD_STATUS ? "not a status"
                 : s->shape == SHAPE_NUMBER ? "not a number"
                                            : "a value is missing here");
    return NULL;
}

/* The next end of a QUOTED value behind `last` (NULL: the first). Only a request, which must be
 * there, may hold stray quotes: others are then damaged. */
static const char *next_quoted_end(struct walk *w, const struct step *s, const char *from,
                                   const char *last)
{
    bool strays = w->step < w->p->required && (s->field == FIELD_REQUEST || s->field == FIELD_PATH);
    if (last && !strays)
        return NULL;
    const char *to = closing_quote(from, last ? last + 1 : from, w->end);
    if (to < w->end)
        return to;
    if (!last) /* what went wrong behind the first end says more */
        note_failure(w, w->end, "the line ends inside quotes");
    return NULL;
}

/* A dash is a whole value: a user "- frank" or "192.0.2.7 - frank" is several, and the line has
 * more pieces than its format. Nor does a value begin with a space, where spaces part the values.
 */
static bool holds_several(const struct step *s, const char *from, const char *to)
{
    if (s->shape != SHAPE_FREE || s->may_be_empty || to == from)
        return false;
    if (from[0] == ' ')
        return true;
    if (s->field != FIELD_USER || to - from == 1)
        return false;
    for (const char *at = from; at < to; at = find_byte(at, to, ' ') + 1)
        if (*at == '-' && (at + 1 == to || at[1] == ' '))
            return true;
    return false;
}

/* The next end of a WORD or FREE value: where its literal may begin, at the latest the end of
 * the word or line. */
static const char *next_loose_end(struct walk *w, const struct step *s, const char *from,
                                  const char *last)
{
    const char *limit = s->shape == SHAPE_WORD ? word_end(from, w->end) : w->end;
    const char *to = last ? last + 1 : from + (s->may_be_empty ? 0 : 1);
    if (to <= limit && (w->step + 1 == w->p->count && s->after.len == 0))
        to = limit; /* nothing behind it in the format: all of it */
    else if (to <= limit && s->after.len > 0)
        to = find_byte(to, limit, s->after.at[0]);
    if (to <= limit && !holds_several(s, from, to))
        return to;
    note_failure(w, from, "a value is missing here");
    return NULL;
}

static const char *next_end(struct walk *w, const struct step *s, const char *from,
                            const char *last)
{
    switch (s->shape) {
    case SHAPE_QUOTED: return next_quoted_end(w, s, from, last);
    case SHAPE_WORD:
    case SHAPE_FREE: return next_loose_end(w, s, from, last);
    default: return last ? NULL : only_end(w, s, from);
    }
}

/* ---- The way through the steps ------------------------------------------------------------ */

static void keep_best(struct walk *w, unsigned whole)
{
    if (whole <= w->whole)
        return;
    memcpy(w->best, w->piece, whole * sizeof *w->piece);
    w->whole = whole;
}

/* A value that the line leaves alone with at `to`: it is whole although its literal does not
 * follow. For the last required value a space or the literal's first byte is enough; for those
 * behind, a quote that closes the line. */
static bool stands_alone(const struct walk *w, const struct step *s, const char *to)
{
    struct text after = s->after;
    if (s->shape == SHAPE_QUOTED) {
        to++;
        after = text_cut(after, 1, after.len);
        if (to == w->end)
            return w->step + 1 >= w->p->required;
    }
    if (w->step + 1 == w->p->required)
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
    at = match_literal(w, text_cut(after, 0, after.len - 1), at);
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
        struct text after = dashed ? text_cut(s->after, 1, s->after.len) : s->after;
        const char *next = NULL;
        bool last = w->step + 1 == w->p->count;
        if (!last || after.len > 0)
            next = match_literal(w, after, to);
        if (next && last && next < w->end && *next != ' ') {
            note_failure(w, next, "the format ends here, the line does not");
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
        const char *to = ++w->tries > CANDIDATE_LIMIT ? NULL : next_end(w, s, piece->at, last);
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

/* ---- From the pieces to the fields -------------------------------------------------------- */

static bool put_time(struct reading *r, const struct step *s, struct text piece)
{
    if (s->piece == TIME_WHOLE || (piece.len == 1 && piece.at[0] == '-'))
        return value_time(r, piece, s->notation);
    if (value_time_known(r, piece))
        return true;
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    if (scan_time_piece(s, piece, &stamp) != piece.len || !stamp_finish(&stamp, &second, &nanos))
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
        if (s->field == FIELD_TIME && scan_time_piece(s, w->best[i], &stamp) != w->best[i].len)
            return false;
    }
    if (!stamp_enough(stamp.has) || !stamp_finish(&stamp, &second, &nanos))
        return false;
    value_set_time(w->r, second, nanos);
    return true;
}

/* Where the best way ended: behind its last value and what of its literal is there. */
static const char *behind(struct walk *w)
{
    unsigned last = w->whole - 1;
    const char *to = w->best[last].at + w->best[last].len;
    const char *next = match_literal(w, w->p->steps[last].after, to);
    return next ? next : to;
}

static enum verdict finish(struct walk *w, unsigned from)
{
    const struct program *p = w->p;
    for (unsigned i = from; i < w->whole; i++) {
        if (put_value(w, i))
            continue;
        if (i < p->required)
            return reading_reject(w->r, w->best[i].at, "not a value of this kind");
        w->r->out->cut = 1;
    }
    if (p->many_times && from == 0 && !put_times(w))
        return reading_reject(w->r, w->best[0].at, "not a time");
    if (w->whole < w->stop)
        w->r->out->cut = 1;
    if (w->whole > from)
        w->r->reached = behind(w);
    return LINE_HIT;
}

unsigned program_stop(const struct program *p, field_set want)
{
    if (p->loose_tail || want == ~(field_set)0)
        return p->count;
    unsigned i = p->required;
    while (i < p->count && (want & p->steps[i].gives_on))
        i++;
    return i;
}

static void walk_init(struct walk *w, const struct program *p, struct reading *r)
{
    struct text line = reading_line(r);
    w->p = p;
    w->r = r;
    w->begin = line.at;
    w->end = line.at + line.len;
    w->floor = w->tries = w->whole = 0;
    w->searching = false;
    w->deepest = w->reason = NULL;
    w->stop = program_stop(p, r->want);
}

enum verdict program_read_exact(const struct program *p, struct reading *r)
{
    struct walk w;
    walk_init(&w, p, r);
    const char *at = match_literal(&w, p->lead, w.begin);
    if (at) {
        enter(&w, 0, at);
        walk_steps(&w);
    }
    if (w.whole >= p->required)
        return finish(&w, 0);
    return reading_reject(r, w.deepest ? w.deepest : w.begin,
                          w.reason ? w.reason : "the line does not fit the format");
}

void program_read_tail(const struct program *p, struct reading *r, unsigned step, const char *at)
{
    struct walk w;
    walk_init(&w, p, r);
    if (w.stop <= step)
        return;
    w.whole = w.floor = step;
    w.step = step - 1;
    w.piece[step - 1] = text_make(at, 0);
    if (pass(&w, at))
        walk_steps(&w);
    finish(&w, step);
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
