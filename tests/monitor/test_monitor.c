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
    monitor_finish(w.monitor, MONITOR_STOPPED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.update_count, 0);
    w.batch->lines.read = 1; /* a rejected line is one */
    w.batch->lines.rejected = 1;
    watched_send(&w);
    monitor_finish(w.monitor, MONITOR_STOPPED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.update_count, 1);
    cr_assert_eq(w.last_ns, 4 * NS_PER_S);
    cr_assert_eq(w.update_lines, 1);
    watched_done(&w);
}

Test(monitor, judges_the_last_second_once_the_input_has_ended)
{
    watched_init(&w, 0.5, 60, T, false);
    watched_hits(&w, T - 100, 91);
    cr_assert_eq(w.alert_count, 0, "more may come in that second");
    monitor_finish(w.monitor, MONITOR_INPUT_ENDED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, T - 100);
    cr_assert_eq(w.alerts[0].hits, 91);
    watched_done(&w);

    watched_init(&w, 0.5, 60, T, false);
    watched_hits(&w, T, 40);
    watched_hits(&w, T + 60, 1);
    cr_assert_eq(w.alert_count, 1);
    monitor_finish(w.monitor, MONITOR_INPUT_ENDED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.alert_count, 2);
    cr_assert(w.alerts[1].recovered);
    cr_assert_eq(w.alerts[1].recovered_at, T + 60);
    watched_done(&w);
}

Test(monitor, takes_the_last_second_for_a_part_of_one_after_a_stop)
{
    watched_init(&w, 0.5, 60, T, false);
    watched_hits(&w, T, 91);
    monitor_finish(w.monitor, MONITOR_STOPPED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.alert_count, 1, "what is too much already stays so");
    watched_done(&w);

    watched_init(&w, 0.5, 60, T, false);
    watched_hits(&w, T, 40);
    watched_hits(&w, T + 60, 1);
    monitor_finish(w.monitor, MONITOR_STOPPED, w.now_ns, w.wall_ns);
    cr_assert_eq(w.alert_count, 1, "more lines might still have come");
    watched_done(&w);
}

static void stop_with_rules(enum monitor_end how)
{
    static const struct rule_spec rules[] = {
        {.name = "many",
         .level = {RULE_AMOUNT, 2, 1, 1, 0},
         .recover = {RULE_AMOUNT, 2, 1, 1, 0},
         .window_s = 10,
         .per = FIELD_COUNT},
        {.name = "few",
         .side = RULE_BELOW,
         .level = {RULE_AMOUNT, 5, 1, 1, 0},
         .recover = {RULE_AMOUNT, 5, 1, 1, 0},
         .window_s = 1,
         .per = FIELD_COUNT},
        {.name = "share",
         .metric = RULE_ERRORS,
         .level = {RULE_SHARE, 10, 100, 1, 0},
         .recover = {RULE_SHARE, 10, 100, 1, 0},
         .window_s = 10,
         .per = FIELD_COUNT},
    };
    watched_init(&w, 1000, 60, T, false);
    monitor_free(w.monitor);
    struct monitor_options o = {.rule = {"high traffic", 1000, 60},
                                .rules = rules,
                                .rule_count = 3,
                                .update_ns = 10 * NS_PER_S};
    w.monitor = monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
    for (int i = 0; i < 3; i++)
        feed_status(feed_hit(w.batch, T), 500);
    watched_send(&w);
    monitor_finish(w.monitor, how, w.now_ns, w.wall_ns);
    watched_done(&w);
}

Test(monitor, fires_after_a_stop_only_by_rules_that_more_lines_could_not_undo)
{
    stop_with_rules(MONITOR_STOPPED);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_str_eq(w.alerts[0].rule, "many");
    stop_with_rules(MONITOR_INPUT_ENDED);
    cr_assert_eq(w.alert_count, 3);
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
    monitor_finish(w.monitor, MONITOR_STOPPED, w.now_ns, w.wall_ns);
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
