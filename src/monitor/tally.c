#include "monitor/tally.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "monitor/dimensions.h"
#include "monitor/latency_save.h"
#include "monitor/tally_guest.h"

/* Room to work in, for one stretch of a batch at a time. */
struct tally_desk {
    struct key_secret secret;
    struct top_weights weights;
    struct top_cells cells;
    uint16_t marks[DIMENSION_COUNT][TOP_STRETCH]; /* lent to a guest */
    uint64_t hosts[TOP_STRETCH];
    uint8_t runs[TOP_STRETCH]; /* where entries of one second end */
    uint32_t run_count;        /* 0: not all have a time */
};
_Static_assert(TOP_STRETCH <= UINT8_MAX, "an end fits");

static inline bool tally_wants(const struct tally *t, unsigned dimension)
{
    return t->wanted & DIMENSION_BIT(dimension);
}

struct tally *tally_new(dimension_set wanted, bool timeline, uint32_t top_room)
{
    struct tally *t = mem_new(1, sizeof *t);
    t->wanted = wanted;
    t->desk = mem_new(1, sizeof *t->desk);
    t->desk->secret = key_secret();
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        if (tally_wants(t, d))
            t->top[d] = top_new(top_room ? top_room : dimension_room(d), d == DIMENSION_SECTIONS);
    if (tally_wants(t, DIMENSION_VISITORS))
        t->visitors = visitors_new();
    if (tally_wants(t, DIMENSION_REQUEST_TIME))
        t->request_time = latency_new();
    if (timeline)
        t->timeline = timeline_new();
    return t;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        top_free(t->top[d]);
    visitors_free(t->visitors);
    latency_free(t->request_time);
    timeline_free(t->timeline);
    free(t->desk);
    free(t);
}

void tally_reset(struct tally *t)
{
    struct tally kept = *t;
    *t = (struct tally){.wanted = kept.wanted,
                        .visitors = kept.visitors,
                        .request_time = kept.request_time,
                        .timeline = kept.timeline,
                        .desk = kept.desk};
    for (unsigned d = 0; d < DIMENSION_COUNT; d++) {
        t->top[d] = kept.top[d];
        if (t->top[d])
            top_reset(t->top[d]);
    }
    if (t->visitors)
        visitors_reset(t->visitors);
    if (t->request_time)
        latency_reset(t->request_time);
    if (t->timeline)
        timeline_reset(t->timeline);
}

static uint64_t sum_capped(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static void lines_add(struct line_counts *into, const struct line_counts *from)
{
    into->read += from->read;
    into->parsed += from->parsed;
    into->rejected += from->rejected;
    into->truncated += from->truncated;
}

/* Counts `hits` of one second. */
static void tally_second(struct tally *t, int64_t second, uint64_t hits)
{
    if (t->timed == 0 || second < t->first)
        t->first = second;
    if (t->timed == 0 || second > t->last)
        t->last = second;
    t->timed += hits;
    if (t->timeline)
        timeline_add(t->timeline, second, hits);
}

/* Neighbours most often have the same second, which then is counted once. */
static void tally_times(struct tally *t, const struct entry *e, uint32_t count)
{
    int64_t second = 0;
    uint64_t hits = 0;
    t->desk->run_count = 0;
    for (uint32_t i = 0; i < count; i++, e++) {
        if (!(e->has & FIELD_BIT(FIELD_TIME)))
            continue;
        if (e->second != second && hits) {
            tally_second(t, second, hits);
            hits = 0;
        }
        second = e->second;
        hits++;
    }
    if (hits)
        tally_second(t, second, hits);
}

/* The same where all have a time. */
static void tally_all_times(struct tally *t, const struct entry *e, uint32_t count)
{
    uint32_t from = 0, runs = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (__builtin_expect(e[i].second == e[from].second, 1))
            continue;
        tally_second(t, e[from].second, i - from);
        t->desk->runs[runs++] = (uint8_t)i;
        from = i;
    }
    tally_second(t, e[from].second, count - from);
    t->desk->runs[runs++] = (uint8_t)count;
    t->desk->run_count = runs;
}

/* Statuses and bytes, and the weights for the tables. Without branches on what the lines
 * say: a field that is absent is masked to nothing. Returns the fields that all entries have. */
static field_set tally_weights(struct tally *t, const struct entry *e, uint32_t count,
                               struct top_weights *w)
{
    uint64_t bytes = t->bytes;
    field_set all = ~(field_set)0;
    for (uint32_t i = 0; i < count; i++, e++) {
        uint64_t size = entry_number(e, FIELD_BYTES) & -(e->has >> FIELD_BYTES & 1);
        uint64_t has_status = e->has >> FIELD_STATUS & 1;
        /* The slot behind the statuses is for lines without one. */
        uint32_t status = has_status && e->status < STATUS_SLOTS ? e->status : STATUS_SLOTS;
        t->status[status]++;
        bytes = sum_capped(bytes, size);
        w->bytes[i] = size;
        w->hundred[i] = (uint8_t)(status / 100);
        all &= e->has;
    }
    t->bytes = bytes;
    return all;
}

static void tally_request_times(struct tally *t, const struct entry *e, uint32_t count,
                                struct top_weights *w)
{
    struct latency_ends ends = {UINT64_MAX, 0};
    w->timed = false;
    if (!t->request_time)
        return;
    for (uint32_t i = 0; i < count; i++, e++) {
        uint64_t ns = entry_number(e, FIELD_REQUEST_TIME);
        /* All bits where there is none. */
        uint64_t none = (e->has >> FIELD_REQUEST_TIME & 1) - 1;
        w->request_ns[i] = ns;
        w->bucket[i] = (uint16_t)(latency_bucket(ns) | none);
        ends.least = (ns | none) < ends.least ? ns : ends.least;
        ends.most = (ns & ~none) > ends.most ? ns : ends.most;
        w->timed |= !none;
    }
    latency_add_all(t->request_time, w->bucket, count, &ends);
}

/* What a guest is lent of a dimension. */
static void lend_marks(struct tally *t, unsigned d, const struct top_stretch *s, bool filled,
                       bool moved, struct tally_lent *lent, const struct tally_guest *g)
{
    enum field field = dimension_field(d);
    uint16_t *marks = t->desk->marks[d];
    if (!(g->marked & FIELD_BIT(field)))
        return;
    top_keep_marks(t->top[d]);
    if (moved)
        top_marks_find(s, field, &g->marker, marks);
    else if (filled)
        top_marks_of_cells(t->top[d], &t->desk->cells, s, field, &g->marker, marks);
    else
        top_marks_of_rows(t->top[d], t->desk->cells.row, s, field, &g->marker, marks);
    lent->marks[field] = marks;
}

static void lend_hosts(struct tally *t, const struct top_stretch *s, struct tally_lent *lent)
{
    if (t->desk->cells.count != s->count)
        return;
    memcpy(t->desk->hosts, t->desk->cells.hash, s->count * sizeof *t->desk->hosts);
    lent->hosts = t->desk->hosts;
}

/* One hash of the host for all. */
static void tally_hosts(struct tally *t, struct tally *also, const struct top_stretch *s)
{
    struct top_cells *cells = &t->desk->cells;
    struct tally *both[] = {t, also};
    if (t->top[DIMENSION_ADDRESSES])
        top_cells_fill(cells, s, FIELD_HOST, &t->desk->secret);
    else if (t->visitors)
        cells->count = top_hashes(cells->hash, s, FIELD_HOST, &t->desk->secret);
    for (unsigned i = 0; i < 2 && both[i]; i++) {
        if (both[i]->visitors)
            visitors_add_all(both[i]->visitors, cells->hash, cells->count);
        if (both[i]->top[DIMENSION_ADDRESSES])
            top_add_cells(both[i]->top[DIMENSION_ADDRESSES], cells, s);
    }
}

static void tally_keys(struct tally *t, struct tally *also, const struct top_stretch *s)
{
    tally_hosts(t, also, s);
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        if (t->top[d] && d != DIMENSION_ADDRESSES)
            top_add_stretch(t->top[d], also ? also->top[d] : NULL, s, dimension_field(d),
                            &t->desk->cells);
}

/* The same for one, with a guest. */
static void tally_keys_lent(struct tally *t, const struct top_stretch *s, struct tally_lent *lent,
                            const struct tally_guest *g)
{
    struct top *addresses = t->top[DIMENSION_ADDRESSES];
    uint32_t purges = addresses ? addresses->purges : 0;
    tally_hosts(t, NULL, s);
    if (g->hosts && (addresses || t->visitors))
        lend_hosts(t, s, lent);
    if (addresses)
        lend_marks(t, DIMENSION_ADDRESSES, s, true, purges != addresses->purges, lent, g);
    for (unsigned d = 0; d < DIMENSION_COUNT; d++) {
        struct top *top = t->top[d];
        if (!top || d == DIMENSION_ADDRESSES)
            continue;
        purges = top->purges;
        bool filled = top_add_stretch(top, NULL, s, dimension_field(d), &t->desk->cells);
        lend_marks(t, d, s, filled, purges != top->purges, lent, g);
    }
}

static uint64_t status_sum(const struct tally *t, unsigned from)
{
    uint64_t sum = 0;
    for (unsigned status = from; status < from + 100; status++)
        sum += t->status[status];
    return sum;
}

/* What is not by key; leaves the weights of the stretch on the desk. Returns the fields that all
 * entries have. */
static field_set tally_figures(struct tally *t, const struct entry *e, uint32_t count,
                               struct top_weights *w)
{
    field_set all = tally_weights(t, e, count, w);
    if (all & FIELD_BIT(FIELD_TIME))
        tally_all_times(t, e, count);
    else
        tally_times(t, e, count);
    tally_request_times(t, e, count, w);
    return all;
}

static void tally_lines(struct tally *t, const struct batch *b)
{
    lines_add(&t->lines, &b->lines);
    t->hits += b->count;
    t->no_status = t->status[STATUS_SLOTS];
    t->errors = status_sum(t, 500);
    t->client_errors = status_sum(t, 400);
}

static inline struct top_stretch stretch_at(const struct batch *b, uint32_t first)
{
    return (struct top_stretch){.batch = b,
                                .first = first,
                                .count = b->count - first < TOP_STRETCH ? b->count - first : TOP_STRETCH};
}

void tally_add_both(struct tally *t, struct tally *also, const struct batch *b)
{
    struct top_weights *w = &t->desk->weights;
    assert(!also || also->wanted == t->wanted);
    for (uint32_t first = 0; first < b->count; first += TOP_STRETCH) {
        struct top_stretch s = stretch_at(b, first);
        if (also)
            tally_figures(also, b->entries + first, s.count, w);
        s.all = tally_figures(t, b->entries + first, s.count, w);
        s.weights = w;
        tally_keys(t, also, &s);
    }
    tally_lines(t, b);
    if (also)
        tally_lines(also, b);
}

void tally_add(struct tally *t, const struct batch *b)
{
    tally_add_both(t, NULL, b);
}

void tally_add_lending(struct tally *t, const struct batch *b, const struct tally_guest *g)
{
    struct top_weights *w = &t->desk->weights;
    for (uint32_t first = 0; first < b->count; first += TOP_STRETCH) {
        struct top_stretch s = stretch_at(b, first);
        s.all = tally_figures(t, b->entries + first, s.count, w);
        s.weights = w;
        struct tally_lent lent = {.batch = b,
                                  .first = first,
                                  .count = s.count,
                                  .all = s.all,
                                  .bytes = w->bytes,
                                  .hundred = w->hundred,
                                  .runs = t->desk->runs,
                                  .run_count = t->desk->run_count};
        tally_keys_lent(t, &s, &lent, g);
        g->take(g->ctx, &lent);
    }
    tally_lines(t, b);
}

/* Plain sums and ends. */
static void tally_merge_figures(struct tally *into, const struct tally *from)
{
    lines_add(&into->lines, &from->lines);
    into->late += from->late;
    into->future += from->future;
    into->hits += from->hits;
    into->bytes = sum_capped(into->bytes, from->bytes);
    if (from->timed && (!into->timed || from->first < into->first))
        into->first = from->first;
    if (from->timed && (!into->timed || from->last > into->last))
        into->last = from->last;
    into->timed += from->timed;
    into->errors += from->errors;
    into->client_errors += from->client_errors;
    into->no_status += from->no_status;
    for (unsigned i = 0; i <= STATUS_SLOTS; i++)
        into->status[i] += from->status[i];
}

void tally_merge(struct tally *into, const struct tally *from)
{
    tally_merge_figures(into, from);
    for (unsigned d = 0; d < DIMENSION_COUNT; d++)
        if (into->top[d] && from->top[d])
            top_merge(into->top[d], from->top[d]);
    if (into->visitors && from->visitors)
        visitors_merge(into->visitors, from->visitors);
    if (into->request_time && from->request_time)
        latency_merge(into->request_time, from->request_time);
    if (into->timeline && from->timeline)
        timeline_merge(into->timeline, from->timeline);
}
