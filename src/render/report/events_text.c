/* events_text.c - headless text: an update or an alert as one or a few lines. */
#include "base/safe.h"
#include "base/time.h"
#include "render/events.h"
#include "render/report.h"
#include "render/report/alert_text.h"
#include "render/report/units.h"

enum { SECTIONS_SHOWN = 5, NAME_WIDTH = 40 };

static void put_sections(struct buf *out, const struct top_list *list)
{
    size_t count = list->count < SECTIONS_SHOWN ? list->count : SECTIONS_SHOWN;
    if (!count)
        return;
    buf_str(out, "  top:");
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i ? ", " : " ");
        safe_make(out, list->rows[i].name, (struct safe_limits){.width = NAME_WIDTH});
        buf_printf(out, " %llu", (unsigned long long)list->rows[i].hits);
    }
}

static void put_update(struct buf *out, const struct snapshot *s)
{
    const struct figures *f = &s->interval;
    char when[TIME_TEXT_SIZE], bytes[UNITS_SIZE];
    buf_printf(out, "%s  %llu hits in %.3g s (%.2f/s), %s;", time_rfc3339(when, s->interval_end, 0),
               (unsigned long long)f->hits, s->interval_s,
               s->interval_s > 0 ? (double)f->hits / s->interval_s : 0, units_bytes(bytes, f->bytes));
    buf_printf(out, " 2xx %llu, 3xx %llu, 4xx %llu, 5xx %llu; window %llu hits (%.2f/s)",
               (unsigned long long)f->classes[2], (unsigned long long)f->classes[3],
               (unsigned long long)f->classes[4], (unsigned long long)f->classes[5],
               (unsigned long long)s->window.hits, s->window_rate);
    if (f->lines.rejected)
        buf_printf(out, "; %llu rejected", (unsigned long long)f->lines.rejected);
    if (f->late)
        buf_printf(out, "; %llu late", (unsigned long long)f->late);
    put_sections(out, &f->top[DIMENSION_SECTIONS]);
    buf_byte(out, '\n');
}

void events_text(struct buf *out, const struct board_event *e)
{
    if (e->kind == BOARD_UPDATE)
        put_update(out, e->snapshot);
    else if (e->kind == BOARD_FIRING) {
        buf_printf(out, "%s\n", e->alert.message);
        alert_text_cause(out, &e->alert);
    } else if (e->kind == BOARD_RECOVERED) {
        buf_printf(out, "%s\n", e->alert.recovered_message);
        alert_text_end(out, &e->alert);
    } else if (e->kind == BOARD_END) {
        buf_byte(out, '\n');
        report_text(out, e->snapshot);
    }
}
