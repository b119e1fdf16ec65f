/* test_layout.c - at every size: nothing overlaps, nothing is outside, the status line is there. */
#include "render/curses/columns.h"
#include "render/curses/layout.h"
#include <criterion/criterion.h>
#include <stdlib.h>

enum { ROWS_MOST = 100, COLUMNS_MOST = 300 };

static const struct layout_content contents[] = {
    {0},
    {.alert_lines = 1},
    {.alert_lines = 2, .statuses = 5, .paths = true, .addresses = true},
    {.notice = true,
     .alert_lines = 512,
     .rejects = 16,
     .sources = 1,
     .statuses = 12,
     .paths = true,
     .addresses = true},
    {.notice = true,
     .alert_lines = 7,
     .rejects = 1,
     .sources = 40,
     .statuses = 1,
     .addresses = true},
};
enum { CONTENTS = sizeof(contents) / sizeof(contents[0]) };

static void check(const struct layout *l, int rows, int columns)
{
    static unsigned char used[ROWS_MOST][COLUMNS_MOST];
    memset(used, 0, sizeof(used));
    for (enum area a = 0; a < AREA_COUNT; a++) {
        struct rect r = l->at[a];
        if (rect_empty(r))
            continue;
        cr_assert(r.y >= 0 && r.x >= 0 && r.y + r.h <= rows && r.x + r.w <= columns,
                  "area %d outside at %dx%d", a, columns, rows);
        for (int y = r.y; y < r.y + r.h; y++)
            for (int x = r.x; x < r.x + r.w; x++)
                if (used[y][x]++)
                    cr_assert(false, "area %d lies over another at %dx%d", a, columns, rows);
        if (a >= AREA_TOP && a < AREA_FOOTER)
            cr_assert_geq(r.h, 2, "area %d is only a heading at %dx%d", a, columns, rows);
    }
    struct rect status = l->at[AREA_STATUS];
    cr_assert(status.y == 0 && status.x == 0 && status.h == 1 && status.w == columns,
              "no status line at %dx%d", columns, rows);
}

Test(layout, nothing_overlaps_or_is_outside_at_any_size)
{
    for (int rows = 1; rows <= ROWS_MOST; rows++)
        for (int columns = 1; columns <= COLUMNS_MOST;
             columns += columns < 30 || (columns > 145 && columns < 155) ? 1 : 9)
            for (unsigned c = 0; c < CONTENTS; c++) {
                struct layout l;
                layout_make(&l, rows, columns, &contents[c]);
                check(&l, rows, columns);
            }
}

/* The areas that a screen of one more row may have on top, but never instead. */
Test(layout, a_panel_never_goes_when_the_screen_grows_taller)
{
    for (int columns = 20; columns <= COLUMNS_MOST; columns += 70)
        for (unsigned c = 0; c < CONTENTS; c++)
            for (int rows = 1; rows < ROWS_MOST; rows++) {
                struct layout small, tall;
                layout_make(&small, rows, columns, &contents[c]);
                layout_make(&tall, rows + 1, columns, &contents[c]);
                for (enum area a = 0; a < AREA_ALERTS; a++)
                    cr_assert(rect_empty(small.at[a]) || !rect_empty(tall.at[a]),
                              "area %d at %dx%d", a, columns, rows);
            }
}

Test(layout, panels_go_from_the_bottom_as_the_screen_shrinks)
{
    static const enum area order[] = {AREA_STATUS, AREA_SUMMARY, AREA_GRAPH,  AREA_STATS,
                                      AREA_TOP,    AREA_ALERTS,  AREA_REJECTS};
    for (int rows = 5; rows <= 40; rows++) {
        struct layout l;
        layout_make(&l, rows, 80, &contents[3]);
        for (unsigned i = 1; i < sizeof(order) / sizeof(order[0]); i++)
            cr_assert(!rect_empty(l.at[order[i - 1]]) || rect_empty(l.at[order[i]]),
                      "area %d without %d at %d rows", order[i], order[i - 1], rows);
    }
}

Test(layout, a_usual_screen_has_everything)
{
    struct layout l;
    layout_make(&l, 24, 80, &(struct layout_content){.alert_lines = 2, .rejects = 2, .sources = 1});
    static const enum area all[] = {AREA_STATUS, AREA_SUMMARY, AREA_GRAPH,   AREA_STATS,
                                    AREA_TOP,    AREA_ALERTS,  AREA_REJECTS, AREA_FOOTER};
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        cr_assert(!rect_empty(l.at[all[i]]), "area %d", all[i]);
    cr_assert_geq(l.at[AREA_TOP].h, 6);
    cr_assert_geq(l.at[AREA_ALERTS].h, 3);
    cr_assert_eq(l.at[AREA_GRAPH].h, 3);
}

Test(layout, stays_where_it_is_when_only_the_lengths_of_lists_change)
{
    struct layout one, two;
    struct layout_content content = {
        .alert_lines = 1, .sources = 1, .statuses = 2, .paths = true, .addresses = true};
    layout_make(&one, 50, 80, &content);
    content.statuses = 9;
    layout_make(&two, 50, 80, &content);
    cr_assert_eq(memcmp(&one, &two, sizeof(one)), 0);
}

Test(columns, never_leave_the_width_or_overlap)
{
    for (int width = 1; width <= COLUMNS_MOST; width++)
        for (int kind = 0; kind < 4; kind++) {
            struct columns c;
            columns_make(&c, &(struct columns_wish){width, kind & 1, kind & 2});
            int x = 0;
            for (enum column i = 0; i < COLUMN_COUNT; i++) {
                cr_assert(c.at[i].w >= 0 && c.at[i].x >= x, "column %d at %d", i, width);
                x = c.at[i].x + c.at[i].w;
            }
            cr_assert(x <= width || c.at[COLUMN_NAME].w == 0, "%d columns of %d", x, width);
        }
}

Test(columns, the_important_ones_come_first)
{
    struct columns c;
    columns_make(&c, &(struct columns_wish){.width = 20, .timed = false});
    cr_assert(c.at[COLUMN_NAME].w && c.at[COLUMN_HITS].w && !c.at[COLUMN_BYTES].w);
    columns_make(&c, &(struct columns_wish){.width = 80, .timed = false});
    for (enum column i = 0; i <= COLUMN_ERRORS; i++)
        cr_assert(c.at[i].w, "column %d at 80", i);
    cr_assert(!c.at[COLUMN_P95].w);
    columns_make(&c, &(struct columns_wish){.width = 80, .timed = true});
    cr_assert(c.at[COLUMN_P95].w);
    columns_make(&c, &(struct columns_wish){.width = 300, .timed = true});
    for (enum column i = 0; i < COLUMN_COUNT; i++)
        cr_assert(c.at[i].w, "column %d at 300", i);
}
