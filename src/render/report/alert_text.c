#include "render/report/alert_text.h"

#include "base/time.h"
#include "render/report/units.h"

void alert_text_cause(struct buf *out, const struct alert_figures *a)
{
    if (a->cause_words[0])
        buf_printf(out, "  %s\n", a->cause_words);
}

void alert_text_end(struct buf *out, const struct alert_figures *a)
{
    char lasted[TIME_TEXT_SIZE], total[UNITS_SIZE];
    if (!a->recovered)
        return;
    duration_text(lasted, (a->recovered_at - a->triggered_at) * INT64_C(1000000000));
    if (a->metric == RULE_BYTES)
        units_bytes(total, a->total);
    else
        units_count(total, a->total);
    bool counts = a->metric != RULE_VISITORS && a->metric != RULE_REQUEST_TIME;
    buf_printf(out, "  lasted %s, peak %s, %s%s%s\n", lasted, a->peak_words, total,
               a->metric == RULE_BYTES ? "" : " ",
               a->metric == RULE_BYTES ? "" : counts ? rule_metric_words(a->metric) : "hits");
}
