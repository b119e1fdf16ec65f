/* panel_alerts.c - the history of alerts: fired, and how it ended. Two lines each, newest first. */
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include <stdio.h>
#include <string.h>

enum { TIME_WIDTH = 8, SIGN_AT = 1, LINE = 560 };

uint32_t panel_alert_lines(const struct snapshot *s)
{
    return s->alert_count ? 2 * (uint32_t)s->alert_count : 1;
}

const char *panel_alert_time(char into[40], const struct snapshot *s, int64_t second)
{
    return number_time(into, second, s->log_second);
}

/* The message with the time as the user's clock shows it: it is what ends the message. */
static const char *local_message(char into[LINE], const char *message, const char *time)
{
    const char *last = strrchr(message, ' ');
    int len = last ? (int)(last - message) : (int)strlen(message);
    snprintf(into, LINE, "%.*s %s", len, message, time);
    return into;
}

struct line {
    const char *time, *message, *note;
    const char *mark; /* before the note where there is room for both */
    enum glyph sign;
    enum style style;
};

/* "14:01:10 ^ message      note": the time in front, and the note, where there is room for them. */
static void draw_line(const struct pen *p, int y, const struct line *l)
{
    int w = p->at.w, message = (int)strlen(l->message), time = (int)strlen(l->time), x = 1;
    bool time_fits = time && time <= TIME_WIDTH && x + time + 3 + message <= w;
    if (time_fits)
        x += pen_say(p, (struct slot){y, x, w - x}, STYLE_DIM, "%s", l->time) + 1;
    pen_sign(p, (struct slot){y, x, 1}, l->style, l->sign);
    x += 2;
    x += pen_say(p, (struct slot){y, x, w - x}, l->style, "%s", l->message);
    int room = w - 1 - x - 2, note = (int)strlen(l->note), mark = l->mark ? (int)strlen(l->mark) : 0;
    if (mark + note <= room)
        pen_say_right(p, (struct slot){y, x + 2, room}, STYLE_DIM, "%s%s", mark ? l->mark : "", l->note);
    else if (note <= room)
        pen_say_right(p, (struct slot){y, x + 2, room}, STYLE_DIM, "%s", l->note);
}

static void draw_fired(const struct pen *p, int y, const struct snapshot *now,
                       const struct alert_figures *a)
{
    char time[NUMBER_SIZE], words[LINE], rate[NUMBER_SIZE], note[64];
    panel_alert_time(time, now, a->triggered_at);
    if (a->by_rule)
        snprintf(note, sizeof(note), "peak %s", a->peak_words);
    else
        snprintf(note, sizeof(note), "%s/s", number_rate(rate, a->rate));
    draw_line(p, y,
              &(struct line){.time = time,
                             .message = local_message(words, a->message, time),
                             .note = note,
                             .sign = GLYPH_UP,
                             .style = a->recovered ? STYLE_PLAIN : STYLE_BAD});
}

static void draw_end(const struct pen *p, int y, const struct snapshot *now,
                     const struct alert_figures *a)
{
    char time[NUMBER_SIZE], words[LINE], span[NUMBER_SIZE], rate[NUMBER_SIZE + 8], note[96];
    char number[NUMBER_SIZE];
    int64_t until = a->recovered ? a->recovered_at : now->log_second;
    number_span(span, (double)(until - a->triggered_at));
    if (a->by_rule)
        snprintf(rate, sizeof(rate), "%s", a->peak_words);
    else
        snprintf(rate, sizeof(rate), "%s/s", number_rate(number, a->peak_rate));
    if (!a->recovered) {
        snprintf(words, sizeof(words), "firing for %s, peak %s%s", span, rate,
                 a->acknowledged ? ", seen" : "");
        draw_line(
            p, y,
            &(struct line){
                .time = "", .message = words, .note = "", .sign = GLYPH_BLANK, .style = STYLE_BAD});
        return;
    }
    panel_alert_time(time, now, a->recovered_at);
    snprintf(note, sizeof(note), "%s, peak %s", span, rate);
    draw_line(p, y,
              &(struct line){.time = time,
                             .message = local_message(words, a->recovered_message, time),
                             .note = note,
                             .mark = a->acknowledged ? "seen, " : NULL,
                             .sign = GLYPH_DOWN,
                             .style = STYLE_GOOD});
}

void panel_alerts(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    char note[48] = "", number[NUMBER_SIZE];
    if (now->alert_count)
        snprintf(note, sizeof(note), "%s", number_count(number, now->alert_count));
    pen_heading(p, 0,
                &(struct heading){
                    .title = "alerts", .note = note, .focus = s->view->panel == PANEL_ALERTS});
    if (now->alert_count == 0)
        pen_say(p, (struct slot){1, 1, p->at.w - 2}, STYLE_DIM, "none so far");
    for (size_t i = s->view->scroll[PANEL_ALERTS]; i < now->alert_count; i++) {
        int y = 1 + 2 * (int)(i - s->view->scroll[PANEL_ALERTS]);
        if (y >= p->at.h)
            break;
        if (s->view->panel == PANEL_ALERTS && s->view->selected[PANEL_ALERTS] == i)
            pen_sign(p, (struct slot){y, 0, 1}, STYLE_FOCUS, GLYPH_MARK);
        draw_fired(p, y, now, &now->alerts[i]);
        draw_end(p, y + 1, now, &now->alerts[i]);
    }
}
