#include "app/state_keeper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/state_post.h"
#include "base/clock.h"
#include "base/mem.h"

#define FIRST_PAUSE   (1 * NS_PER_S)
#define LONGEST_PAUSE (30 * NS_PER_S)
#define FOLD_EVERY    (60 * NS_PER_S)
#define LOOK_EVERY    (1 * NS_PER_S) /* whether another process has acknowledged an alert */
#define RENEW_EVERY                                                                                \
    (60 * NS_PER_S) /* a disk that damages every file must not be filled with them */

enum { ACKS_MOST = 1024 };

struct keeper {
    /* the keeper's thread */
    struct store *store;
    struct ledger *ledger;
    int64_t pause_ns; /* after a failure; 0: all is well */
    int64_t retry_ns, fold_ns, renewed_ns, look_ns;
    int64_t others; /* what store_others() said last */
    int64_t change; /* the newest acknowledgement that is known */
    bool renewed;
    pthread_t thread;
    bool started;
    /* between the threads */
    struct checkpoint slot;
    atomic_bool full;     /* the slot belongs to the keeper */
    pthread_mutex_t lock; /* for what follows, held for moments only */
    pthread_cond_t changed;
    bool stop;
    bool urgent;           /* do not wait for the time to try again */
    bool nudged;           /* there is more than what is in the slot */
    uint64_t offered;      /* checkpoints put into the slot */
    uint64_t taken, tried; /* of these: in the ledger; written, or it failed */
    bool failing;
    struct store_ack acks[ACKS_MOST]; /* of others, for the monitor: a ring */
    size_t ack_first, ack_count;
    bool acks_left; /* there was no room for all of them */
    char news[KEEPER_NEWS_SIZE];
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void nudge(void *ctx)
{
    struct keeper *k = ctx;
    pthread_mutex_lock(&k->lock);
    k->nudged = true;
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->lock);
}

struct keeper *keeper_new(struct store *store, struct ledger *ledger, int64_t change)
{
    struct keeper *k = mem_new(1, sizeof *k);
    k->change = change;
    k->others = -1;
    k->store = store;
    k->ledger = ledger;
    checkpoint_init(&k->slot);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->changed, &clock);
    pthread_condattr_destroy(&clock);
    snprintf(k->news, sizeof k->news, "%s", store_news(store));
    k->pause_ns = store_is_made(store) ? 0 : FIRST_PAUSE; /* that has been said with it */
    post_on_change(ledger_post(ledger), nudge, k);
    return k;
}

/* ---- The keeper's thread -----------------------------------------------------------------------
 */

static void tell(struct keeper *k, const char *words)
{
    pthread_mutex_lock(&k->lock);
    snprintf(k->news, sizeof k->news, "%s", words);
    pthread_mutex_unlock(&k->lock);
}

static void went_well(struct keeper *k)
{
    ledger_written(k->ledger);
    if (k->pause_ns)
        tell(k, "the state is saved again");
    k->pause_ns = 0;
}

static void went_wrong(struct keeper *k, int64_t now)
{
    if (!k->pause_ns) {
        char words[KEEPER_NEWS_SIZE];
        snprintf(words, sizeof words,
                 "the state is not saved at the moment, counting goes on: %.380s",
                 store_why(k->store));
        tell(k, words);
    }
    k->pause_ns = k->pause_ns ? k->pause_ns * 2 : FIRST_PAUSE;
    if (k->pause_ns > LONGEST_PAUSE)
        k->pause_ns = LONGEST_PAUSE;
    k->retry_ns = now + k->pause_ns;
}

/* The file is damaged: a fresh one takes its place, and gets everything. */
static bool renew(struct keeper *k, int64_t now)
{
    if (k->renewed && now - k->renewed_ns < RENEW_EVERY)
        return false;
    k->renewed = true;
    k->renewed_ns = now;
    ledger_lost(k->ledger);
    bool made = store_renew(k->store, now_ns(CLOCK_REALTIME) / NS_PER_S);
    const char *news = store_news(k->store);
    if (news[0])
        tell(k, news);
    return made;
}

static void save(struct keeper *k, int64_t now)
{
    enum db_result result = store_commit(k->store, ledger_change(k->ledger));
    if (result == DB_DAMAGED && renew(k, now))
        result = store_commit(k->store, ledger_change(k->ledger));
    if (result == DB_DONE)
        went_well(k);
    else
        went_wrong(k, now);
}

static void fold(struct keeper *k, int64_t now)
{
    bool more = false;
    enum db_result result = store_fold(k->store, &more);
    k->fold_ns = now + (more ? FIRST_PAUSE : FOLD_EVERY);
    if (result == DB_DAMAGED && renew(k, now))
        save(k, now);
}

static bool on_ack(void *ctx, const struct store_ack *ack, int64_t change)
{
    struct keeper *k = ctx;
    pthread_mutex_lock(&k->lock);
    size_t at = (k->ack_first + k->ack_count) % ACKS_MOST;
    bool room = k->ack_count < ACKS_MOST;
    k->acks_left |= !room;
    if (room) {
        k->acks[at] = *ack;
        k->ack_count++;
        k->change = change;
    }
    pthread_mutex_unlock(&k->lock);
    return true;
}

/* Cheap while nobody else writes. */
static void look_for_acks(struct keeper *k, int64_t now)
{
    int64_t others = k->others;
    k->look_ns = now + LOOK_EVERY;
    if (store_others(k->store, &others) != DB_DONE || others == k->others)
        return;
    k->acks_left = false;
    if (store_acks(k->store, k->change, on_ack, k) == DB_DONE && !k->acks_left)
        k->others = others;
}

/* Sleeps until there is something to do. True: stop. */
static bool wait_for_work(struct keeper *k)
{
    int64_t due = k->pause_ns && k->retry_ns < k->fold_ns ? k->retry_ns : k->fold_ns;
    due = due < k->look_ns ? due : k->look_ns;
    struct timespec until = {.tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S};
    pthread_mutex_lock(&k->lock);
    k->tried = k->taken;
    k->urgent = false;
    k->failing = k->pause_ns != 0;
    pthread_cond_broadcast(&k->changed);
    int waited = 0;
    while (!k->stop && !k->urgent && !k->nudged && waited == 0 &&
           !atomic_load_explicit(&k->full, memory_order_relaxed))
        waited = pthread_cond_timedwait(&k->changed, &k->lock, &until);
    bool stop = k->stop;
    k->nudged = false;
    if (k->urgent || stop)
        k->retry_ns = 0;
    pthread_mutex_unlock(&k->lock);
    return stop;
}

static void take_slot(struct keeper *k)
{
    /* Meets the release in keeper_offer(): the checkpoint is whole. */
    if (!atomic_load_explicit(&k->full, memory_order_acquire))
        return;
    ledger_take(k->ledger, &k->slot);
    pthread_mutex_lock(&k->lock);
    k->taken = k->offered;
    pthread_mutex_unlock(&k->lock);
    /* Meets the acquire in keeper_slot(): the slot is clear. */
    atomic_store_explicit(&k->full, false, memory_order_release);
}

static void *keeper_main(void *arg)
{
    struct keeper *k = arg;
    k->fold_ns = now_ns(CLOCK_MONOTONIC) + FIRST_PAUSE;
    for (bool stop = false; !stop;) {
        stop = wait_for_work(k);
        int64_t now = now_ns(CLOCK_MONOTONIC);
        take_slot(k);
        if (ledger_has_change(k->ledger) && (!k->pause_ns || now >= k->retry_ns))
            save(k, now);
        post_tell(ledger_post(k->ledger)); /* written or not: people are told */
        if (!stop && !k->pause_ns && now >= k->fold_ns)
            fold(k, now);
        if (!stop && now >= k->look_ns)
            look_for_acks(k, now);
    }
    return NULL;
}

/* ---- Others ------------------------------------------------------------------------------------
 */

bool keeper_start(struct keeper *k, struct error *why)
{
    int failed = pthread_create(&k->thread, NULL, keeper_main, k);
    if (failed)
        return error_set(why, "cannot start a thread: %s", strerror(failed));
    pthread_setname_np(k->thread, "spate-keeper");
    k->started = true;
    return true;
}

void keeper_free(struct keeper *k)
{
    if (!k)
        return;
    if (k->started) {
        pthread_mutex_lock(&k->lock);
        k->stop = true;
        pthread_cond_broadcast(&k->changed);
        pthread_mutex_unlock(&k->lock);
        pthread_join(k->thread, NULL);
    }
    checkpoint_done(&k->slot);
    ledger_free(k->ledger);
    store_close(k->store);
    pthread_cond_destroy(&k->changed);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

bool keeper_works(const struct keeper *k)
{
    return k->started;
}

struct checkpoint *keeper_slot(struct keeper *k)
{
    /* Meets the release in take_slot(). */
    return !k->started || atomic_load_explicit(&k->full, memory_order_acquire) ? NULL : &k->slot;
}

void keeper_offer(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->offered++;
    /* The slot is full before the flag is set; meets the acquire in take_slot(). */
    atomic_store_explicit(&k->full, true, memory_order_release);
    pthread_cond_broadcast(&k->changed);
    pthread_mutex_unlock(&k->lock);
}

bool keeper_news(struct keeper *k, char news[KEEPER_NEWS_SIZE])
{
    pthread_mutex_lock(&k->lock);
    bool any = k->news[0];
    memcpy(news, k->news, sizeof k->news);
    k->news[0] = 0;
    pthread_mutex_unlock(&k->lock);
    return any;
}

bool keeper_ack(struct keeper *k, struct store_ack *ack)
{
    pthread_mutex_lock(&k->lock);
    bool any = k->ack_count > 0;
    if (any) {
        *ack = k->acks[k->ack_first];
        k->ack_first = (k->ack_first + 1) % ACKS_MOST;
        k->ack_count--;
    }
    pthread_mutex_unlock(&k->lock);
    return any;
}

bool keeper_settle(struct keeper *k)
{
    if (!k->started)
        return false;
    pthread_mutex_lock(&k->lock);
    k->urgent = true;
    pthread_cond_broadcast(&k->changed);
    while (k->tried != k->offered || k->urgent)
        pthread_cond_wait(&k->changed, &k->lock);
    bool well = !k->failing;
    pthread_mutex_unlock(&k->lock);
    return well;
}
