/* alerts_save.h - one firing packed (base/pack.h), with its causes. One thread. */
#ifndef SPATE_MONITOR_ALERTS_SAVE_H
#define SPATE_MONITOR_ALERTS_SAVE_H

#include "base/pack.h"
#include "monitor/monitor.h"

/* Seconds that a log can mean: the years 1 to 9999. What is kept is not believed further. */
#define SAVED_SECOND_LEAST INT64_C(-62135596800)
#define SAVED_SECOND_MOST  INT64_C(253402300799)

int64_t unpack_second(struct unpack *u);

void alert_pack(const struct monitor_alert *a, struct buf *out);
void alert_unpack(struct monitor_alert *a, struct unpack *u);

#endif
