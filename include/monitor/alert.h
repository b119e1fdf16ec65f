/* alert.h - the judgement of one rule, second by second.
 *
 *           a: beyond the level             b: beyond it, and `for` is over
 *     QUIET ---------------------> PENDING ------------------------------> FIRING
 *       ^ ^                           |                                       |
 *       | +---------------------------+                                       |
 *       |    c: on the quiet side of the level                                |
 *       +---------------------------------------------------------------------+
 *            d: on the quiet side of the recovery level
 *
 * Without a `for`, a and b are one step. Equality keeps the state: what is pending stays so, and
 * its time goes on, but only a second that is beyond the level fires.
 * Pure: time and values come in as arguments. One thread. */
#ifndef SPATE_MONITOR_ALERT_H
#define SPATE_MONITOR_ALERT_H

#include <stdbool.h>
#include <stdint.h>

/* The first two are written to states: their numbers stay. */
enum alert_state { ALERT_QUIET, ALERT_FIRING, ALERT_PENDING };
enum alert_change { ALERT_SAME, ALERT_FIRED, ALERT_RECOVERED };

/* Why an alert is over. Written to states: the numbers stay. */
enum alert_end { ALERT_END_RECOVERED = 1, ALERT_END_REMOVED, ALERT_END_CHANGED, ALERT_ENDS };

/* "rule removed", "rule changed"; "" for a recovery. */
const char *alert_end_words(enum alert_end end);

/* Where one judgement stands; a zero one is quiet. */
struct alert_phase {
    enum alert_state state;
    int64_t since; /* log second: PENDING since then, FIRING since then */
};

/* What a second says. */
struct alert_standing {
    int level;   /* above 0: beyond the level; 0: at it; below 0: on the quiet side of it */
    int recover; /* the same for the recovery level, which is the level or lies on its quiet side */
};

/* Judges one second of the log clock. Seconds must come in order, each whole second once; those at
 * which nothing is different from the one before may be left out, but for the one at which `for` is
 * over (since + for_s). */
enum alert_change alert_turn(struct alert_phase *p, int64_t second, int64_t for_s,
                             struct alert_standing standing);

/* ---- The default rule: the rate of all hits ---------------------------------------------------
 */

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
