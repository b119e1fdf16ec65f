/* config_problem.h - what is wrong with a configuration, so that it can be put right at once: the
 * place, what would be right, and the line itself with a caret below.
 *
 * Collects up to PROBLEMS_MOST, in the order found. What stands behind a key that names a secret is
 * not shown. Owned by whoever reads a configuration; one thread. */
#ifndef SPATE_APP_CONFIG_PROBLEM_H
#define SPATE_APP_CONFIG_PROBLEM_H

#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>

enum { PROBLEMS_MOST = 20 };

struct config_problems {
    const char *path;   /* as shown; lives as long as this */
    struct text source; /* the file's bytes, the same */
    struct buf text;    /* all of them, with lines and carets; safe for a terminal */
    unsigned count;     /* also those beyond the limit */
    /* the first one: 1-based; 0 where it has no place */
    uint32_t line, column;
    struct error first; /* "FILE:LINE:COLUMN: what" */
};

/* A span of the source. */
struct config_place {
    size_t at, end;
};

void problems_init(struct config_problems *p, const char *path, struct text source);
void problems_done(struct config_problems *p);

/* Adds one. Returns false. */
bool problem_at(struct config_problems *p, struct config_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The byte of a 1-based line and column (in characters), clamped to the source. */
size_t problem_byte(struct text source, uint32_t line, uint32_t column);

#endif
