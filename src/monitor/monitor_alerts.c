#include "monitor/monitor_alerts.h"

#include <math.h>
#include <string.h>

#include "monitor/rules_save.h"

static void tell_alert(struct monitor *m, const struct monitor_alert *alert)
{
    m->sink.event(m->sink.ctx, m, &(struct monitor_event){.kind = MONITOR_ALERT, .alert = alert});
}

/* What happens while the past is read is not told, if so asked. */
static bool keeps_quiet(const struct monitor *m)
{
    return m->filling && !m->options.tell_past;
}

/* ---- Any alert: begun and ended --------------------------------------------------------------
 */

static void begun(struct monitor *m, const struct monitor_alert *firing)
{
    const struct monitor_alert *kept = recent_alerts_add(&m->alerts, firing);
    if (!keeps_quiet(m))
        tell_alert(m, kept);
}

/* What is known of it by now, but for what only the list knows. */
static void update_kept(struct monitor_alert *kept, const struct monitor_alert *now)
{
    int64_t acknowledged = kept->acknowledged;
    *kept = *now;
    kept->acknowledged = acknowledged;
}

/* True when it was told. */
static bool ended(struct monitor *m, struct monitor_alert *over)
{
    struct monitor_alert *kept = recent_alerts_find(&m->alerts, over->id);
    over->end = m->ending ? alerts_end_of(m, over->rule) : ALERT_END_RECOVERED;
    if (keeps_quiet(m)) {
        recent_alerts_drop(&m->alerts, over->id);
        m->last_id -= m->last_id == over->id; /* numbers are of those that were told */
        return false;
    }
    if (kept)
        update_kept(kept, over);
    tell_alert(m, kept ? kept : over);
    return true;
}

enum alert_end alerts_end_of(const struct monitor *m, const char *rule)
{
    const struct monitor_options *o = &m->options;
    bool named = isfinite(o->rule.above) && strcmp(o->rule.name, rule) == 0;
    for (uint32_t i = 0; i < o->rule_count && !named; i++)
        named = strcmp(o->rules[i].name, rule) == 0;
    return named ? ALERT_END_CHANGED : ALERT_END_REMOVED;
}

void monitor_tell_ended(struct monitor *m)
{
    for (size_t i = m->alerts.count; i-- > 0;) {
        if (!m->alerts.rows[i].untold)
            continue;
        m->alerts.rows[i].untold = false;
        m->rule_changes++;
        tell_alert(m, &m->alerts.rows[i]);
    }
}

void alerts_past_is_over(struct monitor *m, bool was_quiet)
{
    for (size_t i = m->alerts.count; was_quiet && i-- > 0;) {
        const struct monitor_alert *a = &m->alerts.rows[i];
        if (!a->recovered && a->id > m->told_id)
            tell_alert(m, a);
    }
}

/* ---- The default rule ------------------------------------------------------------------------ */

/* Hits that came into the window from this second on. */
static uint64_t hits_before(const struct monitor *m, int64_t second)
{
    const struct window_slot *now = window_look(m->window, second);
    return m->window_hits - (now ? now->hits : 0);
}

static void default_fired(struct monitor *m)
{
    struct alert *a = &m->alert;
    a->id = ++m->last_id;
    m->firing = (struct monitor_alert){.id = a->id,
                                       .triggered_at = a->triggered_at,
                                       .hits = a->hits,
                                       .peak_hits = a->peak_hits,
                                       .window_s = a->rule.window_s,
                                       .per = FIELD_COUNT};
    memcpy(m->firing.rule, a->rule.name, sizeof m->firing.rule);
    m->firing.cause_count = rules_all_hits_cause(m->rules, a->triggered_at, m->firing.causes);
    m->fired_before = hits_before(m, a->triggered_at);
    begun(m, &m->firing);
}

static void default_recovered(struct monitor *m)
{
    m->firing.recovered = true;
    m->firing.recovered_at = m->alert.recovered_at;
    m->firing.recovered_hits = m->alert.hits;
    m->firing.total = m->window_hits - m->fired_before;
    if (!ended(m, &m->firing))
        m->alert.id = m->last_id;
}

void alerts_judge(struct monitor *m, int64_t second, uint64_t hits)
{
    rules_advance(m->rules, second); /* so that all comes in order of time */
    enum alert_change change = alert_step(&m->alert, second, hits);
    if (change == ALERT_FIRED) {
        default_fired(m);
    } else if (change == ALERT_RECOVERED) {
        default_recovered(m);
    } else if (m->alert.state == ALERT_FIRING && m->firing.peak_hits != m->alert.peak_hits) {
        m->firing.peak_hits = m->alert.peak_hits;
        struct monitor_alert *kept = recent_alerts_find(&m->alerts, m->firing.id);
        if (kept)
            kept->peak_hits = m->alert.peak_hits;
    }
}

/* ---- The others ------------------------------------------------------------------------------ */

static void told(void *ctx, enum alert_change change, struct monitor_alert *a)
{
    struct monitor *m = ctx;
    if (change == ALERT_FIRED) {
        a->id = ++m->last_id;
        begun(m, a);
    } else if (change == ALERT_RECOVERED) {
        ended(m, a);
    } else {
        struct monitor_alert *kept = recent_alerts_find(&m->alerts, a->id);
        if (kept)
            update_kept(kept, a);
    }
    m->rule_changes += change != ALERT_SAME;
}

static struct rules *rules_of(struct monitor *m, const struct rule_spec *rules, uint32_t count)
{
    return rules_new(&(struct rules_options){.rules = rules,
                                             .count = count,
                                             .causes = true,
                                             .all_hits_s = m->options.rule.window_s,
                                             .told = told,
                                             .ctx = m});
}

void alerts_init(struct monitor *m, const struct monitor_options *o)
{
    alert_init(&m->alert, &o->rule);
    m->rules = rules_of(m, o->rules, o->rule_count);
}

void alerts_done(struct monitor *m)
{
    rules_free(m->rules);
}

void alerts_advance(struct monitor *m, int64_t second)
{
    if (m->rules_open)
        rules_advance(m->rules, second);
}

void alerts_open(struct monitor *m, int64_t second)
{
    rules_open(m->rules, second);
    m->rules_open = true;
}

void alerts_add(struct monitor *m, const struct batch *b, const struct entry *e, int64_t second)
{
    rules_add(m->rules, b, e, second);
}

/* Lines that are refused have no time: they count at that of the log clock, and where no hit has set
 * it yet at that of the wall. */
void alerts_refused(struct monitor *m, uint64_t lines, bool live)
{
    if (!m->rules_open) {
        if (!live)
            return;
        alerts_open(m, m->clock.second);
    }
    rules_advance(m->rules, m->clock.second);
    rules_refused(m->rules, m->clock.second, lines);
}

/* ---- Other rules ----------------------------------------------------------------------------- */

/* The window gets another length; what lies in both stays. */
static void window_resize(struct monitor *m, int64_t seconds)
{
    dimension_set wanted = m->options.wanted;
    struct window *window = window_new(seconds, wanted & DIMENSION_BIT(DIMENSION_SECTIONS),
                                       wanted & DIMENSION_BIT(DIMENSION_VISITORS));
    int64_t end = window_end(m->window);
    if (m->window_open) {
        window_set(window, end);
        for (int64_t second = end; second > end - seconds; second--) {
            const struct window_slot *slot = window_look(m->window, second);
            if (slot)
                window_restore(window, second, slot);
        }
    }
    window_free(m->window);
    m->window = window;
    m->clock.window_s = seconds;
    m->window_epoch++;
}

static void set_default(struct monitor *m, const struct alert_rule *shown)
{
    struct alert_rule was = m->alert.rule;
    if (shown->window_s != was.window_s)
        window_resize(m, shown->window_s);
    m->alert.rule = *shown;
    if (shown->window_s == was.window_s && shown->above == was.above)
        return;
    if (m->alert.state == ALERT_FIRING) { /* that rule is no more */
        m->alert.state = ALERT_QUIET;
        m->alert.recovered_at = m->clock.second;
        default_recovered(m);
    }
}

void monitor_set_rules(struct monitor *m, const struct alert_rule *shown,
                       const struct rule_spec *rules, uint32_t count)
{
    m->options.rule = *shown;
    m->options.rules = rules;
    m->options.rule_count = count;
    m->ending = true;
    set_default(m, shown);
    struct rules *old = m->rules;
    m->rules = rules_of(m, rules, count);
    rules_take_over(m->rules, old);
    rules_free(old);
    m->ending = false;
}

/* ---- Seen ------------------------------------------------------------------------------------ */

static void same_alert(void *ctx, struct monitor_alert *a)
{
    uint64_t *id = ctx;
    if (a->id == *id)
        *id = 0;
}

bool monitor_knows_alert(const struct monitor *m, uint64_t id)
{
    uint64_t sought = id;
    struct recent_alerts *kept = (struct recent_alerts *)(uintptr_t)&m->alerts;
    if (recent_alerts_find(kept, id) || (m->alert.state == ALERT_FIRING && m->alert.id == id))
        return true;
    rules_each_firing(m->rules, same_alert, &sought);
    return sought == 0;
}

void monitor_acknowledge(struct monitor *m, uint64_t id, int64_t wall_s)
{
    struct monitor_alert *kept = recent_alerts_find(&m->alerts, id);
    if (kept && !kept->acknowledged)
        kept->acknowledged = wall_s;
}
