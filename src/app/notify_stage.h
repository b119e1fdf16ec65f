/* notify_stage.h - from the monitor's alerts to the sender, through the state where there is one.
 *
 * Owns the sender. Main thread makes, starts, stops and frees it; the monitor thread hands alerts
 * over and never waits. The configuration and the state outlive it. */
#ifndef SPATE_APP_NOTIFY_STAGE_H
#define SPATE_APP_NOTIFY_STAGE_H

#include "app/config.h"
#include "app/state.h"
#include "model/snapshot.h"

struct notify_stage;

/* Takes over what an earlier run has not sent. `state` may be NULL. NULL with *why. */
struct notify_stage *notify_stage_new(const struct config *c, struct state *state,
                                      struct error *why);
bool notify_stage_start(struct notify_stage *n, struct error *why);

/* Monitor thread: an alert has fired or recovered. */
void notify_stage_alert(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns);
/* Monitor thread, at its start: an alert that was told of in an earlier run still fires. */
void notify_stage_still(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns);

/* Once the monitor thread has left: sends what can be sent soon, says what could not. Accepts NULL.
 */
void notify_stage_free(struct notify_stage *n);

#endif
