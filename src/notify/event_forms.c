/* event_forms.c - the forms of an event that several ways of showing it share. */
#include "notify/event.h"

#include <math.h>

#include "base/json.h"
#include "base/safe.h"
#include "notify/message.h"

void notify_causes_json(struct json *j, const struct notify_event *e)
{
    json_key(j, "cause");
    json_list(j);
    for (size_t i = 0; i < e->cause_count; i++) {
        const struct notify_cause *c = &e->causes[i];
        json_open(j);
        json_key(j, "by");
        json_text(j, c->by);
        json_key(j, "name");
        json_text(j, c->name);
        json_key(j, "rise");
        json_number(j, c->rise, 3);
        json_key(j, "share");
        json_number(j, c->share < 0 ? NAN : c->share, 3);
        json_close(j);
    }
    json_unlist(j);
}

/* A quote that the name itself has would end the quotation: it becomes an apostrophe. */
static void add_quoted(struct buf *out, struct text name, const char *quote)
{
    buf_str(out, quote);
    size_t from = out->len;
    safe_add(out, name);
    for (size_t i = from; *quote && i < out->len; i++)
        if (out->at[i] == *quote)
            out->at[i] = '\'';
    buf_str(out, quote);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static bool is_bytes(struct text metric)
{
    return text_same(metric, TEXT("bytes"));
}

static void add_bytes(struct buf *out, double bytes, bool sign)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    unsigned unit = 0;
    for (; unit < 5 && fabs(bytes) >= 999.95; unit++)
        bytes /= 1000;
    const char *plus = sign && bytes >= 0 ? "+" : "";
    buf_printf(out, "%s%.*f %s", plus, unit > 0, bytes, units[unit]);
}

/* Two digits at least that say something: one a minute is +0.017/s, not +0.0/s. */
static void add_rise(struct buf *out, struct text metric, double rise)
{
    if (is_bytes(metric))
        add_bytes(out, rise, true);
    else if (fabs(rise) >= 0.95 || rise == 0)
        buf_printf(out, "%+.1f", rise);
    else
        buf_printf(out, "%+.2g", rise);
}

void notify_total_words(struct buf *out, const struct notify_event *e)
{
    if (is_bytes(e->metric))
        add_bytes(out, (double)e->total, false);
    else
        buf_u64(out, e->total);
}

void notify_end_words(struct buf *out, const struct notify_event *e)
{
    message_duration(out, e);
    buf_str(out, ", peak ");
    safe_add(out, e->peak_words);
    buf_str(out, ", total ");
    notify_total_words(out, e);
}

void notify_cause_words(struct buf *out, struct text metric, const struct notify_cause *c,
                        const char *quote)
{
    add_rise(out, metric, c->rise);
    buf_str(out, "/s from ");
    safe_add(out, c->by);
    buf_byte(out, ' ');
    add_quoted(out, c->name, quote);
    if (c->share >= 0)
        buf_printf(out, " (%.0f %%)", 100 * c->share);
}
