/* timeline.h - hits of every second of a log, however long and sparse.
 *
 * For judging alerts over a whole log in order of event time although lines come out of
 * order. Pages of 256 seconds in a keyed table, counters widened as needed. Merges. One thread. */
#ifndef SPATE_MONITOR_TIMELINE_H
#define SPATE_MONITOR_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

struct timeline;
struct timeline *timeline_new(void);
void timeline_free(struct timeline *t);
void timeline_reset(struct timeline *t);
void timeline_add(struct timeline *t, int64_t second, uint64_t hits);
void timeline_merge(struct timeline *into, const struct timeline *from);

/* Walks the seconds that have hits, in order. */
struct timeline_walk;
struct timeline_walk *
timeline_walk_new(const struct timeline *t); /* the timeline must not change meanwhile */
bool timeline_walk_next(struct timeline_walk *w, int64_t *second, uint64_t *hits);
/* Moves on to the first of them that is not before `second`. */
void timeline_walk_seek(struct timeline_walk *w, int64_t second);
/* The hits of the next TIMELINE_PAGE seconds that have any, the first of which is a multiple of that;
 * not together with the other two. */
enum { TIMELINE_PAGE = 256 };
bool timeline_walk_page(struct timeline_walk *w, int64_t *first, uint64_t *hits);
void timeline_walk_free(struct timeline_walk *w);

#endif
