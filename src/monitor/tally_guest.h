/* tally_guest.h - who counts something of its own beside a tally, of the same entries, uses what
 * the tally has found out: stretch by stretch, while all of it is in the first cache.
 *
 * Everything lent lives until the return. One thread. */
#ifndef SPATE_MONITOR_TALLY_GUEST_H
#define SPATE_MONITOR_TALLY_GUEST_H

#include "monitor/tally.h"
#include "monitor/top_marks.h"

/* `count` entries of the batch from `first` on, at most TOP_STRETCH. */
struct tally_lent {
    const struct batch *batch;
    uint32_t first, count;
    field_set all;          /* fields that each of them has */
    const uint64_t *bytes;  /* 0 where there are none */
    const uint8_t *hundred; /* of the status: 4, 5 ... */
    const uint8_t *runs;    /* where entries of one second end; the last one is `count` */
    uint32_t run_count;     /* 0: not all have a time */
    const uint64_t
        *hosts; /* hash of the client (key_hash() of what is cut); NULL: see for yourself */
    const uint16_t
        *marks[FIELD_TEXTS]; /* the guest's own; NULL: the tally has no table of the field */
};

struct tally_guest {
    field_set marked; /* of these fields marks are wanted; the same for all of the tally's life */
    bool hosts;
    struct top_marker marker;
    void (*take)(void *ctx, const struct tally_lent *lent);
    void *ctx;
};

/* Counts all entries and line counts of a batch, as tally_add() does. */
void tally_add_lending(struct tally *t, const struct batch *b, const struct tally_guest *g);

#endif
