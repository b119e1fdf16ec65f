#include "parse/columns.h"

#include "base/safe.h"
#include <string.h>

static const struct layout *const layouts[] = {
    &layout_squid, &layout_haproxy, &layout_envoy, &layout_istio, &layout_elb, &layout_alb, &layout_s3,
};

bool column_value(struct reading *r, const struct column *c, struct text piece)
{
    return value_set(r, c->field, piece, c->notation);
}

struct text address_host(struct text address)
{
    if (address.len > 0 && address.at[0] == '[') {
        return text_cut(address, 1, text_find(address, ']', 0));
    }
    const char *colon = address.len ? memrchr(address.at, ':', address.len) : NULL;
    return colon ? text_cut(address, 0, (size_t)(colon - address.at)) : address;
}

bool column_address(struct reading *r, const struct column *c, struct text piece)
{
    return value_set(r, c->field, address_host(piece), c->notation);
}

bool column_positive(struct reading *r, const struct column *c, struct text piece)
{
    if (piece.len > 0 && (piece.at[0] == '+' || piece.at[0] == '-')) {
        bool minus = piece.at[0] == '-';
        uint64_t value;
        piece = text_cut(piece, 1, piece.len);
        if (minus && (piece.len == 0 || text_to_u64(piece, &value))) {
            value_null(r, c->field);
            return true;
        }
    }
    return value_set(r, c->field, piece, c->notation);
}

bool column_sum(struct reading *r, const struct column *c, struct text piece)
{
    struct entry *e = r->out;
    field_set bit = FIELD_BIT(c->field);
    uint64_t before = e->has & bit ? entry_number(e, c->field) : 0;
    if (!column_positive(r, c, piece)) {
        return false;
    }
    if (e->null & bit) {
        e->has &= ~bit;
    } else if (e->has & bit) {
        uint64_t sum;
        if (__builtin_add_overflow(before, entry_number(e, c->field), &sum)) {
            sum = UINT64_MAX;
        }
        entry_set_number(e, c->field, sum);
    }
    return true;
}

/* The quote that ends a value: an even number of backslashes before it, a space or the line's
 * end behind it. Quotes inside that nobody escaped do not end it. */
static size_t closing_quote(struct text line, size_t from)
{
    for (size_t i = from; i < line.len; i++) {
        if (line.at[i] == '\\') {
            i++;
        } else if (line.at[i] == '"' && (i + 1 == line.len || line.at[i + 1] == ' ')) {
            return i;
        }
    }
    return line.len;
}

bool column_next(struct text line, size_t *at, enum column_wrap wrap, struct text *piece, bool *cut)
{
    size_t i = *at;
    while (i < line.len && line.at[i] == ' ') {
        i++;
    }
    if (i >= line.len) {
        return false;
    }
    static const char opening[] = {[QUOTED] = '"', [BRACKETED] = '['};
    size_t end;
    if (wrap != BARE && line.at[i] == opening[wrap]) {
        i++;
        end = wrap == QUOTED ? closing_quote(line, i) : text_find(line, ']', i);
        *cut = end == line.len;
        *at = end + !*cut;
    } else {
        end = text_find(line, ' ', i);
        *at = end;
    }
    *piece = text_cut(line, i, end);
    return true;
}

/* A dash may stand for what is wrapped mostly, another bare word not; nor a dash for the time. */
static bool may_stand(const struct column *c, struct text line, struct text piece)
{
    bool dash = piece.len == 1 && piece.at[0] == '-';
    bool wrapped = c->wrap == BARE || (piece.at > line.at && memchr("\"[", piece.at[-1], 2));
    return dash ? c->field != FIELD_TIME : wrapped;
}

/* A column that is only stepped over, or is beyond the required ones, cannot refuse the line. */
static enum verdict read_columns(const struct layout *l, struct reading *r, size_t at)
{
    struct text line = reading_line(r), piece;
    for (unsigned i = 0; i < l->count; i++) {
        const struct column *c = &l->columns[i];
        bool cut = false;
        bool there = column_next(line, &at, c->wrap, &piece, &cut);
        bool required = i < l->required;
        if (!there || cut) {
            r->out->cut |= cut;
            const char *end = line.at + line.len;
            return required ? reading_reject(r, end, "the line ends too early") : LINE_HIT;
        }
        bool taken = c->take == NULL || (may_stand(c, line, piece) && c->take(r, c, piece));
        if (!taken && required) {
            return reading_reject(r, piece.at, "not what the format has here");
        }
        r->sure += taken && c->take != NULL && field_kind(c->field) != FIELD_KIND_TEXT &&
                   (r->out->has & FIELD_BIT(c->field)) != 0;
    }
    r->reached = line.at + at;
    return LINE_HIT;
}

enum verdict layout_read(const struct layout *layout, struct reading *r)
{
    struct text line = reading_line(r);
    const char *begin = line.at, *reason = NULL;
    if (layout->begin != NULL) {
        begin = layout->begin(line, &reason);
        if (begin == NULL) {
            return reading_reject(r, line.at, reason);
        }
    }
    return read_columns(layout, r, (size_t)(begin - line.at));
}

static void *compile(struct text spec, struct format_facts *facts, struct error *why)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (text_same(spec, text_of(layouts[i]->name))) {
            facts->fields = layouts[i]->fields;
            facts->escape = layouts[i]->escape;
            facts->needs = layouts[i]->needs;
            return (void *)(uintptr_t)layouts[i];
        }
    }
    error_at(why, 1, "there is no layout \"%s\"", safe_str(spec));
    return NULL;
}

static enum verdict read_line(const void *program, struct reading *r)
{
    const struct layout *layout = program;
    return layout->read ? layout->read(r) : layout_read(layout, r);
}

const struct reader reader_columns = {.prefix = "columns:", .compile = compile, .read = read_line};
