/* shown.c - see shown.h. */
#include "render/curses/shown.h"

#include "base/mem.h"
#include "render/curses/numbers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Until the first interval is over its place is taken by the window. */
static enum view_span real_span(const struct snapshot *s, enum view_span span)
{
    return span == SPAN_INTERVAL && !s->has_interval ? SPAN_WINDOW : span;
}

static double total_seconds(const struct figures *f)
{
    double seconds = f->timed ? (double)f->last - (double)f->first + 1 : 1;
    return seconds > 1 ? seconds : 1;
}

static void totals_of_figures(struct shown_totals *out, const struct figures *f, double seconds)
{
    out->seconds = seconds;
    out->hits = f->hits;
    out->bytes = f->bytes;
    out->visitors = f->visitors;
    out->visitors_known = f->visitors_known;
    out->classes = f->classes;
    out->latency = f->request_time.known ? &f->request_time : NULL;
}

void shown_totals(struct shown_totals *out, const struct snapshot *s, enum view_span span)
{
    *out = (struct shown_totals){.span = real_span(s, span)};
    out->early = out->span != span;
    if (out->span == SPAN_INTERVAL) {
        totals_of_figures(out, &s->interval, s->interval_s);
    } else if (out->span == SPAN_TOTAL) {
        totals_of_figures(out, &s->total, total_seconds(&s->total));
    } else {
        out->seconds = (double)s->window.seconds;
        out->hits = s->window.hits;
        out->bytes = s->window.bytes;
        out->visitors = s->window.visitors;
        out->visitors_known = s->total.visitors_known;
        out->classes = s->window.classes;
    }
}

void shown_list(struct shown_list *out, const struct snapshot *s, enum view_span span,
                enum dimension d)
{
    struct shown_totals totals;
    span = real_span(s, span);
    if (span == SPAN_WINDOW && d != DIMENSION_SECTIONS)
        span = s->has_interval ? SPAN_INTERVAL : SPAN_TOTAL;
    shown_totals(&totals, s, span);
    *out = (struct shown_list){.span = span, .hits = totals.hits, .seconds = totals.seconds};
    out->list = span == SPAN_WINDOW  ? &s->window_sections
                : span == SPAN_TOTAL ? &s->total.top[d]
                                     : &s->interval.top[d];
}

const char *shown_span_words(char into[48], const struct snapshot *s, enum view_span span)
{
    char number[NUMBER_SIZE];
    if (span == SPAN_TOTAL)
        snprintf(into, 48, "since the start");
    else if (span == SPAN_WINDOW)
        snprintf(into, 48, "last %s", number_span(number, (double)s->window.seconds));
    else
        snprintf(into, 48, "last %s", number_span(number, s->interval_s));
    return into;
}

static int by_hits_falling(const void *a, const void *b)
{
    const struct shown_status *one = a, *two = b;
    if (one->hits != two->hits)
        return one->hits < two->hits ? 1 : -1;
    return one->status < two->status ? -1 : one->status > two->status;
}

size_t shown_statuses(struct shown_status *out, size_t room, const struct snapshot *s,
                      enum view_span span)
{
    /* The window keeps classes only. */
    const struct figures *f = span != SPAN_TOTAL && s->has_interval ? &s->interval : &s->total;
    struct shown_status all[STATUS_SLOTS];
    size_t count = 0;
    for (unsigned status = 0; status < STATUS_SLOTS; status++)
        if (f->status[status])
            all[count++] = (struct shown_status){status, f->status[status]};
    qsort(all, count, sizeof(*all), by_hits_falling);
    if (count > room)
        count = room;
    memcpy(out, all, count * sizeof(*all));
    return count;
}

static uint64_t sort_value(const struct top_figures *row, enum view_sort sort)
{
    switch (sort) {
    case SORT_BYTES: return row->bytes;
    case SORT_ERRORS: return row->errors;
    default: return row->hits;
    }
}

static int compare_names(struct text a, struct text b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

struct order {
    const struct top_figures *rows;
    enum view_sort sort;
};

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct order *o = context;
    const struct top_figures *one = &o->rows[*(const uint32_t *)a];
    const struct top_figures *two = &o->rows[*(const uint32_t *)b];
    uint64_t first = sort_value(one, o->sort), second = sort_value(two, o->sort);
    if (o->sort == SORT_NAME)
        return compare_names(one->name, two->name);
    if (first != second)
        return first < second ? 1 : -1;
    if (o->sort == SORT_ERRORS && one->client_errors != two->client_errors)
        return one->client_errors < two->client_errors ? 1 : -1;
    if (one->hits != two->hits)
        return one->hits < two->hits ? 1 : -1;
    return compare_names(one->name, two->name);
}

uint32_t *shown_order(const struct top_list *list, enum view_sort sort)
{
    uint32_t *order = mem_new(list->count + 1, sizeof(*order));
    for (size_t i = 0; i < list->count; i++)
        order[i] = (uint32_t)i;
    struct order context = {list->rows, sort};
    /* The model has them in the order that was wanted a moment ago. */
    qsort_r(order, list->count, sizeof(*order), compare_rows, &context);
    return order;
}

const char *shown_sort_word(enum view_sort sort)
{
    static const char *const words[SORT_COUNT] = {"hits", "bytes", "errors", "name"};
    return words[sort];
}
