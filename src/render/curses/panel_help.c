/* panel_help.c - what lies over the screen: the box, and the keys in words. */
#include "render/curses/keys.h"
#include "render/curses/panels.h"
#include <string.h>

static void draw_edge(const struct pen *p)
{
    int h = p->at.h, w = p->at.w;
    for (int y = 0; y < h; y++) {
        pen_sign(p, (struct slot){y, 0, w}, STYLE_PLAIN, GLYPH_BLANK);
        pen_sign(p, (struct slot){y, 0, 1}, STYLE_RULE, GLYPH_UPRIGHT);
        pen_sign(p, (struct slot){y, w - 1, 1}, STYLE_RULE, GLYPH_UPRIGHT);
    }
    pen_sign(p, (struct slot){0, 0, w}, STYLE_RULE, GLYPH_RULE);
    pen_sign(p, (struct slot){h - 1, 0, w}, STYLE_RULE, GLYPH_RULE);
    pen_sign(p, (struct slot){0, 0, 1}, STYLE_RULE, GLYPH_CORNER_NW);
    pen_sign(p, (struct slot){0, w - 1, 1}, STYLE_RULE, GLYPH_CORNER_NE);
    pen_sign(p, (struct slot){h - 1, 0, 1}, STYLE_RULE, GLYPH_CORNER_SW);
    pen_sign(p, (struct slot){h - 1, w - 1, 1}, STYLE_RULE, GLYPH_CORNER_SE);
}

struct pen panel_box(const struct pen *p, int rows, int columns, const char *title)
{
    int h = rows + 2 < p->at.h ? rows + 2 : p->at.h;
    int w = columns + 4 < p->at.w ? columns + 4 : p->at.w;
    struct pen box = {p->screen, {p->at.y + (p->at.h - h) / 2, p->at.x + (p->at.w - w) / 2, h, w}};
    draw_edge(&box);
    pen_say(&box, (struct slot){0, 2, w - 4}, STYLE_TITLE, " %s ", title);
    box.at = (struct rect){box.at.y + 1, box.at.x + 2, h - 2, w - 4};
    return box;
}

void panel_help(const struct pen *p, const struct scene *s)
{
    (void)s;
    enum { KEY_WIDTH = 12, WIDTH = 64 };
    int rows = 0;
    for (size_t i = 0; i < key_row_count; i++)
        rows += key_rows[i].help != NULL;
    struct pen box = panel_box(p, rows, WIDTH, "keys");
    int y = 0;
    for (size_t i = 0; i < key_row_count; i++) {
        if (!key_rows[i].help)
            continue;
        pen_say(&box, (struct slot){y, 0, KEY_WIDTH - 1}, STYLE_KEY, "%s", key_rows[i].name);
        pen_say(&box, (struct slot){y, KEY_WIDTH, box.at.w - KEY_WIDTH}, STYLE_PLAIN, "%s",
                key_rows[i].help);
        y++;
    }
}
