/* rules_tape.h - how a tape lies in memory. Private to src/monitor/rules_*.c.
 *
 *   entry -- its class --- groups whose rules are bounded from below -> note, sums of pages
 *                     \--- other groups ----------------------------> keys, records
 *
 * Of the first kind hardly anything is ever looked at: only the pages (of 64 seconds) in which a
 * rule could fire at all. So the entries are only noted down, one word each, and what their classes
 * come to in a page is all that is summed up; the few entries that matter are given to their keys'
 * timelines when all is read, or when there are too many notes. */
#ifndef SPATE_MONITOR_RULES_TAPE_H
#define SPATE_MONITOR_RULES_TAPE_H

#include "monitor/cause.h"
#include "monitor/rules_classes.h"
#include "monitor/rules_net.h"
#include "monitor/rules_replay.h"
#include "monitor/rules_spans.h"
#include "monitor/tally_guest.h"

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
    uint32_t target; /* + 1; 0: its entries are not noted */
    bool direct;     /* some were counted at once: all of it is judged */
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
    bool noted;    /* its entries are noted down */
    uint32_t slow; /* durations from this bucket on may make a rule fire */
};

/* A key of a group whose entries are noted down. */
struct tape_target {
    uint32_t group, key;
    uint32_t places[PAGE_COLUMNS]; /* + 1: where its sums of a page are; 0: nobody asks */
    bool timed, untimed;           /* has entries with a duration, without one; when all is read */
    bool all;                      /* judged from the first second to the last; or: */
    struct rules_spans spans;      /* in which there is something to judge; when all is read */
    struct rules_spans people;     /* in which visitors matter; they lie within the others */
    size_t hint, people_hint;      /* the span looked at last */
};

/* A class of lines (rules_classes.h), as the tape counts it. */
struct tape_class {
    uint32_t targets, target_count; /* in tape.class_targets, first: */
    uint32_t timed_count;           /* those that ask for durations */
    uint32_t places, place_count;   /* in tape.class_places */
    uint32_t people, people_count;  /* in tape.class_people: where visitors are counted, once a page */
    uint32_t directs, direct_count; /* groups, in tape.class_directs: entry by entry */
    bool host;                      /* notes hold the visitor */
    bool timed, untimed;            /* had entries with a duration, without one */
    uint32_t wanted_count;          /* when all is read: targets at the front that have spans */
};

/* What of it is touched by each line; by class, too. */
struct tape_hot {
    uint64_t bytes; /* of the page under way */
    uint64_t faults; /* the same: errors, and from FAULTS_BITS on client errors */
    uint32_t entries;
    uint32_t word; /* the first one of its notes */
    uint8_t way;   /* enum tape_way */
    uint8_t words; /* WAY_NOTE: of a note, up to 2 */
    bool wanted;   /* when all is read: some target has spans */
};

enum tape_way {
    WAY_NEW,  /* no line of it has been counted */
    WAY_NOTE, /* one word says all, or a second one with the bytes; none where nobody asks */
    WAY_LONG  /* see the class */
};

enum { FAULTS_BITS = 32, PLACE_COLUMN_BITS = 2 };
_Static_assert(PAGE_SLOW <= 1 << PLACE_COLUMN_BITS, "a counter fits beside its place");

/* A note: the class, and what its bits say. Behind it, in that order: bytes, their upper half, how many
 * lines it is about, the visitor (two words), the bucket of the duration. With the first bit it is the
 * second of those that follow: the upper bits, then another word. */
enum {
    NOTE_CLASS_BITS = 17,
    NOTE_ERROR = 1 << 17,
    NOTE_CLIENT_ERROR = 1 << 18,
    NOTE_BYTES = 1 << 19,
    NOTE_WIDE = 1 << 20,
    NOTE_MANY = 1 << 21,
    NOTE_VISITOR = 1 << 22,
    NOTE_TIMED = 1 << 23
};
#define NOTE_SECOND (UINT32_C(1) << 31)
#define NOTE_BYTES_MOST ((UINT64_C(1) << 48) - 1)
#define NOTE_SECONDS (INT64_C(1) << 36) /* four thousand years: no server writes others */
_Static_assert(CLASSES_MOST <= 1 << NOTE_CLASS_BITS, "a class fits");
enum { BLOCK_BYTES = 2 * 1024 * 1024, WORDS_IN_BLOCK = BLOCK_BYTES / 4 - 6, NOTE_WORDS = 8 };
#define NOTE_NO_TIME UINT32_MAX

/* A visitor at a place, and the page in which it was seen last. What is forgotten counts anew: there are
 * never fewer than there were. */
enum { PEOPLE_SEEN = 64 * 1024 };

struct tape_seen {
    uint64_t who;
    int64_t page;
};

struct tape_block { /* 2 MB: a huge page */
    int64_t first, last; /* seconds in it */
    uint32_t count;      /* words; of the newest one: tape.note says more */
    uint32_t classes;    /* what is to be added to its classes' numbers */
    uint32_t words[WORDS_IN_BLOCK];
};
_Static_assert(sizeof(struct tape_block) == BLOCK_BYTES, "nothing is wasted");

struct rules_tape {
    const struct rule_spec *rules;
    struct rules_net *net;
    struct classes *classes;
    struct tape_group *groups;
    uint32_t *matched;
    struct tape_target *targets;
    uint32_t target_count, target_room;
    struct tape_class *rows; /* by class */
    struct tape_hot *hot;
    uint32_t class_count, class_room;
    uint32_t *class_targets, *class_places, *class_directs, *class_people;
    uint32_t class_target_count, class_place_count, class_direct_count, class_people_count;
    struct tape_seen *seen; /* who was seen where of late; PEOPLE_SEEN of them */
    /* the page under way */
    int64_t page;
    uint32_t *touched; /* classes; and room for one that is not */
    uint32_t touched_count;
    uint64_t *place_sums;
    uint32_t *places_touched, place_count, places_touched_count;
    struct rules_pages pages;
    /* notes */
    int64_t second;
    uint32_t *note, *notes_end; /* where the next word goes */
    struct tape_block **blocks;
    size_t block_count, block_most;
    size_t record_count, record_most;
    uint32_t level;  /* of visitors, those whose hash has that many zeros at the front */
    uint32_t stride; /* of durations, every stride-th, that often */
    uint32_t skip;
    bool any; /* the piece has had an entry, the last of which was at: */
    int64_t last;
    uint64_t leading;
    int64_t earliest, latest; /* seconds since rules_tape_seconds() was asked */
    /* the batch */
    const struct refusal *refused, *refused_end; /* which are not counted yet */
    struct tally_guest guest;
    bool faults; /* errors or client errors are asked for */
    bool alike;  /* no line differs from another: there is one class, and its notes are of many lines */
    uint64_t own_bytes[CLASS_STRETCH]; /* where no tally lends them */
    uint8_t own_hundred[CLASS_STRETCH];
    uint32_t line_classes[CLASS_STRETCH];
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

void tape_visitor(struct rules_tape *t, struct tape_group *g, uint32_t key, int64_t second,
                  uint64_t visitor);
void tape_time(struct rules_tape *t, struct tape_group *g, uint32_t key, int64_t second,
               uint32_t bucket);
void tape_records_free(struct tape_records *r);
/* Adds those of `from`, whose keys have other numbers here. */
void tape_records_merge(struct tape_records *into, const struct tape_records *from,
                        const uint32_t *numbers);
/* After merging: no visitor below the tape's level. */
void tape_records_level(struct rules_tape *t);
/* Takes records of keys that are gone (UINT32_MAX) out, and gives the others new numbers. */
void tape_records_renumber(struct tape_records *r, const uint32_t *numbers);

/* ---- rules_tape_classes.c ---- */

/* Which groups are noted down. */
void tape_choose_noted(struct rules_tape *t);
/* There are rows for all classes that there are. */
void tape_classes_room(struct rules_tape *t);
/* Of the class `e` is the first line. */
void tape_class_fill(struct rules_tape *t, uint32_t number, const struct batch *b,
                     const struct entry *e);
/* Adds what `from` has: classes behind the own ones. */
void tape_classes_merge(struct rules_tape *into, const struct rules_tape *from);
void tape_classes_done(struct rules_tape *t);

/* ---- rules_tape_notes.c ---- */

void tape_notes_done(struct rules_tape *t);
/* Before notes of up to `count` entries of that second. False: it cannot be noted. */
bool tape_notes_open(struct rules_tape *t, int64_t second, uint32_t count);
/* Lines more of the class in the page under way. */
static inline void tape_touch(struct rules_tape *t, struct tape_hot *hot, uint32_t entries,
                              uint64_t bytes, uint64_t faults)
{
    t->touched[t->touched_count] = (uint32_t)(hot - t->hot);
    t->touched_count += hot->entries == 0; /* nobody can foresee it */
    hot->entries += entries;
    hot->bytes += bytes;
    hot->faults += faults;
}

/* One line more of it; what of its note says what it was. */
static inline uint32_t tape_touch_line(struct rules_tape *t, struct tape_hot *hot,
                                       const struct tally_lent *l, uint32_t line)
{
    static const struct {
        uint64_t sums;
        uint32_t bits;
    } by_hundred[STATUS_HUNDREDS] = {[4] = {UINT64_C(1) << FAULTS_BITS, NOTE_CLIENT_ERROR},
                                     [5] = {1, NOTE_ERROR}};
    unsigned hundred = l->hundred[line];
    tape_touch(t, hot, 1, l->bytes[line], by_hundred[hundred].sums);
    return by_hundred[hundred].bits;
}

/* An entry of a class that has targets: all that there is to say. Its bytes are at most NOTE_BYTES_MOST. */
void tape_note_long(struct rules_tape *t, uint32_t number, const struct tally_lent *l, uint32_t line);
/* Before merging and at the end: nothing is under way. */
void tape_notes_close(struct rules_tape *t);
void tape_notes_merge(struct rules_tape *into, struct rules_tape *from, uint32_t classes_before);
/* All is read: what matters goes to the timelines. */
void tape_notes_settle(struct rules_tape *t);

/* ---- rules_tape_page.c ---- */

/* A line of the class, by its visitor, in the page under way. */
void tape_page_visitor(struct rules_tape *t, const struct tape_class *c, uint64_t visitor);
/* The sums of the page under way go to the others. */
void tape_page_close(struct rules_tape *t);
/* From the pages: what is to be judged of each target. */
void tape_choose_spans(struct rules_tape *t);

#endif
