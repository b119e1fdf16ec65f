/* Lines whose times are not to be believed, or are not there. */
#include "monitor/watched.h"

enum { T = 1600000000 };

static struct watched w;

/* ---- far in the future ---- */

static const int64_t YEAR_2999 = 32472144000;

Test(monitor, is_not_moved_by_one_line_of_the_year_2999)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, YEAR_2999, 1);
    cr_assert_not(monitor_has_clock(w.monitor), "not even as the first");
    watched_hits(&w, T, 7);
    watched_hits(&w, YEAR_2999, 1);
    watched_hits(&w, T, 1);
    cr_assert_eq(monitor_log_second(w.monitor), T);
    cr_assert_eq(watched_window_hits(&w), 8);
    cr_assert_eq(monitor_total(w.monitor)->hits, 10);
    cr_assert_eq(monitor_total(w.monitor)->future, 2);
    watched_done(&w);
}

Test(monitor, has_totals_that_begin_and_end_with_lines_that_are_believed)
{
    watched_init(&w, 10, 60, T, false);
    const struct tally *t = monitor_total(w.monitor);
    watched_hits(&w, YEAR_2999, 1);
    cr_assert_eq(t->last, YEAR_2999, "there is nothing else");
    feed_hit(w.batch, YEAR_2999);
    feed_hit(w.batch, T - 5);
    feed_hit(w.batch, T);
    feed_hit(w.batch, YEAR_2999);
    feed_hit(w.batch, T - 500);
    watched_send(&w);
    cr_assert_eq(t->first, T - 500, "one that is late is believed");
    cr_assert_eq(t->last, T);
    watched_hits(&w, YEAR_2999, 9);
    cr_assert_eq(t->last, T);
    cr_assert_eq(t->future, 12);
    watched_hits(&w, YEAR_2999 + 1, 1);
    cr_assert_eq(t->first, T - 500);
    cr_assert_eq(t->last, YEAR_2999 + 1, "ten that agree are believed");
    cr_assert_eq(t->future, 3);
    watched_done(&w);
}

Test(monitor, believes_what_is_a_day_ahead_of_either_clock)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T + 86400, 1);
    cr_assert_eq(monitor_log_second(w.monitor), T + 86400);
    watched_hits(&w, T + 2 * 86400, 1);
    cr_assert_eq(monitor_log_second(w.monitor), T + 2 * 86400);
    watched_hits(&w, T + 3 * 86400 + 1, 1);
    cr_assert_eq(monitor_log_second(w.monitor), T + 2 * 86400);
    cr_assert_eq(monitor_total(w.monitor)->future, 1);
    watched_done(&w);
}

Test(monitor, believes_ten_far_lines_that_agree)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 20);
    watched_hits(&w, YEAR_2999 + 40, 1);
    watched_hits(&w, YEAR_2999, 8);
    cr_assert_eq(monitor_log_second(w.monitor), T);
    feed_request(w.batch, YEAR_2999 + 50, "/far", "10.0.0.1", 404, 100);
    watched_send(&w);
    cr_assert_eq(monitor_log_second(w.monitor), YEAR_2999 + 50);
    cr_assert_eq(watched_window_hits(&w), 10, "those ten; the others are centuries old");
    struct top_row rows[4];
    cr_assert_eq(monitor_window_sections(w.monitor, TOP_BY_HITS, rows, 4), 1);
    cr_assert(text_same(rows[0].key, TEXT("/far")));
    watched_hits(&w, YEAR_2999 + 51, 5);
    cr_assert_eq(watched_window_hits(&w), 15);
    cr_assert_eq(monitor_total(w.monitor)->hits, 35);
    watched_done(&w);
}

Test(monitor, keeps_the_section_of_a_far_line_whose_batch_is_gone)
{
    watched_init(&w, 10, 60, T, false);
    for (int i = 0; i < 10; i++) {
        feed_request(w.batch, YEAR_2999, i % 2 ? "/odd" : "/even", "10.0.0.1", 500, 1);
        watched_send(&w);
        memset(w.batch->bytes, 'x', 100);
    }
    struct top_row rows[4];
    cr_assert_eq(monitor_window_sections(w.monitor, TOP_BY_HITS, rows, 4), 2);
    cr_assert(text_same(rows[0].key, TEXT("/even")));
    cr_assert_eq(rows[0].counts.errors, 5);
    cr_assert(text_same(rows[1].key, TEXT("/odd")));
    struct monitor_window window;
    monitor_window(w.monitor, &window);
    cr_assert_eq(window.visitors, 1);
    cr_assert_eq(window.bytes, 10);
    cr_assert_eq(window.classes[5], 10);
    watched_done(&w);
}

Test(monitor, forgets_far_lines_when_a_believable_one_comes_between)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 1);
    for (int i = 0; i < 5; i++) {
        watched_hits(&w, YEAR_2999, 9);
        watched_hits(&w, T, 1);
    }
    cr_assert_eq(monitor_log_second(w.monitor), T);
    cr_assert_eq(monitor_total(w.monitor)->future, 45);
    watched_done(&w);
}

Test(monitor, forgets_far_lines_that_disagree)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 1);
    for (int i = 0; i < 50; i++)
        watched_hits(&w, YEAR_2999 + (i % 2) * 86401, 1);
    cr_assert_eq(monitor_log_second(w.monitor), T);
    watched_done(&w);
}

/* ---- a clock set back ---- */

Test(monitor, steps_back_when_only_late_lines_come_for_a_windows_length)
{
    watched_init(&w, 10, 120, T, false);
    watched_hits(&w, T, 50);
    int64_t behind = T - 3600;
    watched_hits(&w, behind, 1);
    for (int i = 1; i < 120; i++) {
        watched_wait(&w, 1);
        watched_hits(&w, behind + i, 1);
    }
    cr_assert_eq(monitor_total(w.monitor)->late, 120);
    cr_assert_eq(monitor_log_second(w.monitor), T + 119);
    watched_wait(&w, 1);
    watched_hits(&w, behind + 120, 1);
    cr_assert_eq(monitor_log_second(w.monitor), behind + 120);
    cr_assert_eq(monitor_total(w.monitor)->late, 120,
                 "the line that set the clock is in its window");
    cr_assert_eq(watched_window_hits(&w), 1);
    watched_done(&w);
}

Test(monitor, waits_a_minute_and_ten_lines_before_it_steps_back)
{
    watched_init(&w, 10, 1, T, false);
    watched_hits(&w, T, 1);
    for (int i = 0; i < 9; i++) {
        watched_hits(&w, 1000 + i, 1);
        watched_wait(&w, 100);
    }
    cr_assert_eq(monitor_log_second(w.monitor), T + 900, "but nine");
    watched_hits(&w, 2000, 1);
    cr_assert_eq(monitor_log_second(w.monitor), 2000);
    watched_hits(&w, 1500, 30);
    watched_wait(&w, 59);
    watched_hits(&w, 1500, 1);
    cr_assert_eq(monitor_log_second(w.monitor), 2059, "but 59 s");
    watched_done(&w);
}

Test(monitor, does_not_step_back_while_anything_inside_the_window_comes)
{
    watched_init(&w, 10, 60, T, false);
    for (int i = 0; i < 300; i++) {
        watched_hits(&w, T + i - (i % 50 ? 4000 : 0), 1);
        watched_wait(&w, 1);
    }
    cr_assert_eq(monitor_log_second(w.monitor), T + 300);
    watched_done(&w);
}

/* ---- lines without a time ---- */

Test(monitor, counts_lines_without_a_time_when_they_are_read)
{
    watched_init(&w, 1, 10, T, false);
    for (int i = 0; i < 30; i++)
        feed_hit(w.batch, 0)->has = 0;
    watched_send(&w);
    cr_assert_eq(watched_window_hits(&w), 30);
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, T);
    watched_wait(&w, 10);
    cr_assert_eq(w.alert_count, 2);
    cr_assert_eq(w.alerts[1].recovered_at, T + 10);
    cr_assert_eq(monitor_total(w.monitor)->timed, 0);
    watched_done(&w);
}

Test(monitor, gives_a_clock_of_its_own_up_for_the_first_line_with_a_time)
{
    watched_init(&w, 10, 60, T, false);
    feed_hit(w.batch, 0)->has = 0;
    watched_send(&w);
    watched_hits(&w, 5000, 2);
    cr_assert_eq(monitor_log_second(w.monitor), 5000);
    cr_assert_eq(watched_window_hits(&w), 2);
    feed_hit(w.batch, 0)->has = 0;
    watched_send(&w);
    cr_assert_eq(watched_window_hits(&w), 3);
    watched_done(&w);
}
