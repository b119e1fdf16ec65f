/* test_snapshot.c - what the monitor knows, as plain figures that outlive it. */
#include "base/clock.h"
#include "model/snapshot.h"
#include "monitor/feed.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { T = 1431857103, WINDOW = 10, ABOVE = 1 };

static struct monitor *monitor;
static struct batch *batch;
static int64_t now_ns;

static void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx, (void)m, (void)e;
}

static int64_t wall_ns(void)
{
    return T * NS_PER_S + now_ns;
}

static void start(void)
{
    struct monitor_options o = {
        .rule = {.name = "high traffic", .above = ABOVE, .window_s = WINDOW},
        .update_ns = 5 * NS_PER_S,
        .wanted = DIMENSION_EVERY};
    now_ns = 0;
    monitor = monitor_new(&o, (struct monitor_sink){no_event, NULL}, now_ns, wall_ns());
    batch = batch_new();
}

static void send(void)
{
    monitor_batch(monitor, batch, now_ns, wall_ns());
    batch_clear(batch);
    batch->behind = 0;
}

static void pass(int64_t seconds)
{
    while (seconds--) {
        now_ns += NS_PER_S;
        monitor_tick(monitor, now_ns, wall_ns());
    }
}

static void notice(enum notice_kind kind, const char *text)
{
    batch->kind = BATCH_NOTICE;
    batch->notice.kind = kind;
    snprintf(batch->notice.text, sizeof(batch->notice.text), "%s", text);
    send();
}

static struct snapshot *taken(void)
{
    struct snapshot_limits limits = {.top = 100, .series = 60};
    return snapshot_of_monitor(monitor, limits, wall_ns());
}

static void stop(void)
{
    monitor_free(monitor);
    batch_free(batch);
}

/* Hits of /a at the present second. */
static void hits(unsigned count)
{
    while (count--)
        feed_request(batch, T + now_ns / NS_PER_S, "/a", "10.0.0.1", 200, 100);
    send();
}

Test(snapshot, of_a_monitor_that_has_seen_nothing_is_empty_and_whole)
{
    start();
    struct snapshot *s = taken();
    stop();
    cr_assert(!s->has_clock);
    cr_assert(!s->has_interval);
    cr_assert_eq(s->total.hits, 0);
    cr_assert_eq(s->hits_per_second, 0);
    cr_assert_eq(s->overall, OVERALL_OK);
    cr_assert_eq(s->alert_count + s->reject_count + s->source_count, 0);
    cr_assert_eq(s->threshold, ABOVE);
    cr_assert_eq(s->window.seconds, WINDOW);
    cr_assert_eq(s->update_s, 5);
    cr_assert_str_eq(s->notice, "");
    snapshot_drop(s);
}

Test(snapshot, holds_copies_that_outlive_monitor_and_batch)
{
    start();
    feed_request(batch, T, "/blog", "10.0.0.1", 200, 1000);
    feed_request(batch, T, "/\x1b[31m", "10.0.0.2", 404, 1);
    feed_request(batch, T, "/blog", "10.0.0.1", 503, 500);
    send();
    pass(6);
    struct snapshot *s = taken();
    stop();
    cr_assert(s->has_clock && s->has_interval);
    for (int i = 0; i < 2; i++) {
        const struct figures *f = i ? &s->interval : &s->total;
        cr_assert_eq(f->hits, 3);
        cr_assert_eq(f->bytes, 1501);
        cr_assert_eq(f->visitors, 2);
        cr_assert(f->visitors_known);
        cr_assert_eq(f->status[200], 1);
        cr_assert_eq(f->classes[2], 1);
        cr_assert_eq(f->classes[4], 1);
        cr_assert_eq(f->classes[5], 1);
        cr_assert(!f->request_time.known);
        const struct top_list *sections = &f->top[DIMENSION_SECTIONS];
        cr_assert(sections->wanted);
        cr_assert_eq(sections->count, 2);
        cr_assert(text_same(sections->rows[0].name, TEXT("/blog")));
        cr_assert_eq(sections->rows[0].hits, 2);
        cr_assert_eq(sections->rows[0].errors, 1);
        cr_assert(text_same(sections->rows[1].name, TEXT("/\x1b[31m")), "raw bytes");
        cr_assert_eq(sections->rows[1].client_errors, 1);
    }
    cr_assert_float_eq(s->interval_s, 5, 0.001);
    cr_assert_eq(s->window.hits, 3);
    cr_assert_float_eq(s->window_rate, 0.3, 1e-9);
    cr_assert_eq(s->window_sections.count, 2);
    snapshot_drop(s);
}

Test(snapshot, series_ends_with_the_running_second)
{
    start();
    hits(3);
    pass(1);
    hits(4);
    pass(1);
    hits(5);
    struct snapshot *s = taken();
    stop();
    cr_assert_geq(s->series_count, 3);
    cr_assert_eq(s->series[s->series_count - 1], 5);
    cr_assert_eq(s->series[s->series_count - 2], 4);
    cr_assert_eq(s->series[s->series_count - 3], 3);
    cr_assert_eq(s->live_hits, 4, "the last whole second");
    cr_assert_float_eq(s->whole_rate, 7 / 10.0, 1e-9, "without the running second: %g", s->whole_rate);
    snapshot_drop(s);
}

Test(snapshot, goes_from_ok_to_alert_to_recovered_and_back_to_ok)
{
    start();
    hits(11);
    pass(1);
    struct snapshot *s = taken();
    cr_assert_eq(s->overall, OVERALL_ALERT);
    cr_assert_eq(s->alert_count, 1);
    cr_assert_eq(s->alerts[0].hits, 11);
    cr_assert_float_eq(s->alerts[0].rate, 1.1, 1e-9);
    cr_assert(!s->alerts[0].recovered);
    cr_assert_str_eq(s->alerts[0].recovered_message, "");
    snapshot_drop(s);
    pass(WINDOW);
    s = taken();
    cr_assert_eq(s->overall, OVERALL_RECOVERED);
    cr_assert(s->alerts[0].recovered);
    cr_assert_eq(s->alerts[0].recovered_at, T + WINDOW);
    snapshot_drop(s);
    pass(WINDOW);
    s = taken();
    cr_assert_eq(s->overall, OVERALL_OK);
    cr_assert_eq(s->alert_count, 1, "it is not forgotten");
    snapshot_drop(s);
    stop();
}

Test(snapshot, words_an_alert_exactly)
{
    struct alert_figures out;
    struct monitor_alert a = {.rule = "high traffic",
                              .triggered_at = T,
                              .hits = 1203,
                              .peak_hits = 3744,
                              .window_s = 120};
    alert_figures_of(&out, &a);
    cr_assert_str_eq(
        out.message,
        "High traffic generated an alert - hits = 1203, triggered at 2015-05-17T10:05:03Z");
    cr_assert_float_eq(out.rate, 10.025, 1e-9);
    cr_assert_float_eq(out.peak_rate, 31.2, 1e-9);
    a.recovered = true;
    a.recovered_at = T + 112;
    a.recovered_hits = 1199;
    alert_figures_of(&out, &a);
    cr_assert_str_eq(out.recovered_message, "High traffic alert recovered at 2015-05-17T10:06:55Z");
    cr_assert_float_eq(out.recovered_rate, 1199 / 120.0, 1e-9);
}

Test(snapshot, says_what_is_wrong_with_a_source_until_it_is_well)
{
    static const struct {
        enum notice_kind kind;
        const char *text, *says;
    } rows[] = {
        {NOTICE_WAITING, "/a.log", "/a.log: waiting for it to appear"},
        {NOTICE_OPENED, "/a.log", ""},
        {NOTICE_NO_FORMAT, "no known format fits; nearest is common",
         "/a.log: no known format fits; nearest is common"},
        {NOTICE_FORMAT, "combined: fits 10 of the first 10 lines", ""},
        {NOTICE_ERROR, "cannot read /a.log: Permission denied",
         "cannot read /a.log: Permission denied"},
        {NOTICE_OPENED, "/a.log", ""},
    };
    start();
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        notice(rows[i].kind, rows[i].text);
        struct snapshot *s = taken();
        cr_assert_str_eq(s->notice, rows[i].says);
        snapshot_drop(s);
    }
    struct snapshot *s = taken();
    stop();
    cr_assert_eq(s->source_count, 1);
    cr_assert_str_eq(s->sources[0].path, "/a.log");
    cr_assert_str_eq(s->sources[0].format, "combined");
    snapshot_drop(s);
}

Test(snapshot, words_a_notice_once_with_its_source)
{
    static const struct {
        struct notice notice;
        const char *path, *says;
    } rows[] = {
        {{.kind = NOTICE_TRUNCATED, .text = "/a.log"},
         "/a.log",
         "/a.log: shrank, and is read again from its start"},
        {{.kind = NOTICE_LOSS, .text = "/a.log: rewritten; lines may be lost"},
         "/a.log",
         "/a.log: rewritten; lines may be lost"},
        {{.kind = NOTICE_FORMAT, .text = "combined: fits 1 of 1"},
         "/a.log",
         "/a.log: combined: fits 1 of 1"},
        {{.kind = NOTICE_ENDED, .text = "standard input has ended"},
         "",
         "standard input has ended"},
        {{.kind = NOTICE_POLLING}, "/a.log", "/a.log: is looked at now and then"},
    };
    start();
    struct snapshot *s = taken();
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snapshot_say(s, &rows[i].notice, rows[i].path);
        cr_assert_str_eq(s->notice, rows[i].says);
    }
    snapshot_drop(s);
    stop();
}

Test(snapshot, keeps_rejected_lines_with_reason_and_place)
{
    start();
    notice(NOTICE_OPENED, "/a.log");
    batch->rejects[0] = (struct reject){
        .line = feed_bytes(batch, "junk\x1b", 5), .column = 3, .reason = "not a request"};
    batch->reject_count = 1;
    batch->lines = (struct line_counts){.read = 1, .rejected = 1};
    batch->behind = 4711;
    send();
    struct snapshot *s = taken();
    stop();
    cr_assert_eq(s->reject_count, 1);
    cr_assert(text_same(s->rejects[0].line, TEXT("junk\x1b")));
    cr_assert(text_same(s->rejects[0].reason, TEXT("not a request")));
    cr_assert_eq(s->rejects[0].column, 3);
    cr_assert_str_eq(s->rejects[0].source, "/a.log");
    cr_assert_eq(s->behind, 4711);
    cr_assert_eq(s->total.lines.rejected, 1);
    snapshot_drop(s);
}

Test(snapshot, rate_of_a_whole_log_counts_both_end_seconds)
{
    struct tally *t = tally_new(DIMENSION_EVERY, false, 0);
    batch = batch_new();
    feed_hit(batch, T);
    feed_hit(batch, T + 9);
    tally_add(t, batch);
    struct alert_rule rule = {.name = "high traffic", .above = 10, .window_s = 120};
    struct alert_figures alerts[] = {{.id = 1, .recovered = true}, {.id = 2}};
    struct snapshot *s = snapshot_of_tally(t, (struct snapshot_limits){0}, alerts, 2, &rule);
    tally_free(t);
    batch_free(batch);
    cr_assert_float_eq(s->hits_per_second, 0.2, 1e-9);
    cr_assert_eq(s->total.first, T);
    cr_assert_eq(s->total.last, T + 9);
    cr_assert_eq(s->alert_count, 2);
    cr_assert_eq(s->alerts[1].id, 2, "in the order given");
    cr_assert_eq(s->overall, OVERALL_ALERT);
    cr_assert_eq(s->window.seconds, 0);
    snapshot_drop(s);
}

Test(snapshot, limits_lists_and_0_means_all)
{
    struct tally *t = tally_new(DIMENSION_BIT(DIMENSION_SECTIONS), false, 0);
    batch = batch_new();
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof(name), "/%d", i);
        feed_request(batch, T, name, "h", 200, 1);
    }
    tally_add(t, batch);
    struct alert_rule rule = {.above = 1, .window_s = 1};
    for (size_t limit = 0; limit < 60; limit += 7) {
        struct snapshot *s =
            snapshot_of_tally(t, (struct snapshot_limits){.top = limit}, NULL, 0, &rule);
        const struct top_list *list = &s->total.top[DIMENSION_SECTIONS];
        cr_assert_eq(list->count, limit && limit < 50 ? limit : 50);
        cr_assert_eq(list->distinct, 50);
        cr_assert(!s->total.top[DIMENSION_PATHS].wanted);
        snapshot_drop(s);
    }
    tally_free(t);
    batch_free(batch);
}
