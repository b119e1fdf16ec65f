/* w3c.c - logs that name their own columns: the W3C extended log file format as IIS and others
 * write it, and CloudFront's.
 *
 * Sources: as of w3c_fields.c. */
#include "parse/w3c.h"
#include "base/mem.h"
#include "base/safe.h"
#include "parse/stamp.h"
#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 512 };

/* CloudFront's columns where a log has lost its head: they have been appended to, never changed. */
static const char cloudfront_columns[] =
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
    "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header "
    "cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher "
    "x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port "
    "time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end";

struct dialect {
    const char *name;
    const char *columns; /* until a #Fields line is seen; NULL: none */
    bool tabs;           /* values are parted by tabs alone */
    enum notation taken; /* unit of time-taken written without a point */
};

static const struct dialect dialects[] = {
    {"iis", NULL, false, AS_MILLIS},
    {"cloudfront", cloudfront_columns, true, AS_SECONDS},
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* ---- Lines ------------------------------------------------------------------------------------
 */

/* The values of a line. */
struct pieces {
    struct text list[PIECES_MAX];
    unsigned count;
    bool more; /* than there is room for */
};

/* A value in quotes ends at a quote with a blank or the line's end behind it. */
static size_t value_end(struct text line, size_t from, bool tabs)
{
    size_t i = from;
    bool quoted = line.at[from] == '"' && !tabs;
    for (i += quoted; i < line.len; i++) {
        bool ends = line.at[i] == '\t' || (line.at[i] == ' ' && !tabs);
        if (ends && (!quoted || (line.at[i - 1] == '"' && i - 1 > from))) {
            return i;
        }
    }
    return line.len;
}

static struct text without_quotes(struct text piece)
{
    bool quoted = piece.len >= 2 && piece.at[0] == '"' && piece.at[piece.len - 1] == '"';
    return quoted ? text_cut(piece, 1, piece.len - 1) : piece;
}

/* Values written with a tab behind each may be empty; those parted by blanks never are. */
static void split(struct text line, bool tabs, struct pieces *p)
{
    p->count = 0;
    p->more = false;
    for (size_t i = 0; i < line.len; i++) {
        if (!tabs && is_blank(line.at[i])) {
            continue;
        }
        size_t end = value_end(line, i, tabs);
        if (p->count == PIECES_MAX) {
            p->more = true;
            return;
        }
        p->list[p->count++] = text_cut(line, i, end);
        i = end;
    }
}

/* Where an agent was written with spaces in it the line has more values than columns: the
 * surplus is the agent's. */
static void join_agent(const struct format_state *s, struct pieces *p)
{
    if (p->count <= s->count || s->agent < 0) {
        return;
    }
    unsigned agent = (unsigned)s->agent, surplus = p->count - s->count;
    struct text last = p->list[agent + surplus];
    p->list[agent].len = (size_t)(last.at + last.len - p->list[agent].at);
    for (unsigned i = agent + 1; i < s->count; i++) {
        p->list[i] = p->list[i + surplus];
    }
    p->count = s->count;
}

/* Date and time, side by side as mostly, are one text to the memo. */
static bool set_moment(struct reading *r, const struct format_state *s, const struct pieces *p)
{
    char moment[64];
    struct text clock = without_quotes(p->list[s->clock]), day = text_of(s->day), both = {0};
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    if (s->date >= 0) {
        day = without_quotes(p->list[s->date]);
        bool beside = clock.at == day.at + day.len + 1;
        both = beside ? text_make(day.at, day.len + 1 + clock.len) : both;
    }
    if (both.len > 0 && value_time_known(r, both)) {
        return true;
    }
    if (day.len != 10 || clock.len > sizeof moment - 11) {
        return false;
    }
    memcpy(moment, day.at, 10);
    moment[10] = ' ';
    memcpy(moment + 11, clock.at, clock.len);
    if (stamp_scan(text_make(moment, clock.len + 11), AS_RFC3339, &stamp) != clock.len + 11 ||
        !stamp_finish(&stamp, &second, &nanos)) {
        return false;
    }
    if (both.len > 0) {
        value_time_keep(r, both, second, nanos);
    } else {
        value_set_time(r, second, nanos);
    }
    return true;
}

/* A + between two words; not that of "Notepad++/8", nor one whose space would part the line
 * otherwise when it is read again. */
static bool stands_for_space(const char *at, size_t i, size_t len)
{
    if (at[i] != '+' || i == 0 || i + 1 == len) {
        return false;
    }
    char before = at[i - 1], behind = at[i + 1];
    return before != '+' && behind != '+' && !is_blank(before) && !is_blank(behind);
}

/* IIS writes a + for each space of the agent. */
static struct text plus_to_space(char *at, size_t len)
{
    size_t pluses = 0, quotes = 0;
    for (size_t i = 0; i < len; i++) {
        pluses += at[i] == '+';
        quotes += at[i] == '"';
    }
    /* Only where the line is certain to be split the same way again. */
    if (pluses < PIECES_MAX - W3C_COLUMNS && quotes == 0) {
        for (size_t i = 0; i < len; i++) {
            at[i] = stands_for_space(at, i, len) ? ' ' : at[i];
        }
    }
    return text_make(at, len);
}

/* How many bytes stand for a space at the start; 0: none. */
static size_t encoded_space(struct text rest)
{
    return text_starts(rest, TEXT("%2520")) ? 5 : text_starts(rest, TEXT("%20")) ? 3 : 0;
}

/* Nothing but blanks: they would be no value any more when the line is read again. */
static bool is_all_blank(struct text t)
{
    while (t.len > 0) {
        size_t taken = is_blank(t.at[0]) ? 1 : encoded_space(t);
        if (taken == 0)
            return false;
        t = text_cut(t, taken, t.len);
    }
    return true;
}

/* CloudFront writes %20 or, encoded once more, %2520. The gap is filled with spaces. */
static struct text percent_to_space(char *at, size_t len)
{
    size_t to = 0;
    if (is_all_blank(text_make(at, len)))
        return text_make(at, len);
    for (size_t i = 0; i < len;) {
        size_t encoded = encoded_space(text_make(at + i, len - i));
        size_t taken = encoded ? encoded : 1;
        at[to++] = taken > 1 ? ' ' : at[i];
        i += taken;
    }
    memset(at + to, ' ', len - to);
    while (to > 0 && at[to - 1] == ' ') {
        to--;
    }
    return text_make(at, to);
}

/* Only in a line with all its columns: elsewhere a new space would move the others. */
static bool set_agent(const struct dialect *d, struct reading *r, struct text piece, bool whole)
{
    if (reading_wants(r, FIELD_AGENT) && whole) {
        char *at = r->batch->bytes + reading_offset(r, piece.at);
        bool tab_behind = at[piece.len] == '\t'; /* not IIS */
        if (d->tabs) {
            piece = percent_to_space(at, piece.len);
        } else if (!tab_behind) {
            piece = plus_to_space(at, piece.len);
        }
    }
    return value_text(r, FIELD_AGENT, piece);
}

static bool set_column(const struct dialect *d, const struct format_state *s, struct reading *r,
                       const struct pieces *p, unsigned i)
{
    struct text piece = without_quotes(p->list[i]);
    enum field f = s->columns[i].field;
    switch (s->columns[i].part) {
    case PART_SKIP:
    case PART_DATE: return true;
    case PART_CLOCK: return set_moment(r, s, p);
    case PART_TAKEN: {
        bool point = text_find(piece, '.', 0) < piece.len;
        return value_duration(r, f, piece, point ? AS_SECONDS : d->taken);
    }
    default: break;
    }
    /* Of two agents only the one that takes surplus values may get spaces. */
    bool whole = (p->count >= s->count && (int)i == s->agent) || d->tabs;
    return f == FIELD_AGENT ? set_agent(d, r, piece, whole)
                            : value_set(r, f, piece, AS_USUAL);
}

/* Columns that can refuse the line come first, for the agent's bytes change. */
static enum verdict set_columns_of(const struct dialect *d, const struct format_state *s,
                                   struct reading *r, const struct pieces *p)
{
    for (unsigned i = 0; i < s->count && i < p->count; i++) {
        bool required = w3c_is_required(s->columns[i].part, s->columns[i].field);
        if (required && !set_column(d, s, r, p, i)) {
            return reading_reject(r, p->list[i].at, "not what its #Fields column is to hold");
        }
    }
    for (unsigned i = 0; i < s->count && i < p->count; i++) {
        if (!w3c_is_required(s->columns[i].part, s->columns[i].field)) {
            set_column(d, s, r, p, i);
        }
    }
    r->out->null &= ~r->out->has; /* a column may be named twice */
    return LINE_HIT;
}

static enum verdict read_line(const void *program, struct reading *r)
{
    const struct dialect *d = program;
    struct format_state *s = r->memo->state;
    struct text line = reading_line(r);
    struct pieces p;
    if (line.len > 0 && line.at[0] == '#') {
        bool directive = w3c_directive(s, line);
        return directive || s->headed ? LINE_SKIPPED : reading_reject(r, line.at, "no directive");
    }
    if (text_trim(line).len == 0) {
        return LINE_SKIPPED;
    }
    if (s->count == 0) {
        return reading_reject(r, line.at, "no #Fields line before it");
    }
    split(line, d->tabs, &p);
    join_agent(s, &p);
    if (p.more) {
        return reading_reject(r, line.at, "far more values than #Fields names");
    }
    if (p.count < s->required) {
        bool none = d->tabs && p.count == 1; /* it has not come far: no value has ended */
        return reading_reject(r, none ? line.at : line.at + line.len,
                              none ? "no tabs between its values"
                                   : "fewer values than #Fields names");
    }
    r->out->escape = ESCAPE_NONE;
    if (p.count > s->count) {
        r->reached = p.list[s->count].at;
    }
    return set_columns_of(d, s, r, &p);
}

/* ---- The kind ---------------------------------------------------------------------------------
 */

static void *compile(struct text spec, struct format_facts *facts, struct error *why)
{
    facts->escape = ESCAPE_NONE;
    facts->has_state = true;
    facts->fields = w3c_fields();
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (text_same(spec, text_of(dialects[i].name))) {
            return (void *)(uintptr_t)&dialects[i];
        }
    }
    error_at(why, 1, "w3c: knows iis and cloudfront, not \"%s\"", safe_str(spec));
    return NULL;
}

static struct format_state *state_new(const void *program)
{
    const struct dialect *d = program;
    struct format_state *s = mem_new(1, sizeof *s);
    if (d->columns != NULL) {
        w3c_set_columns(s, text_of(d->columns));
    }
    return s;
}

static void state_free(struct format_state *state)
{
    free(state);
}

const struct reader reader_w3c = {.prefix = "w3c:",
                                  .compile = compile,
                                  .read = read_line,
                                  .state_new = state_new,
                                  .state_free = state_free};
