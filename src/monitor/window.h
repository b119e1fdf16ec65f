/* window.h - the last N seconds of the log clock: hits, bytes, status classes, sections, visitors.
 *
 * One slot a second in a ring, allocated once, 40 bytes each; sections and visitors in files of
 * their own. A second that is over is judged before the window moves on.
 *
 * Owns its memory, which is bounded whatever comes: 25 MB for seven days, and at most 8 MB of
 * sections and 5 MB of visitors. One thread. */
#ifndef SPATE_MONITOR_WINDOW_H
#define SPATE_MONITOR_WINDOW_H

#include "base/pack.h"
#include "base/text.h"
#include "monitor/top.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WINDOW_CLASSES = 6 }; /* by status / 100; 0: none or odd */

struct window;

/* What was seen of one hit. Hashes: key_hash(). */
struct window_hit {
    int64_t second; /* within the window */
    uint64_t bytes;
    uint16_t status; /* 0: none */
    bool has_section, has_host;
    struct text section;
    uint64_t section_hash, host_hash;
};

/* The seconds from `second` to `until` - 1 are over; each ends a window of that many hits. More
 * than one only where nothing is left in the window. */
typedef void window_judge(void *ctx, int64_t second, int64_t until, uint64_t hits);

struct window *window_new(int64_t seconds, bool sections, bool visitors);
void window_free(struct window *w);

/* Empties the window, which from now on ends with `second`. */
void window_set(struct window *w, int64_t second);

/* Moves the end of the window on to `second`; nothing if it is there already. A gap costs no more
 * than one window's length. */
void window_advance(struct window *w, int64_t second, window_judge *judge, void *ctx);

void window_add(struct window *w, const struct window_hit *hit);

/* Calls for the memory that adding these hits will touch, so that the waits for it overlap. */
void window_prefetch(const struct window *w, const struct window_hit *hits, uint32_t count);

/* One second of it. */
struct window_slot {
    uint64_t bytes; /* wraps */
    uint32_t hits;
    uint32_t classes[WINDOW_CLASSES];
};

/* A second of the window; NULL outside of it. Lives until the window changes. */
const struct window_slot *window_look(const struct window *w, int64_t second);
/* Fills a second that is empty, as it was kept, but for its sections and visitors; nothing outside of
 * the window. */
void window_restore(struct window *w, int64_t second, const struct window_slot *from);

/* What sections and visitors got in the seconds of [start, until), a small part of the window; and back,
 * into a window that stands where it stood, for seconds that were restored; NULL: only reads it. Reading
 * takes all or nothing; *u is then behind it, or bad. */
void window_pack(const struct window *w, int64_t start, int64_t until, struct buf *out);
bool window_unpack(struct window *w, int64_t start, int64_t until, struct unpack *u);

struct window_sums {
    uint64_t hits, bytes;
    uint64_t classes[WINDOW_CLASSES];
};
const struct window_sums *window_sums(const struct window *w);
int64_t window_end(const struct window *w);
uint64_t window_visitors(const struct window *w);
/* The newest `room` seconds' hits (at most the window's), oldest first; how many. */
size_t window_series(const struct window *w, uint32_t *hits, size_t room);
/* The first sections, like top_sorted_by(), which has no limit 0 here. */
size_t window_sections(const struct window *w, enum top_order by, struct top_row *rows, size_t limit);

#endif
