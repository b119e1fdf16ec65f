/* tail.h - one open log file, read line by line as it grows.
 *
 * Owns the descriptor and the unfinished line. One thread. Its members are for the
 * source layer to read; they change only in here, but for the last group.
 *
 * What a tail is to its track (track.h draws how it becomes so):
 *   CURRENT  stands under the path and grows
 *   OLD      was rotated away; may still grow, for writers keep it open
 *   ARCHIVE  a compressed sibling: what is in it is read once
 *   COPY     a copy made by copytruncate: read up to the size it had when it was found,
 *            under the identity of the file that it was copied from
 *
 * Before bytes are read on, the bytes before them are compared with what stood there
 * (anchor): files are cut and written again, also to the same or a larger size. */
#ifndef SPATE_SOURCE_TAIL_H
#define SPATE_SOURCE_TAIL_H

#include "base/error.h"
#include "record/batch.h"
#include "record/position.h"
#include "source/decompress.h"
#include "source/lines.h"
#include "source/os.h"
#include <stdbool.h>
#include <stdint.h>

enum tail_role { TAIL_CURRENT, TAIL_OLD, TAIL_ARCHIVE, TAIL_COPY };

struct tail {
    const struct os *os;
    int fd;
    struct file_identity file; /* what is open */
    struct file_identity id;   /* as positions name it: of the file whose contents they are */
    enum tail_role role;
    struct lines lines;
    struct decompress *unpack; /* ARCHIVE */
    uint64_t packed_at;        /* ARCHIVE: compressed bytes read so far */
    uint64_t size;             /* at the last look; ARCHIVE: of the compressed file */
    int64_t modified_ns;       /* wall clock, at the last look */
    uint64_t limit;            /* COPY: where it ends */
    uint64_t backfill_to;      /* what stands before was there at the start */
    bool hole;                 /* since TAIL_CUT only NULs were met: see tail_restart() */
    bool at_end;               /* the last read left nothing behind */
    bool ended;                /* ARCHIVE, COPY: read to the end */
    bool alias;                /* its id is that of a file that lives on: never finished */
    uint64_t destroyed;        /* after TAIL_CUT: bytes known to have been there, unread */
    bool rewritten;            /* after TAIL_CUT: it did not even shrink */

    /* Belongs to the track. */
    bool hint;          /* something may have happened: look closer */
    bool pending;       /* worth a read */
    bool told_more;     /* the last read found something */
    bool rested;        /* was found whole and read to its end since it is OLD */
    bool announced;     /* its position was handed out once */
    bool polled;        /* no watch tells of changes */
    bool asleep;        /* its descriptor was given back: only its place is kept */
    int64_t nap_ns;     /* the last time it slept before its end was tried again */
    int watch;          /* -1: none */
    int deaf;           /* changes in a row that no watch told of */
    bool remote;        /* others may write it unseen by inotify */
    int64_t changed_ns; /* monotonic: when it last changed, or became old */
    int64_t retry_ns;   /* monotonic: not to be touched before, after an error */
    int failures;       /* errors in a row */
    size_t read_most;   /* bytes at a time; 0: as many as there is room for */
    int64_t order;      /* among what was found at the beginning: older is less */
};

/* Opens a regular file. NULL with errno (EISDIR: a directory, ENODEV: neither file nor directory).
 */
struct tail *tail_open(const struct os *os, const char *path, enum tail_role role);
void tail_close(struct tail *t);

/* Gives the descriptor back; and takes it again when that file stands there: false with errno. */
void tail_sleep(struct tail *t);
bool tail_wake(struct tail *t, const char *path);

/* Goes on at a position. ARCHIVE: unpacks up to there. 1: the bytes before it are what they were;
 * 0: they are not (the tail stands at 0 again); -1: errno, try again. */
int tail_seek(struct tail *t, const struct position *p);

/* Goes on at an offset whatever stands before it (which is read to become the anchor). -1: errno.
 */
int tail_seek_to(struct tail *t, uint64_t offset);

enum tail_result {
    TAIL_LINES,   /* the batch holds whole lines */
    TAIL_MORE,    /* bytes were read, none of them ended a line: call again */
    TAIL_NOTHING, /* nothing to read now */
    TAIL_CUT,     /* it shrank or was rewritten: tail_restart() or let it go */
    TAIL_ENDED,   /* ARCHIVE, COPY: all is read */
    TAIL_FAILED   /* errno */
};

/* Looks at the file and reads on, at most to the end of the backfill while that lasts. Fills what
 * the batch says about the lines, but for the source. */
enum tail_result tail_read(struct tail *t, struct batch *b);

/* Reads again from 0 after TAIL_CUT. A writer that does not append goes on at its old place, and
 * the file then begins with a hole: the NULs before the first other byte are no line. */
void tail_restart(struct tail *t);

/* The file is let go: hands out the unfinished last line if there is one, and in any case a
 * batch that says finished (but for an alias). */
void tail_finish(struct tail *t, struct batch *b);

/* Fills the batch with the position alone. */
void tail_announce(const struct tail *t, struct batch *b);

/* What is known to be there and not yet handed on, in bytes. */
uint64_t tail_behind(const struct tail *t);

void tail_position(const struct tail *t, struct position *out);

#endif
