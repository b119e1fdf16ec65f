#include "app/spread.h"

#include <sched.h>
#include <stdlib.h>

#include "base/mem.h"

struct start {
    void *(*run)(void *);
    void *arg;
    cpu_set_t all; /* where it may run, once it does */
};

static void *begin(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    sched_setaffinity(0, sizeof start.all, &start.all); /* what is refused would not be needed */
    return start.run(start.arg);
}

/* The processor of that number behind the maker's own, among those that are allowed. False when the
 * maker's is the next one. */
static bool choose(const cpu_set_t *all, unsigned number, cpu_set_t *one)
{
    int own = sched_getcpu(), cpu = own;
    for (unsigned left = number + 1; own >= 0 && left > 0; left -= CPU_ISSET(cpu, all) != 0)
        if ((cpu = (cpu + 1) % CPU_SETSIZE) == own)
            return false;
    CPU_ZERO(one);
    CPU_SET(cpu, one);
    return own >= 0;
}

static bool start_apart(pthread_t *thread, const cpu_set_t *one, struct start *start)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    bool started = pthread_attr_setaffinity_np(&attributes, sizeof *one, one) == 0 &&
                   pthread_create(thread, &attributes, begin, start) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

bool spread_start(pthread_t *thread, unsigned number, void *(*run)(void *), void *arg)
{
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) == 0 && choose(&all, number, &one)) {
        struct start *start = mem_new(1, sizeof *start);
        *start = (struct start){run, arg, all};
        if (start_apart(thread, &one, start))
            return true;
        free(start);
    }
    return pthread_create(thread, NULL, run, arg) == 0;
}
