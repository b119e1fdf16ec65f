#include "app/alerts_print.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/safe.h"
#include "base/time.h"

enum { DURATION_WIDTH = 9 };

/* What is known best: of the firing what it was, of the recovery how it ended. */
static const struct notify_event *first_of(const struct alert_row *row)
{
    return row->fired ? row->fired : row->recovered;
}

static const struct notify_event *last_of(const struct alert_row *row)
{
    return row->recovered ? row->recovered : row->fired;
}

static int64_t duration_of(const struct alert_row *row)
{
    int64_t s = row->recovered ? row->recovered->recovered_at - row->recovered->triggered_at : 0;
    return s < 0 || s > INT64_MAX / NS_PER_S ? 0 : s;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_text(struct buf *out, const struct alert_row *row)
{
    const struct notify_event *e = first_of(row);
    char when[TIME_TEXT_SIZE], lasted[TIME_TEXT_SIZE] = "-";
    if (row->recovered)
        duration_text(lasted, duration_of(row) * NS_PER_S);
    buf_printf(out, "%5lld  %-9s  %s  %*s  ", (long long)row->id,
               notify_state_word(last_of(row)->state), time_rfc3339(when, e->triggered_at, 0),
               DURATION_WIDTH, lasted);
    safe_add(out, e->message);
    if (row->recovered && last_of(row)->peak_words.len) { /* until then that of its first second is known */
        buf_str(out, ", peak ");
        safe_add(out, last_of(row)->peak_words);
    }
    if (row->recovered) {
        buf_str(out, ", total ");
        notify_total_words(out, row->recovered);
    }
    if (last_of(row)->reason.len) {
        buf_str(out, ", ");
        safe_add(out, last_of(row)->reason);
    }
    if (row->acknowledged)
        buf_printf(out, " (seen %s)", time_rfc3339(when, row->acknowledged, 0));
    buf_byte(out, '\n');
    for (size_t i = 0; i < e->cause_count; i++) {
        buf_fill(out, ' ', 7);
        notify_cause_words(out, e->metric, &e->causes[i], "");
        buf_byte(out, '\n');
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void put_text(struct json *j, const char *key, struct text value)
{
    json_key(j, key);
    json_text(j, value);
}

static void put_number(struct json *j, const char *key, double value)
{
    json_key(j, key);
    json_number(j, value, 6);
}

static void put_figures(struct json *j, const struct alert_row *row)
{
    const struct notify_event *e = first_of(row), *last = last_of(row);
    json_key(j, "hits");
    json_u64(j, e->hits);
    put_number(j, "rate", e->rate);
    put_number(j, "peak_rate", last->peak_rate);
    put_text(j, "metric", e->metric);
    put_text(j, "level", e->level);
    put_number(j, "value", e->value);
    put_number(j, "peak_value", last->peak_value);
    json_key(j, "duration");
    if (row->recovered)
        json_i64(j, duration_of(row));
    else
        json_null(j);
    json_key(j, "total");
    if (row->recovered)
        json_u64(j, row->recovered->total);
    else
        json_null(j);
}

static void print_json(struct buf *out, const struct alert_row *row)
{
    const struct notify_event *e = first_of(row);
    struct json j = json_on(out);
    json_open(&j);
    put_text(&j, "type", TEXT("alert"));
    json_key(&j, "id");
    json_i64(&j, row->id);
    put_text(&j, "rule", e->rule);
    if (e->by.len) {
        put_text(&j, "per", e->by);
        put_text(&j, "of", e->group);
    }
    put_text(&j, "state", text_of(notify_state_word(last_of(row)->state)));
    json_put_time(&j, "triggered_at", true, e->triggered_at);
    json_put_time(&j, "recovered_at", row->recovered, row->recovered ? row->recovered->recovered_at : 0);
    if (last_of(row)->reason.len)
        put_text(&j, "reason", last_of(row)->reason);
    put_figures(&j, row);
    put_text(&j, "message", e->message);
    notify_causes_json(&j, e);
    json_put_time(&j, "acknowledged_at", row->acknowledged, row->acknowledged);
    json_close(&j);
    buf_byte(out, '\n');
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Quoted where it must be; what a spreadsheet would take for a formula gets an apostrophe. */
static void add_cell(struct buf *out, struct text foreign)
{
    struct buf safe = {0};
    safe_add(&safe, foreign);
    bool formula = safe.len && strchr("=+-@", safe.at[0]);
    buf_str(out, formula ? ",\"'" : ",\"");
    for (size_t i = 0; i < safe.len; i++) {
        if (safe.at[i] == '"')
            buf_byte(out, '"');
        buf_byte(out, safe.at[i]);
    }
    buf_byte(out, '"');
    buf_done(&safe);
}

static void print_csv(struct buf *out, const struct alert_row *row)
{
    const struct notify_event *e = first_of(row), *last = last_of(row);
    char when[TIME_TEXT_SIZE];
    struct buf causes = {0};
    buf_printf(out, "%lld,%s,%s", (long long)row->id, notify_state_word(last->state),
               time_rfc3339(when, e->triggered_at, 0));
    buf_printf(out, ",%s",
               row->recovered ? time_rfc3339(when, row->recovered->recovered_at, 0) : "");
    add_cell(out, e->rule);
    add_cell(out, e->by);
    add_cell(out, e->group);
    buf_printf(out, ",%llu", (unsigned long long)e->hits);
    add_cell(out, e->value_words);
    add_cell(out, last->peak_words);
    add_cell(out, e->message);
    for (size_t i = 0; i < e->cause_count; i++) {
        buf_str(&causes, i ? "; " : "");
        notify_cause_words(&causes, e->metric, &e->causes[i], "");
    }
    add_cell(out, buf_text(&causes));
    buf_printf(out, ",%s", row->acknowledged ? time_rfc3339(when, row->acknowledged, 0) : "");
    add_cell(out, last->reason);
    if (row->recovered)
        buf_printf(out, ",%lld,%llu\n", (long long)duration_of(row),
                   (unsigned long long)row->recovered->total);
    else
        buf_str(out, ",,\n");
    buf_done(&causes);
}

/* ---- Which ----------------------------------------------------------------------------------- */

void alerts_print_head(struct buf *out, enum output form)
{
    if (form == OUTPUT_CSV)
        buf_str(out, "id,state,triggered_at,recovered_at,rule,per,of,hits,value,peak,message,cause,"
                     "acknowledged_at,reason,duration,total\n");
}

void alerts_print(struct buf *out, enum output form, const struct alert_row *row)
{
    static void (*const forms[])(struct buf * out, const struct alert_row *row) = {
        [OUTPUT_TEXT] = print_text, [OUTPUT_JSON] = print_json, [OUTPUT_CSV] = print_csv};
    forms[form](out, row);
}
