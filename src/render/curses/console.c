/* console.c - see console.h: the loop that waits for figures, keys and signals, and draws. */
#include "render/console.h"

#include "base/clock.h"
#include "render/curses/curses_late.h"
#include "render/curses/frame.h"
#include "render/curses/keys.h"
#include "render/curses/terminal.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_MS = 150, /* how long the first figures are waited for */
    DRAW_MS = 250   /* figures are not drawn more often than this; keys are at once */
};

struct console {
    struct board *board;
    const struct console_options *options;
    struct terminal *terminal;
    struct screen screen;
    struct view view;
    struct snapshot *newest; /* what counting has come to */
    struct snapshot *shown;  /* the same, or what the pause stopped at */
    struct trace newest_trace, shown_trace;
    struct frame frame;
    struct clock clock;
    double update_s; /* of the newest figures */
    int64_t drawn_ns;
    bool dirty; /* there is something new to draw */
    bool ended; /* the board's last snapshot has come */
    bool leave;
};

enum wait { WAIT_KEYS, WAIT_SIGNALS, WAIT_BOARD, WAIT_STOP, WAITS };

static struct snapshot *empty_snapshot(int64_t wall_ns)
{
    struct tally *none = tally_new(0, false, 0);
    struct snapshot *s = snapshot_of_tally(none, (struct snapshot_limits){0}, NULL, 0,
                                           &(struct alert_rule){.window_s = 1});
    tally_free(none);
    s->wall_ns = wall_ns;
    return s;
}

static struct scene scene_of(const struct console *c)
{
    return (struct scene){.now = c->shown,
                          .view = &c->view,
                          .trace = &c->shown_trace,
                          .ended = c->ended && !c->view.paused};
}

/* The plan follows from the figures, the choices and the size; the choices are kept within it. */
static void plan(struct console *c)
{
    struct scene scene = scene_of(c);
    frame_plan(&c->frame, &scene, *curses.LINES, *curses.COLS);
    view_settle(&c->view, &c->frame.screen);
}

static void draw(struct console *c)
{
    plan(c);
    struct scene scene = scene_of(c);
    frame_draw(&c->frame, &scene, &c->screen);
    curses.refresh();
    c->drawn_ns = clock_monotonic(&c->clock);
    c->dirty = false;
}

static void show_newest(struct console *c)
{
    if (c->view.paused || c->shown == c->newest)
        return;
    snapshot_drop(c->shown);
    c->shown = snapshot_hold(c->newest);
    c->shown_trace = c->newest_trace;
    c->dirty = true;
}

/* The newest second is not over yet: its bar would rise anew each second. */
static void remember(struct console *c)
{
    const struct snapshot *s = c->newest;
    if (s->series_count > 1)
        trace_add(&c->newest_trace, s->series, s->series_count - 1, s->log_second - 1);
}

/* A configuration that was read again may have changed it: + and - go on from there. */
static void follow_interval(struct console *c)
{
    double update_s = c->newest->update_s;
    if (c->update_s > 0 && update_s > 0 && update_s != c->update_s)
        c->view.update_ns = (int64_t)(update_s * NS_PER_S);
    c->update_s = update_s;
}

static void take_figures(struct console *c)
{
    struct board_event e;
    while (board_take(c->board, &e)) {
        snapshot_drop(c->newest);
        c->newest = e.snapshot;
        c->ended |= e.kind == BOARD_END;
        remember(c);
        follow_interval(c);
    }
    show_newest(c);
}

/* The alerts have the focus: the selected one is seen. */
static void acknowledge(struct console *c)
{
    const struct view *v = &c->view;
    uint32_t i = v->selected[PANEL_ALERTS];
    if (v->panel != PANEL_ALERTS || i >= c->shown->alert_count || c->shown->alerts[i].acknowledged)
        return;
    if (c->options->acknowledge)
        c->options->acknowledge(c->options->ctx, c->shown->alerts[i].id);
}

static void obey(struct console *c, enum view_action action)
{
    struct view before = c->view;
    if (action == ACTION_QUIT)
        c->leave = true;
    else if (action == ACTION_REDRAW)
        terminal_redraw(c->terminal);
    else if (action == ACTION_SUSPEND)
        terminal_suspend(c->terminal);
    else {
        if (action == ACTION_SEEN)
            acknowledge(c);
        view_do(&c->view, action, &c->frame.screen);
    }
    if (c->view.update_ns != before.update_ns && c->options->set_update)
        c->options->set_update(c->options->ctx, c->view.update_ns);
    if (c->view.sort != before.sort && c->options->set_sort)
        c->options->set_sort(c->options->ctx, c->view.sort);
    show_newest(c);
}

static void take_keys(struct console *c)
{
    for (int key; !c->leave && (key = terminal_key(c->terminal)) >= 0;) {
        enum view_action action = key_action(key);
        if (action == ACTION_NONE)
            continue;
        obey(c, action);
        plan(c); /* the next key may count on it */
        draw(c);
    }
}

/* How long nothing has to be done: for ever, or until figures may be drawn again. */
static int patience_ms(const struct console *c)
{
    if (!c->dirty)
        return -1;
    int64_t since = (clock_monotonic(&c->clock) - c->drawn_ns) / NS_PER_MS;
    return since >= DRAW_MS ? 0 : (int)(DRAW_MS - since);
}

static bool is_end(const struct console *c)
{
    return !c->options->stopped || c->options->stopped(c->options->ctx);
}

static void wait_and_work(struct console *c)
{
    struct pollfd waits[WAITS] = {
        [WAIT_KEYS] = {.fd = terminal_key_fd(c->terminal), .events = POLLIN},
        [WAIT_SIGNALS] = {.fd = terminal_signal_fd(c->terminal), .events = POLLIN},
        [WAIT_BOARD] = {.fd = board_fd(c->board), .events = POLLIN},
        [WAIT_STOP] = {.fd = c->options->stop_fd, .events = POLLIN},
    };
    if (poll(waits, WAITS, patience_ms(c)) < 0 && errno != EINTR) {
        c->leave = true;
        return;
    }
    bool gone = waits[WAIT_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL);
    if (gone || (waits[WAIT_STOP].revents && is_end(c))) {
        c->leave = true; /* asked to, or the terminal is gone */
        return;
    }
    if (waits[WAIT_SIGNALS].revents && terminal_signals(c->terminal))
        draw(c);
    if (waits[WAIT_BOARD].revents)
        take_figures(c);
    if (waits[WAIT_KEYS].revents)
        take_keys(c);
    if (c->dirty && patience_ms(c) == 0)
        draw(c);
}

/* Gives the first figures a moment to come, so that the first picture is not an empty one. */
static void await_figures(struct console *c)
{
    struct pollfd waits[] = {{.fd = board_fd(c->board), .events = POLLIN},
                             {.fd = c->options->stop_fd, .events = POLLIN}};
    poll(waits, 2, FIRST_MS);
    take_figures(c);
}

bool console_run(struct board *board, const struct console_options *o, struct error *why)
{
    struct console c = {.board = board, .options = o, .clock = clock_real()};
    c.terminal = terminal_open(o, why);
    if (!c.terminal)
        return false;
    screen_init(&c.screen, terminal_colours(c.terminal), terminal_ascii(c.terminal));
    view_init(&c.view, o->update_ns);
    c.newest = empty_snapshot(clock_wall(&c.clock));
    c.shown = snapshot_hold(c.newest);
    await_figures(&c);
    draw(&c);
    while (!c.leave)
        wait_and_work(&c);
    board_close(board);
    screen_done(&c.screen);
    terminal_close(c.terminal);
    snapshot_drop(c.newest);
    snapshot_drop(c.shown);
    return true;
}
