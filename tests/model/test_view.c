/* test_view.c - what keys do to the user's choices. */
#include "base/clock.h"
#include "model/view.h"
#include <criterion/criterion.h>

/* A screen with a long top list, two alerts and nothing else. */
static struct view_screen usual_screen(void)
{
    struct view_screen screen = {0};
    screen.shown[PANEL_TOP] = screen.shown[PANEL_ALERTS] = true;
    screen.rows[PANEL_TOP] = 30;
    screen.visible[PANEL_TOP] = 6;
    screen.rows[PANEL_ALERTS] = 2;
    screen.visible[PANEL_ALERTS] = 2;
    screen.listed[DIMENSION_SECTIONS] = screen.listed[DIMENSION_ADDRESSES] = true;
    return screen;
}

static struct view usual_view(void)
{
    struct view v;
    view_init(&v, 10 * NS_PER_S);
    return v;
}

static void repeat(struct view *v, enum view_action action, const struct view_screen *s,
                   unsigned times)
{
    while (times--)
        view_do(v, action, s);
}

Test(view, tab_goes_round_the_panels_that_are_shown)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_NEXT_PANEL, &screen);
    cr_assert_eq(v.panel, PANEL_ALERTS);
    view_do(&v, ACTION_NEXT_PANEL, &screen);
    cr_assert_eq(v.panel, PANEL_TOP);
    view_do(&v, ACTION_PREVIOUS_PANEL, &screen);
    cr_assert_eq(v.panel, PANEL_ALERTS);
}

Test(view, tab_stays_when_nothing_else_is_shown)
{
    struct view v = usual_view();
    struct view_screen screen = {0};
    view_do(&v, ACTION_NEXT_PANEL, &screen);
    cr_assert_eq(v.panel, PANEL_TOP);
}

Test(view, the_selection_stops_at_both_ends_and_the_scroll_follows)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_UP, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 0);
    repeat(&v, ACTION_DOWN, &screen, 6);
    cr_assert_eq(v.selected[PANEL_TOP], 6);
    cr_assert_eq(v.scroll[PANEL_TOP], 1);
    repeat(&v, ACTION_DOWN, &screen, 100);
    cr_assert_eq(v.selected[PANEL_TOP], 29);
    cr_assert_eq(v.scroll[PANEL_TOP], 24);
    view_do(&v, ACTION_PAGE_UP, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 24);
    view_do(&v, ACTION_HOME, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 0);
    cr_assert_eq(v.scroll[PANEL_TOP], 0);
    view_do(&v, ACTION_END, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 29);
}

Test(view, a_shorter_list_pulls_the_selection_back)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_END, &screen);
    screen.rows[PANEL_TOP] = 3;
    view_settle(&v, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 2);
    cr_assert_eq(v.scroll[PANEL_TOP], 0);
    screen.rows[PANEL_TOP] = 0;
    view_settle(&v, &screen);
    cr_assert_eq(v.selected[PANEL_TOP], 0);
}

Test(view, a_panel_that_disappears_gives_the_focus_back)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_NEXT_PANEL, &screen);
    screen.shown[PANEL_ALERTS] = false;
    view_settle(&v, &screen);
    cr_assert_eq(v.panel, PANEL_TOP);
}

Test(view, plus_and_minus_walk_through_the_steps_and_stop_at_the_ends)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_LONGER, &screen);
    cr_assert_eq(v.update_ns, 15 * NS_PER_S);
    repeat(&v, ACTION_SHORTER, &screen, 2);
    cr_assert_eq(v.update_ns, 5 * NS_PER_S);
    repeat(&v, ACTION_SHORTER, &screen, 50);
    cr_assert_eq(v.update_ns, 1 * NS_PER_S);
    repeat(&v, ACTION_LONGER, &screen, 50);
    cr_assert_eq(v.update_ns, 3600 * NS_PER_S);
    v.update_ns = 12 * NS_PER_S;
    view_do(&v, ACTION_SHORTER, &screen);
    cr_assert_eq(v.update_ns, 10 * NS_PER_S);
}

Test(view, another_order_starts_at_the_top_again)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_END, &screen);
    view_do(&v, ACTION_SORT, &screen);
    cr_assert_eq(v.sort, SORT_BYTES);
    cr_assert_eq(v.selected[PANEL_TOP], 0);
    cr_assert_eq(v.scroll[PANEL_TOP], 0);
    repeat(&v, ACTION_SORT, &screen, SORT_COUNT - 1);
    cr_assert_eq(v.sort, SORT_HITS);
}

Test(view, the_lists_go_round_those_that_are_counted)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_LIST, &screen);
    cr_assert_eq(v.list, DIMENSION_ADDRESSES);
    view_do(&v, ACTION_LIST, &screen);
    cr_assert_eq(v.list, DIMENSION_SECTIONS);
}

Test(view, details_open_only_where_there_is_a_row)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_NEXT_PANEL, &screen);
    view_do(&v, ACTION_OPEN, &screen);
    cr_assert(v.details);
    view_do(&v, ACTION_CLOSE, &screen);
    cr_assert(!v.details);
    screen.rows[PANEL_ALERTS] = 0;
    view_do(&v, ACTION_OPEN, &screen);
    cr_assert(!v.details);
}

Test(view, seen_goes_to_the_alerts_and_stays_there)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_SEEN, &screen);
    cr_assert_eq(v.panel, PANEL_ALERTS);
    view_do(&v, ACTION_OPEN, &screen);
    view_do(&v, ACTION_SEEN, &screen);
    cr_assert(v.details);
    cr_assert_eq(v.panel, PANEL_ALERTS);
    v.panel = PANEL_TOP;
    screen.shown[PANEL_ALERTS] = false;
    view_do(&v, ACTION_SEEN, &screen);
    cr_assert_eq(v.panel, PANEL_TOP, "there is no room for them");
}

Test(view, pause_help_and_span_are_switches)
{
    struct view v = usual_view();
    struct view_screen screen = usual_screen();
    view_do(&v, ACTION_PAUSE, &screen);
    cr_assert(v.paused);
    view_do(&v, ACTION_PAUSE, &screen);
    cr_assert(!v.paused);
    view_do(&v, ACTION_HELP, &screen);
    cr_assert(v.help);
    view_do(&v, ACTION_CLOSE, &screen);
    cr_assert(!v.help);
    view_do(&v, ACTION_SPAN, &screen);
    cr_assert_eq(v.span, SPAN_WINDOW);
    repeat(&v, ACTION_SPAN, &screen, 2);
    cr_assert_eq(v.span, SPAN_INTERVAL);
}
