/* hand_made.h - snapshots made by hand, for tests of what is drawn.
 *
 * A value with its own memory: hand_made_new() gives one full of plausible figures, the test
 * changes what it is about and posts it; the board or snapshot_drop() frees it. */
#ifndef SPATE_TESTS_LIB_HAND_MADE_H
#define SPATE_TESTS_LIB_HAND_MADE_H

#include "model/board.h"

enum { HAND_MADE_SECOND = 1795000000 }; /* the log clock of all of them */

enum hand_made {
    HAND_MADE_EMPTY,  /* a file that is not there yet */
    HAND_MADE_QUIET,  /* a file in which nothing happens */
    HAND_MADE_BUSY,   /* 8.4 requests/s, nothing wrong */
    HAND_MADE_FIRING, /* above the threshold */
    HAND_MADE_RECOVERED,
    HAND_MADE_TROUBLED, /* lines behind, losses, three files of which two are not well */
    HAND_MADE_HOSTILE,  /* terminal sequences in every text that came from a log */
    HAND_MADE_COUNT
};

/* `beat`: how many seconds later than the first; the graph moves on with it. */
struct snapshot *hand_made_new(enum hand_made kind, unsigned beat);
enum hand_made hand_made_named(const char *name); /* "busy"; HAND_MADE_COUNT when there is none */

#endif
