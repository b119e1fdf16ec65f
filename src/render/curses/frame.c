/* frame.c - see frame.h. */
#include "render/curses/frame.h"

#include "render/curses/shown.h"
#include <string.h>

/* What is drawn where. */
static const struct {
    enum area area;
    panel_draw *draw;
} parts[] = {
    {AREA_STATUS, panel_status}, {AREA_NOTICE, panel_notice},       {AREA_SUMMARY, panel_summary},
    {AREA_GRAPH, panel_graph},   {AREA_STATS, panel_stats},         {AREA_TOP, panel_top},
    {AREA_ALERTS, panel_alerts}, {AREA_REJECTS, panel_rejects},     {AREA_SOURCES, panel_sources},
    {AREA_PATHS, panel_paths},   {AREA_ADDRESSES, panel_addresses}, {AREA_STATUSES, panel_statuses},
    {AREA_FOOTER, panel_footer},
};

/* Where a panel that keys move in stands, and how many rows of the screen one of its own takes. */
static const struct {
    enum area area;
    int height;
} panels[PANEL_COUNT] = {
    [PANEL_TOP] = {AREA_TOP, 1},           [PANEL_ALERTS] = {AREA_ALERTS, 2},
    [PANEL_REJECTS] = {AREA_REJECTS, 1},   [PANEL_SOURCES] = {AREA_SOURCES, 1},
    [PANEL_PATHS] = {AREA_PATHS, 1},       [PANEL_ADDRESSES] = {AREA_ADDRESSES, 1},
    [PANEL_STATUSES] = {AREA_STATUSES, 1},
};

static uint32_t list_rows(const struct scene *s, enum dimension d)
{
    struct shown_list shown;
    shown_list(&shown, s->now, s->view->span, d);
    return (uint32_t)shown.list->count;
}

static uint32_t rows_of(const struct scene *s, enum view_panel panel)
{
    struct shown_status statuses[STATUS_SLOTS];
    switch (panel) {
    case PANEL_TOP: return list_rows(s, s->view->list);
    case PANEL_PATHS: return list_rows(s, DIMENSION_PATHS);
    case PANEL_ADDRESSES: return list_rows(s, DIMENSION_ADDRESSES);
    case PANEL_ALERTS: return (uint32_t)s->now->alert_count;
    case PANEL_REJECTS: return (uint32_t)s->now->reject_count;
    case PANEL_SOURCES: return (uint32_t)s->now->source_count;
    case PANEL_STATUSES:
        return (uint32_t)shown_statuses(statuses, STATUS_SLOTS, s->now, s->view->span);
    default: return 0;
    }
}

void frame_plan(struct frame *f, const struct scene *s, int rows, int columns)
{
    memset(f, 0, sizeof(*f));
    const struct snapshot *now = s->now;
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++)
        f->screen.listed[d] = now->total.top[d].wanted;
    for (enum view_panel p = 0; p < PANEL_COUNT; p++)
        f->screen.rows[p] = rows_of(s, p);
    struct layout_content content = {
        .notice = panel_notice_words(s)[0] != '\0',
        .alert_lines = panel_alert_lines(now),
        .rejects = f->screen.rows[PANEL_REJECTS],
        .sources = f->screen.rows[PANEL_SOURCES],
        .statuses = f->screen.rows[PANEL_STATUSES],
        .paths = f->screen.listed[DIMENSION_PATHS],
        .addresses = f->screen.listed[DIMENSION_ADDRESSES],
    };
    layout_make(&f->layout, rows, columns, &content);
    for (enum view_panel p = 0; p < PANEL_COUNT; p++) {
        int visible = (f->layout.at[panels[p].area].h - 1) / panels[p].height;
        f->screen.shown[p] = visible > 0;
        f->screen.visible[p] = visible > 0 ? (uint32_t)visible : 0;
    }
}

void frame_draw(const struct frame *f, const struct scene *s, struct screen *screen)
{
    curses.erase();
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct pen pen = {screen, f->layout.at[parts[i].area]};
        if (!rect_empty(pen.at))
            parts[i].draw(&pen, s);
    }
    int height = f->layout.at[AREA_FOOTER].y - 1; /* between the status line and the footer */
    struct pen over = {screen, {1, 0, height, f->layout.at[AREA_STATUS].w}};
    if (height >= 3 && s->view->details)
        panel_details(&over, s);
    if (height >= 3 && s->view->help)
        panel_help(&over, s);
}
