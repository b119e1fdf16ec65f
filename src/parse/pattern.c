/* pattern.c - regex: a line read by a PCRE2 pattern whose groups are named after fields.
 *
 * The one home of pcre2. The pattern is the user's but the line is an attacker's: matching is
 * bounded, and a pattern that hits its bounds again and again is switched off. */
#include <stdlib.h>

#include "base/mem.h"
#include "parse/pattern_late.h"
#include "parse/reader.h"
#include "parse/value.h"

enum {
    GROUP_LIMIT = 64,
    MATCH_LIMIT = 100000, /* about a millisecond, with and without the just-in-time compiler */
    DEPTH_LIMIT = 10000,
    HEAP_LIMIT_KIB = 4096,
    OFFENCE_LIMIT = 5, /* lines that hit a bound before the pattern is switched off */
    JIT_STACK_FIRST = 32 * 1024,
    JIT_STACK_MOST = 1024 * 1024
};

struct group {
    uint32_t number;
    enum field field;
};

struct pattern {
    pcre2_code *code;
    struct group groups[GROUP_LIMIT];
    size_t count;
};

struct format_state {
    pcre2_match_data *match;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    unsigned offences;
};

/* ---- Compiling ------------------------------------------------------------------------------ */

static bool refuse_pattern(struct error *why, int code, size_t offset)
{
    char message[160];
    if (pcre2.get_error_message(code, (PCRE2_UCHAR *)message, sizeof message) < 0)
        strcpy(message, "not a pattern");
    return error_at(why, (uint32_t)offset + 1, "bad regex: %s (character %zu of the pattern)",
                    message, offset + 1);
}

static void add_group(struct pattern *p, uint32_t number, enum field f)
{
    if (f == FIELD_COUNT || p->count == GROUP_LIMIT)
        return;
    for (size_t i = 0; i < p->count; i++)
        if (p->groups[i].field == f)
            return;
    p->groups[p->count++] = (struct group){number, f};
}

/* The table's rows: two bytes of number, then the name. Other names are the user's own business. */
static void find_groups(struct pattern *p)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR row = NULL;
    pcre2.pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2.pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2.pattern_info(p->code, PCRE2_INFO_NAMETABLE, &row);
    for (uint32_t i = 0; i < count; i++, row += size)
        add_group(p, (uint32_t)row[0] << 8 | row[1], field_named(text_of((const char *)row + 2)));
}

static bool has_field(const struct pattern *p, enum field f)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->groups[i].field == f)
            return true;
    return false;
}

/* What the request line holds is not asked for twice. */
static void drop_parts_of_request(struct pattern *p)
{
    size_t kept = 0;
    bool request = has_field(p, FIELD_REQUEST);
    for (size_t i = 0; i < p->count; i++) {
        enum field f = p->groups[i].field;
        bool part = f == FIELD_METHOD || f == FIELD_PATH || f == FIELD_PROTOCOL;
        if (!(request && part))
            p->groups[kept++] = p->groups[i];
    }
    p->count = kept;
}

static field_set fields_of(const struct pattern *p)
{
    field_set set = 0;
    for (size_t i = 0; i < p->count; i++)
        set |= FIELD_BIT(p->groups[i].field);
    if (set & FIELD_BIT(FIELD_REQUEST))
        set |= FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_PROTOCOL);
    if (set & FIELD_BIT(FIELD_PATH))
        set |= FIELD_BIT(FIELD_SECTION);
    return set;
}

static void pattern_free(void *program)
{
    struct pattern *p = program;
    if (!p)
        return;
    pcre2.code_free(p->code);
    free(p);
}

static void *pattern_compile(struct text spec, struct format_facts *facts, struct error *why)
{
    int code = 0;
    size_t offset = 0;
    if (!pcre2_late(why))
        return NULL;
    struct pattern *p = mem_new(1, sizeof *p);
    p->code = pcre2.compile((PCRE2_SPTR)spec.at, spec.len,
                            PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
    if (!p->code) {
        refuse_pattern(why, code, offset);
        pattern_free(p);
        return NULL;
    }
    find_groups(p);
    if (p->count == 0) {
        error_set(why, "the regex has no group named after a field, such as (?<host>...), "
                       "(?<time>...), (?<request>...), (?<status>...) or (?<bytes>...)");
        pattern_free(p);
        return NULL;
    }
    drop_parts_of_request(p);
    pcre2.jit_compile(p->code, PCRE2_JIT_COMPLETE); /* where it is refused, matching still works */
    facts->fields = fields_of(p);
    facts->escape = ESCAPE_APACHE; /* the widest: knows nginx's escapes too */
    facts->has_state = true;
    return p;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static struct format_state *state_new(const void *program)
{
    const struct pattern *p = program;
    struct format_state *state = mem_new(1, sizeof *state);
    state->match = pcre2.match_data_create_from_pattern(p->code, NULL);
    state->context = pcre2.match_context_create(NULL);
    state->stack = pcre2.jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
    pcre2.set_match_limit(state->context, MATCH_LIMIT);
    pcre2.set_depth_limit(state->context, DEPTH_LIMIT);
    pcre2.set_heap_limit(state->context, HEAP_LIMIT_KIB);
    pcre2.jit_stack_assign(state->context, NULL, state->stack);
    return state;
}

static void state_free(struct format_state *state)
{
    pcre2.match_data_free(state->match);
    pcre2.match_context_free(state->context);
    pcre2.jit_stack_free(state->stack);
    free(state);
}

static bool put_group(struct reading *r, enum field f, struct text piece)
{
    if (f == FIELD_SECTION)
        return value_text(r, f, piece);
    return value_set(r, f, piece, AS_USUAL);
}

static enum verdict put_groups(const struct pattern *p, struct reading *r, const size_t *ends,
                               size_t pairs)
{
    struct text line = reading_line(r);
    for (size_t i = 0; i < p->count; i++) {
        uint32_t n = p->groups[i].number;
        if (n >= pairs || ends[2 * n] == PCRE2_UNSET)
            continue;
        enum field f = p->groups[i].field;
        struct text piece = text_cut(line, ends[2 * n], ends[2 * n + 1]);
        if (put_group(r, f, piece))
            continue;
        if (f == FIELD_TIME)
            return reading_reject(r, piece.at, "not a time");
        if (f == FIELD_STATUS)
            return reading_reject(r, piece.at, "not a status");
        if (f == FIELD_BYTES)
            return reading_reject(r, piece.at, "not a number");
        r->out->cut = 1;
    }
    return LINE_HIT;
}

static enum verdict reject_match(struct reading *r, struct format_state *state, int code)
{
    const char *at = reading_line(r).at;
    if (code == PCRE2_ERROR_NOMATCH)
        return reading_reject(r, at, "the pattern does not match");
    state->offences++;
    r->memo->gave_up = state->offences >= OFFENCE_LIMIT;
    return reading_reject(r, at, "the pattern takes too long on this line");
}

static enum verdict pattern_read(const void *program, struct reading *r)
{
    const struct pattern *p = program;
    struct format_state *state = r->memo->state;
    struct text line = reading_line(r);
    if (r->memo->gave_up)
        return reading_reject(r, line.at, "the pattern was switched off: it takes too long");
    int code =
        pcre2.match(p->code, (PCRE2_SPTR)line.at, line.len, 0, 0, state->match, state->context);
    if (code < 0)
        return reject_match(r, state, code);
    r->reached = line.at + pcre2.get_ovector_pointer(state->match)[1];
    return put_groups(p, r, pcre2.get_ovector_pointer(state->match),
                      pcre2.get_ovector_count(state->match));
}

const struct reader reader_regex = {
    .prefix = "regex:",
    .compile = pattern_compile,
    .free = pattern_free,
    .read = pattern_read,
    .state_new = state_new,
    .state_free = state_free,
};
