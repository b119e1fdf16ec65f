/* snapshot.h - everything that can be shown, at one moment: plain data, immutable.
 *
 * Built by the monitor thread out of the monitor (snapshot_of_monitor) or by `report` out of
 * a merged tally; then only read. Counted: whoever holds one calls snapshot_drop(); the last
 * drop frees it. All strings lie in its own memory. Strings that came from a log are raw
 * foreign bytes (struct text): renderers make them safe. `char *` strings are ours or already safe. */
#ifndef SPATE_MODEL_SNAPSHOT_H
#define SPATE_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "monitor/monitor.h"

/* Meanings that a theme gives colours to. */
enum tone { TONE_PLAIN, TONE_OK, TONE_ALERT, TONE_RECOVERED, TONE_WARN, TONE_DIM };

struct latency_figures {
    bool known; /* false: the log has no such field */
    uint64_t count, p50_ns, p90_ns, p95_ns, p99_ns, max_ns;
};

struct top_figures {
    struct text name;
    uint64_t hits, bytes, errors, client_errors;
    struct latency_figures request_time;
};

struct top_list {
    bool wanted;
    size_t count;
    struct top_figures *rows; /* in the order of snapshot_limits */
    uint64_t error;           /* counts are at most this much too high; 0: exact */
    size_t distinct;          /* keys held */
};

/* The figures of one set of hits: an interval, the window, everything. */
struct figures {
    struct line_counts lines;
    uint64_t late, future;
    uint64_t hits, bytes, visitors;
    bool visitors_known;
    bool status_wanted;
    uint64_t status[STATUS_SLOTS], no_status;
    uint64_t classes[6]; /* by status / 100; [0]: none or odd */
    bool request_time_wanted;
    struct latency_figures request_time;
    struct top_list top[DIMENSION_COUNT];
    bool timed;          /* first and last are valid */
    int64_t first, last; /* event seconds */
};

struct alert_figures {
    uint64_t id;
    char rule[64];
    int64_t triggered_at;
    uint64_t hits, peak_hits;
    double rate, peak_rate;
    bool recovered;
    int64_t recovered_at;
    uint64_t recovered_hits;
    double recovered_rate;
    enum alert_end end;   /* why it is over; 0: a recovery, or not over */
    int64_t acknowledged; /* when somebody marked it as seen, by the wall; 0: nobody */
    int64_t window_s;
    uint64_t total; /* what the metric counted from firing to recovery */
    /* What it is about; of the default rule too. */
    bool by_rule; /* another than the default one */
    enum rule_metric metric;
    char level[RULE_LEVEL_TEXT_SIZE + 8]; /* "above 10/s"; "" where not known */
    enum field per;                       /* FIELD_COUNT: of all */
    uint32_t key_len;
    char key[CAUSE_NAME_SIZE];  /* raw foreign bytes: which section, address, ... */
    /* a second, 0 to 1, seconds or as it is, and in words */
    double value, peak_value, recovered_value;
    char value_words[32], peak_words[32], recovered_words[32];
    uint32_t cause_count;
    struct cause causes[CAUSES_MOST];
    /* Safe, for a terminal too. */
    char message[480];           /* as the contract words it */
    char recovered_message[480];
    char cause_words[640]; /* "+9.8/s from 203.0.113.9 (71 %), on /login (65 %)"; "" when none */
};

struct reject_figures {
    struct text line; /* raw */
    struct text reason;
    uint32_t column;
    const char *source;
};

struct source_figures {
    const char *path;    /* safe */
    const char *problem; /* safe; "" when all is well */
    const char *format;  /* safe; "" while not known */
    enum notice_kind state;
    uint64_t behind, rotations, losses;
};

/* What a threshold would have made of a log (`--try`). */
struct try_figures {
    const char *text; /* as given; safe to show */
    uint64_t firings;
    int64_t firing_s, longest_s; /* all of them; the longest */
    int64_t first;               /* when firings > 0 */
};

enum overall { OVERALL_OK, OVERALL_ALERT, OVERALL_RECOVERED };

struct snapshot {
    /* when */
    bool has_clock;
    int64_t log_second; /* the log clock (wall clock before the first hit) */
    int64_t wall_ns;
    /* the whole */
    struct figures total;
    uint64_t backfilled;
    double hits_per_second; /* total.hits over the seconds first..last */
    /* the last interval that ended */
    bool has_interval;
    struct figures interval;
    double interval_s;
    int64_t interval_end;  /* log second */
    double update_s;       /* the length intervals have */
    /* the window (live only: window.seconds is 0 in a report) */
    struct monitor_window window;
    double window_rate;
    double whole_rate;     /* of the seconds that are over: what people compare with the threshold.
                              The window ends with a second that is still going on */
    struct top_list window_sections;
    size_t series_count;
    uint32_t *series;      /* hits by second, oldest first, ending with log_second, which is not over yet */
    uint32_t live_hits;    /* of the last whole second */
    /* alerts, newest first */
    enum overall overall;  /* RECOVERED: since less than one window */
    double threshold;      /* of the default rule; 0: there is none */
    uint32_t rule_count;   /* all of them */
    size_t firing_count;   /* alerts that fire now */
    size_t alert_count;
    struct alert_figures *alerts;
    size_t try_count;
    struct try_figures *tries;
    /* trouble */
    size_t reject_count;
    struct reject_figures *rejects; /* newest first */
    size_t source_count;
    struct source_figures *sources;
    uint64_t behind;       /* bytes, over all sources */
    uint64_t losses;       /* suspected */
    char notice[480];      /* the newest thing worth saying, safe; "" when none */
};

struct snapshot_limits {
    size_t top;           /* rows a list; 0: all */
    enum top_order order; /* of all that there is, which rows these are, and in which order */
    size_t series;        /* seconds of the graph */
};

/* Monitor thread. The result is held once by the caller. */
struct snapshot *snapshot_of_monitor(const struct monitor *m, struct snapshot_limits limits,
                                     int64_t wall_ns);

/* A report's: totals and alerts (oldest first there, in order of firing). */
struct snapshot *snapshot_of_tally(const struct tally *t, struct snapshot_limits limits,
                                   const struct alert_figures *alerts, size_t alert_count,
                                   const struct alert_rule *rule);

/* Adds what thresholds made of it. Only by whoever built the snapshot, before it is shown. */
void snapshot_tries(struct snapshot *s, const struct try_figures *tries, size_t count);

/* Words a notice of the source at `path` (safe text) into s->notice: "/var/log/access.log: rotated, ...".
 * Only by whoever built the snapshot, before it is posted. */
void snapshot_say(struct snapshot *s, const struct notice *n, const char *path);

struct snapshot *snapshot_hold(struct snapshot *s); /* any thread */
void snapshot_drop(struct snapshot *s);             /* any thread; NULL is fine */

/* Fills the messages and rates of an alert's figures, as the contract words them. */
void alert_figures_of(struct alert_figures *out, const struct monitor_alert *a);

#endif
