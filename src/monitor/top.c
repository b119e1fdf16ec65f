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
    uint32_t slots = 16;
    while (slots < capacity + capacity / 2)
        slots *= 2;
    if (slots != t->mask + 1 || !t->index) {
        free(t->index);
        t->index = mem_new(slots, sizeof *t->index);
        t->mask = slots - 1;
        top_reindex(t);
    }
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

uint32_t top_row_find(const struct top *t, struct text key, struct key_words words, uint32_t hash)
{
    uint32_t slot;
    for (uint32_t at = hash & t->mask; (slot = t->index[at]) != 0; at = (at + 1) & t->mask) {
        if ((slot ^ hash) >> TOP_TAG_SHIFT)
            continue;
        uint32_t row = top_slot_row(slot);
        if (top_entry_is(t, &t->rows[row], hash, words, key))
            return row;
    }
    return UINT32_MAX;
}

static uint32_t top_keep_text(struct top *t, struct text key)
{
    if (t->text_used + key.len > t->text_capacity) {
        size_t capacity = t->text_capacity ? t->text_capacity * 2 : 4096;
        if (capacity > t->text_room)
            capacity = t->text_room;
        while (capacity < t->text_used + key.len) /* only while merging beyond the room */
            capacity *= 2;
        t->texts = mem_grow(t->texts, capacity, 1);
        t->text_capacity = capacity;
    }
    memcpy(t->texts + t->text_used, key.at, key.len);
    t->text_used += key.len;
    return (uint32_t)(t->text_used - key.len);
}

uint32_t top_row_append(struct top *t, struct text key, struct key_words words, uint32_t hash)
{
    if (t->count == t->capacity)
        top_resize(t,
                   t->capacity < t->room && t->capacity > t->room / 2 ? t->room : t->capacity * 2);
    uint32_t row = t->count++;
    struct top_entry *e = &t->rows[row];
    *e = (struct top_entry){.hash = hash, .len = (uint16_t)key.len};
    if (key.len <= KEY_SHORT)
        e->words = words;
    else
        e->text = top_keep_text(t, key);
    uint32_t at = hash & t->mask;
    while (t->index[at])
        at = (at + 1) & t->mask;
    t->index[at] = top_slot(hash, row);
    return row;
}

uint32_t top_row_at(struct top *t, struct text key, struct key_words words, uint64_t hash)
{
    uint32_t half = (uint32_t)(hash >> 32);
    uint32_t row = top_row_find(t, key, words, half);
    if (row != UINT32_MAX)
        return row;
    if (t->count >= t->room || t->text_used + key.len > t->text_room)
        top_purge(t, t->room - (t->room + 3) / 4, t->text_room / 4 * 3);
    row = top_row_append(t, key, words, half);
    t->rows[row].counts.hits = t->floor;
    t->rows[row].over = t->floor;
    return row;
}

static uint32_t top_row_of(struct top *t, struct text key)
{
    key = key_cut(key);
    struct key_words words = {0, 0};
    if (key.len <= KEY_SHORT)
        words = key_words(key);
    return top_row_at(t, key, words, key_hash(key, &t->secret));
}

struct top_counts *top_at(struct top *t, struct text key)
{
    return &t->rows[top_row_of(t, key)].counts;
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
