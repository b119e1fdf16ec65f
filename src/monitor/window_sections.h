/* window_sections.h - the busiest sections of the window.
 *
 * A table of the sections seen, with their sums over the window, and for each stretch of
 * seconds a list of what each section got in it, which is taken off the sums when the stretch
 * leaves.
 *
 * A stretch is one second for windows up to 4,096 seconds, else a 4,096th of the window; should
 * the lists grow beyond 262,144 items, neighbouring stretches are joined until they fit. The list
 * is then too high by what came within one stretch before the window. Beyond 8,192 sections the
 * rarest are forgotten.
 *
 * Owns its memory, at most 8 MB of items and 3 MB of sections. One thread. */
#ifndef SPATE_MONITOR_WINDOW_SECTIONS_H
#define SPATE_MONITOR_WINDOW_SECTIONS_H

#include "base/pack.h"
#include "monitor/top.h"
#include "monitor/window.h"
#include <stddef.h>
#include <stdint.h>

enum { SECTIONS_SAVED = 128 }; /* of those in the window */
enum { SECTION_KEPT = 256 }; /* bytes of a section's name; longer ones are cut when shown */

struct section_window;

struct section_window *section_window_new(int64_t seconds);
void section_window_free(struct section_window *s);
void section_window_clear(struct section_window *s, int64_t end);
/* The window now ends with `end`. */
void section_window_advance(struct section_window *s, int64_t end);
/* Calls for the memory that adding these hits will touch. */
void section_window_prefetch(const struct section_window *s, const struct window_hit *hits,
                             uint32_t count);
void section_window_add(struct section_window *s, const struct window_hit *hit);
/* The first `limit`; how many. Keys live until the next call. */
size_t section_window_sorted(const struct section_window *s, enum top_order by, struct top_row *rows,
                             size_t limit);

/* What the busiest sections got in the stretches that reach into [start, until). */
void section_window_pack(const struct section_window *s, int64_t start, int64_t until, struct buf *out);
/* Puts it back; NULL: only reads it, which is to be done first, for what is bad stays there in part. */
void section_window_unpack(struct section_window *s, int64_t start, int64_t until, struct unpack *u);

#endif
