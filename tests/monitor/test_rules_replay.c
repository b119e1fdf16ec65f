/* Rules over a whole log: read in any order, in pieces, on any number of tapes, against a naive
 * computation; and the live monitor, given the same lines in order at their time, says the same. */
#include "monitor/rules_naive.h"
#include "monitor/rules_replay.h"
#include "monitor/watched.h"

enum { LINES = 2000, T = 1600000000, TAPES = 4 };

/* How many logs; SPATE_TEST_LOGS asks for more, from another seed. */
static unsigned logs_wanted(struct random_numbers *r)
{
    const char *wanted = getenv("SPATE_TEST_LOGS");
    if (!wanted)
        return 150;
    r->state += (unsigned)strtoul(wanted, NULL, 10);
    return (unsigned)strtoul(wanted, NULL, 10);
}

static struct naive_rules naive;
static struct naive_item items[LINES];
static unsigned item_count;
static struct naive_turn got[NAIVE_TURNS];
static unsigned got_count;

static void on_firing(void *ctx, uint32_t rule, const struct monitor_alert *a)
{
    const struct rule_spec *rules = ctx;
    struct monitor_alert fired = *a;
    cr_assert_str_eq(rules[rule].name, a->rule);
    fired.recovered = false;
    fired.total = 0;
    got[got_count++] = naive_told(&fired);
    if (a->recovered)
        got[got_count++] = naive_told(a);
}

/* ---- The log --------------------------------------------------------------------------------- */

static void make_log(struct random_numbers *r, bool disorder)
{
    int64_t event = T;
    unsigned density = 1 + (unsigned)random_below(r, 10), lines = (unsigned)random_below(r, LINES);
    item_count = 0;
    while (item_count < lines) {
        unsigned burst = random_below(r, 20) ? (unsigned)random_below(r, density) : 5 * density;
        for (; burst && item_count < lines; burst--) {
            struct naive_item i = naive_line(r, event);
            if (disorder && random_below(r, 5) == 0)
                i.second -= (int64_t)random_below(r, random_below(r, 10) ? 10 : 500);
            items[item_count++] = i;
        }
        event += (int64_t)random_below(r, 3);
        if (random_below(r, 40) == 0)
            event += (int64_t)random_below(r, 400);
    }
}

/* A refused line stands at the second of the entry before it. */
static void date_refused(void)
{
    unsigned kept = 0;
    bool any = false;
    int64_t last = 0;
    for (unsigned i = 0; i < item_count; i++) {
        any |= !items[i].refused;
        if (!items[i].refused)
            last = items[i].second;
        items[i].second = last;
        if (any)
            items[kept++] = items[i];
    }
    item_count = kept;
}

static int by_second(const void *left, const void *right)
{
    const struct naive_item *a = left, *b = right;
    return (a->second > b->second) - (a->second < b->second);
}

static void run_naive(const struct rule_spec *rules, unsigned count)
{
    static struct naive_item sorted[LINES];
    naive_init(&naive, rules, count);
    date_refused();
    memcpy(sorted, items, item_count * sizeof *items);
    qsort(sorted, item_count, sizeof *sorted, by_second);
    if (!item_count)
        return;
    naive_open_at(&naive, sorted[0].second);
    for (unsigned i = 0; i < item_count; i++) {
        naive_advance_to(&naive, sorted[i].second);
        naive_add(&naive, &sorted[i]);
    }
    naive_advance_to(&naive, sorted[item_count - 1].second + 1);
}

/* ---- The tapes ------------------------------------------------------------------------------- */

struct piece {
    uint64_t leading;
    int64_t last;
    bool any;
};

/* A tape, and the tally that is counted beside it, or NULL. */
struct counting {
    struct rules_tape *tape;
    struct tally *tally;
    unsigned lines; /* of a batch */
};

/* Tables of all sizes, also such that have to make place all the time; and of few dimensions. */
static struct tally *random_tally(struct random_numbers *r)
{
    static const uint32_t rooms[] = {2, 5, 12, 1000};
    dimension_set wanted =
        random_below(r, 2) ? DIMENSION_EVERY : (dimension_set)random_below(r, DIMENSION_EVERY);
    return random_below(r, 4) ? tally_new(wanted, false, rooms[random_below(r, 4)]) : NULL;
}

static struct counting random_counting(struct random_numbers *r, const struct rule_spec *rules,
                                       unsigned count, unsigned tapes)
{
    return (struct counting){.tape = rules_tape_new(rules, count, tapes),
                             .tally = random_tally(r),
                             .lines = 1 + (unsigned)random_below(r, random_below(r, 2) ? 7 : 500)};
}

/* The seconds of the entries since they were asked for. */
static void look_at_seconds(struct rules_tape *t, unsigned from, unsigned to)
{
    int64_t first = INT64_MAX, last = INT64_MIN, said_first, said_last;
    for (unsigned i = from; i < to; i++)
        if (!items[i].refused) {
            first = items[i].second < first ? items[i].second : first;
            last = items[i].second > last ? items[i].second : last;
        }
    rules_tape_seconds(t, &said_first, &said_last);
    cr_assert(said_first == first && said_last == last);
}

static struct piece put_piece(const struct counting *c, struct timeline *all, struct batch *b,
                              unsigned from, unsigned to)
{
    struct piece p;
    rules_tape_piece(c->tape);
    for (unsigned i = from; i < to;) {
        unsigned first = i;
        for (unsigned k = 0; k < c->lines && i < to; k++, i++) {
            naive_feed(b, &items[i]);
            if (!items[i].refused)
                timeline_add(all, items[i].second, 1);
        }
        if (c->tally)
            rules_tape_and_tally(c->tape, c->tally, b);
        else
            rules_tape_batch(c->tape, b);
        look_at_seconds(c->tape, first, i);
        batch_clear(b);
    }
    p.any = rules_tape_edges(c->tape, &p.leading, &p.last);
    return p;
}

static void run_tapes(struct random_numbers *r, const struct rule_spec *rules, unsigned count)
{
    unsigned tape_count = 1 + (unsigned)random_below(r, TAPES);
    struct rules_tape *tapes[TAPES];
    struct counting counting[TAPES];
    struct timeline *all = timeline_new();
    struct batch *b = batch_new();
    bool any = false;
    int64_t last = 0;
    for (unsigned i = 0; i < tape_count; i++) {
        counting[i] = random_counting(r, rules, count, tape_count);
        tapes[i] = counting[i].tape;
    }
    for (unsigned from = 0, to; from < item_count; from = to) {
        to = from + 1 + (unsigned)random_below(r, 800);
        to = to > item_count ? item_count : to;
        unsigned which = (unsigned)random_below(r, tape_count);
        struct piece p = put_piece(&counting[which], all, b, from, to);
        if (any)
            rules_tape_refused(tapes[which], last, p.leading);
        last = p.any ? p.last : last;
        any |= p.any;
    }
    for (unsigned i = 1; i < tape_count; i++)
        rules_tape_merge(tapes[0], tapes[i]);
    rules_tape_flush(tapes[0]);
    struct rules_log log = rules_log_of(all, T);
    got_count = 0;
    unsigned parts = 1 + (unsigned)random_below(r, 3);
    for (unsigned part = 0; part < parts; part++)
        rules_replay(tapes[0], &log, part, parts, on_firing, (void *)(uintptr_t)rules);
    rules_log_done(&log);
    for (unsigned i = 0; i < tape_count; i++) {
        rules_tape_free(tapes[i]);
        tally_free(counting[i].tally);
    }
    timeline_free(all);
    batch_free(b);
}

static unsigned random_rules(struct random_numbers *r, struct rule_spec rules[NAIVE_RULES])
{
    naive_as_a_whole = random_below(r, 6) == 0;
    naive_timing = random_below(r, 3);
    unsigned count = 1 + (unsigned)random_below(r, NAIVE_RULES);
    for (unsigned i = 0; i < count; i++)
        naive_rule(r, &rules[i], i);
    return count;
}

Test(rules_replay, agrees_with_a_naive_computation_on_random_logs, .timeout = 200)
{
    struct random_numbers r = {5};
    struct rule_spec rules[NAIVE_RULES];
    unsigned turns = 0, logs = logs_wanted(&r);
    for (unsigned round = 0; round < logs; round++) {
        unsigned count = random_rules(&r, rules);
        make_log(&r, true);
        run_naive(rules, count);
        run_tapes(&r, rules, count);
        naive_same(naive.turns, naive.turn_count, got, got_count, true, "replay", round);
        turns += got_count;
    }
    cr_assert_gt(turns, logs * 10, "%u changes", turns);
}

/* ---- Live ------------------------------------------------------------------------------------ */

static void run_live(const struct rule_spec *rules, unsigned count)
{
    static struct watched w;
    memset(&w, 0, sizeof w);
    w.batch = batch_new();
    w.wall_ns = (T + 5) * NS_PER_S;
    struct monitor_options o = {.rule = {"rule 99", 1e9, 60},
                                .rules = rules,
                                .rule_count = count,
                                .update_ns = 1000 * NS_PER_S};
    w.monitor = monitor_new(&o, (struct monitor_sink){watched_event, &w}, w.now_ns, w.wall_ns);
    int64_t second = items[0].second;
    for (unsigned i = 0; i < item_count; i++) {
        watched_pass(&w, (items[i].second - second) * NS_PER_S);
        second = items[i].second;
        naive_feed(w.batch, &items[i]);
        watched_send(&w);
    }
    monitor_finish(w.monitor, MONITOR_INPUT_ENDED, w.now_ns, w.wall_ns);
    got_count = 0;
    for (unsigned i = 0; i < w.alert_count; i++)
        got[got_count++] = naive_told(&w.alerts[i]);
    watched_done(&w);
}

Test(rules_replay, says_the_same_as_the_live_monitor_on_lines_in_order, .timeout = 200)
{
    struct random_numbers r = {6};
    struct rule_spec rules[NAIVE_RULES];
    unsigned logs = logs_wanted(&r);
    for (unsigned round = 0; round < logs; round++) {
        unsigned count = random_rules(&r, rules);
        make_log(&r, false);
        run_naive(rules, count);
        if (!item_count)
            continue;
        run_tapes(&r, rules, count);
        naive_same(naive.turns, naive.turn_count, got, got_count, true, "replay", round);
        run_live(rules, count);
        naive_same(naive.turns, naive.turn_count, got, got_count, true, "live", round);
    }
}
