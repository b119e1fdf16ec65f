#include "base/buf.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

void buf_init(struct buf *b)
{
    *b = (struct buf){0};
}

void buf_done(struct buf *b)
{
    if (!b)
        return;
    free(b->at);
    *b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t more)
{
    size_t need, cap = b->cap < 64 ? 64 : b->cap;
    if (__builtin_add_overflow(b->len, more, &need) || need == SIZE_MAX)
        need = SIZE_MAX - 1; /* mem_grow() refuses it */
    while (cap <= need)
        cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
    b->at = mem_grow(b->at, cap, 1);
    b->cap = cap;
}

void buf_str(struct buf *b, const char *string)
{
    buf_add(b, text_of(string));
}

void buf_fill(struct buf *b, char byte, size_t count)
{
    memset(buf_room(b, count), byte, count);
    b->len += count;
}

void buf_u64(struct buf *b, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    buf_add(b, text_make(digits + at, sizeof digits - at));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *at = buf_room(b, 120);
    int len = vsnprintf(at, b->cap - b->len, format, args);
    if (len > 0 && (size_t)len >= b->cap - b->len) {
        at = buf_room(b, (size_t)len);
        len = vsnprintf(at, (size_t)len + 1, format, again);
    }
    if (len > 0)
        b->len += (size_t)len;
    va_end(again);
    va_end(args);
}

/* A terminal that somebody else has set to O_NONBLOCK is still worth the wait. */
static bool buf_wait(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

bool buf_write(struct buf *b, int fd)
{
    size_t done = 0;
    bool ok = true;
    while (ok && done < b->len) {
        ssize_t written = write(fd, b->at + done, b->len - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno == EAGAIN)
            ok = buf_wait(fd);
        else
            ok = errno == EINTR;
    }
    b->len = 0;
    return ok;
}
