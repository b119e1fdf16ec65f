/* test_glance.c - what is seen of a line at a glance: no format reads a line that it would spare. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/buf.h"
#include "parse/detect.h"
#include "parse/formats.h"
#include "parse/presets.h"

static uint32_t roll(uint32_t *state, uint32_t below)
{
    *state = *state * 1103515245 + 12345;
    return (*state >> 8) % below;
}

/* A sample with parts of another in it, blanks before it, bytes changed or cut off. */
static void make_line(struct batch *b, uint32_t *dice)
{
    static const char bytes[] = " \t\"[]{}/-:.0129#,aZ\\";
    struct text a = text_of(presets[roll(dice, (uint32_t)preset_count)].sample);
    struct text other = text_of(presets[roll(dice, (uint32_t)preset_count)].sample);
    size_t cut = roll(dice, 4) ? 0 : roll(dice, (uint32_t)a.len);
    size_t from = roll(dice, (uint32_t)other.len), blanks = roll(dice, 4) ? 0 : roll(dice, 3);
    batch_clear(b);
    memset(b->bytes, roll(dice, 2) ? ' ' : '\t', blanks);
    memcpy(b->bytes + blanks, a.at, a.len - cut);
    b->used = (uint32_t)(blanks + a.len - cut);
    if (roll(dice, 3) == 0) {
        memcpy(b->bytes + b->used, other.at + from, other.len - from);
        b->used += (uint32_t)(other.len - from);
    }
    for (unsigned n = roll(dice, 4); n > 0 && b->used > 0; n--)
        b->bytes[roll(dice, b->used)] = bytes[roll(dice, sizeof bytes - 1)];
    for (uint32_t i = 0; i < b->used; i++) /* W3C's sample is two lines */
        b->bytes[i] = b->bytes[i] == '\n' ? ' ' : b->bytes[i];
}

static struct format_memo *new_memos(const struct formats *fs)
{
    struct format_memo *memos = calloc(fs->count, sizeof *memos);
    for (size_t i = 0; i < fs->count; i++)
        format_memo_init(&memos[i], fs->list[i]);
    return memos;
}

static void free_memos(const struct formats *fs, struct format_memo *memos)
{
    for (size_t i = 0; i < fs->count; i++)
        format_memo_done(&memos[i]);
    free(memos);
}

Test(glance, spares_no_line_that_a_format_reads)
{
    enum { LINES = 20000 };
    struct error why = {0};
    struct formats *fs = formats_new(NULL, 0, &why);
    struct batch *b = batch_new();
    uint32_t dice = 7;
    unsigned read = 0;
    for (unsigned n = 0; n < LINES; n++) {
        struct format_memo *all = new_memos(fs), *some = new_memos(fs);
        struct trial t;
        make_line(b, &dice);
        struct span line = {0, b->used};
        trial_clear(&t);
        trial_line(&t, fs->list, all, fs->count, b, line);
        bool any = trial_best(&t, fs->count) != SIZE_MAX;
        cr_assert_eq(trial_any_reads(fs->list, some, fs->count, b, line), any, "%.*s",
                     (int)b->used, b->bytes);
        read += any;
        free_memos(fs, all);
        free_memos(fs, some);
    }
    cr_expect(read > LINES / 5 && read < LINES * 4 / 5, "%u of %u are read", read, LINES);
    batch_free(b);
    formats_free(fs);
}
