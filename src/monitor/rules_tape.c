/* rules_tape.c - what rules count of a log, by second, in the order in which it comes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"
#include "monitor/rules_inside.h"
#include "monitor/rules_tape.h"

enum { RECENT_ROOM = 4096, INDEX_FIRST = 16 };

/* ---- Made and freed -------------------------------------------------------------------------- */

static void make_group(struct tape_group *g, const struct rule_group *group, uint32_t share)
{
    *g = (struct tape_group){.group = group,
                             .only_counts = group->per == FIELD_COUNT && !group->visitors &&
                                            !group->times,
                             .keys_most = TAPE_KEYS / share + 1};
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        if (group->counters & COUNTER_BIT(c))
            g->columns[g->column_count++] = (enum rule_counter)c;
}

struct rules_tape *rules_tape_new(const struct rule_spec *rules, uint32_t count, uint32_t share)
{
    struct rules_tape *t = mem_new(1, sizeof *t);
    t->rules = rules;
    t->net = rules_net_new(rules, count);
    t->groups = mem_new(t->net->group_count, sizeof *t->groups);
    t->matched = mem_new((size_t)t->net->group_count + 1, sizeof *t->matched);
    t->starts = mem_new((size_t)t->net->group_count + 1, sizeof *t->starts);
    t->record_most = TAPE_RECORDS / share + 1;
    t->stride = 1;
    for (uint32_t i = 0; i < t->net->group_count; i++)
        make_group(&t->groups[i], &t->net->groups[i], share);
    return t;
}

static void free_key(struct tape_key *k)
{
    for (unsigned c = 0; c < RULE_COUNTERS; c++)
        timeline_free(k->columns[c]);
    free(k);
}

void rules_tape_free(struct rules_tape *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        struct tape_group *g = &t->groups[i];
        for (uint32_t k = 0; k < g->key_count; k++)
            free_key(g->keys[k]);
        free(g->keys);
        free(g->index);
        free(g->visitors.rows);
        free(g->visitors.recent);
        free(g->times.rows);
        free(g->times.recent);
    }
    free(t->groups);
    free(t->matched);
    free(t->notes);
    free(t->sorted);
    free(t->starts);
    rules_net_free(t->net);
    free(t);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static uint32_t *slot_of(const struct tape_group *g, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & g->index_mask;
    while (g->index[at] && g->keys[g->index[at] - 1]->hash != hash)
        at = (at + 1) & g->index_mask;
    return &g->index[at];
}

static void build_index(struct tape_group *g)
{
    uint32_t room = INDEX_FIRST;
    while (room < g->key_room * 2)
        room *= 2;
    free(g->index);
    g->index = mem_new(room, sizeof *g->index);
    g->index_mask = room - 1;
    for (uint32_t i = 0; i < g->key_count; i++)
        *slot_of(g, g->keys[i]->hash) = i + 1;
}

static int rarest_last(const void *left, const void *right)
{
    const struct tape_key *a = *(struct tape_key *const *)left;
    const struct tape_key *b = *(struct tape_key *const *)right;
    if (a->totals[0] != b->totals[0])
        return a->totals[0] > b->totals[0] ? -1 : 1;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Takes the records of keys that are gone out, and gives the others their keys' new numbers. */
static void renumber(struct tape_records *r, const uint32_t *numbers)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (numbers[r->rows[i].key] == UINT32_MAX)
            continue;
        r->rows[kept] = r->rows[i];
        r->rows[kept++].key = numbers[r->rows[i].key];
    }
    r->count = kept;
    if (r->recent)
        memset(r->recent, 0, RECENT_ROOM * sizeof *r->recent);
}

/* The rarer half of the keys goes. totals[0]: entries. */
static void purge_keys(struct rules_tape *t, struct tape_group *g)
{
    uint32_t *numbers = mem_new(g->key_count, sizeof *numbers), before = g->key_count;
    struct tape_key **old = mem_new(g->key_count, sizeof(struct tape_key *));
    memcpy(old, g->keys, g->key_count * sizeof(struct tape_key *));
    qsort(g->keys, g->key_count, sizeof(struct tape_key *), rarest_last);
    g->key_count = g->keys_most / 2 + 1;
    build_index(g);
    for (uint32_t i = 0; i < before; i++) {
        uint32_t slot = *slot_of(g, old[i]->hash);
        numbers[i] = slot ? slot - 1 : UINT32_MAX;
    }
    t->record_count -= g->visitors.count + g->times.count;
    renumber(&g->visitors, numbers);
    renumber(&g->times, numbers);
    t->record_count += g->visitors.count + g->times.count;
    for (uint32_t i = 0; i < before; i++)
        if (numbers[i] == UINT32_MAX)
            free_key(old[i]);
    free(old);
    free(numbers);
}

static uint32_t key_at(struct rules_tape *t, struct tape_group *g, uint64_t hash, struct text name)
{
    uint32_t found = g->index ? *slot_of(g, hash) : 0;
    if (found)
        return found - 1;
    if (g->key_count > g->keys_most)
        purge_keys(t, g);
    if (g->key_count == g->key_room) {
        g->key_room = g->key_room ? g->key_room * 2 : 1;
        g->keys = mem_grow(g->keys, g->key_room, sizeof(struct tape_key *));
        build_index(g);
    }
    struct tape_key *k = mem_new(1, sizeof *k);
    name = text_cut(name, 0, sizeof k->name);
    k->hash = hash;
    k->name_len = (uint32_t)name.len;
    if (name.len)
        memcpy(k->name, name.at, name.len);
    g->keys[g->key_count++] = k;
    *slot_of(g, hash) = g->key_count;
    return g->key_count - 1;
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static void key_flush(const struct tape_group *g, struct tape_key *k)
{
    for (uint32_t i = 0; k->pending && i < g->column_count; i++) {
        if (!k->amounts[i])
            continue;
        if (!k->columns[i])
            k->columns[i] = timeline_new();
        timeline_add(k->columns[i], k->second, k->amounts[i]);
        k->totals[i] += k->amounts[i];
        k->amounts[i] = 0;
    }
    k->pending = false;
}

void rules_tape_flush(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->net->group_count; i++)
        for (uint32_t k = 0; k < t->groups[i].key_count; k++)
            key_flush(&t->groups[i], t->groups[i].keys[k]);
}

static inline struct tape_key *key_to(struct tape_group *g, uint32_t key, int64_t second)
{
    struct tape_key *k = g->keys[key];
    if (k->second != second || !k->pending) {
        key_flush(g, k);
        k->second = second;
        k->pending = true;
    }
    return k;
}

/* ---- Records --------------------------------------------------------------------------------- */

static uint32_t zeros(uint64_t hash)
{
    return hash ? (uint32_t)__builtin_clzll(hash) : 64;
}

static void thin_visitors(struct tape_records *r, uint32_t level)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->count; i++)
        if (zeros(r->rows[i].what) >= level)
            r->rows[kept++] = r->rows[i];
    r->count = kept;
    if (r->recent)
        memset(r->recent, 0, RECENT_ROOM * sizeof *r->recent);
}

static void thin_times(struct tape_records *r)
{
    size_t kept = 0;
    for (size_t i = 1; i < r->count; i += 2) {
        r->rows[kept] = r->rows[i];
        r->rows[kept++].hits *= 2;
    }
    r->count = kept;
    if (r->recent)
        memset(r->recent, 0, RECENT_ROOM * sizeof *r->recent);
}

static void recount(struct rules_tape *t)
{
    t->record_count = 0;
    for (uint32_t i = 0; i < t->net->group_count; i++)
        t->record_count += t->groups[i].visitors.count + t->groups[i].times.count;
}

/* Half of all records go; every second visitor and every second duration counts from now on. */
static void thin(struct rules_tape *t)
{
    t->level++;
    t->stride *= 2;
    for (uint32_t i = 0; i < t->net->group_count; i++) {
        thin_visitors(&t->groups[i].visitors, t->level);
        thin_times(&t->groups[i].times);
    }
    recount(t);
}

static void record(struct rules_tape *t, struct tape_records *r, const struct tape_record *row)
{
    if (!r->recent)
        r->recent = mem_new(RECENT_ROOM, sizeof *r->recent);
    uint64_t mixed = (row->what + row->key) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t *recent = &r->recent[mixed >> 52];
    struct tape_record *same = *recent ? &r->rows[*recent - 1] : NULL;
    if (same && same->second == row->second && same->what == row->what && same->key == row->key) {
        same->hits += row->hits;
        return;
    }
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->rows = mem_grow(r->rows, r->room, sizeof *r->rows);
    }
    r->rows[r->count++] = *row;
    *recent = (uint32_t)r->count;
    if (++t->record_count > t->record_most)
        thin(t);
}

static void take_visitor(struct rules_tape *t, struct tape_group *g, uint32_t key,
                         const struct batch *b, const struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_HOST)))
        return;
    uint64_t hash = key_hash_slack(key_cut(batch_text(b, e, FIELD_HOST)), &t->net->secret);
    if (zeros(hash) >= t->level)
        record(t, &g->visitors, &(struct tape_record){e->second, hash, key, 1});
}

static void take_time(struct rules_tape *t, struct tape_group *g, uint32_t key,
                      const struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_REQUEST_TIME)) || ++t->skip < t->stride)
        return;
    t->skip = 0;
    uint64_t bucket = latency_bucket(entry_number(e, FIELD_REQUEST_TIME));
    record(t, &g->times, &(struct tape_record){e->second, bucket, key, t->stride});
}

/* ---- Entries --------------------------------------------------------------------------------- */

static void take_in(struct rules_tape *t, struct tape_group *g, const struct batch *b,
                    const struct entry *e)
{
    struct rule_key_name name = {.name = TEXT("")};
    char room[CAUSE_NAME_SIZE];
    uint32_t key = 0;
    if (g->group->per != FIELD_COUNT && !rules_key_of(t->net, g->group->per, b, e, room, &name))
        return;
    if (g->group->per != FIELD_COUNT || !g->key_count)
        key = key_at(t, g, name.hash, name.name);
    struct tape_key *k = key_to(g, key, e->second);
    for (uint32_t i = 0; i < g->column_count; i++)
        k->amounts[i] += rules_amount(g->columns[i], e);
    if (g->group->visitors)
        take_visitor(t, g, key, b, e);
    if (g->group->times)
        take_time(t, g, key, e);
}

static void put_note(struct rules_tape *t, uint32_t group, const struct entry *e)
{
    if (t->note_count == t->note_room) {
        t->note_room = t->note_room ? t->note_room * 2 : BATCH_ENTRIES;
        t->notes = mem_grow(t->notes, t->note_room, sizeof *t->notes);
        t->sorted = mem_grow(t->sorted, t->note_room, sizeof *t->sorted);
    }
    t->notes[t->note_count++] =
        (struct tape_note){.second = e->second,
                           .bytes = rules_amount(COUNT_BYTES, e),
                           .group = group,
                           .status = e->has & FIELD_BIT(FIELD_STATUS) ? e->status : 0};
    t->starts[group + 1]++;
}

static void take_entry(struct rules_tape *t, const struct batch *b, const struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_TIME)))
        return;
    t->any = true;
    t->last = e->second;
    uint32_t count = rules_net_match(t->net, b, e, t->matched);
    if (t->groups[GROUP_ALL].group->window_most)
        t->matched[count++] = GROUP_ALL;
    for (uint32_t i = 0; i < count; i++) {
        struct tape_group *g = &t->groups[t->matched[i]];
        if (g->only_counts)
            put_note(t, t->matched[i], e);
        else
            take_in(t, g, b, e);
    }
}

static uint64_t noted(const struct tape_note *n, enum rule_counter c)
{
    switch (c) {
    case COUNT_ENTRIES: return 1;
    case COUNT_BYTES: return n->bytes;
    case COUNT_ERRORS: return n->status / 100 == 5;
    case COUNT_CLIENT_ERRORS: return n->status / 100 == 4;
    default: return 0;
    }
}

static void take_notes_of(struct rules_tape *t, struct tape_group *g, const struct tape_note *n,
                          const struct tape_note *end)
{
    if (n < end && !g->key_count)
        key_at(t, g, 0, TEXT(""));
    for (; n < end; n++) {
        struct tape_key *k = key_to(g, 0, n->second);
        for (uint32_t i = 0; i < g->column_count; i++)
            k->amounts[i] += noted(n, g->columns[i]);
    }
}

/* Sorts them by group, each in its order. */
static void take_notes(struct rules_tape *t)
{
    uint32_t groups = t->net->group_count;
    for (uint32_t g = 0; g < groups; g++)
        t->starts[g + 1] += t->starts[g];
    for (size_t i = 0; i < t->note_count; i++)
        t->sorted[t->starts[t->notes[i].group]++] = t->notes[i];
    for (uint32_t g = 0, from = 0; g < groups; from = t->starts[g++])
        if (t->starts[g] > from)
            take_notes_of(t, &t->groups[g], t->sorted + from, t->sorted + t->starts[g]);
    memset(t->starts, 0, ((size_t)groups + 1) * sizeof *t->starts);
    t->note_count = 0;
}

void rules_tape_refused(struct rules_tape *t, int64_t second, uint64_t lines)
{
    struct tape_group *g = &t->groups[GROUP_ALL];
    if (!(g->group->counters & COUNTER_BIT(COUNT_REJECTED)) || !lines)
        return;
    if (!g->key_count)
        key_at(t, g, 0, TEXT(""));
    key_to(g, 0, second)->amounts[g->column_count - 1] += lines; /* the last counter there is */
}

static void refuse(struct rules_tape *t, const struct refusal *r)
{
    if (t->any)
        rules_tape_refused(t, t->last, r->lines);
    else
        t->leading += r->lines;
}

void rules_tape_batch(struct rules_tape *t, const struct batch *b)
{
    const struct refusal *refused = b->refusals, *end = refused + b->refusal_count;
    for (uint32_t i = 0; i < b->count; i++) {
        for (; refused < end && refused->before <= i; refused++)
            refuse(t, refused);
        take_entry(t, b, &b->entries[i]);
    }
    for (; refused < end; refused++)
        refuse(t, refused);
    take_notes(t);
}

void rules_tape_piece(struct rules_tape *t)
{
    t->any = false;
    t->leading = 0;
}

bool rules_tape_edges(const struct rules_tape *t, uint64_t *leading, int64_t *last)
{
    *leading = t->leading;
    *last = t->last;
    return t->any;
}

/* ---- Merging --------------------------------------------------------------------------------- */

static void merge_records(struct tape_records *into, const struct tape_records *from,
                          const uint32_t *numbers)
{
    into->room = into->count + from->count;
    if (!into->room)
        return;
    into->rows = mem_grow(into->rows, into->room, sizeof *into->rows);
    for (size_t i = 0; i < from->count; i++) {
        into->rows[into->count] = from->rows[i];
        into->rows[into->count++].key = numbers[from->rows[i].key];
    }
}

static void merge_key(const struct tape_group *g, struct tape_key *into, struct tape_key *from)
{
    for (uint32_t i = 0; i < g->column_count; i++) {
        into->totals[i] += from->totals[i];
        if (!into->columns[i]) {
            into->columns[i] = from->columns[i];
            from->columns[i] = NULL;
        } else if (from->columns[i]) {
            timeline_merge(into->columns[i], from->columns[i]);
        }
    }
}

static void merge_group(struct rules_tape *t, struct tape_group *into, struct tape_group *from)
{
    uint32_t *numbers = mem_new(from->key_count + 1, sizeof *numbers);
    into->keys_most = UINT32_MAX; /* all tapes together hold no more than they may */
    for (uint32_t i = 0; i < from->key_count; i++) {
        struct tape_key *k = from->keys[i];
        numbers[i] = key_at(t, into, k->hash, text_make(k->name, k->name_len));
        merge_key(into, into->keys[numbers[i]], k);
    }
    merge_records(&into->visitors, &from->visitors, numbers);
    merge_records(&into->times, &from->times, numbers);
    free(numbers);
}

void rules_tape_merge(struct rules_tape *into, struct rules_tape *from)
{
    rules_tape_flush(into);
    rules_tape_flush(from);
    for (uint32_t i = 0; i < into->net->group_count; i++)
        merge_group(into, &into->groups[i], &from->groups[i]);
    if (from->level > into->level)
        into->level = from->level;
    for (uint32_t i = 0; i < into->net->group_count; i++)
        thin_visitors(&into->groups[i].visitors, into->level);
    recount(into);
}
