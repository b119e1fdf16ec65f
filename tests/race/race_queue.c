/* race_queue - drives the queue from every thread that may, with no sleep and much jitter; for
 * ThreadSanitizer. Every batch carries a number and a sum over bytes that the producer wrote
 * and the consumer reads; a lost, doubled, reordered or half-seen batch, or a lost wake
 * (which would hang, so an alarm ends the run), makes it fail. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue/queue.h"

enum { ROUNDS = 6, BATCHES = 20000, HANG_S = 100 };

struct course {
    struct queue *queue;
    uint64_t seed;
    _Atomic int waker_done;
    uint64_t got, wrong, longest;
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* A little work of changing length: the threads drift against each other. */
static void jitter(uint64_t *state)
{
    uint64_t turns = next_random(state) % 64 ? next_random(state) % 32 : next_random(state) % 4000;
    for (volatile uint64_t i = 0; i < turns; i++)
        ;
}

static void fill(struct batch *b, uint32_t number)
{
    b->source = number;
    b->used = 1 + number % 200;
    memset(b->bytes, (int)(number & 0xff), b->used);
}

static int holds(const struct batch *b, uint32_t number)
{
    if (b->source != number || b->used != 1 + number % 200)
        return 0;
    for (uint32_t i = 0; i < b->used; i++)
        if ((unsigned char)b->bytes[i] != (number & 0xff))
            return 0;
    return 1;
}

static void *produce(void *arg)
{
    struct course *c = arg;
    uint64_t random = c->seed;
    for (uint32_t i = 0; i < BATCHES; i++) {
        struct batch *b = queue_take_empty(c->queue);
        if (next_random(&random) % 16 == 0) { /* did not need it */
            queue_untake(c->queue, b);
            b = queue_take_empty(c->queue);
        }
        fill(b, i);
        queue_push(c->queue, b);
        jitter(&random);
    }
    struct batch *end = queue_take_empty(c->queue);
    end->kind = BATCH_END;
    queue_push(c->queue, end);
    return NULL;
}

static void *wake(void *arg)
{
    struct course *c = arg;
    uint64_t random = c->seed ^ 0x55;
    while (!atomic_load_explicit(&c->waker_done, memory_order_relaxed)) {
        queue_wake(c->queue);
        if (queue_length(c->queue) > c->longest)
            c->longest = queue_length(c->queue);
        jitter(&random);
    }
    return NULL;
}

static void *consume(void *arg)
{
    struct course *c = arg;
    uint64_t random = c->seed ^ 0xaa;
    for (;;) {
        struct batch *b = queue_pop(c->queue);
        if (!b) {
            queue_wait(c->queue, next_random(&random) % 4 ? -1 : 1000);
            continue;
        }
        if (b->kind == BATCH_END)
            break;
        c->wrong += !holds(b, (uint32_t)c->got);
        c->got++;
        jitter(&random);
        queue_give_back(c->queue, b);
    }
    return NULL;
}

/* All batches arrive, in order and whole. Every other round has no waker, so that
 * only the producer's own wake keeps it going. */
static int run_course(unsigned round)
{
    struct course c = {.queue = queue_new(2u << (round % 3)), .seed = round + 1};
    pthread_t producer, consumer, waker;
    pthread_create(&consumer, NULL, consume, &c);
    pthread_create(&producer, NULL, produce, &c);
    if (round % 2)
        pthread_create(&waker, NULL, wake, &c);
    pthread_join(producer, NULL);
    pthread_join(consumer, NULL);
    atomic_store_explicit(&c.waker_done, 1, memory_order_relaxed);
    if (round % 2)
        pthread_join(waker, NULL);
    queue_free(c.queue);
    if (c.got == BATCHES && c.wrong == 0 && c.longest <= 8)
        return 1;
    fprintf(stderr, "round %u: got %lu of %d, %lu wrong, longest %lu\n", round,
            (unsigned long)c.got, BATCHES, (unsigned long)c.wrong, (unsigned long)c.longest);
    return 0;
}

static void *produce_until_stopped(void *arg)
{
    struct course *c = arg;
    uint64_t random = c->seed;
    struct batch *b;
    for (uint32_t i = 0; (b = queue_take_empty(c->queue)) != NULL; i++) {
        fill(b, i);
        queue_push(c->queue, b);
        c->longest = i + 1; /* what it pushed, in this course */
        jitter(&random);
    }
    return NULL;
}

/* A stop at any moment frees the producer, and what it had pushed can be popped. */
static int run_stop(unsigned round)
{
    struct course c = {.queue = queue_new(4), .seed = round};
    uint64_t random = round;
    pthread_t producer;
    pthread_create(&producer, NULL, produce_until_stopped, &c);
    unsigned until = (unsigned)(next_random(&random) % 12);
    while (c.got < until) {
        struct batch *b = queue_pop(c.queue);
        if (!b) {
            queue_wait(c.queue, -1);
            continue;
        }
        c.wrong += !holds(b, (uint32_t)c.got);
        c.got++;
        queue_give_back(c.queue, b);
    }
    jitter(&random);
    queue_stop(c.queue);
    pthread_join(producer, NULL);
    for (struct batch *b; (b = queue_pop(c.queue)) != NULL;) {
        c.wrong += !holds(b, (uint32_t)c.got);
        c.got++;
    }
    queue_free(c.queue);
    if (c.wrong == 0 && c.got == c.longest)
        return 1;
    fprintf(stderr, "stop %u: got %lu of %lu, %lu wrong\n", round, (unsigned long)c.got,
            (unsigned long)c.longest, (unsigned long)c.wrong);
    return 0;
}

int main(void)
{
    alarm(HANG_S); /* a lost wake hangs */
    int good = 1;
    for (unsigned round = 0; round < ROUNDS; round++)
        good &= run_course(round);
    for (unsigned round = 0; round < 200; round++)
        good &= run_stop(round);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
