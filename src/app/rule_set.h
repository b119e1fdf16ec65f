/* rule_set.h - the rules of a configuration, as those who judge take them: the default one, which is
 * also what the window and the threshold of the screen show, and the others.
 *
 * The specs are copies whose strings and filters belong to the configuration. Main thread. */
#ifndef SPATE_APP_RULE_SET_H
#define SPATE_APP_RULE_SET_H

#include "app/options.h"
#include "monitor/alert.h"
#include "monitor/rule.h"

struct rule_set {
    struct alert_rule shown;  /* `above` is HUGE_VAL where there is no such rule */
    struct rule_spec *others; /* and behind them those of --try */
    uint32_t count, try_count;
    field_set fields;         /* what all of them read */
    int64_t window_most_s;
};

void rule_set_init(struct rule_set *set, const struct settings *s, const struct config *c);
void rule_set_done(struct rule_set *set);

#endif
