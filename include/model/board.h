/* board.h - where the monitor thread puts snapshots and the renderer finds them.
 *
 * Two ways to read: the newest (the console: what it missed does not matter), and every
 * event in order (headless: an update or alert must not be missed; the poster waits when
 * more than a few hundred are unread, so a blocked stdout holds the pipeline, and loses nothing).
 * One posting thread, one reading thread. The descriptor of board_fd() becomes readable when there is
 * something new, so that a reader can poll it beside the keyboard and signals. */
#ifndef SPATE_MODEL_BOARD_H
#define SPATE_MODEL_BOARD_H

#include <stdbool.h>
#include "model/snapshot.h"

enum board_kind {
    BOARD_LIVE,      /* only newer figures */
    BOARD_UPDATE,    /* an interval ended */
    BOARD_FIRING,    /* snapshot->alerts[0] has fired */
    BOARD_RECOVERED, /* the alert at `alert` has recovered */
    BOARD_NOTICE,    /* snapshot->notice */
    BOARD_END        /* the pipeline has ended: the summary */
};

struct board_event {
    enum board_kind kind;
    struct snapshot *snapshot;   /* held for the reader, who drops it */
    struct alert_figures alert;  /* FIRING and RECOVERED */
};

struct board;
/* NULL with errno set when the process has no descriptor left. `every`: keep each event until it is read (headless); else only the newest snapshot. */
struct board *board_new(bool every);
void board_free(struct board *b);

/* Poster: takes over the snapshot. `alert` may be NULL but for FIRING and RECOVERED. */
void board_post(struct board *b, enum board_kind kind, struct snapshot *s, const struct alert_figures *alert);

/* Reader: descriptor to poll. */
int board_fd(const struct board *b);
/* Reader: the next event (every) or the newest snapshot not seen yet; false when there is none. */
bool board_take(struct board *b, struct board_event *out);

/* Reader: will take no more; the poster never waits again. */
void board_close(struct board *b);

#endif
