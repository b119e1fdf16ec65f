/* doubt.h - hits whose time lies too far in the future, kept until enough of them agree.
 *
 * logclock.h says when; what the window needs of each is copied, for its batch goes on. A value.
 * One thread. */
#ifndef SPATE_MONITOR_DOUBT_H
#define SPATE_MONITOR_DOUBT_H

#include "monitor/logclock.h"
#include "monitor/window.h"
#include "monitor/window_sections.h"

struct doubt {
    struct window_hit hits[LOGCLOCK_AGREE];
    char sections[LOGCLOCK_AGREE][SECTION_KEPT];
};

/* Keeps a hit as number `place` (from 0) of its row. */
static inline void doubt_keep(struct doubt *d, unsigned place, const struct window_hit *hit)
{
    struct window_hit *kept = &d->hits[place];
    *kept = *hit;
    if (!hit->has_section)
        return;
    kept->section.len = hit->section.len < SECTION_KEPT ? hit->section.len : SECTION_KEPT;
    memcpy(d->sections[place], hit->section.at, kept->section.len);
    kept->section.at = d->sections[place];
}

#endif
