#include "monitor/alert.h"

const char *alert_end_words(enum alert_end end)
{
    static const char *const words[ALERT_ENDS] = {
        [ALERT_END_REMOVED] = "rule removed", [ALERT_END_CHANGED] = "rule changed"};
    return words[end] ? words[end] : "";
}

static enum alert_change phase_fire(struct alert_phase *p, int64_t second)
{
    *p = (struct alert_phase){ALERT_FIRING, second};
    return ALERT_FIRED;
}

enum alert_change alert_turn(struct alert_phase *p, int64_t second, int64_t for_s,
                             struct alert_standing standing)
{
    if (p->state == ALERT_FIRING) {
        if (standing.recover >= 0)
            return ALERT_SAME;
        *p = (struct alert_phase){.state = ALERT_QUIET}; /* d */
        return ALERT_RECOVERED;
    }
    if (standing.level < 0) {
        *p = (struct alert_phase){.state = ALERT_QUIET}; /* c */
        return ALERT_SAME;
    }
    if (standing.level == 0)
        return ALERT_SAME;
    if (p->state == ALERT_QUIET)
        *p = (struct alert_phase){ALERT_PENDING, second};                           /* a */
    return second - p->since >= for_s ? phase_fire(p, second) : ALERT_SAME; /* b */
}

void alert_init(struct alert *a, const struct alert_rule *rule)
{
    *a = (struct alert){.rule = *rule, .state = ALERT_QUIET};
}

double alert_rate(const struct alert *a, uint64_t hits)
{
    /* One correctly rounded division, so that equality with the level is exact. */
    return (double)hits / (double)a->rule.window_s;
}

static void alert_fired(struct alert *a, int64_t second, uint64_t hits)
{
    a->id++;
    a->triggered_at = second;
    a->hits = hits;
    a->peak_hits = hits;
}

static void alert_recovered(struct alert *a, int64_t second, uint64_t hits)
{
    a->recovered_at = second;
    a->hits = hits;
}

enum alert_change alert_step(struct alert *a, int64_t second, uint64_t hits)
{
    double rate = alert_rate(a, hits);
    int standing = (rate > a->rule.above) - (rate < a->rule.above);
    struct alert_phase phase = {a->state, a->triggered_at};
    enum alert_change change =
        alert_turn(&phase, second, 0, (struct alert_standing){standing, standing});
    a->state = phase.state;
    if (change == ALERT_FIRED)
        alert_fired(a, second, hits);
    else if (change == ALERT_RECOVERED)
        alert_recovered(a, second, hits);
    else if (a->state == ALERT_FIRING && hits > a->peak_hits)
        a->peak_hits = hits;
    return change;
}
