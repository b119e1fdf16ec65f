/* fuzz_state_rows.c - whatever the tables of a sound database hold, a run starts with it, or says
 * why it does not.
 *
 * The input is the rows (lib/rows_db.h), through the seam of store/db.h: no SQLite, ten times as
 * quick as with it. Files are in fuzz_state_file.c, blobs by themselves in fuzz_state.c. */
#include "app/state.h"
#include "base/hash.h"
#include "lib/rows_db.h"
#include "monitor/rollup.h"
#include "store/store.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64]; /* for the lock, and what is put aside */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void empty_directory(void)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

static void leave(void)
{
    empty_directory();
    rmdir(dir);
}

/* ---- Who reads ---------------------------------------------------------------------------------
 */

static bool on_message(void *ctx, const struct store_message *row)
{
    struct notify_event e;
    (void)ctx;
    notify_event_unpack(row->bytes, &e);
    return true;
}

static bool on_alert(void *ctx, const struct store_alert_row *row)
{
    struct notify_event e;
    (void)ctx;
    notify_event_unpack(row->fired, &e);
    return notify_event_unpack(row->recovered, &e) || !row->recovered.len;
}

static bool on_rollup(void *ctx, int64_t start, struct text bytes)
{
    (void)ctx;
    rollup_free(rollup_unpack(start, 60, bytes));
    return true;
}

static void try_rows(struct text rows)
{
    static unsigned run;
    struct error why = {0};
    size_t count;
    if (++run % 64 == 0)
        empty_directory();
    static const char *const named[] = {"/log", "/var/log/*.log"};
    struct rows_db *db = rows_db_new(rows);
    struct state *s = state_open(dir, false, rows_db_calls(db), named, 2, &why);
    check(s || why.text[0]);
    if (s) {
        const struct follow_resume *resume = state_resume(s, &count);
        for (size_t i = 0; i < count; i++)
            check(resume[i].path && resume[i].position.anchor_len <= resume[i].position.offset);
        state_messages(s, on_message, NULL);
    }
    state_free(s);
    struct store_options o = state_store_options(dir, false);
    o.db = rows_db_calls(db);
    struct store *store = store_look(&o, &why);
    if (store) {
        store_alerts(store, 0, INT64_MIN, on_alert, NULL);
        store_rollups(store, STORE_MINUTES, INT64_MIN, INT64_MAX, on_rollup, NULL);
    }
    store_close(store);
    rows_db_free(db);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    snprintf(dir, sizeof dir, "%s/spate-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    check(mkdtemp(dir));
    atexit(leave);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[HASH_SECRET] = {1, 2, 3};
    hash_start_with(secret); /* a state brings its own */
    try_rows(text_make((const char *)data, size));
    return 0;
}
