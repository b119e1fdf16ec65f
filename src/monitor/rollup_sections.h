/* rollup_sections.h - the sections of one rollup: at most 256 in memory, the busier half goes on when
 * they are more, and `error` says how many hits a section may have lost by that.
 *
 * Owns its memory. One thread. */
#ifndef SPATE_MONITOR_ROLLUP_SECTIONS_H
#define SPATE_MONITOR_ROLLUP_SECTIONS_H

#include "base/buf.h"
#include "base/pack.h"
#include "monitor/top.h"
#include <stddef.h>
#include <stdint.h>

struct rollup_section {
    uint64_t hash;
    struct top_counts counts;
    char *name;
    uint32_t len;
};

/* All zero: empty. */
struct rollup_sections {
    uint32_t count, capacity;
    uint32_t slots; /* of the index, a power of two */
    struct rollup_section *rows;
    uint16_t *index; /* row + 1; 0: free */
    uint64_t error;
};

void rollup_sections_done(struct rollup_sections *s);

/* Finds or makes the counts of a name with that hash; the caller adds to them at once. */
struct top_counts *rollup_section_at(struct rollup_sections *s, struct text name, uint64_t hash);

void rollup_sections_merge(struct rollup_sections *into, const struct rollup_sections *from);
size_t rollup_sections_sorted(const struct rollup_sections *s, struct top_row *rows, size_t limit);

void rollup_sections_pack(const struct rollup_sections *s, struct buf *out);
void rollup_sections_unpack(struct rollup_sections *s, struct unpack *u);

#endif
