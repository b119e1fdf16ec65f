/* filter_program.h - what a filter is made of: tests, each of which knows the next one for either
 * answer. `and`, `or` and `not` are nothing but these ways, so that no test is asked in vain.
 *
 * Private to src/parse/filter*.c. Constant once made. */
#ifndef SPATE_PARSE_FILTER_PROGRAM_H
#define SPATE_PARSE_FILTER_PROGRAM_H

#include "base/buf.h"
#include "parse/filter.h"
#include "parse/pattern_match.h"

enum filter_kind {
    FILTER_SAME,    /* text, byte for byte */
    FILTER_LESS,    /* text < value */
    FILTER_UP_TO,   /* text <= value */
    FILTER_PATTERN, /* text ~ pattern */
    FILTER_NUMBER,  /* count or duration in [low, high] */
    FILTER_STATUS,
    FILTER_TIME /* low and high hold filter_time_key() */
};

enum { FILTER_TESTS_MOST = 1000, FILTER_DEPTH_MOST = 100, FILTER_BYTES_MOST = 64 * 1024 };

struct filter_test {
    uint8_t kind;     /* enum filter_kind */
    uint8_t field;    /* enum field */
    bool negated;     /* != !~ > >=: not what swapping the ways does, for a missing field is false
                         either way */
    uint16_t yes, no; /* the next test; `count` of the filter: false, `count` + 1: true */
    uint32_t value_at, value_len; /* text: in filter.values */
    union {
        struct {
            uint64_t low, high; /* both included; none fits when low > high */
        };
        struct {
            uint64_t head, mask; /* the first 8 bytes of the text, and which of them count */
        };
        struct {
            struct pattern_match *pattern;
            uint32_t literal_at, literal_len; /* in filter.values; empty: none is known */
            bool literal_first;
        };
    };
};

struct filter {
    struct filter_test *tests;
    uint32_t count;
    field_set fields;
    struct buf values;
    enum field needs; /* FIELD_COUNT: nothing */
    struct text needed;
};

/* Finds what every match of a test's pattern has (filter_comparison.c). */
void filter_literal(struct filter *f, struct filter_test *t);

/* An order of signed seconds that unsigned numbers keep. */
static inline uint64_t filter_time_key(int64_t second)
{
    return (uint64_t)second ^ UINT64_C(1) << 63;
}

/* The comparisons: one row each. */
struct filter_operator {
    const char *name;
    enum { COMPARE_SAME, COMPARE_LESS, COMPARE_UP_TO, COMPARE_MATCH } compare;
    bool negated;
};

/* Fills kind, low, high, negated of a comparison of a field that is not text. False with *why
 * (without a column) when the value is none of the field's. */
bool filter_value_set(struct filter_test *t, const struct filter_operator *op, struct text value,
                      struct error *why);

/* The expression before its tests are put in order: a tree in an array. */
enum filter_node_kind { FILTER_TEST, FILTER_AND, FILTER_OR, FILTER_NOT };

struct filter_node {
    enum filter_node_kind kind;
    uint32_t left, right; /* AND, OR; NOT: left */
    uint32_t test;
};

struct filter_tree {
    struct filter_node *nodes;
    uint32_t count, room, root;
    struct filter_test *tests; /* in the order written; `values` holds their texts */
    uint32_t test_count, test_room;
    struct buf values;
};

/* Reads an expression; the tree is to be given to filter_tree_done() in any case. */
bool filter_tree_read(struct filter_tree *tree, struct text expression, struct error *why);

/* Frees all that is still the tree's. */
void filter_tree_done(struct filter_tree *tree);

#endif
