/* state_dir.h - what the fuzzers of states share: a directory in memory where there is a place for
 * that, gone at exit, and those who look at what was read. One program includes it once. */
#ifndef SPATE_TESTS_FUZZ_STATE_DIR_H
#define SPATE_TESTS_FUZZ_STATE_DIR_H

#include "base/hash.h"
#include "monitor/monitor.h"
#include "monitor/rollup.h"
#include "notify/event.h"
#include "store/store.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64];

static inline void check(bool good)
{
    if (!good)
        abort();
}

static inline void empty_directory(void)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

static inline void leave_directory(void)
{
    empty_directory();
    rmdir(dir);
}

static inline void make_directory(void)
{
    snprintf(dir, sizeof dir, "%s/spate-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    check(mkdtemp(dir));
    atexit(leave_directory);
}

/* A state brings its own: the one of the run before is not to be left in force. */
static inline void forget_secret(void)
{
    static const uint8_t secret[HASH_SECRET] = {1, 2, 3};
    hash_start_with(secret);
}

/* ---- Who reads ------------------------------------------------------------------------------- */

static inline void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx;
    (void)m;
    (void)e;
}

static inline bool on_rollup(void *ctx, int64_t start, struct text bytes)
{
    (void)ctx;
    rollup_free(rollup_unpack(start, 60, bytes));
    return true;
}

static inline bool on_alert(void *ctx, const struct store_alert_row *row)
{
    struct notify_event e;
    (void)ctx;
    notify_event_unpack(row->fired, &e);
    return notify_event_unpack(row->recovered, &e) || !row->recovered.len;
}

#endif
