#include "monitor/rollup.h"

#include "base/mem.h"
#include "base/pack.h"
#include "monitor/latency_save.h"
#include "monitor/rollup_inside.h"
#include <stdlib.h>
#include <string.h>

enum { VERSION = ROLLUP_VERSION, STATUS_MOST = 1000 };

struct rollup *rollup_new(int64_t start, int64_t span_s)
{
    struct rollup *r = mem_new(1, sizeof *r);
    r->start = start;
    r->span = span_s;
    return r;
}

void rollup_free(struct rollup *r)
{
    if (!r)
        return;
    free(r->statuses);
    rollup_sections_done(&r->sections);
    sketch_done(&r->visitors);
    latency_free(r->request_time);
    free(r);
}

uint64_t *rollup_status_at(struct rollup *r, uint16_t code)
{
    size_t low = 0, high = r->status_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->statuses[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->status_count && r->statuses[low].code == code)
        return &r->statuses[low].hits;
    if (r->status_count == r->status_room) {
        r->status_room = r->status_room ? r->status_room * 2 : 8;
        r->statuses = mem_grow(r->statuses, r->status_room, sizeof *r->statuses);
    }
    memmove(r->statuses + low + 1, r->statuses + low,
            (r->status_count - low) * sizeof *r->statuses);
    r->statuses[low] = (struct rollup_status){.code = code};
    r->status_count++;
    return &r->statuses[low].hits;
}

void rollup_merge(struct rollup *into, const struct rollup *from)
{
    into->hits = rollup_sum(into->hits, from->hits);
    into->bytes = rollup_sum(into->bytes, from->bytes);
    into->rejected = rollup_sum(into->rejected, from->rejected);
    into->no_status = rollup_sum(into->no_status, from->no_status);
    for (size_t i = 0; i < from->status_count; i++) {
        uint64_t *hits = rollup_status_at(into, from->statuses[i].code);
        *hits = rollup_sum(*hits, from->statuses[i].hits);
    }
    rollup_sections_merge(&into->sections, &from->sections);
    sketch_merge(&into->visitors, &from->visitors);
    if (from->request_time && !into->request_time)
        into->request_time = latency_new();
    if (from->request_time)
        latency_merge(into->request_time, from->request_time);
}

void rollup_pack(const struct rollup *r, struct buf *out)
{
    size_t begin = pack_begin(out, VERSION);
    pack_u64(out, r->hits);
    pack_u64(out, r->bytes);
    pack_u64(out, r->rejected);
    pack_u64(out, r->no_status);
    pack_u64(out, r->status_count);
    for (size_t i = 0; i < r->status_count; i++) {
        pack_u64(out, r->statuses[i].code);
        pack_u64(out, r->statuses[i].hits);
    }
    rollup_sections_pack(&r->sections, out);
    sketch_pack(&r->visitors, out);
    pack_u64(out, r->request_time != NULL);
    if (r->request_time)
        latency_pack(r->request_time, out);
    pack_seal(out, begin);
}

static void unpack_statuses(struct rollup *r, struct unpack *u)
{
    for (uint64_t left = unpack_most(u, STATUS_MOST); left > 0 && !u->bad; left--) {
        uint16_t code = (uint16_t)unpack_most(u, STATUS_MOST - 1);
        uint64_t hits = unpack_u64(u);
        uint64_t *at = rollup_status_at(r, code);
        *at = rollup_sum(*at, hits);
    }
}

struct rollup *rollup_unpack(int64_t start, int64_t span_s, struct text sealed)
{
    struct text inside;
    if (!unpack_sealed(sealed, VERSION, &inside))
        return NULL;
    struct unpack u = unpack_of(inside);
    struct rollup *r = rollup_new(start, span_s);
    r->hits = unpack_u64(&u);
    r->bytes = unpack_u64(&u);
    r->rejected = unpack_u64(&u);
    r->no_status = unpack_u64(&u);
    unpack_statuses(r, &u);
    rollup_sections_unpack(&r->sections, &u);
    sketch_unpack(&r->visitors, &u);
    if (unpack_most(&u, 1)) {
        r->request_time = latency_new();
        latency_unpack(r->request_time, &u);
    }
    if (unpack_whole(&u))
        return r;
    rollup_free(r);
    return NULL;
}

int64_t rollup_start(const struct rollup *r)
{
    return r->start;
}

int64_t rollup_span(const struct rollup *r)
{
    return r->span;
}

void rollup_figures(const struct rollup *r, struct rollup_figures *out)
{
    *out = (struct rollup_figures){.hits = r->hits,
                                   .bytes = r->bytes,
                                   .rejected = r->rejected,
                                   .visitors = sketch_count(&r->visitors),
                                   .status_count = r->status_count,
                                   .statuses = r->statuses,
                                   .no_status = r->no_status,
                                   .request_time = r->request_time,
                                   .sections_error = r->sections.error};
}

size_t rollup_sections(const struct rollup *r, struct top_row *rows, size_t limit)
{
    return rollup_sections_sorted(&r->sections, rows, limit);
}
