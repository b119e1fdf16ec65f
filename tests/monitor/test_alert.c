#include <criterion/criterion.h>

#include "monitor/alert.h"

static struct alert ten_per_second(int64_t window_s)
{
    struct alert a;
    alert_init(&a, &(struct alert_rule){"high traffic", 10, window_s});
    return a;
}

Test(alert, stays_quiet_without_data)
{
    struct alert a = ten_per_second(120);
    for (int64_t s = 0; s < 300; s++)
        cr_assert_eq(alert_step(&a, s, 0), ALERT_SAME);
    cr_assert_eq(a.state, ALERT_QUIET);
    cr_assert_eq(a.id, 0);
}

Test(alert, does_not_take_a_short_history_for_a_short_window)
{
    struct alert a = ten_per_second(120);
    cr_assert_eq(alert_step(&a, 0, 500),
                 ALERT_SAME); /* 500 in its first second, 4.2/s over 120 s */
}

Test(alert, fires_when_above_while_quiet)
{
    struct alert a = ten_per_second(120);
    cr_assert_eq(alert_step(&a, 7, 1201), ALERT_FIRED);
    cr_assert_eq(a.state, ALERT_FIRING);
    cr_assert_eq(a.triggered_at, 7);
    cr_assert_eq(a.hits, 1201);
    cr_assert_eq(a.id, 1);
}

Test(alert, says_nothing_again_while_above)
{
    struct alert a = ten_per_second(120);
    alert_step(&a, 7, 1201);
    cr_assert_eq(alert_step(&a, 8, 5000), ALERT_SAME);
    cr_assert_eq(alert_step(&a, 9, 1300), ALERT_SAME);
    cr_assert_eq(a.triggered_at, 7);
    cr_assert_eq(a.hits, 1201, "the hits are those of the change");
    cr_assert_eq(a.peak_hits, 5000);
}

Test(alert, recovers_when_below_while_firing)
{
    struct alert a = ten_per_second(120);
    alert_step(&a, 7, 1201);
    cr_assert_eq(alert_step(&a, 8, 1199), ALERT_RECOVERED);
    cr_assert_eq(a.state, ALERT_QUIET);
    cr_assert_eq(a.recovered_at, 8);
    cr_assert_eq(a.hits, 1199);
    cr_assert_eq(a.peak_hits, 1201);
    cr_assert_eq(alert_step(&a, 9, 0), ALERT_SAME);
}

Test(alert, fires_again_under_a_new_number)
{
    struct alert a = ten_per_second(120);
    alert_step(&a, 1, 1201);
    alert_step(&a, 2, 0);
    cr_assert_eq(alert_step(&a, 3, 1500), ALERT_FIRED);
    cr_assert_eq(a.id, 2);
    cr_assert_eq(a.peak_hits, 1500, "a peak belongs to its own firing");
}

Test(alert, keeps_its_state_at_equality)
{
    struct alert a = ten_per_second(120);
    cr_assert_eq(alert_step(&a, 1, 1200), ALERT_SAME);
    alert_step(&a, 2, 1201);
    cr_assert_eq(alert_step(&a, 3, 1200), ALERT_SAME);
    cr_assert_eq(a.state, ALERT_FIRING);
}

Test(alert, knows_equality_of_levels_that_binary_fractions_cannot_hold)
{
    struct alert a;
    alert_init(&a, &(struct alert_rule){"third", 0.1, 30});
    cr_assert_eq(alert_step(&a, 1, 3), ALERT_SAME);
    cr_assert_eq(alert_step(&a, 2, 4), ALERT_FIRED);
    cr_assert_eq(alert_step(&a, 3, 3), ALERT_SAME);
    cr_assert_eq(alert_step(&a, 4, 2), ALERT_RECOVERED);
    cr_assert_float_eq(alert_rate(&a, 3), 0.1, 1e-12);
}

Test(alert, never_recovers_from_a_level_of_zero)
{
    struct alert a;
    alert_init(&a, &(struct alert_rule){"any", 0, 10});
    cr_assert_eq(alert_step(&a, 1, 0), ALERT_SAME);
    cr_assert_eq(alert_step(&a, 2, 1), ALERT_FIRED);
    cr_assert_eq(alert_step(&a, 3, 0), ALERT_SAME);
}
