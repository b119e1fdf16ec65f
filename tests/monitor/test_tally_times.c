/* test_tally_times.c - request times of a batch, counted many at once, against one after the other.
 */
#include <stdio.h>

#include "monitor/feed.h"
#include "monitor/tally.h"

enum { SECTIONS_MOST = 60 };

/* What is expected: a histogram each, filled by latency_add() alone. */
struct expected {
    unsigned sections;
    struct latency *all, *of[SECTIONS_MOST];
};

static void expected_open(struct expected *x, unsigned sections)
{
    x->sections = sections;
    x->all = latency_new();
    for (unsigned i = 0; i < sections; i++)
        x->of[i] = latency_new();
}

static void expected_close(struct expected *x)
{
    latency_free(x->all);
    for (unsigned i = 0; i < x->sections; i++)
        latency_free(x->of[i]);
}

static void same_times(const struct latency *got, const struct latency *expected)
{
    cr_assert_eq(latency_count(got), latency_count(expected));
    cr_assert_eq(latency_max(got), latency_max(expected));
    for (unsigned i = 0; i <= 50; i++)
        cr_assert_eq(latency_percentile(got, i / 50.0), latency_percentile(expected, i / 50.0));
}

static void same_sections(const struct top *t, const struct expected *x)
{
    struct top_row rows[SECTIONS_MOST];
    char name[64];
    size_t count = top_sorted(t, rows, SECTIONS_MOST);
    for (size_t i = 0; i < count; i++) {
        unsigned section;
        snprintf(name, sizeof name, "%.*s", (int)rows[i].key.len, rows[i].key.at);
        cr_assert_eq(sscanf(name, "/%u", &section), 1);
        if (rows[i].request_time)
            same_times(rows[i].request_time, x->of[section]);
        else
            cr_assert_eq(latency_count(x->of[section]), 0, "%s", name);
    }
}

/* No time, nothing, the longest there is, or one of any order of magnitude. */
static bool any_time(struct random_numbers *r, uint64_t *ns)
{
    uint64_t kind = random_below(r, 12);
    *ns = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : random_next(r) >> random_below(r, 64);
    return kind != 2;
}

static void feed_times(struct batch *b, struct random_numbers *r, struct expected *x)
{
    unsigned count = 1 + (unsigned)random_below(r, 500);
    batch_clear(b);
    for (unsigned i = 0; i < count; i++) {
        unsigned section = (unsigned)random_below(r, x->sections);
        bool named = random_below(r, 20) > 0;
        struct entry *e = feed_hit(b, 1000);
        char name[64];
        uint64_t ns;
        snprintf(name, sizeof name, section % 3 ? "/%u" : "/%u-is-a-name-longer-than-16", section);
        if (named)
            feed_text(b, e, FIELD_SECTION, name);
        if (!any_time(r, &ns))
            continue;
        entry_set_number(e, FIELD_REQUEST_TIME, ns);
        latency_add(x->all, ns, 1);
        if (named)
            latency_add(x->of[section], ns, 1);
    }
}

Test(tally_times, are_those_that_came_one_by_one)
{
    const dimension_set wanted =
        DIMENSION_BIT(DIMENSION_SECTIONS) | DIMENSION_BIT(DIMENSION_REQUEST_TIME);
    struct random_numbers r = {17};
    struct batch *b = batch_new();
    for (unsigned round = 0; round < 60; round++) {
        struct tally *t = tally_new(wanted, false, 0), *also = tally_new(wanted, false, 0);
        struct expected x;
        expected_open(&x, 1 + round);
        for (unsigned i = 0; i < 6; i++) {
            feed_times(b, &r, &x);
            tally_add_both(t, also, b);
        }
        same_times(t->request_time, x.all);
        same_times(also->request_time, x.all);
        same_sections(t->top[DIMENSION_SECTIONS], &x);
        same_sections(also->top[DIMENSION_SECTIONS], &x);
        expected_close(&x);
        tally_free(t);
        tally_free(also);
    }
    batch_free(b);
}

/* The same hits twice: what was counted is doubled. */
static void double_tally(struct tally *t, struct tally *spare)
{
    tally_reset(spare);
    tally_merge(spare, t);
    tally_merge(t, spare);
}

Test(tally_times, are_counted_beyond_32_bits)
{
    enum { SECTIONS = 20 };
    struct tally *t = tally_new(DIMENSION_EVERY, false, 0);
    struct tally *spare = tally_new(DIMENSION_EVERY, false, 0);
    struct batch *b = batch_new();
    char name[32];
    for (unsigned i = 0; i < SECTIONS; i++) {
        snprintf(name, sizeof name, "/%u", i);
        entry_set_number(feed_request(b, 1000, name, "192.0.2.1", 200, 0), FIELD_REQUEST_TIME, 10);
    }
    for (unsigned doubled = 0; doubled < 32; doubled++) { /* 1, 3, 7, ... */
        double_tally(t, spare);
        tally_add(t, b);
    }
    struct top_row rows[SECTIONS];
    cr_assert_eq(top_sorted(t->top[DIMENSION_SECTIONS], rows, SECTIONS), SECTIONS);
    cr_assert_eq(latency_count(rows[7].request_time), UINT32_MAX);
    for (unsigned i = 0; i < SECTIONS; i++) /* a longer one beside */
        b->entries[i].number[FIELD_REQUEST_TIME - FIELD_FIRST_NUMBER] = 100;
    tally_add(t, b);
    for (unsigned i = 0; i < SECTIONS; i++)
        b->entries[i].number[FIELD_REQUEST_TIME - FIELD_FIRST_NUMBER] = 10;
    tally_add(t, b); /* one more than 32 bits hold */
    cr_assert_eq(top_sorted(t->top[DIMENSION_SECTIONS], rows, SECTIONS), SECTIONS);
    for (unsigned i = 0; i < SECTIONS; i++) {
        cr_assert_eq(latency_count(rows[i].request_time), UINT64_C(1) + UINT32_MAX + 1);
        cr_assert_eq(latency_percentile(rows[i].request_time, 0.5), 10);
        cr_assert_eq(latency_percentile(rows[i].request_time, 1), 100);
    }
    cr_assert_eq(latency_percentile(t->request_time, 0.99), 10);
    tally_free(t);
    tally_free(spare);
    batch_free(b);
}
