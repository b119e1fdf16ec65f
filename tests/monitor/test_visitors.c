#include "monitor/feed.h"
#include "monitor/visitors.h"

Test(visitors, are_counted_exactly_while_few)
{
    struct random_numbers r = {6};
    struct visitors *v = visitors_new();
    for (uint64_t i = 0; i < 4096; i++) {
        uint64_t hash = random_next(&r);
        visitors_add(v, hash);
        visitors_add(v, hash);
        cr_assert_eq(visitors_count(v), i + 1);
    }
    visitors_free(v);
}

Test(visitors, know_the_hash_that_is_zero)
{
    struct visitors *v = visitors_new(), *other = visitors_new();
    visitors_add(v, 0);
    visitors_add(v, 0);
    cr_assert_eq(visitors_count(v), 1);
    visitors_add(other, 0);
    visitors_add(other, 5);
    visitors_merge(v, other);
    cr_assert_eq(visitors_count(v), 2);
    visitors_free(v);
    visitors_free(other);
}

static void check_near(uint64_t got, uint64_t exact, const char *what)
{
    double error = ((double)got - (double)exact) / (double)exact;
    cr_assert(error > -0.02 && error < 0.02, "%s: %lu instead of %lu, %.2f %%", what,
              (unsigned long)got, (unsigned long)exact, error * 100);
}

Test(visitors, err_by_at_most_two_percent_when_many)
{
    struct random_numbers r = {7};
    for (int round = 0; round < 30; round++) {
        struct visitors *v = visitors_new();
        uint64_t next = 4097;
        for (uint64_t i = 1; i <= 300000; i++) {
            visitors_add(v, random_next(&r));
            if (i == next) {
                check_near(visitors_count(v), i, "one sketch");
                next = next * 5 / 4;
            }
        }
        visitors_free(v);
    }
}

Test(visitors, merge_without_loss_whichever_kind_they_are)
{
    static const uint64_t sizes[] = {0, 10, 3000, 4000, 5000, 100000};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    for (unsigned a = 0; a < SIZES; a++)
        for (unsigned b = 0; b < SIZES; b++) {
            struct random_numbers r = {a * 100 + b};
            struct visitors *left = visitors_new(), *right = visitors_new(), *all = visitors_new();
            for (uint64_t i = 0; i < sizes[a] + sizes[b]; i++) {
                uint64_t hash = random_next(&r);
                visitors_add(i < sizes[a] ? left : right, hash);
                visitors_add(all, hash);
                if (i % 10 == 0) /* some are known to both */
                    visitors_add(i < sizes[a] ? right : left, hash);
            }
            visitors_merge(left, right);
            cr_assert_eq(visitors_count(left), visitors_count(all), "%lu and %lu: %lu, %lu",
                         (unsigned long)sizes[a], (unsigned long)sizes[b],
                         (unsigned long)visitors_count(left), (unsigned long)visitors_count(all));
            visitors_free(left);
            visitors_free(right);
            visitors_free(all);
        }
}

Test(visitors, are_exact_again_after_a_reset)
{
    struct visitors *v = visitors_new();
    struct random_numbers r = {8};
    for (int i = 0; i < 50000; i++)
        visitors_add(v, random_next(&r));
    visitors_reset(v);
    cr_assert_eq(visitors_count(v), 0);
    uint64_t hashes[3] = {7, 8, 7};
    visitors_add_all(v, hashes, 3);
    cr_assert_eq(visitors_count(v), 2);
    visitors_free(v);
}
