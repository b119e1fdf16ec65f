#include "monitor/window_visitors.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/hll.h"

/* Ranks beyond the last are counted with it: 2^46 addresses would be needed to miss them. */
enum { TABLE_LIMIT = 16384, TABLE_SLOTS = TABLE_LIMIT * 2, RANKS = 32 };

struct seen {
    uint64_t hash;
    uint32_t last; /* in steps of this window; 0: a free slot */
};

/* When each rank of a register was seen last, in steps; 0: never. */
struct sketch_register {
    uint32_t last[RANKS];
};

/* Seconds are counted in steps since `base`, from 1: 32 bits are enough for 136 years. */
struct visitor_window {
    int64_t seconds;
    int64_t base;
    uint32_t end;
    uint32_t known;          /* table entries in the window */
    uint32_t used;           /* table entries, also those that have left the window */
    uint32_t complete_since; /* the table holds all that came after this step */
    bool sketching;
    struct sketch_register *registers; /* NULL until first needed */
    struct seen table[TABLE_SLOTS];
    uint32_t leaving[]; /* by step modulo seconds: entries seen last in it */
};

struct visitor_window *visitor_window_new(int64_t seconds)
{
    struct visitor_window *v = mem_new(1, sizeof *v + (size_t)seconds * sizeof v->leaving[0]);
    v->seconds = seconds;
    visitor_window_clear(v, 0);
    return v;
}

void visitor_window_free(struct visitor_window *v)
{
    if (!v)
        return;
    free(v->registers);
    free(v);
}

static void table_clear(struct visitor_window *v)
{
    memset(v->table, 0, sizeof v->table);
    memset(v->leaving, 0, (size_t)v->seconds * sizeof v->leaving[0]);
    v->known = 0;
    v->used = 0;
}

void visitor_window_clear(struct visitor_window *v, int64_t end)
{
    if (v->used)
        table_clear(v);
    v->base = end - v->seconds;
    v->end = (uint32_t)v->seconds;
    v->complete_since = 0;
    v->sketching = false;
    free(v->registers);
    v->registers = NULL;
}

static uint32_t *leaving_at(struct visitor_window *v, uint32_t step)
{
    return &v->leaving[step % (uint64_t)v->seconds];
}

/* The last step that is no longer in the window. */
static uint32_t gone(const struct visitor_window *v)
{
    return v->end - (uint32_t)v->seconds;
}

void visitor_window_advance(struct visitor_window *v, int64_t end)
{
    v->end = (uint32_t)(end - v->base);
    uint32_t *left = leaving_at(v, gone(v));
    v->known -= *left;
    *left = 0;
    if (v->sketching && gone(v) >= v->complete_since) {
        v->sketching = false;
        free(v->registers);
        v->registers = NULL;
    }
}

static uint32_t *sketch_at(const struct visitor_window *v, uint64_t hash)
{
    unsigned rank = hll_rank(hash);
    return &v->registers[hll_register(hash)].last[(rank > RANKS ? RANKS : rank) - 1];
}

static void sketch_add(struct visitor_window *v, uint64_t hash, uint32_t step)
{
    uint32_t *last = sketch_at(v, hash);
    if (step > *last)
        *last = step;
}

static struct seen *table_find(struct visitor_window *v, uint64_t hash)
{
    unsigned at = hash % TABLE_SLOTS;
    while (v->table[at].last && v->table[at].hash != hash)
        at = (at + 1) % TABLE_SLOTS;
    return &v->table[at];
}

/* Drops the entries that have left the window. */
static void table_sweep(struct visitor_window *v)
{
    struct seen *kept = mem_new(v->known, sizeof *kept);
    uint32_t count = 0;
    for (unsigned i = 0; i < TABLE_SLOTS; i++)
        if (v->table[i].last > gone(v))
            kept[count++] = v->table[i];
    memset(v->table, 0, sizeof v->table);
    for (uint32_t i = 0; i < count; i++)
        *table_find(v, kept[i].hash) = kept[i];
    v->used = count;
    free(kept);
}

/* The table is full: the sketch takes over what it holds, and it begins anew. */
static void table_give_up(struct visitor_window *v)
{
    if (!v->registers)
        v->registers = mem_new(HLL_REGISTERS, sizeof *v->registers);
    for (unsigned i = 0; !v->sketching && i < TABLE_SLOTS; i++)
        if (v->table[i].last)
            sketch_add(v, v->table[i].hash, v->table[i].last);
    v->sketching = true;
    table_clear(v);
    v->complete_since = v->end;
}

static void table_make_room(struct visitor_window *v)
{
    if (v->used < TABLE_LIMIT)
        return;
    if (v->known <= TABLE_LIMIT / 4 * 3)
        table_sweep(v);
    else
        table_give_up(v);
}

void visitor_window_prefetch(const struct visitor_window *v, uint64_t hash)
{
    __builtin_prefetch(&v->table[hash % TABLE_SLOTS], 1);
    if (v->sketching)
        __builtin_prefetch(sketch_at(v, hash), 1);
}

void visitor_window_add(struct visitor_window *v, uint64_t hash, int64_t second)
{
    uint32_t step = (uint32_t)(second - v->base);
    struct seen *seen = table_find(v, hash);
    if (!seen->last) {
        table_make_room(v);
        seen = table_find(v, hash);
        seen->hash = hash;
        v->used++;
    }
    if (v->sketching)
        sketch_add(v, hash, step);
    if (seen->last >= step)
        return;
    if (seen->last > gone(v))
        --*leaving_at(v, seen->last);
    else
        v->known++;
    seen->last = step;
    ++*leaving_at(v, step);
}

static unsigned register_rank(const struct sketch_register *r, uint32_t gone_step)
{
    for (unsigned rank = RANKS; rank > 0; rank--)
        if (r->last[rank - 1] > gone_step)
            return rank;
    return 0;
}

uint64_t visitor_window_count(const struct visitor_window *v)
{
    if (!v->sketching)
        return v->known;
    uint32_t registers[HLL_RANKS + 1] = {0};
    for (unsigned i = 0; i < HLL_REGISTERS; i++)
        registers[register_rank(&v->registers[i], gone(v))]++;
    return hll_estimate(registers);
}

/* ---- Kept --------------------------------------------------------------------------------------
 */

/* Each: the hash, and in a byte how many seconds behind the first of those that are packed. */
enum { PACKED_VISITOR = 9, PACKED_SECONDS = 127 };

/* The steps of [start, until) that are in the window: *first to *last; how many were seen last in
 * them. */
static uint32_t seen_between(const struct visitor_window *from, int64_t start, int64_t until,
                             uint32_t *first, uint32_t *last)
{
    struct visitor_window *v = (struct visitor_window *)(uintptr_t)from; /* nothing is changed */
    int64_t least = start - v->base, most = until - 1 - v->base;
    *first = least > gone(v) ? (uint32_t)least : gone(v) + 1;
    *last = most < v->end ? (uint32_t)(most > 0 ? most : 0) : v->end;
    uint32_t count = 0;
    for (uint32_t step = *first; step <= *last; step++)
        count += *leaving_at(v, step);
    return count;
}

void visitor_window_pack(const struct visitor_window *v, int64_t start, int64_t until, struct buf *out)
{
    uint32_t first, last;
    uint32_t count = v->sketching ? 0 : seen_between(v, start, until, &first, &last);
    assert(until - start <= PACKED_SECONDS);
    pack_u64(out, count);
    char *to = buf_room(out, count * PACKED_VISITOR);
    out->len += count * PACKED_VISITOR;
    for (unsigned i = 0; count > 0 && i < TABLE_SLOTS; i++) {
        const struct seen *seen = &v->table[i];
        if (seen->last < first || seen->last > last)
            continue;
        memcpy(to, &seen->hash, sizeof seen->hash);
        to[sizeof seen->hash] = (char)(v->base + seen->last - start);
        to += PACKED_VISITOR;
        count--;
    }
}

void visitor_window_unpack(struct visitor_window *v, int64_t start, int64_t until, struct unpack *u)
{
    for (size_t left = unpack_count(u); left > 0 && !u->bad; left--) {
        uint64_t hash = 0;
        struct text bytes = unpack_bytes(u, sizeof hash);
        int64_t second = start + (int64_t)unpack_most(u, (uint64_t)(until - 1 - start));
        if (!v || u->bad || second <= v->base + gone(v) || second > v->base + v->end)
            continue;
        memcpy(&hash, bytes.at, sizeof hash);
        visitor_window_add(v, hash, second);
    }
}
