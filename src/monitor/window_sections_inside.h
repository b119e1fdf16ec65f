/* window_sections_inside.h - the sections of the window from inside: shared by window_sections.c,
 * which counts, and window_sections_save.c. Private to those. One thread. */
#ifndef SPATE_MONITOR_WINDOW_SECTIONS_INSIDE_H
#define SPATE_MONITOR_WINDOW_SECTIONS_INSIDE_H

#include "monitor/window_sections.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    STRETCHES = 4096,
    ITEMS_MOST = 262144,
    SECTIONS_MOST = 8192,
    TABLE_SLOTS = SECTIONS_MOST * 2,
    NONE = 0 /* no item, no section: both are numbered from 1 */
};

/* What a section got in a stretch. A section may have several items in one, where lines
 * came out of order. */
struct item {
    uint32_t section, next;
    uint32_t hits, errors, client_errors;
    uint64_t bytes;
};

struct section {
    uint64_t hash;
    struct top_counts counts; /* in the window */
    char *name;
    uint32_t len;
    uint32_t item;   /* the one added to last */
    int64_t stretch; /* and its stretch */
};

struct section_window {
    int64_t seconds, width; /* of the window, of a stretch */
    int64_t end;
    int64_t oldest; /* the oldest stretch that may have items */
    struct item *items;
    uint32_t item_count, item_capacity, item_free; /* ever used, allocated, list of free ones */
    uint32_t item_used;
    struct section *sections;
    uint32_t section_count, section_capacity;
    uint32_t table[TABLE_SLOTS];
    uint32_t heads[STRETCHES + 2]; /* by stretch modulo their number: its items */
};

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline uint32_t *head_of(struct section_window *s, int64_t stretch)
{
    int64_t at = stretch % (STRETCHES + 2);
    return &s->heads[at < 0 ? at + STRETCHES + 2 : at];
}

static inline struct item *item_at(struct section_window *s, uint32_t item)
{
    return &s->items[item - 1];
}

static inline struct section *section_at(struct section_window *s, uint32_t section)
{
    return &s->sections[section - 1];
}

/* The item that a hit adds to, and the number of its section. May renumber the others. */
struct item *section_window_item(struct section_window *s, const struct window_hit *hit,
                                 uint32_t *number);

#endif
