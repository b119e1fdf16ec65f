/* spread.h - numbers spread log-normally around a median: sizes and durations.
 *
 * The count of ones in 64 random bits is nearly normal (mean 32, deviation 4); a factor
 * raised to it is nearly log-normal. No logarithm and no libm, so that the same seed gives
 * the same bytes on every machine. A value, constant after spread_make(). Thread: any. */
#ifndef SPATE_LOGGEN_SPREAD_H
#define SPATE_LOGGEN_SPREAD_H

#include <stdint.h>

struct spread {
    double factor[65]; /* by the count of ones */
    double step;
};

/* `step` is the factor for a quarter of a deviation: 1.28 makes sigma about 1. */
static inline struct spread spread_make(double step)
{
    struct spread s = {.step = step};
    s.factor[32] = 1;
    for (int i = 1; i <= 32; i++) {
        s.factor[32 + i] = s.factor[31 + i] * step;
        s.factor[32 - i] = s.factor[33 - i] / step;
    }
    return s;
}

/* `ones` chooses the step, `fine` the place within it; two random numbers. */
static inline double spread_around(const struct spread *s, double median, uint64_t ones,
                                   uint64_t fine)
{
    double within = (double)(fine >> 40) / (double)(1 << 24);
    return median * s->factor[__builtin_popcountll(ones)] * (1 + within * (s->step - 1));
}

#endif
