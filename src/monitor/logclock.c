#include "monitor/logclock.h"

static const int64_t SECOND_NS = 1000000000;

void logclock_init(struct logclock *c, int64_t window_s)
{
    *c = (struct logclock){.state = LOGCLOCK_WALL, .window_s = window_s};
}

void logclock_advance(struct logclock *c, struct moment now)
{
    if (c->state == LOGCLOCK_WALL) {
        c->second = now.wall_s;
        return;
    }
    int64_t passed = (now.monotonic_ns - c->anchor_ns) / SECOND_NS;
    if (c->held || passed <= 0)
        return;
    c->second += passed;
    c->anchor_ns += passed * SECOND_NS;
}

/* a is more than `distance` after b, without overflow for whatever a log may claim. */
static bool beyond(int64_t a, int64_t b, int64_t distance)
{
    return a > b && (uint64_t)a - (uint64_t)b > (uint64_t)distance;
}

static bool is_far(const struct logclock *c, int64_t second, struct moment now)
{
    return beyond(second, now.wall_s, LOGCLOCK_FAR_S) &&
           (c->state != LOGCLOCK_RUNNING || beyond(second, c->second, LOGCLOCK_FAR_S));
}

static bool is_late(const struct logclock *c, int64_t second)
{
    return c->second >= second && (uint64_t)c->second - (uint64_t)second >= (uint64_t)c->window_s;
}

/* Sets the clock to a second that begins now. */
static void clock_set(struct logclock *c, int64_t second, struct moment now)
{
    c->state = LOGCLOCK_RUNNING;
    c->second = second;
    c->newest = second;
    c->anchor_ns = now.monotonic_ns;
    c->far_count = 0;
    c->late_count = 0;
}

static enum logclock_verdict see_far(struct logclock *c, int64_t second, struct moment now)
{
    int64_t oldest = c->far_count && c->far_oldest < second ? c->far_oldest : second;
    int64_t newest = c->far_count && c->far_newest > second ? c->far_newest : second;
    if (c->far_count && beyond(newest, oldest, LOGCLOCK_FAR_S)) {
        oldest = newest = second;
        c->far_count = 0;
    }
    c->far_oldest = oldest;
    c->far_newest = newest;
    if (++c->far_count < LOGCLOCK_AGREE)
        return LOGCLOCK_DOUBTED;
    clock_set(c, newest, now); /* c */
    return LOGCLOCK_JUMPED;
}

static enum logclock_verdict see_late(struct logclock *c, int64_t second, struct moment now)
{
    if (c->late_count == 0)
        c->late_since_ns = now.monotonic_ns;
    if (c->late_count == 0 || second > c->late_newest)
        c->late_newest = second;
    c->late_count++;
    int64_t quiet_s = c->window_s > LOGCLOCK_BACK_S ? c->window_s : LOGCLOCK_BACK_S;
    if (c->held || c->late_count < LOGCLOCK_AGREE ||
        (now.monotonic_ns - c->late_since_ns) / SECOND_NS < quiet_s)
        return LOGCLOCK_LATE;
    clock_set(c, c->late_newest, now); /* d */
    return LOGCLOCK_STEPPED;
}

enum logclock_verdict logclock_see(struct logclock *c, int64_t second, struct moment now)
{
    if (c->state == LOGCLOCK_RUNNING && second <= c->newest && !is_late(c, second)) {
        c->far_count = 0;
        c->late_count = 0;
        return LOGCLOCK_INSIDE;
    }
    if (is_far(c, second, now))
        return see_far(c, second, now);
    c->far_count = 0;
    if (c->state == LOGCLOCK_WALL || (c->state == LOGCLOCK_COUNTING && is_late(c, second))) {
        clock_set(c, second, now); /* b */
        return LOGCLOCK_STEPPED;
    }
    if (is_late(c, second))
        return see_late(c, second, now);
    /* The newest event so far. The clock never steps back to it, but goes on from it, so
     * that it cannot run away from the events where the two clocks differ in speed. */
    int64_t stands = c->second > second ? c->second : second;
    clock_set(c, second, now);
    c->second = stands;
    return LOGCLOCK_INSIDE;
}

void logclock_see_timeless(struct logclock *c, struct moment now)
{
    if (c->state != LOGCLOCK_WALL)
        return;
    c->state = LOGCLOCK_COUNTING; /* a */
    c->second = now.wall_s;
    c->anchor_ns = now.monotonic_ns;
}

void logclock_hold(struct logclock *c)
{
    c->held = true;
}

void logclock_release(struct logclock *c, int64_t ahead_ns, struct moment now)
{
    c->held = false;
    c->late_count = 0;
    if (c->state == LOGCLOCK_WALL)
        return;
    if (ahead_ns < 0)
        ahead_ns = 0;
    int64_t from = c->state == LOGCLOCK_RUNNING ? c->newest : c->second;
    int64_t stands = from + ahead_ns / SECOND_NS;
    c->anchor_ns = now.monotonic_ns;
    if (stands < c->second) /* resumed, and by far more than nanoseconds can say */
        return;
    c->second = stands;
    c->anchor_ns -= ahead_ns % SECOND_NS;
}

void logclock_at_least(struct logclock *c, int64_t second)
{
    if (c->state != LOGCLOCK_WALL && c->second < second)
        c->second = second;
}
