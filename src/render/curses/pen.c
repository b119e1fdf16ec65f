/* pen.c - see pen.h. */
#include "render/curses/pen.h"

#include <string.h>
#include <wchar.h>

void screen_init(struct screen *s, bool colours, bool ascii)
{
    memset(s, 0, sizeof(*s));
    theme_init(&s->theme, colours);
    s->ascii = ascii;
}

void screen_done(struct screen *s)
{
    buf_done(&s->words);
    buf_done(&s->room);
}

/* The part of a field that lies in the pen's rectangle; w is 0 where nothing does. */
static struct slot clipped(const struct pen *p, struct slot f)
{
    if (f.y < 0 || f.y >= p->at.h || f.x < 0 || f.x >= p->at.w || f.w <= 0)
        return (struct slot){0, 0, 0};
    if (f.w > p->at.w - f.x)
        f.w = p->at.w - f.x;
    return f;
}

static void set_style(const struct pen *p, enum style style)
{
    curses.attrset((int)p->screen->theme.attributes[style]);
}

/* As wide characters: curses reads bytes by the process's locale, and ours is the thread's. */
static void add_utf8(const char *at, size_t len)
{
    mbstate_t state = {0};
    wchar_t wide[256];
    while (at && len) {
        const char *rest = at;
        size_t count = mbsnrtowcs(wide, &rest, len, sizeof(wide) / sizeof(*wide), &state);
        if (count == 0 || count == (size_t)-1)
            return;
        curses.addnwstr(wide, (int)count);
        len -= rest ? (size_t)(rest - at) : len;
        at = rest;
    }
}

int pen_text(const struct pen *p, struct slot f, enum style style, struct safe text)
{
    f = clipped(p, f);
    if ((int)text.width > f.w) /* only whole text, made for its field, is drawn */
        return 0;
    set_style(p, style);
    curses.move(p->at.y + f.y, p->at.x + f.x);
    add_utf8(text.utf8.at, text.utf8.len);
    return (int)text.width;
}

static struct safe made_safe(const struct pen *p, int width, struct text foreign)
{
    buf_clear(&p->screen->room);
    struct safe_limits limits = {.width = (unsigned)width, .ascii = p->screen->ascii};
    return safe_make(&p->screen->room, foreign, limits);
}

int pen_foreign(const struct pen *p, struct slot f, enum style style, struct text foreign)
{
    f = clipped(p, f);
    if (f.w == 0)
        return 0;
    return pen_text(p, f, style, made_safe(p, f.w, foreign));
}

int pen_foreign_right(const struct pen *p, struct slot f, enum style style, struct text foreign)
{
    f = clipped(p, f);
    if (f.w == 0)
        return 0;
    struct safe text = made_safe(p, f.w, foreign);
    f.x += f.w - (int)text.width;
    f.w = (int)text.width;
    return pen_text(p, f, style, text);
}

__attribute__((format(printf, 2, 0))) static struct text said(const struct pen *p,
                                                              const char *format, va_list arguments)
{
    struct buf *words = &p->screen->words;
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    buf_clear(words);
    if (len > 0)
        vsnprintf(buf_room(words, (size_t)len + 1), (size_t)len + 1, format, arguments);
    words->len = len > 0 ? (size_t)len : 0;
    return buf_text(words);
}

int pen_say(const struct pen *p, struct slot f, enum style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct text words = said(p, format, arguments);
    va_end(arguments);
    return pen_foreign(p, f, style, words);
}

int pen_say_right(const struct pen *p, struct slot f, enum style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct text words = said(p, format, arguments);
    va_end(arguments);
    return pen_foreign_right(p, f, style, words);
}

int pen_width(const struct pen *p, struct text words)
{
    return (int)made_safe(p, 0, words).width;
}

void pen_sign(const struct pen *p, struct slot f, enum style style, enum glyph g)
{
    f = clipped(p, f);
    if (f.w == 0)
        return;
    const char *sign = glyph_sign(g, p->screen->ascii);
    set_style(p, style);
    curses.move(p->at.y + f.y, p->at.x + f.x);
    for (int i = 0; i < f.w; i++)
        add_utf8(sign, strlen(sign));
}

void pen_block(const struct pen *p, int y, int x, enum style style, const char *block)
{
    struct slot f = clipped(p, (struct slot){y, x, 1});
    if (f.w == 0)
        return;
    set_style(p, style);
    curses.move(p->at.y + f.y, p->at.x + f.x);
    add_utf8(block, strlen(block));
}

void pen_bar(const struct pen *p, struct slot f, enum style style, double share)
{
    if (!(share > 0) || f.w <= 0)
        return;
    unsigned most = (unsigned)f.w * 8;
    unsigned eighths = share >= 1 ? most : (unsigned)(share * most + 0.5);
    if (eighths == 0)
        eighths = 1;
    for (int x = 0; eighths > 0; x++) {
        unsigned part = eighths < 8 ? eighths : 8;
        pen_block(p, f.y, f.x + x, style, glyph_lying(part, p->screen->ascii));
        eighths -= part;
    }
}

void pen_heading(const struct pen *p, int y, const struct heading *h)
{
    int w = p->at.w;
    pen_sign(p, (struct slot){y, 0, w}, STYLE_RULE, GLYPH_RULE);
    int room = w - 4;
    enum style style = h->focus ? STYLE_FOCUS : STYLE_TITLE;
    int title = pen_say(p, (struct slot){y, 1, room}, style, " %s ", h->title);
    int note = pen_width(p, text_of(h->note)) + 2;
    if (h->note[0] && title + note + 1 <= room)
        pen_say(p, (struct slot){y, w - 1 - note, note}, STYLE_DIM, " %s ", h->note);
}
