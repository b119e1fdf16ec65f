/* test_graph.c - from hits by second to columns, heights and the line of the threshold. */
#include "render/curses/graph.h"
#include "render/curses/trace.h"
#include <criterion/criterion.h>
#include <stdlib.h>

enum { SECONDS = 120 };

static void flat(uint32_t series[SECONDS], uint32_t hits)
{
    for (int i = 0; i < SECONDS; i++)
        series[i] = hits;
}

Test(graph, sixty_columns_hold_two_minutes)
{
    uint32_t series[SECONDS];
    struct graph g;
    flat(series, 7);
    graph_make(&g, series, SECONDS, 1001, 60, 10);
    cr_assert_eq(g.per_column, 2);
    cr_assert_eq(g.columns, 60);
    for (unsigned i = 0; i < 60; i++)
        cr_assert_eq(g.rate[i], 7, "column %u: %f", i, g.rate[i]);
}

Test(graph, narrow_screens_put_more_seconds_in_a_column)
{
    static const struct {
        unsigned columns, per;
    } rows[] = {{1, 120}, {18, 7}, {59, 3}, {60, 2}, {119, 2}, {120, 1}, {300, 1}};
    uint32_t series[SECONDS];
    struct graph g;
    flat(series, 3);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        graph_make(&g, series, SECONDS, 999, rows[i].columns, 10);
        cr_assert_eq(g.per_column, rows[i].per, "%u", rows[i].columns);
        cr_assert_geq(g.per_column * g.columns, 120);
    }
}

Test(graph, a_bar_keeps_its_height_while_it_moves_to_the_left)
{
    uint32_t series[SECONDS + 40];
    struct graph before, after;
    for (int i = 0; i < SECONDS + 40; i++)
        series[i] = (uint32_t)(i * 7919 % 23);
    graph_make(&before, series, SECONDS, 1199, 40,
               10); /* three seconds a column, 1197..1199 the last */
    graph_make(&after, series + 3, SECONDS, 1202, 40, 10);
    for (unsigned i = 2; i < 40; i++)
        cr_assert_eq(after.rate[i - 1], before.rate[i], "column %u", i);
}

Test(graph, the_scale_is_round_and_holds_both_bars_and_threshold)
{
    static const struct {
        uint32_t hits;
        double threshold, top;
        bool fits;
    } rows[] = {{8, 10, 20, true},        {31, 10, 40, true}, {0, 10, 20, true},
                {1, 10, 1, false},        {3, 10, 20, true},  {9000, 10, 10000, true},
                {12345, 50, 20000, true}, {1, 0.5, 1, true}};
    uint32_t series[SECONDS];
    struct graph g;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        flat(series, rows[i].hits);
        graph_make(&g, series, SECONDS, 999, 60, rows[i].threshold);
        cr_assert_float_eq(g.top, rows[i].top, 1e-9, "row %u: %f", i, g.top);
        cr_assert_eq(g.threshold_fits, rows[i].fits, "row %u", i);
        cr_assert_eq(g.peak, rows[i].hits);
    }
}

Test(graph, heights_stay_within_the_rows_and_anything_is_seen)
{
    uint32_t series[SECONDS] = {0};
    struct graph g;
    series[SECONDS - 1] = 4000000000u;
    series[SECONDS - 20] = 1;
    graph_make(&g, series, SECONDS, 999, 120, 10);
    cr_assert_eq(graph_eighths(&g, 0, 3), 0);
    cr_assert_eq(graph_eighths(&g, 1, 3), 1);
    cr_assert_leq(graph_eighths(&g, 4e9, 3), 24);
    cr_assert_geq(graph_eighths(&g, 4e9, 3), 23);
    for (unsigned rows = 1; rows < 12; rows++)
        cr_assert_lt(graph_threshold_row(&g, g.top, rows), rows);
}

Test(graph, an_empty_or_short_series_is_drawn_at_the_right)
{
    uint32_t series[] = {5, 5};
    struct graph g;
    graph_make(&g, NULL, 0, 0, 60, 10);
    for (unsigned i = 0; i < g.columns; i++)
        cr_assert_eq(g.rate[i], 0);
    graph_make(&g, series, 2, 1001, 60, 10);
    cr_assert_eq(g.rate[59], 5);
    cr_assert_eq(g.rate[58], 0);
}

Test(graph, seconds_before_1970_are_columns_too)
{
    uint32_t series[SECONDS];
    struct graph g;
    flat(series, 4);
    for (int64_t newest = -3; newest < 130; newest++) {
        graph_make(&g, series, SECONDS, newest, 40, 10);
        for (unsigned i = 1; i < g.columns; i++)
            cr_assert_eq(g.rate[i], 4, "column %u, second %lld", i, (long long)newest);
    }
}

Test(trace, gathers_what_overlapping_series_say)
{
    struct trace h = {0};
    trace_add(&h, (const uint32_t[]){1, 2, 3}, 3, 102);
    trace_add(&h, (const uint32_t[]){9, 4, 5}, 3, 104); /* 102 was not over yet */
    cr_assert_eq(h.count, 5);
    cr_assert_eq(memcmp(trace_series(&h), (const uint32_t[]){1, 2, 9, 4, 5}, 5 * sizeof(uint32_t)),
                 0);
}

Test(trace, fills_a_gap_with_nothing)
{
    struct trace h = {0};
    trace_add(&h, (const uint32_t[]){7}, 1, 100);
    trace_add(&h, (const uint32_t[]){8}, 1, 103);
    cr_assert_eq(h.count, 4);
    cr_assert_eq(memcmp(trace_series(&h), (const uint32_t[]){7, 0, 0, 8}, 4 * sizeof(uint32_t)), 0);
}

Test(trace, begins_anew_when_the_clock_steps)
{
    struct trace h = {0};
    trace_add(&h, (const uint32_t[]){7, 7}, 2, 100);
    trace_add(&h, (const uint32_t[]){8}, 1, 50);
    cr_assert_eq(h.count, 1);
    cr_assert_eq(h.newest, 50);
    trace_add(&h, (const uint32_t[]){9}, 1, 50 + TRACE_SECONDS);
    cr_assert_eq(h.count, 1);
}

Test(trace, keeps_no_more_than_it_has_room_for)
{
    static uint32_t series[TRACE_SECONDS + 50];
    struct trace h = {0};
    for (uint32_t i = 0; i < TRACE_SECONDS + 50; i++)
        series[i] = i;
    trace_add(&h, series, TRACE_SECONDS + 50, 5000);
    cr_assert_eq(h.count, TRACE_SECONDS);
    cr_assert_eq(trace_series(&h)[0], 50);
    trace_add(&h, series, 1, 5001);
    cr_assert_eq(h.count, TRACE_SECONDS);
    cr_assert_eq(trace_series(&h)[0], 51);
    cr_assert_eq(trace_series(&h)[TRACE_SECONDS - 1], 0);
}
