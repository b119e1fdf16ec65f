#include "parse/value.h"

#include "parse/stamp.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_dash(struct text piece)
{
    return piece.len == 1 && piece.at[0] == '-';
}

/* What servers write for "nothing": Apache and nginx a dash, nginx's other escapes not a byte. */
static bool is_nothing(struct text piece)
{
    return piece.len == 0 || is_dash(piece);
}

static void set_text(struct reading *r, enum field f, struct text piece)
{
    if (reading_wants(r, f))
        entry_set_text(r->out, f, reading_offset(r, piece.at), (uint32_t)piece.len);
}

static bool set_number(struct reading *r, enum field f, uint64_t value)
{
    if (reading_wants(r, f))
        entry_set_number(r->out, f, value);
    return true;
}

static bool set_null(struct reading *r, enum field f)
{
    value_null(r, f);
    return true;
}

bool value_text(struct reading *r, enum field f, struct text piece)
{
    bool raw = r->out->escape == ESCAPE_JSON || r->out->escape == ESCAPE_NONE;
    if (is_dash(piece) || (piece.len == 0 && raw))
        return set_null(r, f);
    if (f == FIELD_QUERY) { /* Apache's %q brings its question mark or is empty */
        if (piece.len == 0)
            return set_null(r, f);
        if (piece.at[0] == '?')
            piece = text_cut(piece, 1, piece.len);
    }
    if (f == FIELD_USER && r->out->escape == ESCAPE_APACHE &&
        text_same(piece, TEXT("\"\""))) /* Apache's way to write an empty name */
        piece = text_cut(piece, 1, 1);
    set_text(r, f, piece);
    return true;
}

bool value_status(struct reading *r, struct text piece)
{
    if (is_nothing(piece))
        return set_null(r, FIELD_STATUS);
    unsigned status = 0;
    for (size_t i = 0; i < piece.len; i++) {
        if (!is_digit(piece.at[i]) || i == 3)
            return false;
        status = status * 10 + (unsigned)(piece.at[i] - '0');
    }
    r->out->status = (uint16_t)status;
    r->out->has |= FIELD_BIT(FIELD_STATUS) & r->want;
    return true;
}

static bool add_digit(uint64_t *value, char digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_add_overflow(*value, (uint64_t)(digit - '0'), value);
}

bool value_scaled(struct text digits, uint64_t scale, uint64_t *out)
{
    uint64_t value = 0;
    bool full = false;
    size_t i = 0;
    for (; i < digits.len && is_digit(digits.at[i]); i++)
        full = full || !add_digit(&value, digits.at[i]);
    if (i == 0 || __builtin_mul_overflow(value, scale, &value))
        full = i > 0;
    if (i == 0)
        return false;
    if (i < digits.len && digits.at[i] == '.') {
        size_t point = i++;
        for (; i < digits.len && is_digit(digits.at[i]); i++) {
            scale /= 10;
            full = full ||
                   __builtin_add_overflow(value, scale * (uint64_t)(digits.at[i] - '0'), &value);
        }
        if (i == point + 1)
            return false;
    }
    *out = full ? UINT64_MAX : value;
    return i == digits.len;
}

/* Takes the next member of a list off *rest: upstreams are joined by ", " (retries) and
 * " : " (internal redirects). */
static bool next_member(struct text *rest, struct text *member)
{
    if (rest->len == 0)
        return false;
    size_t end = 0;
    while (end < rest->len && rest->at[end] != ',' && rest->at[end] != ' ')
        end++;
    *member = text_cut(*rest, 0, end);
    while (end < rest->len &&
           (rest->at[end] == ',' || rest->at[end] == ' ' || rest->at[end] == ':'))
        end++;
    *rest = text_cut(*rest, end, rest->len);
    return true;
}

/* One number, or of a list (an upstream's status) the last one that is there. */
bool value_count(struct reading *r, enum field f, struct text piece)
{
    struct text rest = piece, member;
    uint64_t value = 0, last = 0;
    bool any = false;
    while (next_member(&rest, &member)) {
        if (is_nothing(member))
            continue;
        for (size_t i = 0; i < member.len; i++)
            if (!is_digit(member.at[i]))
                return false;
        if (!value_scaled(member, 1, &value))
            return false;
        last = value;
        any = true;
    }
    return any ? set_number(r, f, last) : set_null(r, f);
}

static const struct {
    const char *suffix;
    uint64_t ns;
} units[] = {
    {"ms", 1000000}, {"us", 1000}, {"ns", 1}, {"\xc2\xb5s", 1000}, {"s", 1000000000},
};

static uint64_t unit_ns(enum notation unit)
{
    return unit == AS_MILLIS   ? 1000000
           : unit == AS_MICROS ? 1000
           : unit == AS_NANOS  ? 1
                               : 1000000000;
}

/* A duration may name its own unit, whatever the format says. */
static bool member_ns(struct text member, uint64_t scale, uint64_t *ns)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct text suffix = text_of(units[i].suffix);
        if (text_ends(member, suffix)) {
            scale = units[i].ns;
            member = text_cut(member, 0, member.len - suffix.len);
            break;
        }
    }
    return value_scaled(member, scale, ns);
}

bool value_duration(struct reading *r, enum field f, struct text piece, enum notation unit)
{
    struct text rest = piece, member;
    uint64_t sum = 0, ns = 0;
    bool any = false;
    while (next_member(&rest, &member)) {
        if (is_nothing(member))
            continue;
        if (!member_ns(member, unit_ns(unit), &ns))
            return false;
        if (__builtin_add_overflow(sum, ns, &sum))
            sum = UINT64_MAX;
        any = true;
    }
    return any ? set_number(r, f, sum) : set_null(r, f);
}

void value_set_time(struct reading *r, int64_t second, uint32_t nanos)
{
    r->out->second = second;
    r->out->nanos = nanos;
    r->out->has |= FIELD_BIT(FIELD_TIME) & r->want;
}

bool value_time_known(struct reading *r, struct text piece)
{
    const struct format_memo *memo = r->memo;
    if (memo->time_len != piece.len || memcmp(memo->time, piece.at, piece.len) != 0)
        return false;
    value_set_time(r, memo->second, memo->nanos);
    return true;
}

void value_time_keep(struct reading *r, struct text piece, int64_t second, uint32_t nanos)
{
    struct format_memo *memo = r->memo;
    value_set_time(r, second, nanos);
    if (piece.len > sizeof memo->time)
        return;
    memcpy(memo->time, piece.at, piece.len);
    memo->time_len = (uint32_t)piece.len;
    memo->second = second;
    memo->nanos = nanos;
}

static struct text without_brackets(struct text piece)
{
    if (piece.len >= 2 && piece.at[0] == '[' && piece.at[piece.len - 1] == ']')
        return text_cut(piece, 1, piece.len - 1);
    return piece;
}

bool value_time(struct reading *r, struct text piece, enum notation how)
{
    if (is_nothing(piece))
        return set_null(r, FIELD_TIME);
    if (how == AS_CLF || how == AS_USUAL)
        piece = without_brackets(piece);
    if (value_time_known(r, piece))
        return true;
    struct stamp stamp = {0};
    int64_t second;
    uint32_t nanos;
    if (stamp_scan(piece, how, &stamp) != piece.len || !stamp_finish(&stamp, &second, &nanos))
        return false;
    value_time_keep(r, piece, second, nanos);
    return true;
}

static void set_part(struct reading *r, enum field f, struct text part)
{
    if (part.at)
        set_text(r, f, part);
    else
        value_null(r, f);
}

static const field_set request_fields = FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PATH) |
                                        FIELD_BIT(FIELD_PROTOCOL) | FIELD_BIT(FIELD_SECTION);

void value_request(struct reading *r, struct text piece)
{
    value_text(r, FIELD_REQUEST, piece);
    if (!(r->want & request_fields))
        return;
    struct request_parts parts = request_split(piece);
    set_part(r, FIELD_METHOD, parts.method);
    set_part(r, FIELD_PATH, parts.path);
    set_part(r, FIELD_PROTOCOL, parts.protocol);
    set_part(r, FIELD_SECTION, parts.path.at ? request_section(parts.path) : (struct text){0});
}

void value_path(struct reading *r, struct text piece)
{
    value_text(r, FIELD_PATH, piece);
    if (reading_wants(r, FIELD_SECTION))
        set_part(r, FIELD_SECTION, request_section(piece));
}

bool value_set(struct reading *r, enum field f, struct text piece, enum notation how)
{
    if (f == FIELD_SECTION || f >= FIELD_COUNT)
        return false;
    switch (field_kind(f)) {
    case FIELD_KIND_TIME: return value_time(r, piece, how);
    case FIELD_KIND_STATUS: return value_status(r, piece);
    case FIELD_KIND_COUNT: return value_count(r, f, piece);
    case FIELD_KIND_DURATION: return value_duration(r, f, piece, how);
    default: break;
    }
    if (f == FIELD_REQUEST)
        value_request(r, piece);
    else if (f == FIELD_PATH)
        value_path(r, piece);
    else
        return value_text(r, f, piece);
    return true;
}
