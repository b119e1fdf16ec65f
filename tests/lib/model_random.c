/* Random lists of actions, and what is left of one that fails. */
#include "lib/model.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 40 };

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* How often each action is drawn, in proportion. */
static const uint8_t weights[MODEL_ACTIONS] = {
    [MODEL_WRITE] = 24,   [MODEL_HALF] = 6,     [MODEL_LONG] = 1,         [MODEL_OLD_WRITE] = 8,
    [MODEL_READ] = 16,    [MODEL_GLANCE] = 6,   [MODEL_ROTATE] = 5,       [MODEL_ROTATE_LATE] = 5,
    [MODEL_MOVE] = 3,     [MODEL_TRUNCATE] = 2, [MODEL_COPYTRUNCATE] = 4, [MODEL_REWRITE] = 4,
    [MODEL_REPLACE] = 3,  [MODEL_GZIP] = 4,     [MODEL_RESTART] = 3,      [MODEL_STOP] = 4,
    [MODEL_OVERFLOW] = 2, [MODEL_QUIET] = 2,
};

static uint8_t draw(uint64_t *state)
{
    unsigned total = 0;
    for (int i = 0; i < MODEL_ACTIONS; i++)
        total += weights[i];
    unsigned at = (unsigned)(next_random(state) % total);
    uint8_t action = 0;
    while (at >= weights[action])
        at -= weights[action++];
    return action;
}

/* Leaves out what the failure does not need. */
static size_t shrink(struct model_step *steps, size_t count, bool events)
{
    struct model_step fewer[STEPS];
    for (size_t size = count / 2; size > 0;) {
        bool smaller = false;
        for (size_t at = 0; at + size <= count; at++) {
            memcpy(fewer, steps, at * sizeof *steps);
            memcpy(fewer + at, steps + at + size, (count - at - size) * sizeof *steps);
            if (model_run(fewer, count - size, events, (struct model_faults){0}).passed)
                continue;
            count -= size;
            memcpy(steps, fewer, count * sizeof *steps);
            smaller = true;
            break;
        }
        size = smaller && size <= count ? size : size / 2;
    }
    return count;
}

static void report(uint64_t seed, struct model_step *steps, size_t count, bool events)
{
    size_t short_count = shrink(steps, count, events);
    struct model_result r = model_run(steps, short_count, events, (struct model_faults){0});
    fprintf(stderr, "seed %llu, events %d: %s\n", (unsigned long long)seed, events, r.problem);
    for (size_t i = 0; i < short_count; i++)
        fprintf(stderr, "  %s %u\n", model_action_name(steps[i].action), steps[i].amount);
}

long model_runs(uint64_t seed, long runs)
{
    long passed = 0;
    for (long i = 0; i < runs; i++) {
        uint64_t state = seed + (uint64_t)i;
        struct model_step steps[STEPS];
        bool events = next_random(&state) % 4 != 0;
        size_t count = 4 + next_random(&state) % (STEPS - 4);
        for (size_t s = 0; s < count; s++)
            steps[s] = (struct model_step){draw(&state), (uint8_t)next_random(&state)};
        if (model_run(steps, count, events, (struct model_faults){0}).passed)
            passed++;
        else if (passed == i)
            report(seed + (uint64_t)i, steps, count, events); /* the first is enough */
    }
    return passed;
}
