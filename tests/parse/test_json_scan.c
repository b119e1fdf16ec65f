#include "parse/json_scan.h"
#include <criterion/criterion.h>
#include <stdlib.h>

enum { A, B, DEEP, AGENT, REQUEST, DOT };

static struct json_keys keys_of_test(void)
{
    struct json_keys keys = {0};
    json_keys_add(&keys, TEXT("a"), A);
    json_keys_add(&keys, TEXT("b"), B);
    json_keys_add(&keys, TEXT("o.p.q"), DEEP);
    json_keys_add(&keys, TEXT("o.headers.User-Agent"), AGENT);
    json_keys_add(&keys, TEXT("o"), REQUEST);
    json_keys_add_flat(&keys, TEXT("x.y"), DOT);
    return keys;
}

/* The line is copied to the end of a heap block, so that a sanitizer sees reads behind the slack.
 */
struct scanned {
    char *line;
    size_t len;
    struct json_found found;
    bool good;
};

static struct scanned scan(const char *line)
{
    struct json_keys keys = keys_of_test();
    struct scanned s = {.len = strlen(line)};
    s.line = malloc(s.len + JSON_SLACK);
    memcpy(s.line, line, s.len);
    memset(s.line + s.len, '"', JSON_SLACK);
    s.good = json_scan(&keys, s.line, s.line + s.len, &s.found);
    json_keys_done(&keys);
    return s;
}

static void gives(const char *line, unsigned slot, const char *expected)
{
    struct scanned s = scan(line);
    cr_assert(s.good, "%s at %td of %s", s.found.reason, s.found.failed - s.line, line);
    bool seen = (s.found.seen >> slot & 1) != 0;
    cr_assert_eq(seen, expected != NULL, "slot %u of %s", slot, line);
    if (seen) {
        struct json_piece piece = s.found.pieces[slot];
        cr_assert(text_same(text_make(piece.at, piece.len), text_of(expected)), "\"%.*s\" of %s",
                  (int)piece.len, piece.at, line);
    }
    free(s.line);
}

Test(json_scan, finds_values_by_their_keys)
{
    static const struct {
        const char *line;
        unsigned slot;
        const char *value;
    } rows[] = {
        {"{\"a\":\"one\",\"b\":2}", A, "one"},
        {"{\"a\":\"one\",\"b\":2}", B, "2"},
        {" { \"a\" : \"one\" , \"b\" : -2.5e+3 } ", B, "-2.5e+3"},
        {"{\"a\":true}", A, "true"},
        {"{\"a\":null}", A, "null"},
        {"{}", A, NULL},
        {"{\"o\":{\"p\":{\"q\":\"deep\"}}}", DEEP, "deep"},
        {"{\"o\":{\"headers\":{\"Accept\":[\"x\"],\"User-Agent\":[\"curl\",\"y\"]}}}", AGENT,
         "curl"},
        {"{\"o\":{\"headers\":{\"User-Agent\":[]}},\"c\":1}", AGENT, NULL},
        {"{\"o\":{\"headers\":{\"User-Agent\":[[],\"x\"]}}}", AGENT, NULL},
        {"{\"o\":1,\"p\":{\"q\":2},\"q\":3}", DEEP, NULL},
        {"{\"x.y\":1}", DOT, "1"},
        {"{\"z\":{\"a\":1},\"y\":[{\"a\":2}]}", A, NULL},
        {"{\"\\u0061\":1}", A, "1"},
        {"{\"a\":\"\\\"\\\\\\/\"}", A, "\\\"\\\\\\/"},
        {"{\"a\":\"\xff\xc3\"}", A, "\xff\xc3"},
        {"{\"z\":[1,[2,{\"y\":[]}],{}],\"a\":7}", A, "7"},
        {"{\"a\":\"a string longer than thirty-two bytes, \\t with an escape in it\"}", A,
         "a string longer than thirty-two bytes, \\t with an escape in it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gives(rows[i].line, rows[i].slot, rows[i].value);
    }
}

Test(json_scan, the_last_of_equal_keys_counts_with_all_inside_it)
{
    gives("{\"a\":1,\"a\":2}", A, "2");
    gives("{\"o\":{\"p\":{\"q\":1}},\"o\":{\"p\":{}}}", DEEP, NULL);
    gives("{\"o\":{\"p\":{\"q\":1}},\"o\":7}", DEEP, NULL);
    struct scanned s = scan("{\"o\":{},\"o\":7}");
    cr_assert(s.good);
    cr_assert_eq(s.found.objects, 0);
    free(s.line);
}

Test(json_scan, reads_what_nginx_writes_instead_of_json)
{
    static const struct {
        const char *line;
        const char *value;
        unsigned quirks;
        enum piece_kind kind;
    } rows[] = {
        {"{\"a\":,\"b\":1}", "", QUIRK_EMPTY, PIECE_EMPTY},
        {"{\"b\":1,\"a\": }", "", QUIRK_EMPTY, PIECE_EMPTY},
        {"{\"a\":-,\"b\":1}", "-", QUIRK_EMPTY, PIECE_EMPTY},
        {"{\"a\":0.1, 0.2,\"b\":1}", "0.1, 0.2", QUIRK_LIST, PIECE_NUMBER},
        {"{\"a\":0.1, 0.2 : 0.3}", "0.1, 0.2 : 0.3", QUIRK_LIST, PIECE_NUMBER},
        {"{\"a\":-, 0.2 , \"b\":1}", "-, 0.2", QUIRK_LIST | QUIRK_EMPTY, PIECE_NUMBER},
        {"{\"a\":000}", "000", QUIRK_ZEROS, PIECE_NUMBER},
        {"{\"a\":\"\\x22\\v\"}", "\\x22\\v", QUIRK_ESCAPE, PIECE_STRING},
        {"{\"a\":1,\"b\":2}", "1", 0, PIECE_NUMBER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gives(rows[i].line, A, rows[i].value);
        struct scanned s = scan(rows[i].line);
        cr_assert_eq(s.found.quirks, rows[i].quirks, "%s", rows[i].line);
        cr_assert_eq(s.found.pieces[A].kind, rows[i].kind, "%s", rows[i].line);
        free(s.line);
    }
}

Test(json_scan, says_where_and_why_a_line_is_no_object)
{
    static const struct {
        const char *line;
        long at;
        const char *reason;
    } rows[] = {
        {"", 0, "no JSON object"},
        {"[]", 0, "no JSON object"},
        {"{", 1, "the line ends inside the object"},
        {"{\"a", 3, "a string is not closed"},
        {"{\"a\\", 3, "a backslash that begins no escape"},
        {"{\"a\\u12", 3, "a backslash that begins no escape"},
        {"{\"a\\q\":1}", 3, "a backslash that begins no escape"},
        {"{\"a\x01\":1}", 3, "a control character in a string"},
        {"{\"a\" 1}", 5, "a colon is missing behind a key"},
        {"{\"a\":1 2}", 7, "neither a comma nor the end behind a value"},
        {"{\"a\":1]", 6, "neither a comma nor the end behind a value"},
        {"{\"a\":[1}", 7, "neither a comma nor the end behind a value"},
        {"{\"a\":1,}", 7, "no \" where a key should begin"},
        {"{,}", 1, "no \" where a key should begin"},
        {"{\"a\":1", 6, "the line ends inside the object"},
        {"{\"a\":", 5, "the line ends inside the object"},
        {"{\"a\":nul}", 5, "no JSON value"},
        {"{\"a\":[,]}", 6, "no JSON value"},
        {"{\"a\":[1,]}", 8, "no JSON value"},
        {"{\"a\":[]}x", 8, "something follows the object"},
        {"{\"a\":1}{}", 7, "something follows the object"},
        {"{\"a\":1.}", 7, "a number ends in a point"},
        {"{\"a\":1e}", 7, "an exponent has no digits"},
        {"{\"a\":\"\0\"}", 6, "a string is not closed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scanned s = scan(rows[i].line);
        cr_assert_not(s.good, "accepted: %s", rows[i].line);
        cr_assert_str_eq(s.found.reason, rows[i].reason, "%s", rows[i].line);
        cr_assert_eq(s.found.failed - s.line, rows[i].at, "%s: at %td", rows[i].line,
                     s.found.failed - s.line);
        free(s.line);
    }
}

Test(json_scan, refuses_deep_nesting_without_recursion)
{
    static const struct {
        const char *open, *shut;
    } rows[] = {{"[", "]"}, {"{\"a\":", "}"}};
    for (size_t i = 0; i < 2; i++) {
        for (size_t depth = JSON_DEPTH - 2; depth <= 10000;
             depth += depth < JSON_DEPTH ? 1 : 4000) {
            char *line = calloc(depth * 8 + 64, 1), *to = stpcpy(line, "{\"b\":");
            for (size_t k = 0; k < depth; k++) {
                to = stpcpy(to, rows[i].open);
            }
            to = stpcpy(to, "1");
            for (size_t k = 0; k < depth; k++) {
                to = stpcpy(to, rows[i].shut);
            }
            stpcpy(to, "}");
            struct scanned s = scan(line);
            cr_assert_eq(s.good, depth < JSON_DEPTH, "depth %zu", depth);
            cr_assert(s.good || strcmp(s.found.reason, "nested too deeply") == 0);
            free(s.line);
            free(line);
        }
    }
}

Test(json_scan, decodes_escapes)
{
    static const char *const rows[][2] = {
        {"a\\n\\t\\/\\\\\\\"", "a\n\t/\\\""},   {"\\u0041\\u00e9\\u20ac", "A\xc3\xa9\xe2\x82\xac"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"}, {"\\ud83d\\u0041", "\xef\xbf\xbd\x41"},
        {"\\ude00x", "\xef\xbf\xbdx"},          {"\\x41\\v", "A\v"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[64];
        size_t len = json_decode(out, sizeof out, text_of(rows[i][0]));
        cr_assert(text_same(text_make(out, len), text_of(rows[i][1])), "%s", rows[i][0]);
    }
    char small[3];
    cr_assert_eq(json_decode(small, 3, TEXT("abcd")), SIZE_MAX);
    cr_assert_eq(json_decode(small, 3, TEXT("ab\\u00e9")), SIZE_MAX);
}

Test(json_scan, tidies_strings_in_place_and_only_once)
{
    static const char *const rows[][2] = {
        {"\\/a\\/b\"", "/a/b\"  "},
        {"/?a=1\\u0026b\"", "/?a=1&b\"     "},
        {"\\u0022\\u005c\\u000a\"", "\\\"\\\\\\u000a\"        "},
        {"\\ud800\\u00e9\"", "\\ud800\xc3\xa9\"    "},
        {"plain \\n\\\\u0041\"", "plain \\n\\\\u0041\""},
        {"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80\"        "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[64];
        strcpy(line, rows[i][0]);
        uint32_t len = json_tidy(line, (uint32_t)strlen(line) - 1);
        cr_assert_str_eq(line, rows[i][1]);
        cr_assert_eq(line[len], '"');
        cr_assert_eq(json_tidy(line, len), len);
        cr_assert_str_eq(line, rows[i][1]);
    }
}
