#include "render/report/units.h"

#include <stdio.h>

const char *units_count(char into[UNITS_SIZE], uint64_t count)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    char *to = into;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return into;
}

struct unit {
    double factor;
    const char *name;
};

static const char *scaled(char into[UNITS_SIZE], double value, const struct unit *units, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && value / units[i + 1].factor >= 1)
        i++;
    double shown = value / units[i].factor;
    snprintf(into, UNITS_SIZE, "%.*f %s", i && shown < 100 ? 1 : 0, shown, units[i].name);
    return into;
}

const char *units_bytes(char into[UNITS_SIZE], uint64_t bytes)
{
    static const struct unit units[] = {{1, "B"},    {1e3, "kB"},  {1e6, "MB"}, {1e9, "GB"},
                                        {1e12, "TB"}, {1e15, "PB"}};
    return scaled(into, (double)bytes, units, sizeof units / sizeof *units);
}

const char *units_duration(char into[UNITS_SIZE], uint64_t ns)
{
    static const struct unit units[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
    return scaled(into, (double)ns, units, sizeof units / sizeof *units);
}
