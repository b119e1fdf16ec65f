/* history.h - what a state remembers, as rows of equal spans: plain data, for the renderers.
 *
 * Built once out of roll-ups and then only read; owned by whoever made it. Names are raw foreign bytes:
 * renderers make them safe. Thread: any. */
#ifndef SPATE_MODEL_HISTORY_H
#define SPATE_MODEL_HISTORY_H

#include "model/snapshot.h"
#include "monitor/rollup.h"
#include <stddef.h>
#include <stdint.h>

struct history_row {
    int64_t start;   /* second since 1970 */
    int64_t seconds; /* how long: what was asked for, or more where only that is kept */
    uint64_t hits, bytes, visitors, rejected;
    double hits_per_second;
    uint64_t classes[6]; /* by status / 100; [0]: none or odd */
    size_t status_count;
    struct rollup_status *statuses; /* by code */
    struct latency_figures request_time;
    struct top_list sections; /* the busiest */
};

struct history {
    int64_t from, to; /* seconds [from, to) that were asked for */
    int64_t step_s;
    size_t count;
    struct history_row *rows; /* that hold anything, by start */
    struct history_row total; /* of all rows; `seconds` is to - from */
};

struct history_span {
    int64_t from, to;
    int64_t step_s;  /* ROLLUP_MINUTE, ROLLUP_HOUR or ROLLUP_DAY */
    size_t sections; /* rows of each list; 0: all */
};

/* Roll-ups that lie outside are left out, finer ones are merged, coarser ones stay what they are. */
struct history *history_of(const struct rollups *kept, const struct history_span *span);
void history_free(struct history *h); /* accepts NULL */

#endif
