#include "monitor/top.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "monitor/top_rows.h"

enum { FIRST_ROWS = 64, CACHE_LINE = 64 };

static void top_resize(struct top *t, uint32_t capacity)
{
    /* Whole cache lines, which realloc() would not keep. */
    struct top_entry *rows = mem_aligned(CACHE_LINE, capacity * sizeof *rows);
    if (t->count)
        memcpy(rows, t->rows, t->count * sizeof *rows);
    free(t->rows);
    t->rows = rows;
    t->capacity = capacity;
    if (t->marks)
        t->marks = mem_grow(t->marks, capacity, sizeof *t->marks);
    /* Sparse: the first slot then is nearly always the right one, and the processor need not guess. */
    uint32_t slots = 16;
    while (slots < 3 * capacity)
        slots *= 2;
    if (slots != t->mask + 1 || !t->index) {
        free(t->index);
        t->index = mem_new(slots, sizeof *t->index);
        t->mask = slots - 1;
        top_reindex(t);
    }
}

void top_keep_marks(struct top *t)
{
    if (!t->marks)
        t->marks = mem_new(t->capacity, sizeof *t->marks);
}

struct top *top_new(uint32_t room, bool with_latency)
{
    assert(room > 0 && room <= TOP_ROOM_MOST - 1);
    struct top *t = mem_new(1, sizeof *t);
    t->secret = key_secret();
    t->room = room;
    t->text_room = (size_t)room * TOP_TEXT_PER_ROW;
    if (t->text_room < 4 * KEY_LIMIT) /* a purge must be able to make place for any key */
        t->text_room = 4 * KEY_LIMIT;
    if (with_latency)
        t->histograms = mem_new(TOP_HISTOGRAMS, sizeof *t->histograms);
    top_resize(t, room < FIRST_ROWS ? room : FIRST_ROWS);
    return t;
}

static void top_drop_histograms(struct top *t)
{
    for (uint32_t i = 0; t->histograms && i < TOP_HISTOGRAMS; i++) {
        latency_free(t->histograms[i]);
        t->histograms[i] = NULL;
    }
    t->histogram_count = 0;
}

void top_free(struct top *t)
{
    if (!t)
        return;
    top_drop_histograms(t);
    free(t->histograms);
    free(t->rows);
    free(t->index);
    free(t->texts);
    free(t->marks);
    free(t);
}

void top_reset(struct top *t)
{
    top_drop_histograms(t);
    memset(t->index, 0, ((size_t)t->mask + 1) * sizeof *t->index);
    t->count = 0;
    t->text_used = 0;
    t->floor = 0;
}

void top_reindex(struct top *t)
{
    for (uint32_t row = 0; row < t->count; row++) {
        uint32_t hash = t->rows[row].hash, at = hash & t->mask;
        while (t->index[at])
            at = (at + 1) & t->mask;
        t->index[at] = top_slot(hash, row);
    }
}

static size_t top_keep_text(struct top *t, const char *text, uint32_t len)
{
    if (t->text_used + len > t->text_capacity) {
        size_t capacity = t->text_capacity ? t->text_capacity * 2 : 4096;
        if (capacity > t->text_room)
            capacity = t->text_room;
        while (capacity < t->text_used + len) /* only while merging beyond the room */
            capacity *= 2;
        t->texts = mem_grow(t->texts, capacity, 1);
        t->text_capacity = capacity;
    }
    memcpy(t->texts + t->text_used, text, len);
    t->text_used += len;
    return t->text_used - len;
}

uint32_t top_row_append(struct top *t, const struct top_key *key, const char *text)
{
    if (t->count == t->capacity)
        top_resize(t,
                   t->capacity < t->room && t->capacity > t->room / 2 ? t->room : t->capacity * 2);
    uint32_t row = t->count++, hash = top_key_half(key);
    struct top_entry *e = &t->rows[row];
    *e = (struct top_entry){.hash = hash, .len = (uint16_t)key->len, .words = key->words};
    if (key->len > KEY_SHORT)
        e->words.high = top_keep_text(t, text, key->len);
    if (t->marks)
        t->marks[row] = 0;
    uint32_t at = hash & t->mask;
    while (t->index[at])
        at = (at + 1) & t->mask;
    t->index[at] = top_slot(hash, row);
    return row;
}

uint32_t top_row_make(struct top *t, const struct top_key *key, const char *text)
{
    uint32_t text_len = key->len > KEY_SHORT ? key->len : 0;
    if (t->count >= t->room || t->text_used + text_len > t->text_room)
        top_purge(t, t->room - (t->room + 3) / 4, t->text_room / 4 * 3);
    uint32_t row = top_row_append(t, key, text);
    t->rows[row].counts.hits = t->floor;
    t->rows[row].over = t->floor;
    return row;
}

uint32_t top_row_of(struct top *t, struct text text)
{
    text = key_cut(text);
    struct top_key key = {.hash = key_hash(text, &t->secret), .len = (uint32_t)text.len};
    key.words = key.len > KEY_SHORT ? (struct key_words){key.hash, 0} : key_words(text);
    return top_row_at(t, &key, text.at);
}

struct top_counts *top_at(struct top *t, struct text key)
{
    uint32_t row = top_row_of(t, key); /* first, for it may move the rows */
    return &t->rows[row].counts;
}

void top_latency(struct top *t, struct text key, uint64_t ns)
{
    if (t->histograms)
        top_row_latency(t, top_row_of(t, key), ns);
}

uint64_t top_error(const struct top *t)
{
    return t->floor;
}

size_t top_distinct(const struct top *t)
{
    return t->count;
}
