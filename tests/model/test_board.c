/* test_board.c - what is posted, and what a reader gets. */
#include "model/board.h"
#include <criterion/criterion.h>
#include <poll.h>

/* A snapshot that can be told from others. */
static struct snapshot *numbered(double number)
{
    struct tally *t = tally_new(0, false, 0);
    struct alert_rule rule = {.name = "high traffic", .above = number, .window_s = 120};
    struct snapshot *s = snapshot_of_tally(t, (struct snapshot_limits){0}, NULL, 0, &rule);
    tally_free(t);
    return s;
}

static bool readable(const struct board *b)
{
    struct pollfd p = {.fd = board_fd(b), .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static double number_taken(struct board *b)
{
    struct board_event e;
    if (!board_take(b, &e))
        return -1;
    double number = e.snapshot->threshold;
    snapshot_drop(e.snapshot);
    return number;
}

Test(board, gives_the_newest_only_when_it_is_not_asked_for_each)
{
    struct board *b = board_new(false);
    cr_assert_not(readable(b));
    for (int i = 1; i <= 3; i++)
        board_post(b, BOARD_LIVE, numbered(i), NULL);
    cr_assert(readable(b));
    cr_assert_eq(number_taken(b), 3);
    cr_assert_not(readable(b));
    cr_assert_eq(number_taken(b), -1);
    board_free(b);
}

Test(board, gives_each_event_in_order_when_asked)
{
    struct board *b = board_new(true);
    for (int i = 1; i <= 256; i++)
        board_post(b, i % 2 ? BOARD_UPDATE : BOARD_LIVE, numbered(i), NULL);
    for (int i = 1; i <= 256; i++) {
        cr_assert(readable(b), "%d", i);
        cr_assert_eq(number_taken(b), i);
    }
    cr_assert_not(readable(b));
    board_free(b);
}

Test(board, hands_the_alert_on)
{
    struct board *b = board_new(true);
    board_post(b, BOARD_FIRING, numbered(1), &(struct alert_figures){.id = 7, .hits = 1203});
    struct board_event e;
    cr_assert(board_take(b, &e));
    cr_assert_eq(e.kind, BOARD_FIRING);
    cr_assert_eq(e.alert.id, 7);
    cr_assert_eq(e.alert.hits, 1203);
    snapshot_drop(e.snapshot);
    board_free(b);
}

Test(board, drops_what_is_posted_after_it_was_closed)
{
    struct board *b = board_new(true);
    board_post(b, BOARD_UPDATE, numbered(1), NULL);
    board_close(b);
    for (int i = 0; i < 1000; i++) /* would wait for ever if it were kept */
        board_post(b, BOARD_UPDATE, numbered(i), NULL);
    cr_assert_eq(number_taken(b), -1);
    board_free(b);
}

Test(board, a_snapshot_outlives_the_board_for_whoever_holds_it)
{
    struct board *b = board_new(false);
    struct snapshot *s = numbered(42);
    board_post(b, BOARD_LIVE, snapshot_hold(s), NULL);
    board_free(b);
    cr_assert_eq(s->threshold, 42);
    snapshot_drop(s);
}
