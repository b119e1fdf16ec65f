/* rules_judge.c - the seconds that are over: what each rule's window holds, and what follows. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/rules_inside.h"

enum {
    NAMED_MOST = 16, /* alerts of one second whose causes are looked for */
    KEYED_BYTES_MOST = 64 * 1024 * 1024
};

/* One rule at one key. */
struct looking {
    struct rules *r;
    struct group_run *g;
    struct rule_key *k;
    uint32_t at; /* rule of the group */
    const struct rule_spec *rule;
    struct judged *j;
    struct lane *whole; /* of another group; NULL: its own */
};

/* ---- Metrics: one function and one row each ---------------------------------------------------
 */

static uint64_t sum_of(const struct looking *l, enum rule_counter c)
{
    return lane_sum(&l->k->lane, l->j->tail, l->g->column_of[c]);
}

static uint64_t entries_of(const struct looking *l)
{
    return sum_of(l, COUNT_ENTRIES);
}

static uint64_t bytes_of(const struct looking *l)
{
    return sum_of(l, COUNT_BYTES);
}

static uint64_t errors_of(const struct looking *l)
{
    return sum_of(l, COUNT_ERRORS);
}

static uint64_t client_errors_of(const struct looking *l)
{
    return sum_of(l, COUNT_CLIENT_ERRORS);
}

static uint64_t rejected_of(const struct looking *l)
{
    return sum_of(l, COUNT_REJECTED);
}

static uint64_t lines_of(const struct looking *l)
{
    return entries_of(l) + rejected_of(l);
}

static uint64_t visitors_of(const struct looking *l)
{
    crowd_advance(l->g->crowds[l->at], l->r->end);
    return crowd_count(l->g->crowds[l->at], l->k->number);
}

static uint64_t percentile_of(const struct looking *l)
{
    times_advance(l->g->times[l->at], l->r->end);
    return times_percentile(l->g->times[l->at], l->k->number, l->rule->level.percentile_millis);
}

static const struct {
    uint64_t (*value)(const struct looking *l);
    uint64_t (*entries)(const struct looking *l); /* what its shares are of; at_least asks for it */
    enum rule_counter counter; /* of its sum, and of the whole in another group */
} METRICS[RULE_METRIC_COUNT] = {
    [RULE_HITS] = {entries_of, entries_of, COUNT_ENTRIES},
    [RULE_BYTES] = {bytes_of, entries_of, COUNT_BYTES},
    [RULE_VISITORS] = {visitors_of, entries_of, COUNT_ENTRIES},
    [RULE_ERRORS] = {errors_of, entries_of, COUNT_ERRORS},
    [RULE_CLIENT_ERRORS] = {client_errors_of, entries_of, COUNT_CLIENT_ERRORS},
    [RULE_REJECTED] = {rejected_of, lines_of, COUNT_REJECTED},
    [RULE_REQUEST_TIME] = {percentile_of, entries_of, COUNT_ENTRIES},
};

enum rule_counter rules_counter(enum rule_metric m)
{
    return METRICS[m].counter;
}

static uint64_t share_of(const struct looking *l)
{
    enum rule_counter c = METRICS[l->rule->metric].counter;
    if (!l->whole)
        return c == COUNT_BYTES ? bytes_of(l) : METRICS[l->rule->metric].entries(l);
    const struct group_run *whole = &l->r->groups[l->r->net->wholes[l->g->group->rules[l->at]]];
    return lane_sum(l->whole, l->j->whole_tail, whole->column_of[c]);
}

static struct reading read_window(const struct looking *l)
{
    struct reading is = {.value = METRICS[l->rule->metric].value(l),
                         .entries = METRICS[l->rule->metric].entries(l)};
    if (l->rule->level.measure == RULE_RATE)
        is.whole = (uint64_t)l->rule->window_s;
    else if (l->rule->level.measure == RULE_SHARE)
        is.whole = share_of(l);
    return is;
}

/* For people: a second, 0 to 1, seconds, or as it is. */
static double natural(const struct rule_spec *rule, const struct reading *is)
{
    switch (rule->level.measure) {
    case RULE_RATE: return (double)is->value / (double)rule->window_s;
    case RULE_SHARE: return is->whole ? (double)is->value / (double)is->whole : 0;
    case RULE_PERCENTILE: return is->value == UINT64_MAX ? 0 : (double)is->value / (double)NS_PER_S;
    default: return (double)is->value;
    }
}

/* ---- Judging --------------------------------------------------------------------------------- */

/* A whole window has been seen from this second on; INT64_MAX: the key is not there. */
static int64_t whole_window(const struct looking *l)
{
    bool split = l->g->group->per != FIELD_COUNT;
    if (split && !l->j->seen)
        return INT64_MAX;
    return (split ? l->j->since : l->r->since) + l->rule->window_s - 1;
}

/* A share of nothing, a percentile of no times. */
static bool says_nothing(const struct rule_spec *rule, const struct reading *is)
{
    return is->value == UINT64_MAX || (rule->level.measure == RULE_SHARE && is->whole == 0);
}

/* What has nothing to say is quiet: else an alert would outlive the traffic that it is about. */
static struct alert_standing standing_of(const struct looking *l, const struct reading *is)
{
    const struct rule_spec *rule = l->rule;
    if (is->entries < rule->at_least || says_nothing(rule, is))
        return (struct alert_standing){-1, -1};
    if (rule->side == RULE_BELOW && l->r->end < whole_window(l))
        return (struct alert_standing){0, 0};
    struct alert_standing s = {rule_level_compare(&rule->level, is->value, is->whole),
                               rule_level_compare(&rule->recover, is->value, is->whole)};
    return rule->side == RULE_ABOVE ? s : (struct alert_standing){-s.level, -s.recover};
}

/* The sum of the metric over all seconds before the one that is judged. */
static uint64_t sum_before(const struct looking *l)
{
    const struct lane *lane = &l->k->lane;
    uint32_t column = l->g->column_of[rules_counter(l->rule->metric)];
    uint64_t now = lane_total(lane, column);
    uint64_t at = lane_seek(lane, lane->end, l->r->end - 1);
    return now - lane_sum(lane, at, column);
}

static void name_causes(const struct looking *l, struct monitor_alert *a)
{
    uint32_t cause = l->g->causes_of[l->at];
    if (cause == NO_CAUSE || l->r->named == NAMED_MOST)
        return;
    l->r->named++;
    uint32_t key = l->g->group->per == FIELD_COUNT ? 0 : (uint32_t)(l->k->hash >> 32) | 1;
    a->cause_count = suspects_name(&l->g->causes[cause].suspects, l->r->end, l->rule->window_s, key,
                                   l->rule->side == RULE_BELOW, a->causes);
}

static void fired(const struct looking *l, const struct reading *is)
{
    const struct rule_spec *rule = l->rule;
    struct monitor_alert *a = mem_new(1, sizeof *a);
    double value = natural(rule, is);
    *a = (struct monitor_alert){.triggered_at = l->r->end,
                                .hits = is->entries,
                                .peak_hits = is->entries,
                                .window_s = rule->window_s,
                                .by_rule = true,
                                .metric = rule->metric,
                                .side = rule->side,
                                .level = rule->level,
                                .per = rule->per,
                                .key_len = l->k->name_len,
                                .value = value,
                                .peak_value = value};
    memcpy(a->rule, rule->name, sizeof a->rule);
    memcpy(a->key, l->k->name, l->k->name_len);
    name_causes(l, a);
    l->j->before = sum_before(l);
    l->j->firing = a;
    l->r->firing++;
    l->r->options.told(l->r->options.ctx, ALERT_FIRED, a);
}

static void recovered(const struct looking *l, const struct reading *is)
{
    struct monitor_alert *a = l->j->firing;
    a->recovered = true;
    a->recovered_at = l->r->end;
    a->recovered_hits = is->entries;
    if (is->entries > a->peak_hits) /* what recovers by its share may be busier than ever */
        a->peak_hits = is->entries;
    a->recovered_value = natural(l->rule, is);
    a->total = lane_total(&l->k->lane, l->g->column_of[rules_counter(a->metric)]) - l->j->before;
    l->r->firing--;
    l->r->options.told(l->r->options.ctx, ALERT_RECOVERED, a);
    free(a);
    l->j->firing = NULL;
}

static void goes_on(const struct looking *l, const struct reading *is)
{
    struct monitor_alert *a = l->j->firing;
    double value = natural(l->rule, is);
    bool peak = l->rule->side == RULE_ABOVE ? value > a->peak_value : value < a->peak_value;
    if (!peak && is->entries <= a->peak_hits)
        return;
    if (peak)
        a->peak_value = value;
    if (is->entries > a->peak_hits)
        a->peak_hits = is->entries;
    l->r->options.told(l->r->options.ctx, ALERT_SAME, a);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next second at which it may stand otherwise though nothing comes. */
static int64_t next_of(const struct looking *l)
{
    const struct lane *lane = &l->k->lane;
    int64_t next = INT64_MAX;
    if (l->j->tail < lane->end)
        next = lane_second(lane, l->j->tail) + l->rule->window_s;
    if (l->whole && l->j->whole_tail < l->whole->end)
        next = sooner(next, lane_second(l->whole, l->j->whole_tail) + l->rule->window_s);
    if (l->j->phase.state == ALERT_PENDING && l->j->phase.since + l->rule->for_s > l->r->end)
        next = sooner(next, l->j->phase.since + l->rule->for_s);
    if (l->rule->side == RULE_BELOW && whole_window(l) > l->r->end)
        next = sooner(next, whole_window(l));
    return next;
}

/* Whether more lines in the same second could make it stand otherwise, or it is over. */
static bool may_be_undone(const struct looking *l, struct alert_standing standing)
{
    enum rule_measure m = l->rule->level.measure;
    bool grows = l->rule->side == RULE_ABOVE && (m == RULE_RATE || m == RULE_AMOUNT);
    return !grows || standing.level <= 0 || l->j->phase.state == ALERT_FIRING;
}

static int64_t judge_rule(const struct looking *l)
{
    int64_t from = l->r->end - l->rule->window_s;
    l->j->tail = lane_seek(&l->k->lane, l->j->tail, from);
    if (l->whole)
        l->j->whole_tail = lane_seek(l->whole, l->j->whole_tail, from);
    struct reading is = read_window(l);
    bool empty = l->j->tail == l->k->lane.end;
    if (!empty && !l->j->seen) {
        l->j->seen = true;
        l->j->since = l->r->end;
    }
    struct alert_standing standing = standing_of(l, &is);
    if (l->r->partial && may_be_undone(l, standing))
        return next_of(l);
    switch (alert_turn(&l->j->phase, l->r->end, l->rule->for_s, standing)) {
    case ALERT_FIRED: fired(l, &is); break;
    case ALERT_RECOVERED: recovered(l, &is); break;
    case ALERT_SAME:
        if (l->j->phase.state == ALERT_FIRING)
            goes_on(l, &is);
        break;
    }
    if (empty && l->j->phase.state == ALERT_QUIET)
        l->j->seen = false;
    return next_of(l);
}

static struct lane *whole_lane(const struct rules *r, uint32_t rule)
{
    uint32_t group = r->net->wholes[rule];
    return group == GROUP_NONE ? NULL : &rules_only_key(&r->groups[group])->lane;
}

/* A key of which nothing is left. */
static bool is_over(const struct group_run *g, const struct rule_key *k)
{
    if (g->group->per == FIELD_COUNT || k->lane.begin != k->lane.end)
        return false;
    for (uint32_t i = 0; i < g->group->rule_count; i++)
        if (k->judged[i].phase.state != ALERT_QUIET)
            return false;
    return true;
}

static void judge_key(struct rules *r, struct group_run *g, struct rule_key *k)
{
    k->next = INT64_MAX;
    k->dirty = false;
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        uint32_t rule = g->group->rules[i];
        struct looking l = {
            r, g, k, i, &r->options.rules[rule], &k->judged[i], whole_lane(r, rule)};
        k->next = sooner(k->next, judge_rule(&l));
    }
}

/* Judges those keys of which something is new. Returns the next second that is due. */
static int64_t judge_group(struct rules *r, struct group_run *g)
{
    int64_t next = INT64_MAX;
    size_t bytes = 0;
    for (uint32_t i = 0; i < g->key_count; i++) {
        struct rule_key *k = g->keys[i];
        if (!k)
            continue;
        if (k->dirty || k->next <= r->end || g->judges_whole) {
            judge_key(r, g, k);
            lane_trim(&k->lane, r->end - g->group->window_most);
            if (is_over(g, k)) {
                rules_key_drop(r, g, k);
                continue;
            }
        }
        bytes += k->lane.room * (k->lane.columns + 1) * sizeof *k->lane.cells;
        next = sooner(next, k->next);
    }
    if (g->group->per != FIELD_COUNT && bytes > KEYED_BYTES_MOST)
        rules_keys_purge(g);
    return next;
}

static int64_t judge_second(struct rules *r)
{
    int64_t next = INT64_MAX;
    r->named = 0;
    for (uint32_t i = 0; i < r->net->group_count; i++) {
        if (r->groups[i].group->rule_count && r->groups[i].group->per == FIELD_COUNT)
            rules_only_key(&r->groups[i]); /* silence is judged too */
        next = sooner(next, judge_group(r, &r->groups[i]));
    }
    return next;
}

void rules_finish(struct rules *r, bool whole)
{
    r->partial = !whole;
    judge_second(r);
    r->partial = false;
}

/* Every second is judged at which something changes; in between nothing can. */
void rules_advance(struct rules *r, int64_t second)
{
    while (r->end < second) {
        int64_t next = judge_second(r);
        if (next <= r->end)
            next = r->end + 1;
        r->end = sooner(next, second);
    }
}
