#include "monitor/alert.h"

void alert_init(struct alert *a, const struct alert_rule *rule)
{
    *a = (struct alert){.rule = *rule, .state = ALERT_QUIET};
}

double alert_rate(const struct alert *a, uint64_t hits)
{
    /* One correctly rounded division, so that equality with the level is exact. */
    return (double)hits / (double)a->rule.window_s;
}

static enum alert_change alert_fire(struct alert *a, int64_t second, uint64_t hits)
{
    a->state = ALERT_FIRING;
    a->id++;
    a->triggered_at = second;
    a->hits = hits;
    a->peak_hits = hits;
    return ALERT_FIRED;
}

static enum alert_change alert_recover(struct alert *a, int64_t second, uint64_t hits)
{
    a->state = ALERT_QUIET;
    a->recovered_at = second;
    a->hits = hits;
    return ALERT_RECOVERED;
}

enum alert_change alert_step(struct alert *a, int64_t second, uint64_t hits)
{
    double rate = alert_rate(a, hits);
    if (a->state == ALERT_QUIET)
        return rate > a->rule.above ? alert_fire(a, second, hits) : ALERT_SAME; /* a */
    if (rate < a->rule.above)
        return alert_recover(a, second, hits); /* b */
    if (hits > a->peak_hits)
        a->peak_hits = hits;
    return ALERT_SAME;
}
