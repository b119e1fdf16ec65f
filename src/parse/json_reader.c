/* json_reader.c - lines that are one JSON object each. */
#include "parse/json_scan.h"
#include "parse/json_schema.h"
#include "parse/reader.h"
#include "parse/value.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)BATCH_SLACK >= (int)JSON_SLACK, "the scanner looks that far behind a line");

static void *compile(struct text spec, struct format_facts *facts, struct error *why)
{
    struct json_program *p = json_schema_compile(spec, SYNTAX_JSON, why);
    if (p != NULL) {
        facts->fields = p->fields;
        facts->escape = ESCAPE_JSON;
        facts->needs = LINE_IS_OBJECT;
    }
    return p;
}

static void release(void *program)
{
    json_schema_free(program);
}

/* host:port, [host]:port or a bare host, as Go's net.Addr writes it. */
static struct text without_port(struct text address)
{
    if (address.len > 0 && address.at[0] == '[') {
        size_t shut = text_find(address, ']', 0);
        return text_cut(address, 1, shut);
    }
    size_t colon = text_find(address, ':', 0);
    bool one = colon < address.len && text_find(address, ':', colon + 1) == address.len;
    return one ? text_cut(address, 0, colon) : address;
}

static uint64_t times_ten(uint64_t value, int times)
{
    for (; times > 0; times--) {
        if (__builtin_mul_overflow(value, 10, &value)) {
            return UINT64_MAX;
        }
    }
    for (; times < 0 && value > 0; times++) {
        value /= 10;
    }
    return value;
}

/* A JSON number with an exponent (2.7e-07), times 10^scale, cut to a whole number. */
static bool exponent_number(struct text piece, int scale, uint64_t *out)
{
    size_t e = text_find(piece, 'e', 0);
    e = e < piece.len ? e : text_find(piece, 'E', 0);
    if (e + 1 >= piece.len) {
        return false;
    }
    size_t i = e + 1;
    bool minus = piece.at[i] == '-';
    uint64_t exponent, mantissa;
    i += minus || piece.at[i] == '+';
    /* Nine decimals of the mantissa are more than a double's printed part needs here. */
    if (!text_to_u64(text_cut(piece, i, piece.len), &exponent) || exponent > 400 ||
        !value_scaled(text_cut(piece, 0, e), 1000000000, &mantissa)) {
        return false;
    }
    *out = times_ten(mantissa, scale - 9 + (minus ? -(int)exponent : (int)exponent));
    return true;
}

static bool set_exponent(struct reading *r, const struct json_rule *rule, struct text piece)
{
    static const int digits[] = {[AS_SECONDS] = 9, [AS_MILLIS] = 6, [AS_MICROS] = 3};
    uint64_t value;
    enum field f = rule->field;
    if (field_kind(f) == FIELD_KIND_TIME) {
        if (!exponent_number(piece, 9, &value)) {
            return false;
        }
        value_set_time(r, (int64_t)(value / 1000000000), (uint32_t)(value % 1000000000));
        return true;
    }
    bool duration = field_kind(f) == FIELD_KIND_DURATION;
    if (!exponent_number(piece, duration && rule->notation < AS_NANOS ? digits[rule->notation] : 0,
                         &value)) {
        return false;
    }
    if (reading_wants(r, f)) {
        entry_set_number(r->out, f, value);
    }
    return true;
}

/* A count that went through a floating point number somewhere: "1234.0". */
static struct text whole_part(struct text piece)
{
    size_t point = text_find(piece, '.', 0);
    for (size_t i = point + 1; i < piece.len; i++) {
        if (piece.at[i] < '0' || piece.at[i] > '9') {
            return piece;
        }
    }
    return text_cut(piece, 0, point);
}

static bool has_exponent(struct text piece)
{
    return text_find(piece, 'e', 0) < piece.len || text_find(piece, 'E', 0) < piece.len;
}

static bool is_empty(const struct json_piece *piece)
{
    return piece->kind == PIECE_EMPTY || piece->len == 0 || (piece->len == 1 && *piece->at == '-');
}

static bool set_number_like(struct reading *r, const struct json_rule *rule,
                            const struct json_piece *piece)
{
    enum field f = rule->field;
    struct text text = text_make(piece->at, piece->len);
    if (piece->kind == PIECE_WORD) {
        return false;
    }
    if (piece->kind == PIECE_NUMBER && has_exponent(text) && f != FIELD_STATUS) {
        return set_exponent(r, rule, text);
    }
    if (field_kind(f) == FIELD_KIND_COUNT && piece->kind == PIECE_NUMBER) {
        text = whole_part(text);
    }
    return value_set(r, f, text, rule->notation);
}

/* A "request" without a space that begins with a slash is a path. */
static void set_text_like(struct reading *r, const struct json_rule *rule,
                          const struct json_piece *piece)
{
    char *at = r->batch->bytes + reading_offset(r, piece->at);
    struct text text = text_make(at, piece->len);
    if (piece->escaped) {
        text.len = json_tidy(at, piece->len);
    }
    if (rule->address) {
        text = without_port(text);
    }
    enum field f = rule->field;
    if (f == FIELD_REQUEST && text.at[0] == '/' && text_find(text, ' ', 0) == text.len) {
        f = FIELD_PATH;
    }
    value_set(r, f, text, rule->notation);
}

/* What a rule's field brings, to know whether anybody wants it. */
static bool is_wanted(const struct reading *r, enum field f)
{
    static const field_set request = FIELD_BIT(FIELD_REQUEST) | FIELD_BIT(FIELD_METHOD) |
                                     FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_PROTOCOL) |
                                     FIELD_BIT(FIELD_SECTION);
    static const field_set path = FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_SECTION);
    field_set gives = f == FIELD_REQUEST ? request : f == FIELD_PATH ? path : FIELD_BIT(f);
    return (r->want & gives) != 0;
}

/* Fields that have been found, or are told by a request line. */
struct progress {
    field_set done, empty;
    struct text request; /* the dash of one that there is not */
};

static void note_done(struct progress *done, enum field f, const struct json_piece *piece)
{
    done->done |= FIELD_BIT(f);
    if (f == FIELD_REQUEST && piece->kind == PIECE_STRING) {
        bool line = memchr(piece->at, ' ', piece->len) != NULL;
        done->done |= line || piece->at[0] == '/' ? FIELD_BIT(FIELD_PATH) : 0;
        done->done |= line ? FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PROTOCOL) : 0;
    }
}

/* Time, status and bytes: a value that is none refuses the line, unless another key has one. */
static const struct json_piece *set_essentials(const struct json_program *p, struct reading *r,
                                               const struct json_found *found,
                                               struct progress *done)
{
    const struct json_piece *bad[FIELD_COUNT] = {0};
    field_set failed = 0;
    for (unsigned i = 0; i < p->essential_count; i++) {
        const struct json_rule *rule = &p->rules[i];
        field_set bit = FIELD_BIT(rule->field);
        if (!(found->seen >> rule->slot & 1) || (done->done & bit)) {
            continue;
        }
        const struct json_piece *piece = &found->pieces[rule->slot];
        if (is_empty(piece)) {
            done->empty |= bit;
        } else if (set_number_like(r, rule, piece)) {
            done->done |= bit;
        } else if (!(failed & bit)) {
            failed |= bit;
            bad[rule->field] = piece;
        }
    }
    failed &= ~done->done;
    return failed ? bad[__builtin_ctzll(failed)] : NULL;
}

static bool is_ip(const struct json_piece *piece)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr ignored;
    if (piece->kind != PIECE_STRING || piece->len >= sizeof text) {
        return false;
    }
    memcpy(text, piece->at, piece->len);
    text[piece->len] = 0;
    return inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, &ignored) == 1;
}

/* Whether the key that may mean the client does: "host" does where nothing else can and it is an
 * address, as people who come from LTSV write. */
static bool means_client(const struct json_program *p, const struct json_found *found)
{
    return p->maybe_client != JSON_NO_SLOT && (found->seen >> p->maybe_client & 1) &&
           !(found->seen & p->clients) && is_ip(&found->pieces[p->maybe_client]);
}

static void set_others(const struct json_program *p, struct reading *r,
                       const struct json_found *found, struct progress *done)
{
    bool client = means_client(p, found);
    for (unsigned i = p->essential_count; i < p->rule_count; i++) {
        const struct json_rule *rule = &p->rules[i];
        enum field f = rule->field;
        if (!(found->seen >> rule->slot & 1) || (done->done & FIELD_BIT(f)) || !is_wanted(r, f) ||
            (rule->slot == p->maybe_client && client != (f == FIELD_HOST))) {
            continue;
        }
        const struct json_piece *piece = &found->pieces[rule->slot];
        if (is_empty(piece)) {
            done->empty |= FIELD_BIT(f);
            if (f == FIELD_REQUEST && piece->len == 1 && *piece->at == '-') {
                done->request = text_make(piece->at, 1);
            }
        } else if (field_kind(f) == FIELD_KIND_TEXT) {
            set_text_like(r, rule, piece);
            note_done(done, f, piece);
        } else if (set_number_like(r, rule, piece)) {
            done->done |= FIELD_BIT(f);
        }
    }
}

/* Caddy's message about a request that failed; its access line comes as well. */
static bool is_message(const struct json_program *p, const struct json_found *found)
{
    if (p->logger == JSON_NO_SLOT || !(found->seen >> p->logger & 1)) {
        return false;
    }
    const struct json_piece *piece = &found->pieces[p->logger];
    return text_starts(text_make(piece->at, piece->len), TEXT("http.log.error"));
}

/* How near an object is that is refused: by the keys that are known. With none, it is still one
 * that nobody in particular wrote. */
static unsigned count_sure(const struct json_program *p, const struct json_found *found)
{
    return (unsigned)__builtin_popcountll(found->seen) + (p->never_object ? 1 : 0);
}

enum verdict json_take(const struct json_program *p, struct reading *r,
                       const struct json_found *found)
{
    struct text line = reading_line(r);
    bool enough = p->enough_object ? (found->objects & p->enough_object) != 0
                                   : (found->seen & p->enough) != 0;
    if (!enough || (found->seen & p->proof) != p->proof || (found->objects & p->never_object) ||
        is_message(p, found)) {
        r->sure = count_sure(p, found);
        return reading_reject(r, line.at, p->otherwise);
    }
    struct progress done = {.request = text_make(line.at, 0)};
    const struct json_piece *bad = set_essentials(p, r, found, &done);
    if (bad != NULL) {
        r->sure = count_sure(p, found);
        return reading_reject(r, bad->at, "neither a number nor a time where one should be");
    }
    set_others(p, r, found, &done);
    r->out->null |= done.empty;
    if (done.empty & FIELD_BIT(FIELD_REQUEST)) {
        value_request(r, done.request);
    }
    r->out->null &= ~r->out->has;
    return LINE_HIT;
}

static enum verdict read_line(const void *program, struct reading *r)
{
    const struct json_program *p = program;
    struct text line = reading_line(r);
    struct json_found found;
    if (!json_scan(&p->keys, line.at, line.at + line.len, &found)) {
        return reading_reject(r, found.failed, found.reason);
    }
    r->out->escape = found.quirks & QUIRK_ESCAPE ? ESCAPE_NGINX : ESCAPE_JSON;
    return json_take(p, r, &found);
}

const struct reader reader_json = {
    .prefix = "json:", .compile = compile, .free = release, .read = read_line};
