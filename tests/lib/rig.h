/* rig.h - a follower with what it said collected: for tests that tell it step by step what to look
 * at, on real files or in memory.
 *
 * Owns the follower and what was collected. One thread. */
#ifndef SPATE_TESTS_RIG_H
#define SPATE_TESTS_RIG_H

#include "base/buf.h"
#include "source/follow.h"

enum { RIG_SOURCES = 8, RIG_NOTICES = 64, RIG_POSITIONS = 32 };

struct rig {
    const struct os *os;
    struct follow_options options; /* to be filled before rig_open() */
    struct follow *follow;
    struct batch *batch;
    struct buf lines[RIG_SOURCES]; /* of each source, joined by a space instead of \n */
    struct buf backfill;           /* what of it came as backfill */
    struct notice notices[RIG_NOTICES];
    size_t notice_count;
    struct follow_resume positions[RIG_POSITIONS]; /* as a state would keep them */
    char paths[RIG_POSITIONS][128]; /* of the positions: the follower that named them may be gone */
    size_t position_count;
    uint64_t truncated, behind;
    long batches;
    int finished;
};

void rig_init(struct rig *r, const struct os *os);
void rig_done(struct rig *r);

/* Opens the follower on one path, or on what the options name when it is NULL. */
void rig_open(struct rig *r, const char *path);
void rig_close(struct rig *r);

/* Stops and starts again from the positions collected. */
void rig_restart(struct rig *r);

/* Runs until nothing came for `ms`; returns what came from source 0 since the last call: "a b c".
 */
const char *rig_read(struct rig *r, int ms);

/* One call; the result. */
enum follow_result rig_step(struct rig *r, int ms);

int rig_told(const struct rig *r, enum notice_kind kind);         /* how often */
const char *rig_text(const struct rig *r, enum notice_kind kind); /* of the last one; "" */

#endif
