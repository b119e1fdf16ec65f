/* rules_kinds.h - values of a field that the rules cannot tell apart are one kind.
 *
 * Of the fields that rules ask about: which comparisons (rules_atoms.h) hold of a value is found out once,
 * and remembered by the value's hash (64 keyed bits), so that neither a filter nor a regular
 * expression is asked twice about what comes again. At most 4 MB for each field of which values are
 * remembered.
 *
 * Owns what it remembers. One thread. The net outlives it. Private to src/monitor/rules_*.c. */
#ifndef SPATE_MONITOR_RULES_KINDS_H
#define SPATE_MONITOR_RULES_KINDS_H

#include "monitor/rules_atoms.h"

enum {
    KINDS_MOST = 4096, /* of a field */
    KIND_FIELDS_MOST = 16,
    KIND_UNKNOWN = 0, /* not asked yet; or there are too many */
    KIND_ABSENT = 1,
    KIND_STRETCH = 128 /* entries that are looked at in one go: they stay in the first cache */
};

struct kind {
    uint32_t atoms, atom_count; /* those that hold, in kinds.held_lists */
    uint64_t value;             /* told apart: the hash of the only value; else 0 */
    uint64_t hash;              /* of all this */
};

struct value {
    uint64_t hash; /* 0: a free slot */
    uint32_t kind;
};

struct kind_field {
    enum field field;
    uint32_t number;   /* in the atoms; UINT32_MAX: there are none about it */
    const struct listed_texts *listed; /* its kinds come out of the number of the text; or NULL */
    bool told_apart;
    struct kind *kinds; /* by number; from KIND_ABSENT on */
    uint32_t kind_count, kind_room;
    uint16_t *kind_slots; /* by hash: a kind */
    struct value *values;
    uint32_t value_count, value_mask;
    uint16_t *direct; /* by listed text, status or stretch: kind */
    uint32_t direct_count;
};

struct kinds {
    struct key_secret secret;
    struct atoms *atoms;
    struct kind_field fields[KIND_FIELDS_MOST];
    uint32_t field_count;
    uint32_t *held_lists; /* of kinds */
    uint32_t held_count, held_room;
    uint32_t *list; /* room for all atoms */
};

/* Of the fields in `told_apart` each value is a kind of its own, while there are few. NULL: there is a
 * filter that cannot be taken apart, or too many fields. */
struct kinds *kinds_new(const struct rules_net *n, field_set told_apart);
void kinds_free(struct kinds *k); /* accepts NULL */

/* The kinds of field number `field` of entries that follow one another, at most KIND_STRETCH. */
void kinds_of(struct kinds *k, uint32_t field, const struct batch *b, const struct entry *first,
              uint32_t count, uint16_t *out);

/* That of an entry, which has the field. */
uint16_t kinds_find(struct kinds *k, uint32_t field, const struct batch *b, const struct entry *e);

#endif
