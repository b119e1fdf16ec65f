#include "monitor/window_sections_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int64_t first_width(int64_t seconds)
{
    return (seconds + STRETCHES - 1) / STRETCHES;
}

struct section_window *section_window_new(int64_t seconds)
{
    struct section_window *s = mem_new(1, sizeof *s);
    s->seconds = seconds;
    s->width = first_width(seconds);
    return s;
}

static void sections_forget(struct section_window *s)
{
    for (uint32_t i = 0; i < s->section_count; i++)
        free(s->sections[i].name);
    s->section_count = 0;
    memset(s->table, 0, sizeof s->table);
}

void section_window_free(struct section_window *s)
{
    if (!s)
        return;
    sections_forget(s);
    free(s->sections);
    free(s->items);
    free(s);
}

void section_window_clear(struct section_window *s, int64_t end)
{
    if (s->section_count) {
        sections_forget(s);
        memset(s->heads, 0, sizeof s->heads);
    }
    s->item_count = s->item_used = 0;
    s->item_free = NONE;
    s->width = first_width(s->seconds);
    s->end = end;
    s->oldest = floor_div(end - s->seconds + 1, s->width);
}

static uint32_t item_new(struct section_window *s)
{
    s->item_used++;
    if (s->item_free) {
        uint32_t item = s->item_free;
        s->item_free = item_at(s, item)->next;
        return item;
    }
    if (s->item_count == s->item_capacity) {
        s->item_capacity = s->item_capacity ? s->item_capacity * 2 : 1024;
        s->items = mem_grow(s->items, s->item_capacity, sizeof *s->items);
    }
    return ++s->item_count;
}

static void item_drop(struct section_window *s, uint32_t item)
{
    item_at(s, item)->next = s->item_free;
    s->item_free = item;
    s->item_used--;
}

static void stretch_expire(struct section_window *s, int64_t stretch)
{
    uint32_t *head = head_of(s, stretch);
    while (*head) {
        uint32_t item = *head;
        const struct item *it = item_at(s, item);
        struct top_counts *c = &section_at(s, it->section)->counts;
        c->hits -= it->hits;
        c->bytes -= it->bytes;
        c->errors -= it->errors;
        c->client_errors -= it->client_errors;
        *head = it->next;
        item_drop(s, item);
    }
}

void section_window_advance(struct section_window *s, int64_t end)
{
    s->end = end;
    int64_t oldest = floor_div(end - s->seconds + 1, s->width);
    for (; s->oldest < oldest; s->oldest++)
        stretch_expire(s, s->oldest);
}

/* Doubles the stretches. Items of one section that come together are made one. */
static void stretches_join(struct section_window *s)
{
    int64_t newest = floor_div(s->end, s->width), oldest = s->oldest;
    uint32_t heads[STRETCHES + 2];
    memcpy(heads, s->heads, sizeof heads);
    memset(s->heads, 0, sizeof s->heads);
    s->width *= 2;
    s->oldest = floor_div(oldest, 2);
    for (uint32_t i = 0; i < s->section_count; i++)
        s->sections[i].item = NONE;
    for (int64_t old = oldest; old <= newest; old++) {
        int64_t joined = floor_div(old, 2);
        uint32_t *head = head_of(s, joined);
        int64_t place = old % (STRETCHES + 2);
        uint32_t next, item = heads[place < 0 ? place + STRETCHES + 2 : place];
        for (; item; item = next) {
            struct item *it = item_at(s, item);
            struct section *section = section_at(s, it->section);
            next = it->next;
            if (section->item && section->stretch == joined) {
                struct item *into = item_at(s, section->item);
                into->hits += it->hits;
                into->bytes += it->bytes;
                into->errors += it->errors;
                into->client_errors += it->client_errors;
                item_drop(s, item);
                continue;
            }
            section->item = item;
            section->stretch = joined;
            it->next = *head;
            *head = item;
        }
    }
}

static uint32_t *table_find(struct section_window *s, uint64_t hash)
{
    uint32_t at = hash % TABLE_SLOTS;
    while (s->table[at] && section_at(s, s->table[at])->hash != hash)
        at = (at + 1) % TABLE_SLOTS;
    return &s->table[at];
}

static int hits_order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* The hits up to which sections are forgotten, so that a half of the room or more is free. */
static uint64_t forget_limit(const struct section_window *s)
{
    uint64_t *hits = mem_new(s->section_count, sizeof *hits);
    for (uint32_t i = 0; i < s->section_count; i++)
        hits[i] = s->sections[i].counts.hits;
    qsort(hits, s->section_count, sizeof *hits, hits_order);
    uint64_t limit = hits[s->section_count / 2];
    free(hits);
    return limit;
}

/* Removes the items of sections that have no new number. */
static void items_renumber(struct section_window *s, const uint32_t *numbers)
{
    for (unsigned i = 0; i < STRETCHES + 2; i++) {
        for (uint32_t *link = &s->heads[i]; *link;) {
            struct item *it = item_at(s, *link);
            if (numbers[it->section - 1]) {
                it->section = numbers[it->section - 1];
                link = &it->next;
                continue;
            }
            uint32_t gone = *link;
            *link = it->next;
            item_drop(s, gone);
        }
    }
}

/* Forgets the rarer half of the sections, ties and those that have left the window included. */
static void sections_purge(struct section_window *s)
{
    uint64_t limit = forget_limit(s);
    uint32_t *numbers = mem_new(s->section_count, sizeof *numbers);
    uint32_t kept = 0, drop = s->section_count / 2;
    for (uint32_t i = 0; i < s->section_count; i++) {
        uint64_t hits = s->sections[i].counts.hits;
        if (hits < limit || hits == 0 || (hits == limit && drop)) {
            drop -= drop > 0;
            free(s->sections[i].name);
            continue;
        }
        s->sections[kept] = s->sections[i];
        numbers[i] = ++kept;
    }
    items_renumber(s, numbers);
    free(numbers);
    s->section_count = kept;
    memset(s->table, 0, sizeof s->table);
    for (uint32_t i = 0; i < kept; i++)
        *table_find(s, s->sections[i].hash) = i + 1;
}

static uint32_t section_of(struct section_window *s, const struct window_hit *hit)
{
    uint32_t *place = table_find(s, hit->section_hash);
    if (*place)
        return *place;
    if (s->section_count == SECTIONS_MOST) {
        sections_purge(s);
        place = table_find(s, hit->section_hash);
    }
    if (s->section_count == s->section_capacity) {
        s->section_capacity = s->section_capacity ? s->section_capacity * 2 : 64;
        s->sections = mem_grow(s->sections, s->section_capacity, sizeof *s->sections);
    }
    struct section *section = &s->sections[s->section_count++];
    uint32_t len = hit->section.len < SECTION_KEPT ? (uint32_t)hit->section.len : SECTION_KEPT;
    *section = (struct section){
        .hash = hit->section_hash, .name = mem_string(text_make(hit->section.at, len)), .len = len};
    return *place = s->section_count;
}

/* The item that the hit adds to. */
static struct item *item_for(struct section_window *s, uint32_t number, int64_t second)
{
    int64_t stretch = floor_div(second, s->width);
    struct section *section = section_at(s, number);
    if (section->item && section->stretch == stretch)
        return item_at(s, section->item);
    uint32_t item = item_new(s);
    uint32_t *head = head_of(s, stretch);
    *item_at(s, item) = (struct item){.section = number, .next = *head};
    *head = item;
    section->item = item;
    section->stretch = stretch;
    return item_at(s, item);
}

struct item *section_window_item(struct section_window *s, const struct window_hit *hit, uint32_t *number)
{
    while (s->item_used >= ITEMS_MOST)
        stretches_join(s);
    *number = section_of(s, hit);
    return item_for(s, *number, hit->second);
}

/* What stands in the first slot for it, most often its section; NULL: none. */
static const struct section *guess(const struct section_window *s, const struct window_hit *hit)
{
    uint32_t number = hit->has_section ? s->table[hit->section_hash % TABLE_SLOTS] : NONE;
    return number ? &s->sections[number - 1] : NULL;
}

/* Each pass needs what the one before has called for. */
void section_window_prefetch(const struct section_window *s, const struct window_hit *hits,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (hits[i].has_section)
            __builtin_prefetch(&s->table[hits[i].section_hash % TABLE_SLOTS]);
    for (uint32_t i = 0; i < count; i++) {
        const struct section *section = guess(s, &hits[i]);
        if (section)
            __builtin_prefetch(section, 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct section *section = guess(s, &hits[i]);
        if (section && section->item)
            __builtin_prefetch(&s->items[section->item - 1], 1);
    }
}

void section_window_add(struct section_window *s, const struct window_hit *hit)
{
    uint32_t number;
    struct item *it = section_window_item(s, hit, &number);
    struct top_counts *c = &section_at(s, number)->counts;
    uint64_t error = hit->status / 100u == 5, client_error = hit->status / 100u == 4;
    it->hits++;
    it->bytes += hit->bytes;
    it->errors += (uint32_t)error;
    it->client_errors += (uint32_t)client_error;
    c->hits++;
    c->bytes += hit->bytes;
    c->errors += error;
    c->client_errors += client_error;
}

static int section_order(const void *a, const void *b, void *order)
{
    const struct section *left = *(const struct section *const *)a;
    const struct section *right = *(const struct section *const *)b;
    int first = top_counts_order(&left->counts, &right->counts, *(const enum top_order *)order);
    return first ? first : text_order(text_make(left->name, left->len), text_make(right->name, right->len));
}

size_t section_window_sorted(const struct section_window *s, enum top_order by, struct top_row *rows,
                             size_t limit)
{
    const struct section **order = mem_new(s->section_count, sizeof *order);
    size_t count = 0;
    for (uint32_t i = 0; i < s->section_count; i++)
        if (s->sections[i].counts.hits)
            order[count++] = &s->sections[i];
    qsort_r(order, count, sizeof *order, section_order, &by);
    if (count > limit)
        count = limit;
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct top_row){.key = text_make(order[i]->name, order[i]->len),
                                   .counts = order[i]->counts};
    free(order);
    return count;
}
