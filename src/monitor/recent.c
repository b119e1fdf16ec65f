#include "monitor/recent.h"

#include <string.h>

/* Moves all one back; the last falls off a full array. */
static size_t rows_open(void *rows, size_t width, size_t count, size_t room)
{
    size_t kept = count < room ? count : room - 1;
    memmove((char *)rows + width, rows, kept * width);
    return kept + 1;
}

struct monitor_alert *recent_alerts_add(struct recent_alerts *r, const struct monitor_alert *alert)
{
    r->count = rows_open(r->rows, sizeof r->rows[0], r->count, MONITOR_ALERTS_KEPT);
    r->rows[0] = *alert;
    return &r->rows[0];
}

void recent_alerts_drop(struct recent_alerts *r)
{
    if (r->count == 0)
        return;
    r->count--;
    memmove(r->rows, r->rows + 1, r->count * sizeof r->rows[0]);
}

void recent_rejects_add(struct recent_rejects *r, const struct batch *b,
                        const struct reject *reject)
{
    /* The bytes of the row that falls off are used again. */
    char *at = r->count < MONITOR_REJECTS_KEPT ? r->lines[r->count]
                                               : (char *)(uintptr_t)r->rows[r->count - 1].line.at;
    struct text line = batch_span(b, reject->line);
    size_t len = line.len < REJECT_KEPT ? line.len : REJECT_KEPT;
    memcpy(at, line.at, len);
    r->count = rows_open(r->rows, sizeof r->rows[0], r->count, MONITOR_REJECTS_KEPT);
    r->rows[0] = (struct monitor_reject){.line = text_make(at, len),
                                         .reason = reject->reason,
                                         .column = reject->column,
                                         .source = b->source};
}
