/* board.c - see board.h. */
#include "model/board.h"

#include "base/mem.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { BOARD_ROOM = 256 }; /* unread events before the poster waits */

struct board {
    bool every;
    int fd;
    pthread_mutex_t lock;
    pthread_cond_t taken;
    /* under the lock */
    bool closed;
    struct board_event ring[BOARD_ROOM]; /* not `every`: only one of them is ever full */
    unsigned first, count;
};

struct board *board_new(bool every)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct board *b = mem_new(1, sizeof(*b));
    b->every = every;
    b->fd = fd;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->taken, NULL);
    return b;
}

static void forget_all(struct board *b)
{
    for (; b->count; b->count--, b->first = (b->first + 1) % BOARD_ROOM)
        snapshot_drop(b->ring[b->first].snapshot);
}

void board_free(struct board *b)
{
    if (!b)
        return;
    forget_all(b);
    pthread_cond_destroy(&b->taken);
    pthread_mutex_destroy(&b->lock);
    close(b->fd);
    free(b);
}

int board_fd(const struct board *b)
{
    return b->fd;
}

/* Readable while something is unread. The counter is only a flag: a write that would overflow
 * it finds it set, and a read that finds it clear has nothing to clear. */
static void set_readable(const struct board *b, bool readable)
{
    uint64_t number = 1;
    ssize_t done;
    do
        done =
            readable ? write(b->fd, &number, sizeof(number)) : read(b->fd, &number, sizeof(number));
    while (done < 0 && errno == EINTR);
}

void board_post(struct board *b, enum board_kind kind, struct snapshot *s,
                const struct alert_figures *alert)
{
    pthread_mutex_lock(&b->lock);
    if (!b->every && !b->closed)
        forget_all(b); /* what was missed does not matter */
    while (b->count == BOARD_ROOM && !b->closed)
        pthread_cond_wait(&b->taken, &b->lock);
    if (b->closed) {
        snapshot_drop(s);
    } else {
        struct board_event *e = &b->ring[(b->first + b->count++) % BOARD_ROOM];
        *e = (struct board_event){.kind = kind, .snapshot = s};
        if (alert)
            e->alert = *alert;
        set_readable(b, true);
    }
    pthread_mutex_unlock(&b->lock);
}

bool board_take(struct board *b, struct board_event *out)
{
    pthread_mutex_lock(&b->lock);
    bool some = b->count > 0;
    if (some) {
        *out = b->ring[b->first];
        b->first = (b->first + 1) % BOARD_ROOM;
        b->count--;
        pthread_cond_signal(&b->taken);
    }
    if (b->count == 0)
        set_readable(b, false);
    pthread_mutex_unlock(&b->lock);
    return some;
}

void board_close(struct board *b)
{
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    forget_all(b);
    pthread_cond_broadcast(&b->taken);
    pthread_mutex_unlock(&b->lock);
}
