#include "queue/queue.h"

#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { LANE_SLOTS = 64, CACHE_LINE = 64 };

/* One direction: one thread puts, one takes. `put` and `taken` only grow; their difference is
 * what lies in between. Each index has a cache line of its own, for each is written by
 * another thread. There are never more batches than slots, so a put never finds it full. */
struct lane {
    alignas(CACHE_LINE) _Atomic size_t put;
    alignas(CACHE_LINE) _Atomic size_t taken;
    alignas(
        CACHE_LINE) _Atomic uint32_t asleep; /* futex: 1 while the taker sleeps or is about to */
    struct batch *slots[LANE_SLOTS];
};

struct queue {
    struct lane full;  /* producer puts, consumer takes */
    struct lane empty; /* consumer puts, producer takes */
    alignas(CACHE_LINE) _Atomic bool stopped;
    _Atomic bool woken; /* queue_wake() was called and not yet answered */
    size_t depth;
    struct batch *all[LANE_SLOTS];
    struct batch *unused[LANE_SLOTS]; /* producer's own: empty, the last used on top */
    size_t unused_count;
};

static void futex_sleep(_Atomic uint32_t *word, uint32_t expected, const struct timespec *timeout)
{
    /* Every way out (woken, timed out, a signal, the word has changed) leads to a look at the lane,
     * so that the result says nothing more. */
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout, NULL, 0);
}

static void lane_ring(struct lane *lane)
{
    /* Meets the store of 1 in lane_sleep(): what the caller published (an index, a flag) and this
     * exchange stand in one total order with the sleeper's store of 1 and its look after it.
     * So either we see the 1 and wake it, or it sees what we published. */
    if (atomic_exchange_explicit(&lane->asleep, 0, memory_order_seq_cst))
        syscall(SYS_futex, &lane->asleep, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void lane_put(struct lane *lane, struct batch *batch)
{
    /* Only this thread writes `put`, so its own last value needs no order. */
    size_t put = atomic_load_explicit(&lane->put, memory_order_relaxed);
    lane->slots[put % LANE_SLOTS] = batch;
    /* The slot is full before the index moves; meets the acquire in lane_take(). Sequentially
     * consistent besides, for the sleeper's look in lane_sleep(). */
    atomic_store_explicit(&lane->put, put + 1, memory_order_seq_cst);
    lane_ring(lane);
}

static struct batch *lane_take(struct lane *lane)
{
    /* Only this thread writes `taken`. */
    size_t taken = atomic_load_explicit(&lane->taken, memory_order_relaxed);
    /* Meets the store in lane_put(): the slot and the batch behind it are ours to read. */
    if (taken == atomic_load_explicit(&lane->put, memory_order_acquire))
        return NULL;
    struct batch *batch = lane->slots[taken % LANE_SLOTS];
    /* No putter waits for the slot (there are never more batches than slots); the release is for
     * queue_length(), whose acquire then never sees more taken than put. */
    atomic_store_explicit(&lane->taken, taken + 1, memory_order_release);
    return batch;
}

/* Taker: sleeps while the lane is empty and neither flag is set. May return early. */
static void lane_sleep(struct lane *lane, _Atomic bool *stopped, _Atomic bool *woken,
                       const struct timespec *timeout)
{
    /* Meets the exchange in lane_ring(): from here on whoever publishes sees the 1 and wakes us;
     * whoever published before it is seen by the three looks below. */
    atomic_store_explicit(&lane->asleep, 1, memory_order_seq_cst);
    size_t taken = atomic_load_explicit(&lane->taken, memory_order_relaxed);
    /* Meets the stores in lane_put(), queue_stop() and queue_wake(). */
    if (taken == atomic_load_explicit(&lane->put, memory_order_seq_cst) &&
        !atomic_load_explicit(stopped, memory_order_seq_cst) &&
        !(woken && atomic_load_explicit(woken, memory_order_seq_cst)))
        futex_sleep(&lane->asleep, 1, timeout);
    /* Nothing is handed over by this store: a ring that comes between sees 1 or 0, and both are
     * right, for we are awake. */
    atomic_store_explicit(&lane->asleep, 0, memory_order_relaxed);
}

struct queue *queue_new(size_t depth)
{
    assert(depth >= 2 && depth <= LANE_SLOTS && (depth & (depth - 1)) == 0);
    struct queue *q = mem_aligned(alignof(struct queue), sizeof *q);
    q->depth = depth;
    for (size_t i = 0; i < depth; i++) {
        q->all[i] = batch_new();
        lane_put(&q->empty, q->all[i]);
    }
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->depth; i++)
        batch_free(q->all[i]);
    free(q);
}

/* What was used last is still in the caches, when little goes round even all of it. */
static void gather_empty(struct queue *q)
{
    for (struct batch *batch; (batch = lane_take(&q->empty));)
        q->unused[q->unused_count++] = batch;
}

struct batch *queue_take_empty(struct queue *q)
{
    for (;;) {
        /* Meets the store in queue_stop(). */
        if (atomic_load_explicit(&q->stopped, memory_order_acquire))
            return NULL;
        gather_empty(q);
        if (q->unused_count)
            return q->unused[--q->unused_count];
        lane_sleep(&q->empty, &q->stopped, NULL, NULL);
    }
}

void queue_push(struct queue *q, struct batch *full)
{
    lane_put(&q->full, full);
}

void queue_untake(struct queue *q, struct batch *unused)
{
    assert(q->unused_count < q->depth);
    batch_clear(unused);
    q->unused[q->unused_count++] = unused;
}

struct batch *queue_pop(struct queue *q)
{
    return lane_take(&q->full);
}

void queue_give_back(struct queue *q, struct batch *done)
{
    batch_clear(done);
    lane_put(&q->empty, done);
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Something that ends the consumer's wait; takes the wake if that is it. */
static bool queue_ready(struct queue *q)
{
    size_t taken = atomic_load_explicit(&q->full.taken, memory_order_relaxed);
    /* Meets the store in lane_put(). */
    if (taken != atomic_load_explicit(&q->full.put, memory_order_acquire))
        return true;
    /* Meets the store in queue_stop(). */
    if (atomic_load_explicit(&q->stopped, memory_order_acquire))
        return true;
    /* Meets the store in queue_wake(): whatever the waker did before is visible behind this. */
    return atomic_exchange_explicit(&q->woken, false, memory_order_acq_rel);
}

void queue_wait(struct queue *q, int64_t timeout_ns)
{
    int64_t end_ns = timeout_ns < 0 ? 0 : monotonic_ns() + timeout_ns;
    while (!queue_ready(q)) {
        struct timespec left;
        if (timeout_ns >= 0) {
            int64_t left_ns = end_ns - monotonic_ns();
            if (left_ns <= 0)
                return;
            left = timespec_of(left_ns);
        }
        lane_sleep(&q->full, &q->stopped, &q->woken, timeout_ns < 0 ? NULL : &left);
    }
}

void queue_wake(struct queue *q)
{
    /* Meets the exchange in queue_ready() and the look in lane_sleep(). */
    atomic_store_explicit(&q->woken, true, memory_order_seq_cst);
    lane_ring(&q->full);
}

void queue_stop(struct queue *q)
{
    /* Meets the loads in queue_take_empty(), queue_ready() and lane_sleep(). */
    atomic_store_explicit(&q->stopped, true, memory_order_seq_cst);
    lane_ring(&q->full);
    lane_ring(&q->empty);
}

size_t queue_length(const struct queue *q)
{
    /* `taken` first: it then can only be behind `put`. Meets the release in lane_take(). */
    size_t taken = atomic_load_explicit(&q->full.taken, memory_order_acquire);
    size_t length = atomic_load_explicit(&q->full.put, memory_order_acquire) - taken;
    /* Batches may have gone round between the two looks. */
    return length < q->depth ? length : q->depth;
}
