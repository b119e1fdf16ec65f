/* graph.c - see graph.h. */
#include "render/curses/graph.h"

#include <math.h>
#include <string.h>

/* The next round number: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. */
static double round_up(double n)
{
    static const double steps[] = {1, 2, 3, 4, 5, 6, 8, 10};
    if (!(n > 1))
        return 1;
    double power = 1;
    while (power * 10 <= n)
        power *= 10;
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (n <= steps[i] * power * (1 + 1e-9))
            return steps[i] * power;
    return 10 * power;
}

/* A threshold far above all traffic would press the bars flat: then it is only named. */
static void choose_top(struct graph *g, double threshold)
{
    double highest = 0;
    for (unsigned i = 0; i < g->columns; i++)
        highest = g->rate[i] > highest ? g->rate[i] : highest;
    g->threshold_fits = isfinite(threshold) && (highest * 5 >= threshold || highest == 0);
    if (g->threshold_fits && threshold * 1.25 > highest)
        highest = threshold * 1.25;
    g->top = round_up(highest);
}

/* Adds up the seconds of each column; the first and the last may have fewer than the others. */
static void fill(struct graph *g, const uint32_t *series, size_t count, int64_t newest)
{
    unsigned seconds[GRAPH_COLUMNS] = {0};
    int64_t per = g->per_column;
    int64_t last = newest >= 0 ? newest / per : -((-newest + per - 1) / per);
    for (size_t back = 0; back < count; back++) {
        int64_t second = newest - (int64_t)back;
        int64_t column = second >= 0 ? second / per : -((-second + per - 1) / per);
        if (last - column >= (int64_t)g->columns)
            break;
        unsigned i = g->columns - 1 - (unsigned)(last - column);
        uint32_t hits = series[count - 1 - back];
        g->rate[i] += hits;
        seconds[i]++;
        g->peak = hits > g->peak ? hits : g->peak;
    }
    for (unsigned i = 0; i < g->columns; i++)
        if (seconds[i])
            g->rate[i] /= seconds[i];
}

void graph_make(struct graph *g, const uint32_t *series, size_t count, int64_t newest,
                unsigned columns, double threshold)
{
    memset(g, 0, sizeof(*g));
    if (columns > GRAPH_COLUMNS)
        columns = GRAPH_COLUMNS;
    if (columns == 0)
        columns = 1;
    g->per_column = (GRAPH_SECONDS + columns - 1) / columns;
    g->columns = columns;
    fill(g, series, count, newest);
    choose_top(g, threshold);
}

unsigned graph_eighths(const struct graph *g, double rate, unsigned rows)
{
    if (!(rate > 0))
        return 0;
    double eighths = rate / g->top * rows * 8 + 0.5;
    return eighths < 1 ? 1 : eighths > rows * 8 ? rows * 8 : (unsigned)eighths;
}

unsigned graph_threshold_row(const struct graph *g, double threshold, unsigned rows)
{
    unsigned row = (unsigned)(threshold / g->top * rows);
    return row < rows ? row : rows - 1;
}
