#include "monitor/rollup_sections.h"

#include "base/mem.h"
#include "monitor/key.h"
#include "monitor/rollup.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 256, FIRST = 8 };

void rollup_sections_done(struct rollup_sections *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        free(s->rows[i].name);
    free(s->rows);
    free(s->index);
    *s = (struct rollup_sections){0};
}

static uint16_t *index_find(const struct rollup_sections *s, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (s->slots - 1);
    while (s->index[at] && s->rows[s->index[at] - 1].hash != hash)
        at = (at + 1) & (s->slots - 1);
    return &s->index[at];
}

static void index_fill(struct rollup_sections *s)
{
    memset(s->index, 0, s->slots * sizeof *s->index);
    for (uint32_t i = 0; i < s->count; i++)
        *index_find(s, s->rows[i].hash) = (uint16_t)(i + 1);
}

static int busier(const void *a, const void *b)
{
    const struct rollup_section *left = a, *right = b;
    int first = top_counts_order(&left->counts, &right->counts, TOP_BY_HITS);
    return first ? first : text_order(text_make(left->name, left->len), text_make(right->name, right->len));
}

/* The rarer half goes. */
static void purge(struct rollup_sections *s)
{
    uint32_t keep = MOST / 2;
    qsort(s->rows, s->count, sizeof *s->rows, busier);
    s->error += s->rows[keep].counts.hits;
    for (uint32_t i = keep; i < s->count; i++)
        free(s->rows[i].name);
    s->count = keep;
    index_fill(s);
}

static void grow(struct rollup_sections *s)
{
    s->capacity = s->capacity ? s->capacity * 2 : FIRST;
    s->slots = s->capacity * 2;
    s->rows = mem_grow(s->rows, s->capacity, sizeof *s->rows);
    free(s->index);
    s->index = mem_new(s->slots, sizeof *s->index);
    index_fill(s);
}

struct top_counts *rollup_section_at(struct rollup_sections *s, struct text name, uint64_t hash)
{
    uint16_t *place = s->slots ? index_find(s, hash) : NULL;
    if (place && *place)
        return &s->rows[*place - 1].counts;
    if (s->count == MOST)
        purge(s);
    if (s->count == s->capacity)
        grow(s);
    uint32_t len = name.len < ROLLUP_SECTION_BYTES ? (uint32_t)name.len : ROLLUP_SECTION_BYTES;
    struct rollup_section *row = &s->rows[s->count++];
    *row = (struct rollup_section){
        .hash = hash, .name = mem_string(text_make(name.at, len)), .len = len};
    *index_find(s, hash) = (uint16_t)s->count;
    return &row->counts;
}

static void counts_add(struct top_counts *into, const struct top_counts *c)
{
    into->hits += c->hits;
    into->bytes += c->bytes;
    into->errors += c->errors;
    into->client_errors += c->client_errors;
}

void rollup_sections_merge(struct rollup_sections *into, const struct rollup_sections *from)
{
    for (uint32_t i = 0; i < from->count; i++) {
        const struct rollup_section *row = &from->rows[i];
        counts_add(rollup_section_at(into, text_make(row->name, row->len), row->hash),
                   &row->counts);
    }
    into->error += from->error;
}

/* A sorted copy of the rows, whose names stay the table's. */
static struct rollup_section *sorted(const struct rollup_sections *s)
{
    struct rollup_section *rows = mem_new((size_t)s->count + 1, sizeof *rows);
    if (s->count)
        memcpy(rows, s->rows, s->count * sizeof *rows);
    qsort(rows, s->count, sizeof *rows, busier);
    return rows;
}

size_t rollup_sections_sorted(const struct rollup_sections *s, struct top_row *out, size_t limit)
{
    struct rollup_section *rows = sorted(s);
    size_t count = s->count < limit ? s->count : limit;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct top_row){
            .key = text_make(rows[i].name, rows[i].len), .counts = rows[i].counts, .over = 0};
    free(rows);
    return count;
}

void rollup_sections_pack(const struct rollup_sections *s, struct buf *out)
{
    struct rollup_section *rows = sorted(s);
    uint32_t count = s->count < ROLLUP_SECTIONS ? s->count : ROLLUP_SECTIONS;
    pack_u64(out, s->error + (s->count > count ? rows[count].counts.hits : 0));
    pack_u64(out, count);
    for (uint32_t i = 0; i < count; i++) {
        pack_text(out, text_make(rows[i].name, rows[i].len));
        pack_u64(out, rows[i].counts.hits);
        pack_u64(out, rows[i].counts.bytes);
        pack_u64(out, rows[i].counts.errors);
        pack_u64(out, rows[i].counts.client_errors);
    }
    free(rows);
}

void rollup_sections_unpack(struct rollup_sections *s, struct unpack *u)
{
    struct key_secret secret = key_secret();
    uint64_t error = unpack_u64(u);
    for (uint64_t left = unpack_most(u, ROLLUP_SECTIONS); left > 0 && !u->bad; left--) {
        struct text name = unpack_text(u);
        struct top_counts c;
        c.hits = unpack_u64(u);
        c.bytes = unpack_u64(u);
        c.errors = unpack_u64(u);
        c.client_errors = unpack_u64(u);
        if (!u->bad)
            counts_add(rollup_section_at(s, name, key_hash(name, &secret)), &c);
    }
    s->error += error;
}
