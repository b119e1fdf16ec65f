/* rules_join.h - gives pairs of small numbers a number of their own, in the order in which they
 * come.
 *
 * While there are few: a table with a row for each left and a column for each right number, one
 * load a pair. When that would take more than 2 MB: by hash. At most JOINS_MOST pairs have a
 * number.
 *
 * Owns its table. One thread. Private to src/monitor/rules_*.c. */
#ifndef SPATE_MONITOR_RULES_JOIN_H
#define SPATE_MONITOR_RULES_JOIN_H

#include <stdint.h>

/* A left number is one of these; a right one that is 0 is not known, and its pair has no number. */
enum { JOIN_NONE = 1, JOIN_FIRST = 2, JOINS_MOST = 65536 };

struct join_slot {
    uint32_t left, right, number; /* number 0: free */
};

struct join {
    uint32_t *cells; /* by left, then right: 0: not yet asked for; NULL: slots are used */
    uint32_t rows, column_bits;
    struct join_slot *slots;
    uint32_t slot_mask;
    uint32_t count; /* numbers given: the next one is JOIN_FIRST + count */
};

void join_done(struct join *j); /* all zero: empty */

/* Puts the numbers of `count` pairs in the place of the left ones. All left numbers are below
 * left_end, all right ones below right_end. */
void join_all(struct join *j, const uint16_t *right, uint32_t count, uint32_t *left,
              uint32_t left_end, uint32_t right_end);
/* The same where all left ones are JOIN_FIRST. */
void join_first(struct join *j, const uint16_t *right, uint32_t count, uint32_t *out,
                uint32_t right_end);

#endif
