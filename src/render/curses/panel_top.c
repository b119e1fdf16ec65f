/* panel_top.c - the busiest sections, paths, addresses and so on. */
#include "render/curses/columns.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include "render/curses/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a cell is made of. */
struct cells {
    const struct pen *pen;
    const struct columns *columns;
    const struct shown_list *shown;
    uint64_t most; /* hits of the busiest row: a full bar */
};

static void put(const struct cells *c, int y, enum column column, enum style style,
                const char *words)
{
    struct slot f = {y, c->columns->at[column].x, c->columns->at[column].w};
    if (f.w > 1) /* a column's first cell is the gap to the one before */
        pen_say_right(c->pen, (struct slot){y, f.x + 1, f.w - 1}, style, "%s", words);
}

static void put_errors(const struct cells *c, int y, enum column column, enum style style,
                       uint64_t n)
{
    char number[NUMBER_SIZE];
    put(c, y, column, n ? style : STYLE_DIM, number_count(number, n));
}

static void put_latency(const struct cells *c, int y, enum column column,
                        const struct latency_figures *l, uint64_t ns)
{
    char number[NUMBER_SIZE];
    put(c, y, column, l->known ? STYLE_PLAIN : STYLE_DIM,
        l->known ? number_latency(number, ns) : "-");
}

static void draw_row(const struct cells *c, int y, const struct top_figures *row, bool selected)
{
    char number[NUMBER_SIZE];
    const struct columns *at = c->columns;
    double share = c->shown->hits ? (double)row->hits / (double)c->shown->hits : 0;
    double rate = c->shown->seconds > 0 ? (double)row->hits / c->shown->seconds : 0;
    if (selected)
        pen_sign(c->pen, (struct slot){y, 0, 1}, STYLE_FOCUS, GLYPH_MARK);
    pen_foreign(c->pen, (struct slot){y, at->at[COLUMN_NAME].x, at->at[COLUMN_NAME].w},
                selected ? STYLE_STRONG : STYLE_PLAIN, row->name);
    put(c, y, COLUMN_HITS, STYLE_PLAIN, number_count(number, row->hits));
    put(c, y, COLUMN_RATE, STYLE_DIM, number_rate(number, rate));
    put(c, y, COLUMN_SHARE, STYLE_PLAIN, number_share(number, share < 1 ? share : 1));
    pen_bar(c->pen, (struct slot){y, at->at[COLUMN_BAR].x + 2, at->at[COLUMN_BAR].w - 2}, STYLE_BAR,
            c->most ? (double)row->hits / (double)c->most : 0);
    put(c, y, COLUMN_BYTES, STYLE_PLAIN, number_bytes(number, row->bytes));
    put_errors(c, y, COLUMN_CLIENT_ERRORS, STYLE_WARN, row->client_errors);
    put_errors(c, y, COLUMN_ERRORS, STYLE_BAD, row->errors);
    const struct latency_figures *l = &row->request_time;
    put_latency(c, y, COLUMN_P50, l, l->p50_ns);
    put_latency(c, y, COLUMN_P95, l, l->p95_ns);
    put_latency(c, y, COLUMN_P99, l, l->p99_ns);
    put_latency(c, y, COLUMN_SLOWEST, l, l->max_ns);
}

static const char *upper(char into[24], const char *word)
{
    size_t i = 0;
    for (; word[i] && i < 23; i++)
        into[i] = word[i] >= 'a' && word[i] <= 'z' ? (char)(word[i] - 'a' + 'A') : word[i];
    into[i] = '\0';
    return into;
}

/* What the rows are, and of which time where that is not the one in the heading above. */
static void draw_list_title(const struct cells *c, const struct scene *s)
{
    const struct view *view = s->view;
    char word[24], span[48];
    struct shown_totals above;
    shown_totals(&above, s->now, view->span);
    bool other = c->shown->span != above.span;
    bool focus = view->panel == PANEL_TOP || view->sort == SORT_NAME;
    struct slot f = {0, c->columns->at[COLUMN_NAME].x, c->columns->at[COLUMN_NAME].w};
    pen_say(c->pen, f, focus ? STYLE_FOCUS : STYLE_HEAD, "%s%s%s%s",
            upper(word, dimension_word(view->list)), other ? " (" : "",
            other ? shown_span_words(span, s->now, c->shown->span) : "", other ? ")" : "");
}

/* Names of the columns; the one that sorts is bright. */
static void draw_titles(const struct cells *c, const struct scene *s)
{
    static const enum column sorting[SORT_COUNT] = {COLUMN_HITS, COLUMN_BYTES, COLUMN_ERRORS,
                                                    COLUMN_NAME};
    for (enum column column = COLUMN_HITS; column < COLUMN_COUNT; column++)
        put(c, 0, column, column == sorting[s->view->sort] ? STYLE_FOCUS : STYLE_HEAD,
            column_title(column));
    draw_list_title(c, s);
}

static bool has_times(const struct top_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].request_time.known)
            return true;
    return false;
}

static void draw_empty(const struct pen *p, const struct scene *s, const struct shown_list *shown,
                       int y)
{
    char words[48];
    if (s->now->total.lines.read == 0)
        return; /* the row above says what is waited for */
    pen_say(p, (struct slot){y, 1, p->at.w - 2}, STYLE_DIM, "no requests %s%s",
            shown->span == SPAN_TOTAL ? "" : "in the ",
            shown_span_words(words, s->now, shown->span));
}

static void draw_rows(const struct cells *c, const struct scene *s, enum view_panel panel)
{
    const struct top_list *list = c->shown->list;
    const struct view *view = s->view;
    uint32_t *order = shown_order(list, view->sort);
    for (size_t i = view->scroll[panel]; i < list->count; i++) {
        int y = 1 + (int)(i - view->scroll[panel]);
        if (y >= c->pen->at.h)
            break;
        draw_row(c, y, &list->rows[order[i]], view->panel == panel && i == view->selected[panel]);
    }
    free(order);
}

static uint64_t most_hits(const struct top_list *list)
{
    uint64_t most = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].hits > most)
            most = list->rows[i].hits;
    return most;
}

void panel_top(const struct pen *p, const struct scene *s)
{
    struct shown_list shown;
    struct columns columns;
    shown_list(&shown, s->now, s->view->span, s->view->list);
    bool timed = has_times(shown.list), long_names = s->view->list != DIMENSION_SECTIONS;
    columns_make(&columns, &(struct columns_wish){p->at.w, timed, long_names});
    struct cells c = {p, &columns, &shown, most_hits(shown.list)};
    draw_titles(&c, s);
    if (shown.list->count == 0)
        draw_empty(p, s, &shown, 1);
    draw_rows(&c, s, PANEL_TOP);
}

/* A smaller list beside or below: a heading instead of titles, and fewer columns. */
static void draw_small(const struct pen *p, const struct scene *s, enum dimension d,
                       enum view_panel panel)
{
    struct shown_list shown;
    struct columns columns;
    char words[48], title[32];
    shown_list(&shown, s->now, s->view->span, d);
    columns_make(&columns, &(struct columns_wish){.width = p->at.w, .long_names = true});
    struct cells c = {p, &columns, &shown, most_hits(shown.list)};
    snprintf(title, sizeof(title), "%s", dimension_key(d));
    pen_heading(p, 0,
                &(struct heading){.title = title,
                                  .note = shown_span_words(words, s->now, shown.span),
                                  .focus = s->view->panel == panel});
    if (shown.list->count == 0)
        draw_empty(p, s, &shown, 1);
    draw_rows(&c, s, panel);
}

void panel_paths(const struct pen *p, const struct scene *s)
{
    draw_small(p, s, DIMENSION_PATHS, PANEL_PATHS);
}

void panel_addresses(const struct pen *p, const struct scene *s)
{
    draw_small(p, s, DIMENSION_ADDRESSES, PANEL_ADDRESSES);
}
