#include "loggen/sink.h"

#include "base/mem.h"
#include "base/safe.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT 5 /* rotated files */

struct sink {
    int fd;
    char *path; /* as the user named it */
    enum rotation rotation;
    const volatile sig_atomic_t *stop;
    struct buf buf;
    uint64_t pending; /* lines in buf */
    uint64_t written;
};

static bool explain(struct error *why, const char *what, const char *path)
{
    int code = errno;
    return error_set(why, "%s %s: %s", what, safe_str(text_of(path)), strerror(code));
}

static bool open_file(struct sink *s, struct error *why)
{
    s->fd = open(s->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    return s->fd >= 0 || explain(why, "cannot open", s->path);
}

static bool can_rotate(const struct sink *s, struct error *why)
{
    struct stat st;
    if (s->rotation == ROTATE_NEVER || (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode)))
        return true;
    return error_set(why, "--rotate: %s is no regular file", safe_str(text_of(s->path)));
}

struct sink *sink_open(const char *path, enum rotation rotation, const volatile sig_atomic_t *stop,
                       struct error *why)
{
    struct sink *s = mem_new(1, sizeof(*s));
    s->path = mem_string(text_of(path));
    s->rotation = rotation;
    s->stop = stop;
    s->fd = STDOUT_FILENO;
    bool is_file = strcmp(path, "-") != 0;
    if ((is_file && !open_file(s, why)) || !can_rotate(s, why)) {
        sink_close(s);
        return NULL;
    }
    return s;
}

void sink_close(struct sink *s)
{
    if (!s)
        return;
    if (s->fd > STDOUT_FILENO)
        close(s->fd);
    buf_done(&s->buf);
    free(s->path);
    free(s);
}

struct buf *sink_buf(struct sink *s)
{
    return &s->buf;
}

void sink_added(struct sink *s)
{
    s->pending++;
}

uint64_t sink_lines(const struct sink *s)
{
    return s->written;
}

/* Where to end when asked to stop after `done` bytes: behind the line that is begun. */
static size_t line_end(const struct buf *b, size_t done)
{
    if (done == 0 || b->at[done - 1] == '\n')
        return done;
    return text_find(buf_text(b), '\n', done) + 1;
}

static enum sink_state write_error(const struct sink *s, struct error *why)
{
    if (errno == EPIPE)
        return SINK_CLOSED;
    explain(why, "cannot write", s->fd == STDOUT_FILENO ? "standard output" : s->path);
    return SINK_FAILED;
}

/* Writes up to *end, which moves to the front when it is to stop. */
static enum sink_state write_out(struct sink *s, size_t *done, size_t *end, struct error *why)
{
    while (*done < *end) {
        ssize_t got = write(s->fd, s->buf.at + *done, *end - *done);
        if (got > 0)
            *done += (size_t)got;
        else if (got < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = s->fd, .events = POLLOUT}, 1, -1);
        else if (got < 0 && errno != EINTR)
            return write_error(s, why);
        /* A regular file takes all at once; what has to wait may wait for ever. */
        if (*s->stop && *done < s->buf.len)
            *end = line_end(&s->buf, *done);
    }
    return *end < s->buf.len ? SINK_STOPPED : SINK_OK;
}

enum sink_state sink_flush(struct sink *s, struct error *why)
{
    size_t done = 0, end = s->buf.len;
    enum sink_state state = write_out(s, &done, &end, why);
    if (state == SINK_OK) {
        s->written += s->pending;
    } else {
        struct text rest = text_make(s->buf.at, done), line;
        while (text_split(&rest, '\n', &line))
            s->written++;
        if (done > 0 && s->buf.at[done - 1] != '\n')
            s->written--; /* the last piece is no line */
    }
    s->pending = 0;
    buf_clear(&s->buf);
    return state;
}

/* ---- Rotation ---- */

static char *numbered(const struct sink *s, int number)
{
    char *name;
    if (asprintf(&name, "%s.%d", s->path, number) < 0)
        abort();
    return name;
}

/* FILE.4 becomes FILE.5, ..., FILE.1 becomes FILE.2. */
static bool shift(const struct sink *s, struct error *why)
{
    bool good = true;
    for (int i = KEPT - 1; good && i >= 1; i--) {
        char *from = numbered(s, i), *to = numbered(s, i + 1);
        if (rename(from, to) != 0 && errno != ENOENT)
            good = explain(why, "cannot rotate", from);
        free(from);
        free(to);
    }
    return good;
}

static bool copy_all(int from, int to)
{
    static char block[1 << 16];
    ssize_t got;
    while ((got = read(from, block, sizeof(block))) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(to, block + done, (size_t)(got - done));
            if (put < 0 && errno != EINTR)
                return false;
            done += put > 0 ? put : 0;
        }
    }
    return true;
}

static bool copy_and_truncate(struct sink *s, const char *aside)
{
    int from = open(s->path, O_RDONLY | O_CLOEXEC);
    int to = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = from >= 0 && to >= 0 && copy_all(from, to) && ftruncate(s->fd, 0) == 0;
    int code = errno;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    errno = code;
    return good;
}

enum sink_state sink_rotate(struct sink *s, struct error *why)
{
    char *aside = numbered(s, 1);
    bool good = shift(s, why);
    if (good && s->rotation == ROTATE_COPYTRUNCATE) {
        good = copy_and_truncate(s, aside) || explain(why, "cannot rotate", s->path);
    } else if (good) {
        good = rename(s->path, aside) == 0 || errno == ENOENT ||
               explain(why, "cannot rotate", s->path);
        int old = s->fd;
        if (good && (good = open_file(s, why)))
            close(old);
    }
    free(aside);
    return good ? SINK_OK : SINK_FAILED;
}
