#include <criterion/criterion.h>
#include <stdlib.h>

#include "monitor/feed.h"
#include "monitor/naive.h"
#include "monitor/replay.h"

enum { WALL = 2000000000 };

struct told {
    struct naive_changes changes;
    struct monitor_alert last;
    unsigned count;
    bool open; /* the last one had not recovered */
};

static void on_firing(void *ctx, const struct monitor_alert *a)
{
    struct told *t = ctx;
    struct naive_changes *c = &t->changes;
    cr_assert_not(t->open, "only the last may be open");
    cr_assert(c->count + 2 <= NAIVE_CHANGES);
    c->at[c->count++] = (struct naive_change){true, a->triggered_at, a->hits};
    if (a->recovered)
        c->at[c->count++] = (struct naive_change){false, a->recovered_at, a->recovered_hits};
    t->open = !a->recovered;
    t->last = *a;
    t->count++;
    cr_assert_eq(a->id, t->count);
}

static struct replay_span replay(const struct timeline *t, double above, int64_t window_s,
                                 struct told *told)
{
    struct alert_rule rule = {"high traffic", above, window_s};
    *told = (struct told){0};
    return replay_timeline(t, &rule, WALL, on_firing, told);
}

Test(replay, of_nothing_tells_nothing)
{
    struct timeline *t = timeline_new();
    struct told told;
    struct replay_span span = replay(t, 0, 1, &told);
    cr_assert_eq(told.count, 0);
    cr_assert_eq(span.hits, 0);
    timeline_free(t);
}

Test(replay, fires_and_recovers_at_the_exact_seconds)
{
    struct timeline *t = timeline_new();
    for (int64_t s = 1000; s < 1010; s++)
        timeline_add(t, s, 20);
    timeline_add(t, 1030, 1);
    struct told told;
    struct replay_span span = replay(t, 10, 10, &told);
    cr_assert_eq(told.count, 1);
    cr_assert_eq(told.last.triggered_at, 1005, "120 hits in 10 s; 100 at 1004 are but equal");
    cr_assert_eq(told.last.hits, 120);
    cr_assert_eq(told.last.peak_hits, 200);
    cr_assert(told.last.recovered);
    cr_assert_eq(told.last.recovered_at, 1015, "80 left; at 1014 there are 100, which is equal");
    cr_assert_eq(told.last.recovered_hits, 80);
    cr_assert_str_eq(told.last.rule, "high traffic");
    cr_assert_eq(told.last.window_s, 10);
    cr_assert(span.first == 1000 && span.last == 1030 && span.hits == 201);
    timeline_free(t);
}

Test(replay, leaves_what_still_fires_at_the_end_without_a_recovery)
{
    struct timeline *t = timeline_new();
    timeline_add(t, 500, 100);
    struct told told;
    replay(t, 1, 10, &told);
    cr_assert_eq(told.count, 1);
    cr_assert_not(told.last.recovered);
    cr_assert_eq(told.last.peak_hits, 100);
    timeline_free(t);
}

Test(replay, recovers_inside_a_gap_of_a_century)
{
    struct timeline *t = timeline_new();
    timeline_add(t, -2000000000, 100);
    timeline_add(t, 1500000000, 1);
    struct told told;
    replay(t, 1, 10, &told);
    cr_assert_eq(told.last.triggered_at, -2000000000);
    cr_assert_eq(told.last.recovered_at, -2000000000 + 10);
    cr_assert_eq(told.last.recovered_hits, 0);
    timeline_free(t);
}

static const int64_t YEAR_2999 = 32472144000;

Test(replay, does_not_let_one_line_of_the_year_2999_make_the_log_longer)
{
    struct timeline *t = timeline_new();
    timeline_add(t, 1000, 100);
    timeline_add(t, YEAR_2999, 1);
    struct told told;
    struct replay_span span = replay(t, 1, 10, &told);
    cr_assert_not(told.last.recovered, "the log's last second is 1000");
    cr_assert_eq(span.last, 1000);
    cr_assert_eq(span.future, 1);
    timeline_free(t);
}

Test(replay, leaves_out_nine_far_lines_a_day_and_believes_ten)
{
    struct timeline *t = timeline_new();
    timeline_add(t, 1000, 1);
    for (int i = 0; i < 9; i++)
        timeline_add(t, YEAR_2999 + i * 86400 / 9, 1);
    struct told told;
    cr_assert_eq(replay(t, 1, 10, &told).future, 9);
    timeline_add(t, YEAR_2999 + 86400, 1);
    struct replay_span span = replay(t, 1, 10, &told);
    cr_assert_eq(span.future, 0);
    cr_assert_eq(span.last, YEAR_2999 + 86400);
    cr_assert_eq(span.hits, 11);
    timeline_free(t);
}

Test(replay, believes_ten_far_lines_only_within_one_day)
{
    struct timeline *t = timeline_new();
    for (int i = 0; i < 40; i++) /* never ten within a day */
        timeline_add(t, YEAR_2999 + i * INT64_C(9601), 1);
    struct told told;
    struct replay_span span = replay(t, 1, 10, &told);
    cr_assert_eq(span.hits, 0);
    cr_assert_eq(span.future, 40);
    timeline_add(t, YEAR_2999 + 20 * INT64_C(9601), 9);
    span = replay(t, 1, 10, &told);
    cr_assert_gt(span.first, YEAR_2999, "what lies too far before those ten stays out");
    cr_assert_eq(span.last, YEAR_2999 + 39 * INT64_C(9601),
                 "what follows step by step is believed");
    cr_assert_eq(span.hits + span.future, 49);
    timeline_free(t);
}

Test(replay, takes_a_day_ahead_of_the_wall_clock_for_near)
{
    struct timeline *t = timeline_new();
    timeline_add(t, WALL + 86400, 1);
    struct told told;
    cr_assert_eq(replay(t, 1, 10, &told).hits, 1);
    timeline_add(t, WALL + 2 * 86400, 1);
    cr_assert_eq(replay(t, 1, 10, &told).hits, 2, "a day ahead of the log is near as well");
    timeline_add(t, WALL + 3 * 86400 + 1, 1);
    cr_assert_eq(replay(t, 1, 10, &told).future, 1);
    timeline_free(t);
}

/* ---- against a naive judgement of every second ---- */

enum { SPAN = 3000, LOGS = 4000 };

/* Dense, bursty and gappy logs: how many hits the next second gets. */
static uint32_t random_hits(struct random_numbers *r, unsigned kind, bool *burst)
{
    if (random_below(r, 40) == 0)
        *burst = !*burst;
    switch (kind) {
    case 0: return (uint32_t)random_below(r, 6);
    case 1: return *burst ? (uint32_t)random_below(r, 30) : random_below(r, 10) == 0;
    case 2: return random_below(r, 60) == 0 ? (uint32_t)random_below(r, 50) : 0;
    default: return *burst ? 3 : 0;
    }
}

static void naive_log(const uint32_t *hits, int64_t first, int64_t last, int64_t base,
                      const struct alert_rule *rule, struct naive_changes *want)
{
    for (int64_t s = first; s <= last; s++) {
        uint64_t sum = 0;
        for (int64_t k = s; k > s - rule->window_s && k >= first; k--)
            sum += hits[k];
        naive_judge(want, rule, base + s, sum);
    }
}

Test(replay, agrees_with_a_naive_judgement_on_random_logs)
{
    static uint32_t hits[SPAN];
    static struct naive_changes want;
    struct random_numbers r = {42};
    unsigned with_changes = 0;
    for (unsigned round = 0; round < LOGS; round++) {
        int64_t base = (int64_t)random_below(&r, 1000000000) - 500000000;
        int64_t span = 1 + (int64_t)random_below(&r, round % 50 ? 400 : SPAN);
        unsigned kind = (unsigned)random_below(&r, 4);
        bool burst = false;
        struct timeline *t = timeline_new();
        int64_t first = -1, last = -1;
        for (int64_t s = 0; s < span; s++) {
            hits[s] = random_hits(&r, kind, &burst);
            if (hits[s]) {
                first = first < 0 ? s : first;
                last = s;
            }
        }
        for (int64_t i = 0; i < span; i++) { /* every second once, out of order: 7919 is prime */
            int64_t s = i * 7919 % span;
            timeline_add(t, base + s, hits[s]);
        }
        struct alert_rule rule = {"r", (double)random_below(&r, 12) / 2,
                                  1 + (int64_t)random_below(&r, 150)};
        want.count = 0;
        if (first >= 0)
            naive_log(hits, first, last, base, &rule, &want);
        static struct told told;
        told = (struct told){0};
        replay_timeline(t, &rule, WALL, on_firing, &told);
        naive_compare(&want, &told.changes, "replay", round);
        with_changes += want.count > 0;
        timeline_free(t);
    }
    cr_assert_gt(with_changes, LOGS / 4, "only %u logs had an alert at all", with_changes);
}
