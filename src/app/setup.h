/* setup.h - what settings make of a live run: which logs, read how, which lines of them, judged by
 * which rules. Made at the start, and again for each configuration that is read while it goes on.
 *
 * A value. Main makes it and frees it once nobody uses it; in between it is constant, but for
 * `formats`, which are the parser thread's. It points into the settings. */
#ifndef SPATE_APP_SETUP_H
#define SPATE_APP_SETUP_H

#include "app/options.h"
#include "app/rule_set.h"
#include "parse/parser.h"
#include "source/follow.h"

struct setup {
    const struct settings *settings;
    struct rule_set rules;
    struct formats *formats;
    field_set fields;             /* what is brought out of the lines */
    const struct filter *where;   /* only entries that it lets through; NULL: all */
    struct follow_options follow; /* which logs, and where to begin in them */
    size_t top;                   /* rows of lists */
};

/* False with *why when the settings can never work; setup_done() is due in any case. */
bool setup_init(struct setup *u, const struct settings *s, bool console, struct error *why);
void setup_done(struct setup *u);

/* Lines are read in the same way: what was learned of them holds on. */
bool setup_reads_alike(const struct setup *a, const struct setup *b);

#endif
