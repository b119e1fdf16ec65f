/* rules_suspects.h - what may be the cause of an alert, gathered while nothing has happened yet.
 *
 * For two windows back, in slices of a sixteenth of a window, a sample of the entries: where each
 * went, who sent it and so on, as hashes, and the names beside. While few come it is all of them;
 * when a slice has more than its room, every second goes and the others count twice, and so on.
 * So the share of a cause is right within 2 % where a window holds some thousand of the sample.
 *
 * The slices at the ends of a window count by the part that lies in it.
 *
 * Owns its memory: with a room of 1,024 a slice about 3 MB when everything differs. One thread. */
#ifndef SPATE_MONITOR_RULES_SUSPECTS_H
#define SPATE_MONITOR_RULES_SUSPECTS_H

#include "monitor/cause.h"
#include "monitor/key.h"

struct suspects {
    uint32_t skip; /* entries to let pass before the next is taken */
    struct suspects_inside *inside;
};

void suspects_init(struct suspects *s, int64_t window_s, uint32_t room);
void suspects_done(struct suspects *s);

/* Nothing is known of the time before `second`. */
void suspects_clear(struct suspects *s, int64_t second);

/* One entry: `key` is a hash of what the rule splits by (0: it does not), `amount` what it adds to
 * the metric. Not every one is taken: at the most one in `least_stride` while many come at once. */
void suspects_keep(struct suspects *s, const struct batch *b, const struct entry *e, int64_t second,
                   uint32_t key, double amount, uint32_t least_stride);

static inline void suspects_take(struct suspects *s, const struct batch *b, const struct entry *e,
                                 int64_t second, uint32_t key, double amount, uint32_t least_stride)
{
    if (s->skip) {
        s->skip--;
        return;
    }
    suspects_keep(s, b, e, second, key, amount, least_stride);
}

/* The causes of what a window of `window_s` (at most that of the init) ending with `second` has more
 * (`fall`: less) than the one before. */
uint32_t suspects_name(const struct suspects *s, int64_t second, int64_t window_s, uint32_t key,
                       bool fall, struct cause out[CAUSES_MOST]);

#endif
