/* head.h - the fast reader: the plain beginning of a program, read in one pass over the bytes.
 *
 * Compiled from the program's shape, whatever its name: words, the time in brackets, the quoted
 * request, numbers, quoted texts, each with a short literal behind. It knows only the usual look of
 * each value. Where a line looks different it gives the line, or what is left of it, to the exact
 * reader (walk.c); where it answers, the answer is the same.
 *
 * Owned by its program, constant; thread: any. */
#ifndef SPATE_PARSE_HEAD_H
#define SPATE_PARSE_HEAD_H

#include "parse/steps.h"

enum head_op {
    HEAD_WORD,
    HEAD_PREFIX,  /* the part of a word before a byte: a vhost and its : */
    HEAD_USER,    /* a FREE value that is one word here, with " [" behind */
    HEAD_TIME,    /* CLF */
    HEAD_REQUEST, /* quoted */
    HEAD_QUOTED,
    HEAD_LIST, /* a list of one: of more it is looked closer */
    HEAD_STATUS,
    HEAD_COUNT,
    HEAD_DURATION
};

struct head_step {
    uint8_t op;        /* enum head_op */
    uint8_t after_len; /* of the literal behind, at most 8 bytes */
    bool after_space;  /* it ends in a space, of which there must be one only */
    bool listed;       /* a number that may be several: only one alone is read */
    uint8_t notation;  /* enum notation, of a duration */
    uint64_t after, after_mask;
    field_set gives; /* fields that come out of it; none: stepped over */
    uint8_t field, also;
};

struct head {
    unsigned count; /* steps that it can read, at least `required` */
    unsigned required;
    unsigned total;       /* steps of the program */
    unsigned usual;       /* so many steps are "host - - [time", looked at in one go; or 0 */
    field_set usual_null; /* what the dashes there stand for */
    bool clf;             /* behind them stand request, status and bytes, and no more is required */
    const struct program *program; /* whose head it is */
    struct head_step steps[STEP_LIMIT];
};

/* NULL when the program's required steps are not all of the plain kinds. */
struct head *head_new(const struct program *p);
void head_free(struct head *h);

/* Reads steps up to `stop`. Returns how many are whole and stored, 0 when the line must be
 * read exactly from its start; *at stands behind the value of the last of them. */
unsigned head_read(const struct head *h, struct reading *r, unsigned stop, const char **at);

/* Reads lines as long as they are hits that it can read; see struct reader's read_run. */
size_t head_run(const struct program *p, struct line_run *run);

/* The two ways to do it; HEAD_ANY takes the vectors where the machine has them. Tests and
 * measurements force one. */
enum head_way { HEAD_ANY, HEAD_PLAIN, HEAD_VECTOR, HEAD_NONE };
void head_force(enum head_way way);
unsigned head_read_plain(const struct head *h, struct reading *r, unsigned stop, const char **at);
unsigned head_read_vector(const struct head *h, struct reading *r, unsigned stop, const char **at);
size_t head_run_plain(const struct program *p, struct line_run *run);
size_t head_run_vector(const struct program *p, struct line_run *run);

#endif
