/* theme.c - see theme.h. */
#include "render/curses/theme.h"

/* Colours for terminals with 256 and with 8; -1 is the terminal's own. */
static const struct look {
    short fore, back, fore_8, back_8;
    attr_t with;    /* beside the colour */
    attr_t without; /* instead of it */
} looks[STYLE_COUNT] = {
    [STYLE_PLAIN] = {-1, -1, -1, -1, A_NORMAL, A_NORMAL},
    [STYLE_DIM] = {245, -1, -1, -1, A_NORMAL, A_NORMAL},
    [STYLE_STRONG] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [STYLE_RULE] = {240, -1, COLOR_BLUE, -1, A_NORMAL, A_NORMAL},
    [STYLE_TITLE] = {109, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [STYLE_FOCUS] = {116, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [STYLE_HEAD] = {245, -1, -1, -1, A_NORMAL, A_NORMAL},
    [STYLE_BAR] = {73, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [STYLE_BAR_OVER] = {203, -1, COLOR_RED, -1, A_NORMAL, A_BOLD},
    [STYLE_CUT] = {73, 179, COLOR_CYAN, COLOR_YELLOW, A_NORMAL, A_NORMAL},
    [STYLE_CUT_OVER] = {203, 179, COLOR_RED, COLOR_YELLOW, A_NORMAL, A_BOLD},
    [STYLE_LINE] = {179, -1, COLOR_YELLOW, -1, A_NORMAL, A_NORMAL},
    [STYLE_GOOD] = {108, -1, COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [STYLE_WARN] = {179, -1, COLOR_YELLOW, -1, A_NORMAL, A_NORMAL},
    [STYLE_BAD] = {203, -1, COLOR_RED, -1, A_BOLD, A_BOLD},
    [STYLE_KEY] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [STYLE_STATE_OK] = {231, 29, COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_REVERSE},
    [STYLE_STATE_ALERT] = {231, 160, COLOR_WHITE, COLOR_RED, A_BOLD, A_REVERSE | A_BOLD},
    [STYLE_STATE_RECOVERED] = {231, 25, COLOR_WHITE, COLOR_BLUE, A_NORMAL, A_REVERSE},
};

void theme_init(struct theme *t, bool colours)
{
    bool many = *curses.COLORS >= 256;
    for (short i = 0; i < STYLE_COUNT; i++) {
        const struct look *look = &looks[i];
        t->attributes[i] = look->without;
        if (!colours || *curses.COLOR_PAIRS <= i)
            continue;
        curses.init_pair(i + 1, many ? look->fore : look->fore_8, many ? look->back : look->back_8);
        t->attributes[i] = look->with | (attr_t)curses.COLOR_PAIR(i + 1);
    }
}

enum style theme_state(enum overall overall)
{
    static const enum style styles[] = {[OVERALL_OK] = STYLE_STATE_OK,
                                        [OVERALL_ALERT] = STYLE_STATE_ALERT,
                                        [OVERALL_RECOVERED] = STYLE_STATE_RECOVERED};
    return styles[overall];
}
