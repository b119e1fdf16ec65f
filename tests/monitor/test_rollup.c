#include "monitor/rollup.h"

#include "monitor/feed.h"
#include <stdio.h>

enum { T = 1600000020 /* a minute begins here */ };

TestSuite(rollup);

static const struct rollup *find(const struct rollups *r, int64_t start, int64_t span)
{
    for (size_t i = 0; i < rollups_count(r); i++)
        if (rollup_start(rollups_get(r, i)) == start && rollup_span(rollups_get(r, i)) == span)
            return rollups_get(r, i);
    return NULL;
}

static uint64_t hits_of(const struct rollup *r)
{
    struct rollup_figures f;
    if (!r)
        return 0;
    rollup_figures(r, &f);
    return f.hits;
}

static uint64_t all_hits(const struct rollups *r)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < rollups_count(r); i++)
        sum += hits_of(rollups_get(r, i));
    return sum;
}

Test(rollup, hits_count_at_the_minute_of_their_time)
{
    struct rollups *r = rollups_new();
    struct batch *b = batch_new();
    for (int second = -1; second <= 60; second++)
        feed_request(b, T + second, "/a", "10.0.0.1", second % 2 ? 200 : 404, 5);
    rollups_count_batch(r, b, T, T);
    cr_expect_eq(rollups_count(r), 3);
    cr_expect_eq(hits_of(find(r, T - 60, 60)), 1);
    cr_expect_eq(hits_of(find(r, T, 60)), 60);
    cr_expect_eq(hits_of(find(r, T + 60, 60)), 1);
    struct rollup_figures f;
    rollup_figures(find(r, T, 60), &f);
    cr_expect_eq(f.bytes, 300);
    cr_expect_eq(f.visitors, 1);
    cr_assert_eq(f.status_count, 2);
    cr_expect(f.statuses[0].code == 200 && f.statuses[0].hits == 30);
    cr_expect(f.statuses[1].code == 404 && f.statuses[1].hits == 30);
    batch_free(b);
    rollups_free(r);
}

Test(rollup, hits_without_a_believable_time_count_where_the_log_clock_stands)
{
    static const int64_t nonsense[] = {INT64_MIN, INT64_MAX, T + 86401, INT64_C(32503680000)};
    struct rollups *r = rollups_new();
    struct batch *b = batch_new();
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
        feed_hit(b, nonsense[i]);
    feed_hit(b, 0)->has = 0;
    b->lines.rejected = 3;
    rollups_count_batch(r, b, T + 30, T);
    cr_expect_eq(rollups_count(r), 1);
    cr_expect_eq(hits_of(find(r, T, 60)), 5);
    struct rollup_figures f;
    rollup_figures(rollups_get(r, 0), &f);
    cr_expect_eq(f.rejected, 3);
    cr_expect_eq(f.no_status, 5);
    batch_free(b);
    rollups_free(r);
}

/* Random hits over some minutes. */
static void fill(struct rollups *r, struct random_numbers *random, unsigned hits)
{
    struct batch *b = batch_new();
    for (unsigned i = 0; i < hits; i++) {
        char section[32], host[32];
        snprintf(section, sizeof section, "/section-%u", (unsigned)random_below(random, 60));
        snprintf(host, sizeof host, "10.%u.0.1", (unsigned)random_below(random, 3000));
        struct entry *e =
            feed_request(b, T + (int64_t)random_below(random, 300), section, host,
                         (uint16_t)(200 + random_below(random, 400)), random_below(random, 100000));
        if (random_below(random, 2))
            entry_set_number(e, FIELD_REQUEST_TIME,
                             random_next(random) >> random_below(random, 60));
        if (b->count == BATCH_ENTRIES) {
            rollups_count_batch(r, b, T, T + 300);
            batch_clear(b);
        }
    }
    rollups_count_batch(r, b, T, T + 300);
    batch_free(b);
}

static void expect_same(const struct rollup *a, const struct rollup *b)
{
    struct buf left = {0}, right = {0};
    rollup_pack(a, &left);
    rollup_pack(b, &right);
    cr_expect(text_same(buf_text(&left), buf_text(&right)));
    buf_done(&left);
    buf_done(&right);
}

Test(rollup, comes_back_from_its_bytes_as_it_was)
{
    struct random_numbers random = {7};
    struct rollups *r = rollups_new();
    fill(r, &random, 20000);
    for (size_t i = 0; i < rollups_count(r); i++) {
        const struct rollup *one = rollups_get(r, i);
        struct buf bytes = {0};
        rollup_pack(one, &bytes);
        struct rollup *back = rollup_unpack(rollup_start(one), rollup_span(one), buf_text(&bytes));
        cr_assert(back);
        expect_same(one, back);
        rollup_free(back);
        buf_done(&bytes);
    }
    rollups_free(r);
}

Test(rollup, parts_that_are_merged_are_the_whole)
{
    struct rollups *whole = rollups_new(), *merged = rollups_new(), *part = rollups_new();
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct random_numbers once = {seed}, again = {seed};
        fill(whole, &once, 3000);
        rollups_clear(part);
        fill(part, &again, 3000);
        rollups_merge(merged, part);
    }
    cr_assert_eq(rollups_count(whole), rollups_count(merged));
    for (size_t i = 0; i < rollups_count(whole); i++)
        expect_same(rollups_get(whole, i), rollups_get(merged, i));
    rollups_free(whole);
    rollups_free(merged);
    rollups_free(part);
}

Test(rollup, bytes_that_are_cut_or_flipped_are_refused)
{
    struct random_numbers random = {3};
    struct rollups *r = rollups_new();
    struct buf bytes = {0};
    fill(r, &random, 300);
    rollup_pack(rollups_get(r, 0), &bytes);
    for (size_t len = 0; len < bytes.len; len++)
        cr_expect_null(rollup_unpack(T, 60, text_make(bytes.at, len)));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.at[i] ^= 0x10;
        cr_expect_null(rollup_unpack(T, 60, buf_text(&bytes)));
        bytes.at[i] ^= 0x10;
    }
    buf_done(&bytes);
    rollups_free(r);
}

Test(rollup, becomes_coarser_when_there_are_too_many_and_loses_no_hit)
{
    struct rollups *r = rollups_new();
    struct batch *b = batch_new();
    uint64_t hits = 0;
    for (int64_t minute = 0; minute < 5000; minute += 3) {
        feed_hit(b, T + minute * 60);
        hits++;
        if (b->count == BATCH_ENTRIES) {
            rollups_count_batch(r, b, T, T + 400000);
            batch_clear(b);
        }
    }
    rollups_count_batch(r, b, T, T + 400000);
    cr_expect_eq(rollups_count(r), hits);
    static const size_t most[] = {1000, 100, 20, 5, 3, 1, 0};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        rollups_bound(r, most[i]);
        cr_expect_leq(rollups_count(r), most[i] ? most[i] : 1);
        cr_expect_eq(all_hits(r), hits);
    }
    batch_free(b);
    rollups_free(r);
}

Test(rollup, counts_visitors_exactly_while_few_and_within_two_percent_beyond)
{
    static const unsigned counts[] = {1, 10, 500, 2000, 20000, 200000};
    struct batch *b = batch_new();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct rollups *r = rollups_new();
        for (unsigned n = 0; n < counts[i]; n++) {
            char host[32];
            snprintf(host, sizeof host, "host-%u", n);
            struct entry *e = feed_hit(b, T);
            feed_text(b, e, FIELD_HOST, host);
            if (b->count == BATCH_ENTRIES || n + 1 == counts[i]) {
                rollups_count_batch(r, b, T, T);
                batch_clear(b);
            }
        }
        struct rollup_figures f;
        rollup_figures(rollups_get(r, 0), &f);
        double error = ((double)f.visitors - counts[i]) / counts[i];
        cr_expect(error < 0.02 && error > -0.02, "%u: %llu", counts[i],
                  (unsigned long long)f.visitors);
        if (counts[i] <= 500)
            cr_expect_eq(f.visitors, counts[i]);
        rollups_free(r);
    }
    batch_free(b);
}

Test(rollup, keeps_the_busiest_sections_and_says_what_it_may_have_lost)
{
    struct rollups *r = rollups_new();
    struct batch *b = batch_new();
    for (unsigned n = 0; n < 40000; n++) {
        char section[32];
        bool busy = n % 4 == 0;
        snprintf(section, sizeof section, "/%s%u", busy ? "busy" : "rare", busy ? n % 5 : n);
        feed_request(b, T, section, "10.0.0.1", 200, 1);
        if (b->count == BATCH_ENTRIES || n == 39999) {
            rollups_count_batch(r, b, T, T);
            batch_clear(b);
        }
    }
    struct top_row rows[5];
    struct rollup_figures f;
    rollup_figures(rollups_get(r, 0), &f);
    cr_assert_eq(rollup_sections(rollups_get(r, 0), rows, 5), 5);
    for (unsigned i = 0; i < 5; i++) {
        cr_expect(text_starts(rows[i].key, TEXT("/busy")));
        cr_expect(rows[i].counts.hits <= 2000 && rows[i].counts.hits + f.sections_error >= 2000);
    }
    batch_free(b);
    rollups_free(r);
}

Test(rollup, floors_also_before_1970)
{
    cr_expect_eq(rollup_floor(0, 60), 0);
    cr_expect_eq(rollup_floor(59, 60), 0);
    cr_expect_eq(rollup_floor(-1, 60), -60);
    cr_expect_eq(rollup_floor(-60, 60), -60);
    cr_expect_eq(rollup_floor(-61, 3600), -3600);
}
