/* monitor.h - one pass: take batches, move the log clock, judge the alerts, keep the
 * statistics of the interval, the window and all.
 *
 * Owns all statistics of a live run. One thread (the monitor thread); time comes in as
 * an argument, so tests drive it by hand. What happened comes out as events
 * through the sink, in order, from inside the call that made it happen. */
#ifndef SPATE_MONITOR_MONITOR_H
#define SPATE_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include "monitor/alert.h"
#include "monitor/cause.h"
#include "monitor/rule.h"
#include "monitor/tally.h"
#include "record/batch.h"

enum { MONITOR_ALERTS_KEPT = 256, MONITOR_REJECTS_KEPT = 16, MONITOR_NOTICES_KEPT = 32 };

struct monitor;

struct monitor_options {
    struct alert_rule rule; /* the default one; its window is also the one that is shown */
    const struct rule_spec *rules; /* the others; kept by the caller as long as the monitor */
    uint32_t rule_count;
    int64_t update_ns;    /* the statistics' interval */
    dimension_set wanted;
    /* Alerts that fired and recovered while the past was read at the start: told (true, `--from start`
     * or a duration) or not (`--from window`, which only keeps one that still fires). */
    bool tell_past;
};

/* One firing, over or not. */
struct monitor_alert {
    uint64_t id;
    char rule[64];
    int64_t triggered_at;
    uint64_t hits;        /* when it fired */
    uint64_t peak_hits;
    bool recovered;
    enum alert_end end; /* why, when recovered; 0 counts as a recovery */
    bool untold;        /* it ended while nobody looked: monitor_tell_ended() */
    int64_t acknowledged; /* when somebody marked it as seen, by the wall; 0: nobody */
    int64_t recovered_at;
    uint64_t recovered_hits;
    int64_t window_s;
    uint64_t total; /* what the metric counted from the second it fired to the one it recovered */
    /* Of other rules than the one of -f and -r; there `hits` are all entries in the window. */
    bool by_rule;
    enum rule_metric metric;
    enum rule_side side;
    struct rule_level level;
    enum field per;           /* FIELD_COUNT: for all */
    uint32_t key_len;         /* of what it is for */
    char key[CAUSE_NAME_SIZE]; /* raw foreign bytes */
    /* A second for a rate, 0 to 1 for a share, seconds for a percentile. */
    double value, peak_value, recovered_value;
    /* What stands out, when it fired. */
    uint32_t cause_count;
    struct cause causes[CAUSES_MOST];
};

enum monitor_event_kind {
    MONITOR_UPDATE,   /* an interval ended: monitor_interval() is its statistics, until the call returns */
    MONITOR_ALERT,    /* `alert` fired or recovered (alert->recovered) */
    MONITOR_NOTICE    /* `notice` of `source` */
};

struct monitor_event {
    enum monitor_event_kind kind;
    const struct monitor_alert *alert;
    const struct notice *notice;
    uint32_t source;
};

struct monitor_sink {
    void (*event)(void *ctx, const struct monitor *m, const struct monitor_event *e);
    void *ctx;
};

struct monitor *monitor_new(const struct monitor_options *o, struct monitor_sink sink,
                            int64_t monotonic_ns, int64_t wall_ns);
void monitor_free(struct monitor *m);

/* Counts a batch (lines, notice or end). */
void monitor_batch(struct monitor *m, const struct batch *b, int64_t monotonic_ns, int64_t wall_ns);

/* Lets time pass: moves the log clock, judges each whole second that is over, ends the interval when
 * it is due. Call it at least each second and after batches. */
void monitor_tick(struct monitor *m, int64_t monotonic_ns, int64_t wall_ns);

/* Before the summary: judges the second under way, and ends the running interval if it holds anything.
 * Once the input has ended that second is whole; after a stop it is a part of one, of which only
 * that is judged which more lines could not undo: too much may fire, nothing recovers. */
enum monitor_end { MONITOR_STOPPED, MONITOR_INPUT_ENDED };
void monitor_finish(struct monitor *m, enum monitor_end how, int64_t monotonic_ns, int64_t wall_ns);

/* A new length of the interval, from the next on. */
void monitor_set_update(struct monitor *m, int64_t update_ns);
/* Other rules from now on: `shown` the default one, whose window is also the one that is shown, and the
 * others, kept by the caller as those of the options were, which are not looked at any more after the
 * return. What was counted stays, and the state of each rule that is the same by name and definition;
 * alerts of the rest are told as recovered, with the reason. */
void monitor_set_rules(struct monitor *m, const struct alert_rule *shown,
                       const struct rule_spec *rules, uint32_t count);
/* After a resumption: tells of alerts that fired then and whose rules are no more. Those are over since the
 * last second that was counted. */
void monitor_tell_ended(struct monitor *m);
/* The alert of that number still fires, or is among those kept. */
bool monitor_knows_alert(const struct monitor *m, uint64_t id);
/* Somebody has marked it as seen. */
void monitor_acknowledge(struct monitor *m, uint64_t id, int64_t wall_s);
int64_t monitor_update_ns(const struct monitor *m); /* the length intervals have now */

/* --- what can be asked, by the model --- */

bool monitor_has_clock(const struct monitor *m);      /* false before the first hit with a time */
int64_t monitor_log_second(const struct monitor *m);  /* the log clock (wall clock before the first hit) */
const struct tally *monitor_total(const struct monitor *m);    /* since the start, running interval included */
const struct tally *monitor_interval(const struct monitor *m); /* the last one that ended */
int64_t monitor_interval_ns(const struct monitor *m);          /* its true length */
int64_t monitor_interval_end(const struct monitor *m);         /* log second of its end; INT64_MIN before the first */
uint64_t monitor_backfilled(const struct monitor *m);          /* lines read to fill the window at the start */

struct monitor_window {
    int64_t seconds;
    uint64_t hits, bytes, visitors;
    uint64_t classes[6];    /* by status / 100; [0]: none or odd */
};
void monitor_window(const struct monitor *m, struct monitor_window *out);
/* Hits of the window's seconds, oldest first, as many as `room` from the newest back; returns how many. */
size_t monitor_series(const struct monitor *m, uint32_t *hits, size_t room);
/* The first of the window's sections, at most `limit`; how many. */
size_t monitor_window_sections(const struct monitor *m, enum top_order by, struct top_row *rows,
                               size_t limit);

const struct alert *monitor_alert(const struct monitor *m);
/* How many rules there are beside the default one, how many alerts of all fire, and a number that
 * changes whenever one begins or ends. */
uint32_t monitor_rule_count(const struct monitor *m);
size_t monitor_firing(const struct monitor *m);
uint64_t monitor_alert_changes(const struct monitor *m);
/* Firings kept, newest first; returns how many there are (at most MONITOR_ALERTS_KEPT). */
size_t monitor_alerts(const struct monitor *m, const struct monitor_alert **newest_first);

struct monitor_reject {
    struct text line;   /* raw foreign bytes, at most 512 */
    const char *reason;
    uint32_t column;
    uint32_t source;
};
size_t monitor_rejects(const struct monitor *m, const struct monitor_reject **newest_first);

/* What was last said that is of no source (the state on disk, the configuration), safe text, while it is
 * news: for half a minute; "" else. */
const char *monitor_news(const struct monitor *m);

struct monitor_source {
    enum notice_kind state; /* WAITING, OPENED, ERROR, ENDED */
    char path[480];         /* safe text */
    char problem[480];      /* "" when all is well */
    char format[64];        /* "" while not known */
    uint64_t behind;        /* bytes not yet read */
    uint64_t rotations, losses;
};
size_t monitor_sources(const struct monitor *m, const struct monitor_source **sources);
uint64_t monitor_losses(const struct monitor *m); /* suspected, over all sources */

#endif
