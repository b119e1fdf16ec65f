/* work.h - the reading of a report: files cut into pieces, pieces read by threads with tables of
 * their own, tables merged.
 *
 * The result does not depend on the number of threads. Main thread makes, runs and frees it. */
#ifndef SPATE_APP_WORK_H
#define SPATE_APP_WORK_H

#include "app/inputs.h"
#include "monitor/tally.h"
#include "parse/parser.h"

struct work;

/* Opens every file once, so that a missing one is an error before anything is read. */
struct work *work_new(const struct settings *s, const struct inputs *in, const struct formats *formats,
                      unsigned jobs, struct error *why);
void work_free(struct work *w); /* accepts NULL */

/* Reads all, with progress on stderr when that is a terminal. False when a file could not be read to its
 * end (said on stderr); what was read before it is counted. */
bool work_run(struct work *w);

/* Says on stderr what the parsers had to say (no format fits ...). */
void work_notes(struct work *w);

struct tally *work_total(struct work *w); /* after work_run(); owned by the work */

#endif
