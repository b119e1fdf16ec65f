/* What the sections of the window got, minute by minute, as bytes and back. */
#include "monitor/window_sections_inside.h"

#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

/* The sections that are kept, at most SECTIONS_SAVED: those with the most hits, and where that is
 * too fine a question, of some that have about as many. */
struct chosen {
    uint32_t count;
    uint32_t numbers[SECTIONS_SAVED];
    uint8_t *place; /* by section number: its place among these, from 1; 0: none. 255 are enough */
};
_Static_assert(SECTIONS_SAVED < 256, "a place fits a byte");

static unsigned magnitude(uint64_t hits)
{
    return hits ? 64u - (unsigned)__builtin_clzll(hits) : 0;
}

/* The magnitude of hits that all of the chosen have at least; of those that have just that only
 * some may be chosen. */
static unsigned least_magnitude(const struct section_window *s)
{
    uint32_t of[65] = {0}, count = 0;
    unsigned least = 64;
    for (uint32_t i = 0; i < s->section_count; i++)
        of[magnitude(s->sections[i].counts.hits)]++;
    while (least > 1 && (count += of[least]) < SECTIONS_SAVED)
        least--;
    return least;
}

static void choose(struct chosen *c, const struct section_window *s)
{
    unsigned least = least_magnitude(s);
    c->count = 0;
    c->place = mem_new(s->section_count + 1, 1);
    for (unsigned above = 2; above-- > 0;) /* first those of more, then those of just that */
        for (uint32_t i = 0; i < s->section_count && c->count < SECTIONS_SAVED; i++) {
            unsigned m = magnitude(s->sections[i].counts.hits);
            if (above ? m <= least : m != least)
                continue;
            c->numbers[c->count++] = i + 1;
            c->place[i + 1] = (uint8_t)c->count;
        }
}

static void pack_names(const struct chosen *c, struct section_window *s, struct buf *out)
{
    pack_u64(out, c->count);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct section *section = section_at(s, c->numbers[i]);
        pack_u64(out, section->hash);
        pack_text(out, text_make(section->name, section->len));
    }
}

/* What each of the chosen got in a stretch; several items of one are made one. */
static void pack_stretch(const struct chosen *c, struct section_window *s, int64_t stretch,
                         struct buf *out)
{
    struct item sums[SECTIONS_SAVED];
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->count; i++)
        sums[i].hits = 0;
    for (uint32_t item = *head_of(s, stretch); item; item = item_at(s, item)->next) {
        const struct item *it = item_at(s, item);
        if (!c->place[it->section])
            continue;
        struct item *sum = &sums[c->place[it->section] - 1];
        if (!sum->hits) {
            *sum = (struct item){0};
            count++;
        }
        sum->hits += it->hits;
        sum->bytes += it->bytes;
        sum->errors += it->errors;
        sum->client_errors += it->client_errors;
    }
    pack_u64(out, count);
    for (uint32_t i = 0; i < c->count; i++) {
        if (!sums[i].hits)
            continue;
        pack_u64(out, i);
        pack_u64(out, sums[i].hits);
        pack_u64(out, sums[i].bytes);
        pack_u64(out, sums[i].errors);
        pack_u64(out, sums[i].client_errors);
    }
}

static bool in_window(const struct section_window *s, int64_t stretch)
{
    return stretch >= s->oldest && stretch <= floor_div(s->end, s->width);
}

void section_window_pack(const struct section_window *from, int64_t start, int64_t until,
                         struct buf *out)
{
    struct section_window *s = (struct section_window *)(uintptr_t)from; /* nothing is changed */
    struct chosen c;
    choose(&c, s);
    pack_names(&c, s, out);
    pack_i64(out, s->width);
    int64_t last = floor_div(until - 1, s->width);
    for (int64_t stretch = floor_div(start, s->width); stretch <= last; stretch++)
        if (in_window(s, stretch))
            pack_stretch(&c, s, stretch, out);
        else
            pack_u64(out, 0);
    free(c.place);
}

/* Makes it as high as it was kept. A stretch that lies in two minutes was kept with both, and what
 * is newer is not less. */
static void restore(struct section_window *s, const struct window_hit *section,
                    const struct item *kept)
{
    uint32_t number;
    struct item *it = section_window_item(s, section, &number);
    struct top_counts *c = &section_at(s, number)->counts;
    if (kept->hits <= it->hits)
        return;
    c->hits += kept->hits - it->hits;
    c->bytes += kept->bytes - it->bytes;
    c->errors += kept->errors - it->errors;
    c->client_errors += kept->client_errors - it->client_errors;
    it->hits = kept->hits;
    it->bytes = kept->bytes;
    it->errors = kept->errors;
    it->client_errors = kept->client_errors;
}

static void unpack_stretch(struct section_window *s, const struct window_hit *sections,
                           uint64_t count, int64_t second, struct unpack *u)
{
    for (uint64_t left = unpack_most(u, count); left > 0 && !u->bad; left--) {
        uint64_t place = unpack_most(u, count - 1);
        struct item kept = {.hits = (uint32_t)unpack_most(u, UINT32_MAX)};
        kept.bytes = unpack_u64(u);
        kept.errors = (uint32_t)unpack_most(u, kept.hits);
        kept.client_errors = (uint32_t)unpack_most(u, kept.hits);
        if (!s || u->bad || !in_window(s, floor_div(second, s->width)))
            continue;
        struct window_hit section = sections[place];
        section.second = second;
        restore(s, &section, &kept);
    }
}

void section_window_unpack(struct section_window *s, int64_t start, int64_t until, struct unpack *u)
{
    struct window_hit sections[SECTIONS_SAVED] = {{0}};
    uint64_t count = unpack_most(u, SECTIONS_SAVED);
    for (uint64_t i = 0; i < count; i++) {
        sections[i].section_hash = unpack_u64(u);
        sections[i].section = unpack_text(u);
    }
    int64_t width = unpack_i64(u);
    u->bad |= width < 1 || width > INT32_MAX;
    for (int64_t stretch = u->bad ? 0 : floor_div(start, width);
         !u->bad && stretch <= floor_div(until - 1, width); stretch++)
        unpack_stretch(s, sections, count, stretch * width, u);
}
