/* panel_graph.c - the rate of the last two minutes as bars, with the threshold drawn in. */
#include "render/curses/graph.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include <stdio.h>

enum { SCALE_WIDTH = 8, LEGEND_WIDTH = 14, AXIS_FROM = 5 };

/* Where the parts of the panel stand. */
struct parts {
    int scale;  /* columns left of the bars, 0: none */
    int legend; /* right of them */
    int rows;   /* of bars */
    int x;      /* of the first bar */
};

static struct parts parts_of(const struct pen *p)
{
    struct parts parts = {.rows = p->at.h, .x = 1};
    if (p->at.h >= 2 && p->at.w >= 40) {
        parts.scale = SCALE_WIDTH;
        parts.x = SCALE_WIDTH;
    }
    if (p->at.w >= 70)
        parts.legend = LEGEND_WIDTH;
    if (p->at.h >= AXIS_FROM)
        parts.rows--;
    return parts;
}

static void draw_column(const struct pen *p, const struct graph *g, unsigned i, int x, int rows,
                        int over_from)
{
    unsigned eighths = graph_eighths(g, g->rate[i], (unsigned)rows);
    for (int row = 0; eighths > 0; row++) {
        unsigned part = eighths < 8 ? eighths : 8;
        enum style style = row >= over_from ? STYLE_BAR_OVER : STYLE_BAR;
        pen_block(p, rows - 1 - row, x, style, glyph_rising(part, p->screen->ascii));
        eighths -= part;
    }
}

static void draw_bars(const struct pen *p, const struct graph *g, const struct parts *parts,
                      double threshold)
{
    int rows = parts->rows;
    int line = rows; /* above all rows: no line */
    if (g->threshold_fits && rows > 1) {
        line = (int)graph_threshold_row(g, threshold, (unsigned)rows);
        struct slot across = {rows - 1 - line, parts->x, (int)g->columns};
        pen_sign(p, across, STYLE_LINE, GLYPH_LINE);
    }
    for (unsigned i = 0; i < g->columns; i++) {
        bool over = g->rate[i] > threshold;
        int over_from = !over ? rows : rows > 1 ? line : 0;
        draw_column(p, g, i, parts->x + (int)i, rows, over_from);
    }
}

static void draw_scale(const struct pen *p, const struct graph *g, const struct parts *parts)
{
    char number[NUMBER_SIZE];
    int edge = parts->x - 1, w = parts->x - 2;
    for (int row = 0; row < parts->rows; row++)
        pen_sign(p, (struct slot){row, edge, 1}, STYLE_RULE, GLYPH_EDGE);
    pen_say_right(p, (struct slot){0, 0, w}, STYLE_DIM, "%s", number_rate(number, g->top));
    if (parts->rows >= 5)
        pen_say_right(p, (struct slot){parts->rows / 2, 0, w}, STYLE_DIM, "%s",
                      number_rate(number, g->top * (parts->rows - parts->rows / 2) / parts->rows));
    if (parts->rows >= 2)
        pen_say_right(p, (struct slot){parts->rows - 1, 0, w}, STYLE_DIM, "0");
}

/* Right of the bars: now and peak, and what the line means at its end. */
static void draw_legend(const struct pen *p, const struct graph *g, const struct parts *parts,
                        const struct snapshot *now)
{
    char number[NUMBER_SIZE];
    int x = parts->x + (int)g->columns + 1, w = p->at.w - x - 1, rows = parts->rows;
    int line = -1;
    if (rows > 1) {
        line = g->threshold_fits
                   ? rows - 1 - (int)graph_threshold_row(g, now->threshold, (unsigned)rows)
                   : 0;
        number_rate(number, now->threshold);
        if (!g->threshold_fits)
            pen_sign(p, (struct slot){line, x, 1}, STYLE_LINE, GLYPH_UP);
        pen_say(p, (struct slot){line, x + (g->threshold_fits ? 0 : 2), w}, STYLE_LINE, "alert %s",
                number);
    }
    int row = 0;
    if (row == line)
        row++;
    if (row < rows)
        pen_say(p, (struct slot){row, x, w}, STYLE_DIM, "peak %s/s", number_rate(number, g->peak));
    row++;
    if (row == line)
        row++;
    if (row < rows)
        pen_say(p, (struct slot){row, x, w}, STYLE_PLAIN, "now %s/s",
                number_rate(number, now->live_hits));
}

/* "2m ago ... 1m ... now" below the bars. */
static void draw_axis(const struct pen *p, const struct graph *g, const struct parts *parts)
{
    int columns = (int)g->columns;
    pen_say_right(p, (struct slot){parts->rows, parts->x, columns}, STYLE_DIM, "now");
    for (int minute = 1;; minute++) {
        int x = parts->x + columns - minute * 60 / (int)g->per_column;
        if (x < parts->x)
            return;
        pen_say(p, (struct slot){parts->rows, x, columns}, STYLE_DIM, "%dm ago", minute);
    }
}

void panel_graph(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    struct parts parts = parts_of(p);
    int width = p->at.w - parts.x - (parts.legend ? parts.legend : 1);
    struct graph g;
    graph_make(&g, history_series(s->history), s->history->count, s->history->newest,
               width > 1 ? (unsigned)width : 1, now->threshold);
    draw_bars(p, &g, &parts, now->threshold);
    if (parts.scale)
        draw_scale(p, &g, &parts);
    if (parts.legend)
        draw_legend(p, &g, &parts, now);
    if (parts.rows < p->at.h)
        draw_axis(p, &g, &parts);
}
