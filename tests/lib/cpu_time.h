/* cpu_time.h - what the process has worked so far: for tests of what must not take long, on a
 * machine that is busy with other things. Thread: any. */
#ifndef SPATE_TESTS_LIB_CPU_TIME_H
#define SPATE_TESTS_LIB_CPU_TIME_H

#include <stdint.h>
#include <time.h>

static inline int64_t cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
