#include "monitor/top_batch.h"

enum {
    FEW = 8,    /* rows: neighbours mostly have the same key */
    SMALL = 512 /* rows: all in the first or second cache */
};

void top_cells_fill(struct top_cells *cells, const struct top_stretch *s, enum field field,
                    const struct key_secret *secret)
{
    const struct entry *e = s->batch->entries + s->first;
    const field_set bit = FIELD_BIT(field);
    uint32_t used = 0;
    for (uint32_t i = 0; i < s->count; i++, e++) {
        if (!(e->has & bit))
            continue;
        struct text text = batch_span(s->batch, e->text[field]);
        struct top_cell *cell = &cells->cell[used];
        if (text.len <= KEY_SHORT) { /* the slack behind a batch's bytes makes the loads safe */
            cell->key.words = key_words_slack(text.at, (uint32_t)text.len);
            cell->key.hash = key_words_hash(cell->key.words, (uint32_t)text.len, secret);
        } else {
            text = key_cut(text);
            cell->key.hash = hash_text(text);
            cell->key.words = (struct key_words){cell->key.hash, 0};
        }
        cell->key.len = (uint32_t)text.len;
        cell->text = text.at;
        cell->entry = i;
        cells->hash[used++] = cell->key.hash;
    }
    cells->count = used;
}

static inline uint32_t slot_at(const struct top *t, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & t->mask;
}

/* Looks where each key probably stands: the row that the first slot names. In a large table the
 * slots and then the rows are called for in advance. */
static void cells_guess(const struct top *t, struct top_cells *cells)
{
    bool large = t->count > SMALL;
    for (uint32_t i = 0; large && i < cells->count; i++)
        __builtin_prefetch(&t->index[slot_at(t, cells->hash[i])]);
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t slot = t->index[slot_at(t, cells->hash[i])];
        cells->row[i] = slot ? top_slot_row(slot) : 0;
        if (large)
            __builtin_prefetch(&t->rows[cells->row[i]], 1);
    }
}

static inline void counts_add(struct top_counts *into, const struct top_counts *add)
{
    into->hits += add->hits;
    into->bytes += add->bytes;
    into->errors += add->errors;
    into->client_errors += add->client_errors;
    if (__builtin_expect(into->bytes < add->bytes, 0))
        into->bytes = UINT64_MAX;
}

static inline void row_add(struct top *t, uint32_t row, const struct top_weights *w, uint32_t entry)
{
    counts_add(&t->rows[row].counts, &w->counts[entry]);
    if (__builtin_expect(w->timed && t->histograms, 0) && w->request_ns[entry] != UINT64_MAX)
        top_row_latency(t, row, w->request_ns[entry]);
}

void top_add_cells(struct top *t, struct top_cells *cells, const struct top_stretch *s)
{
    cells_guess(t, cells);
    for (uint32_t i = 0; i < cells->count; i++) {
        const struct top_cell *cell = &cells->cell[i];
        uint32_t row = cells->row[i];
        /* A purge may have moved the rows meanwhile: then the key says so. */
        if (row >= t->count || !top_entry_is(&t->rows[row], &cell->key))
            row = top_row_at(t, &cell->key, cell->text);
        row_add(t, row, s->weights, cell->entry);
    }
}

/* With few rows a key is most often that of the line before, and its hash is not needed. */
static void add_few(struct top *t, const struct top_stretch *s, enum field field)
{
    const struct entry *e = s->batch->entries + s->first;
    struct text last = {NULL, SIZE_MAX};
    struct key_words last_words = {0, 0};
    uint32_t row = 0;
    for (uint32_t i = 0; i < s->count; i++, e++) {
        if (!(e->has & FIELD_BIT(field)))
            continue;
        struct text text = key_cut(batch_span(s->batch, e->text[field]));
        struct key_words words = {0, 0};
        if (text.len <= KEY_SHORT)
            words = key_words_slack(text.at, (uint32_t)text.len);
        bool same = text.len == last.len && key_words_same(words, last_words) &&
                    (text.len <= KEY_SHORT || memcmp(text.at, last.at, text.len) == 0);
        if (!same)
            row = top_row_of(t, text);
        last = text;
        last_words = words;
        row_add(t, row, s->weights, i);
    }
}

void top_add_stretch(struct top *t, const struct top_stretch *s, enum field field,
                     struct top_cells *cells)
{
    if (t->count <= FEW) {
        add_few(t, s, field);
        return;
    }
    top_cells_fill(cells, s, field, &t->secret);
    top_add_cells(t, cells, s);
}
