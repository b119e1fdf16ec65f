/* view.c - see view.h. */
#include "model/view.h"

#include "base/clock.h"

/* The lengths that + and - go through, in seconds. */
static const int64_t update_steps_s[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600};
enum { UPDATE_STEPS = sizeof(update_steps_s) / sizeof(update_steps_s[0]) };

void view_init(struct view *v, int64_t update_ns)
{
    *v = (struct view){.panel = PANEL_TOP, .list = DIMENSION_SECTIONS, .update_ns = update_ns};
}

enum top_order view_order(enum view_sort sort)
{
    static const enum top_order orders[SORT_COUNT] = {
        [SORT_HITS] = TOP_BY_HITS, [SORT_BYTES] = TOP_BY_BYTES, [SORT_ERRORS] = TOP_BY_ERRORS,
        [SORT_NAME] = TOP_BY_HITS};
    return orders[sort];
}

static void longer(struct view *v)
{
    for (unsigned i = 0; i < UPDATE_STEPS; i++)
        if (update_steps_s[i] * NS_PER_S > v->update_ns) {
            v->update_ns = update_steps_s[i] * NS_PER_S;
            return;
        }
}

static void shorter(struct view *v)
{
    for (unsigned i = UPDATE_STEPS; i-- > 0;)
        if (update_steps_s[i] * NS_PER_S < v->update_ns) {
            v->update_ns = update_steps_s[i] * NS_PER_S;
            return;
        }
}

static void step_panel(struct view *v, const struct view_screen *screen, unsigned step)
{
    for (unsigned i = 0; i < PANEL_COUNT; i++) {
        v->panel = (v->panel + step) % PANEL_COUNT;
        if (screen->shown[v->panel])
            return;
    }
}

static void step_list(struct view *v, const struct view_screen *screen)
{
    for (unsigned i = 0; i < DIMENSION_COUNT; i++) {
        v->list = (v->list + 1) % DIMENSION_COUNT;
        if (screen->listed[v->list])
            break;
    }
    v->panel = PANEL_TOP;
    v->scroll[PANEL_TOP] = v->selected[PANEL_TOP] = 0;
}

/* Moves the selection by so many rows, stopping at both ends. */
static void move(struct view *v, const struct view_screen *screen, int64_t rows)
{
    int64_t last = (int64_t)screen->rows[v->panel] - 1;
    int64_t to = (int64_t)v->selected[v->panel] + rows;
    if (to > last)
        to = last;
    v->selected[v->panel] = to > 0 ? (uint32_t)to : 0;
}

/* Another order or other figures: what was selected stands elsewhere now. */
static void to_the_top(struct view *v)
{
    static const enum view_panel lists[] = {PANEL_TOP, PANEL_PATHS, PANEL_ADDRESSES,
                                            PANEL_STATUSES};
    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        v->scroll[lists[i]] = v->selected[lists[i]] = 0;
}

static void settle_panel(struct view *v, const struct view_screen *screen, enum view_panel p)
{
    uint32_t rows = screen->rows[p], visible = screen->visible[p];
    if (v->selected[p] >= rows)
        v->selected[p] = rows ? rows - 1 : 0;
    if (v->scroll[p] > v->selected[p])
        v->scroll[p] = v->selected[p];
    if (visible && v->selected[p] - v->scroll[p] >= visible)
        v->scroll[p] = v->selected[p] - visible + 1;
    if (v->scroll[p] + visible > rows)
        v->scroll[p] = rows > visible ? rows - visible : 0;
}

void view_settle(struct view *v, const struct view_screen *screen)
{
    for (enum view_panel p = 0; p < PANEL_COUNT; p++)
        settle_panel(v, screen, p);
    if (!screen->shown[v->panel])
        v->panel = PANEL_TOP;
    if (v->details && screen->rows[v->panel] == 0)
        v->details = false;
}

/* What moves the selection: by rows, by pages, or as far as it goes. */
static bool moved(struct view *v, enum view_action action, const struct view_screen *screen)
{
    uint32_t visible = screen->visible[v->panel];
    int64_t page = visible > 1 ? visible - 1 : 1;
    switch (action) {
    case ACTION_UP: move(v, screen, -1); return true;
    case ACTION_DOWN: move(v, screen, 1); return true;
    case ACTION_PAGE_UP: move(v, screen, -page); return true;
    case ACTION_PAGE_DOWN: move(v, screen, page); return true;
    case ACTION_HOME: move(v, screen, -(int64_t)UINT32_MAX); return true;
    case ACTION_END: move(v, screen, UINT32_MAX); return true;
    default: return false;
    }
}

static void to_the_alerts(struct view *v, const struct view_screen *screen)
{
    if (v->panel == PANEL_ALERTS || !screen->shown[PANEL_ALERTS])
        return;
    v->panel = PANEL_ALERTS;
    v->details = false;
}

void view_do(struct view *v, enum view_action action, const struct view_screen *screen)
{
    if (!moved(v, action, screen))
        switch (action) {
        case ACTION_HELP: v->help = !v->help; break;
        case ACTION_PAUSE: v->paused = !v->paused; break;
        case ACTION_NEXT_PANEL: step_panel(v, screen, 1); break;
        case ACTION_PREVIOUS_PANEL: step_panel(v, screen, PANEL_COUNT - 1); break;
        case ACTION_SORT:
            v->sort = (v->sort + 1) % SORT_COUNT;
            to_the_top(v);
            break;
        case ACTION_SPAN:
            v->span = (v->span + 1) % SPAN_COUNT;
            to_the_top(v);
            break;
        case ACTION_LIST: step_list(v, screen); break;
        case ACTION_LONGER: longer(v); break;
        case ACTION_SHORTER: shorter(v); break;
        case ACTION_OPEN: v->details = screen->rows[v->panel] > 0; break;
        case ACTION_SEEN: to_the_alerts(v, screen); break;
        case ACTION_CLOSE: v->help = v->details = false; break;
        default: break;
        }
    view_settle(v, screen);
}
