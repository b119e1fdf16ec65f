#include <stdio.h>
#include <stdlib.h>

#include "monitor/feed.h"
#include "monitor/top.h"

static void add(struct top *t, const char *key, uint64_t hits, uint64_t bytes)
{
    struct top_counts *c = top_at(t, text_of(key));
    c->hits += hits;
    c->bytes += bytes;
}

Test(top, lists_the_busiest_first_and_ties_by_name)
{
    struct top *t = top_new(100, false);
    add(t, "/b", 3, 30);
    add(t, "/a", 3, 10);
    add(t, "/c", 9, 90);
    add(t, "/a/very/long/path/that/does/not/fit/into/a/row", 3, 1);
    add(t, "", 1, 5);
    add(t, "/c", 1, 10);
    struct top_row rows[10];
    static const char *const want[] = {"/c", "/a", "/a/very/long/path/that/does/not/fit/into/a/row",
                                       "/b", ""};
    cr_assert_eq(top_distinct(t), 5);
    for (size_t limit = 1; limit <= 6; limit++) {
        size_t count = top_sorted(t, rows, limit);
        cr_assert_eq(count, limit < 5 ? limit : 5);
        for (size_t i = 0; i < count; i++)
            cr_assert(text_same(rows[i].key, text_of(want[i])), "row %zu of %zu", i, limit);
    }
    cr_assert_eq(top_sorted(t, rows, 0), 5);
    cr_assert_eq(rows[0].counts.hits, 10);
    cr_assert_eq(rows[0].counts.bytes, 100);
    cr_assert_eq(top_error(t), 0);
    top_free(t);
}

Test(top, tells_keys_apart_that_differ_in_one_byte_or_in_length)
{
    struct top *t = top_new(4096, false);
    char key[64];
    memset(key, 'k', sizeof key);
    for (size_t len = 0; len < sizeof key; len++)
        top_at(t, text_make(key, len))->hits = len + 1;
    for (size_t at = 0; at < sizeof key; at++) {
        key[at] ^= 1;
        top_at(t, text_make(key, sizeof key))->hits = 1000 + at;
        key[at] ^= 1;
    }
    cr_assert_eq(top_distinct(t), 128);
    top_at(t, text_make("a\0", 2))->hits++;
    top_at(t, text_make("a", 1))->hits++;
    cr_assert_eq(top_distinct(t), 130, "a NUL is a byte");
    for (size_t len = 0; len < sizeof key; len++)
        cr_assert_eq(top_at(t, text_make(key, len))->hits, len + 1);
    top_free(t);
}

Test(top, cuts_keys_at_4096_bytes)
{
    struct top *t = top_new(10, false);
    char *key = mem_new(10000, 1);
    memset(key, 'x', 10000);
    top_at(t, text_make(key, 4096))->hits++;
    top_at(t, text_make(key, 10000))->hits++;
    top_at(t, text_make(key, 4095))->hits++;
    struct top_row rows[10];
    cr_assert_eq(top_sorted(t, rows, 10), 2);
    cr_assert_eq(rows[0].key.len, 4096);
    cr_assert_eq(rows[0].counts.hits, 2);
    free(key);
    top_free(t);
}

/* ---- against exact counts ---- */

enum { KEYS = 20000 };

struct exact {
    uint64_t hits[KEYS];
};

static void name(char into[80], uint32_t key)
{
    snprintf(into, 80, key % 3 ? "/%u" : "/a/much/longer/path/to/some/page/%u", key);
}

static void add_random(struct top *t, uint32_t keys, uint64_t seed)
{
    struct random_numbers random = {seed};
    for (uint32_t i = 0; i < 4 * keys; i++) {
        char key[80];
        name(key, (uint32_t)random_below(&random, keys));
        struct top_counts *c = top_at(t, text_of(key));
        c->hits++;
        c->bytes += random_below(&random, 5);
        c->errors += random_below(&random, 9) == 0;
        c->client_errors += random_below(&random, 4) == 0;
    }
}

/* The first by bytes or errors may be far down by hits: all rows are looked at. */
Test(top, the_first_of_each_order_are_chosen_from_all)
{
    enum { NAMES = 500, FEW = 20 };
    static struct top_row all[NAMES], some[FEW];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct top *t = top_new(NAMES, false);
        add_random(t, NAMES, seed);
        for (enum top_order order = TOP_BY_HITS; order <= TOP_BY_ERRORS; order++) {
            size_t count = top_sorted_by(t, order, all, 0);
            cr_assert_eq(count, top_distinct(t));
            for (size_t i = 1; i < count; i++) {
                int before = top_counts_order(&all[i - 1].counts, &all[i].counts, order);
                cr_assert(before < 0 || (!before && text_order(all[i - 1].key, all[i].key) < 0));
            }
            cr_assert_eq(top_sorted_by(t, order, some, FEW), FEW);
            for (size_t i = 0; i < FEW; i++)
                cr_assert(text_same(some[i].key, all[i].key), "order %d, row %zu", (int)order, i);
        }
        top_free(t);
    }
}

Test(top, orders_by_hits_bytes_and_errors)
{
    static const struct top_counts few = {.hits = 2, .bytes = 9, .errors = 1},
                                   many = {.hits = 5, .bytes = 3, .client_errors = 4},
                                   worse = {.hits = 1, .errors = 1, .client_errors = 1};
    cr_assert_gt(top_counts_order(&few, &many, TOP_BY_HITS), 0);
    cr_assert_lt(top_counts_order(&few, &many, TOP_BY_BYTES), 0);
    cr_assert_lt(top_counts_order(&few, &many, TOP_BY_ERRORS), 0);
    cr_assert_lt(top_counts_order(&worse, &few, TOP_BY_ERRORS), 0, "4xx decide between equals");
    cr_assert_eq(top_counts_order(&few, &few, TOP_BY_ERRORS), 0);
}

/* Few keys have most hits. */
static uint32_t skewed(struct random_numbers *r)
{
    uint64_t spread = random_below(r, KEYS) + 1;
    return (uint32_t)(random_below(r, spread) * 7919 % KEYS);
}

static void hit(struct top *t, struct exact *e, uint32_t key)
{
    char text[80];
    name(text, key);
    top_at(t, text_of(text))->hits++;
    e->hits[key]++;
}

static uint32_t key_of(struct text text)
{
    char copy[80];
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return (uint32_t)atol(strrchr(copy, '/') + 1);
}

/* Every listed count is right within its own bound, and whoever has more than the error is listed.
 */
static void check_bounds(const struct top *t, const struct exact *e, uint32_t room)
{
    static struct top_row rows[KEYS];
    static bool listed[KEYS];
    memset(listed, 0, sizeof listed);
    size_t count = top_sorted(t, rows, KEYS);
    cr_assert_leq(count, room);
    for (size_t i = 0; i < count; i++) {
        uint32_t key = key_of(rows[i].key);
        cr_assert_not(listed[key], "twice");
        listed[key] = true;
        cr_assert_leq(rows[i].over, top_error(t));
        cr_assert_geq(rows[i].counts.hits, e->hits[key]);
        cr_assert_leq(rows[i].counts.hits - rows[i].over, e->hits[key]);
        cr_assert(i == 0 || rows[i].counts.hits <= rows[i - 1].counts.hits);
    }
    for (uint32_t key = 0; key < KEYS; key++)
        cr_assert(listed[key] || e->hits[key] <= top_error(t));
}

Test(top, is_exact_while_there_is_room)
{
    static struct exact e;
    struct random_numbers r = {9};
    struct top *t = top_new(KEYS, false);
    for (int i = 0; i < 100000; i++)
        hit(t, &e, skewed(&r));
    cr_assert_eq(top_error(t), 0);
    check_bounds(t, &e, KEYS);
    top_free(t);
}

Test(top, stays_within_its_bound_when_there_is_not)
{
    static struct exact e;
    static const uint32_t rooms[] = {1, 2, 3, 5, 17, 100, 1000, 5000};
    for (unsigned i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        struct random_numbers r = {10 + i};
        struct top *t = top_new(rooms[i], false);
        memset(&e, 0, sizeof e);
        uint64_t hits = 60000;
        for (uint64_t k = 0; k < hits; k++) {
            hit(t, &e, k % 5 ? skewed(&r) : (uint32_t)random_below(&r, KEYS));
            if (k % 20000 == 777)
                check_bounds(t, &e, rooms[i]);
        }
        check_bounds(t, &e, rooms[i]);
        cr_assert_leq(top_error(t), hits * 2 / (rooms[i] > 3 ? rooms[i] : 1) + 1,
                      "room %u: error %lu", rooms[i], (unsigned long)top_error(t));
        top_free(t);
    }
}

Test(top, keeps_the_heavy_keys_exact_in_a_flood_of_others)
{
    static struct exact e;
    struct random_numbers r = {20};
    struct top *t = top_new(1000, false);
    memset(&e, 0, sizeof e);
    for (uint32_t k = 0; k < 200000; k++)
        hit(t, &e, k % 2 ? (uint32_t)random_below(&r, 50) : 50 + k / 2 % (KEYS - 50));
    struct top_row rows[50];
    cr_assert_eq(top_sorted(t, rows, 50), 50);
    for (int i = 0; i < 50; i++) {
        cr_assert_lt(key_of(rows[i].key), 50);
        cr_assert_eq(rows[i].counts.hits, e.hits[key_of(rows[i].key)]);
        cr_assert_eq(rows[i].over, 0);
    }
    top_free(t);
}

Test(top, merges_within_the_bounds_of_both)
{
    static struct exact e;
    static const uint32_t rooms[][2] = {
        {KEYS, KEYS}, {100, 100}, {3000, 3000}, {500, 2000}, {2000, 500}};
    for (unsigned i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        struct random_numbers r = {30 + i};
        struct top *a = top_new(rooms[i][0], false), *b = top_new(rooms[i][1], false);
        memset(&e, 0, sizeof e);
        for (int k = 0; k < 40000; k++)
            hit(random_below(&r, 3) ? a : b, &e, skewed(&r));
        top_merge(a, b);
        check_bounds(a, &e, rooms[i][0]);
        for (int k = 0; k < 20000; k++) /* and goes on counting */
            hit(a, &e, skewed(&r));
        check_bounds(a, &e, rooms[i][0]);
        if (rooms[i][0] == KEYS)
            cr_assert_eq(top_error(a), 0);
        top_free(a);
        top_free(b);
    }
}

Test(top, merges_bytes_errors_and_times_and_caps_the_bytes)
{
    struct top *a = top_new(10, true), *b = top_new(10, true);
    *top_at(a, TEXT("/x")) = (struct top_counts){1, UINT64_MAX - 5, 2, 3};
    *top_at(b, TEXT("/x")) = (struct top_counts){10, 20, 30, 40};
    top_latency(a, TEXT("/x"), 10);
    top_latency(b, TEXT("/x"), 20);
    top_latency(b, TEXT("/y"), 20);
    top_merge(a, b);
    struct top_row rows[2];
    cr_assert_eq(top_sorted(a, rows, 2), 2);
    cr_assert_eq(rows[0].counts.hits, 11);
    cr_assert_eq(rows[0].counts.bytes, UINT64_MAX);
    cr_assert_eq(rows[0].counts.errors, 32);
    cr_assert_eq(rows[0].counts.client_errors, 43);
    cr_assert_eq(latency_count(rows[0].request_time), 2);
    cr_assert_eq(latency_max(rows[0].request_time), 20);
    cr_assert_eq(latency_count(rows[1].request_time), 1);
    top_free(a);
    top_free(b);
}

Test(top, keeps_times_of_the_busier_half_when_all_places_are_taken)
{
    struct top *t = top_new(2000, true);
    char key[32];
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 1000; i++) {
            snprintf(key, sizeof key, "/%d", i);
            add(t, key, i < 100 ? 100 : 1, 0);
            top_latency(t, text_of(key), 5);
        }
    struct top_row rows[100];
    cr_assert_eq(top_sorted(t, rows, 100), 100);
    for (int i = 0; i < 100; i++) {
        cr_assert_not_null(rows[i].request_time);
        cr_assert_eq(latency_count(rows[i].request_time), 3);
    }
    top_free(t);
}

Test(top, has_room_for_long_keys_by_their_bytes)
{
    struct top *t = top_new(1000, false);
    char key[4000];
    memset(key, 'p', sizeof key);
    for (int i = 0; i < 5000; i++) {
        snprintf(key, 12, "%010d", i);
        key[11] = 'p';
        top_at(t, text_make(key, sizeof key))->hits++;
        top_at(t, TEXT("/short"))->hits++;
    }
    cr_assert_leq(top_distinct(t), 1000 * 96 / sizeof key + 1);
    struct top_row row;
    top_sorted(t, &row, 1);
    cr_assert(text_same(row.key, TEXT("/short")));
    cr_assert_eq(row.counts.hits, 5000);
    top_free(t);
}

Test(top, is_empty_after_a_reset)
{
    struct top *t = top_new(10, true);
    for (int i = 0; i < 100; i++) {
        char key[80];
        name(key, (uint32_t)i);
        add(t, key, 1, 1);
        top_latency(t, text_of(key), 1);
    }
    cr_assert_gt(top_error(t), 0);
    top_reset(t);
    struct top_row rows[10];
    cr_assert_eq(top_sorted(t, rows, 10), 0);
    cr_assert_eq(top_error(t), 0);
    add(t, "/x", 1, 1);
    cr_assert_eq(top_sorted(t, rows, 10), 1);
    cr_assert_null(rows[0].request_time);
    top_free(t);
}
