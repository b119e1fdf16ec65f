#include "base/clock.h"

#include <time.h>

static int64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now); /* fails for a wrong id only */
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t real_monotonic_ns(const struct clock *clock)
{
    (void)clock;
    return clock_read(CLOCK_MONOTONIC);
}

static int64_t real_wall_ns(const struct clock *clock)
{
    (void)clock;
    return clock_read(CLOCK_REALTIME);
}

static int64_t hand_monotonic_ns(const struct clock *clock)
{
    return clock->hand_monotonic_ns;
}

static int64_t hand_wall_ns(const struct clock *clock)
{
    return clock->hand_wall_ns;
}

struct clock clock_real(void)
{
    return (struct clock){.monotonic_ns = real_monotonic_ns, .wall_ns = real_wall_ns};
}

struct clock clock_by_hand(int64_t wall_ns)
{
    return (struct clock){
        .monotonic_ns = hand_monotonic_ns, .wall_ns = hand_wall_ns, .hand_wall_ns = wall_ns};
}

void clock_advance(struct clock *by_hand, int64_t ns)
{
    by_hand->hand_monotonic_ns += ns;
    by_hand->hand_wall_ns += ns;
}
