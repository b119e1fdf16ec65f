/* theme.h - what things look like: meanings in, attributes out.
 *
 * Without colours everything is told apart by bold, reverse and words. Main thread. */
#ifndef SPATE_RENDER_CURSES_THEME_H
#define SPATE_RENDER_CURSES_THEME_H

#include "model/snapshot.h"
#include "render/curses/curses_late.h"
#include <stdbool.h>

enum style {
    STYLE_PLAIN,
    STYLE_DIM, /* what may be overlooked */
    STYLE_STRONG,
    STYLE_RULE,  /* the lines between panels */
    STYLE_TITLE, /* of a panel */
    STYLE_FOCUS, /* the title of the panel that the keys move in */
    STYLE_HEAD,  /* of a column */
    STYLE_BAR,
    STYLE_BAR_OVER, /* above the threshold */
    STYLE_CUT,      /* the threshold's line where a bar covers it */
    STYLE_CUT_OVER,
    STYLE_LINE, /* the threshold itself */
    STYLE_GOOD,
    STYLE_WARN,
    STYLE_BAD,
    STYLE_KEY,      /* in the footer */
    STYLE_STATE_OK, /* the whole status line */
    STYLE_STATE_ALERT,
    STYLE_STATE_RECOVERED,
    STYLE_COUNT
};

struct theme {
    attr_t attributes[STYLE_COUNT];
};

void theme_init(struct theme *t, bool colours);

enum style theme_state(enum overall overall);

#endif
