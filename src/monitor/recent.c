#include "monitor/recent.h"

#include <string.h>

/* Moves all one back; the last falls off a full array. */
static size_t rows_open(void *rows, size_t width, size_t count, size_t room)
{
    size_t kept = count < room ? count : room - 1;
    memmove((char *)rows + width, rows, kept * width);
    return kept + 1;
}

struct monitor_alert *recent_alerts_find(struct recent_alerts *r, uint64_t id)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].id == id)
            return &r->rows[i];
    return NULL;
}

void recent_alerts_drop(struct recent_alerts *r, uint64_t id)
{
    struct monitor_alert *row = recent_alerts_find(r, id);
    if (!row)
        return;
    size_t behind = (size_t)(&r->rows[r->count] - row) - 1;
    memmove(row, row + 1, behind * sizeof *row);
    r->count--;
}

/* Who makes room: the oldest that is over. One that fires is still of use, however long ago it
 * began. */
static size_t leaving(const struct recent_alerts *r)
{
    size_t i = r->count;
    while (i > 0 && !r->rows[i - 1].recovered)
        i--;
    return i > 0 ? i - 1 : r->count - 1;
}

struct monitor_alert *recent_alerts_add(struct recent_alerts *r, const struct monitor_alert *alert)
{
    if (r->count == MONITOR_ALERTS_KEPT)
        recent_alerts_drop(r, r->rows[leaving(r)].id);
    r->count = rows_open(r->rows, sizeof r->rows[0], r->count, MONITOR_ALERTS_KEPT);
    r->rows[0] = *alert;
    return &r->rows[0];
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
