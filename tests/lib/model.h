/* model.h - runs a list of actions on a file system in memory beside the real follower, and
 * judges what came out against an oracle.
 *
 * Every line written is unique. The oracle: a line that was whole and was not destroyed unread
 * must come out exactly once; one that was destroyed before it was read may come out once; nothing
 * else may come out. A list that fails is shrunk to a short one that fails too. */
#ifndef SPATE_TESTS_MODEL_H
#define SPATE_TESTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum model_action {
    MODEL_WRITE,        /* whole lines, to what the writer has open */
    MODEL_HALF,         /* half a line; the next write completes it */
    MODEL_LONG,         /* a line longer than is kept */
    MODEL_OLD_WRITE,    /* a writer that still has the file of before the last rotation */
    MODEL_READ,         /* the follower runs until it has nothing to do */
    MODEL_GLANCE,       /* the follower makes a few calls only */
    MODEL_ROTATE,       /* log -> log.1 -> log.2 ..., the writer opens a new one at once */
    MODEL_ROTATE_LATE,  /* the same, but another writer keeps the old file for a while */
    MODEL_MOVE,         /* rotated away, and nothing in its place until the next write */
    MODEL_COPYTRUNCATE, /* log copied to log.1, then cut */
    MODEL_TRUNCATE,     /* cut, no copy */
    MODEL_REWRITE,      /* cut and written again, to about the same size */
    MODEL_REPLACE,      /* deleted and created again */
    MODEL_GZIP,         /* the oldest plain sibling is compressed */
    MODEL_RESTART,      /* the follower is stopped and goes on from the positions it gave */
    MODEL_STOP,         /* it is stopped; it starts at the next read */
    MODEL_OVERFLOW,     /* events are lost */
    MODEL_QUIET,        /* ten quiet seconds: old files are let go */
    MODEL_ACTIONS
};

struct model_step {
    uint8_t action;
    uint8_t amount;
};

struct model_faults {
    long nth;    /* of the follower's calls; 0: none */
    long length; /* so many in a row */
    unsigned seed;
};

struct model_result {
    bool passed;
    char problem[200];
    long calls;                    /* fallible calls made */
    long lines, doubtful, rescued; /* written; destroyed unread; of those, delivered all the same */
};

struct model_result model_run(const struct model_step *steps, size_t count, bool events,
                              struct model_faults faults);

/* Random lists from a seed, `runs` of them. Prints the shrunk list and its seed when one
 * fails. Returns how many passed: `runs` when all did. */
long model_runs(uint64_t seed, long runs);

const char *model_action_name(enum model_action action);

#endif
