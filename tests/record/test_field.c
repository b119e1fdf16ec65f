/* test_field.c - the one list of fields, and batches. */
#include <criterion/criterion.h>

#include "record/batch.h"

Test(field, is_found_by_its_key_and_by_its_other_names)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        cr_expect_eq(field_named(text_of(field_key((enum field)f))), f, "%s",
                     field_key((enum field)f));
    static const struct {
        const char *name;
        enum field field;
    } rows[] = {
        {"HOST", FIELD_HOST},
        {"remote_addr", FIELD_HOST},
        {"referer", FIELD_REFERRER},
        {"User_Agent", FIELD_AGENT},
        {"url", FIELD_PATH},
        {"ts", FIELD_TIME},
        {"duration", FIELD_REQUEST_TIME},
        {"code", FIELD_STATUS},
        {"size", FIELD_BYTES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(field_named(text_of(rows[i].name)), rows[i].field, "%s", rows[i].name);
    cr_expect_eq(field_named(TEXT("nothing")), FIELD_COUNT);
    cr_expect_eq(field_named(TEXT("")), FIELD_COUNT);
}

Test(field, kinds_stand_in_their_ranges)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        enum field_kind kind = field_kind((enum field)f);
        bool number = kind == FIELD_KIND_COUNT || kind == FIELD_KIND_DURATION;
        cr_expect_eq(kind == FIELD_KIND_TEXT, f < FIELD_TEXTS, "%s", field_key((enum field)f));
        cr_expect_eq(number, f >= FIELD_FIRST_NUMBER && f < FIELD_TIME, "%s",
                     field_key((enum field)f));
    }
    cr_expect_leq(FIELD_COUNT, 64, "a field_set has 64 bits");
}

Test(batch, is_empty_again_after_clearing_and_keeps_its_memory)
{
    struct batch *b = batch_new();
    char *bytes = b->bytes;
    struct entry *entries = b->entries;
    memset(bytes, 'x', batch_capacity() + BATCH_SLACK);
    b->used = b->scanned = b->count = b->reject_count = 7;
    b->lines.read = b->behind = 7;
    b->kind = BATCH_END;
    batch_clear(b);
    cr_expect_eq(b->kind, BATCH_LINES);
    cr_expect_eq(b->used + b->scanned + b->count + b->reject_count + b->lines.read + b->behind, 0);
    cr_expect_eq(b->bytes, bytes);
    cr_expect_eq(b->entries, entries);
    batch_free(b);
    batch_free(NULL);
}
