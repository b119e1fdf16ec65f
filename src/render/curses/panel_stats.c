/* panel_stats.c - the figures of the last interval (or the window, or all) in one row; statuses. */
#include "base/clock.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include "render/curses/shown.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 3 };

/* One figure after the other, as many as fit. */
struct row {
    const struct pen *pen;
    int y, x;
};

static void add(struct row *r, enum style style, const char *words)
{
    int w = (int)strlen(words), gap = r->pen->at.w < 60 ? 2 : GAP;
    if (r->x + w >= r->pen->at.w)
        return;
    pen_say(r->pen, (struct slot){r->y, r->x, w}, style, "%s", words);
    r->x += w + gap;
}

static void add_class(struct row *r, const struct shown_totals *t, unsigned class)
{
    static const enum style styles[] = {STYLE_WARN,  STYLE_DIM,  STYLE_GOOD,
                                        STYLE_PLAIN, STYLE_WARN, STYLE_BAD};
    char words[64], number[NUMBER_SIZE];
    uint64_t hits = t->classes[class];
    if (class == 0)
        snprintf(words, sizeof(words), "other %s", number_count(number, hits));
    else
        snprintf(words, sizeof(words), "%uxx %s", class, number_count(number, hits));
    add(r, hits ? styles[class] : STYLE_DIM, words);
}

static void draw_figures(const struct pen *p, int y, const struct shown_totals *t)
{
    char words[64], number[NUMBER_SIZE];
    struct row r = {p, y, 1};
    snprintf(words, sizeof(words), "%s %s", number_count(number, t->hits),
             t->hits == 1 ? "hit" : "hits");
    add(&r, STYLE_STRONG, words);
    snprintf(words, sizeof(words), "%s/s",
             number_rate(number, t->seconds > 0 ? (double)t->hits / t->seconds : 0));
    add(&r, STYLE_PLAIN, words);
    add(&r, STYLE_PLAIN, number_bytes(number, t->bytes));
    for (unsigned class = 2; class <= 5; class ++)
        add_class(&r, t, class);
    if (t->visitors_known) {
        snprintf(words, sizeof(words), "%s %s", number_count(number, t->visitors),
                 t->visitors == 1 ? "visitor" : "visitors");
        add(&r, STYLE_PLAIN, words);
    }
    if (t->latency) {
        snprintf(words, sizeof(words), "p95 %s", number_latency(number, t->latency->p95_ns));
        add(&r, STYLE_PLAIN, words);
        snprintf(words, sizeof(words), "p50 %s", number_latency(number, t->latency->p50_ns));
        add(&r, STYLE_DIM, words);
    }
    if (t->classes[1])
        add_class(&r, t, 1);
    if (t->classes[0])
        add_class(&r, t, 0);
}

static void draw_waiting(const struct pen *p, int y, const struct snapshot *now)
{
    const char *path = now->source_count ? now->sources[0].path : "";
    if (now->source_count && now->sources[0].state == NOTICE_WAITING)
        pen_say(p, (struct slot){y, 1, p->at.w - 2}, STYLE_PLAIN, "Waiting for %s to appear.",
                path);
    else
        pen_say(p, (struct slot){y, 1, p->at.w - 2}, STYLE_PLAIN,
                "Waiting for the first lines%s%s.", path[0] ? " of " : "", path);
}

void panel_stats(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    char title[48], note[64], time[NUMBER_SIZE], span[NUMBER_SIZE];
    struct shown_totals t;
    shown_totals(&t, now, s->view->span);
    shown_span_words(title, now, t.span);
    int64_t wall_s = now->wall_ns / NS_PER_S;
    /* The interval's end on the user's clock, not on the log's, which may be elsewhere. */
    double update_s = (double)s->view->update_ns / (double)NS_PER_S;
    bool chosen = fabs(update_s - now->interval_s) > update_s / 10; /* the next one will be so */
    if (!now->has_interval)
        snprintf(note, sizeof(note), "first update after %s", number_span(span, update_s));
    else
        snprintf(note, sizeof(note), "%s%s%supdated %s", chosen ? "every " : "",
                 chosen ? number_span(span, update_s) : "", chosen ? ", " : "",
                 number_time(time, wall_s - (now->log_second - now->interval_end), wall_s));
    if (p->at.h >= 2)
        pen_heading(p, 0, &(struct heading){.title = title, .note = note});
    if (now->total.lines.read == 0)
        draw_waiting(p, p->at.h - 1, now);
    else
        draw_figures(p, p->at.h - 1, &t);
}

void panel_statuses(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    enum { ROOM = 64, NAME = 8, HITS = 10, SHARE = 8 };
    struct shown_status rows[ROOM];
    size_t count = shown_statuses(rows, ROOM, now, s->view->span);
    enum view_span span =
        s->view->span != SPAN_TOTAL && now->has_interval ? SPAN_INTERVAL : SPAN_TOTAL;
    const struct figures *f = span == SPAN_INTERVAL ? &now->interval : &now->total;
    char words[48], number[NUMBER_SIZE];
    pen_heading(p, 0,
                &(struct heading){.title = "statuses",
                                  .note = shown_span_words(words, now, span),
                                  .focus = s->view->panel == PANEL_STATUSES});
    for (size_t i = s->view->scroll[PANEL_STATUSES]; i < count; i++) {
        int y = 1 + (int)(i - s->view->scroll[PANEL_STATUSES]), x = 1;
        double share = f->hits ? (double)rows[i].hits / (double)f->hits : 0;
        enum style style = rows[i].status >= 500   ? STYLE_BAD
                           : rows[i].status >= 400 ? STYLE_WARN
                                                   : STYLE_PLAIN;
        pen_say(p, (struct slot){y, x, NAME}, style, "%03u", rows[i].status);
        pen_say_right(p, (struct slot){y, x += NAME, HITS}, STYLE_PLAIN, "%s",
                      number_count(number, rows[i].hits));
        pen_say_right(p, (struct slot){y, x += HITS, SHARE}, STYLE_DIM, "%s",
                      number_share(number, share));
        int bar = p->at.w - 2 - (x += SHARE + 2);
        pen_bar(p, (struct slot){y, x, bar < 32 ? bar : 32}, STYLE_BAR, share);
    }
}
