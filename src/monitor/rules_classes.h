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

enum { CLASS_STRETCH = 64, CLASS_NONE = UINT32_MAX, CLASSES_MOST = 65536 };

struct line_class {
    uint32_t groups, group_count; /* in classes_groups(); but for that of all */
    /* The fields whose value is the same in all its lines (or which all lack), of those that were asked
     * for. */
    field_set known;
};

struct classes;

/* The lines of a class have statuses of one hundred (or none). Of the fields in `told_apart` each value is a kind of its own, while there are few. */
struct classes *classes_new(const struct rules_net *n, field_set told_apart);
void classes_free(struct classes *c); /* accepts NULL */

/* The classes of `count` entries of a batch that follow one another, at most CLASS_STRETCH. */
void classes_of(struct classes *c, const struct batch *b, const struct entry *first,
                uint32_t count, uint32_t *out);

uint32_t classes_count(const struct classes *c);
const struct line_class *classes_at(const struct classes *c, uint32_t number);
const uint32_t *classes_groups(const struct classes *c, uint32_t number);

#endif
