/* rules_tape.h - how a tape lies in memory. Private to src/monitor/rules_*.c.
 *
 *   entry --- group that is split, or asks for more than counts ------------> keys, records
 *         \-- group that only counts, its rules bounded from below --> notes and sums of pages
 *
 * Of the second kind hardly anything is ever looked at: only the pages (of 256 seconds) in which a
 * rule could fire at all. So the entries are only noted down, one after the other, and the few that
 * matter are given to their groups' timelines when all is read, or when there are too many notes. */
#ifndef SPATE_MONITOR_RULES_TAPE_H
#define SPATE_MONITOR_RULES_TAPE_H

#include "monitor/cause.h"
#include "monitor/rules_net.h"
#include "monitor/rules_replay.h"
#include "monitor/rules_spans.h"

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
    uint32_t column_count;
    enum rule_counter columns[RULE_COUNTERS];
    struct tape_key **keys; /* of a group that is not split: one */
    uint32_t key_count, key_room, keys_most;
    uint32_t *index; /* by hash: key + 1 */
    uint32_t index_mask;
    struct tape_records visitors, times;
    struct rules_pages pages; /* of noted ones */
    struct rules_spans spans; /* in which there is something to judge; when all is read */
};

/* An entry that is noted down: second, group and class of status in one word; and its bytes in the next,
 * where the group counts them. */
enum { WORDS_IN_BLOCK = 128 * 1024 };

struct tape_block {
    uint32_t count; /* words; of the newest one: tape.note says more */
    uint64_t words[WORDS_IN_BLOCK];
};

enum tape_kind { TAPE_NOTED = 1, TAPE_BYTES = 2 }; /* bits */

struct rules_tape {
    const struct rule_spec *rules;
    struct rules_net *net;
    struct tape_group *groups;
    uint32_t *matched;
    uint8_t *kinds;         /* by group: is it noted down, and does it count bytes? */
    struct rules_page *now; /* by group: the page under way of noted ones */
    uint64_t *note, *notes_end; /* where the next word goes */
    struct tape_block **blocks;
    size_t block_count, block_most;
    size_t record_count, record_most;
    uint32_t level;  /* of visitors, those whose hash has that many zeros at the front */
    uint32_t stride; /* of durations, every stride-th, that often */
    uint32_t skip;
    bool any; /* the piece has had an entry, the last of which was at: */
    int64_t last;
    uint64_t leading;
};

/* ---- rules_tape_keys.c ---- */

/* The number of the key with that hash, which is made where there is none. */
uint32_t tape_key_at(struct rules_tape *t, struct tape_group *g, uint64_t hash, struct text name);
void tape_keys_free(struct tape_group *g);
void tape_key_flush(const struct tape_group *g, struct tape_key *k);

/* The key, ready for amounts of that second. */
static inline struct tape_key *tape_key_to(struct tape_group *g, uint32_t key, int64_t second)
{
    struct tape_key *k = g->keys[key];
    if (k->second != second || !k->pending) {
        tape_key_flush(g, k);
        k->second = second;
        k->pending = true;
    }
    return k;
}

/* ---- rules_tape_records.c ---- */

void tape_visitor(struct rules_tape *t, struct tape_group *g, uint32_t key, const struct batch *b,
                  const struct entry *e);
void tape_time(struct rules_tape *t, struct tape_group *g, uint32_t key, const struct entry *e);
void tape_records_free(struct tape_records *r);
/* Adds those of `from`, whose keys have other numbers here. */
void tape_records_merge(struct tape_records *into, const struct tape_records *from,
                        const uint32_t *numbers);
/* After merging: no visitor below the tape's level. */
void tape_records_level(struct rules_tape *t);
/* Takes records of keys that are gone (UINT32_MAX) out, and gives the others new numbers. */
void tape_records_renumber(struct tape_records *r, const uint32_t *numbers);

/* ---- rules_tape_notes.c ---- */

/* Which groups are noted down. */
void tape_notes_init(struct rules_tape *t, uint32_t share);
void tape_notes_done(struct rules_tape *t);
/* One entry for some of those groups. */
void tape_notes(struct rules_tape *t, const uint32_t *groups, uint32_t count,
                const struct entry *e);
void tape_notes_merge(struct rules_tape *into, struct rules_tape *from);
/* All is read: what matters goes to the timelines. */
void tape_notes_settle(struct rules_tape *t);

#endif
