/* The live monitor, driven by a hand-set clock, against a naive computation of the same contract:
 * the log clock re-computed from the times of arrival, every second judged by adding up all its
 * hits. */
#include "monitor/naive.h"
#include "monitor/watched.h"

enum { LOGS = 3000, SECONDS = 12000, T = 1600000000 };

struct naive_live {
    struct alert_rule rule;
    struct naive_changes changes;
    uint32_t hits[SECONDS]; /* from T - 1000 on */
    bool begun;
    int64_t clock, newest, anchor_second, anchor_ns;
    unsigned late_row; /* late lines since the last one inside the window */
    int64_t late_row_ns, late_row_newest;
    unsigned steps_back;
    uint64_t total, late, far;
};

static void naive_move(struct naive_live *n, int64_t second)
{
    for (; n->clock < second; n->clock++) {
        uint64_t sum = 0;
        for (int64_t s = n->clock; s > n->clock - n->rule.window_s && s >= T - 1000; s--)
            sum += n->hits[s - (T - 1000)];
        naive_judge(&n->changes, &n->rule, n->clock, sum);
    }
}

static void naive_time(struct naive_live *n, int64_t now_ns)
{
    if (n->begun)
        naive_move(n, n->anchor_second + (now_ns - n->anchor_ns) / NS_PER_S);
}

/* A late line. True when it is the one that sets the clock back. */
static bool naive_late(struct naive_live *n, int64_t second, int64_t now_ns)
{
    if (n->late_row++ == 0) {
        n->late_row_ns = now_ns;
        n->late_row_newest = second;
    }
    if (second > n->late_row_newest)
        n->late_row_newest = second;
    int64_t least = n->rule.window_s < 60 ? 60 : n->rule.window_s;
    if (n->late_row < 10 || now_ns - n->late_row_ns < least * NS_PER_S)
        return false;
    n->clock = n->newest = n->anchor_second = n->late_row_newest;
    n->anchor_ns = now_ns;
    memset(n->hits, 0, sizeof n->hits);
    n->late_row = 0;
    n->steps_back++;
    return true;
}

static void naive_hit(struct naive_live *n, int64_t second, int64_t now_ns, int64_t wall_s)
{
    n->total++;
    if (second > wall_s + 86400 && (!n->begun || second > n->clock + 86400)) {
        n->far++;
        return;
    }
    if (!n->begun) {
        n->begun = true;
        n->clock = n->newest = n->anchor_second = second;
        n->anchor_ns = now_ns;
    }
    if (second <= n->clock - n->rule.window_s &&
        (!naive_late(n, second, now_ns) || second <= n->clock - n->rule.window_s)) {
        n->late++;
        return;
    }
    n->late_row = 0;
    if (second > n->newest) {
        naive_move(n, second);
        n->newest = second;
        n->anchor_second = n->clock;
        n->anchor_ns = now_ns;
    }
    n->hits[second - (T - 1000)]++;
}

/* What the events told, as changes. */
static void told_changes(const struct watched *w, struct naive_changes *c)
{
    c->count = 0;
    for (unsigned i = 0; i < w->alert_count; i++) {
        const struct monitor_alert *a = &w->alerts[i];
        c->at[c->count++] = a->recovered
                                ? (struct naive_change){false, a->recovered_at, a->recovered_hits}
                                : (struct naive_change){true, a->triggered_at, a->hits};
    }
}

static void one_log(struct random_numbers *r, unsigned round, struct naive_live *n)
{
    static struct watched w;
    static struct naive_changes told;
    memset(n, 0, sizeof *n);
    n->rule = (struct alert_rule){"r", (double)random_below(r, 16) / 4,
                                  1 + (int64_t)random_below(r, 100)};
    watched_init(&w, n->rule.above, n->rule.window_s, T, true);
    int64_t event = T + (int64_t)random_below(r, 100);
    unsigned density = 1 + (unsigned)random_below(r, 30);
    for (int step = 0; step < 150 && event < T + SECONDS - 2000; step++) {
        unsigned lines = random_below(r, 3) ? (unsigned)random_below(r, density) : 0;
        naive_time(n, w.now_ns);
        for (unsigned i = 0; i < lines; i++) {
            int64_t second = event;
            if (random_below(r, 6) == 0) /* out of order, sometimes late */
                second -= (int64_t)random_below(r, random_below(r, 8) ? 10 : 200);
            if (random_below(r, 500) == 0)
                second += 400000000; /* far, and seldom enough never to be believed */
            naive_hit(n, second, w.now_ns, w.wall_ns / NS_PER_S);
            feed_hit(w.batch, second);
        }
        watched_send(&w);
        int64_t pass_ns = (int64_t)random_below(r, 3) * NS_PER_S / 2;
        watched_pass(&w, pass_ns);
        naive_time(n, w.now_ns);
        event += (int64_t)random_below(r, 3);
        if (random_below(r, 25) == 0)
            event += (int64_t)random_below(r, 250); /* a gap */
        if (random_below(r, 25) == 0) {             /* silence */
            int64_t silence = (int64_t)random_below(r, 200);
            watched_pass(&w, silence * NS_PER_S);
            naive_time(n, w.now_ns);
            event += silence;
        }
    }
    told_changes(&w, &told);
    naive_compare(&n->changes, &told, "live", round);
    cr_assert_eq(monitor_total(w.monitor)->hits, n->total);
    cr_assert_eq(monitor_total(w.monitor)->late, n->late);
    cr_assert_eq(monitor_total(w.monitor)->future, n->far);
    if (n->begun)
        cr_assert_eq(monitor_log_second(w.monitor), n->clock);
    watched_done(&w);
}

Test(monitor, agrees_with_a_naive_computation_on_random_traffic, .timeout = 100)
{
    static struct naive_live n;
    struct random_numbers r = {7};
    unsigned with_changes = 0, with_late = 0, with_far = 0, with_steps = 0;
    for (unsigned round = 0; round < LOGS; round++) {
        one_log(&r, round, &n);
        with_changes += n.changes.count > 1;
        with_late += n.late > 0;
        with_far += n.far > 0;
        with_steps += n.steps_back > 0;
    }
    cr_assert_gt(with_changes, LOGS / 3, "%u logs had an alert that recovered", with_changes);
    cr_assert_gt(with_late, LOGS / 3);
    cr_assert_gt(with_far, LOGS / 3);
    cr_assert_gt(with_steps, 0);
}
