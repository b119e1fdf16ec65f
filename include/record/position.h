/* position.h - where the reading of a file stands, so that it can go on after a
 * stop: which file, how far, and what stood just before.
 *
 * A value. Thread: any. */
#ifndef SPATE_RECORD_POSITION_H
#define SPATE_RECORD_POSITION_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { IDENTITY_HANDLE = 64, ANCHOR_BYTES = 256 };

/* Which file, even when its inode number is used again: device and file handle
 * (name_to_handle_at), else inode and birth time. All zero: unknown. */
struct file_identity {
    uint64_t device;
    uint64_t inode;
    int64_t birth_ns; /* 0: not known */
    int32_t handle_type;
    uint32_t handle_len; /* 0: the file system has none */
    uint8_t handle[IDENTITY_HANDLE];
};

struct position {
    struct file_identity id;
    uint64_t offset;     /* behind the last whole line that was handed on */
    uint32_t anchor_len; /* bytes just before offset: proof that the file was not rewritten */
    uint8_t anchor[ANCHOR_BYTES];
};

static inline bool identity_same(const struct file_identity *a, const struct file_identity *b)
{
    if (a->device != b->device || a->inode != b->inode || a->handle_len != b->handle_len)
        return false;
    if (a->handle_len)
        return a->handle_type == b->handle_type && memcmp(a->handle, b->handle, a->handle_len) == 0;
    return a->birth_ns == b->birth_ns;
}

#endif
