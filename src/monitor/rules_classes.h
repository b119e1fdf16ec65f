/* rules_classes.h - lines that the rules cannot tell apart are one class.
 *
 * Of each field that rules ask about a value has a kind (rules_kinds.h); entries with the same kinds are
 * one class, and the groups that count them are found once a class. Bounded: of what is beyond
 * CLASSES_MOST classes, or has one kind too many, each line must be asked about by itself.
 *
 * Owns what it remembers. One thread. The net outlives it. */
#ifndef SPATE_MONITOR_RULES_CLASSES_H
#define SPATE_MONITOR_RULES_CLASSES_H

#include "monitor/rules_net.h"

enum { CLASS_STRETCH = 128, CLASS_NONE = 1, CLASS_FIRST = 2, CLASSES_MOST = CLASS_FIRST + 65536 };

struct line_class {
    uint32_t groups, group_count; /* in classes_groups(); but for that of all */
    /* The fields whose value is the same in all its lines (or which all lack), of those that were asked
     * for. */
    field_set known;
};

struct classes;

/* Of the fields in `told_apart` each value is a kind of its own, while there are few. */
struct classes *classes_new(const struct rules_net *n, field_set told_apart);
void classes_free(struct classes *c); /* accepts NULL */

/* The fields that lines are told apart by. No others need to be in an entry. */
field_set classes_fields(const struct classes *c);
bool classes_all(const struct classes *c); /* false: each line must be asked about by itself */

enum { CLASS_LACKS = 1 };

/* The classes of `count` entries of a batch that follow one another, at most CLASS_STRETCH. `lent`: by text
 * field, what classes_kind() says of each entry (CLASS_LACKS: it has none). Where it, or the whole, is
 * NULL, that is to be found. */
void classes_of(struct classes *c, const struct batch *b, const struct entry *first,
                uint32_t count, const uint16_t *const *lent, uint32_t *out);
uint16_t classes_kind(struct classes *c, enum field field, const struct batch *b,
                      const struct entry *e);

uint32_t classes_end(const struct classes *c); /* numbers are below; from CLASS_FIRST on */
const struct line_class *classes_at(const struct classes *c, uint32_t number);
const uint32_t *classes_groups(const struct classes *c, uint32_t number);

#endif
