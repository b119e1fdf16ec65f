/* rules_save.h - what a judge of rules knows, packed (base/pack.h), and back: the states of its
 * alerts, and apart from them what lies in the windows, some seconds at a time.
 *
 * Read into a judge that has other rules, what belongs to others is passed over. Keys are known by
 * their hash: the process's secret must be the one of then. One thread. */
#ifndef SPATE_MONITOR_RULES_SAVE_H
#define SPATE_MONITOR_RULES_SAVE_H

#include "base/pack.h"
#include "monitor/rules.h"

void rules_pack(const struct rules *r, struct buf *out);
/* Bad input sets u->bad. */
void rules_unpack(struct rules *r, struct unpack *u);

/* The windows are empty and end with `second`; states stay as they were read. */
void rules_resume(struct rules *r, int64_t second);

/* What was counted in [start, start + seconds). False and nothing when there is nothing. */
bool rules_pack_seconds(const struct rules *r, int64_t start, int64_t seconds, struct buf *out);
/* True when lines of `second` may change what rules_pack_seconds() gives for [start, start + seconds),
 * which ends before it: long steps (rules_times.h) are kept with the second that they begin with. */
bool rules_reach_back(const struct rules *r, int64_t second, int64_t start, int64_t seconds);
/* After rules_resume(); what is older than a window is passed over. */
void rules_unpack_seconds(struct rules *r, int64_t start, struct unpack *u);

/* Calls for each alert that fires. */
void rules_each_firing(struct rules *r, void (*each)(void *ctx, struct monitor_alert *a),
                       void *ctx);

#endif
