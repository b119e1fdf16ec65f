/* filter_entry.h - an entry of a batch, field by field, for the tests of the filter. */
#ifndef SPATE_TESTS_PARSE_FILTER_ENTRY_H
#define SPATE_TESTS_PARSE_FILTER_ENTRY_H

#include "record/batch.h"

static inline void put_text(struct batch *b, struct entry *e, enum field f, struct text value)
{
    if (value.len)
        memcpy(b->bytes + b->used, value.at, value.len);
    entry_set_text(e, f, b->used, (uint32_t)value.len);
    b->used += (uint32_t)value.len;
}

static inline void put_status(struct entry *e, uint16_t status)
{
    e->status = status;
    e->has |= FIELD_BIT(FIELD_STATUS);
}

static inline void put_time(struct entry *e, int64_t second)
{
    e->second = second;
    e->has |= FIELD_BIT(FIELD_TIME);
}

#endif
