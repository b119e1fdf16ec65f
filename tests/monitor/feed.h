/* feed.h - batches made by hand, and random numbers that are the same in every run. */
#ifndef SPATE_TESTS_MONITOR_FEED_H
#define SPATE_TESTS_MONITOR_FEED_H

#include "base/mem.h"
#include "record/batch.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

struct random_numbers {
    uint64_t state;
};

/* splitmix64 */
static inline uint64_t random_next(struct random_numbers *r)
{
    uint64_t z = (r->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 to below - 1 */
static inline uint64_t random_below(struct random_numbers *r, uint64_t below)
{
    return random_next(r) % below;
}

static inline struct span feed_bytes(struct batch *b, const char *bytes, size_t len)
{
    cr_assert(b->used + len <= batch_capacity());
    struct span span = {b->used, (uint32_t)len};
    if (len)
        memcpy(b->bytes + b->used, bytes, len);
    b->used += (uint32_t)len;
    return span;
}

static inline void feed_text(struct batch *b, struct entry *e, enum field f, const char *text)
{
    struct span span = feed_bytes(b, text, strlen(text));
    entry_set_text(e, f, span.at, span.len);
}

/* Adds an entry that has a time only. */
static inline struct entry *feed_hit(struct batch *b, int64_t second)
{
    cr_assert(b->count < BATCH_ENTRIES);
    struct entry *e = &b->entries[b->count++];
    e->has = FIELD_BIT(FIELD_TIME);
    e->null = 0;
    e->second = second;
    e->nanos = 0;
    b->lines.read++;
    b->lines.parsed++;
    return e;
}

static inline void feed_status(struct entry *e, uint16_t status)
{
    e->status = status;
    e->has |= FIELD_BIT(FIELD_STATUS);
}

/* A hit with all that the window counts. */
static inline struct entry *feed_request(struct batch *b, int64_t second, const char *section,
                                         const char *host, uint16_t status, uint64_t bytes)
{
    struct entry *e = feed_hit(b, second);
    feed_text(b, e, FIELD_SECTION, section);
    feed_text(b, e, FIELD_HOST, host);
    feed_status(e, status);
    entry_set_number(e, FIELD_BYTES, bytes);
    return e;
}

#endif
