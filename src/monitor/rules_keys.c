/* rules_keys.c - the keys that the rules of a group are split by: found by hash, bounded in number. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_inside.h"

/* The hash is keyed by the process's secret: keys that share all 64 bits of it are one. */
static uint32_t *index_slot(const struct group_run *g, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & (INDEX_ROOM - 1);
    while (g->index[at] && g->keys[g->index[at] - 1]->hash != hash)
        at = (at + 1) & (INDEX_ROOM - 1);
    return &g->index[at];
}

static void index_build(struct group_run *g)
{
    memset(g->index, 0, INDEX_ROOM * sizeof *g->index);
    for (uint32_t i = 0; i < g->key_count; i++)
        if (g->keys[i])
            *index_slot(g, g->keys[i]->hash) = i + 1;
}

static uint32_t free_number(struct group_run *g)
{
    for (uint32_t i = 0; g->key_used < g->key_count && i < g->key_count; i++)
        if (!g->keys[i])
            return i;
    g->keys = mem_grow(g->keys, g->key_count + 1, sizeof(struct rule_key *));
    return g->key_count++;
}

struct rule_key *rules_key_new(struct group_run *g, uint64_t hash, struct text name)
{
    uint32_t count = g->group->rule_count;
    struct rule_key *k = mem_new(1, sizeof *k + count * sizeof k->judged[0]);
    name = text_cut(name, 0, sizeof k->name);
    k->lane.columns = g->column_count;
    k->hash = hash;
    k->dirty = true;
    k->name_len = (uint32_t)name.len;
    if (name.len)
        memcpy(k->name, name.at, name.len);
    k->number = free_number(g);
    g->keys[k->number] = k;
    g->key_used++;
    return k;
}

static void free_key(struct group_run *g, struct rule_key *k)
{
    g->keys[k->number] = NULL;
    g->key_used--;
    lane_done(&k->lane);
    for (uint32_t i = 0; i < g->group->rule_count; i++)
        free(k->judged[i].firing);
    free(k);
}

void rules_key_drop(struct rules *r, struct group_run *g, struct rule_key *k)
{
    /* What still lies there under its number leaves now. */
    for (uint32_t i = 0; i < g->crowd_count; i++)
        crowd_advance(g->each_crowd[i], r->end);
    for (uint32_t i = 0; i < g->times_count; i++)
        times_advance(g->each_times[i], r->end);
    free_key(g, k);
    if (g->index)
        index_build(g);
}

/* ---- Making place ---------------------------------------------------------------------------- */

struct busy {
    uint64_t entries;
    uint32_t number;
};

static int by_entries(const void *left, const void *right)
{
    const struct busy *a = left, *b = right;
    if (a->entries != b->entries)
        return a->entries < b->entries ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool is_quiet(const struct group_run *g, const struct rule_key *k)
{
    for (uint32_t i = 0; i < g->group->rule_count; i++)
        if (k->judged[i].phase.state != ALERT_QUIET)
            return false;
    return true;
}

void rules_keys_purge(struct group_run *g)
{
    struct busy *idle = mem_new(g->key_count + 1, sizeof *idle);
    uint32_t count = 0, going = g->key_used / 4 + 1;
    for (uint32_t i = 0; i < g->key_count; i++)
        if (g->keys[i] && is_quiet(g, g->keys[i]))
            idle[count++] =
                (struct busy){lane_sum(&g->keys[i]->lane, g->keys[i]->lane.begin, 0), i};
    qsort(idle, count, sizeof *idle, by_entries);
    for (uint32_t i = 0; i < count && i < going; i++) {
        struct rule_key *k = g->keys[idle[i].number];
        for (uint32_t c = 0; c < g->crowd_count; c++)
            crowd_drop(g->each_crowd[c], k->number);
        for (uint32_t t = 0; t < g->times_count; t++)
            times_drop(g->each_times[t], k->number);
        free_key(g, k);
    }
    free(idle);
    index_build(g);
}

struct rule_key *rules_key(struct group_run *g, uint64_t hash, struct text name)
{
    if (!g->index)
        g->index = mem_new(INDEX_ROOM, sizeof *g->index);
    uint32_t found = *index_slot(g, hash);
    if (found)
        return g->keys[found - 1];
    if (g->key_used == RULES_KEYS)
        rules_keys_purge(g);
    if (g->key_used == RULES_KEYS)
        return NULL; /* all fire, or wait to */
    struct rule_key *k = rules_key_new(g, hash, name);
    *index_slot(g, hash) = k->number + 1;
    return k;
}

void rules_keys_index(struct group_run *g)
{
    if (!g->index)
        g->index = mem_new(INDEX_ROOM, sizeof *g->index);
    index_build(g);
}

void rules_keys_free(struct group_run *g)
{
    for (uint32_t i = 0; i < g->key_count; i++)
        if (g->keys[i])
            free_key(g, g->keys[i]);
    free(g->keys);
    free(g->index);
}
