/* terminfo_late.h - what of ncurses is below the screen; comes with it. Apart from curses_late.h,
 * for term.h takes hundreds of plain words for itself.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_RENDER_CURSES_TERMINFO_LATE_H
#define SPATE_RENDER_CURSES_TERMINFO_LATE_H

#include "render/curses/curses_late.h"
#include <term.h>

#define TERMINFO_NAMES(ROW)                                                                        \
    ROW(setupterm)                                                                                 \
    ROW(tigetstr)                                                                                  \
    ROW(tputs)                                                                                     \
    ROW(del_curterm)                                                                               \
    ROW(cur_term)

/* terminfo.setupterm is setupterm(), and so on; *terminfo.cur_term is cur_term. */
struct terminfo_calls {
#define TERMINFO_NAME(name) __typeof__(name) *name;
    TERMINFO_NAMES(TERMINFO_NAME)
#undef TERMINFO_NAME
};

/* Only after curses_late() was true. */
extern struct terminfo_calls terminfo;

#endif
