/* alert_event.h - an alert of the monitor as what people are told of. Pure. */
#ifndef SPATE_APP_ALERT_EVENT_H
#define SPATE_APP_ALERT_EVENT_H

#include "model/snapshot.h"
#include "notify/event.h"

/* Texts point into *a. The event gets a key of its own. */
void alert_event(struct notify_event *out, const struct alert_figures *a, int64_t wall_ns);

#endif
