/* fuzz_state_file.c - whatever is in a state's file, a run starts with it, goes on and leaves a
 * file with which the next one starts.
 *
 * The input is places and bytes to write there, over a file as a run leaves it; nothing of it is
 * behind a checksum that SQLite would see. The files are in memory, where there is a place for
 * that. */
#include "app/state.h"
#include "fuzz/state_dir.h"
#include <fcntl.h>

enum { T = 1600000000 };
#define WALL_NS (INT64_C(1000000000) * T)

static struct buf whole; /* a state file as a run leaves it */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct monitor *fresh(void)
{
    struct monitor_options o = {.rule = {.name = "r", .above = 1, .window_s = 90},
                                .update_ns = 1000000000,
                                .wanted = DIMENSION_BIT(DIMENSION_SECTIONS) |
                                          DIMENSION_BIT(DIMENSION_VISITORS)};
    return monitor_new(&o, (struct monitor_sink){no_event, NULL}, 0, WALL_NS);
}

/* ---- A run -------------------------------------------------------------------------------------
 */

/* The last lines that a run reads: 500 of them, at /log. */
static void fill(struct batch *b)
{
    memcpy(b->bytes, "/a10.0.0.1", 10);
    for (b->count = 0; b->count < 500; b->count++) {
        struct entry *e = &b->entries[b->count];
        e->has = FIELD_BIT(FIELD_TIME);
        e->second = T - 300 + b->count / 2;
        entry_set_text(e, FIELD_SECTION, 0, 2);
        entry_set_text(e, FIELD_HOST, 2, 8);
        entry_set_number(e, FIELD_REQUEST_TIME, b->count * 1000);
    }
    b->lines.read = b->lines.parsed = b->count;
    b->path = "/log";
    b->position = (struct position){.id.inode = 1, .offset = 5, .anchor_len = 5};
}

/* False: it said why it cannot start. */
static bool live(const struct batch *b)
{
    struct error why = {0};
    struct state *s = state_open(dir, false, &db_sqlite, NULL, 0, &why);
    check(s || why.text[0]);
    if (!s)
        return false;
    struct monitor *m = fresh();
    state_restore(s, m, 0);
    monitor_batch(m, b, 1, WALL_NS);
    state_batch(s, b, m, 1, WALL_NS);
    state_finish(s, m, WALL_NS);
    state_free(s);
    monitor_free(m);
    return true;
}

/* As `spate history` and `spate alerts`, and the keeper when it folds. */
static void look(void)
{
    struct error why = {0};
    struct store_options o = state_store_options(dir, false);
    bool more;
    struct store *store = store_open(&o, T, &why);
    if (!store)
        return;
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS; span++)
        store_rollups(store, span, INT64_MIN, INT64_MAX, on_rollup, NULL);
    store_alerts(store, 0, INT64_MIN, on_alert, NULL);
    store_fold(store, &more);
    store_close(store);
}

static void write_file(const uint8_t *patches, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/state.db", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    check(fd >= 0 && write(fd, whole.at, whole.len) == (ssize_t)whole.len);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = patches[i] | (size_t)patches[i + 1] << 8 | (size_t)patches[i + 2] << 16;
        check(pwrite(fd, &patches[i + 3], 1, (off_t)(at % whole.len)) == 1);
    }
    close(fd);
}

static void keep_whole(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/state.db", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    while ((got = read(fd, buf_room(&whole, 65536), 65536)) > 0)
        whole.len += (size_t)got;
    close(fd);
    check(whole.len > 4096);
}

static void forget_whole(void)
{
    buf_done(&whole);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    make_directory();
    atexit(forget_whole);
    struct batch *b = batch_new();
    fill(b);
    check(live(b));
    batch_free(b);
    keep_whole();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct batch *none;
    if (!none)
        none = batch_new();
    none->kind = BATCH_NOTICE;
    none->notice.kind = NOTICE_BACKFILLED;
    forget_secret();
    empty_directory();
    write_file(data, size);
    if (live(none))
        check(live(none));
    look();
    return 0;
}
