#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "monitor/feed.h"
#include "monitor/tally.h"

Test(tally, names_its_dimensions)
{
    cr_assert_str_eq(dimension_key(DIMENSION_SECTIONS), "sections");
    cr_assert_str_eq(dimension_key(DIMENSION_REQUEST_TIME), "request_time");
    cr_assert_str_eq(dimension_word(DIMENSION_VHOSTS), "virtual host");
    cr_assert_eq(dimension_field(DIMENSION_ADDRESSES), FIELD_HOST);
    cr_assert_eq(dimension_fields(0),
                 FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_BYTES));
    cr_assert(dimension_fields(DIMENSION_BIT(DIMENSION_VISITORS)) & FIELD_BIT(FIELD_HOST));
    cr_assert_not(dimension_fields(DIMENSION_BIT(DIMENSION_SECTIONS)) & FIELD_BIT(FIELD_AGENT));
    for (unsigned d = 0; d < DIMENSION_ALL_COUNT; d++)
        cr_assert(dimension_fields(DIMENSION_EVERY) & FIELD_BIT(dimension_field(d)));
}

static uint64_t hits_of(const struct top *t, struct text key)
{
    struct top_row rows[64];
    size_t count = top_sorted(t, rows, 64);
    for (size_t i = 0; i < count; i++)
        if (text_same(rows[i].key, key))
            return rows[i].counts.hits;
    return 0;
}

Test(tally, counts_a_batch)
{
    struct batch *b = batch_new();
    struct tally *t = tally_new(DIMENSION_EVERY, true, 0);
    feed_request(b, 1000, "/a", "10.0.0.1", 200, 10);
    feed_request(b, 1001, "/a", "10.0.0.2", 404, 20);
    struct entry *e = feed_request(b, 999, "/b", "10.0.0.1", 503, 30);
    entry_set_number(e, FIELD_REQUEST_TIME, 5000000);
    feed_text(b, e, FIELD_METHOD, "GET");
    feed_text(b, e, FIELD_AGENT, "an agent with a name that is longer than sixteen bytes");
    feed_hit(b, 1001)->number[0] = 12345; /* not among the fields it has */
    feed_hit(b, 0)->has = 0;
    b->lines.read = 7;
    b->lines.rejected = 2;
    tally_add(t, b);
    cr_assert_eq(t->hits, 5);
    cr_assert_eq(t->bytes, 60);
    cr_assert_eq(t->timed, 4);
    cr_assert(t->first == 999 && t->last == 1001);
    cr_assert_eq(t->errors, 1);
    cr_assert_eq(t->client_errors, 1);
    cr_assert_eq(t->no_status, 2);
    cr_assert(t->status[200] == 1 && t->status[404] == 1 && t->status[503] == 1);
    cr_assert(t->lines.read == 7 && t->lines.parsed == 5 && t->lines.rejected == 2);
    cr_assert_eq(visitors_count(t->visitors), 2);
    cr_assert_eq(latency_count(t->request_time), 1);
    cr_assert_eq(hits_of(t->top[DIMENSION_SECTIONS], TEXT("/a")), 2);
    cr_assert_eq(hits_of(t->top[DIMENSION_ADDRESSES], TEXT("10.0.0.1")), 2);
    cr_assert_eq(hits_of(t->top[DIMENSION_METHODS], TEXT("GET")), 1);
    cr_assert_eq(top_distinct(t->top[DIMENSION_AGENTS]), 1);
    cr_assert_eq(top_distinct(t->top[DIMENSION_PATHS]), 0);
    struct top_row row;
    top_sorted(t->top[DIMENSION_SECTIONS], &row, 1);
    cr_assert(row.counts.bytes == 30 && row.counts.client_errors == 1 && row.counts.errors == 0);
    tally_free(t);
    batch_free(b);
}

Test(tally, leaves_out_what_is_not_wanted)
{
    struct batch *b = batch_new();
    struct tally *t = tally_new(DIMENSION_BIT(DIMENSION_METHODS), false, 0);
    feed_request(b, 1000, "/a", "10.0.0.1", 200, 10);
    tally_add(t, b);
    cr_assert_null(t->top[DIMENSION_SECTIONS]);
    cr_assert_null(t->visitors);
    cr_assert_null(t->request_time);
    cr_assert_null(t->timeline);
    cr_assert_not_null(t->top[DIMENSION_METHODS]);
    cr_assert_eq(t->status[200], 1);
    tally_free(t);
    batch_free(b);
}

Test(tally, caps_the_bytes_instead_of_wrapping)
{
    struct batch *b = batch_new();
    struct tally *t = tally_new(DIMENSION_BIT(DIMENSION_SECTIONS), false, 0);
    feed_request(b, 1, "/a", "h", 200, UINT64_MAX - 1);
    feed_request(b, 1, "/a", "h", 200, 100);
    tally_add(t, b);
    cr_assert_eq(t->bytes, UINT64_MAX);
    struct top_row row;
    top_sorted(t->top[DIMENSION_SECTIONS], &row, 1);
    cr_assert_eq(row.counts.bytes, UINT64_MAX);
    tally_free(t);
    batch_free(b);
}

/* ---- merging: in pieces or in one, the figures are the same ---- */

static void feed_random(struct batch *b, struct random_numbers *r)
{
    char section[40], host[40], agent[80];
    unsigned count = (unsigned)random_below(r, 1200);
    for (unsigned i = 0; i < count; i++) {
        snprintf(section, sizeof section, "/%lu",
                 (unsigned long)random_below(r, random_below(r, 500) + 1));
        snprintf(host, sizeof host, "2001:db8::%lx", (unsigned long)random_below(r, 9000));
        snprintf(agent, sizeof agent, "agent of considerable length, number %lu",
                 (unsigned long)random_below(r, 900));
        struct entry *e = feed_request(b, 5000 + (int64_t)random_below(r, 500), section, host,
                                       (uint16_t)random_below(r, 1000), random_below(r, 100000));
        feed_text(b, e, FIELD_AGENT, agent);
        feed_text(b, e, FIELD_METHOD, random_below(r, 5) ? "GET" : "POST");
        if (random_below(r, 3))
            entry_set_number(e, FIELD_REQUEST_TIME, random_next(r) >> 30);
        if (random_below(r, 9) == 0)
            e->has &= ~FIELD_BIT(FIELD_STATUS);
        if (random_below(r, 9) == 0)
            e->has &= ~FIELD_BIT(FIELD_TIME);
    }
    b->lines.rejected = random_below(r, 5);
    b->lines.read = count + b->lines.rejected;
}

static void same_lists(const struct top *a, const struct top *b)
{
    size_t count = top_distinct(a);
    cr_assert_eq(count, top_distinct(b));
    struct top_row *left = mem_new(count, sizeof *left), *right = mem_new(count, sizeof *right);
    top_sorted(a, left, 0);
    top_sorted(b, right, 0);
    for (size_t i = 0; i < count; i++) {
        cr_assert(text_same(left[i].key, right[i].key));
        cr_assert_eq(memcmp(&left[i].counts, &right[i].counts, sizeof left[i].counts), 0);
        cr_assert_eq(!left[i].request_time, !right[i].request_time);
        if (left[i].request_time)
            cr_assert_eq(latency_percentile(left[i].request_time, 0.9),
                         latency_percentile(right[i].request_time, 0.9));
    }
    free(left);
    free(right);
}

static void same_tallies(const struct tally *a, const struct tally *b)
{
    cr_assert_eq(memcmp(&a->lines, &b->lines, sizeof a->lines), 0);
    cr_assert(a->hits == b->hits && a->bytes == b->bytes && a->timed == b->timed);
    cr_assert(a->first == b->first && a->last == b->last);
    cr_assert(a->errors == b->errors && a->client_errors == b->client_errors);
    cr_assert_eq(memcmp(a->status, b->status, sizeof a->status), 0);
    cr_assert_eq(a->no_status, b->no_status);
    cr_assert_eq(visitors_count(a->visitors), visitors_count(b->visitors));
    cr_assert_eq(latency_count(a->request_time), latency_count(b->request_time));
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        same_lists(a->top[d], b->top[d]);
    struct timeline_walk *wa = timeline_walk_new(a->timeline), *wb = timeline_walk_new(b->timeline);
    int64_t sa, sb;
    uint64_t ha, hb;
    while (timeline_walk_next(wa, &sa, &ha)) {
        cr_assert(timeline_walk_next(wb, &sb, &hb));
        cr_assert(sa == sb && ha == hb);
    }
    cr_assert_not(timeline_walk_next(wb, &sb, &hb));
    timeline_walk_free(wa);
    timeline_walk_free(wb);
}

Test(tally, merges_to_what_one_tally_would_be)
{
    struct random_numbers r = {12};
    for (int round = 0; round < 10; round++) {
        struct tally *whole = tally_new(DIMENSION_EVERY, true, 0);
        struct tally *piece[3];
        for (int i = 0; i < 3; i++)
            piece[i] = tally_new(DIMENSION_EVERY, true, 0);
        for (int i = 0; i < 20; i++) {
            struct batch *b = batch_new();
            feed_random(b, &r);
            tally_add(whole, b);
            tally_add(piece[random_below(&r, 3)], b);
            batch_free(b);
        }
        tally_merge(piece[0], piece[1]);
        tally_merge(piece[0], piece[2]);
        same_tallies(whole, piece[0]);
        tally_reset(piece[1]);
        tally_merge(piece[1], whole);
        same_tallies(whole, piece[1]);
        tally_free(whole);
        for (int i = 0; i < 3; i++)
            tally_free(piece[i]);
    }
}

Test(tally, counts_into_two_as_it_does_into_each)
{
    struct random_numbers r = {13};
    struct tally *tally[4];
    for (int i = 0; i < 4; i++)
        tally[i] = tally_new(DIMENSION_EVERY, true, 0);
    for (int i = 0; i < 30; i++) {
        struct batch *b = batch_new();
        feed_random(b, &r);
        tally_add_both(tally[0], tally[1], b);
        tally_add(tally[2], b);
        tally_add(tally[3], b);
        if (i % 7 == 3) { /* one is older than the other, and then its tables are larger */
            tally_reset(tally[1]);
            tally_reset(tally[3]);
        }
        batch_free(b);
        same_tallies(tally[0], tally[2]);
        same_tallies(tally[1], tally[3]);
    }
    for (int i = 0; i < 4; i++)
        tally_free(tally[i]);
}

Test(tally, keeps_within_the_smallest_rooms)
{
    struct random_numbers r = {14};
    for (uint32_t room = 1; room < 40; room += 3) {
        struct tally *t = tally_new(DIMENSION_EVERY, false, room);
        struct batch *b = batch_new();
        for (int i = 0; i < 5; i++) {
            batch_clear(b);
            feed_random(b, &r);
            tally_add(t, b);
        }
        struct top_row rows[40];
        for (unsigned d = 0; d < DIMENSION_COUNT; d++) {
            size_t count = top_sorted(t->top[d], rows, 40);
            cr_assert_leq(count, room);
            for (size_t i = 0; i < count; i++) {
                cr_assert_leq(rows[i].over, top_error(t->top[d]));
                cr_assert_leq(rows[i].counts.hits - rows[i].over, t->hits);
                if (rows[i].request_time)
                    cr_assert_leq(latency_count(rows[i].request_time), t->hits);
            }
        }
        cr_assert_gt(top_error(t->top[DIMENSION_SECTIONS]), 0);
        tally_free(t);
        batch_free(b);
    }
}

/* ---- an attack: nothing ever repeats ---- */

static size_t memory_kb(void)
{
    size_t total, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert_not_null(f);
    cr_assert_eq(fscanf(f, "%zu %zu", &total, &resident), 2);
    fclose(f);
    return resident * 4;
}

static void feed_attack(struct batch *b, struct random_numbers *r, uint64_t from)
{
    char text[300];
    for (unsigned i = 0; i < 700; i++) {
        struct entry *e = feed_hit(b, 1700000000 + (int64_t)(from / 1000));
        static const enum field fields[] = {FIELD_HOST,     FIELD_PATH,  FIELD_SECTION, FIELD_VHOST,
                                            FIELD_REFERRER, FIELD_AGENT, FIELD_METHOD};
        for (unsigned k = 0; k < sizeof fields / sizeof fields[0]; k++) {
            int len =
                snprintf(text, sizeof text, "/%016lx%016lx%0*d", (unsigned long)random_next(r),
                         (unsigned long)(from + i), (int)(k * 9), 0);
            cr_assert_lt(len, (int)sizeof text);
            feed_text(b, e, fields[k], text);
        }
        entry_set_number(e, FIELD_REQUEST_TIME, random_next(r) >> random_below(r, 40));
        if (i % 10 == 0)
            feed_text(b, e, FIELD_PATH, "/the/one/that/is/asked/for/all/the/time");
    }
}

/* A sanitizer keeps freed memory for a while and doubles small blocks. */
#ifdef __SANITIZE_ADDRESS__
enum { LINES = 300000, MOST_KB = 400000 };
#else
enum { LINES = 1500000, MOST_KB = 40000 };
#endif

Test(tally, stays_small_when_no_key_ever_comes_twice, .timeout = 100)
{
    struct random_numbers r = {13};
    struct batch *b = batch_new();
    struct tally *t = tally_new(DIMENSION_EVERY, true, 0);
    size_t before = memory_kb();
    uint64_t lines = 0;
    for (; lines < LINES; lines += 700) {
        batch_clear(b);
        feed_attack(b, &r, lines);
        tally_add(t, b);
    }
    cr_assert_lt(memory_kb() - before, MOST_KB, "%zu KB", memory_kb() - before);
    struct top_row row;
    top_sorted(t->top[DIMENSION_PATHS], &row, 1);
    cr_assert(text_same(row.key, TEXT("/the/one/that/is/asked/for/all/the/time")));
    cr_assert_eq(row.counts.hits, lines / 10);
    cr_assert_gt(top_error(t->top[DIMENSION_PATHS]), 0);
    double error = (double)visitors_count(t->visitors) / (double)lines - 1;
    cr_assert(error < 0.02 && error > -0.02);
    tally_free(t);
    batch_free(b);
}
