/* queue.h - batches from the parser thread to the monitor thread and back.
 *
 * Two bounded single-producer single-consumer rings of pointers on C11 atomics: full
 * batches one way, empty ones the other. Nothing is ever dropped: a producer that
 * finds no empty batch waits, and the log file is the buffer meanwhile. The steady
 * state allocates nothing and takes no lock; a thread that has nothing to do
 * sleeps on an eventfd/futex and is woken by the other side.
 *
 * Owns all its batches. One producer thread, one consumer thread, and any
 * thread may call queue_stop() and queue_wake(). */
#ifndef SPATE_QUEUE_QUEUE_H
#define SPATE_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "record/batch.h"

struct queue;

/* `depth` batches (a power of two, 2 to 64) go round. */
struct queue *queue_new(size_t depth);
void queue_free(struct queue *q); /* both threads have left; accepts NULL */

/* Producer: an empty batch to fill, waiting for one when all are under way. NULL after queue_stop(). */
struct batch *queue_take_empty(struct queue *q);
/* Producer: hands a filled batch over. Never waits (it came out of the same ring). */
void queue_push(struct queue *q, struct batch *full);
/* Producer: gives back a batch it did not need. */
void queue_untake(struct queue *q, struct batch *unused);

/* Consumer: the next full batch; NULL at once when there is none. */
struct batch *queue_pop(struct queue *q);
/* Consumer: gives a batch back, cleared by the queue. */
void queue_give_back(struct queue *q, struct batch *done);
/* Consumer: sleeps until a batch is there, queue_wake() or queue_stop() was called, or
 * timeout_ns passed (negative: no limit). */
void queue_wait(struct queue *q, int64_t timeout_ns);

/* Any thread: makes queue_wait() return. A wake before the wait is not lost. */
void queue_wake(struct queue *q);
/* Any thread: the producer gets no further batch and leaves its wait. What was pushed can still be popped. */
void queue_stop(struct queue *q);

/* Batches pushed and not yet popped; a figure to show, already old when read. */
size_t queue_length(const struct queue *q);

#endif
