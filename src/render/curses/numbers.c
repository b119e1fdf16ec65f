/* numbers.c - see numbers.h. */
#include "render/curses/numbers.h"

#include "base/time.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT_SIZE = NUMBER_SIZE };

/* Three digits that matter: 1.23, 12.3, 123. */
static int decimals_of(double n)
{
    return n < 9.995 ? 2 : n < 99.95 ? 1 : 0;
}

static const char *scaled(char into[NUMBER_SIZE], double n, const char *const *units, int one_less)
{
    unsigned unit = 0;
    for (; n >= 999.5 && units[unit + 1]; unit++)
        n /= 1000;
    int decimals = unit == 0 ? 0 : decimals_of(n);
    if (one_less && decimals > 1)
        decimals = 1;
    snprintf(into, TEXT_SIZE, "%.*f%s", decimals, n, units[unit]);
    return into;
}

const char *number_count(char into[NUMBER_SIZE], uint64_t n)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E", NULL};
    if (n >= 1000000)
        return scaled(into, (double)n, units, 0);
    if (n >= 1000)
        snprintf(into, TEXT_SIZE, "%u,%03u", (unsigned)(n / 1000), (unsigned)(n % 1000));
    else
        snprintf(into, TEXT_SIZE, "%u", (unsigned)n);
    return into;
}

const char *number_bytes(char into[NUMBER_SIZE], uint64_t n)
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB", " EB", NULL};
    return scaled(into, (double)n, units, 1);
}

const char *number_rate(char into[NUMBER_SIZE], double per_s)
{
    if (per_s >= 999.5)
        return number_count(into, (uint64_t)(per_s + 0.5));
    int decimals = per_s == 0 ? 0 : per_s < 0.095 ? 2 : per_s < 99.95 ? 1 : 0;
    snprintf(into, TEXT_SIZE, "%.*f", decimals, per_s);
    return into;
}

const char *number_exact(char into[NUMBER_SIZE], double n)
{
    if (n >= 999.5)
        return number_count(into, (uint64_t)(n + 0.5));
    snprintf(into, TEXT_SIZE, "%.3g", n);
    return into;
}

const char *number_short(char into[NUMBER_SIZE], double n)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E", NULL};
    unsigned unit = 0;
    for (; n >= 999.5 && units[unit + 1]; unit++)
        n /= 1000;
    snprintf(into, TEXT_SIZE, n < 9.995 ? "%.2g%s" : "%.0f%s", n, units[unit]);
    return into;
}

const char *number_share(char into[NUMBER_SIZE], double share)
{
    if (share > 0 && share < 0.01)
        snprintf(into, TEXT_SIZE, "<1 %%");
    else
        snprintf(into, TEXT_SIZE, "%.0f %%", share * 100);
    return into;
}

const char *number_latency(char into[NUMBER_SIZE], uint64_t ns)
{
    double ms = (double)ns / 1e6;
    if (ms < 999.5)
        snprintf(into, TEXT_SIZE, "%.*f ms", ns == 0 ? 0 : decimals_of(ms), ms);
    else if (ms < 999.5e3)
        snprintf(into, TEXT_SIZE, "%.*f s", decimals_of(ms / 1e3), ms / 1e3);
    else
        return number_span(into, ms / 1e3);
    return into;
}

const char *number_span(char into[NUMBER_SIZE], double seconds)
{
    unsigned long long s = seconds > 0 ? (unsigned long long)(seconds + 0.5) : 0;
    unsigned minutes = (unsigned)(s / 60 % 60), rest = (unsigned)(s % 60);
    if (seconds > 0 && seconds < 0.0995)
        snprintf(into, TEXT_SIZE, "%.0f ms", seconds > 1e-3 ? seconds * 1e3 : 1);
    else if (seconds < 9.95 && fabs(seconds - (double)s) > 0.04)
        snprintf(into, TEXT_SIZE, "%.1f s", seconds);
    else if (s < 60)
        snprintf(into, TEXT_SIZE, "%u s", rest);
    else if (s < 3600)
        snprintf(into, TEXT_SIZE, rest ? "%um%02us" : "%um", minutes, rest);
    else if (s < 48 * 3600)
        snprintf(into, TEXT_SIZE, minutes ? "%lluh%02um" : "%lluh", s / 3600, minutes);
    else
        snprintf(into, TEXT_SIZE, "%llud", s / 86400);
    return into;
}

const char *number_time(char into[NUMBER_SIZE], int64_t second, int64_t today)
{
    char clock[TIME_TEXT_SIZE], day[8] = "", other[8] = "";
    struct tm then, now;
    time_t at = (time_t)second, at_today = (time_t)today;
    if (localtime_r(&at, &then) && localtime_r(&at_today, &now)) {
        strftime(day, sizeof(day), "%m-%d ", &then);
        strftime(other, sizeof(other), "%m-%d ", &now);
        if (then.tm_year == now.tm_year && strcmp(day, other) == 0)
            day[0] = '\0';
    }
    snprintf(into, TEXT_SIZE, "%s%.20s", day, time_local_clock(clock, second));
    return into;
}
