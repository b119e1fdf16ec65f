/* layout.c - see layout.h. */
#include "render/curses/layout.h"

#include <string.h>

enum { GAP = 2, ALERT_MOST = 10, REJECT_MOST = 9, SOURCE_MOST = 8, STATUS_MOST = 12 };

/* One panel of a column of panels: how many rows it must, would and may have, heading included. */
struct share {
    enum area area;
    int least, comfort, most;
    int rows;
};

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* The graph may have more rows where there are more. */
static int graph_rows(int rows)
{
    static const struct {
        int screen, graph;
    } steps[] = {{60, 11}, {48, 9}, {36, 7}, {30, 5}, {22, 3}, {18, 2}};
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (rows >= steps[i].screen)
            return steps[i].graph;
    return 1;
}

/* Takes rows off the top of *left, if there are as many. */
static struct rect take(struct rect *left, int rows)
{
    if (left->h < rows)
        return (struct rect){0};
    struct rect taken = {left->y, left->x, rows, left->w};
    *left = rect_below(*left, rows);
    return taken;
}

/* What a panel must have, if there is that much. */
static int give_least(struct share *s, int rows)
{
    if (s->most < s->least || s->least > rows)
        return rows;
    s->rows = s->least;
    return rows - s->rows;
}

static int give_comfort(struct share *s, int rows)
{
    int more = least_of(least_of(s->comfort, s->most) - s->rows, rows);
    if (s->rows == 0 || more <= 0)
        return rows;
    s->rows += more;
    return rows - more;
}

/* Gives out rows: the first `first` panels come to comfort before the others have any; what is left
 * goes round one by one. */
static void share_out(struct share *shares, unsigned count, unsigned first, int rows)
{
    for (unsigned from = 0, to = first; from < count; from = to, to = count) {
        for (unsigned i = from; i < to; i++)
            rows = give_least(&shares[i], rows);
        for (unsigned i = from; i < to; i++)
            rows = give_comfort(&shares[i], rows);
    }
    for (bool given = true; given && rows > 0;) {
        given = false;
        for (unsigned i = 0; i < count && rows > 0; i++)
            if (shares[i].rows && shares[i].rows < shares[i].most) {
                shares[i].rows++;
                rows--;
                given = true;
            }
    }
}

static void place(struct layout *out, struct rect column, const struct share *shares,
                  unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (shares[i].rows)
            out->at[shares[i].area] = take(&column, shares[i].rows);
}

/* Heading and rows, or nothing at all. */
static int with_heading(uint32_t rows, int most)
{
    return rows == 0 ? 0 : rows < (uint32_t)most ? (int)rows + 1 : most;
}

static void two_columns(struct layout *out, struct rect body, const struct layout_content *c)
{
    int left = (body.w - GAP) * 11 / 20;
    struct rect first = {body.y, body.x, body.h, left};
    struct rect second = {body.y, body.x + left + GAP, body.h, body.w - left - GAP};
    int alerts = with_heading(c->alert_lines, ALERT_MOST);
    struct share big[] = {
        {AREA_TOP, 2, 9, body.h, 0},
        {AREA_ALERTS, 2, 4, alerts > 4 ? alerts : 4, 0},
        {AREA_REJECTS, 2, 3, with_heading(c->rejects, REJECT_MOST), 0},
    };
    struct share small[] = {
        {AREA_PATHS, 3, 8, c->paths ? body.h : 0, 0},
        {AREA_ADDRESSES, 3, 8, c->addresses ? body.h : 0, 0},
        {AREA_SOURCES, 2, 4, c->sources > 1 ? with_heading(c->sources, SOURCE_MOST) : 0, 0},
        {AREA_STATUSES, 3, 6, with_heading(c->statuses, STATUS_MOST), 0},
    };
    share_out(big, 3, 3, first.h);
    share_out(small, 4, 4, second.h);
    place(out, first, big, 3);
    place(out, second, small, 4);
}

static void one_column(struct layout *out, struct rect body, const struct layout_content *c)
{
    int alerts = with_heading(c->alert_lines, ALERT_MOST);
    struct share all[] = {
        {AREA_TOP, 2, 9, body.h, 0},
        {AREA_ALERTS, 2, alerts > 3 ? 4 : 3, alerts > 4 ? alerts : 4, 0},
        {AREA_REJECTS, 2, 3, with_heading(c->rejects, REJECT_MOST), 0},
        {AREA_SOURCES, 2, 3, c->sources > 1 ? with_heading(c->sources, SOURCE_MOST) : 0, 0},
        {AREA_PATHS, 5, 8, c->paths ? 16 : 0, 0},
        {AREA_ADDRESSES, 5, 8, c->addresses ? 16 : 0, 0},
        {AREA_STATUSES, 5, 6, STATUS_MOST, 0},
    };
    /* The lists that repeat what the large one can show come only where that has its room. */
    unsigned count = body.h >= 26 ? 7 : 3;
    share_out(all, count, 3, body.h);
    place(out, body, all, count);
}

void layout_make(struct layout *out, int rows, int columns, const struct layout_content *content)
{
    memset(out, 0, sizeof(*out));
    struct rect left = {0, 0, rows > 0 ? rows : 0, columns > 0 ? columns : 0};
    out->at[AREA_STATUS] = take(&left, 1);
    if (left.h >= 3) {
        out->at[AREA_FOOTER] = (struct rect){left.y + left.h - 1, 0, 1, left.w};
        left.h--;
    }
    if (content->notice)
        out->at[AREA_NOTICE] = take(&left, 1);
    out->at[AREA_SUMMARY] = take(&left, 1);
    out->at[AREA_GRAPH] = take(&left, graph_rows(rows));
    out->at[AREA_STATS] = take(&left, left.h >= 2 ? 2 : 1);
    if (columns >= LAYOUT_TWO_COLUMNS)
        two_columns(out, left, content);
    else
        one_column(out, left, content);
}
