/* Rules one by one: states, keys, causes, and another set of rules while they run. */
#include "monitor/rules_naive.h"
#include "monitor/save.h"
#include "monitor/watched.h"

enum { T = 1600000000 };

static struct watched w;

static struct monitor *monitor_of(const struct rule_spec *rules, uint32_t count)
{
    struct monitor_options o = {.rule = {"high traffic", 1e9, 60},
                                .rules = rules,
                                .rule_count = count,
                                .update_ns = 3600 * NS_PER_S,
                                .tell_past = true};
    return monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
}

static void start(const struct rule_spec *rules, uint32_t count)
{
    memset(&w, 0, sizeof w);
    w.batch = batch_new();
    w.now_ns = 5 * NS_PER_S;
    w.wall_ns = T * NS_PER_S;
    w.monitor = monitor_of(rules, count);
}

static int64_t now(void)
{
    return monitor_log_second(w.monitor);
}

static void request(int64_t second, const char *section, const char *host, uint16_t status)
{
    feed_request(w.batch, second, section, host, status, 100);
}

/* `rate` requests in each of `seconds` seconds from now on. */
static void traffic(int seconds, int rate, const char *section, const char *host)
{
    for (int s = 0; s < seconds; s++) {
        watched_wait(&w, 1);
        for (int i = 0; i < rate; i++)
            request(now(), section, host, 200);
        watched_send(&w);
    }
}

static struct rule_spec hits_above(const char *name, uint64_t per_s, int64_t window_s)
{
    struct rule_spec r = {.window_s = window_s, .where.needs = FIELD_COUNT, .per = FIELD_COUNT};
    snprintf(r.name, sizeof r.name, "%s", name);
    r.level = (struct rule_level){RULE_RATE, per_s, 1, 1, 0};
    r.recover = r.level;
    return r;
}

static void begin(void)
{
    request(T, "/a", "10.0.0.1", 200);
    watched_send(&w);
}

/* ---- States ---------------------------------------------------------------------------------- */

Test(rules, fires_above_the_level_and_recovers_below_it_with_one_id)
{
    struct rule_spec r = hits_above("busy", 2, 10);
    start(&r, 1);
    begin();
    traffic(20, 3, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    cr_assert_str_eq(w.alerts[0].rule, "busy");
    cr_assert_eq(w.alerts[0].hits, 22, "1 and 7 times 3 in the window");
    cr_assert_eq(w.alerts[0].triggered_at, T + 7);
    watched_wait(&w, 20);
    cr_assert_eq(w.alert_count, 2);
    cr_assert(w.alerts[1].recovered);
    cr_assert_eq(w.alerts[1].id, w.alerts[0].id);
    cr_assert_eq(w.alerts[1].peak_value, 3.0);
    cr_assert_eq(w.alerts[1].total, 3 * 14, "from the second it fired on");
    watched_done(&w);
}

Test(rules, equality_keeps_either_state)
{
    struct rule_spec r = hits_above("busy", 2, 10);
    start(&r, 1);
    begin();
    traffic(40, 2, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 0);
    traffic(3, 4, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    traffic(40, 2, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1, "still at the level");
    traffic(3, 1, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 2);
    watched_done(&w);
}

Test(rules, waits_until_it_has_held_long_enough)
{
    struct rule_spec r = hits_above("busy", 2, 5);
    r.for_s = 10;
    start(&r, 1);
    begin();
    traffic(8, 3, "/a", "10.0.0.1");
    traffic(8, 1, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 0, "it did not hold");
    int64_t from = now();
    traffic(30, 3, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, from + 3 + 10, "beyond the level since 3 seconds later");
    watched_done(&w);
}

Test(rules, a_lower_level_to_recover_at_stops_flapping)
{
    struct rule_spec rules[2] = {hits_above("flaps", 2, 4), hits_above("holds", 2, 4)};
    rules[1].recover.amount = 1;
    start(rules, 2);
    begin();
    for (int i = 0; i < 6; i++) {
        traffic(6, 3, "/a", "10.0.0.1");
        traffic(4, 1, "/a", "10.0.0.1");
    }
    unsigned flaps = 0, holds = 0;
    for (unsigned i = 0; i < w.alert_count; i++) {
        flaps += !strcmp(w.alerts[i].rule, "flaps");
        holds += !strcmp(w.alerts[i].rule, "holds");
    }
    cr_assert_eq(flaps, 12);
    cr_assert_eq(holds, 1);
    watched_done(&w);
}

static void slow_error(void)
{
    struct entry *e = feed_request(w.batch, now(), "/a", "10.0.0.1", 500, 100);
    entry_set_number(e, FIELD_REQUEST_TIME, 3 * NS_PER_S);
    watched_send(&w);
}

static void share_of_nothing(struct rule_level level, enum rule_metric metric, enum field per)
{
    struct rule_spec rules[2] = {hits_above("at once", 1, 10), hits_above("later", 1, 10)};
    for (int i = 0; i < 2; i++) {
        rules[i].metric = metric;
        rules[i].level = rules[i].recover = level;
        rules[i].per = per;
    }
    rules[1].for_s = 25; /* longer than all of them are in the window */
    start(rules, 2);
    begin();
    for (int s = 0; s < 10; s++) {
        watched_wait(&w, 1);
        slow_error();
    }
    int64_t last = now();
    watched_wait(&w, 30);
    cr_assert_eq(w.alert_count, 2);
    cr_assert(w.alerts[1].recovered);
    cr_assert_eq(w.alerts[1].recovered_at, last + 10, "the first second with nothing in its window");
    slow_error();
    watched_wait(&w, 2);
    cr_assert_eq(w.alert_count, 3, "what held before does not hold on through nothing");
    cr_assert_str_eq(w.alerts[2].rule, "at once");
    watched_done(&w);
}

Test(rules, a_share_and_a_percentile_recover_when_traffic_stops)
{
    struct rule_level share = {RULE_SHARE, 10, 100, 1, 0};
    struct rule_level slow = {RULE_PERCENTILE, NS_PER_S, 1, 1, 95000};
    share_of_nothing(share, RULE_ERRORS, FIELD_COUNT);
    share_of_nothing(share, RULE_ERRORS, FIELD_HOST);
    share_of_nothing(slow, RULE_REQUEST_TIME, FIELD_COUNT);
    share_of_nothing(slow, RULE_REQUEST_TIME, FIELD_HOST);
}

Test(rules, silence_is_noticed_once_a_whole_window_is_known)
{
    struct rule_spec r = hits_above("silence", 1, 10);
    r.side = RULE_BELOW;
    start(&r, 1);
    begin();
    watched_wait(&w, 8);
    cr_assert_eq(w.alert_count, 0, "the window is not yet known as a whole");
    watched_wait(&w, 8);
    cr_assert_eq(w.alert_count, 1);
    cr_assert_eq(w.alerts[0].triggered_at, T + 9);
    traffic(20, 2, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 2);
    watched_wait(&w, 20);
    cr_assert_eq(w.alert_count, 3);
    watched_done(&w);
}

Test(rules, refused_lines_count_also_where_no_line_is_a_hit)
{
    struct rule_spec r = hits_above("refused", 1, 10);
    r.metric = RULE_REJECTED;
    start(&r, 1);
    for (int s = 0; s < 10; s++) {
        for (int i = 0; i < 3; i++) {
            w.batch->lines.read++;
            w.batch->lines.rejected++;
            batch_refuse(w.batch);
        }
        watched_send(&w);
        watched_wait(&w, 1);
    }
    cr_assert_eq(w.alert_count, 1);
    watched_wait(&w, 20);
    cr_assert_eq(w.alert_count, 2);
    watched_done(&w);
}

Test(rules, lines_of_the_far_future_count_once_they_are_believed)
{
    struct rule_spec r = hits_above("busy", 0, 10);
    r.level.measure = r.recover.measure = RULE_AMOUNT;
    r.metric = RULE_CLIENT_ERRORS;
    r.level.amount = r.recover.amount = 9;
    start(&r, 1);
    begin();
    int64_t far = T + 400 * 86400;
    for (int i = 0; i < 9; i++)
        request(far, "/a", "10.0.0.1", 404);
    watched_send(&w);
    watched_wait(&w, 3);
    cr_assert_eq(w.alert_count, 0);
    request(far, "/a", "10.0.0.1", 404);
    watched_send(&w);
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 1, "ten that agree");
    cr_assert_eq(w.alerts[0].triggered_at, far);
    watched_done(&w);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

Test(rules, each_key_has_an_alert_of_its_own)
{
    struct rule_spec r = hits_above("section", 2, 10);
    r.per = FIELD_SECTION;
    start(&r, 1);
    begin();
    for (int s = 0; s < 30; s++) {
        traffic(1, 3, "/hot", "10.0.0.1");
        for (int i = 0; i < 3 * (s > 10); i++)
            request(now(), "/later", "10.0.0.1", 200);
        request(now(), "/cold", "10.0.0.1", 200);
        watched_send(&w);
    }
    cr_assert_eq(w.alert_count, 2);
    cr_assert_eq(strncmp(w.alerts[0].key, "/hot", w.alerts[0].key_len), 0);
    cr_assert_eq(strncmp(w.alerts[1].key, "/later", w.alerts[1].key_len), 0);
    cr_assert_neq(w.alerts[0].id, w.alerts[1].id);
    watched_wait(&w, 20);
    cr_assert_eq(w.alert_count, 4);
    watched_done(&w);
}

Test(rules, a_flood_of_keys_neither_fires_nor_hides_the_busy_one)
{
    struct rule_spec r = hits_above("address", 5, 10);
    r.per = FIELD_HOST;
    start(&r, 1);
    begin();
    for (unsigned s = 0; s < 30; s++) {
        watched_wait(&w, 1);
        for (unsigned i = 0; i < 1500; i++) {
            char host[32];
            snprintf(host, sizeof host, "2001:db8::%x:%x", s, i);
            request(now(), "/a", i % 100 ? host : "203.0.113.9", 200);
        }
        watched_send(&w);
    }
    cr_assert_eq(w.alert_count, 1, "%u alerts", w.alert_count);
    cr_assert_eq(strncmp(w.alerts[0].key, "203.0.113.9", w.alerts[0].key_len), 0);
    watched_done(&w);
}

/* ---- Causes ---------------------------------------------------------------------------------- */

static const struct cause *cause_of(const struct monitor_alert *a, enum cause_dimension d)
{
    for (uint32_t i = 0; i < a->cause_count; i++)
        if (a->causes[i].dimension == d)
            return &a->causes[i];
    return NULL;
}

static void assert_cause(const struct monitor_alert *a, enum cause_dimension d, const char *name,
                         double share)
{
    const struct cause *c = cause_of(a, d);
    cr_assert(c, "there is no %s among the causes", cause_key(d));
    cr_assert(text_same(text_make(c->name, c->name_len), text_of(name)), "%.*s is named",
              (int)c->name_len, c->name);
    cr_assert(c->share > share - 0.02 && c->share < share + 0.02, "%s has a share of %g", name,
              c->share);
}

/* Ordinary traffic of many addresses, and from some second on a surge: `of_surge` in 100 of it from one
 * address in one section, the rest spread. */
static void surge(struct random_numbers *r, int seconds, int usual, int more, unsigned of_surge)
{
    for (int s = 0; s < seconds; s++) {
        watched_wait(&w, 1);
        for (int i = 0; i < usual + more; i++) {
            char host[32], section[16];
            snprintf(host, sizeof host, "10.0.%u.%u", (unsigned)random_below(r, 4),
                     (unsigned)random_below(r, 200));
            snprintf(section, sizeof section, "/s%u", (unsigned)random_below(r, 40));
            bool planted = i >= usual && random_below(r, 100) < of_surge;
            request(now(), planted ? "/login" : section, planted ? "203.0.113.9" : host,
                    planted ? 401 : 200);
            if (w.batch->count == BATCH_ENTRIES)
                watched_send(&w);
        }
        watched_send(&w);
    }
}

Test(rules, a_planted_surge_is_named_with_its_share)
{
    /* at any speed: all lines are looked at, or a sample of them */
    static const int speeds[] = {20, 200, 2000};
    struct random_numbers r = {3};
    for (unsigned i = 0; i < 3; i++) {
        struct rule_spec rule = hits_above("busy", (uint64_t)speeds[i] * 2, 60);
        start(&rule, 1);
        begin();
        surge(&r, 150, speeds[i], 0, 0);
        surge(&r, 80, speeds[i], 2 * speeds[i], 71);
        cr_assert_eq(w.alert_count, 1);
        assert_cause(&w.alerts[0], CAUSE_ADDRESS, "203.0.113.9", 0.71);
        assert_cause(&w.alerts[0], CAUSE_SECTION, "/login", 0.71);
        assert_cause(&w.alerts[0], CAUSE_STATUS, "401", 0.71);
        watched_done(&w);
    }
}

Test(rules, a_rise_is_of_the_whole_window_also_just_after_the_start)
{
    struct rule_spec r = hits_above("busy", 2, 60);
    start(&r, 1);
    begin();
    traffic(20, 30, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    const struct cause *c = cause_of(&w.alerts[0], CAUSE_SECTION);
    cr_assert(c);
    cr_assert_float_eq(c->rise, w.alerts[0].value, 1e-9, "+%g/s of %g/s", c->rise, w.alerts[0].value);
    watched_done(&w);
}

Test(rules, the_default_rule_knows_its_cause_too)
{
    struct random_numbers r = {4};
    memset(&w, 0, sizeof w);
    watched_init(&w, 60, 60, T, true);
    begin();
    surge(&r, 150, 30, 0, 0);
    surge(&r, 80, 30, 60, 90);
    cr_assert_eq(w.alert_count, 1);
    assert_cause(&w.alerts[0], CAUSE_ADDRESS, "203.0.113.9", 0.9);
    watched_wait(&w, 200);
    cr_assert_eq(w.alert_count, 2);
    cr_assert_gt(w.alerts[1].total, 1000);
    watched_done(&w);
}

/* ---- Other rules ----------------------------------------------------------------------------- */

static void set_rules(const struct rule_spec *rules, uint32_t count)
{
    monitor_set_rules(w.monitor, &(struct alert_rule){"high traffic", 1e9, 60}, rules, count);
}

Test(rules, a_new_set_keeps_the_counts_and_the_state_of_what_stays)
{
    struct rule_spec first[] = {hits_above("stays", 2, 10), hits_above("changes", 2, 10),
                                hits_above("goes", 2, 10)};
    struct rule_spec second[] = {hits_above("new", 2, 8), hits_above("stays", 2, 10),
                                 hits_above("changes", 1, 10)};
    start(first, 3);
    begin();
    traffic(20, 3, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 3);
    uint64_t id = w.alerts[0].id;
    set_rules(second, 3);
    cr_assert_eq(w.alert_count, 5, "two are over, for their rules are");
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 7, "the new one and the changed one know the window");
    cr_assert_str_eq(w.alerts[5].rule, "new");
    cr_assert_str_eq(w.alerts[6].rule, "changes");
    cr_assert_eq(w.alerts[5].hits, 24, "8 seconds of 3");
    watched_wait(&w, 20);
    cr_assert_eq(w.alert_count, 10);
    for (unsigned i = 7; i < 10; i++)
        if (!strcmp(w.alerts[i].rule, "stays")) {
            cr_assert_eq(w.alerts[i].id, id);
            cr_assert_eq(w.alerts[i].total, 3 * 14);
        }
    watched_done(&w);
}

/* Every other member makes it another rule: its alert ends, and the new one begins anew. */
Test(rules, a_rule_that_differs_in_anything_is_another)
{
    struct rule_spec was = hits_above("busy", 2, 10);
    was.recover.amount = 1;
    struct rule_spec others[14];
    for (size_t i = 0; i < 14; i++)
        others[i] = was;
    strcpy(others[0].name, "busier");
    others[1].metric = RULE_BYTES;
    others[2].level.amount = 3;
    others[3].level.scale = 10;
    others[4].level.per_s = 60;
    others[5].recover.amount = 2;
    others[6].window_s = 11;
    others[7].for_s = 1;
    others[8].at_least = 1;
    others[9].where = naive_where(1);
    others[10].per = FIELD_SECTION;
    others[11].side = RULE_BELOW;
    others[12].level.measure = others[12].recover.measure = RULE_AMOUNT;
    others[13].level.percentile_millis = 1;
    for (size_t i = 0; i <= 14; i++) {
        start(&was, 1);
        begin();
        traffic(12, 3, "/a", "10.0.0.1");
        cr_assert_eq(w.alert_count, 1);
        set_rules(i < 14 ? &others[i] : &was, 1);
        cr_assert_eq(w.alert_count, i < 14 ? 2 : 1, "row %zu", i);
        if (i < 14) {
            enum alert_end end = i == 0 ? ALERT_END_REMOVED : ALERT_END_CHANGED;
            cr_expect(w.alerts[1].recovered && w.alerts[1].end == end, "row %zu", i);
        }
        watched_done(&w);
    }
}

Test(rules, an_alert_whose_rule_goes_says_what_it_came_to)
{
    struct rule_spec r = hits_above("section", 2, 10), none = hits_above("other", 100, 10);
    r.per = FIELD_SECTION;
    start(&r, 1);
    begin();
    traffic(20, 3, "/hot", "10.0.0.1");
    traffic(4, 1, "/hot", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    set_rules(&none, 1);
    cr_assert_eq(w.alert_count, 2);
    const struct monitor_alert *over = &w.alerts[1];
    cr_expect(over->recovered && over->end == ALERT_END_REMOVED);
    cr_expect_eq(over->total, 3 * 14 + 4, "total %lu", (unsigned long)over->total);
    cr_expect_eq(over->recovered_hits, 6 * 3 + 4, "%lu hits", (unsigned long)over->recovered_hits);
    cr_expect_eq(over->recovered_value, 2.2, "%g/s", over->recovered_value);
    cr_expect_eq(over->peak_value, 3.0);
    watched_done(&w);
}

Test(rules, another_default_rule_ends_the_alert_of_the_one_before_and_keeps_the_window)
{
    struct monitor_window window;
    memset(&w, 0, sizeof w);
    watched_init(&w, 2, 20, T, true);
    begin();
    traffic(30, 3, "/a", "10.0.0.1");
    cr_assert_eq(w.alert_count, 1);
    monitor_set_rules(w.monitor, &(struct alert_rule){"high traffic", 2, 20}, NULL, 0);
    cr_assert_eq(w.alert_count, 1, "the same");
    monitor_set_rules(w.monitor, &(struct alert_rule){"high traffic", 2.5, 20}, NULL, 0);
    cr_assert_eq(w.alert_count, 2);
    cr_expect(w.alerts[1].recovered && w.alerts[1].end == ALERT_END_CHANGED);
    cr_expect_gt(w.alerts[1].total, 40);
    watched_wait(&w, 1);
    cr_assert_eq(w.alert_count, 3, "the new one knows the window");
    monitor_set_rules(w.monitor, &(struct alert_rule){"high traffic", 2.5, 10}, NULL, 0);
    monitor_window(w.monitor, &window);
    cr_expect_eq(window.seconds, 10);
    cr_expect_eq(window.hits, 9 * 3, "%lu: the last second is empty", (unsigned long)window.hits);
    cr_assert_eq(w.alert_count, 4);
    watched_done(&w);
}

Test(rules, causes_are_told_from_what_was_before_a_reload)
{
    struct rule_spec rule = hits_above("busy", 60, 30);
    struct random_numbers r = {8};
    start(&rule, 1);
    begin();
    surge(&r, 70, 30, 0, 0);
    set_rules(&rule, 1);
    surge(&r, 40, 30, 60, 90);
    cr_assert_eq(w.alert_count, 1);
    assert_cause(&w.alerts[0], CAUSE_ADDRESS, "203.0.113.9", 0.9);
    watched_done(&w);
}

Test(rules, an_alert_is_seen_by_whoever_was_first_and_stays_so)
{
    struct rule_spec r = hits_above("busy", 2, 10);
    const struct monitor_alert *kept;
    start(&r, 1);
    begin();
    traffic(20, 3, "/a", "10.0.0.1");
    cr_assert_eq(monitor_alerts(w.monitor, &kept), 1);
    monitor_acknowledge(w.monitor, kept->id, T + 20);
    monitor_acknowledge(w.monitor, kept->id, T + 30);
    monitor_acknowledge(w.monitor, kept->id + 1, T + 30);
    traffic(5, 9, "/a", "10.0.0.1"); /* a new peak */
    watched_wait(&w, 20);
    cr_assert_eq(monitor_alerts(w.monitor, &kept), 1);
    cr_expect(kept->recovered);
    cr_expect_eq(kept->acknowledged, T + 20);
    watched_done(&w);
}

/* Stops, and goes on from what was kept. */
static int64_t minute_of(int64_t second)
{
    return second - second % 60;
}

/* As a state keeps them: a minute is written when a line of it has come. */
static struct buf minutes[8];

static void keep_minute(int64_t second)
{
    struct buf *minute = &minutes[(second - minute_of(T)) / 60];
    buf_clear(minute);
    monitor_save_window(w.monitor, minute_of(second), minute);
}

static void restart(const struct rule_spec *rules, uint32_t count)
{
    struct saved saved = {0};
    int64_t first, last;
    monitor_save(w.monitor, w.wall_ns, &saved);
    struct monitor *fresh = monitor_of(rules, count);
    for (size_t i = 0; i < saved.count; i++)
        cr_assert(monitor_load(fresh, text_of(saved.parts[i].name), saved_bytes(&saved, i)), "%s",
                  saved.parts[i].name);
    monitor_resume(fresh, w.now_ns);
    cr_assert(monitor_window_span(w.monitor, &first, &last));
    for (int64_t start = minute_of(first); start <= last; start += 60)
        if (start >= minute_of(T) && minutes[(start - minute_of(T)) / 60].len)
            cr_assert(monitor_load_window(fresh, start,
                                          buf_text(&minutes[(start - minute_of(T)) / 60])));
    monitor_free(w.monitor);
    w.monitor = fresh;
    watched_notice(&w, 0, NOTICE_BACKFILLED, "", w.wall_ns);
    buf_done(&saved.bytes);
}

/* What is done to it in between. */
static void swap_rules(const struct rule_spec *rules, uint32_t count)
{
    set_rules(rules, count);
}

static void is_not_noticed(void (*disturb)(const struct rule_spec *rules, uint32_t count))
{
    struct random_numbers r = {9};
    static struct naive_rules naive;
    for (unsigned round = 0; round < 60; round++) {
        struct rule_spec rules[2][NAIVE_RULES];
        unsigned count = 1 + (unsigned)random_below(&r, NAIVE_RULES);
        for (unsigned i = 0; i < count; i++)
            naive_rule(&r, &rules[0][i], i);
        memcpy(rules[1], rules[0], sizeof rules[0]);
        start(rules[0], count);
        naive_init(&naive, rules[0], count);
        naive_open_at(&naive, T);
        for (int64_t s = T; s < T + 300; s++) {
            if (s > T)
                watched_wait(&w, 1);
            naive_advance_to(&naive, s);
            for (unsigned k = s == T ? 1 : (unsigned)random_below(&r, 6); k; k--) {
                struct naive_item item = naive_line(&r, s);
                item.refused = false;
                naive_feed(w.batch, &item);
                naive_add(&naive, &item);
            }
            bool news = w.batch->count > 0;
            watched_send(&w);
            if (news)
                keep_minute(s);
            if (random_below(&r, 10) == 0)
                disturb(rules[s & 1], count);
        }
        static struct naive_turn got[NAIVE_TURNS];
        for (unsigned i = 0; i < w.alert_count; i++)
            got[i] = naive_told(&w.alerts[i]);
        naive_same(naive.turns, naive.turn_count, got, w.alert_count, true, "disturbed", round);
        watched_done(&w);
        for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
            buf_done(&minutes[i]);
    }
}

Test(rules, the_same_set_changes_nothing)
{
    is_not_noticed(swap_rules);
}

Test(rules, stopped_and_resumed_they_go_on_as_if_nothing_had_been)
{
    is_not_noticed(restart);
}
