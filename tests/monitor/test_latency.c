#include <stdlib.h>

#include "monitor/feed.h"
#include "monitor/latency.h"
#include "monitor/latency_save.h"

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

/* One of 10 ns more, by each way there is. */
static void add_one(struct latency *l, unsigned way)
{
    static const uint16_t buckets[] = {LATENCY_NONE, 10};
    struct latency *one = latency_new();
    latency_add(one, 10, 1);
    if (way == 0)
        latency_add(l, 10, 1);
    else if (way == 1)
        latency_add_all(l, buckets, 2, &(struct latency_ends){10, 10});
    else
        latency_merge(l, one);
    latency_free(one);
}

static void check_beyond_32_bits(const struct latency *l)
{
    cr_assert_eq(latency_percentile(l, 0.5), 10);    /* 2^32 of them, */
    cr_assert_eq(latency_percentile(l, 0.51), 100);  /* one less of these, */
    cr_assert_eq(latency_percentile(l, 1), 1 << 20); /* one of this */
    cr_assert_eq(latency_count(l), UINT64_C(1) << 33);
}

Test(latency, counts_more_of_one_duration_than_32_bits_hold)
{
    for (unsigned way = 0; way < 3; way++) {
        struct latency *l = latency_new(), *merged = latency_new(), *unpacked = latency_new();
        latency_add(l, 10, UINT32_MAX);
        add_one(l, way);
        latency_add(l, 100, UINT32_MAX);
        latency_add(l, 1 << 20, 1); /* all is moved */
        check_beyond_32_bits(l);
        latency_merge(merged, l);
        check_beyond_32_bits(merged);
        struct buf packed = {0};
        latency_pack(l, &packed);
        struct unpack u = unpack_of(buf_text(&packed));
        latency_unpack(unpacked, &u);
        cr_assert_not(u.bad);
        check_beyond_32_bits(unpacked);
        latency_reset(l);
        latency_add(l, 10, 1);
        latency_add(l, 100, 2);
        cr_assert_eq(latency_percentile(l, 0.5), 100);
        buf_done(&packed);
        latency_free(l);
        latency_free(merged);
        latency_free(unpacked);
    }
}

Test(latency, adds_many_wherever_they_lie)
{
    static const uint64_t ns[] = {1000, 70000, 70, 0, 5000000};
    uint16_t buckets[5];
    for (unsigned i = 0; i < 5; i++)
        buckets[i] = i == 3 ? LATENCY_NONE : (uint16_t)latency_bucket(ns[i]);
    struct latency *l = latency_new(), *expected = latency_new();
    for (unsigned from = 0; from < 5; from++) /* further up, further down, and both at once */
        for (unsigned to = from; to <= 5; to++) {
            struct latency_ends ends = {UINT64_MAX, 0};
            for (unsigned i = from; i < to; i++) {
                if (i == 3)
                    continue;
                ends.least = ns[i] < ends.least ? ns[i] : ends.least;
                ends.most = ns[i] > ends.most ? ns[i] : ends.most;
                latency_add(expected, ns[i], 1);
            }
            latency_add_all(l, buckets + from, to - from, &ends);
            cr_assert_eq(latency_count(l), latency_count(expected));
            cr_assert_eq(latency_max(l), latency_max(expected));
            for (unsigned share = 0; share <= 20; share++)
                cr_assert_eq(latency_percentile(l, share / 20.0),
                             latency_percentile(expected, share / 20.0));
        }
    latency_free(l);
    latency_free(expected);
}

/* What the number of a bucket says of itself: neighbours hang together, without a gap. */
Test(latency, buckets_follow_one_another)
{
    for (unsigned shift = 0; shift < 64; shift++)
        for (uint64_t near = 0; near < 300; near++) {
            uint64_t ns = (UINT64_C(1) << shift) + near - 150;
            uint32_t bucket = latency_bucket(ns), next = latency_bucket(ns + 1);
            cr_assert_lt(bucket, LATENCY_BUCKETS);
            cr_assert(next == bucket || next == bucket + 1 || ns == UINT64_MAX);
            cr_assert(ns >= 2 * LATENCY_STEPS || bucket == ns);
        }
}
