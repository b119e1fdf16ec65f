#include <stdlib.h>

#include "base/mem.h"
#include "monitor/top.h"
#include "monitor/top_rows.h"

enum { BIN_BITS = 10, BINS = 1 << BIN_BITS };

/* How many rows there are of each stretch of hits, from `low` on, 2^shift hits a bin; and their
 * text. */
struct bins {
    uint64_t low;
    unsigned shift;
    uint32_t rows[BINS];
    size_t text[BINS];
};

static uint64_t hits_most(const struct top *t)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->rows[i].counts.hits > most)
            most = t->rows[i].counts.hits;
    return most;
}

static void bins_count(struct bins *b, const struct top *t)
{
    memset(b->rows, 0, sizeof b->rows);
    memset(b->text, 0, sizeof b->text);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct top_entry *e = &t->rows[i];
        uint64_t bin = (e->counts.hits - b->low) >> b->shift;
        if (e->counts.hits < b->low || bin >= BINS)
            continue;
        b->rows[bin]++;
        b->text[bin] += e->len > KEY_SHORT ? e->len : 0;
    }
}

/* What must go: whichever is reached later. */
struct quota {
    uint32_t rows;
    size_t text;
};

static bool quota_met(struct quota gone, struct quota want)
{
    return gone.rows >= want.rows && gone.text >= want.text;
}

/* Counts the bins and finds the one in which the quota is met; BINS when in none. *below grows
 * by what lies in the bins before it. */
static unsigned bins_search(struct bins *b, const struct top *t, struct quota want,
                            struct quota *below)
{
    bins_count(b, t);
    for (unsigned bin = 0; bin < BINS; bin++) {
        struct quota with = {below->rows + b->rows[bin], below->text + b->text[bin]};
        if (quota_met(with, want))
            return bin;
        *below = with;
    }
    return BINS;
}

/* The count of hits at which the quota is met when rows are dropped from the rarest up; *below is
 * what goes with fewer hits than that. No sorting, no memory: bin by bin. */
static uint64_t quota_hits(const struct top *t, struct quota want, struct quota *below)
{
    struct bins *b = mem_new(1, sizeof *b);
    /* Nearly always the rare ones have little more than the floor, below which nobody is. */
    *below = (struct quota){0, 0};
    b->low = t->floor;
    unsigned bin = bins_search(b, t, want, below);
    if (bin < BINS) {
        b->low += bin;
    } else {
        *below = (struct quota){0, 0};
        b->low = 0;
        for (uint64_t most = hits_most(t); most >> b->shift >= BINS;)
            b->shift += BIN_BITS;
        for (;; b->shift -= BIN_BITS) {
            bin = bins_search(b, t, want, below);
            b->low += (uint64_t)bin << b->shift;
            if (b->shift == 0)
                break;
        }
    }
    uint64_t hits = b->low;
    free(b);
    return hits;
}

/* Moves a row and its text to the front; texts lie in row order, so nothing is overwritten. */
static void row_move(struct top *t, uint32_t from, uint32_t to, size_t *text_used)
{
    t->rows[to] = t->rows[from];
    if (t->marks)
        t->marks[to] = t->marks[from];
    struct top_entry *e = &t->rows[to];
    if (e->len <= KEY_SHORT)
        return;
    memmove(t->texts + *text_used, t->texts + e->words.high, e->len);
    e->words.high = *text_used;
    *text_used += e->len;
}

void top_purge(struct top *t, uint32_t keep, size_t keep_text)
{
    struct quota want = {t->count > keep ? t->count - keep : 0,
                         t->text_used > keep_text ? t->text_used - keep_text : 0};
    struct quota gone;
    uint64_t limit = quota_hits(t, want, &gone);
    uint32_t kept = 0;
    size_t text_used = 0;
    for (uint32_t row = 0; row < t->count; row++) {
        struct top_entry *e = &t->rows[row];
        /* Of those that have just the limit the oldest go, as many as are needed. */
        bool tie = e->counts.hits == limit && !quota_met(gone, want);
        if (tie) {
            gone.rows++;
            gone.text += e->len > KEY_SHORT ? e->len : 0;
        }
        if (tie || e->counts.hits < limit)
            top_row_drop_latency(t, e);
        else
            row_move(t, row, kept++, &text_used);
    }
    if (kept < t->count && limit > t->floor)
        t->floor = limit;
    t->count = kept;
    t->purges++;
    t->text_used = text_used;
    memset(t->index, 0, ((size_t)t->mask + 1) * sizeof *t->index);
    top_reindex(t);
}

static void row_merge(struct top *t, uint32_t row, const struct top *from, uint32_t other)
{
    struct top_entry *into = &t->rows[row];
    const struct top_entry *e = &from->rows[other];
    into->counts.hits += e->counts.hits;
    if (__builtin_add_overflow(into->counts.bytes, e->counts.bytes, &into->counts.bytes))
        into->counts.bytes = UINT64_MAX;
    into->counts.errors += e->counts.errors;
    into->counts.client_errors += e->counts.client_errors;
    into->over += e->over;
    if (t->histograms && e->histogram)
        top_row_merge_latency(t, row, from->histograms[e->histogram - 1]);
}

void top_merge(struct top *into, const struct top *from)
{
    /* A key that one table does not list may have had up to that table's floor there. */
    uint32_t before = into->count;
    for (uint32_t row = 0; row < before; row++) {
        into->rows[row].counts.hits += from->floor;
        into->rows[row].over += from->floor;
    }
    for (uint32_t other = 0; other < from->count; other++) {
        const struct top_entry *e = &from->rows[other];
        struct top_key key = {.words = e->words, .hash = (uint64_t)e->hash << 32, .len = e->len};
        uint32_t row = top_row_find(into, &key);
        if (row == UINT32_MAX) {
            row = top_row_append(into, &key, top_entry_key(from, e).at);
            into->rows[row].counts.hits = into->floor;
            into->rows[row].over = into->floor;
        } else {
            into->rows[row].counts.hits -= from->floor;
            into->rows[row].over -= from->floor;
        }
        row_merge(into, row, from, other);
    }
    into->floor += from->floor;
    if (into->count > into->room || into->text_used > into->text_room)
        top_purge(into, into->room, into->text_room);
}
