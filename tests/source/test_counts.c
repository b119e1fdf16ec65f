/* How many there are of each. */
#include <criterion/criterion.h>

#include "source/counts.h"
#include <stdint.h>

Test(counts, are_those_of_what_was_added_and_not_dropped)
{
    struct counts c = {0};
    cr_assert_eq(counts_of(&c, 7), 0);
    counts_drop(&c, 7);
    for (uint64_t i = 0; i < 5000; i++)
        for (uint64_t n = 0; n <= i % 3; n++)
            counts_add(&c, i << 32); /* all begin at one slot while the table is small */
    for (uint64_t i = 0; i < 5000; i++) {
        cr_assert_eq(counts_of(&c, i << 32), i % 3 + 1);
        counts_drop(&c, i << 32);
    }
    for (uint64_t i = 0; i < 5000; i++)
        cr_assert_eq(counts_of(&c, i << 32), i % 3);
    counts_done(&c);
}

Test(counts, take_no_more_room_for_what_comes_and_goes)
{
    struct counts c = {0};
    for (uint64_t i = 1; i <= 100000; i++) {
        counts_add(&c, i * 0x9e3779b97f4a7c15u);
        if (i > 10)
            counts_drop(&c, (i - 10) * 0x9e3779b97f4a7c15u);
    }
    cr_assert_leq(c.room, 64);
    cr_assert_eq(counts_of(&c, 100000 * 0x9e3779b97f4a7c15u), 1);
    cr_assert_eq(counts_of(&c, 99989 * 0x9e3779b97f4a7c15u), 0);
    counts_done(&c);
}
