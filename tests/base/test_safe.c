#include "base/safe.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/safe_oracle.h"

static void check(struct text in, struct safe_limits limits, const char *want)
{
    struct buf room = {0};
    struct safe safe = safe_make(&room, in, limits);
    cr_expect(text_same(safe.utf8, text_of(want)), "got \"%.*s\", not \"%s\"", (int)safe.utf8.len,
              safe.utf8.at, want);
    cr_expect(safe_oracle_start());
    const char *wrong = safe_oracle(safe, limits);
    cr_expect_null(wrong, "%s in \"%s\"", wrong, want);
    buf_done(&room);
}

static const struct safe_limits NONE = {0};

Test(safe, leaves_what_is_harmless_as_it_is)
{
    static const char *rows[] = {"",        "/blog?x=1&y=\"2\"", "back\\slash", "grüße", "日本語",
                                 "e\u0301", "\u20ac 5",          "a b",         "😀"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(text_of(rows[i]), NONE, rows[i]);
}

Test(safe, shows_each_attack_instead_of_obeying_it)
{
    static const struct {
        struct text in;
        const char *want;
    } rows[] = {
        {{"\033[31mred\033[0m", 12}, "\\x1b[31mred\\x1b[0m"},
        {{"\033]0;title\007", 10}, "\\x1b]0;title\\x07"},
        {{"\033P+q\033\\", 6}, "\\x1bP+q\\x1b\\"},
        {{"a\rb\nc\td\be", 9}, "a\\x0db\\x0ac\\x09d\\x08e"},
        {{"a\0b", 3}, "a\\x00b"},
        {{"\177", 1}, "\\x7f"},
        {{"\x9b"
          "31m",
          4},
         "\\x9b31m"},
        {{"\xc2\x9b"
          "31m",
          5},
         "\\xc2\\x9b31m"},
        {{"\xc2\x80\xc2\x9f", 4}, "\\xc2\\x80\\xc2\\x9f"},
        {{"\u202Egpj.exe", 10}, "\\u{202e}gpj.exe"},
        {{"\u2066a\u2069", 7}, "\\u{2066}a\\u{2069}"},
        {{"\u061C\u200E\u200F", 8}, "\\u{061c}\\u{200e}\\u{200f}"},
        {{"a\u200Bb\u200D\uFEFF", 11}, "a\\u{200b}b\\u{200d}\\u{feff}"},
        {{"\u2028\u2029", 6}, "\\u{2028}\\u{2029}"},
        {{"\U000E0041", 4}, "\\u{e0041}"},
        {{"\U000E0100", 4}, "\\u{e0100}"},
        {{"\u2764\uFE0F", 6}, "\u2764\\u{fe0f}"},
        {{"\u00AD", 2}, "\\u{00ad}"},
        {{"\uFFFF", 3}, "\\u{ffff}"},
        {{"\u115F\u3164", 6}, "\\u{115f}\\u{3164}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].in, NONE, rows[i].want);
}

Test(safe, shows_bytes_that_are_not_utf8)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"\xff\xfe", "\\xff\\xfe"},                   /* never a byte of UTF-8 */
        {"a\x80z", "a\\x80z"},                        /* stray continuation */
        {"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong */
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
        {"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"}, /* overlong */
        {"\xc1\x9b", "\\xc1\\x9b"},                   /* overlong [ */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
        {"\xed\xbf\xbf", "\\xed\\xbf\\xbf"},          /* surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
        {"x\xe2\x82", "x\\xe2\\x82"}, /* cut at the end */
        {"\xe2\x82"
         "x",
         "\\xe2\\x82x"}, /* cut in the middle */
        {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},
        {"\xc3", "\\xc3"},
        {"\xe2\xc3\xa9", "\\xe2\u00e9"}, /* good after bad */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(text_of(rows[i].in), NONE, rows[i].want);
}

Test(safe, keeps_two_combining_marks_on_a_base_and_no_more)
{
    check(text_of("e\u0301\u0302\u0303\u0304o"), NONE, "e\u0301\u0302\\u{0303}\\u{0304}o");
    check(text_of("\u0301a"), NONE, "\\u{0301}a");
    check(text_of("\n\u0301a"), NONE, "\\x0a\\u{0301}a");
    check(text_of("a\u0301b\u0301"), NONE, "a\u0301b\u0301");
    check(text_of("日\u0301\u0301\u0301"), NONE, "日\u0301\u0301\\u{0301}");
}

Test(safe, cuts_by_columns_with_an_ellipsis)
{
    static const struct {
        const char *in;
        unsigned width;
        const char *want;
    } rows[] = {
        {"abcdef", 6, "abcdef"},
        {"abcdef", 5, "abcd…"},
        {"abcdef", 1, "…"},
        {"a", 1, "a"},
        {"日本語", 6, "日本語"},
        {"日本語", 5, "日本…"},
        {"日本語", 4, "日…"}, /* the next one does not fit beside the ellipsis */
        {"日", 1, "…"},
        {"ab\n", 6, "ab\\x0a"},
        {"ab\n", 5, "ab…"}, /* an escape stays whole or goes */
        {"abe\u0301", 3, "abe\u0301"},
        {"abe\u0301f", 3, "ab…"},
        {"abe\u0301f", 4, "abe\u0301f"},
        {"abcd\u0301\u0302", 4, "abcd\u0301\u0302"},
        {"", 3, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(text_of(rows[i].in), (struct safe_limits){.width = rows[i].width}, rows[i].want);
}

Test(safe, has_an_ascii_mode)
{
    struct safe_limits ascii = {.ascii = true};
    check(text_of("gr\u00fc\u00dfe"), ascii, "gr\\u{00fc}\\u{00df}e");
    check(text_of("😀\u0301"), ascii, "\\u{1f600}\\u{0301}");
    check(text_of("abcdef"), (struct safe_limits){.width = 4, .ascii = true}, "abc~");
    check(text_of("ü"), (struct safe_limits){.width = 7, .ascii = true}, "~");
    check(text_of("ü"), (struct safe_limits){.width = 8, .ascii = true}, "\\u{00fc}");
}

Test(safe, appends_behind_what_is_there)
{
    struct buf room = {0};
    safe_add(&room, TEXT("a\n"));
    safe_add(&room, TEXT("b"));
    struct safe cut = safe_make(&room, TEXT("cdefg"), (struct safe_limits){.width = 3});
    cr_expect(text_same(cut.utf8, TEXT("cd…")));
    cr_expect_eq(cut.width, 3);
    cr_expect(text_same(buf_text(&room), TEXT("a\\x0abcd…")));
    buf_done(&room);
}

/* Bytes that a log line is likely to be attacked with come more often than others. */
static size_t random_bytes(char *into, size_t most)
{
    static const char *PIECES[] = {"\033[",  "\x9b",       "\xc2\x9b", "\u202e",   "\u200b",
                                   "\u0301", "日",         "😀",        "\xe2\x80", "\xed\xa0",
                                   "a",      "\U000e0041", "\u0e31",   "\u1161",   "é"};
    size_t len = 0;
    for (int i = rand() % 24; i > 0; i--) {
        const char *piece = PIECES[(size_t)rand() % (sizeof PIECES / sizeof *PIECES)];
        char byte[2] = {(char)rand(), 0};
        struct text add = rand() % 2 ? text_of(piece) : text_make(byte, 1);
        if (len + add.len > most)
            break;
        memcpy(into + len, add.at, add.len);
        len += add.len;
    }
    return len;
}

Test(safe, holds_its_promises_for_any_bytes)
{
    cr_assert(safe_oracle_start());
    srand(1);
    for (int round = 0; round < 40000; round++) {
        char bytes[128];
        struct text in = text_make(bytes, random_bytes(bytes, sizeof bytes));
        struct safe_limits limits = {.width = (unsigned)rand() % 40, .ascii = rand() % 4 == 0};
        struct buf room = {0}, again = {0};
        struct safe once = safe_make(&room, in, limits);
        const char *wrong = safe_oracle(once, limits);
        cr_assert_null(wrong, "round %d: %s", round, wrong);
        /* What was cut in ASCII mode ends in ~, in the other in an ellipsis: both stay. */
        struct safe twice = safe_make(&again, once.utf8, limits);
        cr_assert(text_same(once.utf8, twice.utf8), "round %d: not idempotent", round);
        cr_assert_eq(once.width, twice.width);
        buf_done(&room);
        buf_done(&again);
    }
}

Test(safe, gives_eight_strings_at_a_time_for_messages)
{
    const char *kept[8];
    for (int i = 0; i < 8; i++) {
        char bytes[2] = {(char)('0' + i), '\n'};
        kept[i] = safe_str(text_make(bytes, 2));
    }
    for (int i = 0; i < 8; i++) {
        char want[16];
        snprintf(want, sizeof want, "%d\\x0a", i);
        cr_expect_str_eq(kept[i], want);
    }
    cr_expect_str_eq(safe_str((struct text){0}), "");
}

Test(safe, cuts_a_string_for_messages_at_160_columns)
{
    struct buf in = {0};
    for (int i = 0; i < 200; i++)
        buf_str(&in, "\U0001D400\U0001D167\U0001D167"); /* four bytes each: the most there is */
    const char *out = safe_str(buf_text(&in));
    cr_expect_eq(strlen(out), 159 * 12 + 3);
    buf_done(&in);
}
