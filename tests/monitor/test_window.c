#include <stdio.h>

#include "monitor/feed.h"
#include "monitor/key.h"
#include "monitor/window.h"

/* ---- against a list of all hits ---- */

enum { HITS = 200000, NAMES = 40, HOSTS = 300 };

struct naive_hit {
    int64_t second;
    uint64_t bytes;
    uint16_t status, section, host;
};

struct naive {
    size_t count;
    struct naive_hit hits[HITS];
    int64_t seconds, end;
};

struct judged {
    const struct naive *naive;
    int64_t next; /* the second that must be judged next */
};

static uint64_t naive_sum(const struct naive *n, int64_t end)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n->count; i++)
        sum += n->hits[i].second <= end && n->hits[i].second > end - n->seconds;
    return sum;
}

static void on_judge(void *ctx, int64_t second, int64_t until, uint64_t hits)
{
    struct judged *j = ctx;
    cr_assert_eq(second, j->next, "each second once, in order");
    cr_assert_gt(until, second);
    cr_assert_eq(hits, naive_sum(j->naive, second));
    if (until > second + 1) {
        cr_assert_eq(hits, 0);
        cr_assert_eq(naive_sum(j->naive, until - 1), 0);
    }
    j->next = until;
}

static uint64_t address_hash(uint16_t host)
{
    struct key_secret secret = key_secret();
    char text[16];
    snprintf(text, sizeof text, "10.0.0.%u", host);
    return key_hash(text_of(text), &secret);
}

static void add(struct window *w, struct naive *n, const struct naive_hit *h)
{
    struct key_secret secret = key_secret();
    char section[40];
    snprintf(section, sizeof section, h->section % 2 ? "/%u" : "/a/longer/name/of/section/%u",
             h->section);
    struct text text = text_of(section);
    window_add(w, &(struct window_hit){.second = h->second,
                                       .bytes = h->bytes,
                                       .status = h->status,
                                       .has_section = true,
                                       .section = text,
                                       .section_hash = key_hash(text, &secret),
                                       .has_host = true,
                                       .host_hash = address_hash(h->host)});
    memset(section, '?', sizeof section);
    cr_assert_lt(n->count, HITS);
    n->hits[n->count++] = *h;
}

static bool inside(const struct naive *n, const struct naive_hit *h)
{
    return h->second <= n->end && h->second > n->end - n->seconds;
}

static void check_sections(const struct window *w, const struct naive *n)
{
    struct top_counts want[NAMES] = {0};
    for (size_t i = 0; i < n->count; i++) {
        const struct naive_hit *h = &n->hits[i];
        if (!inside(n, h))
            continue;
        want[h->section].hits++;
        want[h->section].bytes += h->bytes;
        want[h->section].errors += h->status / 100 == 5;
        want[h->section].client_errors += h->status / 100 == 4;
    }
    struct top_row rows[NAMES];
    size_t count = window_sections(w, TOP_BY_HITS, rows, NAMES), there = 0;
    for (int i = 0; i < NAMES; i++)
        there += want[i].hits > 0;
    cr_assert_eq(count, there);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        memcpy(name, rows[i].key.at, rows[i].key.len);
        name[rows[i].key.len] = '\0';
        const struct top_counts *c = &want[atoi(strrchr(name, '/') + 1)];
        cr_assert_eq(rows[i].counts.hits, c->hits);
        cr_assert_eq(rows[i].counts.bytes, c->bytes);
        cr_assert_eq(rows[i].counts.errors, c->errors);
        cr_assert_eq(rows[i].counts.client_errors, c->client_errors);
        cr_assert(i == 0 || rows[i].counts.hits <= rows[i - 1].counts.hits);
    }
}

static void check_all(const struct window *w, const struct naive *n)
{
    struct window_sums want = {0};
    bool seen[HOSTS] = {0};
    uint64_t visitors = 0;
    for (size_t i = 0; i < n->count; i++) {
        const struct naive_hit *h = &n->hits[i];
        if (!inside(n, h))
            continue;
        want.hits++;
        want.bytes += h->bytes;
        want.classes[h->status / 100 < 6 ? h->status / 100 : 0]++;
        visitors += !seen[h->host];
        seen[h->host] = true;
    }
    const struct window_sums *got = window_sums(w);
    cr_assert_eq(got->hits, want.hits);
    cr_assert_eq(got->bytes, want.bytes);
    for (int i = 0; i < WINDOW_CLASSES; i++)
        cr_assert_eq(got->classes[i], want.classes[i]);
    cr_assert_eq(window_visitors(w), visitors);
    check_sections(w, n);
}

static void check_series(const struct window *w, const struct naive *n)
{
    uint32_t series[200];
    size_t count = window_series(w, series, 200);
    cr_assert_eq(count, n->seconds < 200 ? (size_t)n->seconds : 200);
    for (size_t i = 0; i < count; i++) {
        int64_t second = n->end - (int64_t)(count - 1 - i);
        uint32_t want = 0;
        for (size_t k = 0; k < n->count; k++)
            want += n->hits[k].second == second;
        cr_assert_eq(series[i], want);
    }
}

static void run(uint64_t seed, int64_t seconds, int64_t begin)
{
    static struct naive n;
    struct random_numbers r = {seed};
    n.count = 0;
    n.seconds = seconds;
    n.end = begin;
    struct window *w = window_new(seconds, true, true);
    struct judged judged = {&n, begin};
    window_set(w, begin);
    for (int step = 0; step < 60; step++) {
        unsigned hits = (unsigned)random_below(&r, random_below(&r, 4) ? 20 : 1 + step % 60);
        for (unsigned i = 0; i < hits; i++) {
            uint64_t back = random_below(&r, 3) ? 0 : random_below(&r, (uint64_t)seconds);
            add(w, &n,
                &(struct naive_hit){.second = n.end - (int64_t)back,
                                    .bytes = random_next(&r) >> random_below(&r, 64),
                                    .status = (uint16_t)random_below(&r, 1000),
                                    .section = (uint16_t)random_below(&r, NAMES),
                                    .host = (uint16_t)random_below(&r, HOSTS)});
        }
        check_all(w, &n);
        int64_t on = (int64_t)random_below(&r, 10)
                         ? (int64_t)random_below(&r, 4)
                         : (int64_t)random_below(&r, 3 * (uint64_t)seconds);
        judged.next = n.end;
        window_advance(w, n.end + on, on_judge, &judged);
        n.end += on;
        cr_assert_eq(judged.next, n.end);
        cr_assert_eq(window_end(w), n.end);
    }
    check_all(w, &n);
    check_series(w, &n);
    window_free(w);
}

Test(window, holds_what_a_list_of_all_hits_says)
{
    for (uint64_t seed = 1; seed <= 60; seed++)
        run(seed, 1 + (int64_t)(seed * seed) % 200, (int64_t)seed * 100000 - 3000000);
}

static void ignore(void *ctx, int64_t second, int64_t until, uint64_t hits)
{
    (void)ctx, (void)second, (void)until, (void)hits;
}

static void judge_count(void *ctx, int64_t second, int64_t until, uint64_t hits)
{
    (void)second, (void)until, (void)hits;
    ++*(uint64_t *)ctx;
}

Test(window, crosses_a_gap_of_a_million_years_in_one_window_of_steps)
{
    struct window *w = window_new(120, true, true);
    uint64_t judged = 0;
    window_set(w, 0);
    window_add(w, &(struct window_hit){.second = 0});
    window_advance(w, INT64_C(31557600000000), judge_count, &judged);
    cr_assert_eq(judged, 121);
    cr_assert_eq(window_sums(w)->hits, 0);
    window_free(w);
}

/* ---- many visitors ---- */

Test(window, counts_many_visitors_within_two_percent_and_exactly_again_when_few)
{
    enum { SECONDS = 50, RUN = 400 };
    struct random_numbers r = {11};
    struct window *w = window_new(SECONDS, false, true);
    uint64_t rates[RUN], id = 0, first_id[RUN];
    window_set(w, 0);
    for (int64_t s = 0; s < RUN; s++) {
        window_advance(w, s, ignore, NULL);
        rates[s] = s < 120 ? 1000 : s < 250 ? 10 + (uint64_t)s : 20;
        first_id[s] = id;
        for (uint64_t i = 0; i < rates[s]; i++) {
            struct random_numbers hash = {id++};
            struct window_hit hit = {
                .second = s, .has_host = true, .host_hash = random_next(&hash)};
            window_add(w, &hit);
            if (random_below(&r, 4) == 0) { /* one of before is seen again, maybe out of order */
                struct random_numbers again = {
                    random_below(&r, id - first_id[s > 30 ? s - 30 : 0]) +
                    first_id[s > 30 ? s - 30 : 0]};
                (void)random_next(&again);
                hit.second = s - (int64_t)random_below(&r, 3) * (s > 3);
                window_add(w, &hit);
            }
        }
        uint64_t exact = id - first_id[s >= SECONDS ? s - SECONDS + 1 : 0],
                 got = window_visitors(w);
        double error = ((double)got - (double)exact) / (double)exact;
        cr_assert(error < 0.02 && error > -0.02, "second %ld: %lu instead of %lu", (long)s,
                  (unsigned long)got, (unsigned long)exact);
        if (s < 10 || s > 250 + 2 * SECONDS)
            cr_assert_eq(got, exact, "second %ld: %lu instead of %lu", (long)s, (unsigned long)got,
                         (unsigned long)exact);
    }
    window_free(w);
}

Test(window, knows_a_visitor_who_comes_back_as_one)
{
    struct window *w = window_new(10, false, true);
    window_set(w, 100);
    struct window_hit hit = {.second = 100, .has_host = true, .host_hash = 77};
    window_add(w, &hit);
    window_advance(w, 105, ignore, NULL);
    hit.second = 105;
    window_add(w, &hit);
    hit.second = 99;
    window_add(w, &hit);
    cr_assert_eq(window_visitors(w), 1);
    window_advance(w, 114, ignore, NULL);
    cr_assert_eq(window_visitors(w), 1, "seen last in 105");
    window_advance(w, 115, ignore, NULL);
    cr_assert_eq(window_visitors(w), 0);
    window_free(w);
}

/* ---- many sections, long windows ---- */

static void add_section(struct window *w, int64_t second, const char *prefix, unsigned number)
{
    char name[64];
    struct key_secret secret = key_secret();
    snprintf(name, sizeof name, "%s/%u", prefix, number);
    window_add(w, &(struct window_hit){.second = second,
                                       .status = 200,
                                       .bytes = 1,
                                       .has_section = true,
                                       .section = text_of(name),
                                       .section_hash = key_hash(text_of(name), &secret)});
}

Test(window, keeps_the_busy_sections_in_a_flood_of_others)
{
    struct window *w = window_new(60, true, false);
    struct top_row rows[20];
    window_set(w, 0);
    unsigned made = 0;
    for (int64_t s = 0; s < 60; s++) {
        window_advance(w, s, ignore, NULL);
        for (int i = 0; i < 1500; i++)
            add_section(w, s, "/flood", made++);
        for (unsigned i = 0; i < 200; i++)
            add_section(w, s, "/busy", i % 20);
    }
    cr_assert_eq(window_sections(w, TOP_BY_HITS, rows, 20), 20);
    for (int i = 0; i < 20; i++) {
        cr_assert(text_starts(rows[i].key, TEXT("/busy/")));
        cr_assert_eq(rows[i].counts.hits, 600);
    }
    window_advance(w, 60 + 59, ignore, NULL);
    cr_assert_eq(window_sections(w, TOP_BY_HITS, rows, 20), 0);
    window_free(w);
}

Test(window, joins_stretches_of_seconds_when_sections_need_too_much_room)
{
    enum { SECONDS = 3000, KINDS = 300 };
    struct window *w = window_new(SECONDS, true, false);
    static struct top_row rows[KINDS];
    window_set(w, 0);
    for (int64_t s = 0; s < 2 * SECONDS; s++) {
        window_advance(w, s, ignore, NULL);
        for (unsigned i = 0; i < KINDS; i++)
            add_section(w, s, "", i);
    }
    cr_assert_eq(window_sections(w, TOP_BY_HITS, rows, KINDS), KINDS);
    for (int i = 0; i < KINDS; i++) {
        cr_assert_geq(rows[i].counts.hits, SECONDS);
        cr_assert_leq(rows[i].counts.hits, SECONDS + SECONDS / 100, "%lu",
                      (unsigned long)rows[i].counts.hits);
        cr_assert_eq(rows[i].counts.bytes, rows[i].counts.hits);
    }
    window_advance(w, 4 * SECONDS, ignore, NULL);
    cr_assert_eq(window_sections(w, TOP_BY_HITS, rows, KINDS), 0);
    window_free(w);
}

Test(window, spans_seven_days)
{
    enum { WEEK = 7 * 86400 };
    struct window *w = window_new(WEEK, true, true);
    struct top_row rows[4];
    uint64_t judged = 0;
    window_set(w, 0);
    for (int64_t s = 0; s < WEEK + 86400; s += 600) {
        window_advance(w, s, judge_count, &judged);
        add_section(w, s, "", s % 1200 ? 1 : 2);
    }
    cr_assert_eq(judged, WEEK + 86400 - 600);
    cr_assert_eq(window_sums(w)->hits, WEEK / 600);
    cr_assert_eq(window_sections(w, TOP_BY_HITS, rows, 4), 2);
    cr_assert_leq(rows[0].counts.hits + rows[1].counts.hits, WEEK / 600 + 1);
    cr_assert_geq(rows[0].counts.hits + rows[1].counts.hits, WEEK / 600);
    window_free(w);
}
