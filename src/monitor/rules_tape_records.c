/* rules_tape_records.c - visitors and durations on a tape: one each a second and key, or a sample. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/rules_tape.h"

enum { RECENT_ROOM = 4096 };

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

void tape_visitor(struct rules_tape *t, struct tape_group *g, uint32_t key, int64_t second,
                  uint64_t visitor)
{
    if (zeros(visitor) >= t->level)
        record(t, &g->visitors, &(struct tape_record){second, visitor, key, 1});
}

void tape_time(struct rules_tape *t, struct tape_group *g, uint32_t key, int64_t second,
               uint32_t bucket)
{
    if (++t->skip < t->stride)
        return;
    t->skip = 0;
    record(t, &g->times, &(struct tape_record){second, bucket, key, t->stride});
}

void tape_records_free(struct tape_records *r)
{
    free(r->rows);
    free(r->recent);
}

/* Takes the records of keys that are gone out, and gives the others their keys' new numbers. */
void tape_records_renumber(struct tape_records *r, const uint32_t *numbers)
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

void tape_records_merge(struct tape_records *into, const struct tape_records *from,
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

void tape_records_level(struct rules_tape *t)
{
    for (uint32_t i = 0; i < t->net->group_count; i++)
        thin_visitors(&t->groups[i].visitors, t->level);
    recount(t);
}
