/* A monitor that is saved and resumed again and again, beside one that is not: in the end both have
 * told and counted the same. */
#include "base/pack.h"
#include "monitor/logclock.h"
#include "monitor/rollup.h"
#include "monitor/save.h"
#include "monitor/watched.h"
#include <stdio.h>

enum { LOGS = 60, STEPS = 400, T = 1600000000 };

struct pair {
    struct watched whole, cut;
    struct random_numbers random;
    unsigned resumed;
};

/* A hit of now, for both; `down`: the one that is cut reads it later, as backfill. */
static void hit(struct pair *p, unsigned sort, struct batch *later)
{
    static const char *const sections[] = {"/", "/blog", "/a-section-with-a-long-name", "/api"};
    char host[32];
    int64_t second = p->whole.wall_ns / NS_PER_S;
    snprintf(host, sizeof host, "10.0.0.%u", sort % 97);
    struct batch *batches[] = {p->whole.batch, later ? later : p->cut.batch};
    for (unsigned i = 0; i < 2; i++) {
        uint16_t status = (uint16_t)(sort % 7 ? 200 + sort % 5 : 500);
        struct entry *e =
            feed_request(batches[i], second, sections[sort % 4], host, status, sort % 1000);
        if (sort % 3)
            entry_set_number(e, FIELD_REQUEST_TIME, sort * 1000);
    }
    watched_send(&p->whole);
    if (!later)
        watched_send(&p->cut);
}

static void pass(struct pair *p, int64_t ns, bool both)
{
    watched_pass(&p->whole, ns);
    if (both) {
        watched_pass(&p->cut, ns);
    } else {
        p->cut.now_ns += ns;
        p->cut.wall_ns += ns;
    }
}

/* What is written while the one is down. */
static void downtime(struct pair *p, struct batch *later)
{
    unsigned steps = (unsigned)random_below(&p->random, 12);
    for (unsigned i = 0; i < steps; i++) {
        for (uint64_t n = random_below(&p->random, 12); n > 0; n--)
            hit(p, (unsigned)random_next(&p->random) & 0xffffff, later);
        pass(p, NS_PER_S * (int64_t)(1 + random_below(&p->random, 3)), false);
    }
}

static void expect_same_window(const struct watched *a, const struct watched *b, const char *when)
{
    struct monitor_window left, right;
    struct top_row rows[2][16];
    monitor_window(a->monitor, &left);
    monitor_window(b->monitor, &right);
    cr_assert_eq(left.hits, right.hits, "%s", when);
    cr_assert_eq(left.bytes, right.bytes, "%s", when);
    cr_assert_eq(left.visitors, right.visitors, "%s: %llu visitors, %llu when cut", when,
                 (unsigned long long)left.visitors, (unsigned long long)right.visitors);
    size_t count = monitor_window_sections(a->monitor, TOP_BY_HITS, rows[0], 16);
    cr_assert_eq(monitor_window_sections(b->monitor, TOP_BY_HITS, rows[1], 16), count, "%s", when);
    for (size_t i = 0; i < count; i++) {
        cr_assert(text_same(rows[0][i].key, rows[1][i].key), "%s", when);
        cr_assert_eq(memcmp(&rows[0][i].counts, &rows[1][i].counts, sizeof rows[0][i].counts), 0,
                     "%s: %.*s", when, (int)rows[0][i].key.len, rows[0][i].key.at);
    }
}

/* Everything that is saved goes through bytes, into a fresh monitor with another monotonic clock.
 */
static void cut_and_resume(struct pair *p)
{
    struct saved saved = {0};
    struct buf seconds = {0};
    int64_t first = 0, last = -1;
    struct watched old = p->cut;
    monitor_save(old.monitor, old.wall_ns, &saved);
    bool open = monitor_window_span(old.monitor, &first, &last);
    struct monitor_options o = {.rule = monitor_alert(old.monitor)->rule,
                                .update_ns = 10 * NS_PER_S,
                                .wanted = DIMENSION_EVERY,
                                .tell_past = true};
    p->cut.now_ns = (int64_t)random_below(&p->random, 1000) * NS_PER_S;
    p->cut.monitor =
        monitor_new(&o, (struct monitor_sink){watched_event, &p->cut}, p->cut.now_ns, old.wall_ns);
    for (size_t i = 0; i < saved.count; i++)
        monitor_load(p->cut.monitor, text_of(saved.parts[i].name), saved_bytes(&saved, i));
    monitor_resume(p->cut.monitor, p->cut.now_ns);
    for (int64_t s = rollup_floor(first, SAVED_WINDOW_SECONDS); open && s <= last;
         s += SAVED_WINDOW_SECONDS) {
        buf_clear(&seconds);
        if (monitor_save_window(old.monitor, s, &seconds))
            cr_assert(monitor_load_window(p->cut.monitor, s, buf_text(&seconds)));
    }
    expect_same_window(&old, &p->cut, "as it was kept");
    monitor_free(old.monitor);
    buf_done(&saved.bytes);
    buf_done(&seconds);
    struct batch *later = batch_new();
    downtime(p, later);
    later->backfill = true;
    monitor_batch(p->cut.monitor, later, p->cut.now_ns, p->cut.wall_ns);
    batch_free(later);
    watched_notice(&p->cut, 0, NOTICE_BACKFILLED, "", p->cut.wall_ns);
    p->resumed++;
}

static void expect_same_tops(const struct tally *a, const struct tally *b)
{
    for (unsigned d = 0; d < DIMENSION_COUNT; d++) {
        struct top_row left[128], right[128];
        size_t count = top_sorted(a->top[d], left, 128);
        cr_assert_eq(top_sorted(b->top[d], right, 128), count, "%s", dimension_key(d));
        for (size_t i = 0; i < count; i++) {
            cr_expect(text_same(left[i].key, right[i].key));
            cr_expect_eq(memcmp(&left[i].counts, &right[i].counts, sizeof left[i].counts), 0);
            cr_expect_eq(left[i].request_time != NULL, right[i].request_time != NULL);
        }
    }
}

static void expect_same_total(const struct watched *a, const struct watched *b)
{
    const struct tally *left = monitor_total(a->monitor), *right = monitor_total(b->monitor);
    cr_expect_eq(left->hits, right->hits);
    cr_expect_eq(left->bytes, right->bytes);
    cr_expect_eq(left->lines.read, right->lines.read);
    cr_expect_eq(left->late, right->late);
    cr_expect_eq(left->first, right->first);
    cr_expect_eq(left->last, right->last);
    cr_expect_eq(left->errors, right->errors);
    cr_expect_eq(memcmp(left->status, right->status, sizeof left->status), 0);
    cr_expect_eq(visitors_count(left->visitors), visitors_count(right->visitors));
    cr_expect_eq(latency_count(left->request_time), latency_count(right->request_time));
    cr_expect_eq(latency_percentile(left->request_time, 0.95),
                 latency_percentile(right->request_time, 0.95));
    expect_same_tops(left, right);
}

static void expect_same_alerts(const struct watched *a, const struct watched *b, unsigned log)
{
    cr_assert_eq(a->alert_count, b->alert_count, "log %u: %u alerts, %u when cut", log,
                 a->alert_count, b->alert_count);
    for (unsigned i = 0; i < a->alert_count; i++) {
        const struct monitor_alert *left = &a->alerts[i], *right = &b->alerts[i];
        cr_expect_eq(left->id, right->id, "log %u, alert %u", log, i);
        cr_expect_eq(left->triggered_at, right->triggered_at, "log %u, alert %u", log, i);
        cr_expect_eq(left->hits, right->hits, "log %u, alert %u", log, i);
        cr_expect_eq(left->peak_hits, right->peak_hits, "log %u, alert %u", log, i);
        cr_expect_eq(left->recovered, right->recovered, "log %u, alert %u", log, i);
        cr_expect_eq(left->recovered_at, right->recovered_at, "log %u, alert %u", log, i);
        cr_expect_eq(left->recovered_hits, right->recovered_hits, "log %u, alert %u", log, i);
        cr_expect_eq(left->window_s, right->window_s, "log %u, alert %u", log, i);
        cr_expect_eq(left->total, right->total, "log %u, alert %u", log, i);
        cr_expect_str_eq(left->rule, right->rule);
    }
}

static unsigned run(unsigned log)
{
    static struct pair p;
    p = (struct pair){.random = {log}};
    int64_t window = 1 + (int64_t)random_below(&p.random, 90);
    double above = 0.5 + (double)random_below(&p.random, 40) / 10;
    watched_init(&p.whole, above, window, T, true);
    watched_init(&p.cut, above, window, T, true);
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t busy = step / 40 % 2 ? 9 : 3;
        for (uint64_t n = random_below(&p.random, busy); n > 0; n--)
            hit(&p, (unsigned)random_next(&p.random) & 0xffffff, NULL);
        pass(&p, NS_PER_S * (int64_t)random_below(&p.random, step % 50 == 49 ? 100 : 3), true);
        if (random_below(&p.random, 25) == 0)
            cut_and_resume(&p);
        if (step % 10 == 9)
            expect_same_window(&p.whole, &p.cut, "later");
    }
    for (int64_t i = 0; i < window + 3; i++)
        pass(&p, NS_PER_S, true);
    cr_expect_gt(p.resumed, 3);
    expect_same_alerts(&p.whole, &p.cut, log);
    expect_same_total(&p.whole, &p.cut);
    unsigned alerts = p.whole.alert_count;
    watched_done(&p.whole);
    watched_done(&p.cut);
    return alerts;
}

Test(save, a_monitor_that_is_resumed_tells_and_counts_what_one_does_that_never_stopped)
{
    unsigned alerts = 0;
    for (unsigned log = 1; log <= LOGS; log++)
        alerts += run(log);
    cr_expect_gt(alerts, 300);
}

/* Of now, which it makes that second. */
static void one_hit(struct watched *w, int64_t second, const char *section, const char *host)
{
    int64_t ns = second * NS_PER_S - w->wall_ns;
    if (ns > 0)
        watched_pass(w, ns);
    feed_request(w->batch, second, section, host, 200, 10);
    watched_send(w);
}

/* A fresh one that was given what the window of `w` holds, minute by minute. */
static void resume_window(struct watched *fresh, const struct watched *w, int64_t window)
{
    struct saved saved = {0};
    struct buf seconds = {0};
    int64_t first, last;
    watched_init(fresh, 1e9, window, T, true);
    monitor_save(w->monitor, w->wall_ns, &saved);
    for (size_t i = 0; i < saved.count; i++)
        monitor_load(fresh->monitor, text_of(saved.parts[i].name), saved_bytes(&saved, i));
    monitor_resume(fresh->monitor, fresh->now_ns);
    cr_assert(monitor_window_span(w->monitor, &first, &last));
    for (int64_t s = rollup_floor(first, SAVED_WINDOW_SECONDS); s <= last; s += SAVED_WINDOW_SECONDS) {
        buf_clear(&seconds);
        if (monitor_save_window(w->monitor, s, &seconds))
            cr_assert(monitor_load_window(fresh->monitor, s, buf_text(&seconds)));
    }
    buf_done(&saved.bytes);
    buf_done(&seconds);
}

/* Sections are counted in stretches there, of which some lie in two minutes. */
Test(save, a_window_of_a_day_is_what_it_was)
{
    enum { DAY = 86400 };
    struct watched w;
    char section[32], host[32];
    watched_init(&w, 1e9, DAY, T, true);
    for (int i = 0; i < 20000; i++) {
        snprintf(section, sizeof section, "/%d", i % 9);
        snprintf(host, sizeof host, "10.0.0.%d", i * i % 251);
        one_hit(&w, T + (int64_t)i * (DAY + 9999) / 20000, section, host);
    }
    struct watched fresh;
    resume_window(&fresh, &w, DAY);
    expect_same_window(&w, &fresh, "a day");
    watched_done(&w);
    watched_done(&fresh);
}

/* What is kept of a window is bounded: the busiest sections, and visitors while they are all known. */
Test(save, of_a_flooded_window_the_busiest_sections_are_kept)
{
    struct watched w;
    struct top_row all[64], kept[64];
    struct buf minute = {0};
    char section[32], host[32];
    watched_init(&w, 1e9, 60, T, true);
    for (int i = 0; i < 40000; i++) {
        snprintf(section, sizeof section, "/%d", i % 4 ? i % 40 : i);
        snprintf(host, sizeof host, "10.%d.%d.0", i / 200, i % 200);
        one_hit(&w, T + i / 800, section, host);
    }
    struct watched fresh;
    resume_window(&fresh, &w, 60);
    size_t count = monitor_window_sections(w.monitor, TOP_BY_HITS, all, 30);
    cr_assert_eq(count, 30);
    cr_assert_geq(monitor_window_sections(fresh.monitor, TOP_BY_HITS, kept, 30), 30);
    for (size_t i = 0; i < count; i++) {
        cr_expect(text_same(all[i].key, kept[i].key), "row %zu", i);
        cr_expect_eq(memcmp(&all[i].counts, &kept[i].counts, sizeof all[i].counts), 0, "row %zu", i);
    }
    struct monitor_window window;
    monitor_window(fresh.monitor, &window);
    cr_expect_eq(window.visitors, 0, "a sketch is not kept");
    monitor_save_window(w.monitor, rollup_floor(T, SAVED_WINDOW_SECONDS), &minute);
    cr_expect_lt(minute.len, 200000, "%zu bytes", minute.len);
    buf_done(&minute);
    watched_done(&w);
    watched_done(&fresh);
}

Test(save, a_part_that_is_damaged_anywhere_is_refused)
{
    struct watched w;
    watched_init(&w, 1, 10, T, true);
    for (int i = 0; i < 40; i++)
        feed_request(w.batch, T + i / 4, "/a", "10.0.0.1", 200, 10);
    watched_send(&w);
    struct saved saved = {0};
    monitor_save(w.monitor, w.wall_ns, &saved);
    for (size_t part = 0; part < saved.count; part++) {
        struct text bytes = saved_bytes(&saved, part);
        for (size_t i = 0; i < bytes.len * 8; i++) {
            char *at = (char *)(uintptr_t)bytes.at + i / 8;
            struct watched fresh;
            if (bytes.len > 200 && i % 61)
                continue;
            watched_init(&fresh, 1, 10, T, true);
            *at ^= (char)(1 << i % 8);
            cr_expect_not(monitor_load(fresh.monitor, text_of(saved.parts[part].name), bytes));
            *at ^= (char)(1 << i % 8);
            cr_expect_eq(monitor_total(fresh.monitor)->hits, 0);
            watched_done(&fresh);
        }
        cr_expect_not(monitor_load(w.monitor, TEXT("no such part"), bytes));
    }
    buf_done(&saved.bytes);
    watched_done(&w);
}

Test(save, a_list_that_was_cut_says_by_how_much_it_may_be_wrong)
{
    struct watched w, fresh;
    watched_init(&w, 1000, 10, T, true);
    watched_init(&fresh, 1000, 10, T, true);
    for (unsigned key = 0; key < SAVED_TOP + 100; key++) {
        char section[32];
        snprintf(section, sizeof section, "/%u", key);
        for (unsigned n = 0; n < 1 + key / 100; n++) {
            feed_request(w.batch, T, section, "10.0.0.1", 200, 10);
            if (w.batch->count == BATCH_ENTRIES)
                watched_send(&w);
        }
    }
    watched_send(&w);
    struct saved saved = {0};
    monitor_save(w.monitor, w.wall_ns, &saved);
    for (size_t i = 0; i < saved.count; i++)
        cr_expect(monitor_load(fresh.monitor, text_of(saved.parts[i].name), saved_bytes(&saved, i)),
                  "%s", saved.parts[i].name);
    const struct top *top = monitor_total(fresh.monitor)->top[DIMENSION_SECTIONS];
    cr_expect_eq(top_distinct(top), SAVED_TOP);
    cr_expect_eq(top_error(top), 1); /* the hundred that were left out have one hit each */
    struct top_row row;
    cr_assert_eq(top_sorted(top, &row, 1), 1);
    cr_expect_eq(row.counts.hits, 7);
    cr_expect_eq(row.over, 0);
    buf_done(&saved.bytes);
    watched_done(&w);
    watched_done(&fresh);
}

Test(save, the_past_that_was_missed_is_judged_although_nothing_was_written)
{
    struct watched w;
    watched_init(&w, 1, 10, T, true);
    watched_hits(&w, T, 50);
    watched_wait(&w, 2);
    cr_assert_eq(w.alert_count, 1);
    struct saved saved = {0};
    struct watched fresh;
    struct buf seconds = {0};
    monitor_save(w.monitor, w.wall_ns, &saved);
    watched_init(&fresh, 1, 10, T + 3600, true); /* an hour later */
    for (size_t i = 0; i < saved.count; i++)
        monitor_load(fresh.monitor, text_of(saved.parts[i].name), saved_bytes(&saved, i));
    monitor_resume(fresh.monitor, fresh.now_ns);
    cr_assert(monitor_save_window(w.monitor, rollup_floor(T, 60), &seconds));
    cr_assert(monitor_load_window(fresh.monitor, rollup_floor(T, 60), buf_text(&seconds)));
    cr_expect_eq(watched_window_hits(&fresh), 50);
    cr_expect_eq(fresh.alert_count, 0);
    watched_notice(&fresh, 0, NOTICE_BACKFILLED, "", T * NS_PER_S);
    cr_assert_eq(fresh.alert_count, 1);
    cr_expect(fresh.alerts[0].recovered);
    cr_expect_eq(fresh.alerts[0].recovered_at, T + 10);
    cr_expect_eq(fresh.alerts[0].id, w.alerts[0].id);
    cr_expect_eq(monitor_log_second(fresh.monitor), T + 3600);
    watched_wait(&fresh, 5);
    cr_expect_eq(monitor_log_second(fresh.monitor), T + 3605, "the clock goes on");
    buf_done(&saved.bytes);
    buf_done(&seconds);
    watched_done(&fresh);
    watched_done(&w);
}

/* Such a state is no run's, but it may be in the file. */
Test(save, a_clock_that_is_ages_ahead_of_the_newest_event_stays_there)
{
    struct watched w;
    struct saved saved = {0};
    struct buf clock = {0};
    watched_init(&w, 1, 10, T, true);
    monitor_save(w.monitor, w.wall_ns, &saved);
    size_t begin = pack_begin(&clock, (uint8_t)saved_bytes(&saved, 0).at[0]);
    pack_u64(&clock, LOGCLOCK_RUNNING);
    pack_i64(&clock, INT64_C(253402300799)); /* the clock: the end of 9999 */
    pack_i64(&clock, -INT64_C(62135596800)); /* the newest event: the year 1 */
    pack_u64(&clock, 0);
    pack_i64(&clock, w.wall_ns);
    pack_seal(&clock, begin);
    cr_assert(monitor_load(w.monitor, TEXT("clock"), buf_text(&clock)));
    monitor_resume(w.monitor, w.now_ns);
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", T * NS_PER_S);
    cr_expect_eq(monitor_log_second(w.monitor), INT64_C(253402300799));
    buf_done(&saved.bytes);
    buf_done(&clock);
    watched_done(&w);
}
