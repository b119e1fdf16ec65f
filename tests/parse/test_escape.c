/* test_escape.c - what servers escaped, as it was before. */
#include <criterion/criterion.h>

#include "parse/escape.h"

Test(escape, is_undone_the_way_each_server_writes)
{
    static const struct {
        enum escape how;
        struct text escaped, plain;
    } rows[] = {
        {ESCAPE_APACHE, TEXT("a\\\"b\\\\c"), TEXT("a\"b\\c")},
        {ESCAPE_APACHE, TEXT("\\b\\n\\r\\t\\v\\x00\\xfF"), TEXT("\b\n\r\t\v\0\xff")},
        {ESCAPE_APACHE, TEXT("\\x0"), TEXT("\\x0")},
        {ESCAPE_APACHE, TEXT("\\xzz\\"), TEXT("\\xzz\\")},
        {ESCAPE_APACHE, TEXT("\\q\\u0041"), TEXT("\\q\\u0041")},
        {ESCAPE_APACHE, TEXT("\\\\x41"), TEXT("\\x41")},
        {ESCAPE_NGINX, TEXT("\\x22\\x5C\\xD8\\xAE"), TEXT("\"\\\xd8\xae")},
        {ESCAPE_JSON, TEXT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), TEXT("\"\\/\b\f\n\r\t")},
        {ESCAPE_JSON, TEXT("\\u0041\\u00e9\\u20AC\\u0000"), TEXT("A\xc3\xa9\xe2\x82\xac\0")},
        {ESCAPE_JSON, TEXT("\\ud83d\\ude00"), TEXT("\xf0\x9f\x98\x80")},
        {ESCAPE_JSON, TEXT("\\ud83d"), TEXT("\xef\xbf\xbd")},
        {ESCAPE_JSON, TEXT("\\ud83d\\u0041"),
         TEXT("\xef\xbf\xbd"
              "A")},
        {ESCAPE_JSON, TEXT("\\ude00\\ud83d\\u"), TEXT("\xef\xbf\xbd\xef\xbf\xbd\\u")},
        {ESCAPE_JSON, TEXT("\\x41"), TEXT("\\x41")},
        {ESCAPE_NONE, TEXT("\\x41\\\"\\"), TEXT("\\x41\\\"\\")},
        {ESCAPE_NONE, TEXT(""), TEXT("")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        unescape_add(&out, rows[i].escaped, rows[i].how);
        cr_expect(text_same(buf_text(&out), rows[i].plain), "row %zu: %.*s", i, (int)out.len,
                  out.at);
        buf_done(&out);
    }
}

Test(escape, never_reads_behind_its_text)
{
    static const char text[] = "\\x4";
    for (enum escape how = ESCAPE_APACHE; how <= ESCAPE_NONE; how++)
        for (size_t len = 0; len < sizeof text; len++) {
            char *exact = malloc(len ? len : 1);
            struct buf out = {0};
            memcpy(exact, text, len);
            unescape_add(&out, text_make(exact, len), how);
            cr_expect_eq(out.len, len);
            buf_done(&out);
            free(exact);
        }
}
