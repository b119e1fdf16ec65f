/* notify_stage.h - from the monitor's alerts to the sender, through the state where there is one.
 *
 * Owns the sender. Main thread makes, starts, stops and frees it; the monitor thread hands alerts
 * over and never waits. The configuration and the state outlive it. */
#ifndef SPATE_APP_NOTIFY_STAGE_H
#define SPATE_APP_NOTIFY_STAGE_H

#include "app/config.h"
#include "app/reload.h"
#include "app/state.h"
#include "model/snapshot.h"

struct notify_stage;

/* Takes over what an earlier run has not sent. `state` may be NULL. NULL with *why. */
struct notify_stage *notify_stage_new(const struct config *c, struct state *state,
                                      struct error *why);
bool notify_stage_start(struct notify_stage *n, struct error *why);

/* Main thread, before the reload is handed on: whoever sends is there then. False with *why. */
bool notify_stage_ready(struct notify_stage *n, struct reload *r, struct error *why);
/* Monitor thread: other channels, for alerts from now on. The reload is told when those who tell people
 * look at it no more. */
void notify_stage_change(struct notify_stage *n, struct reload *r);

/* Monitor thread: an alert has fired or recovered. */
void notify_stage_alert(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns);
/* Monitor thread: the same of an event that is made already. */
void notify_stage_event(struct notify_stage *n, const struct notify_event *e);
/* Monitor thread, at its start: an alert that was told of in an earlier run still fires. */
void notify_stage_still(struct notify_stage *n, const struct alert_figures *a, int64_t wall_ns);

/* Once the monitor thread has left: sends what can be sent soon, says what could not. Accepts NULL.
 */
void notify_stage_free(struct notify_stage *n);

#endif
