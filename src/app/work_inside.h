/* work_inside.h - what a report's threads share, and what each has of its own. Private to
 * src/app/work*.c. Main makes and frees it; who may touch what stands beside it. */
#ifndef SPATE_APP_WORK_INSIDE_H
#define SPATE_APP_WORK_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/header.h"
#include "app/pipe_causes.h"
#include "app/range.h"
#include "app/work.h"

enum { NEWS_KEPT = 4 };

struct news {
    struct notice notice;
    const struct piece *piece; /* where the parser came upon it */
};

/* What one batch of a piece held: bytes of the file, and seconds. */
struct stretch {
    uint64_t from, to;
    int64_t first, last;
};

struct piece {
    const char *path;
    struct header *header; /* of the file; NULL for what cannot be cut */
    uint64_t from, to;
    bool ranged;
    bool once; /* a pipe: what is not seen now is not seen again, but by work.pipe, if it listens */
    bool heard;
    /* where there are rules to judge: refused lines before its first entry, its last entry's time,
     * and where the times lie in it */
    uint64_t leading;
    bool any;
    int64_t last;
    struct stretch *stretches;
    size_t stretch_count, stretch_room;
};

struct worker {
    struct work *work;
    pthread_t thread;
    /* Made by the thread itself, so that others go on meanwhile; NULL while it has not run. */
    struct tally *tally;
    struct rules_tape *tape; /* NULL also where there is no rule beside the default one */
    struct batch *batch;
    struct explain *explain; /* what is being read once more; NULL: everything is new */
    _Atomic uint64_t done;   /* bytes on disk read; main reads it for the progress */
    bool failed;
    size_t news_count;
    struct news news[NEWS_KEPT];
};

struct work {
    const struct formats *formats;
    dimension_set only;
    field_set fields;
    struct range range;
    const struct filter *where; /* NULL: every line */
    const struct rule_set *rules;
    uint32_t rule_count; /* of those that are put on tapes */
    struct header **headers; /* of all files that can be cut */
    size_t header_count;
    struct piece *pieces;
    size_t piece_count;
    uint64_t bytes;      /* on disk, all pieces; 0 when a pipe is among them */
    _Atomic size_t next; /* piece to take: a plain counter, nothing is published through it */
    atomic_uint left;    /* workers that have found no further piece */
    struct worker *workers;
    unsigned jobs;
    struct pipe_causes *pipe; /* what rules say of a piece that is read once; its reader's until
                                 work_run() is over */
};

/* What a worker needs of its own, unless that was made. */
void work_equip(struct worker *k);

/* A worker's thread: takes pieces until there are none. */
void *work_read(void *worker);

#endif
