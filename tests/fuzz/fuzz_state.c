/* fuzz_state.c - whatever is in a state, reading it does no harm.
 *
 * The first byte chooses: one of the readers, given the rest with a right checksum around it (else
 * nothing but the checksum would be tried); or a whole state file, the rest being places and bytes
 * to write there. Beyond the sanitizers: a roll-up that can be read is written and read again as
 * the same. */
#include "app/state.h"
#include "app/state_places.h"
#include "base/pack.h"
#include "monitor/rollup.h"
#include "monitor/save.h"
#include "store/store.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { T = 1600000000 };

static const char *const PARTS[] = {"clock",        "alert",     "alerts",
                                    "figures",      "visitors",  "request_time",
                                    "top.sections", "top.paths", "top.agents"};
enum { PART_COUNT = sizeof PARTS / sizeof *PARTS, ROLLUP = PART_COUNT, WINDOW, PLACE, READERS };

static struct buf whole; /* a state file as a run leaves it */
static char dir[64];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx;
    (void)m;
    (void)e;
}

static struct monitor *fresh(void)
{
    struct monitor_options o = {.rule = {.name = "r", .above = 1, .window_s = 90},
                                .update_ns = 1000000000,
                                .wanted = DIMENSION_EVERY};
    return monitor_new(&o, (struct monitor_sink){no_event, NULL}, 0, INT64_C(1000000000) * T);
}

/* Lets a monitor go on with what it was given. */
static void go_on(struct monitor *m)
{
    struct batch past = {.kind = BATCH_NOTICE, .notice.kind = NOTICE_BACKFILLED};
    struct saved saved = {0};
    past.notice.wall_ns = INT64_C(1000000000) * T;
    monitor_resume(m, 0);
    monitor_batch(m, &past, 1, INT64_C(1000000000) * T);
    monitor_tick(m, INT64_C(5000000000), INT64_C(1000000000) * (T + 5));
    monitor_save(m, INT64_C(1000000000) * (T + 5), &saved);
    buf_done(&saved.bytes);
}

static void try_rollup(struct text sealed)
{
    struct buf first = {0}, second = {0};
    struct rollup *r = rollup_unpack(T, 60, sealed);
    if (r) {
        rollup_pack(r, &first);
        struct rollup *again = rollup_unpack(T, 60, buf_text(&first));
        check(again);
        rollup_pack(again, &second);
        check(text_same(buf_text(&first), buf_text(&second)));
        rollup_merge(again, r);
        rollup_free(again);
    }
    rollup_free(r);
    buf_done(&first);
    buf_done(&second);
}

static void try_reader(unsigned which, struct text inside)
{
    struct buf sealed = {0};
    struct position position;
    size_t begin = pack_begin(&sealed, 1);
    buf_add(&sealed, inside);
    pack_seal(&sealed, begin);
    struct text bytes = buf_text(&sealed);
    if (which == ROLLUP) {
        try_rollup(bytes);
    } else if (which == PLACE) {
        place_unpack(TEXT("/log"), TEXT("identity"), bytes, &position);
        place_unpack(TEXT(""), text_cut(inside, 1, 40), bytes, &position);
    } else {
        struct monitor *m = fresh();
        if (which == WINDOW)
            monitor_load_window(m, T / 60 * 60, bytes);
        else
            monitor_load(m, text_of(PARTS[which]), bytes);
        go_on(m);
        monitor_free(m);
    }
    buf_done(&sealed);
}

/* ---- Whole files -------------------------------------------------------------------------------
 */

static void empty_directory(void)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

static bool on_rollup(void *ctx, int64_t start, struct text bytes)
{
    (void)ctx;
    struct rollup *r = rollup_unpack(start, 60, bytes);
    rollup_free(r);
    return true;
}

static void live(void)
{
    struct error why;
    struct state *s = state_open(dir, false, &db_sqlite, NULL, 0, &why);
    if (!s)
        return;
    struct monitor *m = fresh();
    struct batch past = {.kind = BATCH_NOTICE, .notice.kind = NOTICE_BACKFILLED};
    state_restore(s, m, 0);
    monitor_batch(m, &past, 1, INT64_C(1000000000) * T);
    state_batch(s, &past, m, 1, INT64_C(1000000000) * T);
    state_finish(s, m, INT64_C(1000000000) * T);
    state_free(s);
    monitor_free(m);
    struct store_options o = state_store_options(dir, false);
    struct store *store = store_open(&o, T, &why);
    bool more;
    if (store) {
        store_rollups(store, STORE_MINUTES, INT64_MIN, INT64_MAX, on_rollup, NULL);
        store_fold(store, &more);
    }
    store_close(store);
}

static void write_file(const uint8_t *patches, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/state.db", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char *bytes = malloc(whole.len);
    memcpy(bytes, whole.at, whole.len);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = patches[i] | (size_t)patches[i + 1] << 8 | (size_t)patches[i + 2] << 16;
        bytes[at % whole.len] = (char)patches[i + 3];
    }
    check(fd >= 0 && write(fd, bytes, whole.len) == (ssize_t)whole.len);
    close(fd);
    free(bytes);
}

/* A state with something of everything in it. */
static void make_whole(void)
{
    struct error why;
    char path[128];
    struct state *s = state_open(dir, false, &db_sqlite, NULL, 0, &why);
    struct monitor *m = fresh();
    struct batch *b = batch_new();
    check(s);
    state_restore(s, m, 0);
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
    monitor_batch(m, b, 1, INT64_C(1000000000) * T);
    state_batch(s, b, m, 1, INT64_C(1000000000) * T);
    state_finish(s, m, INT64_C(1000000000) * T);
    state_free(s);
    monitor_free(m);
    batch_free(b);
    snprintf(path, sizeof path, "%s/state.db", dir);
    int fd = open(path, O_RDONLY);
    ssize_t got;
    while ((got = read(fd, buf_room(&whole, 65536), 65536)) > 0)
        whole.len += (size_t)got;
    close(fd);
    check(whole.len > 4096);
}

static void leave(void)
{
    empty_directory();
    rmdir(dir);
    buf_done(&whole);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    snprintf(dir, sizeof dir, "%s/spate-fuzz-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    check(mkdtemp(dir));
    atexit(leave);
    make_whole();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] != 0xff) {
        try_reader(data[0] % READERS, text_make((const char *)data + 1, size - 1));
        return 0;
    }
    empty_directory();
    write_file(data + 1, size - 1);
    live();
    return 0;
}
