#include "monitor/top_batch.h"

#include "monitor/top_rows.h"

void top_cells_fill(struct top_cells *cells, const struct batch *b, uint32_t first, uint32_t count,
                    enum field field, const struct key_secret *secret)
{
    const struct entry *e = b->entries + first;
    const field_set bit = FIELD_BIT(field);
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++, e++) {
        struct text key = batch_span(b, e->text[field]);
        struct top_cell *cell = &cells->cell[used];
        if (!(e->has & bit))
            continue;
        used++;
        cell->entry = i;
        cell->at = key.at;
        if (key.len <= KEY_SHORT) { /* the slack behind a batch's bytes makes the loads safe */
            cell->len = (uint32_t)key.len;
            cell->words = key_words_slack(key.at, cell->len);
            cell->hash = key_words_hash(cell->words, cell->len, secret);
        } else {
            key = key_cut(key);
            cell->len = (uint32_t)key.len;
            cell->hash = hash_text(key);
        }
    }
    cells->count = used;
}

/* Two rounds of prefetching: the slots of the index, then the rows that they name. A small table is
 * in the cache anyway. */
static void cells_prefetch(const struct top *t, const struct top_cells *cells)
{
    if (t->count < 512)
        return;
    for (uint32_t i = 0; i < cells->count; i++)
        __builtin_prefetch(&t->index[(uint32_t)(cells->cell[i].hash >> 32) & t->mask]);
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t slot = t->index[(uint32_t)(cells->cell[i].hash >> 32) & t->mask];
        if (slot)
            __builtin_prefetch(&t->rows[top_slot_row(slot)], 1);
    }
}

static inline void counts_add(struct top_counts *into, const struct top_counts *w)
{
    into->hits += w->hits;
    into->bytes += w->bytes;
    into->errors += w->errors;
    into->client_errors += w->client_errors;
    if (__builtin_expect(into->bytes < w->bytes, 0))
        into->bytes = UINT64_MAX;
}

void top_add_cells(struct top *t, const struct top_cells *cells, const struct top_weights *w)
{
    const bool timed = t->histograms && w->timed;
    cells_prefetch(t, cells);
    for (uint32_t i = 0; i < cells->count; i++) {
        const struct top_cell *c = &cells->cell[i];
        uint32_t row = top_row_at(t, text_make(c->at, c->len), c->words, c->hash);
        counts_add(&t->rows[row].counts, &w->counts[c->entry]);
        if (timed && w->request_ns[c->entry] != UINT64_MAX)
            top_row_latency(t, row, w->request_ns[c->entry]);
    }
}
