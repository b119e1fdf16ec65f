#include "base/clock.h"

#include <criterion/criterion.h>

Test(clock, by_hand_moves_only_when_it_is_told_to)
{
    struct clock clock = clock_by_hand(5 * NS_PER_S);
    cr_expect_eq(clock_monotonic(&clock), 0);
    cr_expect_eq(clock_wall(&clock), 5 * NS_PER_S);
    clock_advance(&clock, 250 * NS_PER_MS);
    cr_expect_eq(clock_monotonic(&clock), 250 * NS_PER_MS);
    cr_expect_eq(clock_wall(&clock), 5 * NS_PER_S + 250 * NS_PER_MS);
}

Test(clock, by_hand_can_have_its_wall_clock_stepped)
{
    struct clock clock = clock_by_hand(100);
    clock_advance(&clock, 50);
    clock.hand_wall_ns = 10;
    cr_expect_eq(clock_monotonic(&clock), 50);
    cr_expect_eq(clock_wall(&clock), 10);
}

Test(clock, real_never_steps_back)
{
    struct clock clock = clock_real();
    int64_t before = clock_monotonic(&clock);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic(&clock);
        cr_assert_geq(now, before);
        before = now;
    }
    cr_expect_gt(clock_wall(&clock), INT64_C(1500000000) * NS_PER_S);
}
