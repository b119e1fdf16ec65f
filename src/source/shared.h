/* shared.h - what all tracks of one follow have in common: the system, the watches, the
 * notices waiting to be told, and where files that were let go were left.
 *
 * Owned by follow. One thread. */
#ifndef SPATE_SOURCE_SHARED_H
#define SPATE_SOURCE_SHARED_H

#include "record/batch.h"
#include "record/position.h"
#include "source/counts.h"
#include "source/os.h"
#include "source/siblings.h"
#include "source/watch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAST_KEPT = 256 };

struct told {
    uint32_t source;
    struct notice notice;
};

/* Where a file was left that was let go. */
struct left {
    struct position position;
    bool vanished; /* its log went with it: where it turns up again it is a log */
};

struct shared {
    const struct os *os;
    struct watcher watcher;
    int64_t quiet_ns;

    struct told *told; /* a queue: [told_at, told_count) wait */
    size_t told_at, told_count, told_room;

    struct left *past; /* a ring of PAST_KEPT */
    size_t past_count;

    struct counts held; /* files that are open, by shared_key() */
    struct siblings_names *names; /* while all logs begin; NULL: directories are read anew */
};

/* What stands for a file in `held`. */
uint64_t shared_key(const struct file_identity *id);

void shared_init(struct shared *s, const struct os *os);
void shared_done(struct shared *s);

/* Queues a notice; foreign bytes in the arguments must be safe. */
void shared_tell(struct shared *s, uint32_t source, enum notice_kind kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same of no source, with the time on the wall clock that it is about. */
void shared_tell_time(struct shared *s, enum notice_kind kind, int64_t wall_ns, const char *text);

static inline bool shared_has_told(const struct shared *s)
{
    return s->told_at < s->told_count;
}

/* Takes the oldest notice out of the queue into a batch. False when there is none. */
bool shared_told(struct shared *s, struct batch *b);

/* Where a file was left, so that it is not read twice when it turns up again. */
void shared_leave(struct shared *s, const struct position *p, bool vanished);
const struct position *shared_left(const struct shared *s, const struct file_identity *id);

/* True when it was left as a generation of a log: it is no log of its own. */
bool shared_left_rotated(const struct shared *s, const struct file_identity *id);

static inline int64_t shared_now(const struct shared *s)
{
    return s->os->monotonic_ns(s->os->self);
}

#endif
