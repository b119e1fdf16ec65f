/* top_rows.h - how a top list lies in memory, for the files top*.c.
 *
 * Rows stand in the order in which their keys came, one cache line each; the index finds them by
 * hash; keys of more than 16 bytes lie in `texts`, in row order. A row keeps its number until the
 * next purge. */
#ifndef SPATE_MONITOR_TOP_ROWS_H
#define SPATE_MONITOR_TOP_ROWS_H

#include "monitor/key.h"
#include "monitor/top.h"

enum {
    TOP_ROOM_MOST = 1 << 19, /* two merged tables can still be numbered in a slot of the index */
    TOP_TEXT_PER_ROW = 96,   /* bytes of long keys a table may hold, by row */
    TOP_HISTOGRAMS = 512,    /* keys with request times */
    TOP_TAG_SHIFT = 20       /* slot: 12 bits of the hash, 20 bits row + 1 */
};

/* 64 bytes: what one hit touches. */
struct top_entry {
    struct top_counts counts;
    uint64_t over;
    uint32_t hash; /* the upper half */
    uint16_t len;
    uint16_t histogram; /* + 1; 0: none */
    union {
        struct key_words words; /* len <= KEY_SHORT */
        uint32_t text;          /* else: where it begins in `texts` */
    };
};

struct top {
    struct key_secret secret;
    struct top_entry *rows;
    uint32_t count, capacity, room;
    uint32_t mask;   /* slots of the index - 1 */
    uint32_t *index; /* 0: free */
    char *texts;
    size_t text_used, text_capacity, text_room;
    uint64_t floor;              /* no key that is not listed has more hits */
    struct latency **histograms; /* NULL without; else TOP_HISTOGRAMS, in use up to the count */
    uint32_t histogram_count;
    uint32_t purges; /* how often rows have moved */
    uint16_t *marks; /* by row, what somebody noted about the key; 0: nothing. NULL: nobody does */
};

static inline uint32_t top_slot(uint32_t hash, uint32_t row)
{
    return (hash >> TOP_TAG_SHIFT) << TOP_TAG_SHIFT | (row + 1);
}

static inline uint32_t top_slot_row(uint32_t slot)
{
    return (slot & ((1u << TOP_TAG_SHIFT) - 1)) - 1;
}

static inline struct text top_entry_key(const struct top *t, const struct top_entry *e)
{
    if (e->len <= KEY_SHORT)
        return text_make((const char *)&e->words, e->len);
    return text_make(t->texts + e->words.high, e->len);
}

/* What stands for a key in the tables: a short one itself. A long one is known by its length and
 * all 64 bits of its keyed hash: with as many keys as a table holds and ten million that come by,
 * two are taken for one with a probability of one in fifty million, and no one can look for such
 * two without the key; to compare the text would cost a wait for memory on every line. */
struct top_key {
    struct key_words words;
    uint64_t hash;
    uint32_t len;
};

static inline bool top_entry_is(const struct top_entry *e, const struct top_key *key)
{
    uint64_t high = key->len > KEY_SHORT ? 0 : ~UINT64_C(0);
    return e->len == key->len &&
           ((e->words.low ^ key->words.low) | ((e->words.high ^ key->words.high) & high)) == 0;
}

static inline uint32_t top_key_half(const struct top_key *key)
{
    return (uint32_t)(key->hash >> 32);
}

/* The row of a key; UINT32_MAX where there is none. */
static inline uint32_t top_row_find(const struct top *t, const struct top_key *key)
{
    uint32_t slot, hash = top_key_half(key);
    for (uint32_t at = hash & t->mask; (slot = t->index[at]) != 0; at = (at + 1) & t->mask) {
        if ((slot ^ hash) >> TOP_TAG_SHIFT)
            continue;
        uint32_t row = top_slot_row(slot);
        if (top_entry_is(&t->rows[row], key))
            return row;
    }
    return UINT32_MAX;
}

/* Makes a row for a key that has none (which may purge, and then moves all rows). */
uint32_t top_row_make(struct top *t, const struct top_key *key, const char *text);

static inline uint32_t top_row_at(struct top *t, const struct top_key *key, const char *text)
{
    uint32_t row = top_row_find(t, key);
    return __builtin_expect(row != UINT32_MAX, 1) ? row : top_row_make(t, key, text);
}

/* The row of a text, made if there is none. */
uint32_t top_row_of(struct top *t, struct text text);

/* Adds a row without a look whether there is room (merging). */
uint32_t top_row_append(struct top *t, const struct top_key *key, const char *text);
/* From now on each row has room for a mark (top_marks.h). */
void top_keep_marks(struct top *t);
/* Enters all rows into an emptied index. */
void top_reindex(struct top *t);

/* Drops the rarest until at most `keep` rows and `keep_text` bytes of text are left; raises the
 * floor. */
void top_purge(struct top *t, uint32_t keep, size_t keep_text);

/* Counts a request time of a row, or many; only where the table keeps them. */
void top_row_latency(struct top *t, uint32_t row, uint64_t ns);
void top_row_merge_latency(struct top *t, uint32_t row, const struct latency *from);
/* Frees the histogram of a row if it has one. */
void top_row_drop_latency(struct top *t, struct top_entry *e);

#endif
