/* pen.h - drawing: text and signs into one rectangle of the screen, clipped to it.
 *
 * pen_text() is the only way by which text comes to the screen, and it takes safe text only.
 * Places are relative to the pen's rectangle. Main thread, terminal open. */
#ifndef SPATE_RENDER_CURSES_PEN_H
#define SPATE_RENDER_CURSES_PEN_H

#include "base/buf.h"
#include "base/safe.h"
#include "render/curses/glyphs.h"
#include "render/curses/rect.h"
#include "render/curses/theme.h"

struct screen {
    struct theme theme;
    bool ascii;
    struct buf words, room; /* what is being said, and its safe form */
};

void screen_init(struct screen *s, bool colours, bool ascii);
void screen_done(struct screen *s);

struct pen {
    struct screen *screen;
    struct rect at;
};

/* A row, a column and how many columns there are from it on. */
struct slot {
    int y, x, w;
};

/* All return how many columns were drawn. */
int pen_text(const struct pen *p, struct slot f, enum style style, struct safe text);
int pen_foreign(const struct pen *p, struct slot f, enum style style, struct text foreign);
int pen_say(const struct pen *p, struct slot f, enum style style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same, ending with the field's last column. */
int pen_foreign_right(const struct pen *p, struct slot f, enum style style, struct text foreign);
int pen_say_right(const struct pen *p, struct slot f, enum style style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* How many columns the words would take. */
int pen_width(const struct pen *p, struct text words);

/* Fills the field with one sign. */
void pen_sign(const struct pen *p, struct slot f, enum style style, enum glyph g);
/* One sign out of glyph_rising() or glyph_lying(). */
void pen_block(const struct pen *p, int y, int x, enum style style, const char *block);

/* A bar that lies in the field, `share` of it filled. */
void pen_bar(const struct pen *p, struct slot f, enum style style, double share);

/* The line that begins a panel: "- title ---------- note -". */
struct heading {
    const char *title;
    const char *note; /* at its right end; "" for none */
    bool focus;
};
void pen_heading(const struct pen *p, int y, const struct heading *h);

#endif
