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
    uint32_t plain[ROOM], vector[ROOM], wide[ROOM];
    struct dice dice = {.state = 7};
    for (unsigned round = 0; round < 3000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = dice_roll(&dice, 1 + round % 90) == 0 ? '\n' : (char)dice_roll(&dice, 256);
        uint32_t from = dice_roll(&dice, SIZE), to = from + dice_roll(&dice, SIZE - from + 1);
        size_t room = 1 + dice_roll(&dice, ROOM);
        size_t count = lines_find_plain(bytes, from, to, plain, room);
        cr_assert_eq(lines_find_vector(bytes, from, to, vector, room), count);
        cr_assert_eq(memcmp(plain, vector, count * sizeof *plain), 0);
        if (!lines_wide())
            continue;
        cr_assert_eq(lines_find_wide(bytes, from, to, wide, room), count);
        cr_assert_eq(memcmp(plain, wide, count * sizeof *plain), 0);
    }
}

enum { SECTIONS = 600 };

/* Lines whose sections are longer and longer, each ended in its own way; a new second every few
 * lines, here and there an odd frame around it. */
static void fill_with_sections(struct batch *b)
{
    static const char *const behind[] = {"/x", "?x=/y", "#x", "", "/", "?", "/x?y#z"};
    static const char *const methods[] = {"GET", "POST", "DELETE", "M-SEARCH", "get", "PATCH", "A"};
    static const char *const frames[][2] = {
        {"[", "] \""}, {"[", "]  \""}, {"(", "] \""}, {"[", ") \""}, {"[", "] '"}};
    static char name[SECTIONS];
    memset(name, 'a', sizeof name);
    batch_clear(b);
    for (unsigned n = 0; n < SECTIONS; n++) {
        const char *const *frame = frames[n % 11 == 0 ? n / 11 % 5 : 0];
        b->used += (uint32_t)snprintf(b->bytes + b->used, BATCH_BYTES - b->used,
                                      "192.0.2.7 - %s %s10/Oct/2000:13:%02u:%02u -0700%s%s /%.*s%s "
                                      "HTTP/1.1\" 200 %u \"/?#\"\n",
                                      n % 5 ? "-" : "me", frame[0], n / 200, n / 3 % 60, frame[1],
                                      methods[n * 3 % 7], (int)(n / 3), name, behind[n % 7], n);
    }
}

Test(fast_lines, sections_of_any_length_end_where_they_end)
{
    static const enum head_way ways[] = {HEAD_PLAIN, HEAD_VECTOR};
    static struct entry exact[SECTIONS], fast[SECTIONS];
    struct text spec = TEXT("combined");
    struct error why = {0};
    struct formats *fs = formats_new(&spec, 1, &why);
    struct batch *b = batch_new();
    fill_with_sections(b);
    uint64_t counts = entries_of(fs, b, HEAD_NONE, ~(field_set)0, exact);
    cr_assert_gt(b->count, SECTIONS * 9 / 10);
    for (unsigned w = 0; w < sizeof ways / sizeof *ways; w++) {
        cr_assert_eq(entries_of(fs, b, ways[w], ~(field_set)0, fast), counts);
        for (uint32_t i = 0; i < b->count; i++) {
            cr_assert(same_entry(&exact[i], &fast[i], ~(field_set)0), "way %u, entry %u", w, i);
            cr_assert_eq(exact[i].line.at, fast[i].line.at);
        }
    }
    batch_free(b);
    formats_free(fs);
}
