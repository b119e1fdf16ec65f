/* event_forms.c - the forms of an event that several ways of showing it share. */
#include "notify/event.h"

#include <math.h>

#include "base/json.h"
#include "base/safe.h"

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

void notify_cause_words(struct buf *out, const struct notify_cause *c, const char *quote)
{
    buf_printf(out, "%+.1f/s from ", c->rise);
    safe_add(out, c->by);
    buf_byte(out, ' ');
    add_quoted(out, c->name, quote);
    if (c->share >= 0)
        buf_printf(out, " (%.0f %%)", 100 * c->share);
}
