/* test_fast_lines.c - the fast readers against the exact one and against PCRE2 patterns. */
#include <criterion/criterion.h>

#include "parse/line_reference.h"
#include "parse/lines.h"

enum { FORMATS = 400, LINES = 150 };

Test(fast_lines, read_what_the_exact_reader_and_a_pattern_read)
{
    struct batch *batch = batch_new();
    struct dice dice = {.state = 0x9e3779b97f4a7c15u};
    const char *rounds = getenv("SPATE_LINE_ROUNDS");
    unsigned formats = rounds ? (unsigned)atoi(rounds) : FORMATS;
    for (unsigned i = 0; i < formats; i++)
        cr_assert_gt(reference_compare(&dice, batch, LINES), 0, "format %u", i);
    cr_expect_gt(dice.hits, dice.lines / 4, "only %lu of %lu lines are hits",
                 (unsigned long)dice.hits, (unsigned long)dice.lines);
    cr_expect_lt(dice.hits, dice.lines * 3 / 4, "%lu of %lu lines are hits",
                 (unsigned long)dice.hits, (unsigned long)dice.lines);
    batch_free(batch);
}

Test(fast_lines, of_a_whole_batch_are_read_as_one_by_one)
{
    struct batch *batch = batch_new();
    struct dice dice = {.state = 0x2545f4914f6cdd1du};
    const char *rounds = getenv("SPATE_LINE_ROUNDS");
    unsigned formats = rounds ? (unsigned)atoi(rounds) : FORMATS;
    for (unsigned i = 0; i < formats; i++)
        cr_assert(reference_compare_runs(&dice, batch, LINES), "format %u", i);
    batch_free(batch);
}

Test(fast_lines, newlines_are_found_alike_with_vectors_and_without)
{
    enum { SIZE = 700, ROOM = 300 };
    char bytes[SIZE + 64];
    uint32_t plain[ROOM], vector[ROOM];
    struct dice dice = {.state = 7};
    for (unsigned round = 0; round < 3000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = dice_roll(&dice, 1 + round % 90) == 0 ? '\n' : (char)dice_roll(&dice, 256);
        uint32_t from = dice_roll(&dice, SIZE), to = from + dice_roll(&dice, SIZE - from + 1);
        size_t room = 1 + dice_roll(&dice, ROOM);
        size_t count = lines_find_plain(bytes, from, to, plain, room);
        cr_assert_eq(lines_find_vector(bytes, from, to, vector, room), count);
        cr_assert_eq(memcmp(plain, vector, count * sizeof *plain), 0);
    }
}
