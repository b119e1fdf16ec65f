/* cause.h - what stands out in the window of an alert against the time before it.
 *
 * Entries are added up by where they went, who sent them, how they ended, by which agent and from
 * which referrer, each for the window and for the time before. Those whose rate has risen most
 * (of a rule that watches for less: fallen most) are the causes, with their share of the whole
 * rise. Pure values and one bounded table. One thread. */
#ifndef SPATE_MONITOR_CAUSE_H
#define SPATE_MONITOR_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/rule.h"
#include "record/batch.h"

/*      id         key         field */
#define CAUSE_ROWS(ROW)                                                                            \
    ROW(ADDRESS, "address", HOST)                                                                  \
    ROW(SECTION, "section", SECTION)                                                               \
    ROW(STATUS, "status", STATUS)                                                                  \
    ROW(AGENT, "agent", AGENT)                                                                     \
    ROW(REFERRER, "referrer", REFERRER)

enum cause_dimension {
#define CAUSE_ID(id, key, field) CAUSE_##id,
    CAUSE_ROWS(CAUSE_ID)
#undef CAUSE_ID
        CAUSE_DIMENSIONS
};

enum { CAUSES_MOST = 8, CAUSE_NAME_SIZE = 96 };

struct cause {
    enum cause_dimension dimension;
    uint32_t name_len;
    char name[CAUSE_NAME_SIZE]; /* raw foreign bytes, cut */
    double rise;                /* a second; below 0: a fall */
    double share;               /* of the whole rise: above 0 to 1 */
};

const char *cause_key(enum cause_dimension d); /* "address" */
field_set cause_fields(void);

/* What an entry adds to what a rule watches; 0: it is none of those that its alert is about. Of request
 * times those count that are longer than the level. */
double cause_amount(const struct rule_spec *rule, const struct entry *e);

/* An entry's name in a dimension, cut to CAUSE_NAME_SIZE; false when it has none. `room` may be used
 * for it. */
bool cause_name(enum cause_dimension d, const struct batch *b, const struct entry *e,
                char room[CAUSE_NAME_SIZE], struct text *name);

/* ---- Adding up ------------------------------------------------------------------------------- */

struct cause_sums;

struct cause_sums *cause_sums_new(void);
void cause_sums_free(struct cause_sums *s); /* accepts NULL */

enum cause_when { CAUSE_BEFORE, CAUSE_NOW };

/* `hash`: of the name, with 32 good bits. At most 8,192 names are held: when there are more, the
 * rarer half goes. */
void cause_sums_add(struct cause_sums *s, enum cause_dimension d, uint32_t hash, struct text name,
                    enum cause_when when, double amount);
void cause_sums_merge(struct cause_sums *into, const struct cause_sums *from);
/* The whole, once an entry. */
void cause_sums_whole(struct cause_sums *s, enum cause_when when, double amount);

/* The causes, largest share first, none below a tenth, of each dimension two at the most; 0 where
 * nothing has risen (`fall`: fallen). Seconds: what the two times are long; 0 before: nothing is
 * known of it. */
uint32_t cause_sums_rank(const struct cause_sums *s, double now_s, double before_s, bool fall,
                         struct cause out[CAUSES_MOST]);

#endif
