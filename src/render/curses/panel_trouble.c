/* panel_trouble.c - rejected lines, with why and a sample; the files, with what is wrong with them.
 */
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include <stdio.h>

static void draw_mark(const struct pen *p, int y, bool selected)
{
    if (selected)
        pen_sign(p, (struct slot){y, 0, 1}, STYLE_FOCUS, GLYPH_MARK);
}

/* "no time in brackets  col 5  the line". */
static void draw_reject(const struct pen *p, int y, const struct reject_figures *r)
{
    enum { COLUMN = 9, REASON_MOST = 36 };
    int reason = p->at.w * 2 / 5 < REASON_MOST ? p->at.w * 2 / 5 : REASON_MOST, x = 1;
    pen_foreign(p, (struct slot){y, x, reason}, STYLE_WARN, r->reason);
    x += reason + 1;
    if (p->at.w >= 60) {
        pen_say(p, (struct slot){y, x, COLUMN - 1}, STYLE_DIM, "col %u", (unsigned)r->column);
        x += COLUMN;
    }
    pen_foreign(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_PLAIN, r->line);
}

void panel_rejects(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    const struct view *v = s->view;
    char note[96], rejected[NUMBER_SIZE], read[NUMBER_SIZE];
    snprintf(note, sizeof(note), "%s of %s lines",
             number_count(rejected, now->total.lines.rejected),
             number_count(read, now->total.lines.read));
    pen_heading(p, 0,
                &(struct heading){
                    .title = "rejected lines", .note = note, .focus = v->panel == PANEL_REJECTS});
    for (size_t i = v->scroll[PANEL_REJECTS]; i < now->reject_count; i++) {
        int y = 1 + (int)(i - v->scroll[PANEL_REJECTS]);
        draw_mark(p, y, v->panel == PANEL_REJECTS && v->selected[PANEL_REJECTS] == i);
        draw_reject(p, y, &now->rejects[i]);
    }
}

static const char *state_word(enum notice_kind state)
{
    switch (state) {
    case NOTICE_WAITING: return "waiting";
    case NOTICE_ERROR: return "error";
    case NOTICE_ENDED: return "ended";
    case NOTICE_NO_FORMAT: return "no format";
    default: return "followed";
    }
}

/* "path   followed  combined  1.2 MB behind  2 rotations", or what is wrong. */
static void draw_file(const struct pen *p, int y, const struct source_figures *f)
{
    char n[NUMBER_SIZE], words[160];
    int path = p->at.w / 3, x = 1;
    pen_say(p, (struct slot){y, x, path - 1}, STYLE_PLAIN, "%s", f->path);
    x += path;
    bool wrong = f->problem[0];
    x += pen_say(p, (struct slot){y, x, p->at.w - x}, wrong ? STYLE_WARN : STYLE_GOOD, "%s",
                 state_word(f->state)) +
         2;
    if (wrong) {
        pen_say(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_WARN, "%s", f->problem);
        return;
    }
    x += pen_say(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_DIM, "%s", f->format) + 2;
    snprintf(words, sizeof(words), "%s behind", number_bytes(n, f->behind));
    if (f->behind)
        x += pen_say(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_WARN, "%s", words) + 2;
    snprintf(words, sizeof(words), "%s %s", number_count(n, f->losses),
             f->losses == 1 ? "loss" : "losses");
    if (f->losses)
        x += pen_say(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_BAD, "%s", words) + 2;
    snprintf(words, sizeof(words), "%s %s", number_count(n, f->rotations),
             f->rotations == 1 ? "rotation" : "rotations");
    if (f->rotations)
        pen_say(p, (struct slot){y, x, p->at.w - 1 - x}, STYLE_DIM, "%s", words);
}

void panel_sources(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    const struct view *v = s->view;
    char note[48], n[NUMBER_SIZE];
    snprintf(note, sizeof(note), "%s", number_count(n, now->source_count));
    pen_heading(
        p, 0,
        &(struct heading){.title = "files", .note = note, .focus = v->panel == PANEL_SOURCES});
    for (size_t i = v->scroll[PANEL_SOURCES]; i < now->source_count; i++) {
        int y = 1 + (int)(i - v->scroll[PANEL_SOURCES]);
        draw_mark(p, y, v->panel == PANEL_SOURCES && v->selected[PANEL_SOURCES] == i);
        draw_file(p, y, &now->sources[i]);
    }
}
