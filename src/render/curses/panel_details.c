/* panel_details.c - all about the selected row, in a box over the screen. */
#include "base/time.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include "render/curses/shown.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 14, VALUE = 200, LINES_MOST = 24 };

/* A label and what belongs to it; foreign text is kept apart from our words until it is drawn. */
struct detail {
    const char *label;
    char words[VALUE];
    struct text foreign; /* instead of words, broken over as many lines as it needs */
};

struct details {
    const char *title;
    int count;
    struct detail lines[LINES_MOST];
};

static struct detail *add(struct details *d, const char *label)
{
    struct detail *line = &d->lines[d->count < LINES_MOST - 1 ? d->count++ : d->count];
    *line = (struct detail){.label = label};
    return line;
}

static void add_foreign(struct details *d, const char *label, struct text foreign)
{
    add(d, label)->foreign = foreign;
}

static void add_words(struct details *d, const char *label, const char *words)
{
    snprintf(add(d, label)->words, VALUE, "%s", words);
}

static void add_count(struct details *d, const char *label, uint64_t n)
{
    snprintf(add(d, label)->words, VALUE, "%llu", (unsigned long long)n);
}

/* "14:01:10   2026-11-20T13:01:10Z" */
static void add_time(struct details *d, const char *label, const struct snapshot *now,
                     int64_t second)
{
    char local[NUMBER_SIZE], utc[TIME_TEXT_SIZE];
    snprintf(add(d, label)->words, VALUE, "%s   %s", number_time(local, second, now->log_second),
             time_rfc3339(utc, second, 0));
}

static void add_rate(struct details *d, const char *label, uint64_t hits, double rate)
{
    char number[NUMBER_SIZE];
    snprintf(add(d, label)->words, VALUE, "%llu hits in the window, %s/s", (unsigned long long)hits,
             number_rate(number, rate));
}

static void about_alert(struct details *d, const struct snapshot *now,
                        const struct alert_figures *a)
{
    char number[NUMBER_SIZE], words[128];
    int64_t until = a->recovered ? a->recovered_at : now->log_second;
    d->title = "alert";
    add_foreign(d, "", text_of(a->message));
    if (a->recovered)
        add_foreign(d, "", text_of(a->recovered_message));
    add_words(d, "", "");
    add_words(d, "rule", a->rule);
    if (a->by_rule)
        snprintf(words, sizeof(words), "%s %s", rule_metric_words(a->metric), a->level);
    else
        snprintf(words, sizeof(words), "above %s/s", number_exact(number, now->threshold));
    add_words(d, "threshold", words);
    if (a->per != FIELD_COUNT)
        add_foreign(d, "for", text_make(a->key, a->key_len));
    if (a->cause_words[0])
        add_foreign(d, "cause", text_of(a->cause_words));
    add_time(d, "triggered", now, a->triggered_at);
    add_rate(d, "then", a->hits, a->rate);
    add_rate(d, "peak", a->peak_hits, a->peak_rate);
    if (a->recovered) {
        add_time(d, alert_end_words(a->end)[0] ? "ended" : "recovered", now, a->recovered_at);
        add_rate(d, "then", a->recovered_hits, a->recovered_rate);
    }
    if (a->by_rule) {
        snprintf(words, sizeof(words), "%s, peak %s", a->value_words, a->peak_words);
        add_words(d, "value", words);
    }
    add_words(d, a->recovered ? "lasted" : "firing for",
              number_span(number, (double)(until - a->triggered_at)));
    if (a->recovered && a->by_rule && a->metric == RULE_BYTES)
        add_words(d, "total", number_bytes(number, a->total));
    else if (a->recovered)
        add_count(d, "total", a->total);
    if (a->acknowledged)
        add_time(d, "seen", now, a->acknowledged);
    else
        add_words(d, "seen", "not yet: a marks it");
}

static void add_latency(struct details *d, const char *label, uint64_t ns)
{
    char number[NUMBER_SIZE];
    add_words(d, label, number_latency(number, ns));
}

static void about_row(struct details *d, const struct scene *s, enum dimension dimension,
                      uint32_t index)
{
    struct shown_list shown;
    char words[VALUE], number[NUMBER_SIZE], share[NUMBER_SIZE], span[48];
    shown_list(&shown, s->now, s->view->span, dimension);
    if (index >= shown.list->count)
        return;
    uint32_t *order = shown_order(shown.list, s->view->sort);
    const struct top_figures *row = &shown.list->rows[order[index]];
    free(order);
    d->title = dimension_word(dimension);
    add_foreign(d, "", row->name);
    add_words(d, "", "");
    add_words(d, "figures of", shown_span_words(span, s->now, shown.span));
    snprintf(words, sizeof(words), "%llu   %s/s   %s", (unsigned long long)row->hits,
             number_rate(number, shown.seconds > 0 ? (double)row->hits / shown.seconds : 0),
             number_share(share, shown.hits ? (double)row->hits / (double)shown.hits : 0));
    add_words(d, "hits", words);
    if (shown.list->error)
        add_count(d, "too high by", shown.list->error);
    snprintf(words, sizeof(words), "%llu   %s", (unsigned long long)row->bytes,
             number_bytes(number, row->bytes));
    add_words(d, "bytes", words);
    add_count(d, "4xx", row->client_errors);
    add_count(d, "5xx", row->errors);
    if (!row->request_time.known)
        return;
    add_latency(d, "half within", row->request_time.p50_ns);
    add_latency(d, "90 % within", row->request_time.p90_ns);
    add_latency(d, "95 % within", row->request_time.p95_ns);
    add_latency(d, "99 % within", row->request_time.p99_ns);
    add_latency(d, "slowest", row->request_time.max_ns);
}

static void about_reject(struct details *d, const struct reject_figures *r)
{
    d->title = "rejected line";
    add_foreign(d, "why", r->reason);
    add_count(d, "column", r->column);
    add_words(d, "file", r->source);
    add_foreign(d, "line", r->line);
}

static void about_source(struct details *d, const struct source_figures *f)
{
    char number[NUMBER_SIZE];
    d->title = "file";
    add_words(d, "path", f->path);
    add_words(d, "format", f->format[0] ? f->format : "not known yet");
    add_words(d, "behind", number_bytes(number, f->behind));
    add_count(d, "rotations", f->rotations);
    add_count(d, "losses", f->losses);
    add_words(d, "problem", f->problem[0] ? f->problem : "none");
}

static void about_status(struct details *d, const struct scene *s, uint32_t index)
{
    struct shown_status rows[STATUS_SLOTS];
    if (index >= shown_statuses(rows, STATUS_SLOTS, s->now, s->view->span))
        return;
    d->title = "status";
    add_count(d, "status", rows[index].status);
    add_count(d, "hits", rows[index].hits);
    add_count(d, "since start", s->now->total.status[rows[index].status]);
}

static void about_selected(struct details *d, const struct scene *s)
{
    const struct snapshot *now = s->now;
    uint32_t i = s->view->selected[s->view->panel];
    switch (s->view->panel) {
    case PANEL_TOP: about_row(d, s, s->view->list, i); break;
    case PANEL_PATHS: about_row(d, s, DIMENSION_PATHS, i); break;
    case PANEL_ADDRESSES: about_row(d, s, DIMENSION_ADDRESSES, i); break;
    case PANEL_STATUSES: about_status(d, s, i); break;
    case PANEL_ALERTS:
        if (i < now->alert_count)
            about_alert(d, now, &now->alerts[i]);
        break;
    case PANEL_REJECTS:
        if (i < now->reject_count)
            about_reject(d, &now->rejects[i]);
        break;
    case PANEL_SOURCES:
        if (i < now->source_count)
            about_source(d, &now->sources[i]);
        break;
    default: break;
    }
}

/* As much of the text as fits in `width` columns when it is made safe: up to a space if there is
 * one near the end, and no character cut in two. */
static struct text fitting(const struct pen *box, struct text foreign, int width)
{
    struct text piece = text_cut(foreign, 0, (size_t)width);
    while (piece.len > 1 && pen_width(box, piece) > width)
        piece.len -= piece.len / 8 + 1;
    if (piece.len == foreign.len || piece.len == 0)
        return piece;
    for (size_t back = 0; back < piece.len / 3; back++)
        if (piece.at[piece.len - 1 - back] == ' ')
            return text_cut(piece, 0, piece.len - back);
    while (piece.len > 1 && (foreign.at[piece.len] & 0xc0) == 0x80)
        piece.len--;
    return piece;
}

/* Returns how many lines the text takes; draws them where `box` has them. */
static int draw_long(const struct pen *box, int y, int x, struct text foreign, bool draw)
{
    int w = box->at.w - x, lines = 0;
    while (foreign.len && w > 0) {
        struct text piece = fitting(box, foreign, w);
        if (draw)
            pen_foreign(box, (struct slot){y + lines, x, w}, STYLE_PLAIN, piece);
        foreign = text_cut(foreign, piece.len ? piece.len : 1, foreign.len);
        lines++;
    }
    return lines;
}

/* Draws them all, or only counts the lines. */
static int draw_all(const struct pen *box, const struct details *d, bool draw)
{
    int y = 0;
    for (int i = 0; i < d->count; i++) {
        const struct detail *line = &d->lines[i];
        int x = line->label[0] ? LABEL : 0;
        if (draw)
            pen_say(box, (struct slot){y, 0, LABEL - 1}, STYLE_DIM, "%s", line->label);
        if (line->foreign.len) {
            y += draw_long(box, y, x, line->foreign, draw);
            continue;
        }
        if (draw)
            pen_say(box, (struct slot){y, x, box->at.w - x}, STYLE_PLAIN, "%s", line->words);
        y++;
    }
    return y;
}

void panel_details(const struct pen *p, const struct scene *s)
{
    static struct details d; /* large, and only ever used here, on the main thread */
    d = (struct details){.title = "details"};
    about_selected(&d, s);
    int width = p->at.w - 4 < 92 ? p->at.w - 4 : 92;
    struct pen measure = {p->screen, {0, 0, p->at.h, width}};
    struct pen box = panel_box(p, draw_all(&measure, &d, false), width, d.title);
    draw_all(&box, &d, true);
}
