#include "source/reader.h"

#include "base/mem.h"
#include "base/safe.h"
#include "source/decompress.h"
#include "source/denied.h"
#include "source/lines.h"
#include "source/seek.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOW_READ = 64 * 1024 /* smaller reads (pipes) are gathered in one batch */ };

struct reader {
    int fd;
    char *name; /* made safe, for errors */
    bool seekable;
    uint64_t size;
    uint64_t to; /* lines that begin there or later are not ours */
    bool ended;
    bool failed; /* `problem` is to be told */
    struct error problem;
    _Atomic uint64_t place; /* a figure for whoever asks */
    struct lines lines;
    struct decompress *unpack;
    char magic[COMPRESSION_MAGIC]; /* of a pipe, to be read once more */
    size_t magic_at, magic_len;
};

/* ---- Opening ---------------------------------------------------------------------------- */

static ssize_t read_some(struct reader *r, void *into, size_t room)
{
    if (r->magic_at < r->magic_len) {
        size_t left = r->magic_len - r->magic_at;
        size_t len = left < room ? left : room;
        memcpy(into, r->magic + r->magic_at, len);
        r->magic_at += len;
        return (ssize_t)len;
    }
    ssize_t got;
    do
        got = read(r->fd, into, room);
    while (got < 0 && errno == EINTR);
    return got;
}

static ssize_t packed_bytes(void *ctx, void *into, size_t room)
{
    struct reader *r = ctx;
    ssize_t got = read_some(r, into, room);
    /* Only a figure: nobody reads anything else because of it. */
    if (got > 0)
        atomic_fetch_add_explicit(&r->place, (uint64_t)got, memory_order_relaxed);
    return got;
}

/* The first bytes, left to be read again. False with errno. */
static bool peek(struct reader *r)
{
    if (r->seekable) {
        ssize_t got = pread(r->fd, r->magic, sizeof r->magic, lseek(r->fd, 0, SEEK_CUR));
        r->magic_len = got > 0 ? (size_t)got : 0;
        r->magic_at = r->magic_len;
        return got >= 0;
    }
    while (r->magic_len < sizeof r->magic) {
        ssize_t got = read(r->fd, r->magic + r->magic_len, sizeof r->magic - r->magic_len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        r->magic_len += (size_t)got;
    }
    return true;
}

/* Takes the measure of an open descriptor. False with errno, or with *why where that says more. */
static bool examine(struct reader *r, struct error *why)
{
    struct stat s;
    if (fstat(r->fd, &s) != 0)
        return false;
    if (S_ISDIR(s.st_mode)) {
        errno = EISDIR;
        return false;
    }
    r->seekable = S_ISREG(s.st_mode) && lseek(r->fd, 0, SEEK_CUR) >= 0;
    r->size = r->seekable ? (uint64_t)s.st_size : 0;
    if (!peek(r))
        return false;
    const char *unknown = compression_unknown(r->magic, r->magic_len);
    if (unknown)
        return error_set(why, "%s", unknown);
    enum compression kind = compression_of(r->magic, r->magic_len);
    if (kind != COMPRESSION_NONE) {
        r->unpack = decompress_new(kind, packed_bytes, r, why);
        if (!r->unpack)
            return false;
    }
    if (r->seekable)
        posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return true;
}

struct reader *reader_open(const char *path, struct error *why)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : safe_str(text_of(path));
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        char words[300];
        denied_explain(path, errno, words, sizeof words);
        error_set(why, "cannot open %s: %s", name, words);
        return NULL;
    }
    struct reader *r = mem_new(1, sizeof *r);
    *r = (struct reader){.fd = fd, .to = UINT64_MAX};
    lines_init(&r->lines);
    struct error reason = {0};
    if (!examine(r, &reason)) {
        error_set(why, "cannot read %s: %s", name, reason.text[0] ? reason.text : strerror(errno));
        reader_close(r);
        return NULL;
    }
    r->name = mem_string(text_of(name));
    if (r->seekable) /* standard input may stand anywhere in its file */
        lines_move(&r->lines, (uint64_t)lseek(r->fd, 0, SEEK_CUR), NULL, 0);
    return r;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    close(r->fd);
    decompress_free(r->unpack);
    lines_done(&r->lines);
    free(r->name);
    free(r);
}

bool reader_can_seek(const struct reader *r)
{
    return r->seekable && !r->unpack;
}

bool reader_begins_with(const struct reader *r, struct text bytes)
{
    return text_starts(text_make(r->magic, r->magic_len), bytes);
}

uint64_t reader_size(const struct reader *r)
{
    return r->size;
}

uint64_t reader_place(const struct reader *r)
{
    return atomic_load_explicit(&r->place, memory_order_relaxed);
}

/* ---- Reading ---------------------------------------------------------------------------- */

void reader_range(struct reader *r, uint64_t from, uint64_t to)
{
    r->to = to;
    /* The line that begins at `from` is ours only if a \n stands before it: begin one byte earlier
     * and leave out all up to the first \n. */
    char before[4096];
    uint64_t at = from > 0 ? from - 1 : 0;
    while (from > 0 && at < r->size) {
        ssize_t got = pread(r->fd, before, sizeof before, (off_t)at);
        if (got <= 0)
            break; /* reading will meet the same error and report it */
        const char *end = memchr(before, '\n', (size_t)got);
        at += end ? (uint64_t)(end - before) + 1 : (uint64_t)got;
        if (end)
            break;
    }
    lseek(r->fd, (off_t)at, SEEK_SET);
    lines_move(&r->lines, at, NULL, 0);
    r->ended = at >= to;
    atomic_store_explicit(&r->place, at, memory_order_relaxed);
}

/* Leaves out what belongs to the next range: lines that begin at or behind `to`. The file offsets
 * of what was just read are only known in raw bytes, so the cut is made there. */
static size_t ours(const struct reader *r, const char *raw, size_t len)
{
    uint64_t start = lines_place(&r->lines);
    if (r->to > start + len)
        return len;
    /* The last line of ours is the one that holds byte to - 1. */
    size_t last = r->to > start ? (size_t)(r->to - 1 - start) : 0;
    const char *end = memchr(raw + last, '\n', len - last);
    return end ? (size_t)(end - raw) + 1 : len;
}

static ssize_t fill_once(struct reader *r, struct batch *b)
{
    struct error *why = &r->problem;
    size_t room;
    char *into = lines_room(&r->lines, b, &room);
    ssize_t got =
        r->unpack ? decompress_read(r->unpack, into, room, why) : read_some(r, into, room);
    if (got < 0 && !r->unpack)
        error_set(why, "%s", strerror(errno));
    if (got <= 0)
        return got;
    size_t mine = ours(r, into, (size_t)got);
    bool over = lines_place(&r->lines) + mine >= r->to && into[mine - 1] == '\n';
    lines_take(&r->lines, b, mine);
    if (!r->unpack) /* only a figure */
        atomic_store_explicit(&r->place, lines_place(&r->lines), memory_order_relaxed);
    r->ended = over;
    return got;
}

enum reader_result reader_fill(struct reader *r, struct batch *b, struct error *why)
{
    /* Small reads are gathered; one that fills its room is a batch. */
    while (!r->ended && b->used + r->lines.held_len <= batch_capacity() - SLOW_READ &&
           b->used < BATCH_BYTES - SLOW_READ) {
        ssize_t got = fill_once(r, b);
        if (got > 0)
            continue;
        r->ended = true;
        r->failed = got < 0;
        if (!r->failed)
            lines_finish(&r->lines, b);
    }
    if (r->failed && !b->used) {
        r->failed = false;
        if (why)
            *why = r->problem;
        error_prefix(why, "cannot read %s", r->name);
        return READER_ERROR;
    }
    b->position.offset = r->lines.offset;
    b->behind = r->size > reader_place(r) ? r->size - reader_place(r) : 0;
    return b->used ? READER_LINES : READER_END;
}

/* ---- Finding a time --------------------------------------------------------------------- */

static ssize_t read_at(void *ctx, void *into, size_t len, uint64_t offset)
{
    struct reader *r = ctx;
    return pread(r->fd, into, len, (off_t)offset);
}

bool reader_seek_time(struct reader *r, int64_t second, int64_t slack_s,
                      bool (*second_of)(void *ctx, struct text line, int64_t *second), void *ctx,
                      uint64_t *place)
{
    if (!reader_can_seek(r))
        return false;
    struct seek s = {.read = read_at,
                     .read_ctx = r,
                     .size = r->size,
                     .second_of = second_of,
                     .second_ctx = ctx,
                     .latest = INT64_MAX};
    return seek_time(&s, second, slack_s, place) == SEEK_FOUND;
}
