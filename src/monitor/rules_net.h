/* rules_net.h - which rules an entry counts for, of many, in one look.
 *
 * Rules that choose the same entries and split them the same way (`where`, `per`) are one group and
 * share all that is counted. A filter that needs a certain text (section = /api) stands in a table
 * under the hash of that text; only the others are asked for each entry.
 *
 * Constant once made; any number of threads may ask. Keeps pointers into the rules. */
#ifndef SPATE_MONITOR_RULES_NET_H
#define SPATE_MONITOR_RULES_NET_H

#include "monitor/key.h"
#include "monitor/rule.h"

/* What is summed up of a group's entries. */
enum rule_counter {
    COUNT_ENTRIES,
    COUNT_BYTES,
    COUNT_ERRORS,
    COUNT_CLIENT_ERRORS,
    COUNT_REJECTED, /* lines that are no entries: of the group of all only */
    RULE_COUNTERS
};
#define COUNTER_BIT(c) (1u << (c))

enum { GROUP_ALL = 0, GROUP_NONE = UINT32_MAX };

struct rule_group {
    const struct rule_where *where; /* text NULL: every entry */
    uint64_t where_hash;            /* of its text */
    enum field per;                 /* FIELD_COUNT: not split */
    unsigned counters;              /* COUNTER_BIT of each that a rule asks for, or that is a whole */
    bool visitors, times;           /* a rule asks for them */
    int64_t window_most;            /* longest window that looks at it; 0: none does */
    uint32_t rule_count;
    uint32_t *rules; /* numbers in rules[], in their order */
};

struct rules_net {
    const struct rule_spec *rules;
    uint32_t rule_count, group_count;
    struct rule_group *groups; /* the first is that of all entries, not split */
    uint32_t *wholes;          /* by rule: the group that its share is of; GROUP_NONE: its own */
    uint32_t *groups_of_rules;
    field_set fields; /* what rules and filters read */
    /* private */
    struct key_secret secret;
    struct net_filter *filters;
    uint32_t filter_count, candidate_count, candidate_group_count;
    uint32_t always_count; /* so many candidates at the front are asked of every entry */
    uint32_t slot_mask, field_count;
    struct net_candidate *candidates;
    uint32_t *candidate_groups;
    struct net_slot *slots;
    enum field asked[FIELD_TEXTS]; /* fields under which something stands in slots[] */
};

/* rules: kept by the caller as long as the net. */
struct rules_net *rules_net_new(const struct rule_spec *rules, uint32_t count);
void rules_net_free(struct rules_net *n); /* accepts NULL */

/* The groups that count an entry, but for that of all; `groups` has room for group_count. Reads up
 * to 16 bytes behind a text: the slack of a batch. Returns how many. */
uint32_t rules_net_match(const struct rules_net *n, const struct batch *b, const struct entry *e,
                         uint32_t *groups);

#endif
