#include "loggen/schedule.h"

#include "base/clock.h"
#include <criterion/criterion.h>

static struct schedule make(struct schedule_plan plan)
{
    struct schedule s;
    schedule_init(&s, &plan);
    return s;
}

/* How many lines are due in [from, to) seconds; goes on where it stopped. */
static unsigned due_until(struct schedule *s, double to)
{
    unsigned count = 0;
    for (int64_t due; (due = schedule_due(s)) != NEVER && (double)due < to * NS_PER_S; count++)
        schedule_step(s);
    return count;
}

Test(loggen_schedule, spaces_lines_evenly_and_begins_at_once)
{
    struct schedule s = make((struct schedule_plan){.rate = 4});
    for (int64_t i = 0; i < 1000; i++) {
        cr_assert_eq(schedule_due(&s), i * NS_PER_S / 4);
        schedule_step(&s);
    }
}

Test(loggen_schedule, does_not_drift_over_a_day_at_an_odd_rate)
{
    struct schedule s = make((struct schedule_plan){.rate = 7777.7});
    s.next = (uint64_t)(7777.7 * 86400) + 1;
    int64_t off = schedule_due(&s) - INT64_C(86400) * NS_PER_S;
    cr_expect(off >= 0 && off < NS_PER_S / 7777, "off by %lld ns", (long long)off);
}

Test(loggen_schedule, a_duration_holds_exactly_rate_times_seconds)
{
    static const struct {
        double rate;
        int64_t duration_ns;
        uint64_t lines;
    } rows[] = {
        {10, 10 * NS_PER_S, 100}, {0.1, 30 * NS_PER_S, 3},    {0.07, 100 * NS_PER_S, 7},
        {0.3, 10 * NS_PER_S, 3},  {200000, NS_PER_S, 200000}, {1, 1500 * NS_PER_MS, 2},
        {3, NS_PER_S, 3},         {33.3, 10 * NS_PER_S, 333}, {1000000, 60 * NS_PER_S, 60000000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct schedule s =
            make((struct schedule_plan){.rate = rows[i].rate, .duration_ns = rows[i].duration_ns});
        cr_expect_eq(s.total, rows[i].lines, "row %zu: %llu", i, (unsigned long long)s.total);
        s.next = s.total - 1;
        cr_expect(schedule_due(&s) < rows[i].duration_ns, "row %zu", i);
        s.next = s.total;
        cr_expect_eq(schedule_due(&s), NEVER);
    }
}

Test(loggen_schedule, the_smaller_of_count_and_duration_ends_it)
{
    struct schedule_plan plan = {.rate = 10, .count = 50, .duration_ns = 10 * NS_PER_S};
    cr_expect_eq(make(plan).total, 50);
    plan.count = 500;
    cr_expect_eq(make(plan).total, 100);
    plan.duration_ns = 0;
    cr_expect_eq(make(plan).total, 500);
    plan.count = 0;
    cr_expect_eq(make(plan).total, UINT64_MAX);
}

Test(loggen_schedule, a_surge_holds_for_its_time_only)
{
    struct surge surges[] = {{200, 15 * NS_PER_S, 10 * NS_PER_S}, {0, 30 * NS_PER_S, 5 * NS_PER_S}};
    struct schedule s = make((struct schedule_plan){.rate = 5, .surges = surges, .surge_count = 2});
    cr_expect_eq(due_until(&s, 15), 75);
    cr_expect_eq(due_until(&s, 25), 2000);
    cr_expect_eq(due_until(&s, 30), 25);
    cr_expect_eq(due_until(&s, 35), 0);
    cr_expect_eq(due_until(&s, 45), 50);
}

Test(loggen_schedule, of_surges_that_overlap_the_later_given_counts)
{
    struct surge surges[] = {{100, 0, 10 * NS_PER_S}, {10, 2 * NS_PER_S, 3 * NS_PER_S}};
    struct schedule s = make((struct schedule_plan){.rate = 1, .surges = surges, .surge_count = 2});
    cr_expect_eq(due_until(&s, 2), 200);
    cr_expect_eq(due_until(&s, 5), 30);
    cr_expect_eq(due_until(&s, 10), 500);
    cr_expect_eq(due_until(&s, 20), 10);
}

Test(loggen_schedule, silence_to_the_end_is_never)
{
    struct surge silence = {0, NS_PER_S, INT64_MAX / 4};
    struct schedule s =
        make((struct schedule_plan){.rate = 2, .surges = &silence, .surge_count = 1});
    cr_expect_eq(due_until(&s, 100), 2);
    cr_expect(schedule_due(&s) > INT64_MAX / 4);
}

Test(loggen_schedule, fits_a_count_into_a_duration_around_the_surges)
{
    struct surge surge = {30, 2 * NS_PER_S, 2 * NS_PER_S};
    struct schedule_plan plan = {
        .count = 100, .duration_ns = 10 * NS_PER_S, .surges = &surge, .surge_count = 1};
    struct error why;
    cr_assert(schedule_fit(&plan, &why));
    cr_expect_float_eq(plan.rate, 5, 1e-9);
    surge.length_ns = 4 * NS_PER_S; /* 120 lines */
    cr_expect_not(schedule_fit(&plan, &why));
    cr_expect_str_eq(why.text, "--surge: 120 lines of --count 100 in --duration 10s are surges: "
                               "they must leave time and lines for the rest");
    surge = (struct surge){1, 0, 20 * NS_PER_S}; /* no time is left for the other 90 */
    cr_expect_not(schedule_fit(&plan, &why));
}
