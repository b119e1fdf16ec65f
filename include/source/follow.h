/* follow.h - reads many growing logs in one thread: whole lines, in the order
 * written, each once, across every kind of rotation.
 *
 * Owns all descriptors and unfinished lines. One thread (the parser thread) calls
 * everything but follow_wake(). inotify events are hints; a look at every file
 * each second is the truth; where inotify is not to be had, files are looked at
 * every 250 ms and that is said once. */
#ifndef SPATE_SOURCE_FOLLOW_H
#define SPATE_SOURCE_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "record/batch.h"
#include "source/os.h"

enum follow_from { FOLLOW_FROM_WINDOW, FOLLOW_FROM_END, FOLLOW_FROM_START, FOLLOW_FROM_BACK };

/* A place to go on from, as a state kept it; of one path the oldest file first. */
struct follow_resume {
    const char *path; /* as it was named */
    struct position position;
};

/* A row without a place (its position all zero) says that the file, or the pattern, was followed by the
 * run before: what is found there and has no place of its own is new since then, and read from 0. */
static inline bool follow_resume_is_blank(const struct follow_resume *r)
{
    return r->position.offset == 0 && r->position.id.inode == 0 && r->position.id.handle_len == 0;
}

struct follow_options {
    const char *const *paths; /* files, globs, or "-" for standard input (descriptor 0) */
    size_t path_count;
    enum follow_from from;
    int64_t back_s; /* FROM_WINDOW and FROM_BACK: seconds of log time before the newest event */
    const struct follow_resume *resume; /* places to go on from; they outrank `from` */
    size_t resume_count;
    /* The event second of a line of that source, for finding a time; false when it has none. */
    bool (*second_of)(void *ctx, uint32_t source, struct text line, int64_t *second);
    void *ctx;
    int quiet_s; /* how long an old file must be quiet before it is let go; 0: 5 s */
};

struct follow;

/* NULL with *why filled only for what can never work (no path, a directory, a FIFO or device named
 * as a log, a bad glob); a missing or unreadable file is waited for. */
struct follow *follow_open(const struct follow_options *o, const struct os *os, struct error *why);
void follow_close(struct follow *f);

/* False with *why filled when one of the names can never work: what follow_open() says of them. Any
 * thread. */
bool follow_check(const struct follow_options *o, const struct os *os, struct error *why);

/* Between two calls of follow_next(): from now on `paths` of *o are followed (checked; `from` and
 * `back_s` are taken over too, nothing else is looked at, and nothing is kept of it). What is in both goes
 * on, without a line lost or read twice. What is new begins where a start would begin, or, when it is not
 * there yet, at 0. What is let go is told as NOTICE_ENDED, and should it be named again it is gone on with
 * where it was left. Standard input neither comes nor goes. */
void follow_change(struct follow *f, const struct follow_options *o);

enum follow_result {
    FOLLOW_LINES,  /* the batch holds lines of batch->source */
    FOLLOW_NOTICE, /* the batch holds a notice */
    FOLLOW_IDLE,   /* nothing came within the time, or follow_wake() was called */
    FOLLOW_END     /* every source was standard input and has ended */
};

/* Waits at most timeout_ms for something to read and fills the (empty) batch: bytes, used,
 * source, backfill, behind, read_ns, position. Lines of one file a call. First everything
 * that stood in the files (backfill), closed by NOTICE_BACKFILLED once all files were
 * looked at, then what is appended. A batch without lines (used 0) only carries a position: where
 * a file was begun, or that it is finished. Positions belong to files: a source may have several
 * at a time, and a state keeps each by its identity until it is finished. */
enum follow_result follow_next(struct follow *f, struct batch *b, int timeout_ms);

/* Any thread, also from a signal handler: makes follow_next() return. */
void follow_wake(struct follow *f);

/* How many sources there are by now (globs grow), and the path of one. Where a log that a glob found
 * has been gone for a minute, its source may be that of a new one: a batch of such a source follows
 * NOTICE_OPENED with the new path. The old path lives on for 256 more such changes. */
size_t follow_source_count(const struct follow *f);
const char *follow_source_path(const struct follow *f, uint32_t source);

#endif
