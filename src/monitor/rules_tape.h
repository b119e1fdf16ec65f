/* rules_tape.h - how a tape lies in memory. Private to src/monitor/rules_*.c. */
#ifndef SPATE_MONITOR_RULES_TAPE_H
#define SPATE_MONITOR_RULES_TAPE_H

#include "monitor/cause.h"
#include "monitor/rules_net.h"
#include "monitor/rules_replay.h"

/* A visitor (its hash) or a duration (its bucket) of a key in a second. */
struct tape_record {
    int64_t second;
    uint64_t what;
    uint32_t key;  /* in tape_group.keys */
    uint32_t hits; /* of a bucket */
};

struct tape_records {
    struct tape_record *rows;
    size_t count, room;
    uint32_t *recent; /* rows of late, + 1, by what they say: what comes again in its second is
                         found here */
};

/* What one key counted: a timeline a column. Neighbours mostly have the same second: that is added
 * up before it goes there. */
struct tape_key {
    uint64_t hash;
    int64_t second;
    bool pending;
    uint64_t amounts[RULE_COUNTERS]; /* of `second` */
    uint64_t totals[RULE_COUNTERS];
    struct timeline *columns[RULE_COUNTERS];
    uint32_t name_len;
    char name[CAUSE_NAME_SIZE];
};

struct tape_group {
    const struct rule_group *group;
    bool only_counts; /* and is not split */
    uint32_t column_count;
    enum rule_counter columns[RULE_COUNTERS];
    struct tape_key **keys; /* of a group that is not split: one */
    uint32_t key_count, key_room, keys_most;
    uint32_t *index; /* by hash: key + 1 */
    uint32_t index_mask;
    struct tape_records visitors, times;
};

/* What an entry adds to a group that only counts: put aside until the batch is over, and then taken
 * group by group, so that each group's memory is touched once. */
struct tape_note {
    int64_t second;
    uint64_t bytes;
    uint32_t group;
    uint16_t status;
};

struct rules_tape {
    const struct rule_spec *rules;
    struct rules_net *net;
    struct tape_group *groups;
    uint32_t *matched;
    struct tape_note *notes, *sorted;
    size_t note_count, note_room;
    uint32_t *starts; /* by group: where its notes begin in sorted[] */
    size_t record_count, record_most;
    uint32_t level;  /* of visitors, those whose hash has that many zeros at the front */
    uint32_t stride; /* of durations, every stride-th, that often */
    uint32_t skip;
    bool any; /* the piece has had an entry, the last of which was at: */
    int64_t last;
    uint64_t leading;
};

#endif
