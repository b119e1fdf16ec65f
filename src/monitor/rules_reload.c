/* rules_reload.c - a new set of rules takes over from the old one, with all that both know. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"

/* ---- The same in both ------------------------------------------------------------------------ */

static bool same_level(const struct rule_level *a, const struct rule_level *b)
{
    return a->measure == b->measure && a->amount == b->amount && a->scale == b->scale &&
           a->per_s == b->per_s && a->percentile_millis == b->percentile_millis;
}

bool rules_same(const struct rule_spec *a, const struct rule_spec *b)
{
    return !strcmp(a->name, b->name) && a->metric == b->metric && a->side == b->side &&
           same_level(&a->level, &b->level) && same_level(&a->recover, &b->recover) &&
           a->window_s == b->window_s && a->for_s == b->for_s && a->at_least == b->at_least &&
           a->per == b->per && rule_where_same(&a->where, &b->where);
}

static struct group_run *same_group(struct rules *r, const struct rule_group *g)
{
    for (uint32_t i = 0; i < r->net->group_count; i++) {
        const struct rule_group *other = r->groups[i].group;
        if (other->per == g->per && rule_where_same(other->where, g->where))
            return &r->groups[i];
    }
    return NULL;
}

/* Number in the group of the rule that is the same; UINT32_MAX: none is. */
static uint32_t same_rule(const struct rules *old, const struct group_run *group,
                          const struct rule_spec *rule)
{
    for (uint32_t i = 0; i < group->group->rule_count; i++)
        if (rules_same(&old->options.rules[group->group->rules[i]], rule))
            return i;
    return UINT32_MAX;
}

/* ---- What was counted ------------------------------------------------------------------------ */

/* Cell by cell: the two may count different things. */
static void take_lane(const struct group_run *to, struct lane *into, const struct group_run *from,
                      const struct lane *lane)
{
    for (uint64_t n = lane->begin; n < lane->end; n++) {
        uint64_t amounts[RULE_COUNTERS] = {0};
        for (uint32_t i = 0; i < to->column_count; i++) {
            if (!(from->group->counters & COUNTER_BIT(to->columns[i])))
                continue;
            uint32_t column = from->column_of[to->columns[i]];
            uint64_t before =
                n == lane->begin ? lane->base[column] : lane_cell(lane, n - 1)[1 + column];
            amounts[i] = lane_cell(lane, n)[1 + column] - before;
        }
        lane_add(into, lane_second(lane, n), amounts);
    }
}

/* The first rule of the group with that metric and window; UINT32_MAX: none. */
static uint32_t first_like(const struct rules *r, const struct group_run *g,
                           const struct rule_spec *rule)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        const struct rule_spec *other = &r->options.rules[g->group->rules[i]];
        if (other->metric == rule->metric && other->window_s == rule->window_s)
            return i;
    }
    return UINT32_MAX;
}

/* Crowds and histograms go over as they are; rules of one window share them. */
static void take_others(struct rules *r, struct group_run *to, struct rules *old,
                        struct group_run *from)
{
    for (uint32_t i = 0; i < to->group->rule_count; i++) {
        const struct rule_spec *rule = &r->options.rules[to->group->rules[i]];
        uint32_t was = first_like(old, from, rule);
        if (was == UINT32_MAX || first_like(r, to, rule) != i)
            continue;
        if (to->crowds[i])
            crowd_swap(to->crowds[i], from->crowds[was]);
        if (to->times[i])
            times_swap(to->times[i], from->times[was]);
    }
}

static void take_causes(struct group_run *to, struct group_run *from)
{
    for (uint32_t i = 0; i < to->cause_count; i++)
        for (uint32_t k = 0; k < from->cause_count; k++) {
            if (!rules_same_cause(&to->causes[i].about, &from->causes[k].about))
                continue;
            struct suspects kept = to->causes[i].suspects;
            to->causes[i].suspects = from->causes[k].suspects;
            from->causes[k].suspects = kept;
        }
}

/* ---- States ---------------------------------------------------------------------------------- */

static void take_judged(struct rules *r, struct group_run *to, struct rule_key *k,
                        struct rules *old, struct group_run *from, struct rule_key *was)
{
    for (uint32_t i = 0; i < to->group->rule_count; i++) {
        const struct rule_spec *rule = &r->options.rules[to->group->rules[i]];
        uint32_t at = same_rule(old, from, rule);
        if (at == UINT32_MAX)
            continue;
        enum rule_counter c = rules_counter(rule->metric);
        uint64_t counted = lane_total(&was->lane, from->column_of[c]) - was->judged[at].before;
        k->judged[i] = was->judged[at];
        k->judged[i].tail = k->judged[i].whole_tail = 0;
        k->judged[i].before = lane_total(&k->lane, to->column_of[c]) - counted;
        was->judged[at].firing = NULL;
        if (k->judged[i].firing) {
            r->firing++;
            old->firing--;
        }
    }
}

static void take_group(struct rules *r, struct group_run *to, struct rules *old,
                       struct group_run *from)
{
    for (uint32_t i = 0; i < from->key_count; i++) {
        struct rule_key *was = from->keys[i];
        struct text name = was ? text_make(was->name, was->name_len) : TEXT("");
        /* Numbers stay: crowds and histograms know keys by them. */
        struct rule_key *k = rules_key_new(to, was ? was->hash : 0, name);
        if (!was)
            continue;
        take_lane(to, &k->lane, from, &was->lane);
        take_judged(r, to, k, old, from, was);
    }
    for (uint32_t i = 0; i < from->key_count; i++)
        if (!from->keys[i])
            rules_key_drop(r, to, to->keys[i]);
    if (to->group->per != FIELD_COUNT)
        rules_keys_index(to);
    take_others(r, to, old, from);
    take_causes(to, from);
}

/* It ends with what the last second that was judged left. Crowds and histograms are others' by now: the
 * value of what they know stays that of the firing. */
static void end_alert(struct rules *r, const struct group_run *from, const struct rule_key *k,
                      uint32_t at)
{
    struct monitor_alert *a = k->judged[at].firing;
    uint32_t column = from->column_of[rules_counter(a->metric)];
    uint64_t tail = lane_seek(&k->lane, k->judged[at].tail, r->end - a->window_s);
    a->recovered = true;
    a->recovered_at = r->end;
    a->recovered_hits = lane_sum(&k->lane, tail, from->column_of[COUNT_ENTRIES]);
    if (a->recovered_hits > a->peak_hits)
        a->peak_hits = a->recovered_hits;
    a->recovered_value = a->value;
    if (a->level.measure == RULE_RATE && a->metric != RULE_VISITORS)
        a->recovered_value = (double)lane_sum(&k->lane, tail, column) / (double)a->window_s;
    a->total = lane_total(&k->lane, column) - k->judged[at].before;
    r->options.told(r->options.ctx, ALERT_RECOVERED, a);
}

/* Alerts of rules that are no more, or not the same. */
static void end_rest(struct rules *r, struct group_run *from)
{
    for (uint32_t k = 0; k < from->key_count; k++)
        for (uint32_t i = 0; from->keys[k] && i < from->group->rule_count; i++) {
            struct judged *j = &from->keys[k]->judged[i];
            if (!j->firing)
                continue;
            end_alert(r, from, from->keys[k], i);
            free(j->firing);
            j->firing = NULL;
            r->firing--;
        }
}

void rules_take_over(struct rules *r, struct rules *old)
{
    rules_open(r, old->end);
    r->since = old->since;
    for (uint32_t i = 0; i < r->net->group_count; i++) {
        struct group_run *from = same_group(old, r->groups[i].group);
        if (from && r->groups[i].key_count == 0)
            take_group(r, &r->groups[i], old, from);
    }
    for (uint32_t i = 0; i < old->net->group_count; i++)
        end_rest(old, &old->groups[i]);
}
