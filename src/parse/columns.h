/* columns.h - lines of values in a fixed order, parted by spaces: the logs of proxies and of
 * Amazon's services.
 *
 * A layout is a constant table of columns; reading one is the same for all of them. Constant
 * data and pure functions; thread: any. Private to src/parse. */
#ifndef SPATE_PARSE_COLUMNS_H
#define SPATE_PARSE_COLUMNS_H

#include "parse/value.h"

enum column_wrap { BARE, QUOTED, BRACKETED };

struct column {
    /* Stores the piece; false when it is none such. NULL: stepped over. */
    bool (*take)(struct reading *r, const struct column *c, struct text piece);
    enum field field; /* that take stores */
    enum notation notation;
    enum column_wrap wrap; /* a bare - may stand for a wrapped value */
};

struct layout {
    const char *name;
    const struct column *columns;
    unsigned count;
    unsigned required; /* so many must be there and good for the line to be a hit */
    enum escape escape;
    field_set fields; /* all that it can give */
    unsigned needs;   /* bits, see struct format_facts */
    /* Where the first column begins; NULL with *reason: it is no such line. May be NULL. */
    const char *(*begin)(struct text line, const char **reason);
    enum verdict (*read)(struct reading *r); /* instead of the columns; NULL mostly */
};

/* What columns hold. */
bool column_value(struct reading *r, const struct column *c, struct text piece);
bool column_address(struct reading *r, const struct column *c,
                    struct text piece); /* of host:port */
bool column_positive(struct reading *r, const struct column *c,
                     struct text piece); /* -1: nothing */
/* Adds durations of several columns up; -1 in one of them means that the sum is nothing. */
bool column_sum(struct reading *r, const struct column *c, struct text piece);

/* The host of host:port or [host]:port; of a word without a colon the whole. */
struct text address_host(struct text address);

/* Takes the next value off the line at *at, separators before it stepped over. False when there
 * is none; a wrap that is not closed runs to the end and sets *cut. */
bool column_next(struct text line, size_t *at, enum column_wrap wrap, struct text *piece,
                 bool *cut);

enum verdict layout_read(const struct layout *layout, struct reading *r);

/* The tables, each with its rules (columns_*.c). */
extern const struct layout layout_squid, layout_haproxy, layout_envoy, layout_istio;
extern const struct layout layout_elb, layout_alb, layout_s3;

#endif
