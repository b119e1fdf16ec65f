/* rule.h - a rule as data: what is measured over which entries, against which level, for how long.
 *
 * Made once (from the configuration, or from -f and -r) and constant from then on; any thread may
 * read it. Whoever made it owns its strings and its filter and keeps both as long as a judge of
 * rules uses them; the judge copies nothing.
 *
 * At each whole second t of the log clock the window is (t - window_s, t]. Of the entries in it,
 * those count that `where` lets through; with `per`, those of each value of that field on their
 * own.
 *
 *   metric          counts                          a share is that of
 *   hits            entries                         all entries; with `per`: of its `where`
 *   bytes           response bytes                  the same, in bytes
 *   visitors        different client addresses      -
 *   errors          entries with status 5xx         the entries
 *   client_errors   entries with status 4xx         the entries
 *   rejected        lines that are no hits          all lines read
 *   request_time    a percentile of the durations   -
 *
 * Above: the value fires when it is > level, and recovers when it is < recover. Below: the other
 * way round. Equality keeps the state. With fewer than `at_least` entries in the window (for
 * `rejected`: lines), with nothing to take a share of, or without a single duration, it stands on
 * the quiet side whatever it is: nothing fires, what fires recovers. */
#ifndef SPATE_MONITOR_RULE_H
#define SPATE_MONITOR_RULE_H

#include "record/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { RULE_NAME_SIZE = 64, RULES_MOST = 2000, RULE_WINDOW_MOST_S = 7 * 24 * 3600 };

/* The ways to measure: bits, so that a metric can say which of them it knows. */
enum rule_measure {
    RULE_RATE = 1,      /* value / window: 10/s, 1/min */
    RULE_SHARE = 2,     /* value / whole: 5% */
    RULE_AMOUNT = 4,    /* the value of the window as it is: 300 */
    RULE_PERCENTILE = 8 /* of durations: p95 0.5s */
};

/*      id             key              measures                            in words */
#define RULE_METRIC_ROWS(ROW)                                                                      \
    ROW(HITS, "hits", RULE_RATE | RULE_SHARE, "hits")                                              \
    ROW(BYTES, "bytes", RULE_RATE | RULE_SHARE, "bytes")                                           \
    ROW(VISITORS, "visitors", RULE_RATE | RULE_AMOUNT, "visitors")                                 \
    ROW(ERRORS, "errors", RULE_RATE | RULE_SHARE | RULE_AMOUNT, "errors (5xx)")                    \
    ROW(CLIENT_ERRORS, "client_errors", RULE_RATE | RULE_SHARE | RULE_AMOUNT,                      \
        "client errors (4xx)")                                                                     \
    ROW(REJECTED, "rejected", RULE_RATE | RULE_SHARE | RULE_AMOUNT, "rejected lines")              \
    ROW(REQUEST_TIME, "request_time", RULE_PERCENTILE, "request time")

enum rule_metric {
#define RULE_METRIC_ID(id, key, measures, words) RULE_##id,
    RULE_METRIC_ROWS(RULE_METRIC_ID)
#undef RULE_METRIC_ID
        RULE_METRIC_COUNT
};

const char *rule_metric_key(enum rule_metric m);
const char *rule_metric_words(enum rule_metric m);
unsigned rule_metric_measures(enum rule_metric m); /* enum rule_measure, or-ed */

/* A level, exact: amount / scale, and for a rate that each `per_s` seconds. "0.5/min" is 5, 10, 60;
 * "2.5%" is 25, 1000; "p99.9 0.5s" is 500000000 ns, 1, with percentile_millis 99900. */
struct rule_level {
    enum rule_measure measure;
    uint64_t amount;            /* events or bytes; RULE_PERCENTILE: nanoseconds */
    uint64_t scale;             /* a power of ten up to 10^9 */
    uint32_t per_s;             /* RULE_RATE: 1, 60 or 3600; else 1 */
    uint32_t percentile_millis; /* thousandths of a percent, 1 to 100000; else 0 */
};

/* Where `value` stands to the level: below 0, 0, above 0; exact for all values. `whole` is the
 * window in seconds for a rate, what the value is a share of for a share, and ignored for the
 * others. A share of nothing stands at the level. */
int rule_level_compare(const struct rule_level *level, uint64_t value, uint64_t whole);

/* The same for two levels of one measure (and, for percentiles, of one percentile). */
int rule_level_order(const struct rule_level *a, const struct rule_level *b);

/* "10/s", "0.5/min", "2.5%", "300", "p99.9 500ms": reads back to the same. Returns into. */
enum { RULE_LEVEL_TEXT_SIZE = 64 };
const char *rule_level_text(char into[RULE_LEVEL_TEXT_SIZE], const struct rule_level *level);

/* One comparison of a filter. Whether it holds depends on nothing but the value of its field. */
struct rule_test {
    enum field field;
    enum {
        RULE_TEST_SAME, /* the text is exactly `text` */
        RULE_TEST_TEXT, /* something else about a text */
        RULE_TEST_RANGE /* the number, status or time lies in [low, high] */
    } kind;
    unsigned detail;    /* two tests are the same when all members are */
    bool negated;       /* holds of a value for which all this is not so */
    struct text text;
    uint64_t low, high; /* of a time: its second, the sign bit turned */
    /* RULE_TEST_TEXT: each text for which it is so (whatever `negated` says) holds this, or begins
     * with it; empty: nothing is known */
    struct text literal;
    bool literal_first;
};

/* A filter taken apart, so that of many filters each comparison is made once for each value. */
struct rule_asking {
    uint32_t (*count)(const void *filter);
    struct rule_test (*test)(const void *filter, uint32_t number);
    bool (*holds)(const void *filter, uint32_t number, const struct batch *b, const struct entry *e);
    /* What the filter says where its test i holds when held[places[i]] does. */
    bool (*decide)(const void *filter, const uint8_t *held, const uint32_t *places);
};

/* The entries that count. The filter belongs to a layer that is not seen from here. */
struct rule_where {
    const char *text; /* as written; NULL: every entry, and all below is 0 */
    bool (*matches)(const void *filter, const struct batch *b, const struct entry *e);
    const void *filter;
    field_set fields; /* what it reads */
    /* What all matches have in common, so that of many rules only those are asked that can match:
     * exactly `needed` as the text field `needs`. FIELD_COUNT: nothing is known. */
    enum field needs;
    struct text needed;
    bool needs_only; /* that is all: `matches` need not be asked */
    const struct rule_asking *asking; /* NULL: it is asked as a whole only */
};

/* True when both let the same entries through, as far as their words tell. */
static inline bool rule_where_same(const struct rule_where *a, const struct rule_where *b)
{
    return a->text && b->text ? !strcmp(a->text, b->text) : a->text == b->text;
}

enum rule_side { RULE_ABOVE, RULE_BELOW };

struct rule_spec {
    char name[RULE_NAME_SIZE]; /* valid UTF-8 without control characters; unique among the rules */
    enum rule_metric metric;
    enum rule_side side;
    struct rule_level level;
    struct rule_level recover; /* the same measure; on the quiet side of `level`, or equal */
    int64_t window_s;          /* 1 to RULE_WINDOW_MOST_S */
    int64_t for_s;             /* how long it must hold before it fires; 0: at once */
    uint64_t at_least;
    struct rule_where where;
    enum field per; /* FIELD_SECTION, HOST, VHOST or STATUS; FIELD_COUNT: one alert for all */
};

static inline bool rule_counts(const struct rule_spec *r, const struct batch *b,
                               const struct entry *e)
{
    return !r->where.matches || r->where.matches(r->where.filter, b, e);
}

/* The fields that must be brought out for it, `where` and `per` included. */
field_set rule_fields(const struct rule_spec *r);

#endif
