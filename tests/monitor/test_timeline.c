#include "monitor/feed.h"
#include "monitor/timeline.h"

enum { SPAN = 4096 };

static void check_walk(const struct timeline *t, int64_t base, const uint64_t *want)
{
    struct timeline_walk *w = timeline_walk_new(t);
    int64_t second;
    uint64_t hits;
    int64_t last = INT64_MIN;
    uint64_t seen = 0, there = 0;
    while (timeline_walk_next(w, &second, &hits)) {
        cr_assert_gt(second, last);
        cr_assert(second >= base && second < base + SPAN);
        cr_assert_eq(hits, want[second - base]);
        last = second;
        seen++;
    }
    for (int i = 0; i < SPAN; i++)
        there += want[i] > 0;
    cr_assert_eq(seen, there);
    timeline_walk_free(w);
}

Test(timeline, walks_the_seconds_in_order_however_they_came)
{
    struct random_numbers r = {5};
    for (int round = 0; round < 30; round++) {
        static uint64_t want[SPAN];
        memset(want, 0, sizeof want);
        int64_t base = (int64_t)(random_next(&r) >> 20) * (round % 2 ? 1 : -1);
        struct timeline *t = timeline_new(), *other = timeline_new();
        unsigned adds = (unsigned)random_below(&r, round % 3 ? 100 : 20000);
        for (unsigned i = 0; i < adds; i++) {
            uint64_t second = random_below(&r, SPAN);
            uint64_t hits = random_next(&r) >> (24 + random_below(&r, 40)); /* all widths */
            want[second] += hits;
            timeline_add(i % 2 ? t : other, base + (int64_t)second, hits);
        }
        timeline_merge(t, other);
        check_walk(t, base, want);
        timeline_free(t);
        timeline_free(other);
    }
}

Test(timeline, holds_seconds_from_end_to_end_of_time)
{
    static const int64_t seconds[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    struct timeline *t = timeline_new();
    for (int i = 4; i >= 0; i--)
        timeline_add(t, seconds[i], (uint64_t)i + 1);
    struct timeline_walk *w = timeline_walk_new(t);
    int64_t second;
    uint64_t hits;
    for (int i = 0; i < 5; i++) {
        cr_assert(timeline_walk_next(w, &second, &hits));
        cr_assert_eq(second, seconds[i]);
        cr_assert_eq(hits, (uint64_t)i + 1);
    }
    cr_assert_not(timeline_walk_next(w, &second, &hits));
    timeline_walk_free(w);
    timeline_free(t);
}

Test(timeline, is_empty_after_a_reset_and_can_be_used_again)
{
    struct timeline *t = timeline_new();
    int64_t second;
    uint64_t hits;
    for (int i = 0; i < 1000; i++)
        timeline_add(t, i * 37, 300);
    timeline_reset(t);
    struct timeline_walk *w = timeline_walk_new(t);
    cr_assert_not(timeline_walk_next(w, &second, &hits));
    timeline_walk_free(w);
    timeline_add(t, 74, 1);
    w = timeline_walk_new(t);
    cr_assert(timeline_walk_next(w, &second, &hits));
    cr_assert(second == 74 && hits == 1);
    timeline_walk_free(w);
    timeline_free(t);
}
