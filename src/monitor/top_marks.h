/* top_marks.h - what somebody noted about each key of a table, for the entries of a stretch.
 *
 * A mark is a number that its owner chose for a key, and stands beside the key's row, so that who
 * looks the key up to count it finds the mark for nothing. Keys that are cut (KEY_LIMIT) and keys
 * without a row are asked for each time. One thread. */
#ifndef SPATE_MONITOR_TOP_MARKS_H
#define SPATE_MONITOR_TOP_MARKS_H

#include "monitor/top_batch.h"

/* Who notes. One for a table: its marks are nobody else's. */
struct top_marker {
    /* The mark for the value that the entry has, not 0; or 0: ask again next time. */
    uint16_t (*mark)(void *ctx, enum field field, const struct batch *b, const struct entry *e);
    void *ctx;
    uint16_t absent; /* where an entry lacks the field */
};

/* The marks of all entries of the stretch: by the keys in `cells`, which stand in the rows that it
 * names; by the rows of the entries; or as if there were none. */
void top_marks_of_cells(struct top *t, const struct top_cells *cells, const struct top_stretch *s,
                        enum field field, const struct top_marker *m, uint16_t *out);
void top_marks_of_rows(struct top *t, const uint32_t *rows, const struct top_stretch *s,
                       enum field field, const struct top_marker *m, uint16_t *out);
void top_marks_find(const struct top_stretch *s, enum field field, const struct top_marker *m,
                    uint16_t *out);

#endif
