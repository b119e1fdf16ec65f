/* test_spread.c - threads begun apart from their maker. */
#include <criterion/criterion.h>
#include <sched.h>

#include "app/spread.h"

enum { MANY = 70 };

struct seen {
    pthread_t thread;
    bool same; /* allowed where its maker is */
};

static cpu_set_t allowed;

static void *look(void *arg)
{
    struct seen *seen = arg;
    cpu_set_t mine;
    seen->same = sched_getaffinity(0, sizeof mine, &mine) == 0 && CPU_EQUAL(&mine, &allowed);
    return seen;
}

static void start_many(void)
{
    struct seen seen[MANY] = {0};
    cr_assert_eq(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    for (unsigned i = 0; i < MANY; i++)
        cr_assert(spread_start(&seen[i].thread, i, look, &seen[i]));
    for (unsigned i = 0; i < MANY; i++) {
        void *end;
        pthread_join(seen[i].thread, &end);
        cr_assert_eq(end, &seen[i]);
        cr_assert(seen[i].same, "thread %u", i);
    }
}

Test(spread, more_threads_than_processors_all_run_and_may_run_anywhere)
{
    start_many();
}

Test(spread, a_single_processor_is_enough)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
    start_many();
}
