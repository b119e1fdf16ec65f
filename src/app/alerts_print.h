/* alerts_print.h - an alert of the history as text, JSON or CSV. Foreign text is made safe. Pure.
 */
#ifndef SPATE_APP_ALERTS_PRINT_H
#define SPATE_APP_ALERTS_PRINT_H

#include "app/options.h"
#include "notify/event.h"

struct alert_row {
    int64_t id;
    int64_t acknowledged;             /* seconds since 1970; 0: not */
    const struct notify_event *fired; /* NULL: not known */
    const struct notify_event
        *recovered; /* NULL: it still fires, as far as is known. One is there */
};

void alerts_print_head(struct buf *out, enum output form);
void alerts_print(struct buf *out, enum output form, const struct alert_row *row);

#endif
