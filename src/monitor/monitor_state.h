/* monitor_state.h - all that a monitor owns, for monitor.c, which changes it, and
 * monitor_figures.c, which answers from it. One thread. */
#ifndef SPATE_MONITOR_MONITOR_STATE_H
#define SPATE_MONITOR_MONITOR_STATE_H

#include "monitor/doubt.h"
#include "monitor/key.h"
#include "monitor/monitor.h"
#include "monitor/monitor_inside.h"
#include "monitor/recent.h"
#include "monitor/rules.h"
#include "monitor/rules_doubt.h"
#include "monitor/feeds.h"

struct monitor {
    struct monitor_options options;
    struct monitor_sink sink;
    struct key_secret secret;
    struct logclock clock;
    struct window *window;
    bool window_open; /* it has an end: since the first hit that counted in it */
    uint64_t window_hits; /* that ever came into it */

    struct alert alert;          /* the default rule */
    struct monitor_alert firing; /* while it fires */
    uint64_t fired_before;       /* window_hits before the second it fired */
    struct rules *rules;         /* the others */
    bool rules_open;             /* their windows have an end */
    uint64_t last_id;            /* of the newest alert */
    uint64_t told_id;            /* of the newest before the past was read */
    bool ending; /* rules change: what recovers does so because its rule is no more */
    uint64_t rule_changes;       /* alerts of the others that began or ended */

    struct resumed resumed;
    uint64_t window_epoch; /* of save.h */

    bool filling; /* the past is being read */
    bool filled;  /* it has been */
    uint64_t backfilled;

    struct tally *total;
    bool believed; /* lines in it have times that are believed */
    struct tally *running; /* the interval under way */
    struct tally *last;    /* the one that ended */
    int64_t update_ns;     /* of the interval under way */
    int64_t next_ns;       /* when it ends */
    int64_t begun_ns;
    int64_t last_ns; /* how long the last one was */
    int64_t last_end;

    char news[480];
    int64_t now_ns, news_ns; /* monotonic: of the last call, of the news */
    struct feeds sources;
    struct doubt doubt;
    struct rules_doubt doubted_entries; /* the same, for the rules */
    struct recent_alerts alerts;
    struct recent_rejects rejects;
};

#endif
