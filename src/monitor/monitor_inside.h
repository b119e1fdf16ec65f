/* monitor_inside.h - what monitor_save.c may touch of a monitor. One thread. */
#ifndef SPATE_MONITOR_MONITOR_INSIDE_H
#define SPATE_MONITOR_MONITOR_INSIDE_H

#include "monitor/logclock.h"
#include "monitor/recent.h"
#include "monitor/rules.h"
#include "monitor/feeds.h"
#include "monitor/window.h"

/* Where the log clock stood when it was kept, and when that was. */
struct resumed {
    bool known;
    int64_t second;
    int64_t wall_ns;
};

struct monitor_inside {
    struct logclock *clock;
    struct window *window;
    bool *window_open;
    struct alert *alert;
    struct monitor_alert *firing; /* of `alert` */
    uint64_t *window_hits, *fired_before;
    struct rules *rules;
    bool *rules_open;
    uint64_t *last_id;
    struct recent_alerts *alerts;
    struct tally *total;
    uint64_t *backfilled;
    struct feeds *sources;
    bool *filling;
    struct resumed *resumed;
    uint64_t *window_epoch;
};

struct monitor_inside monitor_inside(struct monitor *m);

#endif
