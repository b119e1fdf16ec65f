/* steps.h - the token program: what an Apache LogFormat or an nginx log_format compiles to,
 * and the exact way to read a line by it.
 *
 * A program is a lead literal and then steps; a step is a value and the literal behind it.
 * Steps 0 to `required` - 1 must be there for the line to be a hit; of the others as many
 * as are whole are taken.
 *
 * How a value finds its end (the literal behind it must match there):
 *   WORD    bytes without a space, the fewest that let the rest fit
 *   LIST    words joined by ", " or " : " (upstreams, forwarded-for), never fewer than there are
 *   NUMBER  digits, maybe a sign and a point, or a dash; always all of them
 *   TIME    as long as its notation goes
 *   QUOTED  up to the closing quote: one that no odd number of backslashes precedes
 *   FREE    any bytes, the fewest that let the rest fit
 * A space in a literal stands for one or more spaces in the line, except where values can
 * be empty (nginx's escape=json and none). Where a line with a run of spaces, or with one at either
 * end, does not fit whole, a space is also tried for just one with empty values between: the way
 * that makes more steps whole counts, in doubt the first. Once the required steps have fitted, the
 * choices before the last of them stand.
 *
 * Constant after program_finish(); thread: any. */
#ifndef SPATE_PARSE_STEPS_H
#define SPATE_PARSE_STEPS_H

#include "base/buf.h"
#include "parse/reader.h"
#include "parse/stamp.h"
#include "parse/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct head;

enum shape { SHAPE_WORD, SHAPE_LIST, SHAPE_NUMBER, SHAPE_TIME, SHAPE_QUOTED, SHAPE_FREE };

enum { STEP_LIMIT = 96 };
#define STEP_NONE FIELD_COUNT /* as a field: stepped over */

/* How a piece of a time is written, beyond enum notation. */
enum time_piece { TIME_WHOLE, TIME_PATTERN, TIME_FRACTION };

struct step {
    enum shape shape;
    enum field field;   /* STEP_NONE: stepped over */
    enum field also;    /* a second field with the same value, or STEP_NONE */
    field_set gives;    /* all fields that come out of it */
    field_set gives_on; /* the same of this and all later steps */
    enum notation notation;
    bool may_be_empty;
    bool may_be_gap;               /* empty between two spaces, where nothing else fits */
    bool dash_for_quoted;          /* a bare - may stand for the quoted value */
    uint8_t piece;                 /* enum time_piece */
    uint8_t digits;                /* of a TIME_FRACTION */
    struct stamp_pattern *pattern; /* of a TIME_PATTERN; owned */
    struct text after;             /* the literal behind; points into program.text */
};

struct program {
    struct buf text; /* all literals */
    struct text lead;
    struct step *steps;
    unsigned count, required;
    enum escape escape;
    bool flexible;   /* a space may be several */
    bool ends_blank; /* and ends the line: the last value does not hold it */
    bool has_gaps;   /* and values may be empty between two */
    bool loose_tail; /* what follows the required steps holds values without an end of their own */
    bool many_times; /* the time is put together from several steps */
    struct head *head; /* the fast reader; NULL: the program is of another shape */
};

void program_free(struct program *p);

/* The exact reading: the one that defines what a line means. */
enum verdict program_read_exact(const struct program *p, struct reading *r);

/* The same, by the fast reader as far as that goes. */
enum verdict program_read(const struct program *p, struct reading *r);

/* Behind the last step that gives a field of `want`. Where a later step could still move an
 * earlier one, that is the end. */
unsigned program_stop(const struct program *p, field_set want);

/* Reads the steps from `step` on at byte `at` of the line; those before are done and
 * were the required ones. */
void program_read_tail(const struct program *p, struct reading *r, unsigned step, const char *at);

/* ---- Building one ----------------------------------------------------------------------- */

/* What a directive or variable means: a row of a table. */
enum spaces { NO_SPACES, IN_LISTS, ANYWHERE };
struct directive {
    enum field field;
    enum notation notation;
    enum spaces spaces; /* whether the value may hold them */
    uint8_t rank;  /* of several directives for one field the lowest rank wins, then the first */
    uint8_t piece; /* enum time_piece */
    uint8_t digits;
    bool numeric; /* SHAPE_NUMBER, or a list of such */
    bool sent;    /* by the client, whatever it should be: spaces too, where what is behind tells */
};

struct builder {
    struct buf text; /* literals, one behind the other */
    struct {
        struct directive means;
        size_t literal_from, literal_to; /* before the value */
        struct stamp_pattern *pattern;
    } values[STEP_LIMIT];
    unsigned count;
    size_t literal_from; /* of the literal that is being collected */
};

void builder_init(struct builder *b);
void builder_done(struct builder *b);
void builder_literal(struct builder *b, char byte);
/* The literal byte of a format's text at *at, which moves on. Behind a backslash one of `known` is
 * what stands at its place in `means`; any other leaves the backslash itself. */
void builder_escaped(struct builder *b, struct text format, size_t *at, const char *known,
                     const char *means);
/* Takes `pattern` over (NULL mostly). False when there are more values than a format may have. */
bool builder_value(struct builder *b, struct directive means, struct stamp_pattern *pattern);
/* True when the value before stands directly here, no literal between. */
bool builder_touches(const struct builder *b);

/* Decides shapes, duplicates, what is required and the facts; empties the builder.
 * NULL with *why when the format has no value at all. */
struct program *builder_finish(struct builder *b, enum escape escape, struct format_facts *facts,
                               struct error *why);

/* The program for a format's text (apache.c, nginx.c). */
struct program *apache_compile(struct text log_format, struct format_facts *facts,
                               struct error *why);
struct program *nginx_compile(struct text log_format, enum escape escape,
                              struct format_facts *facts, struct error *why);

#endif
