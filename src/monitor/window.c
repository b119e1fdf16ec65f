#include "monitor/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/window_sections.h"
#include "monitor/window_visitors.h"

struct window {
    int64_t seconds;
    int64_t end;       /* the newest second of the window */
    uint32_t end_slot; /* its slot; seconds go round */
    struct window_sums sums;
    struct section_window *sections; /* NULL where not wanted */
    struct visitor_window *visitors; /* likewise */
    struct window_slot slots[];
};

struct window *window_new(int64_t seconds, bool sections, bool visitors)
{
    assert(seconds > 0 && seconds <= INT32_MAX);
    struct window *w = mem_new(1, sizeof *w + (size_t)seconds * sizeof w->slots[0]);
    w->seconds = seconds;
    if (sections)
        w->sections = section_window_new(seconds);
    if (visitors)
        w->visitors = visitor_window_new(seconds);
    return w;
}

void window_free(struct window *w)
{
    if (!w)
        return;
    section_window_free(w->sections);
    visitor_window_free(w->visitors);
    free(w);
}

/* Puts the end of a window without hits, whose slots are all zero, somewhere else. */
static void window_move(struct window *w, int64_t second)
{
    w->end = second;
    w->end_slot = 0;
    if (w->sections)
        section_window_clear(w->sections, second);
    if (w->visitors)
        visitor_window_clear(w->visitors, second);
}

void window_set(struct window *w, int64_t second)
{
    if (w->sums.hits)
        memset(w->slots, 0, (size_t)w->seconds * sizeof w->slots[0]);
    memset(&w->sums, 0, sizeof w->sums);
    window_move(w, second);
}

/* Takes the oldest second out and makes its slot the newest. */
static void window_step(struct window *w)
{
    w->end++;
    w->end_slot = w->end_slot + 1 == w->seconds ? 0 : w->end_slot + 1;
    struct window_slot *s = &w->slots[w->end_slot];
    if (s->hits) {
        w->sums.hits -= s->hits;
        w->sums.bytes -= s->bytes;
        for (unsigned i = 0; i < WINDOW_CLASSES; i++)
            w->sums.classes[i] -= s->classes[i];
        memset(s, 0, sizeof *s);
    }
    if (w->sections)
        section_window_advance(w->sections, w->end);
    if (w->visitors)
        visitor_window_advance(w->visitors, w->end);
}

void window_advance(struct window *w, int64_t second, window_judge *judge, void *ctx)
{
    while (w->end < second) {
        if (w->sums.hits ==
            0) { /* nothing is left to slide out: all seconds of the gap are alike */
            judge(ctx, w->end, second, 0);
            window_move(w, second);
            return;
        }
        judge(ctx, w->end, w->end + 1, w->sums.hits);
        window_step(w);
    }
}

static struct window_slot *window_slot(struct window *w, int64_t second)
{
    int64_t back = w->end - second;
    assert(back >= 0 && back < w->seconds);
    int64_t at = (int64_t)w->end_slot - back;
    return &w->slots[at < 0 ? at + w->seconds : at];
}

void window_add(struct window *w, const struct window_hit *hit)
{
    struct window_slot *s = window_slot(w, hit->second);
    if (s->hits == UINT32_MAX)
        return;
    unsigned hundreds = hit->status / 100u;
    unsigned status_class = hundreds < WINDOW_CLASSES ? hundreds : 0;
    s->hits++;
    s->bytes += hit->bytes; /* wraps, and wraps back when it is taken out */
    s->classes[status_class]++;
    w->sums.hits++;
    w->sums.bytes += hit->bytes;
    w->sums.classes[status_class]++;
    if (w->sections && hit->has_section)
        section_window_add(w->sections, hit);
    if (w->visitors && hit->has_host)
        visitor_window_add(w->visitors, hit->host_hash, hit->second);
}

void window_prefetch(const struct window *w, const struct window_hit *hits, uint32_t count)
{
    for (uint32_t i = 0; w->visitors && i < count; i++)
        if (hits[i].has_host)
            visitor_window_prefetch(w->visitors, hits[i].host_hash);
    if (w->sections)
        section_window_prefetch(w->sections, hits, count);
}

const struct window_slot *window_look(const struct window *w, int64_t second)
{
    if (second > w->end || (uint64_t)w->end - (uint64_t)second >= (uint64_t)w->seconds)
        return NULL;
    return window_slot((struct window *)(uintptr_t)w, second);
}

void window_restore(struct window *w, int64_t second, const struct window_slot *from)
{
    if (!window_look(w, second))
        return;
    struct window_slot *s = window_slot(w, second);
    if (s->hits || !from->hits)
        return;
    *s = *from;
    w->sums.hits += s->hits;
    w->sums.bytes += s->bytes;
    for (unsigned i = 0; i < WINDOW_CLASSES; i++)
        w->sums.classes[i] += s->classes[i];
}

void window_pack(const struct window *w, int64_t start, int64_t until, struct buf *out)
{
    pack_u64(out, w->sections != NULL);
    if (w->sections)
        section_window_pack(w->sections, start, until, out);
    pack_u64(out, w->visitors != NULL);
    if (w->visitors)
        visitor_window_pack(w->visitors, start, until, out);
}

static void unpack(struct window *w, int64_t start, int64_t until, struct unpack *u)
{
    if (unpack_most(u, 1)) /* else they were not counted */
        section_window_unpack(w ? w->sections : NULL, start, until, u);
    if (unpack_most(u, 1))
        visitor_window_unpack(w ? w->visitors : NULL, start, until, u);
}

bool window_unpack(struct window *w, int64_t start, int64_t until, struct unpack *u)
{
    struct unpack again = *u;
    unpack(NULL, start, until, u);
    if (!u->bad)
        unpack(w, start, until, &again);
    return !u->bad;
}

const struct window_sums *window_sums(const struct window *w)
{
    return &w->sums;
}

int64_t window_end(const struct window *w)
{
    return w->end;
}

uint64_t window_visitors(const struct window *w)
{
    return w->visitors ? visitor_window_count(w->visitors) : 0;
}

size_t window_series(const struct window *w, uint32_t *hits, size_t room)
{
    size_t count = room < (size_t)w->seconds ? room : (size_t)w->seconds;
    for (size_t i = 0; i < count; i++) {
        int64_t at = (int64_t)w->end_slot - (int64_t)(count - 1 - i);
        hits[i] = w->slots[at < 0 ? at + w->seconds : at].hits;
    }
    return count;
}

size_t window_sections(const struct window *w, enum top_order by, struct top_row *rows, size_t limit)
{
    return w->sections ? section_window_sorted(w->sections, by, rows, limit) : 0;
}
