/* rules_atoms.h - the comparisons that the filters of many rules are made of, each once.
 *
 * An atom depends on the value of one field only. What a value of a field says is the list of the
 * atoms that hold of it; what an entry says is those of its fields together, and that decides which
 * groups count it. So nothing needs to be asked twice: rules_classes.h remembers.
 *
 * Constant once made; any number of threads may ask. Keeps pointers into the rules. */
#ifndef SPATE_MONITOR_RULES_ATOMS_H
#define SPATE_MONITOR_RULES_ATOMS_H

#include "monitor/key.h"
#include "monitor/rules_net.h"

struct atoms;

/* NULL: there is a filter that cannot be taken apart. */
struct atoms *atoms_new(const struct rules_net *n);
void atoms_free(struct atoms *a); /* accepts NULL */

uint32_t atoms_count(const struct atoms *a);

/* The fields that atoms are about, in a fixed order. */
uint32_t atoms_fields(const struct atoms *a);
enum field atoms_field(const struct atoms *a, uint32_t number);

/* Texts that values are compared with. They are the user's, not a client's: a quick hash will do. */
struct listed_text {
    uint64_t head; /* the first 8 bytes, zeros behind */
    const char *at;
    uint32_t len;
    uint32_t number; /* from 1; 0: a free slot */
};

struct listed_texts {
    struct listed_text *slots;
    uint32_t mask, count;
};

static inline uint32_t listed_slot(uint64_t head, uint32_t len)
{
    return (uint32_t)(((head ^ len) * UINT64_C(0x9E3779B97F4A7C15)) >> 40);
}

/* The first 8 bytes of a text behind which 16 bytes may be read. */
static inline uint64_t listed_head(const char *at, uint32_t len)
{
    uint64_t head;
    memcpy(&head, at, sizeof head);
    return len >= sizeof head ? head : head & ~(UINT64_MAX << len * 8);
}

/* The number of that text; 0: it is another. */
static inline uint32_t listed_number(const struct listed_texts *l, const char *at, uint32_t len)
{
    uint64_t head = listed_head(at, len);
    const struct listed_text *t = &l->slots[listed_slot(head, len) & l->mask];
    for (; t->number; t = t == &l->slots[l->mask] ? l->slots : t + 1)
        if (t->head == head && t->len == len &&
            (len <= sizeof head || !memcmp(t->at + sizeof head, at + sizeof head, len - sizeof head)))
            return t->number;
    return 0;
}

/* Those of a text field of which nothing but such comparisons is asked; NULL: more is. */
const struct listed_texts *atoms_listed(const struct atoms *a, uint32_t number);

/* Of a field with numbers: the number of the stretch, between all numbers that are compared with, in
 * which the entry's lies. It has the field. */
uint32_t atoms_stretch(const struct atoms *a, uint32_t number, const struct entry *e);
uint32_t atoms_stretches(const struct atoms *a, uint32_t number); /* how many there are */

/* Writes the atoms that hold of the entry's value of a field (which it has), in order; room for
 * all. Returns how many. */
uint32_t atoms_of_value(const struct atoms *a, uint32_t number, const struct batch *b,
                        const struct entry *e, uint32_t *out);

/* The groups (but for that of all) that count an entry of which these atoms hold: by atom, 1 or 0.
 * `held` must also be told as a list. Room for all groups; returns how many, in order. */
uint32_t atoms_groups(const struct atoms *a, const uint8_t *held, const uint32_t *list,
                      uint32_t count, uint32_t *groups);

#endif
