/* The follower against random actions: see lib/model.h. */
#include <criterion/criterion.h>

#include "lib/model.h"
#include <stdlib.h>

enum { RUNS = 25000, LONG = 20 };

/* One part of the runs, so that parts run beside each other. SPATE_LONG=1: twenty times as many;
 * SPATE_SEED: other lists. */
static void run_part(uint64_t part)
{
    const char *wish = getenv("SPATE_LONG"), *seed = getenv("SPATE_SEED");
    long runs = wish && *wish && *wish != '0' ? RUNS * LONG : RUNS;
    uint64_t first = (seed ? strtoull(seed, NULL, 10) : 1) + part * (uint64_t)runs;
    cr_assert_eq(model_runs(first, runs), runs);
}

Test(model, every_line_comes_out_once_whatever_happens_1)
{
    run_part(0);
}

Test(model, every_line_comes_out_once_whatever_happens_2)
{
    run_part(1);
}

Test(model, every_line_comes_out_once_whatever_happens_3)
{
    run_part(2);
}

Test(model, every_line_comes_out_once_whatever_happens_4)
{
    run_part(3);
}

/* A model whose actions never reach a state proves nothing about it. */
Test(model, meets_destroyed_and_rescued_lines)
{
    static const struct model_step steps[] = {
        {MODEL_WRITE, 3}, {MODEL_READ, 0},  {MODEL_WRITE, 3},   {MODEL_COPYTRUNCATE, 0},
        {MODEL_READ, 0},  {MODEL_WRITE, 1}, {MODEL_TRUNCATE, 0}};
    struct model_result r =
        model_run(steps, sizeof steps / sizeof *steps, true, (struct model_faults){0});
    cr_assert(r.passed, "%s", r.problem);
    cr_expect_eq(r.doubtful, 6);
    cr_expect_eq(r.rescued, 4, "the copy holds what copytruncate cut");
}
