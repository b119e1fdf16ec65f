/* clock.h - the two clocks, real or set by hand.
 *
 * Time is an argument everywhere below app: what needs "now" takes it as a
 * number. A `struct clock` is for the few places that must ask. Units are
 * nanoseconds. The hand-set clock is for tests; one thread sets it. */
#ifndef SPATE_BASE_CLOCK_H
#define SPATE_BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

struct clock {
    int64_t (*monotonic_ns)(const struct clock *clock); /* never steps back */
    int64_t (*wall_ns)(const struct clock *clock);      /* since 1970 UTC; may step */
    int64_t hand_monotonic_ns;                          /* hand-set clocks only */
    int64_t hand_wall_ns;
};

struct clock clock_real(void);
struct clock clock_by_hand(int64_t wall_ns); /* monotonic starts at 0 */
void clock_advance(struct clock *by_hand, int64_t ns);

static inline int64_t clock_monotonic(const struct clock *c)
{
    return c->monotonic_ns(c);
}
static inline int64_t clock_wall(const struct clock *c)
{
    return c->wall_ns(c);
}

#endif
