/* tally.h - everything that is counted over a set of entries, in a form that merges.
 *
 * The same code counts an interval, the totals since the start, and one of N chunks of a
 * report. Owns its tables, all bounded: exact while keys are few, then the busiest
 * with a known error bound. One tally, one thread; merging needs both to be quiet. */
#ifndef SPATE_MONITOR_TALLY_H
#define SPATE_MONITOR_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include "monitor/latency.h"
#include "monitor/timeline.h"
#include "monitor/top.h"
#include "monitor/visitors.h"
#include "record/batch.h"

/* The things that have a top list: one row each. A new one is a row.
 *            id         JSON key      field      what a person reads */
#define DIMENSION_ROWS(ROW)                                  \
    ROW(SECTIONS,  "sections",  SECTION,  "section")         \
    ROW(PATHS,     "paths",     PATH,     "path")            \
    ROW(ADDRESSES, "addresses", HOST,     "address")         \
    ROW(VHOSTS,    "vhosts",    VHOST,    "virtual host")    \
    ROW(METHODS,   "methods",   METHOD,   "method")          \
    ROW(REFERRERS, "referrers", REFERRER, "referrer")        \
    ROW(AGENTS,    "agents",    AGENT,    "agent")

enum dimension {
#define DIMENSION_ID(id, key, field, word) DIMENSION_##id,
    DIMENSION_ROWS(DIMENSION_ID)
#undef DIMENSION_ID
    DIMENSION_COUNT,
    /* What --only can name besides, so that all are bits of one set. */
    DIMENSION_STATUS = DIMENSION_COUNT,
    DIMENSION_VISITORS,
    DIMENSION_REQUEST_TIME,
    DIMENSION_ALL_COUNT
};

typedef uint32_t dimension_set; /* bit 1 << DIMENSION_X */
#define DIMENSION_BIT(d) (UINT32_C(1) << (d))
#define DIMENSION_EVERY ((DIMENSION_BIT(DIMENSION_ALL_COUNT)) - 1)

const char *dimension_key(enum dimension d);  /* "sections", ..., "status", "visitors", "request_time" */
const char *dimension_word(enum dimension d); /* for people */
enum field dimension_field(enum dimension d);
/* The fields a parser must bring out for these dimensions (with time, status and bytes). */
field_set dimension_fields(dimension_set set);

enum { STATUS_SLOTS = 1000 };

struct tally {
    dimension_set wanted;
    struct line_counts lines;
    uint64_t late;     /* counted here, but too old for the window */
    uint64_t future;   /* counted, but too far in the future to move the log clock */
    uint64_t hits;
    uint64_t bytes;    /* saturating */
    uint64_t timed;    /* hits that have a time */
    int64_t first;     /* event seconds; valid when timed > 0 */
    int64_t last;
    uint64_t errors;   /* 5xx */
    uint64_t client_errors;
    uint64_t status[STATUS_SLOTS + 1]; /* the last: hits without one */
    uint64_t no_status;                /* the same */
    struct top *top[DIMENSION_COUNT]; /* NULL where not wanted */
    struct visitors *visitors;        /* NULL where not wanted */
    struct latency *request_time;     /* NULL where not wanted; empty where the log has none */
    struct timeline *timeline;        /* hits by second; NULL unless asked for */
    struct tally_desk *desk;          /* room to work in, its own */
};

/* top_room: keys kept exactly in each top list before the bounded regime; 0: the defaults (32,768
 * paths and addresses, 16,384 sections, referrers and agents, 4,096 vhosts, 1,024 methods). */
struct tally *tally_new(dimension_set wanted, bool timeline, uint32_t top_room);
void tally_free(struct tally *t);
void tally_reset(struct tally *t); /* keeps the memory */

/* Counts all entries and line counts of a batch. */
void tally_add(struct tally *t, const struct batch *b);
/* The same for two tallies of the same dimensions at once, with one look at each key; also: may be
 * NULL. */
void tally_add_both(struct tally *t, struct tally *also, const struct batch *b);
void tally_merge(struct tally *into, const struct tally *from);

#endif
