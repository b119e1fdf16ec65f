#include "base/json.h"

#include <criterion/criterion.h>
#define json_null jansson_null /* both have one */
#include <jansson.h>
#undef json_null
#include <math.h>
#include <stdlib.h>

static json_t *read_back(const struct buf *out)
{
    json_error_t error;
    json_t *root = json_loadb(out->at, out->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    cr_assert(root, "%s in %.*s", error.text, (int)out->len, out->at);
    return root;
}

static void check_text(struct text in, struct text written, struct text read)
{
    struct buf out = {0};
    struct json j = json_on(&out);
    json_text(&j, in);
    cr_expect(text_same(buf_text(&out), written), "wrote %.*s, not %s", (int)out.len, out.at,
              written.at);
    json_t *root = read_back(&out);
    struct text got = text_make(json_string_value(root), json_string_length(root));
    cr_expect(text_same(got, read), "read %.*s", (int)got.len, got.at);
    json_decref(root);
    buf_done(&out);
}

Test(json, puts_the_commas_where_they_belong)
{
    struct buf out = {0};
    struct json j = json_on(&out);
    json_open(&j);
    json_key(&j, "a");
    json_u64(&j, UINT64_MAX);
    json_key(&j, "empty");
    json_list(&j);
    json_unlist(&j);
    json_key(&j, "list");
    json_list(&j);
    json_i64(&j, INT64_MIN);
    json_open(&j);
    json_close(&j);
    json_open(&j);
    json_key(&j, "x");
    json_null(&j);
    json_close(&j);
    json_bool(&j, true);
    json_bool(&j, false);
    json_unlist(&j);
    json_text_key(&j, TEXT("</\"\n\xff"));
    json_text(&j, TEXT("z"));
    json_close(&j);
    cr_expect(text_same(buf_text(&out), TEXT("{\"a\":18446744073709551615,\"empty\":[],\"list\":["
                                             "-9223372036854775808,{},{\"x\":null},true,false],"
                                             "\"\\u003c/\\\"\\n\uFFFD\":\"z\"}")),
              "%.*s", (int)out.len, out.at);
    buf_done(&out);
}

Test(json, escapes_what_is_dangerous_in_a_page_or_on_a_terminal)
{
    static const struct {
        const char *in, *written;
    } rows[] = {
        {"", "\"\""},
        {"plain /a?b=1'", "\"plain /a?b=1'\""},
        {"\"\\", "\"\\\"\\\\\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\001\033\177", "\"\\u0001\\u001b\\u007f\""},
        {"<script>&", "\"\\u003cscript\\u003e\\u0026\""},
        {"\u2028\u2029", "\"\\u2028\\u2029\""},
        {"\xc2\x9b\u202e\u200b", "\"\\u009b\\u202e\\u200b\""},
        {"\U000e0041", "\"\\udb40\\udc41\""},
        {"é日😀e\u0301", "\"é日😀e\u0301\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_text(text_of(rows[i].in), text_of(rows[i].written), text_of(rows[i].in));
    check_text(text_make("a\0b", 3), TEXT("\"a\\u0000b\""), text_make("a\0b", 3));
    check_text((struct text){0}, TEXT("\"\""), TEXT(""));
}

Test(json, shows_invalid_utf8_as_replacement_characters)
{
    static const struct {
        const char *in, *read;
    } rows[] = {
        {"a\xffz", "a\uFFFDz"},
        {"\xe2\x82", "\uFFFD"},
        {"\xe2\x82x", "\uFFFDx"},
        {"\xf0\x9f\x98", "\uFFFD"},
        {"\xc0\xaf", "\uFFFD\uFFFD"},
        {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"\x9b"
         "31m",
         "\uFFFD31m"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf written = {0};
        buf_printf(&written, "\"%s\"", rows[i].read);
        check_text(text_of(rows[i].in), buf_text(&written), text_of(rows[i].read));
        buf_done(&written);
    }
}

Test(json, is_read_back_by_another_parser_whatever_the_bytes)
{
    srand(6);
    for (int round = 0; round < 20000; round++) {
        char bytes[40];
        size_t len = (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(rand() % 3 ? rand() : "\"\\</\xe2\x80\xa8"[rand() % 7]);
        struct buf out = {0};
        struct json j = json_on(&out);
        json_text(&j, text_make(bytes, len));
        for (size_t i = 0; i < out.len; i++)
            cr_assert((unsigned char)out.at[i] >= 0x20 && !strchr("<>&\177", out.at[i]));
        json_decref(read_back(&out));
        buf_done(&out);
    }
}

Test(json, writes_the_shortest_decimal)
{
    static const struct {
        double value;
        int decimals;
        const char *want;
    } rows[] = {
        {8.4, 2, "8.4"},
        {10, 2, "10"},
        {0, 3, "0"},
        {-0.0, 3, "0"},
        {8.25, 2, "8.25"},
        {0.1 + 0.2, 6, "0.3"},
        {1.0 / 3, 2, "0.33"},
        {2.0 / 3, 2, "0.67"},
        {0.999, 2, "1"},
        {-0.999, 2, "-1"},
        {-1.5, 2, "-1.5"},
        {-0.001, 2, "0"},
        {0.05, 2, "0.05"},
        {1.5, 0, "2"},
        {1234567.891, 3, "1234567.891"},
        {9007199254740993, 2, "9007199254740992"},
        {1e18, 2, "1000000000000000000"},
        {1e21, 2, "1000000000000000000000"},
        {-1e21, 0, "-1000000000000000000000"},
        {0.000001, 6, "0.000001"},
        {99999999.99, 2, "99999999.99"},
        {NAN, 2, "null"},
        {INFINITY, 2, "null"},
        {-INFINITY, 2, "null"},
        {0.3, 99, "0.3"},
        {0.02824, 2, "0.03"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        struct json j = json_on(&out);
        json_number(&j, rows[i].value, rows[i].decimals);
        cr_expect(text_same(buf_text(&out), text_of(rows[i].want)), "%.*s, not %s", (int)out.len,
                  out.at, rows[i].want);
        buf_done(&out);
    }
}

Test(json, writes_numbers_that_are_right_to_half_a_place)
{
    srand(7);
    for (int round = 0; round < 20000; round++) {
        double value = (rand() - RAND_MAX / 2) / (1.0 + rand() % 100000);
        struct buf out = {0};
        struct json j = json_on(&out);
        json_number(&j, value, 3);
        json_t *root = read_back(&out);
        cr_assert_leq(fabs(json_number_value(root) - value), 0.0005000001, "%f as %.*s", value,
                      (int)out.len, out.at);
        json_decref(root);
        buf_done(&out);
    }
}

Test(json, writes_a_time_that_is_known)
{
    struct buf out = {0};
    struct json j = json_on(&out);
    json_open(&j);
    json_put_time(&j, "first", true, 1420070400);
    json_put_time(&j, "last", false, 1420070400);
    json_close(&j);
    cr_assert(text_same(buf_text(&out), text_of("{\"first\":\"2015-01-01T00:00:00Z\",\"last\":null}")), "%.*s",
              (int)out.len, out.at);
    buf_done(&out);
}
