/* Planted surges of every kind, at several speeds, against what is counted here by hand: the live
 * sample names who did it, with a share that is right within 2 %. */
#include "monitor/rules.h"
#include "monitor/watched.h"

#include <math.h>
#include <stdio.h>

enum { T = 1600000000, WINDOW_S = 60, SECONDS = 400 };

static struct watched w;

/* What a surge is made of; NULL: spread as all else. */
struct planted {
    const char *what;
    const char *hosts[2], *section, *agent, *referrer;
    unsigned status;
    int usual;         /* lines a second before, at a speed of 1 */
    double grows;      /* what is usual grows by that much a second */
    unsigned of_surge; /* in 100 of what is more */
};

static const struct planted PLANTED[] = {
    {"all of it", {"203.0.113.9"}, "/login", "evil/1", "http://evil/", 401, 1, 0, 71},
    {"an address", {"203.0.113.9"}, NULL, NULL, NULL, 0, 1, 0, 60},
    {"two addresses", {"203.0.113.9", "2001:db8::66"}, NULL, NULL, NULL, 0, 1, 0, 80},
    {"a section", {NULL}, "/login", NULL, NULL, 0, 1, 0, 50},
    {"a status", {NULL}, NULL, NULL, NULL, 503, 1, 0, 90},
    {"an agent", {NULL}, NULL, "evil/1", NULL, 0, 1, 0, 66},
    {"a referrer", {NULL}, NULL, NULL, "http://evil/", 0, 1, 0, 40},
    {"against nothing", {"203.0.113.9"}, "/login", NULL, NULL, 401, 0, 0, 75},
    {"on what grows", {"203.0.113.9"}, "/login", NULL, NULL, 0, 1, 0.004, 90},
    {"two on what grows",
     {"203.0.113.9", "2001:db8::66"},
     NULL,
     NULL,
     "http://evil/",
     0,
     1,
     0.003,
     70},
};

/* ---- What was written ------------------------------------------------------------------------ */

static unsigned all[SECONDS], surged[SECONDS];

static void spread(struct random_numbers *r, struct entry *e, const char *shape, enum field f,
                   unsigned kinds)
{
    char name[64];
    snprintf(name, sizeof name, "%s%u", shape, (unsigned)random_below(r, kinds));
    feed_text(w.batch, e, f, name);
}

static void line(struct random_numbers *r, const struct planted *p, int second, bool planted)
{
    static const unsigned statuses[] = {200, 204, 206, 301, 302, 304, 400, 403, 404, 410, 429, 500};
    struct entry *e = feed_hit(w.batch, T + second);
    struct planted none = {.what = NULL}, is = planted ? *p : none;
    unsigned which = is.hosts[1] ? (unsigned)random_below(r, 2) : 0;
    is.hosts[which] ? feed_text(w.batch, e, FIELD_HOST, is.hosts[which])
                    : spread(r, e, "10.0.7.", FIELD_HOST, 900);
    is.section ? feed_text(w.batch, e, FIELD_SECTION, is.section)
               : spread(r, e, "/s", FIELD_SECTION, 60);
    is.agent ? feed_text(w.batch, e, FIELD_AGENT, is.agent)
             : spread(r, e, "agent/", FIELD_AGENT, 80);
    if (is.referrer)
        feed_text(w.batch, e, FIELD_REFERRER, is.referrer);
    else if (random_below(r, 2))
        spread(r, e, "http://r/", FIELD_REFERRER, 40);
    feed_status(e, (uint16_t)(is.status ? is.status : statuses[random_below(r, 12)]));
    all[second]++;
    surged[second] += planted;
    if (w.batch->count == BATCH_ENTRIES)
        watched_send(&w);
}

static void write_log(struct random_numbers *r, const struct planted *p, int speed)
{
    memset(all, 0, sizeof all);
    memset(surged, 0, sizeof surged);
    line(r, p, 0, false);
    watched_send(&w);
    for (int s = 1; s < SECONDS && w.alert_count == 0; s++) {
        watched_wait(&w, 1);
        double usual = p->usual * speed * (1 + p->grows * s);
        for (int i = 0; i < (int)usual; i++)
            line(r, p, s, false);
        for (int i = 0; s >= 250 && i < 3 * speed; i++)
            line(r, p, s, random_below(r, 100) < p->of_surge);
        watched_send(&w);
    }
}

/* ---- What should be said --------------------------------------------------------------------- */

static double rise_of(const unsigned *counts, int at)
{
    double now = 0, before = 0;
    for (int s = at - 2 * WINDOW_S + 1; s <= at; s++)
        *(s > at - WINDOW_S ? &now : &before) += s >= 0 ? counts[s] : 0;
    return (now - before) / WINDOW_S;
}

static void expect(const struct monitor_alert *a, const struct planted *p, enum cause_dimension d,
                   const char *name, double part, int speed)
{
    int at = (int)(a->triggered_at - T);
    double want = rise_of(surged, at) / rise_of(all, at) * part;
    const struct cause *found = NULL;
    for (uint32_t i = 0; i < a->cause_count && !found; i++)
        if (a->causes[i].dimension == d &&
            text_same(text_make(a->causes[i].name, a->causes[i].name_len), text_of(name)))
            found = &a->causes[i];
    cr_assert(found, "%s, %d/s: %s is not named", p->what, speed, name);
    cr_assert(fabs(found->share - want) <= 0.02, "%s, %d/s: %s has a share of %g, not %g", p->what,
              speed, name, found->share, want);
    double rise = rise_of(surged, at) * part;
    cr_assert(fabs(found->rise - rise) <= 0.04 * rise_of(all, at),
              "%s, %d/s: %s rose by %g, not %g", p->what, speed, name, found->rise, rise);
}

static void expect_all(const struct monitor_alert *a, const struct planted *p, int speed)
{
    const struct {
        enum cause_dimension d;
        const char *name;
        double part;
    } wanted[] = {{CAUSE_ADDRESS, p->hosts[0], p->hosts[1] ? 0.5 : 1},
                  {CAUSE_ADDRESS, p->hosts[1], 0.5},
                  {CAUSE_SECTION, p->section, 1},
                  {CAUSE_STATUS,
                   p->status == 401 ? "401"
                   : p->status      ? "503"
                                    : NULL,
                   1},
                  {CAUSE_AGENT, p->agent, 1},
                  {CAUSE_REFERRER, p->referrer, 1}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (wanted[i].name)
            expect(a, p, wanted[i].d, wanted[i].name, wanted[i].part, speed);
}

static void one_surge(struct random_numbers *r, const struct planted *p, int speed, bool by_default)
{
    struct rule_spec rule = {.name = "busy", .window_s = WINDOW_S, .where.needs = FIELD_COUNT};
    rule.per = FIELD_COUNT;
    rule.level = rule.recover = (struct rule_level){RULE_RATE, (uint64_t)speed * 5 / 2, 1, 1, 0};
    memset(&w, 0, sizeof w);
    w.batch = batch_new();
    w.now_ns = 5 * NS_PER_S;
    w.wall_ns = T * NS_PER_S;
    struct monitor_options o = {.rule = {"high traffic", by_default ? speed * 2.5 : 1e9, WINDOW_S},
                                .rules = &rule,
                                .rule_count = by_default ? 0 : 1,
                                .update_ns = 3600 * NS_PER_S,
                                .tell_past = true};
    w.monitor = monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
    write_log(r, p, speed);
    cr_assert_eq(w.alert_count, 1, "%s, %d/s", p->what, speed);
    expect_all(&w.alerts[0], p, speed);
    watched_done(&w);
}

Test(causes, of_a_surge_of_any_kind_are_named_with_their_shares, .timeout = 200)
{
    static const int speeds[] = {100, 700};
    struct random_numbers r = {21};
    for (size_t i = 0; i < sizeof PLANTED / sizeof *PLANTED; i++)
        for (unsigned k = 0; k < 2; k++) {
            one_surge(&r, &PLANTED[i], speeds[k], false);
            one_surge(&r, &PLANTED[i], speeds[k], true);
        }
}

static void timed(const char *host, int second, uint64_t ns, int count)
{
    while (count-- > 0) {
        struct entry *e = feed_hit(w.batch, T + second);
        feed_text(w.batch, e, FIELD_HOST, host);
        entry_set_number(e, FIELD_REQUEST_TIME, ns);
    }
}

/* That rule beside a default one that never fires. */
static void watch_rule(const struct rule_spec *rule)
{
    memset(&w, 0, sizeof w);
    w.batch = batch_new();
    w.now_ns = 5 * NS_PER_S;
    w.wall_ns = T * NS_PER_S;
    struct monitor_options o = {.rule = {"high traffic", 1e9, rule->window_s},
                                .rules = rule,
                                .rule_count = 1,
                                .update_ns = 3600 * NS_PER_S,
                                .tell_past = true};
    w.monitor = monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
}

/* Of the only alert, which is 203.0.113.9. */
static double share_of_the_only_cause(void)
{
    cr_assert_eq(w.alert_count, 1);
    const struct monitor_alert *a = &w.alerts[0];
    cr_assert_eq(a->cause_count, 1, "%u causes", a->cause_count);
    cr_expect(text_same(text_make(a->causes[0].name, a->causes[0].name_len), TEXT("203.0.113.9")));
    return a->causes[0].share;
}

/* A lot of quick ones from elsewhere at the same time are not why it is slow. */
Test(causes, of_slowness_are_those_that_were_slow)
{
    enum { LEVEL_NS = 100000000 };
    struct rule_spec rule = {.name = "slow", .window_s = 10, .metric = RULE_REQUEST_TIME};
    rule.where.needs = FIELD_COUNT;
    rule.per = FIELD_COUNT;
    rule.level = rule.recover = (struct rule_level){RULE_PERCENTILE, LEVEL_NS, 1, 1, 90000};
    watch_rule(&rule);
    for (int second = 0; second < 40 && !w.alert_count; second++) {
        timed("10.0.0.1", second, LEVEL_NS / 10, second < 25 ? 20 : 60);
        timed("10.0.0.2", second, LEVEL_NS, 2); /* not longer than the level */
        timed("203.0.113.9", second, 10 * LEVEL_NS, second < 25 ? 0 : 12);
        watched_send(&w);
        watched_wait(&w, 1);
    }
    cr_expect_float_eq(share_of_the_only_cause(), 1, 0.001);
    watched_done(&w);
}

/* Of the time before the window only a part is known: it is not taken for quiet. */
Test(causes, are_not_looked_for_in_a_time_that_nobody_has_seen)
{
    struct rule_spec rule = {.name = "busy", .window_s = 60, .where.needs = FIELD_COUNT};
    rule.per = FIELD_COUNT;
    rule.level = rule.recover = (struct rule_level){RULE_RATE, 40, 1, 1, 0};
    watch_rule(&rule);
    for (int second = 0; second < 150 && !w.alert_count; second++) {
        timed("10.0.0.1", second, 1, 20);
        timed("203.0.113.9", second, 1, second < 85 ? 0 : 60);
        watched_send(&w);
        watched_wait(&w, 1);
    }
    cr_expect_geq(share_of_the_only_cause(), 0.98);
    watched_done(&w);
}
