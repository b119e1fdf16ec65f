/* panel_graph.c - the rate of the last two minutes as bars, with the threshold drawn in. */
#include "render/curses/graph.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include <math.h>
#include <stdio.h>

enum { SCALE_WIDTH = 7, LEGEND_WIDTH = 13, AXIS_FROM = 5 };

/* Where the parts of the panel stand. */
struct parts {
    int scale;  /* columns left of the bars, 0: none */
    int legend; /* right of them */
    int rows;   /* of bars */
    int x;      /* of the first bar */
    int line;   /* of bars, 0 the lowest: the threshold runs through it; above all: nowhere */
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

/* One bar. Where it covers the threshold's line, that is cut out of it. `line`: the row of the
 * line, or one that no bar reaches. */
static void draw_column(const struct pen *p, const struct graph *g, unsigned i, int x,
                        const struct parts *parts, double threshold)
{
    unsigned eighths = graph_eighths(g, g->rate[i], (unsigned)parts->rows);
    bool over = g->rate[i] > threshold;
    for (int row = 0; eighths > 0; row++) {
        unsigned part = eighths < 8 ? eighths : 8;
        int y = parts->rows - 1 - row;
        bool above = over && (row >= parts->line || parts->rows == 1);
        bool cut = row == parts->line && part == 8;
        enum style style = above ? cut ? STYLE_CUT_OVER : STYLE_BAR_OVER
                           : cut ? STYLE_CUT
                                 : STYLE_BAR;
        pen_block(p, y, x, style,
                  cut ? glyph_cut(p->screen->ascii) : glyph_rising(part, p->screen->ascii));
        eighths -= part;
    }
}

static void draw_bars(const struct pen *p, const struct graph *g, struct parts *parts,
                      double threshold)
{
    parts->line = parts->rows;
    if (g->threshold_fits && parts->rows > 1) {
        parts->line = (int)graph_threshold_row(g, threshold, (unsigned)parts->rows);
        struct slot across = {parts->rows - 1 - parts->line, parts->x, (int)g->columns};
        pen_sign(p, across, STYLE_LINE, GLYPH_LINE);
    }
    for (unsigned i = 0; i < g->columns; i++)
        draw_column(p, g, i, parts->x + (int)i, parts, threshold);
}

static void draw_scale(const struct pen *p, const struct graph *g, const struct parts *parts)
{
    char number[NUMBER_SIZE];
    int edge = parts->x - 1, w = parts->x - 2;
    for (int row = 0; row < parts->rows; row++)
        pen_sign(p, (struct slot){row, edge, 1}, STYLE_RULE, GLYPH_EDGE);
    pen_say_right(p, (struct slot){0, 0, w}, STYLE_DIM, "%s", number_short(number, g->top));
    if (parts->rows >= 5)
        pen_say_right(p, (struct slot){parts->rows / 2, 0, w}, STYLE_DIM, "%s",
                      number_short(number, g->top * (parts->rows - parts->rows / 2) / parts->rows));
    if (parts->rows >= 2)
        pen_say_right(p, (struct slot){parts->rows - 1, 0, w}, STYLE_DIM, "0");
}

static void draw_note(const struct pen *p, struct slot f, enum style style, const char *label,
                      const char *number)
{
    int x = pen_say(p, f, style, "%s", label);
    pen_say_right(p, (struct slot){f.y, f.x + x + 1, f.w - x - 1}, style, "%s", number);
}

/* Right of the bars: what the line means at its end, now and the peak around it. */
static void draw_legend(const struct pen *p, const struct graph *g, const struct parts *parts,
                        const struct snapshot *now)
{
    char number[NUMBER_SIZE];
    struct slot f = {0, parts->x + (int)g->columns + 1, LEGEND_WIDTH - 2};
    int rows = parts->rows, line = -1;
    if (rows > 1 && now->threshold > 0) {
        bool fits = g->threshold_fits;
        line = fits ? rows - 1 - (int)graph_threshold_row(g, now->threshold, (unsigned)rows) : 0;
        f.y = line;
        draw_note(p, f, STYLE_LINE, fits ? "alert" : "alert >",
                  number_exact(number, now->threshold));
    }
    f.y = line == 0;
    if (f.y < rows)
        draw_note(p, f, STYLE_DIM, "peak", number_count(number, (uint64_t)g->peak));
    f.y += f.y + 1 == line ? 2 : 1;
    if (f.y < rows)
        draw_note(p, f, STYLE_PLAIN, "now", number_count(number, now->live_hits));
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
    double threshold = now->threshold > 0 ? now->threshold : HUGE_VAL; /* no line */
    graph_make(&g, trace_series(s->trace), s->trace->count, s->trace->newest,
               width > 1 ? (unsigned)width : 1, threshold);
    draw_bars(p, &g, &parts, threshold);
    if (parts.scale)
        draw_scale(p, &g, &parts);
    if (parts.legend)
        draw_legend(p, &g, &parts, now);
    if (parts.rows < p->at.h)
        draw_axis(p, &g, &parts);
}
