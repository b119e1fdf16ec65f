/* glyphs.c - see glyphs.h. */
#include "render/curses/glyphs.h"

const char *glyph_sign(enum glyph g, bool ascii)
{
    static const char *const signs[GLYPH_COUNT][2] = {
#define GLYPH_PAIR(id, wide, plain) [GLYPH_##id] = {wide, plain},
        GLYPH_ROWS(GLYPH_PAIR)
#undef GLYPH_PAIR
    };
    return signs[g][ascii];
}

const char *glyph_rising(unsigned eighths, bool ascii)
{
    static const char *const wide[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                       "\u2585", "\u2586", "\u2587", "\u2588"};
    static const char *const plain[] = {" ", ".", ".", ":", ":", "|", "|", "#", "#"};
    return ascii ? plain[eighths] : wide[eighths];
}

const char *glyph_lying(unsigned eighths, bool ascii)
{
    static const char *const wide[] = {" ",      "\u258f", "\u258e", "\u258d", "\u258c",
                                       "\u258b", "\u258a", "\u2589", "\u2588"};
    static const char *const plain[] = {" ", "-", "-", "-", "-", "=", "=", "=", "#"};
    return ascii ? plain[eighths] : wide[eighths];
}

const char *glyph_cut(bool ascii)
{
    return ascii ? "=" : "\u2587";
}
