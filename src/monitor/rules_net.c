#include "monitor/rules_net.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* One filter, whatever the number of rules that have it: `groups` count what it lets through. */
struct net_filter {
    const struct rule_where *where;
    uint32_t *groups;
    uint32_t group_count;
};

/* A filter as it is asked: all that is needed lies side by side. */
struct net_candidate {
    bool (*matches)(const void *filter, const struct batch *b, const struct entry *e); /* NULL: all */
    const void *filter;
    uint32_t groups, group_count; /* in net.candidate_groups */
};

/* Where the text of a field has this hash, these candidates are asked. */
struct net_slot {
    uint64_t hash;
    uint32_t field;
    uint32_t first, count; /* 0: a free slot */
};

static const struct rule_where EVERY = {.needs = FIELD_COUNT};

/* ---- Groups ----------------------------------------------------------------------------------- */

static uint64_t where_hash(const struct rules_net *n, const struct rule_where *where)
{
    return where->text ? key_hash(key_cut(text_make(where->text, strlen(where->text))), &n->secret) : 0;
}

/* There are as many as rules, and each is looked for among all: most are told by their hash. */
static bool same_where(const struct rule_group *g, const struct rule_where *where, uint64_t hash)
{
    return g->where_hash == hash && rule_where_same(g->where, where);
}

static uint32_t group_at(struct rules_net *n, const struct rule_where *where, enum field per)
{
    uint64_t hash = where_hash(n, where);
    for (uint32_t i = 0; i < n->group_count; i++)
        if (n->groups[i].per == per && same_where(&n->groups[i], where, hash))
            return i;
    n->groups = mem_grow(n->groups, n->group_count + 1, sizeof *n->groups);
    n->groups[n->group_count] = (struct rule_group){
        .where = where, .where_hash = hash, .per = per, .counters = COUNTER_BIT(COUNT_ENTRIES)};
    return n->group_count++;
}

/* The counters of a metric, and those of what its share is of. */
static const struct {
    unsigned counters;
    bool visitors, times;
} needs[RULE_METRIC_COUNT] = {
    [RULE_BYTES] = {.counters = COUNTER_BIT(COUNT_BYTES)},
    [RULE_VISITORS] = {.visitors = true},
    [RULE_ERRORS] = {.counters = COUNTER_BIT(COUNT_ERRORS)},
    [RULE_CLIENT_ERRORS] = {.counters = COUNTER_BIT(COUNT_CLIENT_ERRORS)},
    [RULE_REJECTED] = {.counters = COUNTER_BIT(COUNT_REJECTED)},
    [RULE_REQUEST_TIME] = {.times = true},
};

static void group_serves(struct rule_group *g, const struct rule_spec *r)
{
    g->counters |= needs[r->metric].counters;
    if (r->window_s > g->window_most)
        g->window_most = r->window_s;
}

/* Of the shares of hits and bytes the whole is another group than the rule's own. */
static uint32_t whole_of(struct rules_net *n, const struct rule_spec *r, uint32_t own)
{
    bool of_others = r->metric == RULE_HITS || r->metric == RULE_BYTES;
    if (r->level.measure != RULE_SHARE || !of_others)
        return GROUP_NONE;
    uint32_t whole = r->per == FIELD_COUNT ? (uint32_t)GROUP_ALL
                                           : group_at(n, &r->where, FIELD_COUNT);
    group_serves(&n->groups[whole], r);
    return whole == own ? GROUP_NONE : whole;
}

static void add_rule(struct rules_net *n, uint32_t rule)
{
    const struct rule_spec *r = &n->rules[rule];
    uint32_t at = r->metric == RULE_REJECTED ? (uint32_t)GROUP_ALL : group_at(n, &r->where, r->per);
    n->groups_of_rules[rule] = at;
    n->wholes[rule] = whole_of(n, r, at);
    n->fields |= rule_fields(r);
    struct rule_group *g = &n->groups[at];
    group_serves(g, r);
    g->visitors |= needs[r->metric].visitors;
    g->times |= needs[r->metric].times;
    g->rules = mem_grow(g->rules, g->rule_count + 1, sizeof *g->rules);
    g->rules[g->rule_count++] = rule;
}

/* ---- Filters ---------------------------------------------------------------------------------- */

static struct net_filter *filter_at(struct rules_net *n, const struct rule_group *g)
{
    for (uint32_t i = 0; i < n->filter_count; i++)
        if (same_where(&n->groups[n->filters[i].groups[0]], g->where, g->where_hash))
            return &n->filters[i];
    n->filters = mem_grow(n->filters, n->filter_count + 1, sizeof *n->filters);
    n->filters[n->filter_count] = (struct net_filter){.where = g->where};
    return &n->filters[n->filter_count++];
}

static void add_group(struct rules_net *n, uint32_t group)
{
    struct net_filter *f = filter_at(n, &n->groups[group]);
    f->groups = mem_grow(f->groups, f->group_count + 1, sizeof *f->groups);
    f->groups[f->group_count++] = group;
}

static struct net_slot *slot_of(const struct rules_net *n, enum field field, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 32) & n->slot_mask;
    while (n->slots[at].count && (n->slots[at].hash != hash || n->slots[at].field != field))
        at = (at + 1) & n->slot_mask;
    return &n->slots[at];
}

static void note_asked(struct rules_net *n, enum field field)
{
    for (uint32_t i = 0; i < n->field_count; i++)
        if (n->asked[i] == field)
            return;
    n->asked[n->field_count++] = field;
}

static bool is_indexed(const struct net_filter *f)
{
    return f->where->matches && f->where->needs < FIELD_TEXTS;
}

static void add_candidate(struct rules_net *n, const struct net_filter *f)
{
    struct net_candidate *c = &n->candidates[n->candidate_count++];
    /* A hash of 64 keyed bits says as much as the text. */
    bool all = is_indexed(f) && f->where->needs_only;
    *c = (struct net_candidate){.matches = all ? NULL : f->where->matches,
                                .filter = f->where->filter,
                                .groups = n->candidate_group_count,
                                .group_count = f->group_count};
    memcpy(n->candidate_groups + n->candidate_group_count, f->groups,
           f->group_count * sizeof *f->groups);
    n->candidate_group_count += f->group_count;
}

/* The candidates of one slot stand together: all filters that need the same. */
static void index_filter(struct rules_net *n, uint32_t filter)
{
    const struct rule_where *where = n->filters[filter].where;
    uint64_t hash = key_hash(key_cut(where->needed), &n->secret);
    struct net_slot *slot = slot_of(n, where->needs, hash);
    if (slot->count)
        return;
    note_asked(n, where->needs);
    *slot = (struct net_slot){hash, where->needs, n->candidate_count, 1};
    add_candidate(n, &n->filters[filter]);
    for (uint32_t i = filter + 1; i < n->filter_count; i++) {
        const struct rule_where *other = n->filters[i].where;
        if (!is_indexed(&n->filters[i]) || other->needs != where->needs ||
            !text_same(other->needed, where->needed))
            continue;
        add_candidate(n, &n->filters[i]);
        slot->count++;
    }
}

static void build_index(struct rules_net *n)
{
    for (uint32_t i = 1; i < n->group_count; i++)
        add_group(n, i);
    uint32_t room = 16;
    while (room < n->filter_count * 4)
        room *= 2;
    n->slots = mem_new(room, sizeof *n->slots);
    n->slot_mask = room - 1;
    n->candidates = mem_new(n->filter_count + 1, sizeof *n->candidates);
    n->candidate_groups = mem_new(n->group_count + 1, sizeof *n->candidate_groups);
    for (uint32_t i = 0; i < n->filter_count; i++)
        if (!is_indexed(&n->filters[i]))
            add_candidate(n, &n->filters[i]);
    n->always_count = n->candidate_count;
    for (uint32_t i = 0; i < n->filter_count; i++)
        if (is_indexed(&n->filters[i]))
            index_filter(n, i);
}

struct rules_net *rules_net_new(const struct rule_spec *rules, uint32_t count)
{
    struct rules_net *n = mem_new(1, sizeof *n);
    n->rules = rules;
    n->rule_count = count;
    n->secret = key_secret();
    n->wholes = mem_new((size_t)count + 1, sizeof *n->wholes);
    n->groups_of_rules = mem_new((size_t)count + 1, sizeof *n->groups_of_rules);
    group_at(n, &EVERY, FIELD_COUNT);
    for (uint32_t i = 0; i < count; i++)
        add_rule(n, i);
    build_index(n);
    return n;
}

void rules_net_free(struct rules_net *n)
{
    if (!n)
        return;
    for (uint32_t i = 0; i < n->group_count; i++)
        free(n->groups[i].rules);
    for (uint32_t i = 0; i < n->filter_count; i++)
        free(n->filters[i].groups);
    free(n->groups);
    free(n->wholes);
    free(n->groups_of_rules);
    free(n->filters);
    free(n->candidates);
    free(n->candidate_groups);
    free(n->slots);
    free(n);
}

/* ---- Asking ----------------------------------------------------------------------------------- */

static inline uint32_t ask(const struct net_candidate *c, const uint32_t *all_groups,
                           const struct batch *b, const struct entry *e, uint32_t *groups,
                           uint32_t count)
{
    if (c->matches && !c->matches(c->filter, b, e))
        return count;
    const uint32_t *from = all_groups + c->groups;
    for (uint32_t i = 0; i < c->group_count; i++)
        groups[count++] = from[i];
    return count;
}

uint32_t rules_net_match(const struct rules_net *n, const struct batch *b, const struct entry *e,
                         uint32_t *groups)
{
    const struct net_candidate *candidates = n->candidates;
    const uint32_t *all_groups = n->candidate_groups;
    const uint32_t field_count = n->field_count, always_count = n->always_count;
    uint32_t count = 0;
    for (uint32_t i = 0; i < field_count; i++) {
        enum field field = n->asked[i];
        if (!(e->has & FIELD_BIT(field)))
            continue;
        uint64_t hash = key_hash_slack(key_cut(batch_text(b, e, field)), &n->secret);
        const struct net_slot *slot = slot_of(n, field, hash);
        const struct net_candidate *c = candidates + slot->first, *end = c + slot->count;
        for (; c < end; c++)
            count = ask(c, all_groups, b, e, groups, count);
    }
    for (uint32_t i = 0; i < always_count; i++)
        count = ask(&candidates[i], all_groups, b, e, groups, count);
    return count;
}
