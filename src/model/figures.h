/* figures.h - the monitor's tables turned into plain figures in an arena.
 *
 * Inside the model only; used by snapshot.c. One thread at a time. */
#ifndef SPATE_MODEL_FIGURES_H
#define SPATE_MODEL_FIGURES_H

#include "model/arena.h"
#include "model/snapshot.h"

/* Everything of a tally. */
void figures_of_tally(struct arena *a, struct figures *out, const struct tally *t,
                      struct snapshot_limits limits);

/* Copies `count` rows with their keys. */
void top_list_of_rows(struct arena *a, struct top_list *out, const struct top_row *rows,
                      size_t count);

#endif
