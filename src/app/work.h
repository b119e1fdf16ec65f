/* work.h - the reading of a report: files cut into pieces, pieces read by threads with tables of
 * their own, tables merged.
 *
 * The result does not depend on the number of threads. Main thread makes, runs and frees it. */
#ifndef SPATE_APP_WORK_H
#define SPATE_APP_WORK_H

#include "app/explain.h"
#include "app/inputs.h"
#include "app/pipe_causes.h"
#include "app/rule_set.h"
#include "base/buf.h"
#include "monitor/rules_replay.h"
#include "monitor/tally.h"
#include "parse/parser.h"

struct work;

/* What a work is about; all of it is kept by the caller as long as the work. */
struct work_order {
    const struct settings *settings;
    const struct inputs *inputs;
    const struct formats *formats;
    const struct rule_set *rules; /* put on tapes, if there are any beside the default one */
    unsigned jobs;
};

/* Opens every file once, so that a missing one is an error before anything is read. */
struct work *work_new(const struct work_order *o, struct error *why);
void work_free(struct work *w); /* accepts NULL */

/* Reads all, with progress on stderr when that is a terminal. False when a file could not be read to its
 * end (said on stderr); what was read before it is counted. */
bool work_run(struct work *w);

/* Says on stderr what the parsers had to say: that no format fits, and which ones auto chose. */
void work_notes(struct work *w, bool choices);

/* The latter as lines of the report. */
void work_choices(struct work *w, struct buf *out);

struct tally *work_total(struct work *w); /* after work_run(); owned by the work */

/* What the rules have counted; NULL: there are none beside the default one. */
struct rules_tape *work_tape(struct work *w);

/* What the rules said of a pipe while it was read; NULL: there is none. */
const struct pipe_causes *work_pipe(const struct work *w);

/* May be called several times. Reads once more what the explanation wants, of what can be read twice. */
void work_explain(struct work *w, struct explain *e, const struct explained *alerts, size_t count,
                  int64_t first);

#endif
