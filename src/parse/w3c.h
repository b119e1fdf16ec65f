/* w3c.h - what the columns of a log that names its own are.
 *
 * A format_state belongs to one reader; it is what the last #Fields line said.
 * Private to src/parse/w3c*. */
#ifndef SPATE_PARSE_W3C_H
#define SPATE_PARSE_W3C_H

#include "parse/value.h"
#include "record/field.h"

enum { W3C_COLUMNS = 96 };

/* What a column is, beyond its field. */
enum part { PART_VALUE, PART_SKIP, PART_DATE, PART_CLOCK, PART_TAKEN };

struct format_state {
    unsigned count;    /* columns; 0: no #Fields line yet */
    unsigned required; /* up to the last of time, request, status and bytes */
    int date, clock;   /* columns; -1: none */
    int agent;
    bool headed;  /* by a #Fields line of the log itself */
    char day[11]; /* from a #Date line, for logs with only the time */
    struct {
        uint8_t part;  /* enum part: a log that is quiet keeps as little as may be */
        uint8_t field; /* enum field */
    } columns[W3C_COLUMNS];
};

/* Takes the columns that a #Fields line lists, in place of any before. */
void w3c_set_columns(struct format_state *s, struct text list);

/* Takes what a line that begins with # says. False when it is no `#Directive:` but a comment. */
bool w3c_directive(struct format_state *s, struct text line);

/* Whether a line is no hit without a good value in such a column. */
bool w3c_is_required(enum part part, enum field f);

/* All fields that columns can give. */
field_set w3c_fields(void);

#endif
