#include "app/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/note.h"

enum { GRACE_MS = 1000 };

/* True when a write of PIPE_BUF bytes will not block. */
static bool wait_writable(int stop_fd)
{
    struct pollfd fds[] = {{.fd = STDOUT_FILENO, .events = POLLOUT}, {.fd = stop_fd, .events = POLLIN}};
    for (bool stopping = false;;) {
        int ready = poll(fds, stopping || stop_fd < 0 ? 1 : 2, stopping ? GRACE_MS : -1);
        if (ready < 0 && errno != EINTR)
            return false;
        if (fds[0].revents)
            return true;
        if (stopping && ready == 0) {
            errno = EAGAIN;
            return false;
        }
        stopping |= ready > 0 && fds[1].revents;
    }
}

static bool fail(void)
{
    note("standard output: %s", errno == EAGAIN ? "its reader takes nothing" : strerror(errno));
    return false;
}

bool output_write(struct buf *out, int stop_fd)
{
    size_t at = 0;
    while (at < out->len) {
        size_t len = out->len - at;
        if (stop_fd >= 0) {
            if (!wait_writable(stop_fd))
                return fail();
            len = len < PIPE_BUF ? len : PIPE_BUF;
        }
        ssize_t wrote = write(STDOUT_FILENO, out->at + at, len);
        if (wrote < 0 && errno != EINTR)
            return fail();
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    buf_clear(out);
    return true;
}
