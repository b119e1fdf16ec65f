#include "loggen/escape.h"

#include <criterion/criterion.h>

#define RAW(literal)                                                                               \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const struct {
    struct text raw;
    const char *apache, *nginx, *json;
} rows[] = {
    {RAW(""), "", "", ""},
    {RAW("GET /a?b=c%20d HTTP/1.1"), "GET /a?b=c%20d HTTP/1.1", "GET /a?b=c%20d HTTP/1.1",
     "GET /a?b=c%20d HTTP/1.1"},
    {RAW("a\"b\\c"), "a\\\"b\\\\c", "a\\x22b\\x5Cc", "a\\\"b\\\\c"},
    {RAW("\b\t\n\v\f\r"), "\\b\\t\\n\\v\\x0c\\r", "\\x08\\x09\\x0A\\x0B\\x0C\\x0D",
     "\\b\\t\\n\\u000b\\f\\r"},
    {RAW("\0\x01\x1b\x1f\x7f"), "\\x00\\x01\\x1b\\x1f\\x7f", "\\x00\\x01\\x1B\\x1F\\x7F",
     "\\u0000\\u0001\\u001b\\u001f\x7f"},
    {RAW("caf\xc3\xa9"), "caf\\xc3\\xa9", "caf\\xC3\\xA9", "caf\xc3\xa9"},
    {RAW("\xe2\x82\xac\xf0\x9f\x92\xa9"), "\\xe2\\x82\\xac\\xf0\\x9f\\x92\\xa9",
     "\\xE2\\x82\\xAC\\xF0\\x9F\\x92\\xA9", "\xe2\x82\xac\xf0\x9f\x92\xa9"},
    {RAW("\xff\xfe"), "\\xff\\xfe", "\\xFF\\xFE", "\\ufffd\\ufffd"},
    {RAW("\xc0\xaf"), "\\xc0\\xaf", "\\xC0\\xAF", "\\ufffd\\ufffd"},
    {RAW("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\\xED\\xA0\\x80", "\\ufffd\\ufffd\\ufffd"},
    {RAW("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", "\\xF4\\x90\\x80\\x80",
     "\\ufffd\\ufffd\\ufffd\\ufffd"},
    {RAW("x\xe2\x82"), "x\\xe2\\x82", "x\\xE2\\x82", "x\\ufffd\\ufffd"},
    {RAW("\xc3("), "\\xc3(", "\\xC3(", "\\ufffd("},
};

static void check(escape_fn *escape, struct text raw, const char *want, const char *server)
{
    char out[256];
    struct text got = text_make(out, (size_t)(escape(out, raw) - out));
    cr_expect(text_same(got, text_of(want)), "%s: \"%.*s\", not \"%s\"", server, (int)got.len,
              got.at, want);
    cr_expect(got.len <= raw.len * ESCAPE_GROWTH);
}

Test(loggen_escape, writes_foreign_bytes_as_each_server_does)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check(escape_apache, rows[i].raw, rows[i].apache, "apache");
        check(escape_nginx, rows[i].raw, rows[i].nginx, "nginx");
        check(escape_json, rows[i].raw, rows[i].json, "json");
    }
}
