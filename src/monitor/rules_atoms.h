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

/* Of a text field of which is only asked whether it is one of some texts, those texts are few: the
 * number of the one with that hash, from 1; 0: any other. */
bool atoms_is_listed(const struct atoms *a, uint32_t number);
uint32_t atoms_listed(const struct atoms *a, uint32_t number, uint64_t hash);
uint32_t atoms_listed_count(const struct atoms *a, uint32_t number);
uint64_t atoms_hash(const struct atoms *a, struct text value);

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
