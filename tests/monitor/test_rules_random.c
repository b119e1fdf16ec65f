/* The live monitor with random rules, driven by a hand-set clock over random traffic (gaps, silence,
 * late lines, lines out of order, clocks set back), against a naive computation of the same rules. */
#include "monitor/rules_naive.h"
#include "monitor/watched.h"

enum { LOGS = 400, T = 1600000000 };

static struct naive_rules naive;
static struct watched w;
static struct naive_turn got[NAIVE_TURNS];
static bool begun;

static void start(const struct rule_spec *rules, unsigned count, int64_t window_s)
{
    memset(&w, 0, sizeof w);
    w.batch = batch_new();
    w.now_ns = 5 * NS_PER_S;
    w.wall_ns = T * NS_PER_S;
    struct monitor_options o = {.rule = {"rule 99", 1e9, window_s},
                                .rules = rules,
                                .rule_count = count,
                                .update_ns = 10 * NS_PER_S,
                                .tell_past = true};
    w.monitor = monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
    naive_init(&naive, rules, count);
    begun = false;
}

static void let_pass(int64_t ns)
{
    watched_pass(&w, ns);
    if (naive.clock) /* opened */
        naive_advance_to(&naive, monitor_log_second(w.monitor));
}

static bool is_far(const struct naive_item *i)
{
    int64_t wall_s = w.wall_ns / NS_PER_S;
    return i->second > wall_s + 86400 && (!begun || i->second > naive.clock + 86400);
}

static unsigned steps_back;

/* One line in a batch of its own, so that the clock can be looked at after it. */
static void arrive(struct naive_item i)
{
    let_pass(0);
    bool far = !i.refused && is_far(&i);
    naive_feed(w.batch, &i);
    watched_send(&w);
    int64_t clock = monitor_log_second(w.monitor);
    if (far)
        return;
    bool first = !i.refused && !begun;
    if (first || !naive.clock || clock < naive.clock) {
        steps_back += !first && naive.clock && clock < naive.clock;
        naive_open_at(&naive, clock);
    }
    begun |= !i.refused;
    naive_advance_to(&naive, clock);
    if (i.refused)
        i.second = clock;
    naive_add(&naive, &i);
}

static unsigned firings;

static void compare(unsigned round)
{
    for (unsigned i = 0; i < w.alert_count; i++) {
        got[i] = naive_told(&w.alerts[i]);
        firings += !w.alerts[i].recovered;
        cr_assert_geq(w.alerts[i].peak_hits, w.alerts[i].recovered_hits, "log %u", round);
    }
    naive_same(naive.turns, naive.turn_count, got, w.alert_count, false, "live", round);
}

static void one_log(struct random_numbers *r, unsigned round)
{
    struct rule_spec rules[NAIVE_RULES];
    unsigned count = 1 + (unsigned)random_below(r, NAIVE_RULES);
    for (unsigned i = 0; i < count; i++)
        naive_rule(r, &rules[i], i);
    start(rules, count, 1 + (int64_t)random_below(r, 120));
    int64_t event = T + (int64_t)random_below(r, 100), behind = 0;
    unsigned density = 1 + (unsigned)random_below(r, 12);
    for (int step = 0; step < 150; step++) {
        unsigned lines = random_below(r, 3) ? (unsigned)random_below(r, density) : 0;
        for (unsigned i = 0; i < lines; i++) {
            struct naive_item item = naive_line(r, event - behind);
            if (random_below(r, 6) == 0) /* out of order, sometimes late */
                item.second -= (int64_t)random_below(r, random_below(r, 8) ? 10 : 300);
            if (random_below(r, 500) == 0)
                item.second += 400000000; /* far, and seldom enough never to be believed */
            arrive(item);
        }
        let_pass((int64_t)random_below(r, 3) * NS_PER_S / 2);
        event += (int64_t)random_below(r, 3);
        if (random_below(r, 40) == 0)
            event += (int64_t)random_below(r, 250); /* a gap */
        if (random_below(r, 60) == 0)
            behind += (int64_t)random_below(r, 4000); /* the clock is set back */
        if (random_below(r, 25) == 0) {
            int64_t silence = (int64_t)random_below(r, 200);
            let_pass(silence * NS_PER_S);
            event += silence;
        }
    }
    compare(round);
    watched_done(&w);
}

Test(rules, agree_with_a_naive_computation_on_random_traffic, .timeout = 200)
{
    struct random_numbers r = {11};
    for (unsigned round = 0; round < LOGS; round++)
        one_log(&r, round);
    cr_assert_gt(firings, LOGS * 5, "%u alerts fired", firings);
    cr_assert_gt(steps_back, 5, "the clock was set back %u times", steps_back);
}
