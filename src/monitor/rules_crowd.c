#include "monitor/rules_crowd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CROWD_ROOM = 65536, CROWD_BUCKETS = 65536, CROWD_FIRST = 256 };
#define NOBODY INT64_MIN /* last of a person that is not used */

/* A visitor of a key. In the list of the second at which it stood there when it was last looked
 * at: one seen again later is moved when that second leaves. */
struct person {
    uint64_t hash; /* of key and visitor */
    int64_t last;
    uint32_t key;
    uint32_t next_there;  /* with the same second; person + 1 */
    uint32_t next_bucket; /* with the same bucket; person + 1 */
};

struct crowd {
    int64_t window_s, end;
    struct person *people;
    uint32_t room, used, free, alive; /* free: the first unused one of those, + 1 */
    uint32_t *buckets;                /* by hash: person + 1 */
    uint32_t *seconds;                /* by second modulo window: person + 1 */
    uint32_t *counts;                 /* by key: alive, of this level */
    uint32_t key_room;
    /* Who counts has that many zeros at the front of the hash. `admit` is smaller by one while it is
     * tried whether the next larger sample fits, since `admit_from`. */
    uint32_t level, admit;
    uint32_t level_least; /* what comes is a sample of that level */
    int64_t admit_from;
};

struct crowd *crowd_new(int64_t window_s)
{
    struct crowd *c = mem_new(1, sizeof *c);
    c->window_s = window_s;
    c->buckets = mem_new(CROWD_BUCKETS, sizeof *c->buckets);
    c->seconds = mem_new((size_t)window_s, sizeof *c->seconds);
    return c;
}

void crowd_free(struct crowd *c)
{
    if (!c)
        return;
    free(c->people);
    free(c->buckets);
    free(c->seconds);
    free(c->counts);
    free(c);
}

static uint32_t level_of(uint64_t hash)
{
    return hash ? (uint32_t)__builtin_clzll(hash) : 64;
}

/* The bits that say the level are the same for all that stay. */
static uint32_t *bucket_of(const struct crowd *c, uint64_t hash)
{
    return &c->buckets[hash & (CROWD_BUCKETS - 1)];
}

static uint32_t *second_of(const struct crowd *c, int64_t second)
{
    int64_t at = second % c->window_s;
    return &c->seconds[at < 0 ? at + c->window_s : at];
}

static void count(struct crowd *c, const struct person *p, int by)
{
    if (level_of(p->hash) >= c->level)
        c->counts[p->key] += (uint32_t)by;
}

void crowd_clear(struct crowd *c, int64_t end)
{
    if (c->alive) {
        memset(c->buckets, 0, CROWD_BUCKETS * sizeof *c->buckets);
        memset(c->seconds, 0, (size_t)c->window_s * sizeof *c->seconds);
        memset(c->counts, 0, c->key_room * sizeof *c->counts);
    }
    c->used = c->free = c->alive = 0;
    c->level = c->admit = c->level_least;
    c->end = end;
}

void crowd_sampled(struct crowd *c, uint32_t level)
{
    c->level = c->admit = c->level_least = level;
}

static void list_at(struct crowd *c, uint32_t person)
{
    uint32_t *second = second_of(c, c->people[person].last);
    c->people[person].next_there = *second;
    *second = person + 1;
}

/* Takes one out of its bucket; its second's list is the caller's. */
static void forget(struct crowd *c, uint32_t person)
{
    struct person *p = &c->people[person];
    uint32_t *link = bucket_of(c, p->hash);
    while (*link != person + 1)
        link = &c->people[*link - 1].next_bucket;
    *link = p->next_bucket;
    count(c, p, -1);
    p->last = NOBODY;
    p->next_bucket = c->free;
    c->free = person + 1;
    c->alive--;
}

static void leave(struct crowd *c, int64_t second)
{
    uint32_t *list = second_of(c, second);
    uint32_t at = *list;
    *list = 0;
    while (at) {
        uint32_t person = at - 1;
        at = c->people[person].next_there;
        if (c->people[person].last > second)
            list_at(c, person);
        else
            forget(c, person);
    }
}

static void recount(struct crowd *c)
{
    memset(c->counts, 0, c->key_room * sizeof *c->counts);
    for (int64_t s = 0; s < c->window_s; s++)
        for (uint32_t at = c->seconds[s]; at; at = c->people[at - 1].next_there)
            count(c, &c->people[at - 1], 1);
}

/* A sample of twice the size: those that are let in by now are all of the window. */
static void widen_sample(struct crowd *c)
{
    if (c->level == c->admit) {
        if (c->level == c->level_least || c->alive > CROWD_ROOM / 4)
            return;
        c->admit = c->level - 1;
        c->admit_from = c->end;
    } else if (c->end - c->window_s >= c->admit_from) {
        c->level = c->admit;
        recount(c);
    }
}

void crowd_advance(struct crowd *c, int64_t end)
{
    while (c->end < end && c->alive) {
        c->end++;
        leave(c, c->end - c->window_s);
        if (c->level > c->level_least)
            widen_sample(c);
    }
    if (c->end < end && c->alive == 0) {
        c->end = end;
        c->level = c->admit = c->level_least;
    }
}

/* Forgets those of a key, or of too low a level. */
static void sweep_list(struct crowd *c, uint32_t *list, uint32_t least_level, uint32_t key,
                       bool by_key)
{
    uint32_t at = *list;
    *list = 0;
    while (at) {
        struct person *p = &c->people[at - 1];
        uint32_t person = at - 1;
        at = p->next_there;
        if (by_key ? p->key == key : level_of(p->hash) < least_level) {
            forget(c, person);
        } else {
            p->next_there = *list;
            *list = person + 1;
        }
    }
}

static void sweep(struct crowd *c, uint32_t least_level, uint32_t key, bool by_key)
{
    for (int64_t s = 0; s < c->window_s; s++)
        if (c->seconds[s])
            sweep_list(c, &c->seconds[s], least_level, key, by_key);
}

/* Makes place: half of the sample goes. */
static void halve(struct crowd *c)
{
    uint32_t keep = c->admit < c->level ? c->level : c->level + 1;
    sweep(c, keep, 0, false);
    if (c->level != keep) {
        c->level = keep;
        recount(c);
    }
    c->admit = c->level;
}

static uint32_t person_new(struct crowd *c)
{
    if (c->free) {
        uint32_t person = c->free - 1;
        c->free = c->people[person].next_bucket;
        return person;
    }
    if (c->used == c->room) {
        c->room = c->room ? c->room * 2 : CROWD_FIRST;
        c->people = mem_grow(c->people, c->room, sizeof *c->people);
    }
    return c->used++;
}

static void key_room(struct crowd *c, uint32_t key)
{
    if (key < c->key_room)
        return;
    uint32_t room = key + 16;
    c->counts = mem_grow(c->counts, room, sizeof *c->counts);
    memset(c->counts + c->key_room, 0, (room - c->key_room) * sizeof *c->counts);
    c->key_room = room;
}

/* Keys must not share a visitor, and the front bits stay as random as they are. */
static uint64_t mark_of(uint32_t key)
{
    return key * UINT64_C(0x9E3779B97F4A7C15);
}

void crowd_add(struct crowd *c, uint32_t key, uint64_t visitor, int64_t second)
{
    uint64_t hash = visitor ^ mark_of(key);
    if (second <= c->end - c->window_s || level_of(hash) < c->admit)
        return;
    key_room(c, key);
    uint32_t at = *bucket_of(c, hash);
    while (at && c->people[at - 1].hash != hash)
        at = c->people[at - 1].next_bucket;
    if (at) {
        if (c->people[at - 1].last < second)
            c->people[at - 1].last = second;
        return;
    }
    while (c->alive >= CROWD_ROOM)
        halve(c);
    if (level_of(hash) < c->admit)
        return;
    uint32_t person = person_new(c), *bucket = bucket_of(c, hash);
    c->people[person] =
        (struct person){.hash = hash, .last = second, .key = key, .next_bucket = *bucket};
    *bucket = person + 1;
    c->alive++;
    list_at(c, person);
    count(c, &c->people[person], 1);
}

uint64_t crowd_count(const struct crowd *c, uint32_t key)
{
    return key < c->key_room ? (uint64_t)c->counts[key] << c->level : 0;
}

void crowd_drop(struct crowd *c, uint32_t key)
{
    if (key < c->key_room && c->alive)
        sweep(c, 0, key, true);
}

void crowd_swap(struct crowd *a, struct crowd *b)
{
    struct crowd kept = *a;
    *a = *b;
    *b = kept;
}

/* Not by the lists: who was seen again may still be in that of a second before. */
void crowd_each(const struct crowd *c, int64_t from, int64_t to,
                void (*each)(void *ctx, uint32_t key, uint64_t visitor, int64_t second), void *ctx)
{
    for (uint32_t i = 0; c->alive && i < c->used; i++) {
        const struct person *p = &c->people[i];
        if (p->last >= from && p->last < to && p->last > c->end - c->window_s)
            each(ctx, p->key, p->hash ^ mark_of(p->key), p->last);
    }
}
