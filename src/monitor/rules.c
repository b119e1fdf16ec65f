#include "monitor/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_save.h"

/* Room of a slice of the sample for causes: less where there are many of them. */
enum { SAMPLE_ALONE = 2048, SAMPLE_FEW = 1024, SAMPLE_SOME = 512, SAMPLE_MANY = 128 };
enum { ALONE = 2, FEW = 16, SOME = 128, HURRY_EACH = 256 };

/* ---- Made and freed -------------------------------------------------------------------------- */

static void choose_columns(struct group_run *g)
{
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        if (g->group->counters & COUNTER_BIT(c)) {
            g->column_of[c] = g->column_count;
            g->columns[g->column_count++] = (enum rule_counter)c;
        }
}

/* Rules of one window share what is expensive. */
static void make_crowds(const struct rules *r, struct group_run *g)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        const struct rule_spec *rule = &r->options.rules[g->group->rules[i]];
        for (uint32_t k = 0; k < i; k++) {
            const struct rule_spec *other = &r->options.rules[g->group->rules[k]];
            if (other->metric != rule->metric || other->window_s != rule->window_s)
                continue;
            g->crowds[i] = g->crowds[k];
            g->times[i] = g->times[k];
        }
        if (rule->metric == RULE_VISITORS && !g->crowds[i])
            g->crowds[i] = g->each_crowd[g->crowd_count++] = crowd_new(rule->window_s);
        if (rule->metric == RULE_REQUEST_TIME && !g->times[i])
            g->times[i] = g->each_times[g->times_count++] = times_new(rule->window_s);
    }
}

/* More visitors are more hits of them. */
static enum rule_metric metric_of(const struct rule_spec *rule)
{
    return rule->metric == RULE_VISITORS ? RULE_HITS : rule->metric;
}

bool rules_same_cause(const struct rule_spec *a, const struct rule_spec *b)
{
    if (metric_of(a) != metric_of(b) || a->window_s != b->window_s)
        return false;
    return a->metric != RULE_REQUEST_TIME ||
           (a->side == b->side && a->level.amount == b->level.amount);
}

static uint32_t cause_at(struct group_run *g, const struct rule_spec *rule)
{
    for (uint32_t i = 0; i < g->cause_count; i++)
        if (rules_same_cause(&g->causes[i].about, rule))
            return i;
    g->causes = mem_grow(g->causes, g->cause_count + 1, sizeof *g->causes);
    g->causes[g->cause_count] = (struct group_cause){.about = *rule};
    return g->cause_count++;
}

static void choose_causes(const struct rules *r, struct group_run *g)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        const struct rule_spec *rule = &r->options.rules[g->group->rules[i]];
        bool has = r->options.causes && rule->metric != RULE_REJECTED; /* those have no fields */
        g->causes_of[i] = has ? cause_at(g, rule) : NO_CAUSE;
    }
}

static void make_group(struct rules *r, struct group_run *g, const struct rule_group *group)
{
    size_t count = (size_t)group->rule_count + 1;
    *g = (struct group_run){.group = group,
                            .crowds = mem_new(count, sizeof(struct crowd *)),
                            .each_crowd = mem_new(count, sizeof(struct crowd *)),
                            .times = mem_new(count, sizeof(struct times *)),
                            .each_times = mem_new(count, sizeof(struct times *)),
                            .causes_of = mem_new(count, sizeof *g->causes_of)};
    choose_columns(g);
    make_crowds(r, g);
    choose_causes(r, g);
    for (uint32_t i = 0; i < group->rule_count; i++)
        g->judges_whole |= r->net->wholes[group->rules[i]] != GROUP_NONE;
}

static void start_causes(struct rules *r)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        all += r->groups[i].cause_count;
    r->many_causes = all > FEW;
    uint32_t room = all <= ALONE  ? SAMPLE_ALONE
                    : all <= FEW  ? SAMPLE_FEW
                    : all <= SOME ? SAMPLE_SOME
                                  : SAMPLE_MANY;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        for (uint32_t k = 0; k < r->groups[i].cause_count; k++)
            suspects_init(&r->groups[i].causes[k].suspects, r->groups[i].causes[k].about.window_s, room);
}

struct rules *rules_new(const struct rules_options *o)
{
    struct rules *r = mem_new(1, sizeof *r);
    r->options = *o;
    r->net = rules_net_new(o->rules, o->count);
    r->groups = mem_new(r->net->group_count, sizeof *r->groups);
    r->matched = mem_new(r->net->group_count, sizeof *r->matched);
    r->all_hits_cause = NO_CAUSE;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        make_group(r, &r->groups[i], &r->net->groups[i]);
    if (o->all_hits_s)
        r->all_hits_cause = cause_at(
            &r->groups[GROUP_ALL],
            &(struct rule_spec){.metric = RULE_HITS, .window_s = o->all_hits_s});
    start_causes(r);
    rules_open(r, 0);
    return r;
}

static void group_done(struct group_run *g)
{
    rules_keys_free(g);
    for (uint32_t i = 0; i < g->crowd_count; i++)
        crowd_free(g->each_crowd[i]);
    for (uint32_t i = 0; i < g->times_count; i++)
        times_free(g->each_times[i]);
    for (uint32_t i = 0; i < g->cause_count; i++)
        suspects_done(&g->causes[i].suspects);
    free(g->crowds);
    free(g->each_crowd);
    free(g->times);
    free(g->each_times);
    free(g->causes_of);
    free(g->causes);
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        group_done(&r->groups[i]);
    free(r->groups);
    free(r->matched);
    classes_free(r->classes);
    rules_net_free(r->net);
    free(r);
}

/* What an alert that fires has counted so far must outlive the cells. */
static void key_open(const struct rules *r, struct group_run *g, struct rule_key *k)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        enum rule_metric metric = r->options.rules[g->group->rules[i]].metric;
        k->judged[i].seen = false;
        k->judged[i].before -= lane_total(&k->lane, g->column_of[rules_counter(metric)]);
    }
    lane_clear(&k->lane);
    k->dirty = true;
}

static void group_open(struct rules *r, struct group_run *g)
{
    for (uint32_t i = 0; i < g->key_count; i++)
        if (g->keys[i])
            key_open(r, g, g->keys[i]);
    for (uint32_t i = 0; i < g->crowd_count; i++)
        crowd_clear(g->each_crowd[i], r->end);
    for (uint32_t i = 0; i < g->times_count; i++)
        times_clear(g->each_times[i], r->end);
    for (uint32_t i = 0; i < g->cause_count; i++)
        suspects_clear(&g->causes[i].suspects, r->end);
}

void rules_open(struct rules *r, int64_t second)
{
    r->end = r->since = second;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        group_open(r, &r->groups[i]);
}

void rules_reset(struct rules *r, int64_t second)
{
    for (uint32_t i = 0; i < r->net->group_count; i++) {
        rules_keys_free(&r->groups[i]);
        r->groups[i].keys = NULL;
        r->groups[i].index = NULL;
        r->groups[i].key_count = r->groups[i].key_used = 0;
    }
    r->firing = 0;
    rules_open(r, second);
}

void rules_each_firing(struct rules *r, void (*each)(void *ctx, struct monitor_alert *a), void *ctx)
{
    for (uint32_t i = 0; i < r->net->group_count; i++)
        for (uint32_t k = 0; k < r->groups[i].key_count; k++)
            for (uint32_t n = 0; r->groups[i].keys[k] && n < r->groups[i].group->rule_count; n++)
                if (r->groups[i].keys[k]->judged[n].firing)
                    each(ctx, r->groups[i].keys[k]->judged[n].firing);
}

int64_t rules_window(const struct rules *r)
{
    int64_t most = 0;
    for (uint32_t i = 0; i < r->options.count; i++)
        if (r->options.rules[i].window_s > most)
            most = r->options.rules[i].window_s;
    return most;
}

size_t rules_firing(const struct rules *r)
{
    return r->firing;
}

uint32_t rules_all_hits_cause(const struct rules *r, int64_t second, struct cause out[CAUSES_MOST])
{
    const struct group_run *g = &r->groups[GROUP_ALL];
    if (r->all_hits_cause == NO_CAUSE)
        return 0;
    return suspects_name(&g->causes[r->all_hits_cause].suspects, second, r->options.all_hits_s, 0,
                         false, out);
}

/* ---- Counting -------------------------------------------------------------------------------- */

bool rules_key_of(const struct rules_net *n, enum field per, const struct batch *b,
                  const struct entry *e, char room[CAUSE_NAME_SIZE], struct rule_key_name *out)
{
    if (!(e->has & FIELD_BIT(per)))
        return false;
    if (per == FIELD_STATUS) {
        cause_name(CAUSE_STATUS, b, e, room, &out->name);
        out->hash = key_hash(out->name, &n->secret);
        return true;
    }
    out->name = batch_text(b, e, per);
    out->hash = key_hash_slack(key_cut(out->name), &n->secret);
    return true;
}

static void take_causes(const struct rules *r, struct group_run *g, const struct batch *b,
                        const struct entry *e, int64_t second, uint32_t key)
{
    for (uint32_t i = 0; i < g->cause_count; i++) {
        struct group_cause *c = &g->causes[i];
        double amount = c->about.metric == RULE_HITS ? 1 : cause_amount(&c->about, e);
        if (amount > 0)
            suspects_take(&c->suspects, b, e, second, key, amount, r->hurry);
    }
}

/* Visitors and durations. */
static void take_others(struct rules *r, struct group_run *g, uint32_t number,
                        const struct batch *b, const struct entry *e, int64_t second)
{
    if (g->crowd_count && (e->has & FIELD_BIT(FIELD_HOST))) {
        uint64_t visitor =
            key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), &r->net->secret);
        for (uint32_t i = 0; i < g->crowd_count; i++) {
            crowd_advance(g->each_crowd[i], r->end);
            crowd_add(g->each_crowd[i], number, visitor, second);
        }
    }
    if (g->times_count && (e->has & FIELD_BIT(FIELD_REQUEST_TIME))) {
        uint32_t bucket = latency_bucket(entry_number(e, FIELD_REQUEST_TIME));
        for (uint32_t i = 0; i < g->times_count; i++) {
            times_advance(g->each_times[i], r->end);
            times_add(g->each_times[i], number, bucket, second, 1);
        }
    }
}

static void count_in(struct rules *r, struct group_run *g, const struct batch *b,
                     const struct entry *e, int64_t second)
{
    uint64_t amounts[RULE_COUNTERS];
    char room[CAUSE_NAME_SIZE];
    struct rule_key_name name;
    struct rule_key *k;
    uint32_t sampled = 0;
    if (second <= r->end - g->group->window_most)
        return;
    if (g->group->per == FIELD_COUNT) {
        k = rules_only_key(g);
    } else {
        if (!rules_key_of(r->net, g->group->per, b, e, room, &name) ||
            !(k = rules_key(g, name.hash, name.name)))
            return;
        sampled = (uint32_t)(name.hash >> 32) | 1;
    }
    for (uint32_t i = 0; i < g->column_count; i++)
        amounts[i] = rules_amount(g->columns[i], e);
    lane_add(&k->lane, second, amounts);
    k->dirty = true;
    if (g->crowd_count || g->times_count)
        take_others(r, g, k->number, b, e, second);
    if (g->cause_count)
        take_causes(r, g, b, e, second, sampled);
}

/* Where there are many samples and lines come in full batches, a log is being caught up with. */
static void choose_hurry(struct rules *r, const struct batch *b)
{
    r->hurry = r->many_causes ? 1 + b->count / HURRY_EACH : 1;
}

/* The groups that count the entry, but for that of all. */
static const uint32_t *groups_of(struct rules *r, const struct batch *b, const struct entry *e,
                                 uint32_t *count)
{
    uint32_t class;
    if (!r->classes)
        r->classes = classes_new(r->net, 0);
    classes_of(r->classes, b, e, 1, NULL, &class);
    if (class == CLASS_NONE) {
        *count = rules_net_match(r->net, b, e, r->matched);
        return r->matched;
    }
    *count = classes_at(r->classes, class)->group_count;
    return classes_groups(r->classes, class);
}

void rules_add(struct rules *r, const struct batch *b, const struct entry *e, int64_t second)
{
    struct group_run *all = &r->groups[GROUP_ALL];
    if (second > r->end)
        return;
    choose_hurry(r, b);
    if (all->group->window_most)
        count_in(r, all, b, e, second);
    else if (all->cause_count)
        take_causes(r, all, b, e, second, 0);
    uint32_t count;
    const uint32_t *groups = groups_of(r, b, e, &count);
    for (uint32_t i = 0; i < count; i++)
        count_in(r, &r->groups[groups[i]], b, e, second);
}

void rules_refused(struct rules *r, int64_t second, uint64_t lines)
{
    struct group_run *g = &r->groups[GROUP_ALL];
    uint64_t amounts[RULE_COUNTERS] = {0};
    bool counts = g->group->counters & COUNTER_BIT(COUNT_REJECTED);
    if (!counts || second > r->end || second <= r->end - g->group->window_most)
        return;
    amounts[g->column_of[COUNT_REJECTED]] = lines;
    struct rule_key *k = rules_only_key(g);
    lane_add(&k->lane, second, amounts);
    k->dirty = true;
}
