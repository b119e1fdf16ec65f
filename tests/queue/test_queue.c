#include <criterion/criterion.h>
#include <pthread.h>
#include <time.h>

#include "queue/queue.h"

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

Test(queue, has_nothing_to_pop_at_first)
{
    struct queue *q = queue_new(4);
    cr_assert_null(queue_pop(q));
    cr_assert_eq(queue_length(q), 0);
    queue_free(q);
}

Test(queue, gives_as_many_empty_batches_as_it_is_deep_and_all_are_different)
{
    struct queue *q = queue_new(64);
    struct batch *taken[64];
    for (int i = 0; i < 64; i++) {
        taken[i] = queue_take_empty(q);
        cr_assert_not_null(taken[i]);
        for (int k = 0; k < i; k++)
            cr_assert_neq(taken[i], taken[k]);
    }
    queue_free(q);
}

Test(queue, hands_batches_over_in_order)
{
    struct queue *q = queue_new(4);
    for (uint32_t i = 0; i < 4; i++) {
        struct batch *b = queue_take_empty(q);
        b->source = i;
        queue_push(q, b);
    }
    cr_assert_eq(queue_length(q), 4);
    for (uint32_t i = 0; i < 4; i++) {
        struct batch *b = queue_pop(q);
        cr_assert_eq(b->source, i);
        queue_give_back(q, b);
    }
    cr_assert_null(queue_pop(q));
    queue_free(q);
}

Test(queue, gives_batches_back_empty)
{
    struct queue *q = queue_new(2);
    for (int i = 0; i < 10; i++) {
        struct batch *b = queue_take_empty(q);
        cr_assert_eq(b->used, 0);
        cr_assert_eq(b->count, 0);
        cr_assert_eq(b->kind, BATCH_LINES);
        b->used = 10;
        b->count = 3;
        b->kind = BATCH_NOTICE;
        queue_push(q, b);
        queue_give_back(q, queue_pop(q));
    }
    queue_free(q);
}

Test(queue, takes_an_unused_batch_back_without_the_consumer)
{
    struct queue *q = queue_new(2);
    struct batch *a = queue_take_empty(q), *b = queue_take_empty(q);
    b->used = 5;
    queue_untake(q, b);
    queue_untake(q, a);
    cr_assert_eq(queue_length(q), 0);
    cr_assert_not_null(queue_take_empty(q));
    struct batch *again = queue_take_empty(q); /* would wait for ever if one were lost */
    cr_assert_eq(again->used, 0);
    queue_free(q);
}

Test(queue, uses_the_batch_again_that_came_back_last)
{
    struct queue *q = queue_new(8);
    struct batch *first = queue_take_empty(q), *second = queue_take_empty(q);
    queue_push(q, first);
    for (int i = 0; i < 20; i++) { /* one is filled while the other is under way */
        queue_give_back(q, queue_pop(q));
        queue_push(q, second);
        struct batch *again = queue_take_empty(q);
        cr_assert_eq(again, first, "another batch in round %d", i);
        first = second;
        second = again;
    }
    queue_free(q);
}

Test(queue, goes_round_many_times_without_losing_a_batch)
{
    struct queue *q = queue_new(8);
    for (uint32_t i = 0; i < 100000; i++) {
        struct batch *b = queue_take_empty(q);
        b->source = i;
        queue_push(q, b);
        if (i % 8 == 7)
            for (uint32_t k = 0; k < 8; k++) {
                struct batch *done = queue_pop(q);
                cr_assert_eq(done->source, i - 7 + k);
                queue_give_back(q, done);
            }
    }
    queue_free(q);
}

Test(queue, stops_the_producer_and_lets_the_consumer_finish)
{
    struct queue *q = queue_new(4);
    queue_push(q, queue_take_empty(q));
    queue_stop(q);
    cr_assert_null(queue_take_empty(q));
    queue_wait(q, -1); /* returns: there is something, and it is stopped */
    struct batch *b = queue_pop(q);
    cr_assert_not_null(b);
    queue_give_back(q, b);
    cr_assert_null(queue_take_empty(q));
    queue_wait(q, -1);
    queue_free(q);
}

Test(queue, does_not_lose_a_wake_before_the_wait)
{
    struct queue *q = queue_new(2);
    queue_wake(q);
    queue_wait(q, -1); /* for ever if it were lost */
    int64_t begin = now_ns();
    queue_wait(q, 2000000);
    cr_assert_geq(now_ns() - begin, 2000000, "one wake ends one wait");
    queue_free(q);
}

Test(queue, waits_no_longer_than_it_is_told)
{
    struct queue *q = queue_new(2);
    queue_wait(q, 0);
    queue_wait(q, 1000);
    queue_push(q, queue_take_empty(q));
    queue_wait(q, -1); /* there is something */
    queue_free(q);
}

static void *push_one(void *q)
{
    queue_push(q, queue_take_empty(q));
    return NULL;
}

static void *stop(void *q)
{
    queue_stop(q);
    return NULL;
}

Test(queue, wakes_a_waiting_consumer)
{
    struct queue *q = queue_new(2);
    pthread_t thread;
    pthread_create(&thread, NULL, push_one, q);
    queue_wait(q, -1);
    cr_assert_not_null(queue_pop(q));
    pthread_join(thread, NULL);
    queue_free(q);
}

Test(queue, lets_a_producer_go_that_waits_for_an_empty_batch)
{
    struct queue *q = queue_new(2);
    pthread_t thread;
    queue_push(q, queue_take_empty(q));
    queue_push(q, queue_take_empty(q));
    pthread_create(&thread, NULL, stop, q);
    cr_assert_null(queue_take_empty(q));
    pthread_join(thread, NULL);
    queue_free(q);
}
