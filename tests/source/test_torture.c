/* Every call to the system fails once in every scenario: nothing may crash, leak, or be lost or
 * doubled once the system has recovered. */
#include <criterion/criterion.h>

#include "lib/model.h"

enum { SCENARIO_STEPS = 12 };

static const struct scenario {
    const char *name;
    bool events;
    struct model_step steps[SCENARIO_STEPS];
    size_t count;
} scenarios[] = {
    {"lines come", true, {{MODEL_WRITE, 3}, {MODEL_READ, 0}, {MODEL_WRITE, 2}, {MODEL_READ, 0}}, 4},
    {"nothing tells of changes",
     false,
     {{MODEL_WRITE, 3}, {MODEL_READ, 0}, {MODEL_WRITE, 2}, {MODEL_READ, 0}},
     4},
    {"rotation",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_WRITE, 1},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 2},
      {MODEL_READ, 0},
      {MODEL_QUIET, 1}},
     7},
    {"a worker keeps the old file",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_ROTATE_LATE, 0},
      {MODEL_OLD_WRITE, 2},
      {MODEL_WRITE, 2},
      {MODEL_GLANCE, 3},
      {MODEL_OLD_WRITE, 1},
      {MODEL_READ, 0}},
     8},
    {"two rotations between two looks",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 2},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 1},
      {MODEL_READ, 0}},
     7},
    {"moved away, a new one later",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_MOVE, 0},
      {MODEL_OLD_WRITE, 1},
      {MODEL_READ, 0},
      {MODEL_WRITE, 1},
      {MODEL_READ, 0}},
     7},
    {"copytruncate",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_WRITE, 3},
      {MODEL_COPYTRUNCATE, 0},
      {MODEL_WRITE, 1},
      {MODEL_READ, 0},
      {MODEL_WRITE, 2},
      {MODEL_READ, 0}},
     8},
    {"rewritten to the same size",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_REWRITE, 0},
      {MODEL_READ, 0},
      {MODEL_REWRITE, 1},
      {MODEL_READ, 0}},
     6},
    {"deleted and created again",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_REPLACE, 1},
      {MODEL_WRITE, 1},
      {MODEL_READ, 0},
      {MODEL_REPLACE, 0},
      {MODEL_WRITE, 1},
      {MODEL_READ, 0}},
     8},
    {"stopped while it was rotated twice and compressed",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_STOP, 0},
      {MODEL_WRITE, 1},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 2},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 1},
      {MODEL_GZIP, 0},
      {MODEL_READ, 0}},
     10},
    {"stopped during copytruncate",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_STOP, 0},
      {MODEL_WRITE, 1},
      {MODEL_COPYTRUNCATE, 0},
      {MODEL_WRITE, 2},
      {MODEL_READ, 0},
      {MODEL_RESTART, 0}},
     8},
    {"events are lost",
     true,
     {{MODEL_WRITE, 3},
      {MODEL_READ, 0},
      {MODEL_ROTATE, 0},
      {MODEL_WRITE, 2},
      {MODEL_OVERFLOW, 0},
      {MODEL_READ, 0}},
     6},
    {"half lines and long ones",
     true,
     {{MODEL_HALF, 0},
      {MODEL_READ, 0},
      {MODEL_WRITE, 1},
      {MODEL_LONG, 9},
      {MODEL_GLANCE, 0},
      {MODEL_HALF, 0},
      {MODEL_READ, 0},
      {MODEL_RESTART, 0},
      {MODEL_LONG, 2},
      {MODEL_READ, 0}},
     10},
};

/* Fails every call of a scenario in turn, `length` calls in a row each time. */
static void torture(const struct scenario *s, long length)
{
    struct model_result calm = model_run(s->steps, s->count, s->events, (struct model_faults){0});
    cr_assert(calm.passed, "%s: %s", s->name, calm.problem);
    cr_assert_gt(calm.calls, 20, "%s hardly does anything", s->name);
    for (long nth = 1; nth <= calm.calls + 20; nth++)
        for (unsigned seed = 0; seed < 5; seed++) { /* so that each call fails in each way */
            struct model_faults f = {nth, length, seed};
            struct model_result r = model_run(s->steps, s->count, s->events, f);
            cr_assert(r.passed, "%s, call %ld and %ld after it failing, seed %u: %s", s->name, nth,
                      length - 1, seed, r.problem);
        }
}

Test(torture, any_call_may_fail_once)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        torture(&scenarios[i], 1);
}

Test(torture, any_seven_calls_in_a_row_may_fail)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        torture(&scenarios[i], 7);
}
