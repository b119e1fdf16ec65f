/* panel_head.c - the lines that are always in the same place: state, notice, summary, keys. */
#include "base/clock.h"
#include "base/time.h"
#include "render/curses/keys.h"
#include "render/curses/numbers.h"
#include "render/curses/panels.h"
#include <stdio.h>
#include <string.h>

enum { WORDS = 96 };

/* ---- the status line ---- */

/* Somebody knows of everything that fires. */
static bool all_seen(const struct snapshot *s)
{
    for (size_t i = 0; i < s->alert_count; i++)
        if (!s->alerts[i].recovered && !s->alerts[i].acknowledged)
            return false;
    return true;
}

static const char *state_words(char into[WORDS], const struct scene *s, int width)
{
    const struct snapshot *now = s->now;
    static const char *const words[] = {
        [OVERALL_OK] = "OK", [OVERALL_ALERT] = "ALERT", [OVERALL_RECOVERED] = "RECOVERED"};
    char span[NUMBER_SIZE];
    size_t i = 0; /* the newest that fires */
    while (i < now->alert_count && now->alerts[i].recovered)
        i++;
    const char *seen = all_seen(now) ? ", seen" : "";
    if (width >= 60 && now->overall == OVERALL_ALERT && now->firing_count > 1)
        snprintf(into, WORDS, "%zu ALERTS%s", now->firing_count, seen);
    else if (width >= 60 && now->overall == OVERALL_ALERT && i < now->alert_count)
        snprintf(into, WORDS, "ALERT for %s%s",
                 number_span(span, (double)(now->log_second - now->alerts[i].triggered_at)), seen);
    else
        snprintf(into, WORDS, "%s", words[now->overall]);
    return into;
}

static enum glyph state_sign(enum overall overall)
{
    static const enum glyph signs[] = {
        [OVERALL_OK] = GLYPH_DOT, [OVERALL_ALERT] = GLYPH_UP, [OVERALL_RECOVERED] = GLYPH_DOWN};
    return signs[overall];
}

/* The right end: state and clock. Returns the first column used. */
static int draw_state(const struct pen *p, const struct scene *s, enum style style)
{
    char words[WORDS], clock[TIME_TEXT_SIZE];
    int w = p->at.w, right = w - 1;
    time_local_clock(clock, s->now->wall_ns / NS_PER_S);
    state_words(words, s, w);
    if (w >= 20) {
        right -= (int)strlen(clock);
        pen_say(p, (struct slot){0, right, w - right}, style, "%s", clock);
        right -= w < 40 ? 1 : 3;
    }
    right -= (int)strlen(words);
    pen_say(p, (struct slot){0, right, w - right}, style, "%s", words);
    if (right >= 2) {
        right -= 2;
        pen_sign(p, (struct slot){0, right, 1}, style, state_sign(s->now->overall));
    }
    const char *hold = s->view->paused ? "PAUSED" : s->ended ? "ENDED" : "";
    int len = (int)strlen(hold);
    if (len && right >= len + 3) {
        right -= len + 3;
        pen_say(p, (struct slot){0, right, len}, style, "%s", hold);
    }
    return right;
}

static const char *short_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* What is followed, as long as it fits: whole path, else its last part. */
static void draw_source(const struct pen *p, const struct snapshot *now, int from, int to,
                        enum style style)
{
    if (now->source_count == 0)
        return;
    const struct source_figures *first = &now->sources[0];
    char more[32] = "";
    if (now->source_count > 1)
        snprintf(more, sizeof(more), " +%zu", now->source_count - 1);
    int room = to - from - (int)strlen(more);
    const char *path = first->path;
    if (pen_width(p, text_of(path)) > room)
        path = short_path(path);
    if (room < 4)
        return;
    int x = from + pen_say(p, (struct slot){0, from, room}, style, "%s", path);
    x += pen_say(p, (struct slot){0, x, to - x}, style, "%s", more);
    int format = pen_width(p, text_of(first->format));
    if (format && x + 2 + format <= to)
        pen_say(p, (struct slot){0, x + 2, format}, style, "%s", first->format);
}

void panel_status(const struct pen *p, const struct scene *s)
{
    enum style style = theme_state(s->now->overall);
    pen_sign(p, (struct slot){0, 0, p->at.w}, style, GLYPH_BLANK);
    int right = draw_state(p, s, style) - 2;
    int x = 1;
    if (right > 24)
        x += pen_say(p, (struct slot){0, x, 5}, style, "spate") + 2;
    draw_source(p, s->now, x, right, style);
}

/* ---- the notice ---- */

const char *panel_notice_words(const struct scene *s)
{
    const struct snapshot *now = s->now;
    if (s->ended)
        return "The input has ended: these are its figures. q leaves.";
    if (now->notice[0])
        return now->notice;
    return "";
}

void panel_notice(const struct pen *p, const struct scene *s)
{
    pen_sign(p, (struct slot){0, 1, 1}, STYLE_WARN, GLYPH_WARNING);
    pen_say(p, (struct slot){0, 3, p->at.w - 4}, STYLE_WARN, "%s", panel_notice_words(s));
}

/* ---- the summary of the window ---- */

struct item {
    int importance; /* 0 first; -1: not shown */
    enum style style;
    char words[48];
};
enum { ITEMS = 8, ITEM_GAP = 2 };

static void set_item(struct item *i, int importance, enum style style, const char *number,
                     const char *unit)
{
    i->importance = importance;
    i->style = style;
    snprintf(i->words, sizeof(i->words), "%s %s", number, unit);
}

static void make_items(struct item items[ITEMS], const struct snapshot *now)
{
    char n[NUMBER_SIZE];
    uint64_t rejected = now->total.lines.rejected;
    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct item){.importance = -1};
    if (now->behind >= 64 * 1024) /* less is only what arrives just now */
        set_item(&items[0], 0, STYLE_WARN, number_bytes(n, now->behind), "behind");
    if (now->losses)
        set_item(&items[1], 1, STYLE_BAD, number_count(n, now->losses),
                 now->losses == 1 ? "loss suspected" : "losses suspected");
    set_item(&items[2], 2, STYLE_PLAIN, number_count(n, now->window.hits),
             now->window.hits == 1 ? "hit" : "hits");
    snprintf(items[3].words, sizeof(items[3].words), "%s", number_bytes(n, now->window.bytes));
    items[3].importance = 5;
    if (now->total.visitors_known)
        set_item(&items[4], 4, STYLE_PLAIN, number_count(n, now->window.visitors),
                 now->window.visitors == 1 ? "visitor" : "visitors");
    set_item(&items[5], 3, rejected ? STYLE_WARN : STYLE_DIM, number_count(n, rejected),
             "rejected");
    if (now->total.late)
        set_item(&items[6], 6, STYLE_DIM, number_count(n, now->total.late), "late");
    if (now->total.future)
        set_item(&items[7], 7, STYLE_DIM, number_count(n, now->total.future), "from the future");
}

static void draw_items(const struct pen *p, const struct snapshot *now, int from)
{
    struct item items[ITEMS];
    bool fits[ITEMS] = {false};
    make_items(items, now);
    int room = p->at.w - 1 - from;
    for (int importance = 0; importance < ITEMS; importance++)
        for (int i = 0; i < ITEMS; i++) {
            if (items[i].importance != importance)
                continue;
            room -= (int)strlen(items[i].words) + ITEM_GAP;
            fits[i] = room >= 0; /* and nothing less important after one that does not */
        }
    int x = p->at.w - 1;
    for (int i = ITEMS; i-- > 0;)
        if (fits[i]) {
            int w = (int)strlen(items[i].words);
            pen_say(p, (struct slot){0, x - w, w}, items[i].style, "%s", items[i].words);
            x -= w + ITEM_GAP;
        }
}

void panel_summary(const struct pen *p, const struct scene *s)
{
    const struct snapshot *now = s->now;
    char rate[NUMBER_SIZE], over[NUMBER_SIZE], above[NUMBER_SIZE];
    enum style style = now->overall == OVERALL_ALERT ? STYLE_BAD : STYLE_STRONG;
    number_rate(rate, now->whole_rate);
    number_span(over, (double)now->window.seconds);
    number_exact(above, now->threshold);
    int x = 1, w = p->at.w;
    x += pen_say(p, (struct slot){0, x, w - x}, style, w < 50 ? "%s/s" : "%s req/s", rate);
    if (w >= 30)
        x += pen_say(p, (struct slot){0, x, w - x}, STYLE_PLAIN, " over %s", over);
    if (now->threshold > 0)
        x += pen_say(p, (struct slot){0, x, w - x}, STYLE_PLAIN,
                     w < 50 ? ", max %s" : ", alert above %s", above);
    draw_items(p, now, x + 2);
}

/* ---- the footer ---- */

void panel_footer(const struct pen *p, const struct scene *s)
{
    int x = 1;
    for (size_t i = 0; i < key_row_count; i++) {
        const struct key_row *row = &key_rows[i];
        if (!row->label)
            continue;
        const char *label = row->action == ACTION_PAUSE && s->view->paused ? "go on" : row->label;
        int need = (int)(strlen(row->name) + 1 + strlen(label));
        if (x + need > p->at.w)
            return;
        x += pen_say(p, (struct slot){0, x, need}, STYLE_KEY, "%s", row->name) + 1;
        x += pen_say(p, (struct slot){0, x, need}, STYLE_DIM, "%s", label) + 2;
    }
}
