#include "base/near.h"

#include <criterion/criterion.h>

static const char *const names[] = {"status",  "section",  "path",         "method",
                                    "request", "referrer", "request_time", "upstream_time",
                                    "time",    "host"};

static void offered(const char *word, char *into, size_t room)
{
    struct near n = near_to(text_of(word));
    struct buf out = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        near_offer(&n, names[i]);
    near_list(&n, &out);
    cr_assert_lt(out.len, room);
    if (out.len)
        memcpy(into, out.at, out.len);
    into[out.len] = 0;
    buf_done(&out);
}

Test(near, offers_what_a_slip_may_have_meant)
{
    static const struct {
        const char *word, *want;
    } rows[] = {
        {"statsu", "status"},
        {"STATUS", "status"},
        {"sectoin", "section"},
        {"methd", "method"},
        {"refer", "referrer"},
        {"request-time", "request_time"},
        {"requestt", "request"},
        {"tiem", "time"},
        {"", ""},
        {"weather", ""},
        {"watch", ""},
        {"rules", ""},
        {"x", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[200];
        offered(rows[i].word, got, sizeof got);
        cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].word, got);
    }
}

Test(near, counts_slips_the_way_fingers_make_them)
{
    static const struct {
        const char *a, *b;
        unsigned want;
    } rows[] = {
        {"", "", 0},       {"", "abc", 3},           {"abc", "", 3},     {"abc", "abc", 0},
        {"abc", "acb", 1}, {"abc", "ab", 1},         {"abc", "xabc", 1}, {"abc", "axc", 1},
        {"ab", "ba", 1},   {"kitten", "sitting", 3}, {"a-b", "a_b", 0},  {"abcd", "badc", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned got = near_distance(text_of(rows[i].a), text_of(rows[i].b));
        cr_expect_eq(got, rows[i].want, "%s %s: %u", rows[i].a, rows[i].b, got);
        cr_expect_eq(near_distance(text_of(rows[i].b), text_of(rows[i].a)), got);
    }
}

Test(near, keeps_the_nearest_and_lists_them_as_people_do)
{
    struct near n = near_to(TEXT("abcdef"));
    static const char *const offers[] = {"abcdxy", "abcdeg", "abcdef", "abcxef"};
    struct buf out = {0};
    for (size_t i = 0; i < 4; i++)
        near_offer(&n, offers[i]);
    near_list(&n, &out);
    cr_expect(text_same(buf_text(&out), TEXT("abcdef, abcdeg or abcxef")));
    buf_done(&out);
}

Test(near, does_not_judge_what_is_longer_than_any_name)
{
    char word[200];
    memset(word, 'a', sizeof word);
    cr_expect_gt(near_distance(text_make(word, sizeof word), text_make(word, 41)), 200);
    struct near n = near_to(text_make(word, sizeof word));
    near_offer(&n, "aaaaaaaa");
    cr_expect_eq(n.count, 0);
}
