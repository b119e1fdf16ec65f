#include "monitor/rules_times.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/latency_save.h"

enum { CELLS_MOST = 2 * 1024 * 1024, STEP_ROOM = 16, BUCKET_BITS = 12 };
_Static_assert(LATENCY_BUCKETS <= 1 << BUCKET_BITS, "a bucket's number fits");

/* What a step holds of a key in a bucket. */
struct step_cell {
    uint32_t place; /* key and bucket, + 1; 0: free */
    uint32_t hits;
};

struct step {
    struct step_cell *cells; /* by place; open addressing */
    uint32_t room, used;
};

struct histogram {
    uint64_t count;
    uint32_t first, length;
    uint32_t *counts;
};

struct times {
    int64_t window_s, width, end;
    int64_t oldest, newest; /* steps that are held: seconds / width */
    uint32_t step_count;
    struct step *steps; /* by step modulo step_count */
    struct histogram *keys;
    uint32_t key_room;
    uint32_t cells;
    uint32_t stride, skip; /* every stride-th hit counts, that often */
};

static int64_t step_of(const struct times *t, int64_t second)
{
    int64_t step = second / t->width;
    return second % t->width < 0 ? step - 1 : step;
}

static struct step *step_at(const struct times *t, int64_t step)
{
    int64_t at = step % t->step_count;
    return &t->steps[at < 0 ? at + t->step_count : at];
}

struct times *times_new(int64_t window_s)
{
    struct times *t = mem_new(1, sizeof *t);
    t->window_s = window_s;
    t->width = (window_s + TIMES_STEPS - 1) / TIMES_STEPS;
    t->step_count = (uint32_t)(window_s / t->width) + 2;
    t->steps = mem_new(t->step_count, sizeof *t->steps);
    t->stride = 1;
    times_clear(t, 0);
    return t;
}

void times_free(struct times *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->step_count; i++)
        free(t->steps[i].cells);
    for (uint32_t i = 0; i < t->key_room; i++)
        free(t->keys[i].counts);
    free(t->steps);
    free(t->keys);
    free(t);
}

/* The first step that is wholly after the window's start. */
static int64_t first_step(const struct times *t)
{
    return step_of(t, t->end - t->window_s) + 1;
}

static uint32_t key_of(uint32_t place)
{
    return (place - 1) >> BUCKET_BITS;
}

static uint32_t bucket_of(uint32_t place)
{
    return (place - 1) & ((1u << BUCKET_BITS) - 1);
}

static void step_leaves(struct times *t, struct step *s)
{
    for (uint32_t i = 0; i < s->room && s->used; i++) {
        if (!s->cells[i].place)
            continue;
        struct histogram *h = &t->keys[key_of(s->cells[i].place)];
        if (!s->cells[i].hits)
            continue;
        h->counts[bucket_of(s->cells[i].place) - h->first] -= s->cells[i].hits;
        h->count -= s->cells[i].hits;
    }
    t->cells -= s->used;
    free(s->cells);
    *s = (struct step){0};
}

void times_clear(struct times *t, int64_t end)
{
    for (uint32_t i = 0; i < t->step_count && t->cells; i++)
        step_leaves(t, &t->steps[i]);
    t->end = end;
    t->oldest = first_step(t);
    t->newest = t->oldest - 1;
    t->stride = 1;
    t->skip = 0;
}

void times_advance(struct times *t, int64_t end)
{
    if (end <= t->end)
        return;
    t->end = end;
    int64_t first = first_step(t);
    for (; t->oldest < first && t->oldest <= t->newest; t->oldest++)
        step_leaves(t, step_at(t, t->oldest));
    if (t->oldest < first)
        t->oldest = first;
    if (t->stride > 1 && t->cells < CELLS_MOST / 8)
        t->stride /= 2;
}

/* Makes room for the power of two that the bucket lies in. */
static void histogram_widen(struct histogram *h, uint32_t bucket)
{
    uint32_t from = bucket & ~(uint32_t)(LATENCY_STEPS - 1), to = from + LATENCY_STEPS;
    if (h->length && h->first < from)
        from = h->first;
    if (h->length && h->first + h->length > to)
        to = h->first + h->length;
    uint32_t *counts = mem_new(to - from, sizeof *counts);
    if (h->length)
        memcpy(counts + (h->first - from), h->counts, h->length * sizeof *counts);
    free(h->counts);
    h->counts = counts;
    h->first = from;
    h->length = to - from;
}

static struct histogram *histogram_of(struct times *t, uint32_t key)
{
    if (key >= t->key_room) {
        uint32_t room = key + 16;
        t->keys = mem_grow(t->keys, room, sizeof *t->keys);
        memset(t->keys + t->key_room, 0, (room - t->key_room) * sizeof *t->keys);
        t->key_room = room;
    }
    return &t->keys[key];
}

static struct step_cell *cell_of(const struct step *s, uint32_t place)
{
    uint32_t at = (place * UINT32_C(0x9E3779B1)) & (s->room - 1);
    while (s->cells[at].place && s->cells[at].place != place)
        at = (at + 1) & (s->room - 1);
    return &s->cells[at];
}

static void step_grow(struct step *s)
{
    struct step old = *s;
    s->room = old.room ? old.room * 2 : STEP_ROOM;
    s->cells = mem_new(s->room, sizeof *s->cells);
    for (uint32_t i = 0; i < old.room; i++)
        if (old.cells[i].place)
            *cell_of(s, old.cells[i].place) = old.cells[i];
    free(old.cells);
}

static void step_add(struct times *t, struct step *s, uint32_t place, uint32_t hits)
{
    if (s->used * 2 >= s->room)
        step_grow(s);
    struct step_cell *cell = cell_of(s, place);
    if (!cell->place) {
        cell->place = place;
        s->used++;
        t->cells++;
    }
    cell->hits += hits;
}

void times_add(struct times *t, uint32_t key, uint32_t bucket, int64_t second, uint32_t hits)
{
    int64_t step = step_of(t, second);
    if (step < t->oldest || second > t->end)
        return;
    if (t->stride > 1) {
        t->skip += hits;
        hits = t->skip / t->stride * t->stride;
        t->skip %= t->stride;
        if (!hits)
            return;
    }
    struct histogram *h = histogram_of(t, key);
    if (bucket - h->first >= h->length)
        histogram_widen(h, bucket);
    h->counts[bucket - h->first] += hits;
    h->count += hits;
    step_add(t, step_at(t, step), (key << BUCKET_BITS | bucket) + 1, hits);
    if (step > t->newest)
        t->newest = step;
    if (t->cells > CELLS_MOST && t->stride < 1u << 16)
        t->stride *= 2;
}

uint64_t times_percentile(const struct times *t, uint32_t key, uint32_t millis)
{
    const struct histogram *h = key < t->key_room ? &t->keys[key] : NULL;
    if (!h || !h->count)
        return UINT64_MAX;
    __extension__ typedef unsigned __int128 wide;
    uint64_t need = (uint64_t)(((wide)h->count * millis + 99999) / 100000), sum = 0;
    for (uint32_t i = 0; i < h->length; i++) {
        sum += h->counts[i];
        if (sum >= need && h->counts[i])
            return latency_bucket_middle(h->first + i);
    }
    return UINT64_MAX;
}

void times_drop(struct times *t, uint32_t key)
{
    if (key >= t->key_room)
        return;
    for (uint32_t i = 0; i < t->step_count; i++)
        for (uint32_t k = 0; k < t->steps[i].room; k++)
            if (t->steps[i].cells[k].place && key_of(t->steps[i].cells[k].place) == key)
                t->steps[i].cells[k].hits = 0; /* the place stays taken until the step leaves */
    free(t->keys[key].counts);
    t->keys[key] = (struct histogram){0};
}

void times_swap(struct times *a, struct times *b)
{
    struct times kept = *a;
    *a = *b;
    *b = kept;
}

int64_t times_begin(const struct times *t, int64_t second)
{
    return step_of(t, second) * t->width;
}

void times_each(const struct times *t, int64_t from, int64_t to,
                void (*each)(void *ctx, uint32_t key, uint32_t bucket, int64_t second,
                             uint32_t hits),
                void *ctx)
{
    for (int64_t step = t->oldest; step <= t->newest; step++) {
        int64_t second = step * t->width;
        if (second < from || second >= to)
            continue;
        int64_t at = step % t->step_count;
        const struct step *s = &t->steps[at < 0 ? at + t->step_count : at];
        for (uint32_t i = 0; i < s->room; i++)
            if (s->cells[i].place && s->cells[i].hits)
                each(ctx, key_of(s->cells[i].place), bucket_of(s->cells[i].place), second,
                     s->cells[i].hits);
    }
}
