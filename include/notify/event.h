/* event.h - what people are told of: an alert that has fired or recovered, as plain data.
 *
 * A value. Its texts belong to whoever filled it in; packed, it is one piece of bytes that can be
 * queued, kept over a restart and read back. Rule names come from the configuration; group, message
 * and causes may hold bytes that a client of the web server has sent: whoever sends them on
 * encodes them. Thread: any. */
#ifndef SPATE_NOTIFY_EVENT_H
#define SPATE_NOTIFY_EVENT_H

#include "base/buf.h"
#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum notify_state { NOTIFY_FIRING, NOTIFY_RECOVERED, NOTIFY_TEST, NOTIFY_STATE_COUNT };

const char *notify_state_word(enum notify_state s); /* "firing", "recovered", "test" */

enum { NOTIFY_CAUSES = 16, NOTIFY_TEXT_MOST = 512, NOTIFY_KEY_SIZE = 33 };

/* One thing that stood out when the alert fired. */
struct notify_cause {
    struct text by;   /* "address", "section", ... */
    struct text name; /* which one */
    double rise;      /* by how much each second */
    double share;     /* of the whole rise, 0 to 1; below 0: not known */
};

struct notify_event {
    char key[NOTIFY_KEY_SIZE]; /* of this event alone, 32 hex digits: a receiver tells doubles by it
                                */
    enum notify_state state;
    uint64_t alert; /* firing and recovery of one alert have the same */
    struct text rule;
    struct text by, group; /* the alert of one section, address, ...; empty: of all */
    struct text message;
    struct text reason; /* recovered: why, when it is no recovery ("rule removed"); else empty */
    int64_t triggered_at, recovered_at; /* log seconds; the latter only when recovered */
    uint64_t hits;                      /* in the window, when it fired or recovered */
    double rate, peak_rate;             /* hits a second */
    struct text metric, level;          /* "errors", "above 5%" */
    double value,
        peak_value; /* of the metric: a second, a share (0 to 1) or seconds, as `level` is */
    struct text value_words, peak_words; /* "7.3 %" */
    uint64_t total;                      /* what the metric counted from firing to recovery */
    int64_t raised_wall_ns;              /* when it was noticed */
    size_t cause_count;
    struct notify_cause causes[NOTIFY_CAUSES];
};

/* Draws a new key. */
void notify_event_name(struct notify_event *e);

/* Appends the event as a sealed piece; texts are cut at NOTIFY_TEXT_MOST bytes. */
void notify_event_pack(struct buf *out, const struct notify_event *e);

/* Reads it back: texts point into `packed`. False when it is damaged or of another version. */
bool notify_event_unpack(struct text packed, struct notify_event *e);

/* "cause": [...] */
void notify_causes_json(struct json *j, const struct notify_event *e);
/* "+9.8/s from address 203.0.113.9 (71 %)", of bytes "+1.2 MB/s ...": safe text; `quote` stands around the
 * foreign name. */
void notify_cause_words(struct buf *out, struct text metric, const struct notify_cause *c,
                        const char *quote);
/* "474", of bytes "1.2 MB": the total of a recovery. */
void notify_total_words(struct buf *out, const struct notify_event *e);
/* "11s, peak 60.0/s, total 474": what a recovery came to; safe text. */
void notify_end_words(struct buf *out, const struct notify_event *e);

#endif
