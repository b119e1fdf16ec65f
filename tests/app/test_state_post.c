/* What the sender says of one message is in one change, or in none; and is waited for. */
#include "app/state_post.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"

static int woken;

static void wake(void *ctx)
{
    (void)ctx;
    woken++;
}

static void try_one(struct notify_keep *keep, const char *key)
{
    struct notify_kept kept = {.channel = TEXT("ops"), .key = text_of(key), .message = 1};
    keep->tried(keep->ctx, &kept);
}

Test(post, marks_of_one_message_are_in_one_change)
{
    struct post *p = post_new();
    struct notify_keep keep = post_keep(p);
    struct store_change c = {0};
    post_on_change(p, wake, NULL);
    try_one(&keep, "a");
    try_one(&keep, "b");
    cr_expect_not(post_has_change(p), "half of a message");
    cr_expect_eq(woken, 0);
    keep.gone(keep.ctx, TEXT("ops"), TEXT("c"));
    keep.whole(keep.ctx);
    cr_expect_eq(woken, 1);
    cr_assert(post_has_change(p));
    post_change(p, &c);
    cr_assert_eq(c.message_count, 3);
    cr_expect(text_same(c.messages[1].key, TEXT("b")));
    post_written(p);
    cr_expect_not(post_has_change(p));
    keep.whole(keep.ctx);
    cr_expect_eq(woken, 1, "nothing is new");
    post_free(p);
}

static int64_t now_ns(void)
{
    struct clock clock = clock_real();
    return clock_monotonic(&clock);
}

/* The keeper's side: writes what there is, a moment later. */
static void *write_later(void *arg)
{
    struct post *p = arg;
    struct store_change c = {0};
    while (!post_has_change(p))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    post_change(p, &c);
    post_written(p);
    return NULL;
}

Test(post, is_waited_for_until_it_is_written_but_not_for_ever)
{
    struct post *p = post_new();
    struct notify_keep keep = post_keep(p);
    pthread_t keeper;
    post_on_change(p, wake, NULL);
    try_one(&keep, "a");
    keep.whole(keep.ctx);
    int64_t from = now_ns();
    keep.settle(keep.ctx);
    cr_expect_geq(now_ns() - from, NS_PER_S / 5, "nobody writes it: it waits a moment");
    from = now_ns();
    keep.settle(keep.ctx);
    cr_expect_lt(now_ns() - from, NS_PER_S / 5, "and then no more");
    try_one(&keep, "b");
    keep.whole(keep.ctx);
    cr_assert_eq(pthread_create(&keeper, NULL, write_later, p), 0);
    pthread_join(keeper, NULL);
    try_one(&keep, "c");
    keep.whole(keep.ctx);
    cr_assert_eq(pthread_create(&keeper, NULL, write_later, p), 0);
    from = now_ns();
    keep.settle(keep.ctx);
    cr_expect_geq(now_ns() - from, NS_PER_S / 100, "it is written a moment later");
    pthread_join(keeper, NULL);
    cr_expect_not(post_has_change(p));
    post_free(p);
}
