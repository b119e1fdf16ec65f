/* glyphs.h - the signs that the console draws with, in wide and in plain letters.
 *
 * Each is one column. Our own constants: no foreign text comes this way. */
#ifndef SPATE_RENDER_CURSES_GLYPHS_H
#define SPATE_RENDER_CURSES_GLYPHS_H

#include <stdbool.h>

/*          id          wide        plain */
#define GLYPH_ROWS(ROW)                                                                            \
    ROW(BLANK, " ", " ")                                                                           \
    ROW(RULE, "\u2500", "-")                                                                       \
    ROW(LINE, "\u254c", "-") /* the threshold */                                                   \
    ROW(EDGE, "\u2524", "|") /* of a scale */                                                      \
    ROW(UP, "\u25b2", "^")                                                                         \
    ROW(DOWN, "\u25bc", "v")                                                                       \
    ROW(DOT, "\u25cf", "*")                                                                        \
    ROW(MARK, "\u25b8", ">") /* the selected row */                                                \
    ROW(WARNING, "!", "!")                                                                         \
    ROW(UPRIGHT, "\u2502", "|")                                                                    \
    ROW(CORNER_NW, "\u250c", "+")                                                                  \
    ROW(CORNER_NE, "\u2510", "+")                                                                  \
    ROW(CORNER_SW, "\u2514", "+")                                                                  \
    ROW(CORNER_SE, "\u2518", "+")

enum glyph {
#define GLYPH_ID(id, wide, plain) GLYPH_##id,
    GLYPH_ROWS(GLYPH_ID)
#undef GLYPH_ID
        GLYPH_COUNT
};

const char *glyph_sign(enum glyph g, bool ascii);

/* Filled from below, or from the left, by so many eighths: 1 to 8. */
const char *glyph_rising(unsigned eighths, bool ascii);
const char *glyph_lying(unsigned eighths, bool ascii);

/* A full block that the threshold's line runs over: the line is the background, at its top. */
const char *glyph_cut(bool ascii);

#endif
