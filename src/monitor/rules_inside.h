/* rules_inside.h - how the judge of rules lies in memory. Private to src/monitor/rules*.c. */
#ifndef SPATE_MONITOR_RULES_INSIDE_H
#define SPATE_MONITOR_RULES_INSIDE_H

#include "monitor/rules.h"
#include "monitor/rules_classes.h"
#include "monitor/rules_crowd.h"
#include "monitor/rules_lane.h"
#include "monitor/rules_net.h"
#include "monitor/rules_suspects.h"
#include "monitor/rules_times.h"

/* One rule for one key. */
struct judged {
    struct alert_phase phase;
    uint64_t tail, whole_tail; /* first cells of the window, in its lane and in that of the whole */
    uint64_t before;           /* sum of the metric before the second it fired */
    bool seen;                 /* with `per`: the key has been there since then, in the window or firing */
    int64_t since;
    struct monitor_alert *firing; /* while it fires */
};

/* What a group counted for one key; a group that is not split has one. */
struct rule_key {
    struct lane lane;
    uint64_t hash;
    uint32_t number; /* in crowds and histograms, and in group_run.keys */
    bool dirty;      /* something came since it was judged */
    int64_t next;    /* the second at which something leaves or is due */
    uint32_t name_len;
    char name[CAUSE_NAME_SIZE];
    struct judged judged[]; /* by rule of the group */
};

/* What may be the cause, for rules of one group that count the same things over the same time. */
struct group_cause {
    struct rule_spec about; /* one of them; the others' entries are the same */
    struct suspects suspects;
};

enum { NO_CAUSE = UINT32_MAX };

struct group_run {
    const struct rule_group *group;
    enum rule_counter columns[RULE_COUNTERS]; /* of its lanes */
    uint32_t column_of[RULE_COUNTERS];
    uint32_t column_count;
    bool judges_whole; /* a share of another group: judged whenever that one changes */
    struct rule_key **keys;
    uint32_t key_count; /* numbers given out; keys[] may have gaps */
    uint32_t key_used;
    uint32_t *index; /* by hash: number + 1; open addressing, INDEX_ROOM slots */
    /* by rule of the group, those of one window the same; and each once */
    struct crowd **crowds, **each_crowd;
    struct times **times, **each_times;
    uint32_t crowd_count, times_count;
    uint32_t *causes_of;
    struct group_cause *causes;
    uint32_t cause_count;
};

struct rules {
    struct rules_options options;
    struct rules_net *net;
    struct group_run *groups;
    struct classes *classes; /* made for the first entry: who judges a tape counts none */
    uint32_t *matched;       /* room for rules_net_match() */
    int64_t end;       /* the second under way */
    int64_t since;     /* counted from this second on */
    bool many_causes;
    uint32_t hurry; /* at the most one entry in that many goes into a sample */
    bool partial;      /* the second that is judged is not whole */
    uint32_t all_hits_cause; /* of the group of all; NO_CAUSE */
    uint32_t named;          /* alerts of this second whose causes were looked for */
    size_t firing;
};

enum { INDEX_ROOM = 4096 };

/* rules_keys.c: the key with that hash, or a new one; NULL where all are busy. */
struct rule_key *rules_key(struct group_run *g, uint64_t hash, struct text name);
/* Drops one that has nothing left in any window. */
void rules_key_drop(struct rules *r, struct group_run *g, struct rule_key *k);
struct rule_key *rules_key_new(struct group_run *g, uint64_t hash, struct text name);

/* Forgets the least busy quarter of the keys that are quiet. */
void rules_keys_purge(struct group_run *g);
void rules_keys_free(struct group_run *g);
/* Makes the index anew. */
void rules_keys_index(struct group_run *g);

/* The only key of a group that is not split. */
static inline struct rule_key *rules_only_key(struct group_run *g)
{
    return g->key_used ? g->keys[0] : rules_key_new(g, 0, TEXT(""));
}

/* What an entry adds to a counter. */
static inline uint64_t rules_amount(enum rule_counter c, const struct entry *e)
{
    unsigned hundreds = e->has & FIELD_BIT(FIELD_STATUS) ? e->status / 100u : 0;
    switch (c) {
    case COUNT_ENTRIES: return 1;
    case COUNT_BYTES: return e->has & FIELD_BIT(FIELD_BYTES) ? entry_number(e, FIELD_BYTES) : 0;
    case COUNT_ERRORS: return hundreds == 5;
    case COUNT_CLIENT_ERRORS: return hundreds == 4;
    default: return 0;
    }
}

/* rules_judge.c: what a metric sums up while its alert fires. */
enum rule_counter rules_counter(enum rule_metric m);

struct rule_key_name {
    uint64_t hash;
    struct text name;
};
/* What the entry is split by; false when it lacks the field. */
bool rules_key_of(const struct rules_net *n, enum field per, const struct batch *b,
                  const struct entry *e, char room[CAUSE_NAME_SIZE], struct rule_key_name *out);

/* rules_reload.c: name and definition. */
bool rules_same(const struct rule_spec *a, const struct rule_spec *b);
/* rules.c: what may be the cause of the one may be that of the other. */
bool rules_same_cause(const struct rule_spec *a, const struct rule_spec *b);

/* rules.c: forgets all keys and states; the windows now end with `second`. */
void rules_reset(struct rules *r, int64_t second);
/* rules_judge.c: where the window of a rule stands. */
struct reading {
    uint64_t value;   /* of the metric; UINT64_MAX: nothing to say */
    uint64_t whole;   /* what a rate or a share is of */
    uint64_t entries; /* what at_least is compared with */
};

#endif
