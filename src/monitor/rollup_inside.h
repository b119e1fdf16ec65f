/* rollup_inside.h - how a rollup lies in memory, for the files rollup*.c and rollups*.c. */
#ifndef SPATE_MONITOR_ROLLUP_INSIDE_H
#define SPATE_MONITOR_ROLLUP_INSIDE_H

#include "monitor/rollup.h"
#include "monitor/rollup_sections.h"
#include "monitor/sketch.h"

struct rollup {
    int64_t start, span;
    uint64_t hits, bytes, rejected, no_status;
    struct rollup_status *statuses; /* by code */
    size_t status_count, status_room;
    struct rollup_sections sections;
    struct sketch visitors;
    struct latency *request_time; /* NULL until a line has one */
};

/* The count of a status, made if need be; valid until the next call. */
uint64_t *rollup_status_at(struct rollup *r, uint16_t code);

/* The minute of a second, made if need be; valid until rows are added or taken. */
struct rollup *rollups_minute(struct rollups *r, int64_t second);

/* Sums of figures that are kept, which may be as large as the file says. */
static inline uint64_t rollup_sum(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif
