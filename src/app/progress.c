#include "app/progress.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { WAIT_MS = 20, SHOW_MS = 250, BAR = 24 };

struct progress {
    uint64_t bytes;
    int64_t start_ns, shown_ns;
    struct clock clock;
};

struct progress *progress_new(uint64_t bytes)
{
    if (!isatty(STDERR_FILENO))
        return NULL;
    struct progress *p = mem_new(1, sizeof *p);
    p->bytes = bytes;
    p->clock = clock_real();
    p->start_ns = p->shown_ns = clock_monotonic(&p->clock);
    return p;
}

void progress_show(struct progress *p, uint64_t done)
{
    poll(NULL, 0, WAIT_MS);
    int64_t now_ns = clock_monotonic(&p->clock);
    if (now_ns - p->shown_ns < SHOW_MS * NS_PER_MS)
        return;
    p->shown_ns = now_ns;
    double seconds = (double)(now_ns - p->start_ns) / 1e9;
    double rate = (double)done / seconds;
    if (!p->bytes || done > p->bytes) {
        fprintf(stderr, "\r\033[K%.1f MB read, %.0f MB/s", (double)done / 1e6, rate / 1e6);
        return;
    }
    double share = (double)done / (double)p->bytes;
    int filled = (int)(share * BAR);
    fprintf(stderr, "\r\033[K[%.*s%*s] %3.0f %%  %.0f MB/s  %.0f s left", filled,
            "########################", BAR - filled, "", share * 100, rate / 1e6,
            rate > 0 ? (double)(p->bytes - done) / rate : 0);
}

void progress_free(struct progress *p)
{
    if (p)
        fputs("\r\033[K", stderr);
    free(p);
}
