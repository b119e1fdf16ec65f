/* alert.h - the judgement of one rule, second by second.
 *
 *              a: value > level for the rule's `for`
 *     QUIET ------------------------------------------> FIRING
 *       ^                                                  |
 *       +--------------------------------------------------+
 *              b: value < recovery level
 *
 * Equality keeps the state. Pure: time and values come in as arguments. One thread. */
#ifndef SPATE_MONITOR_ALERT_H
#define SPATE_MONITOR_ALERT_H

#include <stdbool.h>
#include <stdint.h>

enum alert_state { ALERT_QUIET, ALERT_FIRING };
enum alert_change { ALERT_SAME, ALERT_FIRED, ALERT_RECOVERED };

struct alert_rule {
    char name[64];    /* "high traffic" */
    double above;     /* requests/s */
    int64_t window_s; /* whole seconds */
};

struct alert {
    struct alert_rule rule;
    enum alert_state state;
    uint64_t id;          /* of the present or last firing, from 1 */
    int64_t triggered_at; /* log seconds */
    int64_t recovered_at; /* valid once it has recovered */
    uint64_t hits;        /* in the window, when it changed last */
    uint64_t peak_hits;   /* highest in the window while firing */
};

void alert_init(struct alert *a, const struct alert_rule *rule);

/* Judges one second of the log clock: `hits` in the window that ends with it.
 * Seconds must come in order; each whole second once. */
enum alert_change alert_step(struct alert *a, int64_t second, uint64_t hits);

/* The rate of that many hits: hits / window, always the whole window. */
double alert_rate(const struct alert *a, uint64_t hits);

#endif
