/* pipeline.h - the live run: parser, clock and monitor threads around the queue.
 *
 * The only module that knows every stage. Owns the threads and everything they work on; the
 * renderer (main thread) sees nothing but the board. */
#ifndef SPATE_APP_PIPELINE_H
#define SPATE_APP_PIPELINE_H

#include "app/options.h"
#include "model/board.h"

struct pipeline;

/* Starts following and counting. `every`: keep each event for headless renderers. NULL with *why filled
 * when a file or format can never work. Signals must be blocked by the caller before. */
struct pipeline *pipeline_start(const struct settings *s, bool every, struct error *why);

struct board *pipeline_board(struct pipeline *p);

/* Any thread: reads what is there, counts it, posts BOARD_END. Does not wait for it. */
void pipeline_stop(struct pipeline *p);

/* Any thread: the length of the statistics' interval. */
void pipeline_set_update(struct pipeline *p, int64_t update_ns);

/* Any thread: the order in which the lists of the snapshots to come are. */
void pipeline_set_order(struct pipeline *p, enum top_order order);

/* Any thread: somebody has seen that alert. Kept where there is a state. */
void pipeline_acknowledge(struct pipeline *p, uint64_t alert);

/* Main thread: reads the configuration of `s` (those of the start) again. A good one takes over, without
 * losing a count or the state of alerts that stay the same; of a bad one the run tells, and goes on. */
void pipeline_reload(struct pipeline *p, const struct settings *s);

/* Stops if need be, waits for the threads and frees all. Accepts NULL. */
void pipeline_free(struct pipeline *p);

#endif
