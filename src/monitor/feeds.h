/* feeds.h - how each followed file fares, as its notices tell.
 *
 * Owns one row a source. One thread. */
#ifndef SPATE_MONITOR_FEEDS_H
#define SPATE_MONITOR_FEEDS_H

#include "monitor/monitor.h"

struct feeds {
    struct monitor_source *rows;
    size_t count, capacity;
    uint64_t losses;
};

void source_list_done(struct feeds *s);
void source_list_notice(struct feeds *s, uint32_t source, const struct notice *notice);
/* A batch of that source leaves so many bytes unread. */
void source_list_behind(struct feeds *s, uint32_t source, uint64_t bytes);

#endif
