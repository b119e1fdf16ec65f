#include "monitor/watched.h"

enum { T = 1600000000 };

static struct watched w;

Test(monitor, has_the_wall_clock_before_the_first_hit)
{
    watched_init(&w, 10, 120, T, false);
    cr_assert_not(monitor_has_clock(w.monitor));
    cr_assert_eq(monitor_log_second(w.monitor), T);
    watched_wait(&w, 3);
    cr_assert_eq(monitor_log_second(w.monitor), T + 3);
    cr_assert_eq(monitor_interval_end(w.monitor), INT64_MIN);
    watched_done(&w);
}

Test(monitor, follows_the_log_in_whatever_year_it_is)
{
    watched_init(&w, 10, 120, T, false);
    watched_hits(&w, 1000000, 5);
    cr_assert(monitor_has_clock(w.monitor));
    cr_assert_eq(monitor_log_second(w.monitor), 1000000);
    watched_wait(&w, 7);
    cr_assert_eq(monitor_log_second(w.monitor), 1000007, "time passes while nothing comes");
    watched_hits(&w, 1000007, 1);
    watched_hits(&w, 1000009, 1);
    cr_assert_eq(monitor_log_second(w.monitor), 1000009, "a newer event moves it on at once");
    watched_pass(&w, NS_PER_S - 1);
    cr_assert_eq(monitor_log_second(w.monitor), 1000009, "the second began with that event");
    watched_pass(&w, 1);
    cr_assert_eq(monitor_log_second(w.monitor), 1000010);
    watched_done(&w);
}

Test(monitor, does_not_step_back_for_a_line_out_of_order)
{
    watched_init(&w, 10, 120, T, false);
    watched_hits(&w, 1000, 1);
    watched_hits(&w, 990, 1);
    cr_assert_eq(monitor_log_second(w.monitor), 1000);
    cr_assert_eq(watched_window_hits(&w), 2);
    watched_done(&w);
}

Test(monitor, fires_when_the_second_is_over_and_recovers_when_traffic_stops)
{
    watched_init(&w, 10, 10, T, false);
    watched_hits(&w, T, 100);
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 0, "100 hits in 10 s are but equal to the level");
    watched_hits(&w, T + 1, 1);
    cr_assert_eq(w.alert_count, 0, "the second is not over");
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, T + 1);
    cr_assert_eq(w.alerts[0].hits, 101);
    watched_wait(&w, 8);
    cr_assert_eq(w.alert_count, 1);
    watched_wait(&w, 2);
    cr_assert_eq(w.alert_count, 2);
    cr_assert(w.alerts[1].recovered);
    cr_assert_eq(w.alerts[1].recovered_at, T + 10, "the first hundred have left the window");
    cr_assert_eq(w.alerts[1].recovered_hits, 1);
    cr_assert_eq(w.alerts[1].id, w.alerts[0].id);
    const struct monitor_alert *kept;
    cr_assert_eq(monitor_alerts(w.monitor, &kept), 1);
    cr_assert(kept[0].recovered);
    watched_done(&w);
}

Test(monitor, recovers_inside_a_gap_that_the_next_line_reveals)
{
    watched_init(&w, 1, 60, T, false);
    watched_hits(&w, 5000, 100);
    watched_hits(&w, 5000 + 80000, 1); /* without a tick in between */
    cr_assert_eq(w.alert_count, 2);
    cr_assert_eq(w.alerts[0].triggered_at, 5000);
    cr_assert_eq(w.alerts[1].recovered_at, 5060);
    cr_assert_eq(w.alerts[1].recovered_hits, 0);
    watched_done(&w);
}

Test(monitor, counts_late_lines_in_the_totals_only)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 1);
    watched_hits(&w, T - 59, 1);
    watched_hits(&w, T - 60, 3);
    cr_assert_eq(watched_window_hits(&w), 2);
    cr_assert_eq(monitor_total(w.monitor)->hits, 5);
    cr_assert_eq(monitor_total(w.monitor)->late, 3);
    watched_wait(&w, 10);
    cr_assert_eq(monitor_interval(w.monitor)->late, 3);
    watched_done(&w);
}

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
    cr_assert_eq(monitor_window_sections(w.monitor, rows, 4), 1);
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
    cr_assert_eq(monitor_window_sections(w.monitor, rows, 4), 2);
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

/* ---- the past ---- */

Test(monitor, keeps_lines_of_the_past_out_of_the_updates)
{
    watched_init(&w, 1000, 60, T, false);
    watched_past(&w, T - 5, 40);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns);
    watched_hits(&w, T, 2);
    watched_wait(&w, 10);
    cr_assert_eq(w.update_count, 1);
    cr_assert_eq(w.update_hits, 2);
    cr_assert_eq(watched_window_hits(&w), 42);
    cr_assert_eq(monitor_total(w.monitor)->hits, 42);
    cr_assert_eq(monitor_backfilled(w.monitor), 40);
    watched_done(&w);
}

Test(monitor, stands_at_the_newest_event_and_the_time_since_the_file_was_written)
{
    watched_init(&w, 1000, 60, T, false);
    watched_past(&w, 7000, 40);
    watched_wait(&w, 20); /* time does not pass while the past is read */
    watched_past(&w, 7010, 2);
    cr_assert_eq(monitor_log_second(w.monitor), 7010);
    cr_assert_eq(watched_window_hits(&w), 42);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns - 30 * NS_PER_S - NS_PER_S / 2);
    cr_assert_eq(monitor_log_second(w.monitor), 7040);
    watched_pass(&w, NS_PER_S / 2);
    cr_assert_eq(monitor_log_second(w.monitor), 7041, "the half second was not forgotten");
    watched_wait(&w, 60);
    cr_assert_eq(watched_window_hits(&w), 0);
    watched_done(&w);
}

Test(monitor, opens_an_old_file_quietly)
{
    watched_init(&w, 1, 60, T, false);
    watched_past(&w, T - 100000, 5000);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns - 100000 * NS_PER_S);
    cr_assert_eq(w.alert_count, 0);
    cr_assert_eq(monitor_log_second(w.monitor), T);
    const struct monitor_alert *kept;
    cr_assert_eq(monitor_alerts(w.monitor, &kept), 0);
    watched_hits(&w, T, 100);
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].id, 1, "what was not told has no number");
    watched_done(&w);
}

Test(monitor, tells_after_the_past_what_still_fires_with_its_own_times)
{
    watched_init(&w, 1, 60, T, false);
    watched_past(&w, T - 3, 100);
    watched_past(&w, T - 1, 1);
    cr_assert_eq(w.alert_count, 0);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns - NS_PER_S);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, T - 3);
    cr_assert_eq(w.alerts[0].hits, 100);
    cr_assert_not(w.alerts[0].recovered);
    watched_wait(&w, 60);
    cr_assert_eq(w.alert_count, 2);
    cr_assert_eq(w.alerts[1].recovered_at, T - 3 + 60);
    watched_done(&w);
}

Test(monitor, tells_the_past_when_asked)
{
    watched_init(&w, 1, 60, T, true);
    watched_past(&w, T - 1000, 100);
    watched_past(&w, T - 500, 1);
    cr_assert_eq(w.alert_count, 2);
    cr_assert_eq(w.alerts[0].triggered_at, T - 1000);
    cr_assert_eq(w.alerts[1].recovered_at, T - 940);
    watched_done(&w);
}

Test(monitor, has_no_clock_after_a_past_without_lines)
{
    watched_init(&w, 1, 60, T, false);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns - 1000 * NS_PER_S);
    cr_assert_not(monitor_has_clock(w.monitor));
    watched_wait(&w, 5);
    cr_assert_eq(monitor_log_second(w.monitor), T + 5);
    watched_done(&w);
}

/* ---- intervals ---- */

Test(monitor, updates_every_interval_also_an_empty_one_and_never_drifts)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 3);
    for (int i = 0; i < 40; i++)
        watched_pass(&w, NS_PER_S * 3 / 2 / 2); /* 0.75 s */
    cr_assert_eq(w.update_count, 3);
    cr_assert_eq(w.last_ns, 10 * NS_PER_S);
    cr_assert_eq(w.last_hits, 0);
    cr_assert_eq(w.update_hits, 3);
    cr_assert_eq(w.last_end, T + 30);
    watched_pass(&w, 10 * NS_PER_S - 1);
    cr_assert_eq(w.update_count, 3);
    watched_pass(&w, 1);
    cr_assert_eq(w.update_count, 4);
    watched_done(&w);
}

Test(monitor, covers_a_pause_of_the_process_with_one_interval_of_its_length)
{
    watched_init(&w, 10, 60, T, false);
    watched_hits(&w, T, 3);
    watched_pass(&w, 47 * NS_PER_S);
    cr_assert_eq(w.update_count, 1);
    cr_assert_eq(w.last_ns, 40 * NS_PER_S);
    watched_pass(&w, 3 * NS_PER_S);
    cr_assert_eq(w.update_count, 2, "the grid stays");
    cr_assert_eq(w.last_ns, 10 * NS_PER_S);
    watched_done(&w);
}

Test(monitor, takes_a_new_length_from_the_next_interval_on)
{
    watched_init(&w, 10, 60, T, false);
    monitor_set_update(w.monitor, 2 * NS_PER_S);
    cr_assert_eq(monitor_update_ns(w.monitor), 2 * NS_PER_S);
    watched_wait(&w, 9);
    cr_assert_eq(w.update_count, 0);
    watched_wait(&w, 1);
    cr_assert_eq(w.update_count, 1);
    watched_wait(&w, 4);
    cr_assert_eq(w.update_count, 3);
    cr_assert_eq(w.last_ns, 2 * NS_PER_S);
    watched_done(&w);
}

Test(monitor, ends_a_started_interval_only_if_it_holds_a_line)
{
    watched_init(&w, 10, 60, T, false);
    watched_wait(&w, 4);
    monitor_finish(w.monitor, w.now_ns, w.wall_ns);
    cr_assert_eq(w.update_count, 0);
    w.batch->lines.read = 1; /* a rejected line is one */
    w.batch->lines.rejected = 1;
    watched_send(&w);
    monitor_finish(w.monitor, w.now_ns, w.wall_ns);
    cr_assert_eq(w.update_count, 1);
    cr_assert_eq(w.last_ns, 4 * NS_PER_S);
    cr_assert_eq(w.update_lines, 1);
    watched_done(&w);
}

Test(monitor, has_each_live_line_in_exactly_one_update)
{
    struct random_numbers r = {1};
    watched_init(&w, 10, 60, T, false);
    uint64_t sent = 0;
    for (int i = 0; i < 500; i++) {
        unsigned hits = (unsigned)random_below(&r, 30);
        watched_hits(&w, T + (int64_t)random_below(&r, 300), hits);
        sent += hits;
        watched_pass(&w, (int64_t)random_below(&r, 4) * NS_PER_S / 2);
        cr_assert_eq(monitor_total(w.monitor)->hits, sent, "the running interval is in the total");
    }
    monitor_finish(w.monitor, w.now_ns, w.wall_ns);
    cr_assert_eq(w.update_hits, sent);
    watched_done(&w);
}

/* ---- sources and rejected lines ---- */

Test(monitor, knows_how_each_source_fares)
{
    const struct monitor_source *s;
    watched_init(&w, 10, 60, T, false);
    watched_notice(&w, 1, NOTICE_WAITING, "/b.log", 0);
    watched_notice(&w, 0, NOTICE_OPENED, "/a.log", 0);
    watched_notice(&w, 0, NOTICE_FORMAT, "combined", 0);
    cr_assert_eq(monitor_sources(w.monitor, &s), 2);
    cr_assert_str_eq(s[0].path, "/a.log");
    cr_assert_str_eq(s[0].format, "combined");
    cr_assert_eq(s[0].state, NOTICE_OPENED);
    cr_assert_eq(s[1].state, NOTICE_WAITING);
    cr_assert_str_eq(s[1].path, "/b.log");
    watched_notice(&w, 0, NOTICE_ROTATED, "", 0);
    watched_notice(&w, 0, NOTICE_ERROR, "permission denied", 0);
    watched_notice(&w, 1, NOTICE_LOSS, "", 0);
    cr_assert_eq(monitor_sources(w.monitor, &s), 2);
    cr_assert_eq(s[0].rotations, 1);
    cr_assert_eq(s[0].state, NOTICE_ERROR);
    cr_assert_str_eq(s[0].problem, "permission denied");
    cr_assert_str_eq(s[0].path, "/a.log");
    cr_assert_eq(s[1].losses, 1);
    cr_assert_eq(monitor_losses(w.monitor), 1);
    watched_notice(&w, 0, NOTICE_OPENED, "/a.log", 0);
    cr_assert_str_eq(s[0].problem, "");
    w.batch->source = 1;
    w.batch->behind = 77;
    watched_send(&w);
    cr_assert_eq(s[1].behind, 77);
    cr_assert_eq(w.notice_count, 7);
    watched_done(&w);
}

Test(monitor, keeps_the_last_rejected_lines_newest_first)
{
    const struct monitor_reject *kept;
    watched_init(&w, 10, 60, T, false);
    char line[600];
    memset(line, 'z', sizeof line);
    for (int i = 0; i < 40; i++) {
        line[0] = (char)('A' + i);
        struct span span = feed_bytes(w.batch, line, i % 2 ? sizeof line : 5);
        w.batch->rejects[0] = (struct reject){span, (uint32_t)i, "no date"};
        w.batch->reject_count = 1;
        watched_send(&w);
    }
    cr_assert_eq(monitor_rejects(w.monitor, &kept), MONITOR_REJECTS_KEPT);
    for (int i = 0; i < MONITOR_REJECTS_KEPT; i++) {
        cr_assert_eq(kept[i].line.at[0], 'A' + 39 - i);
        cr_assert_eq(kept[i].line.len, (39 - i) % 2 ? 512 : 5);
        cr_assert_eq(kept[i].column, 39 - i);
    }
    watched_done(&w);
}
