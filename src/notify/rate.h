/* rate.h - at most so many in each so long, exactly: the times of the last ones are remembered.
 *
 * A value owned by its channel; memory follows the messages really sent within the span. Pure. */
#ifndef SPATE_NOTIFY_RATE_H
#define SPATE_NOTIFY_RATE_H

#include <stddef.h>
#include <stdint.h>

struct rate {
    uint32_t most;
    int64_t span_ns;
    int64_t *times; /* oldest first, from `first` on */
    size_t first, count, room;
};

void rate_init(struct rate *r, uint32_t most, int64_t span_ns);
void rate_done(struct rate *r);

/* When the next one may go; not after now_ns: at once. */
int64_t rate_free_at(const struct rate *r);
void rate_count(struct rate *r, int64_t now_ns);

#endif
