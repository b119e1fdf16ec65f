/* config_level.h - the levels of rules as people write them. Pure; any thread.
 *
 *   10/s 0.5/min 7200/h      rates; `k M G kB MB GB` (thousands), `KiB MiB GiB` (1024)
 *   5% 0.1%                  shares
 *   300 2k                   amounts in the window
 *   p95 0.5s, p99.9 300ms    percentiles of durations
 * A blank may stand before a unit. All are exact: what cannot be kept exactly is refused. */
#ifndef SPATE_APP_CONFIG_LEVEL_H
#define SPATE_APP_CONFIG_LEVEL_H

#include "base/text.h"
#include "monitor/rule.h"

bool level_parse(struct text text, struct rule_level *out);

/* A plain number of requests per second, as -f takes it; decimals beyond the ninth are dropped. */
bool level_of_rate(struct text number, struct rule_level *out);

#endif
