/* race_board.c - one thread posts, one reads: every event once and in order, or the newest last,
 * and a reader that leaves lets the poster go. Plain main: for ThreadSanitizer. */
#include "model/board.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 20000, LEAVES_AFTER = 500 };

static struct snapshot *numbered(unsigned number)
{
    struct tally *t = tally_new(0, false, 0);
    struct alert_rule rule = {.above = number, .window_s = 1};
    struct snapshot *s = snapshot_of_tally(t, (struct snapshot_limits){0}, NULL, 0, &rule);
    tally_free(t);
    return s;
}

static void *post_all(void *board)
{
    for (unsigned i = 1; i <= EVENTS; i++) {
        struct snapshot *s = numbered(i);
        struct snapshot *mine = snapshot_hold(s);
        board_post(board, i == EVENTS ? BOARD_END : BOARD_UPDATE, s, NULL);
        if (mine->threshold != i) /* read while the other thread may let go of it */
            abort();
        snapshot_drop(mine);
    }
    return NULL;
}

static void expect(bool truth, const char *what, unsigned at)
{
    if (truth)
        return;
    fprintf(stderr, "race_board: %s at event %u\n", what, at);
    exit(1);
}

/* Reads until the end, or so many events; returns how many. */
static unsigned read_events(struct board *b, bool every, unsigned limit)
{
    unsigned taken = 0, last = 0;
    for (bool ended = false; !ended && taken < limit;) {
        struct pollfd p = {.fd = board_fd(b), .events = POLLIN};
        expect(poll(&p, 1, 30000) == 1, "nothing became readable", last);
        struct board_event e;
        while (taken < limit && board_take(b, &e)) {
            unsigned number = (unsigned)e.snapshot->threshold;
            expect(every ? number == last + 1 : number > last, "wrong order", number);
            last = number;
            taken++;
            ended = e.kind == BOARD_END;
            snapshot_drop(e.snapshot);
        }
    }
    return taken;
}

static void run(bool every, unsigned limit)
{
    struct board *b = board_new(every);
    pthread_t poster;
    expect(pthread_create(&poster, NULL, post_all, b) == 0, "no thread", 0);
    unsigned taken = read_events(b, every, limit);
    board_close(b);
    pthread_join(poster, NULL);
    board_free(b);
    if (every)
        expect(taken == (limit < EVENTS ? limit : EVENTS), "an event is missing", taken);
    printf("%s: %u events read\n", every ? "every" : "newest", taken);
}

int main(void)
{
    run(true, UINT32_MAX);
    run(true, LEAVES_AFTER);
    run(false, UINT32_MAX);
    return 0;
}
