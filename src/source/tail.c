#include "source/tail.h"

#include "base/mem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SKIP_BYTES = 64 * 1024 };

static ssize_t packed_bytes(void *ctx, void *into, size_t room)
{
    struct tail *t = ctx;
    ssize_t got = t->os->pread(t->os->self, t->fd, into, room, t->packed_at);
    if (got > 0)
        t->packed_at += (uint64_t)got;
    return got;
}

/* An ARCHIVE is told by its first bytes, not by its name. */
static bool unpack_start(struct tail *t)
{
    char magic[COMPRESSION_MAGIC];
    ssize_t got = t->os->pread(t->os->self, t->fd, magic, sizeof magic, 0);
    if (got < 0)
        return false;
    enum compression kind = compression_of(magic, (size_t)got);
    if (kind == COMPRESSION_NONE) {
        errno = EBADMSG;
        return false;
    }
    decompress_free(t->unpack);
    t->packed_at = 0;
    t->unpack = decompress_new(kind, packed_bytes, t, NULL);
    return t->unpack != NULL;
}

struct tail *tail_open(const struct os *os, const char *path, enum tail_role role)
{
    int fd = os->open(os->self, path);
    if (fd < 0)
        return NULL;
    struct tail *t = mem_new(1, sizeof *t);
    *t =
        (struct tail){.os = os, .fd = fd, .role = role, .watch = -1, .hint = true, .pending = true};
    lines_init(&t->lines);
    struct file_facts facts;
    if (os->facts(os->self, fd, &facts) != 0)
        goto fail;
    if (!facts.regular) {
        errno = facts.directory ? EISDIR : ENODEV;
        goto fail;
    }
    t->file = t->id = facts.id;
    t->size = facts.size;
    t->modified_ns = facts.modified_ns;
    t->limit = facts.size;
    if (role == TAIL_ARCHIVE && !unpack_start(t))
        goto fail;
    return t;
fail:;
    int problem = errno;
    tail_close(t);
    errno = problem;
    return NULL;
}

void tail_close(struct tail *t)
{
    if (!t)
        return;
    if (!t->asleep)
        t->os->close(t->os->self, t->fd);
    decompress_free(t->unpack);
    lines_done(&t->lines);
    free(t);
}

void tail_sleep(struct tail *t)
{
    if (!t->asleep)
        t->os->close(t->os->self, t->fd);
    t->asleep = true;
    t->polled = false;
}

bool tail_wake(struct tail *t, const char *path)
{
    struct file_facts facts;
    int fd = t->os->open(t->os->self, path);
    if (fd < 0)
        return false;
    bool same = t->os->facts(t->os->self, fd, &facts) == 0;
    if (same && !identity_same(&facts.id, &t->file)) {
        errno = EAGAIN;
        same = false;
    }
    if (!same) {
        int problem = errno;
        t->os->close(t->os->self, fd);
        errno = problem;
        return false;
    }
    t->fd = fd;
    t->asleep = false;
    t->nap_ns = t->retry_ns = 0;
    t->hint = t->pending = true;
    return true;
}

/* Reads exactly `len` bytes. 1, or 0 when the file ends before, or -1. */
static int read_exact(const struct tail *t, void *into, size_t len, uint64_t offset)
{
    for (size_t have = 0; have < len;) {
        ssize_t got =
            t->os->pread(t->os->self, t->fd, (char *)into + have, len - have, offset + have);
        if (got <= 0)
            return got < 0 ? -1 : 0;
        have += (size_t)got;
    }
    return 1;
}

/* 1: the bytes that end at `offset` are these. 0: they are not. -1: errno. */
static int same_before(const struct tail *t, uint64_t offset, const uint8_t *bytes, uint32_t len)
{
    uint8_t now[ANCHOR_BYTES];
#ifdef SPATE_PLANTED_BUG_NO_ANCHOR /* the model test must notice */
    return 1;
#endif
    if (len == 0)
        return 1;
    int got = read_exact(t, now, len, offset - len);
    return got == 1 ? memcmp(now, bytes, len) == 0 : got;
}

/* Unpacks up to `offset` and compares what came last with the anchor. */
static int unpack_to(struct tail *t, const struct position *p)
{
    char *skipped = mem_new(SKIP_BYTES, 1);
    struct trail latest = {0};
    int same = -1;
    uint64_t at = 0;
    while (at < p->offset) {
        size_t most = p->offset - at < SKIP_BYTES ? (size_t)(p->offset - at) : SKIP_BYTES;
        ssize_t got = decompress_read(t->unpack, skipped, most, NULL);
        if (got <= 0) {
            same = got < 0 && errno != EBADMSG ? -1 : 0;
            goto out;
        }
        trail_add(&latest, skipped, (size_t)got);
        at += (uint64_t)got;
    }
    same = latest.len >= p->anchor_len &&
           memcmp(latest.at + latest.len - p->anchor_len, p->anchor, p->anchor_len) == 0;
out:
    free(skipped);
    return same;
}

int tail_seek(struct tail *t, const struct position *p)
{
    int same;
    if (t->unpack)
        same = unpack_to(t, p);
    else if (p->offset > t->size)
        same = 0;
    else
        same = same_before(t, p->offset, p->anchor, p->anchor_len);
    if (same == 1)
        lines_move(&t->lines, p->offset, p->anchor, p->anchor_len);
    else if (t->unpack && !unpack_start(t))
        return -1;
    return same;
}

int tail_seek_to(struct tail *t, uint64_t offset)
{
    uint8_t anchor[ANCHOR_BYTES];
    uint32_t len = offset < ANCHOR_BYTES ? (uint32_t)offset : ANCHOR_BYTES;
    int got = read_exact(t, anchor, len, offset - len);
    if (got == 0)
        errno = EAGAIN; /* it shrank meanwhile */
    if (got != 1)
        return -1;
    lines_move(&t->lines, offset, anchor, len);
    return 0;
}

void tail_restart(struct tail *t)
{
    lines_move(&t->lines, 0, NULL, 0);
    t->backfill_to = 0;
    t->hole = true;
    t->hint = true;
    t->pending = true;
}

uint64_t tail_behind(const struct tail *t)
{
    uint64_t end = t->role == TAIL_COPY ? t->limit : t->size;
    uint64_t at = t->unpack ? t->packed_at : t->lines.offset;
    return end > at ? end - at : 0;
}

void tail_position(const struct tail *t, struct position *out)
{
    out->id = t->id;
    out->offset = t->lines.offset;
    out->anchor_len = t->lines.before.len;
    memcpy(out->anchor, t->lines.before.at, t->lines.before.len);
}

static void describe(const struct tail *t, struct batch *b, bool backfill)
{
    b->kind = BATCH_LINES;
    b->backfill = backfill;
    b->behind = tail_behind(t);
    b->read_ns = t->os->monotonic_ns(t->os->self);
    tail_position(t, &b->position);
}

/* The next copytruncate may overwrite the copy while it is read: only good while it rests. */
static enum tail_result look_copy(struct tail *t)
{
    struct file_facts now;
    if (t->os->measure(t->os->self, t->fd, &now) != 0)
        return TAIL_FAILED;
    bool rests = now.size == t->size && now.modified_ns == t->modified_ns;
    return rests ? TAIL_MORE : TAIL_CUT;
}

/* TAIL_MORE when there is something to read behind bytes that are still what they were. */
static enum tail_result look(struct tail *t)
{
    if (t->role == TAIL_COPY)
        return look_copy(t);
    struct file_facts now;
    if (t->os->measure(t->os->self, t->fd, &now) != 0)
        return TAIL_FAILED;
    uint64_t place = lines_place(&t->lines);
    bool changed = t->hint || now.size != t->size || now.modified_ns != t->modified_ns;
    int same = now.size >= place;
    if (same && (changed || now.size > place))
        same = same_before(t, place, t->lines.latest.at, t->lines.latest.len);
    if (same < 0)
        return TAIL_FAILED;
    if (same == 0) {
        t->destroyed = (t->size > place ? t->size - place : 0) + t->lines.taken;
        t->rewritten = now.size >= place;
        return TAIL_CUT;
    }
    if (changed)
        t->changed_ns = t->os->monotonic_ns(t->os->self);
    t->size = now.size;
    t->modified_ns = now.modified_ns;
    t->hint = false;
    return now.size > place ? TAIL_MORE : TAIL_NOTHING;
}

static enum tail_result read_archive(struct tail *t, struct batch *b)
{
    size_t room;
    char *into = lines_room(&t->lines, b, &room);
    ssize_t got = decompress_read(t->unpack, into, room, NULL);
    if (got < 0)
        return TAIL_FAILED;
    if (got == 0)
        t->ended = true;
    else
        lines_take(&t->lines, b, (size_t)got);
    describe(t, b, t->backfill_to > 0);
    return got == 0 ? TAIL_ENDED : b->used ? TAIL_LINES : TAIL_MORE;
}

/* Steps over what these bytes hold of the hole. True when that was something: read again from
 * there. */
static bool step_over_hole(struct tail *t, const char *bytes, size_t len)
{
    size_t nulls = 0;
    while (nulls < len && bytes[nulls] == '\0')
        nulls++;
    t->hole = nulls == len;
    if (nulls == 0)
        return false;
    uint32_t anchor = nulls < ANCHOR_BYTES ? (uint32_t)nulls : ANCHOR_BYTES;
    lines_move(&t->lines, lines_place(&t->lines) + nulls, (const uint8_t *)bytes, anchor);
    return true;
}

/* How many bytes may be read at once: not more than the track wants, not beyond the end of the backfill, or of a copy. */
static size_t room_here(const struct tail *t, size_t room)
{
    uint64_t place = lines_place(&t->lines);
    if (t->read_most && t->read_most < room)
        room = t->read_most;
    if (place < t->backfill_to && t->backfill_to - place < room)
        room = (size_t)(t->backfill_to - place);
    if (t->role == TAIL_COPY && t->limit - place < room)
        room = (size_t)(t->limit - place);
    return room;
}

enum tail_result tail_read(struct tail *t, struct batch *b)
{
    if (t->unpack)
        return read_archive(t, b);
    enum tail_result found = look(t);
    if (found != TAIL_MORE)
        return found;
    uint64_t place = lines_place(&t->lines);
    size_t most, room;
    char *into = lines_room(&t->lines, b, &most);
    room = room_here(t, most);
    if (room == 0) {
        t->ended = true;
        return TAIL_ENDED;
    }
    ssize_t got = t->os->pread(t->os->self, t->fd, into, room, place);
    if (got < 0)
        return TAIL_FAILED;
    if (t->role == TAIL_COPY && (found = look_copy(t)) != TAIL_MORE)
        return found;
    if (got == 0) { /* it shrank since the look: the next one sees it */
        t->hint = true;
        return TAIL_NOTHING;
    }
    if (t->hole && step_over_hole(t, into, (size_t)got))
        return TAIL_MORE;
    bool backfill = place < t->backfill_to;
    lines_take(&t->lines, b, (size_t)got);
    t->at_end = (size_t)got < room && lines_place(&t->lines) >= t->size;
    describe(t, b, backfill);
    return b->used ? TAIL_LINES : TAIL_MORE;
}

void tail_finish(struct tail *t, struct batch *b)
{
    bool backfill = t->backfill_to > 0;
    if (!t->alias)
        lines_finish(&t->lines, b);
    describe(t, b, backfill);
    b->behind = 0;
    b->finished = !t->alias;
}

void tail_announce(const struct tail *t, struct batch *b)
{
    describe(t, b, t->lines.offset < t->backfill_to);
}
