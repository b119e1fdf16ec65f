#include <stdlib.h>

#include "monitor/feed.h"
#include "monitor/latency.h"

Test(latency, is_zero_when_empty)
{
    struct latency *l = latency_new();
    cr_assert_eq(latency_count(l), 0);
    cr_assert_eq(latency_max(l), 0);
    cr_assert_eq(latency_percentile(l, 0.5), 0);
    latency_free(l);
}

Test(latency, is_exact_for_small_numbers_and_the_maximum)
{
    struct latency *l = latency_new();
    for (uint64_t ns = 0; ns < 128; ns++) {
        latency_reset(l);
        latency_add(l, ns, 3);
        cr_assert_eq(latency_percentile(l, 0.5), ns);
        cr_assert_eq(latency_percentile(l, 1), ns);
    }
    latency_add(l, 123456789, 1);
    latency_add(l, UINT64_MAX, 1);
    cr_assert_eq(latency_max(l), UINT64_MAX);
    cr_assert_leq(latency_percentile(l, 1), UINT64_MAX);
    cr_assert_geq(latency_percentile(l, 1), UINT64_MAX / 100 * 99);
    latency_free(l);
}

static int order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static uint64_t any_duration(struct random_numbers *r)
{
    return random_next(r) >> (random_below(r, 60) + 1); /* all orders of magnitude */
}

enum { MANY = 5000 };

/* The smallest value that at least the share does not exceed. */
static uint64_t exact_percentile(const uint64_t *sorted, size_t count, double share)
{
    for (size_t i = 0; i < count; i++)
        if ((double)(i + 1) >= share * (double)count)
            return sorted[i];
    return sorted[count - 1];
}

static void check_percentiles(const struct latency *l, uint64_t *all, size_t count)
{
    static const double shares[] = {0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
    qsort(all, count, sizeof all[0], order);
    cr_assert_eq(latency_count(l), count);
    cr_assert_eq(latency_max(l), all[count - 1]);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        double exact = (double)exact_percentile(all, count, shares[i]);
        double got = (double)latency_percentile(l, shares[i]);
        cr_assert(got >= exact * 0.99 && got <= exact * 1.01, "share %g: %g, exact %g", shares[i],
                  got, exact);
    }
}

Test(latency, errs_by_at_most_one_percent)
{
    struct random_numbers r = {3};
    static uint64_t all[MANY];
    for (int round = 0; round < 20; round++) {
        struct latency *l = latency_new();
        size_t count = 1 + random_below(&r, MANY);
        for (size_t i = 0; i < count; i++) {
            all[i] = any_duration(&r);
            latency_add(l, all[i], 1);
        }
        check_percentiles(l, all, count);
        latency_free(l);
    }
}

Test(latency, merges_to_what_one_histogram_would_be)
{
    struct random_numbers r = {4};
    static uint64_t all[MANY];
    struct latency *a = latency_new(), *b = latency_new();
    for (size_t i = 0; i < MANY; i++) {
        all[i] = any_duration(&r);
        latency_add(i % 3 ? a : b, all[i], 1);
    }
    latency_merge(a, b);
    check_percentiles(a, all, MANY);
    latency_free(a);
    latency_free(b);
}

Test(latency, begins_anew_after_a_reset)
{
    struct latency *l = latency_new();
    latency_add(l, 1000000, 5);
    latency_reset(l);
    cr_assert_eq(latency_count(l), 0);
    latency_add(l, 7, 1);
    cr_assert_eq(latency_percentile(l, 1), 7);
    latency_free(l);
}
