#include "base/rune.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <wchar.h>

static size_t encode(uint32_t rune, char into[4])
{
    if (rune < 0x80)
        return into[0] = (char)rune, 1;
    size_t len = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; rune >>= 6)
        into[i] = (char)(0x80 | (rune & 0x3f));
    into[0] = (char)(0xf00 >> len | rune);
    return len;
}

Test(rune, decodes_every_code_point_and_no_surrogate)
{
    for (uint32_t rune = 0; rune < 0x110000; rune++) {
        char bytes[4];
        size_t len = encode(rune, bytes);
        uint32_t got;
        size_t took = rune_next(text_make(bytes, len), 0, &got);
        if (rune >= 0xd800 && rune < 0xe000)
            cr_assert(got == RUNE_BAD && took == 1, "U+%04X", rune);
        else
            cr_assert(got == rune && took == len, "U+%04X", rune);
    }
}

Test(rune, agrees_with_the_c_library_on_every_short_sequence)
{
    cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
    for (uint32_t seed = 0; seed < 1 << 22; seed++) {
        uint32_t mixed = seed * 2654435761u;
        char bytes[4] = {(char)(0x80 | mixed >> 24), (char)(mixed >> 16),
                         (char)(0x80 | (mixed >> 8 & 0x7f)), (char)(0x80 | (mixed & 0x3f))};
        uint32_t got;
        size_t took = rune_next(text_make(bytes, 4), 0, &got);
        wchar_t wide;
        mbstate_t state = {0};
        size_t want = mbrtowc(&wide, bytes, 4, &state);
        if (want <= 4 && wide > 0x10ffff) /* the C library goes beyond Unicode */
            want = (size_t)-1;
        cr_assert_eq(want <= 4, got != RUNE_BAD, "%08x", mixed);
        if (want <= 4)
            cr_assert(want == took && got == (uint32_t)wide, "%08x", mixed);
    }
}

Test(rune, takes_the_longest_beginning_of_a_broken_sequence)
{
    static const struct {
        const char *bytes;
        size_t took;
    } rows[] = {{"\xe2\x82", 2},     {"\xe2\x82x", 2}, {"\xf0\x9f\x98", 3}, {"\xf0\x9f", 2},
                {"\xe0\x80\x80", 1}, {"\xc3", 1},      {"\x80\x80", 1},     {"\xed\xa0\x80", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t got;
        cr_expect_eq(rune_next(text_of(rows[i].bytes), 0, &got), rows[i].took, "row %zu", i);
        cr_expect_eq(got, RUNE_BAD);
    }
}

Test(rune, has_the_widths_of_the_c_library)
{
    cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
    static const int COLUMNS[] = {[RUNE_PLAIN] = 1, [RUNE_WIDE] = 2, [RUNE_MARK] = 0};
    for (uint32_t rune = 0x20; rune < 0x110000; rune++) {
        enum rune_kind kind = rune_kind(rune);
        int columns = wcwidth((wchar_t)rune);
        if (columns < 0 || kind >= RUNE_HIDDEN) /* unassigned, or never drawn */
            continue;
        cr_expect_eq(columns, COLUMNS[kind], "U+%04X", rune);
    }
}

Test(rune, leaves_no_unfinished_code_point_at_a_cut)
{
    const char *bytes = "aé€😀";
    static const size_t WHOLE[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t len = 0; len < sizeof WHOLE / sizeof *WHOLE; len++)
        cr_expect_eq(rune_whole(bytes, len), WHOLE[len], "%zu bytes", len);
    cr_expect_eq(rune_whole("\x80\x80\x80\x80", 4), 4);
    cr_expect_eq(rune_whole("a\xff", 2), 2);
}
