#include "loggen/traffic.h"

#include "base/mem.h"
#include "loggen/pick.h"
#include "loggen/site.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define HITS 200000U

static const struct traffic_plan usual = {
    .seed = 11, .sections = 300, .urls = 50000, .visitors = 200000, .sessions = 256};

/* ---- Counting ---- */

static int by_text(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* Sorts; returns how many different there are and how often the commonest is there. */
static size_t distinct(struct text *all, size_t count, size_t *commonest)
{
    size_t kinds = 0, run = 0;
    *commonest = 0;
    qsort(all, count, sizeof(*all), by_text);
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && text_same(all[i], all[i - 1]);
        run = same ? run + 1 : 1;
        kinds += !same;
        *commonest = run > *commonest ? run : *commonest;
    }
    return kinds;
}

static struct text section_of(struct text target)
{
    size_t end = 1;
    while (end < target.len && !strchr("/?", target.at[end]))
        end++;
    return text_cut(target, 0, end);
}

static struct text host_of(const struct hit *hit)
{
    return hit->host;
}
static struct text url_of(const struct hit *hit)
{
    return hit->target;
}
static struct text sect_of(const struct hit *hit)
{
    return section_of(hit->target);
}
static struct text agent_of(const struct hit *hit)
{
    return hit->agent;
}

/* ---- Tests ---- */

Test(loggen_traffic, has_a_head_and_a_long_tail_in_each_dimension)
{
    static const struct {
        const char *name;
        struct text (*of)(const struct hit *);
        size_t at_least, at_most; /* distinct */
        double head, head_most;   /* share of the commonest */
    } rows[] = {
        {"hosts", host_of, 8000, 60000, 0.001, 0.05},
        {"urls", url_of, 15000, 50020, 0.01, 0.15},
        {"sections", sect_of, 250, 315, 0.05, 0.35},
        {"agents", agent_of, 800, 5000, 0.01, 0.2},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct traffic *t = traffic_new(&usual);
        struct text *all = mem_new(HITS, sizeof(*all));
        struct hit hit;
        for (size_t i = 0; i < HITS; i++) {
            traffic_next(t, &hit);
            all[i] = rows[row].of(&hit);
        }
        size_t commonest, kinds = distinct(all, HITS, &commonest);
        double head = (double)commonest / HITS;
        cr_expect(kinds >= rows[row].at_least && kinds <= rows[row].at_most, "%s: %zu",
                  rows[row].name, kinds);
        cr_expect(head >= rows[row].head && head <= rows[row].head_most, "%s: %f", rows[row].name,
                  head);
        free(all);
        traffic_free(t);
    }
}

Test(loggen_traffic, answers_as_servers_do)
{
    static const struct {
        unsigned status;
        double least, most; /* share */
    } rows[] = {{200, 0.7, 0.92},   {304, 0.02, 0.2},    {301, 0.003, 0.05},  {302, 0.002, 0.05},
                {404, 0.01, 0.1},   {403, 0.001, 0.03},  {206, 0.0001, 0.02}, {401, 0.0003, 0.03},
                {201, 0.001, 0.05}, {500, 0.00005, 0.02}};
    unsigned counts[600] = {0};
    struct traffic *t = traffic_new(&usual);
    struct hit hit;
    for (size_t i = 0; i < 4 * HITS; i++) {
        traffic_next(t, &hit);
        cr_assert(hit.status >= 200 && hit.status < 600);
        cr_assert(hit.target.len > 0 && hit.target.at[0] == '/');
        cr_assert_not(hit.status == 304 && hit.bytes);
        counts[hit.status]++;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double share = counts[rows[i].status] / (4.0 * HITS);
        cr_expect(share >= rows[i].least && share <= rows[i].most, "%u: %f", rows[i].status, share);
    }
    cr_expect(counts[502] + counts[503] + counts[504] > 0);
    traffic_free(t);
}

Test(loggen_traffic, browsers_come_from_the_page_they_were_on)
{
    struct traffic_plan plan = usual;
    plan.sessions = 1;
    struct traffic *t = traffic_new(&plan);
    struct hit hit;
    static char seen[HITS][128]; /* the paths so far, of one session after the other */
    size_t referred = 0, known = 0;
    for (size_t i = 0; i < 5000; i++) {
        traffic_next(t, &hit);
        snprintf(seen[i], sizeof(seen[i]), "%.*s", (int)hit.target.len, hit.target.at);
        if (hit.referrer_path.len == 0)
            continue;
        referred++;
        for (size_t back = i > 400 ? i - 400 : 0; back < i; back++)
            if (text_same(text_of(seen[back]), hit.referrer_path)) {
                known++;
                break;
            }
    }
    cr_expect(referred > 500, "%zu", referred);
    cr_expect_eq(known, referred);
    traffic_free(t);
}

Test(loggen_traffic, works_for_the_smallest_sites)
{
    static const uint32_t sizes[][3] = {{1, 1, 1}, {1, 100, 5}, {2, 2, 2}, {3, 7, 64}, {12, 12, 3}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct traffic_plan plan = {.sections = sizes[i][0],
                                    .urls = sizes[i][1],
                                    .visitors = sizes[i][2],
                                    .sessions = 4,
                                    .odd = 0.2};
        struct traffic *t = traffic_new(&plan);
        struct hit hit;
        for (int n = 0; n < 3000; n++)
            traffic_next(t, &hit);
        traffic_free(t);
    }
}

Test(loggen_traffic, the_seed_alone_decides)
{
    struct traffic_plan other = usual;
    other.seed++;
    struct traffic *a = traffic_new(&usual), *b = traffic_new(&usual), *c = traffic_new(&other);
    struct hit x, y, z;
    size_t differ = 0;
    for (size_t i = 0; i < 10000; i++) {
        traffic_next(a, &x);
        traffic_next(b, &y);
        traffic_next(c, &z);
        cr_assert(text_same(x.target, y.target) && text_same(x.host, y.host));
        cr_assert(x.status == y.status && x.bytes == y.bytes && x.duration_us == y.duration_us);
        differ += !text_same(x.host, z.host);
    }
    cr_expect(differ > 9900);
    traffic_free(a);
    traffic_free(b);
    traffic_free(c);
}

Test(loggen_site, no_two_urls_are_the_same)
{
    static const uint32_t sizes[][2] = {{300, 50000}, {1, 5000}, {2, 300000}, {1000, 1000}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct site *site = site_new(5, sizes[i][0], sizes[i][1]);
        struct random r = random_start(1, 1);
        const struct url *first = site_any_url(site, &r), *any = first;
        for (int n = 0; n < 2000000 && first->path_at != 0; n++, any = site_any_url(site, &r))
            first = any < first ? any : first;
        cr_assert_eq(first->path_at, 0);
        struct text *all = mem_new(sizes[i][1], sizeof(*all));
        for (uint32_t u = 0; u < sizes[i][1]; u++)
            all[u] = site_path(site, first + u);
        size_t commonest;
        cr_expect_eq(distinct(all, sizes[i][1], &commonest), sizes[i][1], "row %zu", i);
        free(all);
        site_free(site);
    }
}

Test(loggen_pick, draws_by_weight)
{
    double weights[] = {1, 2, 3, 4, 0.5, 9.5}, drawn[6] = {0};
    struct pick_cell cells[6];
    struct pick pick = pick_make(cells, (double[]){1, 2, 3, 4, 0.5, 9.5}, 6);
    struct random r = random_start(3, 1);
    for (int i = 0; i < 1000000; i++)
        drawn[pick_draw(&pick, random_next(&r))]++;
    for (int i = 0; i < 6; i++)
        cr_expect_float_eq(drawn[i] / 1e6, weights[i] / 20, 0.002, "%d: %f", i, drawn[i] / 1e6);
}
