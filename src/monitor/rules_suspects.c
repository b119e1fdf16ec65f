#include "monitor/rules_suspects.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SLICES = 16, NAMES_FIRST = 64, TUPLES_FIRST = 32, ABSENT = 0 };

/* One entry of the sample. */
struct tuple {
    float weight;
    uint32_t key;
    uint32_t names[CAUSE_DIMENSIONS]; /* hashes; ABSENT: it has none */
};

struct name {
    uint32_t hash; /* 0: a free slot */
    uint32_t at;   /* in bytes: a length and that many bytes */
};

struct slice {
    int64_t number; /* second / width */
    uint32_t count, room, stride;
    struct tuple *tuples;
    struct name *names; /* open addressing */
    uint32_t name_count, name_room;
    struct buf bytes;
};

struct suspects_inside {
    int64_t width, since;
    uint32_t slice_count, room;
    uint32_t rest; /* of the block of entries that the last one was taken from */
    uint64_t random;
    struct key_secret secret;
    struct slice slices[]; /* by number modulo slice_count */
};

void suspects_init(struct suspects *s, int64_t window_s, uint32_t room)
{
    int64_t width = (window_s + SLICES - 1) / SLICES;
    uint32_t count = (uint32_t)(2 * ((window_s + width - 1) / width) + 2);
    struct suspects_inside *in = mem_new(1, sizeof *in + count * sizeof in->slices[0]);
    in->width = width;
    in->slice_count = count;
    in->room = room;
    in->secret = key_secret();
    in->random = in->secret.word[0] | 1;
    *s = (struct suspects){.inside = in};
    suspects_clear(s, 0);
}

static void slice_empty(struct slice *slice)
{
    slice->count = 0;
    slice->name_count = 0;
    buf_clear(&slice->bytes);
    if (slice->names)
        memset(slice->names, 0, slice->name_room * sizeof *slice->names);
}

void suspects_done(struct suspects *s)
{
    for (uint32_t i = 0; s->inside && i < s->inside->slice_count; i++) {
        free(s->inside->slices[i].tuples);
        free(s->inside->slices[i].names);
        buf_done(&s->inside->slices[i].bytes);
    }
    free(s->inside);
    s->inside = NULL;
}

void suspects_clear(struct suspects *s, int64_t second)
{
    for (uint32_t i = 0; i < s->inside->slice_count; i++) {
        slice_empty(&s->inside->slices[i]);
        s->inside->slices[i].number = INT64_MIN;
        s->inside->slices[i].stride = 1;
    }
    s->inside->since = second;
    s->inside->rest = 0;
    s->skip = 0;
}

static int64_t slice_number(const struct suspects_inside *in, int64_t second)
{
    int64_t number = second / in->width;
    return second % in->width < 0 ? number - 1 : number;
}

static struct slice *slice_at(struct suspects_inside *in, int64_t number)
{
    int64_t at = number % in->slice_count;
    return &in->slices[at < 0 ? at + in->slice_count : at];
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static uint64_t random_next(struct suspects_inside *in)
{
    in->random ^= in->random << 13;
    in->random ^= in->random >> 7;
    in->random ^= in->random << 17;
    return in->random;
}

static struct name *name_slot(const struct slice *slice, uint32_t hash)
{
    uint32_t at = hash & (slice->name_room - 1);
    while (slice->names[at].hash && slice->names[at].hash != hash)
        at = (at + 1) & (slice->name_room - 1);
    return &slice->names[at];
}

static void names_grow(struct slice *slice)
{
    struct slice old = *slice;
    slice->name_room = old.name_room ? old.name_room * 2 : NAMES_FIRST;
    slice->names = mem_new(slice->name_room, sizeof *slice->names);
    for (uint32_t i = 0; i < old.name_room; i++)
        if (old.names[i].hash)
            *name_slot(slice, old.names[i].hash) = old.names[i];
    free(old.names);
}

static uint32_t name_hash(const struct suspects_inside *in, enum cause_dimension d,
                          struct text name)
{
    uint64_t hash = key_hash(name, &in->secret);
    uint32_t folded = (uint32_t)(hash ^ hash >> 32) ^ (uint32_t)d * UINT32_C(0x85EBCA6B);
    return folded == ABSENT ? 1 : folded;
}

static void name_note(struct slice *slice, uint32_t hash, struct text name)
{
    if (slice->name_count * 2 >= slice->name_room)
        names_grow(slice);
    struct name *slot = name_slot(slice, hash);
    if (slot->hash)
        return;
    *slot = (struct name){hash, (uint32_t)slice->bytes.len};
    slice->name_count++;
    buf_byte(&slice->bytes, (char)name.len);
    buf_add(&slice->bytes, name);
}

/* Every second of the sample goes, at random; those that stay stand for two. */
static void slice_thin(struct suspects_inside *in, struct slice *slice)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i + 1 < slice->count; i += 2) {
        slice->tuples[kept] = slice->tuples[i + (random_next(in) >> 40 & 1)];
        slice->tuples[kept++].weight *= 2;
    }
    slice->count = kept;
    slice->stride *= 2;
}

static struct tuple *tuple_new(struct suspects_inside *in, struct slice *slice)
{
    if (slice->count == in->room)
        slice_thin(in, slice);
    if (slice->count == slice->room) {
        slice->room = slice->room ? slice->room * 2 : TUPLES_FIRST;
        slice->tuples = mem_grow(slice->tuples, slice->room, sizeof *slice->tuples);
    }
    return &slice->tuples[slice->count++];
}

/* A new slice begins with half the stride that the newest one came to. */
static void slice_begin(struct suspects_inside *in, struct slice *slice, int64_t number)
{
    uint32_t stride = slice_at(in, number - 1)->number == number - 1
                          ? slice_at(in, number - 1)->stride / 2
                          : 1;
    slice_empty(slice);
    slice->number = number;
    slice->stride = stride ? stride : 1;
}

void suspects_keep(struct suspects *s, const struct batch *b, const struct entry *e, int64_t second,
                   uint32_t key, double amount, uint32_t least_stride)
{
    struct suspects_inside *in = s->inside;
    char room[CAUSE_NAME_SIZE];
    struct text name;
    struct slice *slice = slice_at(in, slice_number(in, second));
    if (slice->number > slice_number(in, second))
        return; /* older than two windows */
    if (slice->number < slice_number(in, second))
        slice_begin(in, slice, slice_number(in, second));
    uint32_t stride = slice->stride > least_stride ? slice->stride : least_stride;
    struct tuple *t = tuple_new(in, slice);
    *t = (struct tuple){.weight = (float)(amount * stride), .key = key};
    for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++)
        if (cause_name(d, b, e, room, &name)) {
            t->names[d] = name_hash(in, d, name);
            name_note(slice, t->names[d], name);
        }
    /* One at random of each block of `stride`: nothing that comes in turns is left out, and each stands for
     * as many as there were. */
    uint32_t place = stride > 1 ? (uint32_t)((random_next(in) >> 32) % stride) : 0;
    s->skip = in->rest + place;
    in->rest = stride - 1 - place;
}

/* ---- Naming ---------------------------------------------------------------------------------- */

/* `part` of it: of a slice that lies in the time asked for as a whole, 1. */
static void sum_slice(struct cause_sums *sums, const struct slice *slice, uint32_t key,
                      enum cause_when when, double part)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        const struct tuple *t = &slice->tuples[i];
        if (t->key != key)
            continue;
        double amount = (double)t->weight * part;
        cause_sums_whole(sums, when, amount);
        for (unsigned d = 0; d < CAUSE_DIMENSIONS; d++) {
            if (t->names[d] == ABSENT)
                continue;
            const char *at = slice->bytes.at + name_slot(slice, t->names[d])->at;
            struct text name = text_make(at + 1, (unsigned char)*at);
            cause_sums_add(sums, d, t->names[d], name, when, amount);
        }
    }
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Of slices at the ends of (from, to] the part that lies in it, as if they were even. Returns how much
 * of it is known, in seconds. */
static double sum_slices(struct suspects_inside *in, struct cause_sums *sums, int64_t from,
                         int64_t to, int64_t until, uint32_t key, enum cause_when when)
{
    int64_t last = slice_number(in, to);
    for (int64_t number = slice_number(in, from + 1); number <= last; number++) {
        const struct slice *slice = slice_at(in, number);
        int64_t begin = later(number * in->width, in->since), end = (number + 1) * in->width - 1;
        end = end > until ? until : end;
        int64_t inside = (end < to ? end : to) - later(begin, from + 1) + 1;
        if (slice->number == number && inside > 0)
            sum_slice(sums, slice, key, when, (double)inside / (double)(end - begin + 1));
    }
    from = later(from, in->since - 1);
    return to > from ? (double)(to - from) : 0;
}

uint32_t suspects_name(const struct suspects *s, int64_t second, int64_t window_s, uint32_t key,
                       bool fall, struct cause out[CAUSES_MOST])
{
    struct suspects_inside *in = s->inside;
    struct cause_sums *sums = cause_sums_new();
    int64_t middle = second - window_s, start = middle - window_s;
    sum_slices(in, sums, middle, second, second, key, CAUSE_NOW);
    double before_s = sum_slices(in, sums, start, middle, second, key, CAUSE_BEFORE);
    /* The window counts as a whole, as it does in every rate. */
    uint32_t count = cause_sums_rank(sums, (double)window_s, before_s, fall, out);
    cause_sums_free(sums);
    return count;
}
