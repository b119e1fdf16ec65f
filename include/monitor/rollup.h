/* rollup.h - what is kept of a minute, an hour or a day when its lines are gone: hits, bytes,
 * statuses, the busiest sections, a sketch of the visitors, a histogram of the request times.
 *
 * A rollup owns its memory: about 1 KB for a quiet minute, at most some 100 KB. Rollups merge, and
 * turn into sealed bytes (base/pack.h) and back. Visitors count only together with those of the
 * same hash secret. One thread. */
#ifndef SPATE_MONITOR_ROLLUP_H
#define SPATE_MONITOR_ROLLUP_H

#include "base/buf.h"
#include "base/text.h"
#include "monitor/latency.h"
#include "monitor/top.h"
#include "record/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ROLLUP_VERSION = 1, /* of what rollup_pack() writes */
    ROLLUP_MINUTE = 60,
    ROLLUP_HOUR = 3600,
    ROLLUP_DAY = 86400,
    ROLLUP_SECTIONS = 128, /* sections that are packed: the busiest */
    ROLLUP_SECTION_BYTES = 256
};

struct rollup;

/* Of the `span_s` seconds from `start` on. */
struct rollup *rollup_new(int64_t start, int64_t span_s);
void rollup_free(struct rollup *r);

/* Counts what another one holds; start and span stay. */
void rollup_merge(struct rollup *into, const struct rollup *from);

/* Sealed bytes, appended; without start and span, which are the key that they are kept under. */
void rollup_pack(const struct rollup *r, struct buf *out);
/* NULL when the bytes are damaged or of another version. */
struct rollup *rollup_unpack(int64_t start, int64_t span_s, struct text sealed);

int64_t rollup_start(const struct rollup *r);
int64_t rollup_span(const struct rollup *r);

struct rollup_status {
    uint16_t code;
    uint64_t hits;
};

struct rollup_figures {
    uint64_t hits, bytes, rejected, visitors;
    size_t status_count;
    const struct rollup_status *statuses; /* by code; lives until the rollup changes */
    uint64_t no_status;
    const struct latency *request_time; /* NULL: no line had one */
    uint64_t sections_error;            /* sections may have had this many hits more; 0: exact */
};
void rollup_figures(const struct rollup *r, struct rollup_figures *out);

/* The busiest sections, highest first, ties by name; how many. Keys live until the rollup changes.
 */
size_t rollup_sections(const struct rollup *r, struct top_row *rows, size_t limit);

/* ---- Many of them ------------------------------------------------------------------------------
 */

/* Rollups by span and start, in order. Owns them. */
struct rollups;
struct rollups *rollups_new(void);
void rollups_free(struct rollups *r);
void rollups_clear(struct rollups *r);
size_t rollups_count(const struct rollups *r);
const struct rollup *rollups_get(const struct rollups *r, size_t i);

/* Counts each hit of a batch at the minute of its time. Where it has none, or one more than a day
 * ahead of the wall clock, at the minute of `log_second`, like the lines that were rejected. */
void rollups_count_batch(struct rollups *r, const struct batch *b, int64_t log_second,
                         int64_t wall_s);

/* Merges one in, under the span it has or a coarser one. */
void rollups_add(struct rollups *r, const struct rollup *from, int64_t span_s);
void rollups_merge(struct rollups *into, const struct rollups *from);

/* Makes the oldest coarser (minutes to hours to days, then neighbouring days to one) until there
 * are at most `most`. */
void rollups_bound(struct rollups *r, size_t most);

/* The start of the span that a second lies in. */
static inline int64_t rollup_floor(int64_t second, int64_t span_s)
{
    int64_t rest = second % span_s;
    return second - rest - (rest < 0 ? span_s : 0);
}

#endif
