/* entry.h - one request seen in a log: what the line said, not yet counted.
 *
 * A value inside a batch. Spans point into the bytes of that batch and live as
 * long as it does. Only fields whose bit is in `has` may be read: the rest of
 * an entry is not even cleared (it is written millions of times a second).
 *
 *   has & bit            the line gave a value
 *   null & bit           the format has the field, the line gave `-`
 *   neither              the format lacks it, or the line was cut before it
 *
 * Only fields that somebody wants are brought out (parser's `want`). */
#ifndef SPATE_RECORD_ENTRY_H
#define SPATE_RECORD_ENTRY_H

#include <stdint.h>
#include "record/field.h"

struct span {
    uint32_t at; /* offset in batch.bytes */
    uint32_t len;
};

struct entry {
    field_set has;
    field_set null;
    int64_t second;  /* FIELD_TIME: UTC seconds since 1970 */
    uint32_t nanos;  /* of that second */
    uint16_t status; /* FIELD_STATUS: 0 to 999 */
    uint8_t escape;  /* enum escape (parse/escape.h): how its text was escaped */
    uint8_t cut;     /* the line was longer than is kept, or its tail was damaged */
    struct span line; /* the whole line, without its end */
    uint64_t number[FIELD_NUMBERS]; /* counts, or durations in ns: entry_number() */
    struct span text[FIELD_TEXTS];
};

static inline uint64_t entry_number(const struct entry *e, enum field f)
{
    return e->number[f - FIELD_FIRST_NUMBER];
}

static inline void entry_set_number(struct entry *e, enum field f, uint64_t value)
{
    e->number[f - FIELD_FIRST_NUMBER] = value;
    e->has |= FIELD_BIT(f);
}

static inline void entry_set_text(struct entry *e, enum field f, uint32_t at, uint32_t len)
{
    e->text[f] = (struct span){at, len};
    e->has |= FIELD_BIT(f);
}

#endif
