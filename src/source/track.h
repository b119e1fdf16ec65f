/* track.h - one named log through its rotations: the file that stands under the path, and those
 * that were rotated away but are not done with.
 *
 *                 a                          d
 *   (path) ───────────────▶ CURRENT          ┌──────▶ let go
 *                            │ ▲ │ ▲         │
 *                          c └─┘ │ └──e──┐   │
 *                                └──b──▶ OLD ┘
 *
 *   (beside it) ──f──▶ ARCHIVE, COPY, OLD ──g──▶ let go
 *
 *   a  a file stands under the path that nobody reads: opened, from 0 (or where it was left)
 *   b  another file or none stands there: rotated. It is read on, before the newer
 *   c  it shrank, or the bytes before our place changed: read again from 0
 *   d  quiet for so long that no writer can hold it, while a newer one is written
 *   e  it stands under the path again
 *   f  found by identity or contents after a stop (begin), after a rotation that nobody
 *      saw, or after c: the copy that copytruncate made
 *   g  read to its end
 *
 * The oldest is let go first, and only when there is a newer; the last of a log that a pattern
 * found also when nothing has stood under the path, and nobody has written, for a minute. One that
 * was named keeps it: its writer may write on, and it is one file.
 *
 * What may have been destroyed unread (c; a file gone during a stop; one that came and went between
 * two looks and lies nowhere beside) is told as NOTICE_LOSS.
 * Anything that fails is tried again later, from a state that loses nothing.
 *
 * Owns its tails. One thread. Members are for the source layer to read. */
#ifndef SPATE_SOURCE_TRACK_H
#define SPATE_SOURCE_TRACK_H

#include "source/follow.h"
#include "source/shared.h"
#include "source/siblings.h"
#include "source/tail.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sibling that was there already at the last look: no product of a rotation since. */
struct seen {
    struct file_identity id;
    int64_t modified_ns; /* compressing makes another file of it, but keeps this */
};

struct track {
    struct shared *shared;
    uint32_t source;
    char *path;          /* as named */
    char *safe;          /* the same for notices */
    char *dir;           /* where it lies */
    char *parent;        /* where that lies */
    struct tail **tails; /* oldest first */
    size_t count, room;
    struct tail *current; /* the last of them, or NULL: nothing stands under the path */
    struct seen *seen;
    size_t seen_count;
    struct position *gone; /* resume positions that nothing goes on from: to be told as finished */
    size_t gone_count;
    const struct follow_options *places; /* while it begins: those with places kept in them */
    bool matched;       /* a pattern found it: it may vanish for good */
    bool begun;         /* it is settled where reading begins */
    bool look;          /* the path is to be looked at */
    bool polled;        /* no watch tells of the directory */
    bool waiting;       /* NOTICE_WAITING was told */
    bool named;         /* a notice has told its path */
    size_t read_most;   /* bytes at a time, until it is set anew; 0: no limit */
    bool trouble;       /* NOTICE_ERROR was told */
    int64_t missing_ns; /* since when nothing stands there; 0: something does */
    int64_t retry_ns;   /* not to be looked at before; 0: no matter */
    int64_t pause_ns;   /* the last pause */
    int64_t over_ns;    /* not to be asked before whether it is over */
    int unmet;          /* files that came under the path, as events tell, less those opened */
    int dir_watch, parent_watch;
};

struct track *track_new(struct shared *shared, uint32_t source, const char *path);
void track_free(struct track *k);

/* Resolves the path anew: edges a, b, e. */
void track_look(struct track *k);

/* Begins where the plan says; call it after the first track_look() until it returns true. */
struct plan {
    const struct follow_options *options;
    bool has_newest;
    int64_t newest; /* event second over all sources */
};
bool track_begin(struct track *k, const struct plan *plan);

/* The newest event second in the file: 1 found, 0 none, -1 errno. */
int track_newest(struct track *k, const struct follow_options *o, int64_t *second);

/* Reads what there is, oldest file first: edges c, d, g. True when the batch is filled
 * (perhaps with a position alone). */
bool track_read(struct track *k, struct batch *b);

/* Something of what stood there at the start is still to be read. */
bool track_backfilling(const struct track *k);

/* The file of those that is read next; NULL: nothing can be read ahead of it. */
const struct tail *track_past(const struct track *k);

/* There is something to read at once. */
bool track_busy(const struct track *k);

/* Nothing is left of it, nor beside it, that this track is needed for: whatever stands under the
 * path later may be read by a new one. */
bool track_is_over(struct track *k);

/* `files` that stood under the path were opened since the last look; 0: the same stands there. Told
 * as a loss when more have come: those were gone before they could be opened. */
void track_met(struct track *k, size_t files);

/* An event of the watcher, if it concerns this track. */
void track_event(struct track *k, const struct os_event *e);

/* Everything may have changed: look at all. */
void track_doubt(struct track *k);

/* True when it can be told nothing by watches. */
bool track_is_polled(const struct track *k);

/* When it wants to be called again; INT64_MAX: no wish. */
int64_t track_next_ns(const struct track *k);

bool track_holds(const struct track *k, const struct file_identity *id);
bool track_held_elsewhere(const struct track *k, const struct file_identity *id);

/* --- between track.c, track_begin.c, track_read.c and track_events.c --- */

void track_insert(struct track *k, size_t at, struct tail *t);
void track_remove(struct track *k, struct tail *t); /* closes it */
void track_watch(struct track *k, struct tail *t);
void track_pause(struct track *k, int64_t longest_ns);
void track_failed(struct track *k, int problem); /* tells once and pauses */
void track_lost(struct track *k, const char *how);
void track_well(struct track *k);                /* tells that it can be read again */

/* Remembers which siblings are there by now. */
void track_see(struct track *k, const struct siblings *s);

/* Lists them for that, so that none of them is taken for new later; *plain: how many of them are
 * not compressed. -1: errno. */
int track_look_beside(struct track *k, size_t *plain);
bool track_saw(const struct track *k,
               const struct sibling *from); /* also before it was compressed */
bool track_saw_file(const struct track *k, const struct file_identity *id);

/* The sibling that holds the bytes before the position, opened there under the position's identity
 * (edge f): 1, 0 or -1 with errno. What was last written before not_before_ns is left out, and what
 * has a place of its own: lines may be all alike. */
int track_find_contents(struct track *k, const struct siblings *s, const struct position *p,
                        int64_t not_before_ns, struct tail **found, size_t *index);

/* Opens the generations that nobody read and that are newer than all that the track holds: files
 * that stood under the path between two looks (edge f). -1 with errno; EBUSY: a generation that is
 * not compressed lies there, which only the place of what is held keeps from being read again. */
int track_open_newer(struct track *k, size_t *opened);

/* Opens a sibling as ARCHIVE or OLD. NULL with errno. */
struct tail *track_open_sibling(struct track *k, const struct sibling *from);

/* Opens the siblings [from, count) of the kind of s->at[from - 1] as generations that nobody read
 * (edge f), oldest first, before tails[at]; from 0: all that are not compressed. Leaves out what is
 * held, what is older than s->at[from - 1] by its times and, with only_new, what was seen before. */
int track_open_between(struct track *k, const struct siblings *s, size_t from, bool only_new,
                       size_t at, size_t *opened);

#endif
