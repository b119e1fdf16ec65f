#include "app/alert_event.h"

static void add_causes(struct notify_event *out, const struct alert_figures *a)
{
    for (; out->cause_count < a->cause_count && out->cause_count < NOTIFY_CAUSES;
         out->cause_count++) {
        const struct cause *c = &a->causes[out->cause_count];
        out->causes[out->cause_count] =
            (struct notify_cause){.by = text_of(cause_key(c->dimension)),
                                  .name = text_make(c->name, c->name_len),
                                  .rise = c->rise,
                                  .share = c->share};
    }
}

void alert_event(struct notify_event *out, const struct alert_figures *a, int64_t wall_ns)
{
    bool over = a->recovered;
    *out = (struct notify_event){
        .state = over ? NOTIFY_RECOVERED : NOTIFY_FIRING,
        .alert = a->id,
        .rule = text_of(a->rule),
        .reason = text_of(over ? alert_end_words(a->end) : ""),
        .message = text_of(over ? a->recovered_message : a->message),
        .triggered_at = a->triggered_at,
        .recovered_at = over ? a->recovered_at : 0,
        .hits = over ? a->recovered_hits : a->hits,
        .rate = over ? a->recovered_rate : a->rate,
        .peak_rate = a->peak_rate,
        .metric = text_of(rule_metric_key(a->by_rule ? a->metric : RULE_HITS)),
        .level = text_of(a->level),
        .value = over ? a->recovered_value : a->value,
        .peak_value = a->peak_value,
        .value_words = text_of(over ? a->recovered_words : a->value_words),
        .peak_words = text_of(a->peak_words),
        .total = a->total,
        .raised_wall_ns = wall_ns,
    };
    if (a->per != FIELD_COUNT) {
        out->by = text_of(a->per == FIELD_HOST ? "address" : field_key(a->per));
        out->group = text_make(a->key, a->key_len);
    }
    add_causes(out, a);
    notify_event_name(out);
}
