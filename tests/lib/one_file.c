#include "lib/one_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[32];
static pid_t owner;

static void leave(void)
{
    if (getpid() == owner) /* children leave it alone */
        unlink(path);
}

static int make(void)
{
    snprintf(path, sizeof path, "%s/spate-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    owner = getpid();
    atexit(leave);
    return mkostemp(path, O_CLOEXEC);
}

const char *one_file(struct text bytes)
{
    static int fd = -1;
    static size_t len; /* as it is now */
    if (fd < 0)
        fd = make();
    if (bytes.len && pwrite(fd, bytes.at, bytes.len, 0) != (ssize_t)bytes.len)
        abort();
    if (bytes.len < len && ftruncate(fd, (off_t)bytes.len) != 0)
        abort();
    len = bytes.len;
    return path;
}
