#include "parse/filter.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "parse/filter_entry.h"

/* 203.0.113.9 POST /api/login?user=a%20b 401, 1500 bytes in 0.25 s, 2015-05-17T10:05:03.5Z; the
 * user is `-`, and the format has no vhost. */
static struct entry usual(struct batch *b)
{
    struct entry e = {.null = FIELD_BIT(FIELD_USER), .nanos = 500000000};
    put_text(b, &e, FIELD_HOST, TEXT("203.0.113.9"));
    put_text(b, &e, FIELD_SECTION, TEXT("/api"));
    put_text(b, &e, FIELD_PATH, TEXT("/api/login?user=a%20b"));
    put_text(b, &e, FIELD_METHOD, TEXT("POST"));
    put_text(b, &e, FIELD_REFERRER, TEXT(""));
    put_text(b, &e, FIELD_AGENT, TEXT("curl \\\"7\\\" (a) \\xe9"));
    entry_set_number(&e, FIELD_BYTES, 1500);
    entry_set_number(&e, FIELD_REQUEST_TIME, 250000000);
    put_status(&e, 401);
    put_time(&e, 1431857103);
    return e;
}

struct row {
    const char *text;
    bool want;
};

static void expect_rows(const struct row *rows, size_t count)
{
    struct batch *b = batch_new();
    struct entry e = usual(b);
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};
        struct filter *f = filter_new(text_of(rows[i].text), &why);
        cr_expect(f, "%s: column %u: %s", rows[i].text, why.column, why.text);
        if (f)
            cr_expect_eq(filter_matches(f, b, &e), rows[i].want, "%s", rows[i].text);
        filter_free(f);
    }
    batch_free(b);
}
#define EXPECT_ROWS(rows) expect_rows(rows, sizeof rows / sizeof *rows)

Test(filter, compares_texts_byte_by_byte)
{
    static const struct row rows[] = {
        {"section = /api", true},
        {"section=/api", true},
        {"section = /ap", false},
        {"section = /apis", false},
        {"section = /API", false},
        {"section != /api", false},
        {"section != /", true},
        {"path = /api/login?user=a%20b", true},
        {"path = /api/login?user=a%20c", false},
        {"path = /api/logim?user=a%20b", false},
        {"path = \"/api/login?user=a b\"", false},
        {"method < Q", true},
        {"method < POST", false},
        {"method <= POST", true},
        {"method > POS", true},
        {"method >= POSTS", false},
        {"method < POSTS", true},
        {"method > POST", false},
        {"method >= POST", true},
        {"method < P", false},
        {"referrer = \"\"", true},
        {"referrer != \"\"", false},
        {"referrer < a", true},
        {"method > \"\"", true},
        {"section = \"\"", false},
        {"ip = 203.0.113.9", true},
        {"remote_addr = 203.0.113.90", false},
        {"agent = \"curl \\\\\\\"7\\\\\\\" (a) \\xe9\"", true},
    };
    EXPECT_ROWS(rows);
}

Test(filter, compares_numbers_exactly)
{
    static const struct row rows[] = {
        {"bytes = 1500", true},
        {"bytes != 1500", false},
        {"bytes < 1500", false},
        {"bytes <= 1500", true},
        {"bytes > 1500", false},
        {"bytes >= 1500", true},
        {"bytes < 1501", true},
        {"bytes > 1499", true},
        {"bytes >= 0", true},
        {"bytes < 0", false},
        {"bytes > 18446744073709551615", false},
        {"bytes <= 18446744073709551615", true},
        {"request_time = 0.25", true},
        {"request_time = 250ms", true},
        {"request_time > 0", true},
        {"request_time < 0.250000001", true},
        {"request_time > 249.999999ms", true},
        {"request_time <= 0.249999999", false},
        {"request_time = 0", false},
        {"rt >= 1m", false},
        {"request_time != 0.25s", false},
    };
    EXPECT_ROWS(rows);
}

Test(filter, knows_states_their_classes_and_times)
{
    static const struct row rows[] = {
        {"status = 401", true},
        {"status = 4xx", true},
        {"status != 4xx", false},
        {"status = 5XX", false},
        {"status < 4xx", false},
        {"status <= 4xx", true},
        {"status > 4xx", false},
        {"status >= 4xx", true},
        {"status > 3xx", true},
        {"status < 5xx", true},
        {"status >= 402", false},
        {"status = 0xx", false},
        {"status < 0", false},
        {"status >= 000", true},
        {"status <= 999", true},
        {"time = 2015-05-17T10:05:03Z", true},
        {"time > 2015-05-17T10:05:03Z", false},
        {"time >= \"2015-05-17 10:05:03\"", true},
        {"time < 2015-05-17T12:05:04+02:00", true},
        {"time < 1969-12-31", false},
        {"time > 0000-01-01", true},
        {"time >= 2015-05-18", false},
    };
    EXPECT_ROWS(rows);
}

Test(filter, asks_regular_expressions)
{
    static const struct row rows[] = {
        {"path ~ \"\"", true},
        {"path !~ \"\"", false},
        {"vhost ~ \"\"", false},
        {"path ~ ^/api/", true},     {"path ~ login$", false},
        {"path !~ login$", true},    {"path ~ \"(in|out)\\?\"", true},
        {"path ~ \"\\d+\"", true},   {"section ~ \\d", false},
        {"path ~ (?i)LOGIN", false}, {"agent ~ \"\\\\\\\\xe9$\"", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].text, "path ~ (?i)LOGIN"))
            expect_rows(&rows[i], 1);
    static const struct row quoted[] = {{"path ~ \"(?i)LOGIN\"", true},
                                        {"referrer ~ ^$", true},
                                        {"user ~ .*", false},
                                        {"user !~ x", false}};
    EXPECT_ROWS(quoted);
}

Test(filter, joins_by_and_or_not)
{
    static const struct row rows[] = {
        {"section = /api and method = POST", true},
        {"section = /api and method = GET", false},
        {"section = /x or method = POST", true},
        {"section = /x or method = GET", false},
        {"section = /x and method = GET or status = 401", true},
        {"section = /x and (method = GET or status = 401)", false},
        {"status = 401 or section = /x and method = GET", true},
        {"not section = /x and not method = GET", true},
        {"not (section = /api and method = POST)", false},
        {"not not status = 4xx", true},
        {"NOT section=/x AND (status=401)", true},
        {"((status=401))and((bytes>0))", true},
        {"\tstatus = 401\n and\r\nbytes = 1500 ", true},
        {"not(status = 401)", false},
    };
    EXPECT_ROWS(rows);
}

Test(filter, takes_a_missing_field_as_neither)
{
    static const struct row rows[] = {
        {"user = frank", false},
        {"user != frank", false},
        {"not user = frank", true},
        {"vhost = a", false},
        {"not vhost != a", true},
        {"user > a", false},
        {"user <= a", false},
        {"port = 80", false},
        {"port != 80", false},
        {"upstream_time < 1", false},
        {"upstream_time >= 0", false},
        {"user = \"-\"", false},
        {"status = 401 and not user = frank", true},
    };
    EXPECT_ROWS(rows);
}

Test(filter, says_which_fields_it_reads_and_what_all_matches_share)
{
    static const struct {
        const char *text;
        field_set fields;
        enum field needs;
        const char *needed;
    } rows[] = {
        {"section = /api and method = POST", FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_METHOD),
         FIELD_SECTION, "/api"},
        {"method = POST and (section = \"/a b\" and bytes > 1)",
         FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_BYTES), FIELD_METHOD,
         "POST"},
        {"bytes > 1 and host = a and section = b and user = c",
         FIELD_BIT(FIELD_HOST) | FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_USER) |
             FIELD_BIT(FIELD_BYTES),
         FIELD_HOST, "a"},
        {"section = /api", FIELD_BIT(FIELD_SECTION), FIELD_SECTION, "/api"},
        {"section = /a or section = /b", FIELD_BIT(FIELD_SECTION), FIELD_COUNT, ""},
        {"not section = /a", FIELD_BIT(FIELD_SECTION), FIELD_COUNT, ""},
        {"section != /a", FIELD_BIT(FIELD_SECTION), FIELD_COUNT, ""},
        {"status = 5xx and time > 2015-01-01", FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_TIME),
         FIELD_COUNT, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter *f = filter_new(text_of(rows[i].text), NULL);
        enum field field = FIELD_COUNT;
        struct text value = {0};
        cr_assert(f);
        cr_expect_eq(filter_fields(f), rows[i].fields, "%s", rows[i].text);
        cr_expect_eq(filter_needs(f, &field, &value), rows[i].needs != FIELD_COUNT);
        cr_expect_eq(field, rows[i].needs, "%s", rows[i].text);
        cr_expect(text_same(value, text_of(rows[i].needed)), "%s", rows[i].text);
        filter_free(f);
    }
}

Test(filter, refuses_with_the_place_and_what_is_accepted)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *says;
    } rows[] = {
        {"", 1, "expected a field"},
        {"   ", 4, "found the end"},
        {"statsu = 5", 1, "did you mean status?"},
        {"status = 200 and sectoin = /a", 18, "did you mean section?"},
        {"weather = wet", 1, "fields are: host, section"},
        {"status", 7, "expected a comparison (= != < <= > >= ~ !~) behind status"},
        {"status 500", 8, "found 500"},
        {"status == 500", 8, "`==' is no comparison"},
        {"status =~ 500", 8, "`=~' is no comparison"},
        {"status && x", 8, "`&&' is no comparison"},
        {"status =", 9, "a value is missing behind `='"},
        {"status = )", 10, "a value is missing"},
        {"status = ok", 10, "a status such as 404, or a class such as 5xx"},
        {"status = 1000", 10, "a status such as 404"},
        {"status = -1", 10, "a status such as 404"},
        {"status = 5xxx", 10, "a class such as 5xx"},
        {"bytes > 1.5", 9, "a whole number such as 1500"},
        {"bytes > 18446744073709551616", 9, "a whole number"},
        {"request_time > fast", 16, "a duration such as 0.5, 500ms"},
        {"request_time > -1", 16, "a duration"},
        {"request_time > 0.0000000001", 16, "a duration"},
        {"request_time > 1.0000001ms", 16, "a duration"},
        {"time > yesterday", 8, "a time in whole seconds"},
        {"time > 2015-05-17T10:05:03.5Z", 8, "whole seconds"},
        {"time > 2015-02-30", 8, "a time in whole seconds"},
        {"status ~ 5..", 8, "status is no text"},
        {"bytes !~ 5", 7, "bytes is no text"},
        {"path ~ (", 8, "a value is missing"},
        {"path ~ a(b", 9, "expected `and', `or' or the end"},
        {"path ~ \"a(b\"", 12, "is no regular expression"},
        {"path ~ \"a\\\\\\\\\\\"(b\"", 18, "is no regular expression"},
        {"path ~ \"[z-a]\"", 12, "range out of order"},
        {"path ~ *a", 8, "is no regular expression"},
        {"path = \"/a", 8, "the quote that begins here does not end"},
        {"path = \"/a\\\"", 8, "the quote that begins here does not end"},
        {"path = /a b", 11, "a value with spaces is written in quotes"},
        {"(path = /a", 1, "the `(' that begins here has no `)'"},
        {"(path = /a b)", 12, "expected `and', `or' or `)'"},
        {"path = /a)", 10, "this `)' has no `('"},
        {"and path = /a", 1, "a comparison is missing before `and'"},
        {"path = /a and", 14, "expected a field, `not' or `('"},
        {"path = /a or or path = /b", 14, "a comparison is missing before `or'"},
        {"not", 4, "expected a field"},
        {"()", 2, "expected a field"},
        {"! path = /a", 1, "expected a field, `not' or `(', found !"},
        {"\x01 = 2", 1, "found \\x01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        struct filter *f = filter_new(text_of(rows[i].text), &why);
        cr_expect_null(f, "%s", rows[i].text);
        cr_expect_eq(why.column, rows[i].column, "%s: column %u: %s", rows[i].text, why.column,
                     why.text);
        cr_expect(strstr(why.text, rows[i].says), "%s: %s", rows[i].text, why.text);
        cr_expect(why.usage);
        filter_free(f);
    }
}

/* `count` copies of a piece, and an end. */
static char *repeated(const char *piece, size_t count, const char *end)
{
    size_t len = strlen(piece);
    char *text = malloc(len * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, piece, len);
    strcpy(text + len * count, end);
    return text;
}

Test(filter, has_limits_instead_of_overflows)
{
    static const struct {
        const char *piece;
        size_t count;
        const char *end, *says; /* NULL: good */
    } rows[] = {
        {"not ", 100, "status = 1", NULL},
        {"not ", 101, "status = 1", "more than 100"},
        {"(", 200000, "", "65536 bytes"},
        {"(", 60000, "", "more than 100"},
        {"status = 1 or ", 999, "status = 2", NULL},
        {"status = 1 and ", 1000, "status = 2", "at most 1000 comparisons"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        char *text = repeated(rows[i].piece, rows[i].count, rows[i].end);
        struct filter *f = filter_new(text_of(text), &why);
        cr_expect_eq(f != NULL, rows[i].says == NULL, "row %zu: %s", i, why.text);
        if (rows[i].says)
            cr_expect(strstr(why.text, rows[i].says), "row %zu: %s", i, why.text);
        filter_free(f);
        free(text);
    }
}

/* ---- Against a naive evaluator ----------------------------------------------------------------
 */

static uint64_t seed;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((seed >> 33) % below);
}

static const char *const words[] = {"",         "/",       "/a",          "/api", "/apis",
                                    "/api/v1x", "/api/v1", "/api/v1/xyz", "GET",  "G",
                                    "a b",      "q\"u\\o", "\xff\x80",    "(x)"};
static const uint64_t numbers[] = {0, 1, 99, 100, 404, 499, 500, 599, 600, 999};
enum { WORDS = sizeof words / sizeof *words, NUMBERS = sizeof numbers / sizeof *numbers };

static const enum field fields[] = {FIELD_SECTION, FIELD_USER,         FIELD_AGENT, FIELD_BYTES,
                                    FIELD_STATUS,  FIELD_REQUEST_TIME, FIELD_TIME};

/* An expression as it was meant: written out for the filter, asked directly here. */
struct tree {
    char kind; /* & | ! c */
    struct tree *left, *right;
    enum field field;
    unsigned op; /* = != < <= > >= */
    unsigned value;
    bool class; /* of status */
};

static const char *const ops[] = {"=", "!=", "<", "<=", ">", ">="};

static struct tree *grow(unsigned depth)
{
    struct tree *t = calloc(1, sizeof *t);
    t->kind = depth == 0 ? 'c' : "&&||!c"[draw(6)];
    if (t->kind == 'c') {
        t->field = fields[draw(sizeof fields / sizeof *fields)];
        t->op = draw(6);
        t->value = draw(field_kind(t->field) == FIELD_KIND_TEXT ? WORDS : NUMBERS);
        t->class = t->field == FIELD_STATUS && draw(2);
        return t;
    }
    t->left = grow(depth - 1);
    t->right = t->kind == '!' ? NULL : grow(depth - 1);
    return t;
}

static void fell(struct tree *t)
{
    if (!t)
        return;
    fell(t->left);
    fell(t->right);
    free(t);
}

static void write_value(struct buf *out, const struct tree *t)
{
    char room[40];
    switch (field_kind(t->field)) {
    case FIELD_KIND_TEXT:
        buf_byte(out, '"');
        for (const char *at = words[t->value]; *at; at++) {
            if (*at == '"' || *at == '\\')
                buf_byte(out, '\\');
            buf_byte(out, *at);
        }
        buf_byte(out, '"');
        return;
    case FIELD_KIND_COUNT: buf_u64(out, numbers[t->value]); return;
    case FIELD_KIND_DURATION:
        buf_u64(out, numbers[t->value]);
        buf_str(out, numbers[t->value] ? "ms" : "");
        return;
    case FIELD_KIND_TIME:
        snprintf(room, sizeof room, "1970-01-01T00:%02u:%02uZ", (unsigned)numbers[t->value] / 60,
                 (unsigned)numbers[t->value] % 60);
        buf_str(out, room);
        return;
    case FIELD_KIND_STATUS:
        if (t->class)
            buf_printf(out, "%uxx", (unsigned)numbers[t->value] / 100);
        else
            buf_u64(out, numbers[t->value]);
        return;
    }
}

static void space(struct buf *out)
{
    buf_fill(out, " \t\n"[draw(3)], 1 + draw(2));
}

/* Parentheses where they must be, and sometimes where they need not. */
static void write_tree(struct buf *out, const struct tree *t, char inside)
{
    bool must =
        (inside == '!' && (t->kind == '&' || t->kind == '|')) || (inside == '&' && t->kind == '|');
    bool open = must || draw(5) == 0;
    if (open)
        buf_byte(out, '(');
    if (t->kind == 'c') {
        buf_str(out, field_key(t->field));
        space(out);
        buf_str(out, ops[t->op]);
        space(out);
        write_value(out, t);
    } else if (t->kind == '!') {
        buf_str(out, "not ");
        write_tree(out, t->left, '!');
    } else {
        write_tree(out, t->left, t->kind);
        space(out);
        buf_str(out, t->kind == '&' ? "and" : "or");
        space(out);
        write_tree(out, t->right, t->kind);
    }
    if (open)
        buf_byte(out, ')');
}

static bool judge(unsigned op, int order)
{
    return op == 0   ? order == 0
           : op == 1 ? order != 0
           : op == 2 ? order < 0
           : op == 3 ? order <= 0
           : op == 4 ? order > 0
                     : order >= 0;
}

static int compare_texts(struct text a, struct text b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (a.at[i] != b.at[i])
            return (unsigned char)a.at[i] < (unsigned char)b.at[i] ? -1 : 1;
    return a.len < b.len ? -1 : a.len > b.len;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static bool naive(const struct tree *t, const struct batch *b, const struct entry *e)
{
    if (t->kind == '&')
        return naive(t->left, b, e) & naive(t->right, b, e);
    if (t->kind == '|')
        return naive(t->left, b, e) | naive(t->right, b, e);
    if (t->kind == '!')
        return !naive(t->left, b, e);
    if (!(e->has & FIELD_BIT(t->field)))
        return false;
    int64_t value = (int64_t)numbers[t->value % NUMBERS];
    switch (field_kind(t->field)) {
    case FIELD_KIND_TEXT:
        return judge(t->op, compare_texts(batch_text(b, e, t->field), text_of(words[t->value])));
    case FIELD_KIND_COUNT:
        return judge(t->op, compare_numbers((int64_t)entry_number(e, t->field), value));
    case FIELD_KIND_DURATION:
        return judge(t->op, compare_numbers((int64_t)entry_number(e, t->field), value * 1000000));
    case FIELD_KIND_TIME: return judge(t->op, compare_numbers(e->second, value));
    case FIELD_KIND_STATUS:
        return t->class ? judge(t->op, compare_numbers(e->status / 100, value / 100))
                        : judge(t->op, compare_numbers(e->status, value));
    }
    return false;
}

static struct entry any_entry(struct batch *b)
{
    struct entry e = {0};
    batch_clear(b);
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
        enum field f = fields[i];
        int64_t near_one = (int64_t)numbers[draw(NUMBERS)] + (int64_t)draw(3) - 1;
        if (draw(5) == 0)
            continue;
        switch (field_kind(f)) {
        case FIELD_KIND_TEXT: put_text(b, &e, f, text_of(words[draw(WORDS)])); break;
        case FIELD_KIND_COUNT:
            entry_set_number(&e, f, near_one < 0 ? UINT32_MAX : (uint64_t)near_one);
            break;
        case FIELD_KIND_DURATION:
            entry_set_number(&e, f, numbers[draw(NUMBERS)] * 1000000 + draw(2));
            break;
        case FIELD_KIND_TIME: put_time(&e, near_one); break;
        case FIELD_KIND_STATUS:
            put_status(&e, (uint16_t)(near_one < 0 || near_one > 999 ? 7 : near_one));
            break;
        }
    }
    return e;
}

static void check_needs(const struct filter *f, const struct batch *b, const struct entry *e)
{
    enum field field;
    struct text value;
    if (filter_needs(f, &field, &value) && filter_matches(f, b, e))
        cr_assert(e->has & FIELD_BIT(field) && text_same(batch_text(b, e, field), value));
}

Test(filter, agrees_with_a_naive_evaluator)
{
    struct batch *b = batch_new();
    unsigned matched = 0, asked = 0;
    for (seed = 1; asked < 60000;) {
        struct tree *t = grow(draw(5));
        struct buf text = {0};
        struct error why = {0};
        write_tree(&text, t, 0);
        struct filter *f = filter_new(buf_text(&text), &why);
        cr_assert(f, "%.*s: %u: %s", (int)text.len, text.at, why.column, why.text);
        for (int i = 0; i < 20; i++) {
            struct entry e = any_entry(b);
            bool want = naive(t, b, &e);
            cr_assert_eq(filter_matches(f, b, &e), want, "%.*s", (int)text.len, text.at);
            check_needs(f, b, &e);
            matched += want;
            asked++;
        }
        filter_free(f);
        buf_done(&text);
        fell(t);
    }
    batch_free(b);
    cr_assert(matched > asked / 10 && matched < asked - asked / 10, "%u of %u", matched, asked);
}

Test(filter, points_inside_the_text_whatever_it_is)
{
    static const char *const pieces[] = {
        "status", "path", "=",  "~", "!",  "<", ">=", "(",    ")",    "and", "or",    "not", "\"",
        "\\",     "5xx",  "/a", " ", "  ", "[", "*",  "\xff", "time", "0.5", "bytes", "\n",  "{"};
    unsigned good = 0, bad = 0;
    seed = 7;
    for (int i = 0; i < 30000; i++) {
        struct buf text = {0};
        for (unsigned n = draw(9); n > 0; n--) {
            buf_str(&text, pieces[draw(sizeof pieces / sizeof *pieces)]);
            buf_fill(&text, ' ', draw(2));
        }
        struct error why = {0};
        struct filter *f = filter_new(buf_text(&text), &why);
        if (f) {
            good++;
        } else {
            bad++;
            cr_assert(why.column >= 1 && why.column <= text.len + 1, "%.*s: %u", (int)text.len,
                      text.at, why.column);
            cr_assert_neq(why.text[0], 0);
        }
        filter_free(f);
        buf_done(&text);
    }
    cr_assert(good > 20 && bad > 1000, "%u good, %u bad", good, bad);
}
