/* walk_ends.c - where the values and literals of a line end. */
#include "parse/walk.h"

bool walk_holds_dash(const struct step *s, struct text piece)
{
    char between = s->after.len > 0 && s->after.at[0] == '\t' ? '\t' : ' ';
    if (s->field != FIELD_USER || s->shape != SHAPE_FREE || (s->may_be_empty && between == ' ') ||
        piece.len < 2)
        return false;
    for (size_t at = 0; at < piece.len; at = text_find(piece, between, at) + 1)
        if (piece.at[at] == '-' && (at + 1 == piece.len || piece.at[at + 1] == between))
            return true;
    return false;
}

/* Values that lie whole before `at`, of a kind that not every word is of. The user's name is kept: one
 * that is likely to be several takes from that, and is looked at once, for it may be long. */
static unsigned count_sure(struct walk *w, const char *at)
{
    unsigned sure = 0;
    w->user = (struct text){0};
    for (unsigned i = 0; i <= w->step && i < w->p->count; i++) {
        enum shape shape = w->p->steps[i].shape;
        struct text piece = w->piece[i];
        bool whole = piece.len > 0 && piece.at + piece.len <= at;
        bool dash = piece.len == 1 && piece.at[0] == '-';
        sure += whole &&
                (shape == SHAPE_TIME || shape == SHAPE_QUOTED || (shape == SHAPE_NUMBER && !dash));
        if (whole && w->p->steps[i].field == FIELD_USER) {
            w->user = piece;
            w->user_step = i;
        }
    }
    return sure;
}

unsigned walk_sure(const struct walk *w)
{
    bool doubtful = w->user.len > 0 && walk_holds_dash(&w->p->steps[w->user_step], w->user);
    return w->sure - (doubtful && w->sure > 0);
}

void walk_failed(struct walk *w, const char *at, const char *reason)
{
    if (w->deepest && (w->quiet || at <= w->deepest))
        return;
    w->deepest = at;
    w->reason = reason;
    if (w->r->measure)
        w->sure = count_sure(w, at);
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

/* Each space of a long run may be where a value ends: the run is stepped over once, not once for
 * each. */
static const char *behind_blanks(struct walk *w, const char *at)
{
    const char *known = w->blanks.at, *to = at;
    if (known && at >= known && at < known + w->blanks.len)
        return known + w->blanks.len;
    while (to < w->end && *to == ' ')
        to++;
    if (to > at)
        w->blanks = text_make(at, (size_t)(to - at));
    return to;
}

const char *walk_literal(struct walk *w, struct text literal, const char *at)
{
    for (size_t i = 0; i < literal.len; i++) {
        if (at == w->end || *at != literal.at[i]) {
            if (!w->searching)
                walk_failed(w, at, missing_literal(w, at, literal.at[i]));
            return NULL;
        }
        at++;
        if (literal.at[i] == ' ' && w->p->flexible && !w->single)
            at = behind_blanks(w, at);
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

size_t walk_scan_time(const struct step *s, struct text in, struct stamp *stamp)
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
    size_t len = walk_scan_time(s, rest, &stamp);
    bool alone = s->field == FIELD_TIME && !w->p->many_times;
    if (len > 0 && alone && !stamp_finish(&stamp, &second, &nanos))
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
    if (!long_status && (!empty || (walk_may_be_empty(w, s) && s->shape != SHAPE_TIME)))
        return to;
    walk_failed(w, from,
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
    if (last && w->deepest > last + 1) /* the quote fitted, what stands behind it did not */
        w->quiet = true;
    const char *to = closing_quote(from, last ? last + 1 : from, w->end);
    if (to < w->end)
        return to;
    if (!last) /* what went wrong behind the first end says more */
        walk_failed(w, w->end, "the line ends inside quotes");
    return NULL;
}

/* No value begins with a space where spaces part the values. */
static bool begins_wrong(const struct step *s, const char *from, const char *to)
{
    return s->shape == SHAPE_FREE && !s->may_be_empty && to > from && from[0] == ' ';
}

/* Digits, hexadecimal ones too, and what parts those of an address. */
static bool is_address(struct text word)
{
    size_t parted = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (!memchr("0123456789abcdef.:", word.at[i], 18))
            return false;
        parted += word.at[i] == '.' || word.at[i] == ':';
    }
    return parted > 0;
}

/* "example.com 192.0.2.7 - frank": an address as the ident, and then its dash, are those of a line
 * with the virtual host in front. Behind an ident that is a dash any user goes. */
static bool follows_client(const struct walk *w, const char *from, const char *to)
{
    if (w->step == 0 || w->p->steps[w->step - 1].field != FIELD_IDENT)
        return false;
    return to - from > 1 && from[0] == '-' && from[1] == ' ' && is_address(w->piece[w->step - 1]);
}

bool walk_is_blank_user(const struct walk *w, const struct step *s, const char *from)
{
    return s->field == FIELD_USER && s->shape == SHAPE_FREE && w->p->flexible && !w->single &&
           s->after.len > 1 && s->after.at[0] == ' ' && from - w->begin > 1 && from < w->end && from[-1] == ' ' &&
           from[-2] == ' ' && *from == s->after.at[1];
}

/* Where nothing is escaped, the end of a last value in quotes is that of the line, if it can be;
 * NULL: look for its literal. */
static const char *end_with_line(const struct walk *w, const struct step *s, const char *from)
{
    bool last = w->step + 1 == w->p->count && s->shape == SHAPE_FREE && s->after.len > 0;
    if (!last || w->p->escape != ESCAPE_NONE || w->end - from < (ptrdiff_t)s->after.len ||
        memcmp(w->end - s->after.len, s->after.at, s->after.len) != 0)
        return NULL;
    return w->end - s->after.len;
}

/* The next end of a WORD or FREE value: where its literal may begin, at the latest the end of
 * the word or line. */
static const char *next_loose_end(struct walk *w, const struct step *s, const char *from,
                                  const char *last)
{
    bool word = s->shape == SHAPE_WORD, tabs = s->after.len > 0 && s->after.at[0] == '\t';
    const char *limit = word ? word_end(from, w->end) : w->end;
    if (word && tabs) /* what parts the values is in none of them */
        limit = find_byte(from, limit, '\t');
    if (!last && walk_is_blank_user(w, s, from))
        return from;
    if (!last && end_with_line(w, s, from))
        return end_with_line(w, s, from);
    const char *to = last ? last + 1 : from + (walk_may_be_empty(w, s) ? 0 : 1);
    if (to <= limit && (w->step + 1 == w->p->count && s->after.len == 0)) {
        while (w->p->ends_blank && limit > to && limit[-1] == ' ')
            limit--;
        to = limit; /* nothing behind it in the format: all of it */
    } else if (to <= limit && s->after.len > 0)
        to = find_byte(to, limit, s->after.at[0]);
    if (to <= limit && !begins_wrong(s, from, to) && !follows_client(w, from, to))
        return to;
    walk_failed(w, from, "a value is missing here");
    return NULL;
}

const char *walk_next_end(struct walk *w, const struct step *s, const char *from, const char *last)
{
    switch (s->shape) {
    case SHAPE_QUOTED: return next_quoted_end(w, s, from, last);
    case SHAPE_WORD:
    case SHAPE_FREE: return next_loose_end(w, s, from, last);
    default: return last ? NULL : only_end(w, s, from);
    }
}
