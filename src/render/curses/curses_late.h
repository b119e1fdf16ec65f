/* curses_late.h - ncurses, loaded when a console opens. All who need curses.h include this.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_RENDER_CURSES_CURSES_LATE_H
#define SPATE_RENDER_CURSES_CURSES_LATE_H

#include "base/error.h"
#define NCURSES_NOMACROS 1 /* refresh() and others would be found in the names of the members */
#include <curses.h>

#define CURSES_CALLS(ROW)                                                                          \
    ROW(use_env)                                                                                   \
    ROW(use_tioctl)                                                                                \
    ROW(set_escdelay)                                                                              \
    ROW(newterm)                                                                                   \
    ROW(delscreen)                                                                                 \
    ROW(endwin)                                                                                    \
    ROW(resizeterm)                                                                                \
    ROW(def_prog_mode)                                                                             \
    ROW(reset_prog_mode)                                                                           \
    ROW(cbreak)                                                                                    \
    ROW(noecho)                                                                                    \
    ROW(nonl)                                                                                      \
    ROW(curs_set)                                                                                  \
    ROW(keypad)                                                                                    \
    ROW(nodelay)                                                                                   \
    ROW(typeahead)                                                                                 \
    ROW(has_colors)                                                                                \
    ROW(start_color)                                                                               \
    ROW(use_default_colors)                                                                        \
    ROW(init_pair)                                                                                 \
    ROW(COLOR_PAIR)                                                                                \
    ROW(clearok)                                                                                   \
    ROW(erase)                                                                                     \
    ROW(move)                                                                                      \
    ROW(attrset)                                                                                   \
    ROW(addnwstr)                                                                                  \
    ROW(refresh)                                                                                   \
    ROW(getch)

#define CURSES_VARIABLES(ROW)                                                                      \
    ROW(stdscr)                                                                                    \
    ROW(curscr)                                                                                    \
    ROW(LINES)                                                                                     \
    ROW(COLS)                                                                                      \
    ROW(COLORS)                                                                                    \
    ROW(COLOR_PAIRS)

/* curses.newterm is newterm(), and so on; *curses.LINES is LINES. */
struct curses_calls {
#define CURSES_NAME(name) __typeof__(name) *name;
    CURSES_CALLS(CURSES_NAME)
    CURSES_VARIABLES(CURSES_NAME)
#undef CURSES_NAME
};

/* Only after curses_late() was true. */
extern struct curses_calls curses;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool curses_late(struct error *why);

#endif
