#include "monitor/rules_replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/believed.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_save.h"
#include "monitor/rules_spans.h"
#include "monitor/rules_tape.h"

/* ---- What is believed ------------------------------------------------------------------------ */

static void doubt(struct rules_log *l, int64_t second)
{
    if ((l->doubted_count & (l->doubted_count - 1)) == 0)
        l->doubted = mem_grow(l->doubted, l->doubted_count * 2 + 1, sizeof *l->doubted);
    l->doubted[l->doubted_count++] = second;
}

struct rules_log rules_log_of(const struct timeline *all, int64_t wall_s)
{
    struct rules_log l = {0};
    struct timeline_walk *walk = timeline_walk_new(all);
    struct believed believed;
    struct believed_second next;
    int64_t second;
    uint64_t hits;
    believed_init(&believed, all, wall_s);
    while (believed_next(&believed, &next)) {
        while (timeline_walk_next(walk, &second, &hits) && second != next.second)
            doubt(&l, second);
        l.first = l.any ? l.first : next.second;
        l.last = next.second;
        l.any = true;
    }
    while (timeline_walk_next(walk, &second, &hits))
        doubt(&l, second);
    timeline_walk_free(walk);
    believed_done(&believed);
    return l;
}

void rules_log_done(struct rules_log *l)
{
    free(l->doubted);
    l->doubted = NULL;
    l->doubted_count = 0;
}

static bool is_doubted(const struct rules_log *l, int64_t second)
{
    size_t low = 0, high = l->doubted_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->doubted[middle] < second)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->doubted_count && l->doubted[low] == second;
}

/* ---- What comes, second by second ------------------------------------------------------------ */

/* A column of a lane. */
struct stream {
    struct timeline_walk *walk;
    bool open;
    int64_t second;
    uint64_t amount;
    struct group_run *group;
    uint32_t column;
};

enum { STREAMS = 2 * RULE_COUNTERS };

struct playing {
    const struct rules_log *log;
    struct rules *judge;
    struct stream streams[STREAMS];
    uint32_t stream_count;
    /* of the key */
    const struct tape_key *key;
    const struct tape_record *visitor, *visitors_end, *time, *times_end;
    struct group_run *own;
    const struct rules_spans *spans; /* what lies in between is not there; NULL: everything is */
    size_t span;
};

static void stream_next(const struct rules_log *l, struct stream *s)
{
    do
        s->open = timeline_walk_next(s->walk, &s->second, &s->amount);
    while (s->open && l->doubted_count && is_doubted(l, s->second));
}

/* On the tape a group may have counted more than this judge asks for. */
static void open_streams(struct playing *p, const struct tape_group *from,
                         const struct tape_key *k, struct group_run *g)
{
    for (uint32_t i = 0; i < from->column_count; i++) {
        enum rule_counter c = from->columns[i];
        if (!k->columns[i] || !(g->group->counters & COUNTER_BIT(c)))
            continue;
        struct stream *s = &p->streams[p->stream_count++];
        *s = (struct stream){.walk = timeline_walk_new(k->columns[i]),
                             .group = g,
                             .column = g->column_of[c]};
        stream_next(p->log, s);
    }
}

static void close_streams(struct playing *p)
{
    for (uint32_t i = 0; i < p->stream_count; i++)
        timeline_walk_free(p->streams[i].walk);
    p->stream_count = 0;
}

static bool next_second(const struct playing *p, int64_t *second)
{
    bool any = false;
    for (uint32_t i = 0; i < p->stream_count; i++)
        if (p->streams[i].open && (!any || p->streams[i].second < *second)) {
            *second = p->streams[i].second;
            any = true;
        }
    return any;
}

static struct rule_key *key_of(const struct playing *p, struct group_run *g)
{
    if (g->group->per == FIELD_COUNT)
        return rules_only_key(g);
    return rules_key(g, p->key->hash, text_make(p->key->name, p->key->name_len));
}

static void play_counts(struct playing *p, int64_t second)
{
    for (uint32_t i = 0; i < p->stream_count; i++) {
        struct stream *s = &p->streams[i];
        uint64_t amounts[RULE_COUNTERS] = {0};
        if (!s->open || s->second != second)
            continue;
        struct rule_key *k = key_of(p, s->group);
        amounts[s->column] = s->amount;
        lane_add(&k->lane, second, amounts);
        k->dirty = true;
        stream_next(p->log, s);
    }
}

/* A visitor or duration has an entry, so that its second is among those of the counts. */
static void play_records(struct playing *p, int64_t second)
{
    struct group_run *g = p->own;
    uint32_t number = key_of(p, g)->number;
    for (; p->visitor < p->visitors_end && p->visitor->second <= second; p->visitor++)
        for (uint32_t i = 0; p->visitor->second == second && i < g->crowd_count; i++) {
            crowd_advance(g->each_crowd[i], second);
            crowd_add(g->each_crowd[i], number, p->visitor->what, second);
        }
    for (; p->time < p->times_end && p->time->second <= second; p->time++)
        for (uint32_t i = 0; p->time->second == second && i < g->times_count; i++) {
            times_advance(g->each_times[i], second);
            times_add(g->each_times[i], number, (uint32_t)p->time->what, second, p->time->hits);
        }
}

/* Skips what lies before the next span: all is quiet there, also what fired before. True when it did. */
static bool skip(struct playing *p, int64_t second)
{
    const struct rules_spans *s = p->spans;
    if (!s)
        return false;
    while (p->span < s->count && s->rows[p->span].to < second)
        p->span++;
    if (p->span < s->count && s->rows[p->span].from <= second)
        return false;
    for (uint32_t i = 0; i < p->stream_count; i++) {
        struct stream *stream = &p->streams[i];
        if (p->span == s->count) {
            stream->open = false;
        } else if (stream->open && stream->second < s->rows[p->span].from) {
            timeline_walk_seek(stream->walk, s->rows[p->span].from);
            stream_next(p->log, stream);
        }
    }
    return true;
}

static void play_key(struct playing *p)
{
    int64_t second = 0;
    rules_reset(p->judge, p->log->first);
    while (next_second(p, &second)) {
        if (second > p->log->last)
            break;
        if (skip(p, second))
            continue;
        rules_advance(p->judge, second);
        play_counts(p, second);
        if (p->visitor < p->visitors_end || p->time < p->times_end)
            play_records(p, second);
    }
    rules_advance(p->judge, p->log->last + 1);
    close_streams(p);
}

/* ---- Which keys ------------------------------------------------------------------------------ */

/* Nothing the key counted in all the log is beyond the level. */
static bool never_fires(const struct rule_spec *r, const struct tape_group *g,
                        const struct tape_key *k)
{
    if (r->side == RULE_BELOW || !(r->level.measure == RULE_RATE || r->level.measure == RULE_AMOUNT) ||
        r->metric == RULE_VISITORS)
        return false;
    enum rule_counter counter = rules_counter(r->metric);
    for (uint32_t i = 0; i < g->column_count; i++)
        if (g->columns[i] == counter)
            return rule_level_compare(&r->level, k->totals[i], (uint64_t)r->window_s) <= 0;
    return false;
}

static bool is_dull(const struct rules_tape *t, const struct tape_group *g,
                    const struct tape_key *k)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++)
        if (!never_fires(&t->rules[g->group->rules[i]], g, k))
            return false;
    return true;
}

static int by_key(const void *left, const void *right)
{
    const struct tape_record *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->second < b->second ? -1 : a->second > b->second;
}

static void sort_records(struct tape_records *r)
{
    size_t i = 1;
    while (i < r->count && by_key(&r->rows[i - 1], &r->rows[i]) <= 0)
        i++;
    if (i < r->count) /* most often they come in order */
        qsort(r->rows, r->count, sizeof *r->rows, by_key);
}

/* Moves *at behind the records of the key. */
static void records_of(const struct tape_records *r, size_t *at, uint32_t key,
                       const struct tape_record **from, const struct tape_record **to)
{
    while (*at < r->count && r->rows[*at].key < key)
        ++*at;
    *from = r->rows ? r->rows + *at : NULL;
    while (*at < r->count && r->rows[*at].key == key)
        ++*at;
    *to = r->rows ? r->rows + *at : NULL;
}

/* ---- Groups ---------------------------------------------------------------------------------- */

/* The rules of one group, on their own. */
struct part {
    struct rules_tape *tape;
    const struct tape_group *group;
    struct rule_spec *rules; /* copies */
    rules_replay_firing *firing;
    void *ctx;
};

static void tell(const struct part *p, const struct monitor_alert *a)
{
    for (uint32_t i = 0; i < p->group->group->rule_count; i++)
        if (!strcmp(p->rules[i].name, a->rule)) {
            p->firing(p->ctx, p->group->group->rules[i], a);
            return;
        }
}

static void told(void *ctx, enum alert_change change, struct monitor_alert *a)
{
    if (change == ALERT_RECOVERED)
        tell(ctx, a);
}

static void told_still(void *ctx, struct monitor_alert *a)
{
    tell(ctx, a);
}

static struct rules *judge_of(struct part *p)
{
    uint32_t count = p->group->group->rule_count;
    p->rules = mem_new(count, sizeof *p->rules);
    for (uint32_t i = 0; i < count; i++)
        p->rules[i] = p->tape->rules[p->group->group->rules[i]];
    struct rules *judge = rules_new(
        &(struct rules_options){.rules = p->rules, .count = count, .told = told, .ctx = p});
    for (uint32_t i = 0; i < judge->net->group_count; i++)
        for (uint32_t c = 0; c < judge->groups[i].crowd_count; c++)
            crowd_sampled(judge->groups[i].each_crowd[c], p->tape->level);
    return judge;
}

/* The group that shares of this one are of: on the tape, and with its own judge; NULL: none. */
static const struct tape_group *whole_of(const struct part *p, struct rules *judge,
                                         struct group_run **run)
{
    const struct rules_net *net = p->tape->net;
    for (uint32_t i = 0; i < p->group->group->rule_count; i++) {
        uint32_t whole = net->wholes[p->group->group->rules[i]];
        if (whole == GROUP_NONE)
            continue;
        *run = &judge->groups[judge->net->wholes[i]];
        return p->tape->groups[whole].key_count ? &p->tape->groups[whole] : NULL;
    }
    return NULL;
}

/* What of a key is to be judged; NULL: everything. */
static const struct rules_spans *spans_of(const struct rules_tape *t, const struct tape_key *k)
{
    const struct tape_target *target = k->target ? &t->targets[k->target - 1] : NULL;
    return target && !target->all ? &target->spans : NULL;
}

static void replay_group(struct part *p, const struct rules_log *log)
{
    static const struct tape_key nothing = {.pending = false};
    const struct tape_group *g = p->group;
    struct rules *judge = judge_of(p);
    struct playing playing = {
        .log = log, .judge = judge, .own = &judge->groups[judge->net->groups_of_rules[0]]};
    struct group_run *whole_run = NULL;
    const struct tape_group *whole = whole_of(p, judge, &whole_run);
    size_t visitor = 0, time = 0;
    bool split = g->group->per != FIELD_COUNT;
    uint32_t count = split ? g->key_count : 1;
    sort_records(&p->tape->groups[g - p->tape->groups].visitors);
    sort_records(&p->tape->groups[g - p->tape->groups].times);
    for (uint32_t i = 0; i < count; i++) {
        playing.key = i < g->key_count ? g->keys[i] : &nothing;
        playing.spans = spans_of(p->tape, playing.key);
        playing.span = 0;
        if ((playing.spans && !playing.spans->count) || is_dull(p->tape, g, playing.key))
            continue;
        records_of(&g->visitors, &visitor, i, &playing.visitor, &playing.visitors_end);
        records_of(&g->times, &time, i, &playing.time, &playing.times_end);
        open_streams(&playing, g, playing.key, playing.own);
        if (whole)
            open_streams(&playing, whole, whole->keys[0], whole_run);
        play_key(&playing);
        rules_each_firing(judge, told_still, p);
    }
    rules_free(judge);
    free(p->rules);
}

void rules_replay(struct rules_tape *t, const struct rules_log *log, unsigned part, unsigned parts,
                  rules_replay_firing *firing, void *ctx)
{
    for (uint32_t i = 0; log->any && i < t->net->group_count; i++) {
        if (t->net->groups[i].rule_count == 0 || i % parts != part)
            continue;
        struct part p = {.tape = t, .group = &t->groups[i], .firing = firing, .ctx = ctx};
        replay_group(&p, log);
    }
}
