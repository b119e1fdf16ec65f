/* program.c - puts literals and values together to a program: which field a value gives,
 * where it ends, what must be there. */
#include <stdlib.h>

#include "base/mem.h"
#include "parse/head.h"
#include "parse/steps.h"

/* ---- Who gives which field ---------------------------------------------------------------- */

static bool has_field(const struct builder *b, enum field f)
{
    for (unsigned i = 0; i < b->count; i++)
        if (b->values[i].means.field == f)
            return true;
    return false;
}

/* Of several values for one field the one of the lowest rank stays, then the first. The time is
 * left out: its pieces may belong together. */
static void drop_duplicates(struct builder *b)
{
    for (unsigned i = 0; i < b->count; i++) {
        struct directive *mine = &b->values[i].means;
        if (mine->field == STEP_NONE || mine->field == FIELD_TIME)
            continue;
        for (unsigned j = i + 1; j < b->count; j++) {
            struct directive *other = &b->values[j].means;
            if (other->field != mine->field)
                continue;
            if (other->rank >= mine->rank) {
                other->field = STEP_NONE;
            } else {
                mine->field = STEP_NONE;
                break;
            }
        }
    }
}

/* The request line holds method, path and protocol. */
static void drop_parts_of_request(struct builder *b)
{
    if (!has_field(b, FIELD_REQUEST))
        return;
    for (unsigned i = 0; i < b->count; i++) {
        enum field f = b->values[i].means.field;
        if (f == FIELD_METHOD || f == FIELD_PATH || f == FIELD_PROTOCOL || f == FIELD_QUERY)
            b->values[i].means.field = STEP_NONE;
    }
}

static unsigned time_gives(const struct builder *b, unsigned i)
{
    const struct directive *means = &b->values[i].means;
    if (means->piece == TIME_PATTERN)
        return b->values[i].pattern->gives;
    if (means->piece == TIME_FRACTION)
        return STAMP_FRACTION;
    if (means->notation == AS_CLF)
        return STAMP_DATE | STAMP_CLOCK | STAMP_ZONE;
    return STAMP_EPOCH | STAMP_DATE | STAMP_CLOCK | STAMP_ZONE | STAMP_FRACTION;
}

/* Marks the pieces of one rank that say something new about the time; returns what they say. */
static unsigned mark_times(const struct builder *b, unsigned rank, bool keep[])
{
    unsigned known = 0;
    for (unsigned i = 0; i < b->count; i++) {
        keep[i] = false;
        if (b->values[i].means.field != FIELD_TIME || b->values[i].means.rank != rank)
            continue;
        unsigned gives = time_gives(b, i);
        bool adds = (gives & ~known) != 0;
        if (stamp_enough(known)) /* only what makes it finer */
            adds = adds && (gives & ~(STAMP_FRACTION | STAMP_ZONE | STAMP_SECOND)) == 0;
        keep[i] = adds;
        known |= adds ? gives : 0;
    }
    return known;
}

/* Drops the times that say nothing new, and all of them when they make no moment. The request's
 * start (rank 0) goes before its end (rank 1). Returns how many pieces are left. */
static unsigned choose_times(struct builder *b, unsigned *known)
{
    bool keep[STEP_LIMIT];
    unsigned count = 0;
    *known = mark_times(b, 0, keep);
    if (!stamp_enough(*known))
        *known = mark_times(b, 1, keep);
    for (unsigned i = 0; i < b->count; i++) {
        if (b->values[i].means.field != FIELD_TIME)
            continue;
        if (stamp_enough(*known) && keep[i])
            count++;
        else
            b->values[i].means.field = STEP_NONE;
    }
    return count;
}

/* ---- How a value ends ----------------------------------------------------------------------- */

static struct text literal_before(const struct builder *b, unsigned i)
{
    return text_make(b->text.at + b->values[i].literal_from,
                     b->values[i].literal_to - b->values[i].literal_from);
}

static struct text literal_behind(const struct builder *b, unsigned i)
{
    if (i + 1 < b->count)
        return literal_before(b, i + 1);
    return text_make(b->text.at + b->literal_from, b->text.len - b->literal_from);
}

static bool first_is(struct text t, char byte)
{
    return t.len > 0 && t.at[0] == byte;
}

static bool last_is(struct text t, char byte)
{
    return t.len > 0 && t.at[t.len - 1] == byte;
}

static bool is_time(const struct builder *b, unsigned i)
{
    const struct directive *means = &b->values[i].means;
    return means->field == FIELD_TIME || means->piece != TIME_WHOLE ||
           (means->notation >= AS_CLF && means->notation <= AS_EPOCH_NANOS);
}

static enum shape choose_shape(const struct builder *b, unsigned i, enum escape escape)
{
    const struct directive *means = &b->values[i].means;
    struct text before = literal_before(b, i), behind = literal_behind(b, i);
    bool at_end = behind.len == 0 && i + 1 == b->count;
    if (is_time(b, i))
        return SHAPE_TIME;
    if (last_is(before, '"') && first_is(behind, '"') && escape != ESCAPE_NONE)
        return SHAPE_QUOTED;
    bool ends = behind.len > 0 ? !first_is(behind, ' ') : at_end;
    if (means->sent && ends)
        return SHAPE_FREE;
    if (means->spaces == NO_SPACES)
        return means->numeric ? SHAPE_NUMBER : SHAPE_WORD;
    if (means->spaces == IN_LISTS && (at_end || first_is(behind, ' ')) &&
        !(behind.len > 1 && behind.at[1] == ':'))
        return SHAPE_LIST;
    return SHAPE_FREE;
}

static bool may_be_empty(const struct builder *b, unsigned i, enum escape escape)
{
    struct text before = literal_before(b, i), behind = literal_behind(b, i);
    bool bare = escape == ESCAPE_JSON || escape == ESCAPE_NONE;
    enum field f = b->values[i].means.field;
    if (bare || b->values[i].means.numeric)
        return bare;
    bool open_before = before.len == 0 || last_is(before, ' ');
    bool open_behind = behind.len == 0 || first_is(behind, ' ');
    bool touches = (before.len == 0 && i > 0) || (behind.len == 0 && i + 1 < b->count);
    if (touches || f == FIELD_HOST || f == FIELD_IDENT)
        return !open_before && !open_behind;
    /* "- - " for nginx's "$request_method $request_uri $server_protocol", and "x= " for "x=$http_x " */
    return !open_before || !open_behind;
}

/* A client's address and the time are never empty; numbers are dashes where there are none. */
static bool may_be_gap(const struct builder *b, unsigned i, const struct step *s)
{
    struct text before = literal_before(b, i), behind = literal_behind(b, i);
    bool shaped = s->shape == SHAPE_WORD || s->shape == SHAPE_LIST || s->shape == SHAPE_FREE;
    return shaped && s->field != FIELD_HOST && s->field != FIELD_IDENT &&
           (before.len == 0 || last_is(before, ' ')) && (behind.len == 0 || first_is(behind, ' '));
}

/* ---- Putting it together -------------------------------------------------------------------- */

static field_set derived_from(enum field f)
{
    if (f == STEP_NONE)
        return 0;
    field_set set = FIELD_BIT(f);
    if (f == FIELD_REQUEST)
        set |= FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_PROTOCOL);
    if (f == FIELD_REQUEST || f == FIELD_PATH)
        set |= FIELD_BIT(FIELD_SECTION);
    return set;
}

static void fill_step(const struct builder *b, unsigned i, const struct program *p, struct step *s)
{
    const struct directive *means = &b->values[i].means;
    *s = (struct step){
        .shape = choose_shape(b, i, p->escape),
        .field = means->field,
        .also = STEP_NONE,
        .notation = means->notation,
        .may_be_empty = may_be_empty(b, i, p->escape),
        .piece = means->piece,
        .digits = means->digits,
        .pattern = b->values[i].pattern,
        .after = literal_behind(b, i),
    };
    if (s->field == FIELD_BYTES_SENT && !has_field(b, FIELD_BYTES))
        s->also = FIELD_BYTES; /* Debian's vhost_combined has only the bytes on the wire */
    s->may_be_gap = p->flexible && may_be_gap(b, i, s);
    s->gives = derived_from(s->field) | derived_from(s->also);
}

/* Steps up to the last of time, request, status and bytes; all of them where there is none. */
static unsigned count_required(const struct program *p)
{
    field_set leading = FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_BYTES) |
                        FIELD_BIT(FIELD_REQUEST) | FIELD_BIT(FIELD_PATH);
    for (unsigned i = p->count; i > 0; i--)
        if (p->steps[i - 1].gives & leading)
            return i;
    return p->count;
}

/* In front of a quoted value the line may have a bare dash instead; only what may be
 * missing, so that a required one stays strict. */
static void allow_dashes(struct program *p)
{
    for (unsigned i = p->required; i < p->count; i++) {
        const struct step *before = &p->steps[i - 1];
        size_t len = before->after.len;
        p->steps[i].dash_for_quoted =
            p->steps[i].shape == SHAPE_QUOTED && len > 1 && before->after.at[len - 2] == ' ';
    }
}

/* One space in a literal stands for any number: runs of them say no more. At the very end
 * of a format they need not be there: true when some were. */
static bool squeeze_spaces(struct builder *b)
{
    char *bytes = b->text.at;
    size_t to = 0, from = 0;
    for (unsigned i = 0; i <= b->count; i++) {
        size_t *begin = i < b->count ? &b->values[i].literal_from : &b->literal_from;
        size_t end = i < b->count ? b->values[i].literal_to : b->text.len;
        size_t first = to;
        for (from = *begin; from < end; from++)
            if (bytes[from] != ' ' || to == first || bytes[to - 1] != ' ')
                bytes[to++] = bytes[from];
        *begin = first;
        if (i < b->count)
            b->values[i].literal_to = to;
    }
    size_t all = to;
    while (to > b->literal_from && bytes[to - 1] == ' ')
        to--;
    b->text.len = to;
    return to < all;
}

/* A line break at a format's end is the line's own. */
static void drop_last_break(struct builder *b)
{
    while (b->text.len > b->literal_from && memchr("\n\r", b->text.at[b->text.len - 1], 2))
        b->text.len--;
}

static void tell_facts(const struct program *p, unsigned time_has, struct format_facts *facts)
{
    facts->escape = p->escape;
    facts->fields = 0;
    for (unsigned i = 0; i < p->count; i++)
        facts->fields |= p->steps[i].gives;
    if ((facts->fields & FIELD_BIT(FIELD_TIME)) && !(time_has & (STAMP_ZONE | STAMP_EPOCH)))
        buf_str(&facts->missing, "the time has no zone: it is read as UTC");
    if (memchr(p->text.at, '\n', p->text.len))
        buf_printf(&facts->missing, "%sit has a line break, so that no line fits: write it in one",
                   facts->missing.len ? "; " : "");
}

static bool holds_quote(struct text literal)
{
    return text_find(literal, '"', 0) < literal.len;
}

/* What is required; the literal behind the last required value need not be there. */
static unsigned needs_of(const struct program *p)
{
    bool listed = p->steps[0].field == FIELD_HOST && p->steps[0].shape == SHAPE_LIST;
    unsigned needs = (holds_quote(p->lead) ? LINE_HAS_QUOTE : 0) | (listed ? LINE_IS_LIST : 0);
    for (unsigned i = 0; i < p->required; i++) {
        const struct step *s = &p->steps[i];
        if (i + 1 < p->required && holds_quote(s->after))
            needs |= LINE_HAS_QUOTE;
        if (s->shape != SHAPE_TIME || s->piece != TIME_WHOLE)
            continue;
        needs |= s->notation == AS_CLF ? LINE_HAS_CLF_DATE : 0;
        needs |= s->notation == AS_RFC3339 ? LINE_HAS_ISO_DATE : 0;
    }
    return needs;
}

static bool tail_is_loose(const struct program *p)
{
    for (unsigned i = p->required - 1; i < p->count; i++)
        if (p->steps[i].shape == SHAPE_FREE ||
            (p->steps[i].shape == SHAPE_WORD && i >= p->required))
            return true;
    return false;
}

/* Begins with a time, with words that nobody knows, or with a word and a bar: what syslog or Compose
 * put before a line could be the format's own. */
static bool has_own_head(const struct program *p)
{
    unsigned unknown = 0;
    if (p->lead.len > 0)
        return false;
    while (unknown < p->count && p->steps[unknown].field == STEP_NONE)
        unknown++;
    return p->steps[0].field == FIELD_TIME || unknown > 2 || text_starts(p->steps[0].after, TEXT(" |"));
}

struct program *builder_finish(struct builder *b, enum escape escape, struct format_facts *facts,
                               struct error *why)
{
    if (b->count == 0) {
        error_set(why, "the format has no directive or variable");
        return NULL;
    }
    struct program *p = mem_new(1, sizeof *p);
    p->escape = escape;
    p->flexible = escape == ESCAPE_APACHE || escape == ESCAPE_NGINX;
    drop_last_break(b);
    if (p->flexible)
        p->ends_blank = squeeze_spaces(b);
    drop_parts_of_request(b);
    drop_duplicates(b);
    unsigned time_has;
    p->many_times = choose_times(b, &time_has) > 1;

    p->count = b->count;
    p->steps = mem_new(p->count, sizeof *p->steps);
    for (unsigned i = 0; i < p->count; i++)
        fill_step(b, i, p, &p->steps[i]);
    for (unsigned i = 0; i < p->count; i++)
        p->has_gaps |= p->steps[i].may_be_gap;
    field_set gives = 0;
    for (unsigned i = p->count; i > 0; i--)
        p->steps[i - 1].gives_on = gives |= p->steps[i - 1].gives;
    p->lead = literal_before(b, 0);
    p->required = count_required(p);
    p->loose_tail = tail_is_loose(p);
    allow_dashes(p);
    facts->needs = needs_of(p);
    facts->has_own_head = has_own_head(p);
    p->text = b->text; /* the steps' literals and patterns are the program's now */
    tell_facts(p, time_has, facts);
    b->count = 0;
    buf_init(&b->text);
    p->head = head_new(p);
    return p;
}

void program_free(struct program *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->count; i++)
        free(p->steps[i].pattern);
    free(p->steps);
    head_free(p->head);
    buf_done(&p->text);
    free(p);
}
