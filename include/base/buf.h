/* buf.h - a growing buffer of bytes for output.
 *
 * Owns its memory: buf_init/buf_done, or `= {0}` and buf_done. One thread.
 * Running out of memory ends the program (mem.h). */
#ifndef SPATE_BASE_BUF_H
#define SPATE_BASE_BUF_H

#include "base/text.h"
#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *at;
    size_t len;
    size_t cap;
};

void buf_init(struct buf *b);
void buf_done(struct buf *b);
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}

/* The slow path of buf_room(): call that one. */
void buf_grow(struct buf *b, size_t more);

/* Room for `more` bytes behind at[len], and one to spare for a NUL; the caller
 * may write there and move len. Never NULL. */
static inline char *buf_room(struct buf *b, size_t more)
{
    if (b->cap - b->len <= more)
        buf_grow(b, more);
    return b->at + b->len;
}

static inline void buf_add(struct buf *b, struct text text)
{
    if (text.len == 0)
        return;
    memcpy(buf_room(b, text.len), text.at, text.len);
    b->len += text.len;
}

static inline void buf_byte(struct buf *b, char byte)
{
    *buf_room(b, 1) = byte;
    b->len++;
}

void buf_str(struct buf *b, const char *string);
void buf_fill(struct buf *b, char byte, size_t count);
void buf_u64(struct buf *b, uint64_t number);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline struct text buf_text(const struct buf *b)
{
    return text_make(b->at, b->len);
}

/* Writes everything to the descriptor, through short writes, EINTR and a
 * descriptor that does not block. False with errno set when it cannot. The buffer
 * is clear afterwards either way, so that a failing output cannot pile up. */
bool buf_write(struct buf *b, int fd);

#endif
