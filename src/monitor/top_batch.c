#include "monitor/top_batch.h"

#include <stddef.h>

#include "monitor/latency_save.h"

enum { FEW = 8 /* rows: neighbours mostly have the same key */ };

#define ALWAYS inline __attribute__((always_inline))

/* Keys of more than 16 bytes that came by: each is hashed as if it were short, then once more. So
 * the loop over all has no branch on how long a key is, which cannot be foreseen. */
struct late {
    uint32_t count;
    uint8_t entry[TOP_STRETCH], used[TOP_STRETCH]; /* its place in the stretch, among the keys */
};

static ALWAYS void late_note(struct late *l, uint32_t entry, uint32_t used, struct span key)
{
    l->entry[l->count] = (uint8_t)entry;
    l->used[l->count] = (uint8_t)used;
    l->count += key.len > KEY_SHORT;
}

/* The first bytes of a text, at most 16; the slack behind a batch's bytes makes the loads safe. */
static ALWAYS struct key_words first_words(const char *bytes, struct span span, uint32_t *len)
{
    *len = span.len < KEY_SHORT ? span.len : KEY_SHORT;
    return key_words_slack(bytes + span.at, *len);
}

/* With `all` true none of the entries is without the field. */
static ALWAYS void cells_first(struct top_cells *cells, const struct top_stretch *s,
                               enum field field, const struct key_secret *secret, bool all,
                               struct late *late)
{
    const struct entry *first = s->batch->entries + s->first;
    const char *bytes = s->batch->bytes;
    const struct key_secret own = *secret; /* in registers: nothing stored below can change it */
    uint32_t used = 0, count = s->count, len;
    for (uint32_t i = 0; i < count; i++) {
        struct span span = first[i].text[field];
        if (!all && !(first[i].has & FIELD_BIT(field)))
            continue;
        struct key_words words = first_words(bytes, span, &len);
        uint64_t hash = key_words_hash(words, len, &own);
        cells->cell[used] = (struct top_cell){
            .key = {.words = words, .hash = hash, .len = len}, .entry = i, .text = bytes + span.at};
        cells->hash[used] = hash;
        late_note(late, i, used++, span);
    }
    cells->count = used;
}

void top_cells_fill(struct top_cells *cells, const struct top_stretch *s, enum field field,
                    const struct key_secret *secret)
{
    const struct entry *first = s->batch->entries + s->first;
    struct late late;
    late.count = 0;
    if (s->all & FIELD_BIT(field))
        cells_first(cells, s, field, secret, true, &late);
    else
        cells_first(cells, s, field, secret, false, &late);
    for (uint32_t i = 0; i < late.count; i++) {
        struct text text = key_cut(batch_span(s->batch, first[late.entry[i]].text[field]));
        struct top_key *key = &cells->cell[late.used[i]].key;
        key->hash = cells->hash[late.used[i]] = key_long_hash(text, secret);
        key->words = (struct key_words){key->hash, 0};
        key->len = (uint32_t)text.len;
    }
}

static ALWAYS uint32_t hashes_first(uint64_t *hashes, const struct top_stretch *s, enum field field,
                                    const struct key_secret *secret, bool all, struct late *late)
{
    const struct entry *first = s->batch->entries + s->first;
    const char *bytes = s->batch->bytes;
    const struct key_secret own = *secret;
    uint32_t used = 0, count = s->count, len;
    for (uint32_t i = 0; i < count; i++) {
        struct span span = first[i].text[field];
        if (!all && !(first[i].has & FIELD_BIT(field)))
            continue;
        struct key_words words = first_words(bytes, span, &len);
        hashes[used] = key_words_hash(words, len, &own);
        late_note(late, i, used++, span);
    }
    return used;
}

uint32_t top_hashes(uint64_t *hashes, const struct top_stretch *s, enum field field,
                    const struct key_secret *secret)
{
    const struct entry *first = s->batch->entries + s->first;
    struct late late;
    late.count = 0;
    uint32_t used = s->all & FIELD_BIT(field)
                        ? hashes_first(hashes, s, field, secret, true, &late)
                        : hashes_first(hashes, s, field, secret, false, &late);
    for (uint32_t i = 0; i < late.count; i++)
        hashes[late.used[i]] =
            key_long_hash(key_cut(batch_span(s->batch, first[late.entry[i]].text[field])), secret);
    return used;
}

static inline uint32_t slot_at(const struct top *t, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & t->mask;
}

/* Looks where each key probably stands: the row that the first slot names. The slots and then the
 * rows are called for in advance: a small table is in the caches while a file is read through, but
 * not where a few lines come now and then. */
static void cells_guess(const struct top *t, struct top_cells *cells)
{
    for (uint32_t i = 0; i < cells->count; i++)
        __builtin_prefetch(&t->index[slot_at(t, cells->hash[i])]);
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t slot = t->index[slot_at(t, cells->hash[i])];
        cells->row[i] = slot ? top_slot_row(slot) : 0;
        __builtin_prefetch(&t->rows[cells->row[i]], 1);
    }
}

/* What a status adds to errors and client_errors, by its hundreds. */
typedef uint64_t faults __attribute__((vector_size(16)));
static const faults FAULTS[STATUS_HUNDREDS] = {[4] = {0, 1}, [5] = {1, 0}};

_Static_assert(offsetof(struct top_counts, client_errors) ==
                   offsetof(struct top_counts, errors) + sizeof(uint64_t),
               "both are added to at once");

/* One hit more. */
static ALWAYS void counts_add(struct top_counts *into, const struct top_weights *w, uint32_t entry)
{
    faults sum;
    into->hits++;
    if (__builtin_expect(__builtin_add_overflow(into->bytes, w->bytes[entry], &into->bytes), 0))
        into->bytes = UINT64_MAX;
    memcpy(&sum, &into->errors, sizeof sum);
    sum += FAULTS[w->hundred[entry]];
    memcpy(&into->errors, &sum, sizeof sum);
}

/* Request times where rows have moved since they were found: each is found again. */
static void cells_times_anew(struct top *t, const struct top_cells *cells,
                             const struct top_weights *w)
{
    for (uint32_t i = 0; i < cells->count; i++) {
        const struct top_cell *cell = &cells->cell[i];
        if (w->bucket[cell->entry] != LATENCY_NONE)
            top_row_latency(t, top_row_at(t, &cell->key, cell->text), w->request_ns[cell->entry]);
    }
}

/* Request times that are counted but for their places, which were called for. */
struct times_due {
    uint32_t count;
    uint32_t *place[TOP_STRETCH];
    struct latency *histogram[TOP_STRETCH];
};

static void times_settle(struct times_due *due)
{
    for (uint32_t i = 0; i < due->count; i++)
        latency_place_add(due->histogram[i], due->place[i]);
    due->count = 0;
}

/* Request times of the rows found: each has a histogram of its own. One that is not there yet, or
 * widens, moves places. */
static void cells_times(struct top *t, const struct top_cells *cells, const struct top_weights *w)
{
    struct times_due due;
    due.count = 0;
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t entry = cells->cell[i].entry, histogram = t->rows[cells->row[i]].histogram;
        uint64_t ns = w->request_ns[entry];
        if (w->bucket[entry] == LATENCY_NONE)
            continue;
        struct latency *l = histogram ? t->histograms[histogram - 1] : NULL;
        uint32_t *place = l ? latency_place(l, w->bucket[entry]) : NULL;
        if (__builtin_expect(!place, 0)) {
            times_settle(&due);
            top_row_latency(t, cells->row[i], ns);
            continue;
        }
        l->count++;
        l->max = ns > l->max ? ns : l->max;
        due.place[due.count] = place;
        due.histogram[due.count++] = l;
    }
    times_settle(&due);
}

void top_add_cells(struct top *t, struct top_cells *cells, const struct top_stretch *s)
{
    const uint32_t purges = t->purges;
    cells_guess(t, cells);
    for (uint32_t i = 0; i < cells->count; i++) {
        const struct top_cell *cell = &cells->cell[i];
        uint32_t row = cells->row[i];
        /* A purge may have moved the rows meanwhile: then the key says so. */
        if (row >= t->count || !top_entry_is(&t->rows[row], &cell->key))
            cells->row[i] = row = top_row_at(t, &cell->key, cell->text);
        counts_add(&t->rows[row].counts, s->weights, cell->entry);
    }
    if (!t->histograms || !s->weights->timed)
        return;
    if (purges == t->purges)
        cells_times(t, cells, s->weights);
    else
        cells_times_anew(t, cells, s->weights);
}

/* With few rows a key is most often that of the line before, and its hash is not needed. */
static void add_few(struct top *t, const struct top_stretch *s, enum field field, uint32_t *rows)
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
        rows[i] = row;
        counts_add(&t->rows[row].counts, s->weights, i);
        if (t->histograms && s->weights->timed && s->weights->bucket[i] != LATENCY_NONE)
            top_row_latency(t, row, s->weights->request_ns[i]);
    }
}

bool top_add_stretch(struct top *t, struct top *also, const struct top_stretch *s, enum field field,
                     struct top_cells *cells)
{
    struct top *both[] = {t, also};
    bool filled = false;
    for (unsigned i = 0; i < 2 && both[i]; i++) {
        if (both[i]->count <= FEW) {
            add_few(both[i], s, field, cells->row);
            continue;
        }
        if (!filled)
            top_cells_fill(cells, s, field, &t->secret);
        filled = true;
        top_add_cells(both[i], cells, s);
    }
    return filled;
}
