/* The follower against random actions: see lib/model.h. */
#include <criterion/criterion.h>

#include "lib/model.h"
#include <stdlib.h>

enum { RUNS = 6000, LONG_RUNS = 400000 };

static bool is_long(void)
{
    const char *wish = getenv("SPATE_LONG");
    return wish && *wish && *wish != '0';
}

Test(model, every_line_comes_out_once_whatever_happens_to_the_files)
{
    long runs = is_long() ? LONG_RUNS : RUNS;
    const char *seed = getenv("SPATE_SEED");
    cr_assert_eq(model_runs(seed ? strtoull(seed, NULL, 10) : 1, runs), runs);
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
