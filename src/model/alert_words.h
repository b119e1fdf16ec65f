/* alert_words.h - figures of alerts in words. Private to src/model. Thread: any. */
#ifndef SPATE_MODEL_ALERT_WORDS_H
#define SPATE_MODEL_ALERT_WORDS_H

#include "model/snapshot.h"

/* "12.3/s", "7.2%", "620ms", "300": the value of a metric as its level is written. */
void alert_value_words(char into[32], enum rule_metric metric, const struct rule_level *level,
                       double value);

/* "above 10/s", "below p95 500ms". */
void alert_level_words(char *into, size_t room, const struct monitor_alert *a);

/* "+9.8/s from 203.0.113.9 (71 %), on /login (65 %)". */
void alert_cause_words(char *into, size_t room, const struct monitor_alert *a);

/* " (/login)": whom the alert is for, safe; "" when for all. */
void alert_key_words(char *into, size_t room, const struct monitor_alert *a);

#endif
