#include "monitor/hll.h"

#include <math.h>

/* The two series of the paper, summed until they no longer change. */
static double hll_sigma(double x)
{
    if (x == 1)
        return INFINITY;
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double hll_tau(double x)
{
    if (x == 0 || x == 1)
        return 0;
    double y = 1, z = 1 - x, before;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

uint64_t hll_estimate_of(const uint32_t *registers, unsigned bits)
{
    const double m = 1u << bits;
    const int ranks = (int)(64 - bits + 1);
    if (registers[0] == 1u << bits)
        return 0;
    double z = m * hll_tau(1 - registers[ranks] / m);
    for (int rank = ranks - 1; rank >= 1; rank--)
        z = 0.5 * (z + registers[rank]);
    z += m * hll_sigma(registers[0] / m);
    return (uint64_t)(m * m / (2 * M_LN2 * z) + 0.5);
}

uint64_t hll_estimate(const uint32_t registers[HLL_RANKS + 1])
{
    return hll_estimate_of(registers, HLL_BITS);
}
