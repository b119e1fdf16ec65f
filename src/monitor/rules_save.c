#include "monitor/rules_save.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "monitor/alerts_save.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"

/* ---- Known again by ------------------------------------------------------------------------- */

static void pack_string(struct buf *out, const char *string)
{
    pack_u64(out, string != NULL);
    pack_text(out, text_of(string ? string : ""));
}

static void pack_level(struct buf *out, const struct rule_level *l)
{
    pack_u64(out, l->measure);
    pack_u64(out, l->amount);
    pack_u64(out, l->scale);
    pack_u64(out, l->per_s);
    pack_u64(out, l->percentile_millis);
}

/* The same for rules that are the same (rules_same()). */
static uint64_t rule_mark(const struct rule_spec *r)
{
    struct buf b = {0};
    pack_string(&b, r->name);
    pack_u64(&b, r->metric);
    pack_u64(&b, r->side);
    pack_level(&b, &r->level);
    pack_level(&b, &r->recover);
    pack_i64(&b, r->window_s);
    pack_i64(&b, r->for_s);
    pack_u64(&b, r->at_least);
    pack_u64(&b, r->per);
    pack_string(&b, r->where.text);
    uint64_t mark = hash_checksum(buf_text(&b));
    buf_done(&b);
    return mark;
}

static uint64_t group_mark(const struct rule_group *g)
{
    struct buf b = {0};
    pack_string(&b, g->where->text);
    pack_u64(&b, g->per);
    uint64_t mark = hash_checksum(buf_text(&b));
    buf_done(&b);
    return mark;
}

static struct group_run *group_marked(struct rules *r, uint64_t mark)
{
    for (uint32_t i = 0; i < r->net->group_count; i++)
        if (group_mark(r->groups[i].group) == mark)
            return &r->groups[i];
    return NULL;
}

static struct rule_key *key_marked(struct group_run *g, uint64_t hash, struct text name)
{
    return g->group->per == FIELD_COUNT ? rules_only_key(g) : rules_key(g, hash, name);
}

/* ---- States ---------------------------------------------------------------------------------- */

/* Since when a key is there matters to those that watch for less. */
static bool is_worth(const struct rule_spec *rule, const struct judged *j)
{
    bool waits = rule->side == RULE_BELOW && rule->per != FIELD_COUNT;
    return j->phase.state != ALERT_QUIET || (waits && j->seen);
}

static void pack_judged(const struct rules *r, const struct group_run *g, const struct rule_key *k,
                        uint32_t at, struct buf *out)
{
    const struct rule_spec *rule = &r->options.rules[g->group->rules[at]];
    const struct judged *j = &k->judged[at];
    pack_u64(out, rule_mark(rule));
    pack_u64(out, k->hash);
    pack_text(out, text_make(k->name, k->name_len));
    pack_u64(out, j->phase.state);
    pack_i64(out, j->phase.since);
    pack_u64(out, j->seen);
    pack_i64(out, j->since);
    pack_u64(out, lane_total(&k->lane, g->column_of[rules_counter(rule->metric)]) - j->before);
    pack_u64(out, j->firing != NULL);
    if (j->firing)
        alert_pack(j->firing, out);
}

/* Those of a key; only counted where `out` is NULL. */
static uint64_t each_of_key(const struct rules *r, const struct group_run *g,
                            const struct rule_key *k, struct buf *out)
{
    uint64_t count = 0;
    for (uint32_t i = 0; k && i < g->group->rule_count; i++) {
        if (!is_worth(&r->options.rules[g->group->rules[i]], &k->judged[i]))
            continue;
        count++;
        if (out)
            pack_judged(r, g, k, i, out);
    }
    return count;
}

static uint64_t each_judged(const struct rules *r, struct buf *out)
{
    uint64_t count = 0;
    for (uint32_t g = 0; g < r->net->group_count; g++)
        for (uint32_t k = 0; k < r->groups[g].key_count; k++)
            count += each_of_key(r, &r->groups[g], r->groups[g].keys[k], out);
    return count;
}

void rules_pack(const struct rules *r, struct buf *out)
{
    pack_i64(out, r->since);
    pack_u64(out, each_judged(r, NULL));
    each_judged(r, out);
}

static bool rule_marked(struct rules *r, uint64_t mark, struct group_run **g, uint32_t *at)
{
    for (uint32_t i = 0; i < r->options.count; i++) {
        if (rule_mark(&r->options.rules[i]) != mark)
            continue;
        *g = &r->groups[r->net->groups_of_rules[i]];
        for (*at = 0; (*g)->group->rules[*at] != i; ++*at)
            ;
        return true;
    }
    return false;
}

/* What one rule knew of one key. */
struct kept {
    uint64_t mark, hash, counted;
    struct text name;
    struct judged judged;
    bool fires;
    struct monitor_alert alert;
};

static void unpack_kept(struct kept *k, struct unpack *u)
{
    *k = (struct kept){.mark = unpack_u64(u), .hash = unpack_u64(u)};
    k->name = unpack_text(u);
    k->judged.phase.state = (enum alert_state)unpack_most(u, ALERT_PENDING);
    k->judged.phase.since = unpack_second(u);
    k->judged.seen = unpack_most(u, 1);
    k->judged.since = unpack_second(u);
    k->counted = unpack_u64(u);
    k->fires = unpack_most(u, 1);
    if (k->fires && !u->bad)
        alert_unpack(&k->alert, u);
    u->bad |= k->fires != (k->judged.phase.state == ALERT_FIRING);
}

static void take_kept(struct rules *r, const struct kept *kept)
{
    struct group_run *g;
    uint32_t at;
    if (!rule_marked(r, kept->mark, &g, &at))
        return;
    struct rule_key *k = key_marked(g, kept->hash, kept->name);
    if (!k || k->judged[at].firing)
        return;
    struct judged *j = &k->judged[at];
    *j = kept->judged;
    enum rule_counter c = rules_counter(r->options.rules[g->group->rules[at]].metric);
    j->before = lane_total(&k->lane, g->column_of[c]) - kept->counted;
    if (!kept->fires)
        return;
    j->firing = mem_new(1, sizeof *j->firing);
    *j->firing = kept->alert;
    r->firing++;
}

void rules_unpack(struct rules *r, struct unpack *u)
{
    struct kept kept;
    struct unpack look = *u; /* twice: nothing is taken of what is bad further on */
    int64_t since = unpack_second(&look);
    uint64_t count = unpack_count(&look);
    for (uint64_t i = 0; i < count && !look.bad; i++)
        unpack_kept(&kept, &look);
    if (unpack_whole(&look)) {
        r->since = since;
        unpack_second(u);
        unpack_count(u);
        for (uint64_t i = 0; i < count; i++) {
            unpack_kept(&kept, u);
            take_kept(r, &kept);
        }
    }
    *u = look;
}

void rules_resume(struct rules *r, int64_t second)
{
    r->end = second;
    r->since = r->since > second ? second : r->since;
    for (uint32_t i = 0; i < r->net->group_count; i++) {
        struct group_run *g = &r->groups[i];
        for (uint32_t k = 0; k < g->crowd_count; k++)
            crowd_clear(g->each_crowd[k], second);
        for (uint32_t k = 0; k < g->times_count; k++)
            times_clear(g->each_times[k], second);
        for (uint32_t k = 0; k < g->cause_count; k++)
            suspects_clear(&g->causes[k].suspects, second);
    }
}

/* ---- Seconds --------------------------------------------------------------------------------- */

/* Kinds of records; each is followed by its key's hash and name, and ends of lists are 0. */
enum { RECORD_END, RECORD_CELLS, RECORD_VISITOR, RECORD_TIME };

struct packing {
    const struct group_run *g;
    struct buf *out;
    int64_t start;
    uint64_t window_s;
    uint64_t records;
};

static void pack_cells(struct packing *p, const struct rule_key *k, int64_t seconds)
{
    const struct lane *l = &k->lane;
    uint64_t at = lane_seek(l, l->begin, p->start - 1), end = lane_seek(l, at, p->start + seconds - 1);
    if (at == end)
        return;
    p->records++;
    pack_u64(p->out, RECORD_CELLS);
    pack_u64(p->out, k->hash);
    pack_text(p->out, text_make(k->name, k->name_len));
    pack_u64(p->out, end - at);
    for (; at < end; at++) {
        pack_u64(p->out, (uint64_t)(lane_second(l, at) - p->start));
        for (uint32_t i = 0; i < p->g->column_count; i++) {
            uint64_t before = at == l->begin ? l->base[i] : lane_cell(l, at - 1)[1 + i];
            pack_u64(p->out, lane_cell(l, at)[1 + i] - before);
        }
    }
}

static void pack_record(struct packing *p, unsigned kind, uint32_t key, int64_t second,
                        uint64_t what, uint64_t hits)
{
    const struct rule_key *k = key < p->g->key_count ? p->g->keys[key] : NULL;
    if (!k)
        return;
    p->records++;
    pack_u64(p->out, kind);
    pack_u64(p->out, k->hash);
    pack_text(p->out, text_make(k->name, k->name_len));
    pack_u64(p->out, p->window_s);
    pack_u64(p->out, (uint64_t)(second - p->start));
    pack_u64(p->out, what);
    pack_u64(p->out, hits);
}

static void pack_visitor(void *ctx, uint32_t key, uint64_t visitor, int64_t second)
{
    pack_record(ctx, RECORD_VISITOR, key, second, visitor, 1);
}

static void pack_time(void *ctx, uint32_t key, uint32_t bucket, int64_t second, uint32_t hits)
{
    pack_record(ctx, RECORD_TIME, key, second, bucket, hits);
}

static uint64_t pack_group(const struct rules *r, const struct group_run *g, int64_t start,
                           int64_t seconds, struct buf *out)
{
    struct packing p = {.g = g, .out = out, .start = start};
    size_t begin = out->len;
    pack_u64(out, group_mark(g->group));
    pack_u64(out, g->group->counters);
    for (uint32_t i = 0; i < g->key_count; i++)
        if (g->keys[i])
            pack_cells(&p, g->keys[i], seconds);
    for (uint32_t i = 0; i < g->group->rule_count; i++) {
        p.window_s = (uint64_t)r->options.rules[g->group->rules[i]].window_s;
        bool first = true;
        for (uint32_t k = 0; k < i; k++)
            first &= !((g->crowds[i] && g->crowds[k] == g->crowds[i]) ||
                       (g->times[i] && g->times[k] == g->times[i]));
        if (g->crowds[i] && first)
            crowd_each(g->crowds[i], start, start + seconds, pack_visitor, &p);
        if (g->times[i] && first)
            times_each(g->times[i], start, start + seconds, pack_time, &p);
    }
    pack_u64(out, RECORD_END);
    if (!p.records)
        out->len = begin;
    return p.records;
}

bool rules_pack_seconds(const struct rules *r, int64_t start, int64_t seconds, struct buf *out)
{
    uint64_t records = 0;
    for (uint32_t i = 0; i < r->net->group_count; i++)
        records += pack_group(r, &r->groups[i], start, seconds, out);
    return records > 0;
}

bool rules_reach_back(const struct rules *r, int64_t second, int64_t start, int64_t seconds)
{
    for (uint32_t i = 0; i < r->net->group_count; i++)
        for (uint32_t k = 0; k < r->groups[i].times_count; k++) {
            int64_t begin = times_begin(r->groups[i].each_times[k], second);
            if (begin >= start && begin < start + seconds)
                return true;
        }
    return false;
}

/* The columns of then may be others than those of now. */
static void unpack_cells(struct rules *r, struct group_run *g, unsigned counters, int64_t start,
                         struct rule_key *k, struct unpack *u)
{
    for (uint64_t left = unpack_count(u); left > 0 && !u->bad; left--) {
        uint64_t amounts[RULE_COUNTERS] = {0};
        int64_t second = start + (int64_t)unpack_most(u, INT32_MAX);
        for (unsigned c = 0; c < RULE_COUNTERS; c++) {
            uint64_t amount = counters & COUNTER_BIT(c) ? unpack_u64(u) : 0;
            if (g && (g->group->counters & COUNTER_BIT(c)))
                amounts[g->column_of[c]] = amount;
        }
        if (!k || u->bad || second > r->end || second <= r->end - g->group->window_most)
            continue;
        lane_add(&k->lane, second, amounts);
        k->dirty = true;
        for (uint32_t i = 0; i < g->group->rule_count; i++) /* that was counted before */
            k->judged[i].before +=
                amounts[g->column_of[rules_counter(r->options.rules[g->group->rules[i]].metric)]];
    }
}

static void unpack_record(struct rules *r, struct group_run *g, unsigned kind, int64_t start,
                          const struct rule_key *k, struct unpack *u)
{
    int64_t window_s = (int64_t)unpack_most(u, RULE_WINDOW_MOST_S);
    int64_t second = start + (int64_t)unpack_most(u, INT32_MAX);
    uint64_t what = unpack_u64(u), hits = unpack_most(u, UINT32_MAX);
    for (uint32_t i = 0; k && !u->bad && second <= r->end && i < g->group->rule_count; i++) {
        if (r->options.rules[g->group->rules[i]].window_s != window_s)
            continue;
        if (kind == RECORD_VISITOR && g->crowds[i])
            crowd_add(g->crowds[i], k->number, what, second);
        else if (kind == RECORD_TIME && g->times[i] && what < LATENCY_BUCKETS)
            times_add(g->times[i], k->number, (uint32_t)what, second, (uint32_t)hits);
        else
            continue;
        return; /* rules of one window share it */
    }
}

void rules_unpack_seconds(struct rules *r, int64_t start, struct unpack *u)
{
    while (u->at < u->end && !u->bad) {
        struct group_run *g = group_marked(r, unpack_u64(u));
        unsigned counters = (unsigned)unpack_most(u, COUNTER_BIT(RULE_COUNTERS) - 1);
        for (;;) {
            unsigned kind = (unsigned)unpack_most(u, RECORD_TIME);
            if (kind == RECORD_END || u->bad)
                break;
            uint64_t hash = unpack_u64(u);
            struct text name = unpack_text(u);
            bool wanted = g && !u->bad && g->group->window_most > 0;
            struct rule_key *k = wanted ? key_marked(g, hash, name) : NULL;
            if (kind == RECORD_CELLS)
                unpack_cells(r, g, counters, start, k, u);
            else
                unpack_record(r, g, kind, start, k, u);
        }
    }
}
