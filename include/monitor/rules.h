/* rules.h - judges many rules at once, second by second (rule.h says what a rule means).
 *
 * Rules that choose the same entries share what is counted; the second is judged when it is over,
 * and only where something came or left. A rule with `per` has an alert for each key: of at most
 * RULES_KEYS keys and as many (key, second) as fit into 64 MB; when there are more, the
 * least busy quarter of those that neither fire nor wait to is forgotten, and what it counted.
 * A rule that watches for less says nothing before its window has been seen as a whole once; of a
 * key: since it was first seen.
 *
 * Owns all it counts, not the rules. One thread; time comes in as an argument. */
#ifndef SPATE_MONITOR_RULES_H
#define SPATE_MONITOR_RULES_H

#include "monitor/monitor.h"
#include "monitor/rule.h"

enum { RULES_KEYS = 1000 };

/* ALERT_FIRED: `a` is new, and gets its id here. ALERT_RECOVERED: it is over, and is freed after the
 * return. ALERT_SAME: it goes on, with a new peak. */
typedef void rules_told(void *ctx, enum alert_change change, struct monitor_alert *a);

struct rules_options {
    const struct rule_spec *rules; /* kept by the caller as long as the judge */
    uint32_t count;
    bool causes;         /* gather what may be the cause */
    int64_t all_hits_s;  /* gather also what all hits of a window of that length come from; 0: no */
    rules_told *told;
    void *ctx;
};

struct rules;

struct rules *rules_new(const struct rules_options *o);
void rules_free(struct rules *r); /* accepts NULL */

/* Empties all windows, which now end with `second`. Alerts that fire go on. */
void rules_open(struct rules *r, int64_t second);

/* The windows now end with `second`: those before are judged. Nothing if it is not ahead. */
void rules_advance(struct rules *r, int64_t second);

/* Judges the second under way, and stays there; of one that is not whole only what cannot be undone by
 * more entries: what is too much fires. */
void rules_finish(struct rules *r, bool whole);

/* Counts an entry of a second up to that of the last rules_advance(); what is older than a window is
 * not in it. */
void rules_add(struct rules *r, const struct batch *b, const struct entry *e, int64_t second);

/* Counts lines that are no entries. */
void rules_refused(struct rules *r, int64_t second, uint64_t lines);

/* How long the longest window is; 0: nothing is judged. */
int64_t rules_window(const struct rules *r);

/* The causes of what all hits have more in the window (all_hits_s) ending with `second`. */
uint32_t rules_all_hits_cause(const struct rules *r, int64_t second,
                              struct cause out[CAUSES_MOST]);

/* How many alerts fire. */
size_t rules_firing(const struct rules *r);

/* Takes what `old` has counted for the same entries, and the state of each rule that is the same in
 * both (name and definition). Alerts of rules that are no more are told as recovered at `old`'s
 * second. `old` can only be freed afterwards. */
void rules_take_over(struct rules *r, struct rules *old);

#endif
