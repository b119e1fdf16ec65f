/* fuzz_state.c - whatever a blob of a state holds, reading it does no harm.
 *
 * The first byte chooses one of the readers, given the rest with a right checksum around it (else
 * nothing but the checksum would be tried). Beyond the sanitizers: what can be read is written and
 * read again as the same; a monitor goes on with whatever it took. Whole states, with their tables
 * and files, are in fuzz_state_rows.c and fuzz_state_file.c. */
#include "app/state_places.h"
#include "base/pack.h"
#include "fuzz/state_dir.h"
#include "monitor/latency_save.h"
#include "monitor/save.h"
#include "monitor/top_save.h"

enum { T = 1600000000 };
#define WALL_NS (INT64_C(1000000000) * T)

/* Parts that a monitor of no dimension has: one that counts everything takes long to make, and the
 * tables are read below without it; the visitors' is in each roll-up. */
static const char *const PARTS[] = {"clock", "alert", "alerts", "figures", "rules"};
enum { PART_COUNT = sizeof PARTS / sizeof *PARTS };
enum { WINDOW = PART_COUNT, TOP, LATENCY, ROLLUP, PLACE, EVENT, READERS };

static const struct rule_spec RULES[] = {
    {.name = "busy",
     .level = {RULE_RATE, 1, 1, 1, 0},
     .recover = {RULE_RATE, 1, 1, 1, 0},
     .window_s = 30,
     .for_s = 5,
     .per = FIELD_SECTION},
    {.name = "still",
     .side = RULE_BELOW,
     .level = {RULE_RATE, 1, 1, 60, 0},
     .recover = {RULE_RATE, 1, 1, 60, 0},
     .window_s = 90,
     .per = FIELD_COUNT},
    {.name = "slow",
     .metric = RULE_REQUEST_TIME,
     .level = {RULE_PERCENTILE, 500000000, 1, 1, 95000},
     .recover = {RULE_PERCENTILE, 500000000, 1, 1, 95000},
     .window_s = 60,
     .per = FIELD_COUNT},
};

static uint8_t versions[READERS]; /* those that are read */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct monitor *fresh(bool rules)
{
    struct monitor_options o = {.rule = {.name = "r", .above = 1, .window_s = 90},
                                .rules = RULES,
                                .rule_count = rules ? sizeof RULES / sizeof *RULES : 0,
                                .update_ns = 1000000000};
    return monitor_new(&o, (struct monitor_sink){no_event, NULL}, 0, WALL_NS);
}

/* Lets a monitor go on with what it was given. */
static void go_on(struct monitor *m)
{
    struct batch past = {.kind = BATCH_NOTICE, .notice.kind = NOTICE_BACKFILLED};
    struct saved saved = {0};
    past.notice.wall_ns = WALL_NS;
    monitor_resume(m, 0);
    monitor_batch(m, &past, 1, WALL_NS);
    monitor_tick(m, INT64_C(5000000000), WALL_NS + INT64_C(5000000000));
    monitor_save(m, WALL_NS + INT64_C(5000000000), &saved);
    buf_done(&saved.bytes);
}

/* ---- Parts of a monitor
 * --------------------------------------------------------------------------------
 */

static void try_part(unsigned which, struct text sealed)
{
    struct monitor *m = fresh(!strcmp(PARTS[which], "rules"));
    monitor_load(m, text_of(PARTS[which]), sealed);
    go_on(m);
    monitor_free(m);
}

/* The window opens with the log clock. */
static void try_window(struct text sealed)
{
    static struct saved clock;
    struct monitor *m = fresh(true);
    if (!clock.count) {
        struct batch *b = batch_new();
        b->count = 1;
        b->entries[0] = (struct entry){.has = FIELD_BIT(FIELD_TIME), .second = T};
        monitor_batch(m, b, 1, WALL_NS);
        monitor_save(m, WALL_NS, &clock);
        batch_free(b);
        monitor_free(m);
        m = fresh(true);
    }
    check(monitor_load(m, TEXT("clock"), saved_bytes(&clock, 0)));
    monitor_resume(m, 0);
    monitor_load_window(m, T / 60 * 60, sealed);
    monitor_tick(m, INT64_C(5000000000), WALL_NS + INT64_C(5000000000));
    monitor_free(m);
}

/* ---- Tables ------------------------------------------------------------------------------------
 */

static void *make_top(void)
{
    return top_new(SAVED_TOP, true);
}

static void *make_latency(void)
{
    return latency_new();
}

static void read_top(void *t, struct unpack *u)
{
    top_unpack(t, u);
}

static void read_latency(void *l, struct unpack *u)
{
    latency_unpack(l, u);
}

static void write_top(void *t, struct buf *out)
{
    top_pack(t, SAVED_TOP, SAVED_TIMED_KEYS, out);
}

static void write_latency(void *l, struct buf *out)
{
    latency_pack(l, out);
}

static void merge_top(void *into, const void *from)
{
    top_merge(into, from);
}

static void merge_latency(void *into, const void *from)
{
    latency_merge(into, from);
    latency_percentile(into, 0.95);
}

static void free_top(void *t)
{
    top_free(t);
}

static void free_latency(void *l)
{
    latency_free(l);
}

static const struct table {
    void *(*make)(void);
    void (*read)(void *table, struct unpack *u);
    void (*write)(void *table, struct buf *out);
    void (*merge)(void *into, const void *from);
    void (*free)(void *table);
} TABLES[] = {
    {make_top, read_top, write_top, merge_top, free_top},
    {make_latency, read_latency, write_latency, merge_latency, free_latency},
};

static void try_table(const struct table *t, struct text inside)
{
    struct unpack u = unpack_of(inside);
    struct buf first = {0}, second = {0};
    void *table = t->make();
    t->read(table, &u);
    if (unpack_whole(&u)) {
        void *again = t->make();
        t->write(table, &first);
        u = unpack_of(buf_text(&first));
        t->read(again, &u);
        check(unpack_whole(&u));
        t->write(again, &second);
        check(text_same(buf_text(&first), buf_text(&second)));
        t->merge(again, table);
        t->free(again);
    }
    t->free(table);
    buf_done(&first);
    buf_done(&second);
}

/* ---- Pieces ------------------------------------------------------------------------------------
 */

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

static void try_place(struct text sealed, struct text inside)
{
    struct position position;
    struct buf again = {0};
    struct unpack u = unpack_of(inside);
    struct text path = unpack_text(&u), identity = unpack_text(&u), with;
    place_unpack(TEXT("/log"), identity, sealed, &position);
    if (place_unpack(path, identity, sealed, &position)) {
        check(position.anchor_len <= position.offset);
        place_pack(path, &position, &again);
        check(unpack_sealed(buf_text(&again), versions[PLACE], &with));
        check(place_unpack(path, identity, buf_text(&again), &position) || with.len != inside.len);
    }
    buf_done(&again);
}

static void try_event(struct text sealed)
{
    struct notify_event e, back;
    struct buf first = {0}, second = {0};
    if (notify_event_unpack(sealed, &e)) {
        notify_event_pack(&first, &e);
        check(notify_event_unpack(buf_text(&first), &back));
        notify_event_pack(&second, &back);
        check(text_same(buf_text(&first), buf_text(&second)));
    }
    buf_done(&first);
    buf_done(&second);
}

/* ---- One of them --------------------------------------------------------------------------------
 */

static void try_reader(unsigned which, struct text inside)
{
    struct buf sealed = {0};
    size_t begin = pack_begin(&sealed, versions[which]);
    buf_add(&sealed, inside);
    pack_seal(&sealed, begin);
    struct text bytes = buf_text(&sealed);
    if (which >= TOP && which <= LATENCY)
        try_table(&TABLES[which - TOP], inside);
    else if (which == ROLLUP)
        try_rollup(bytes);
    else if (which == WINDOW)
        try_window(bytes);
    else if (which == PLACE)
        try_place(bytes, inside);
    else if (which == EVENT)
        try_event(bytes);
    else
        try_part(which, bytes);
    buf_done(&sealed);
}

/* Of what is written now: a reader that refuses all for its version would look as sound as any. */
static void find_versions(void)
{
    struct saved saved = {0};
    struct buf other = {0};
    struct monitor *m = fresh(true);
    monitor_save(m, WALL_NS, &saved);
    for (unsigned i = 0; i < PART_COUNT; i++) {
        size_t k = 0;
        while (k < saved.count && strcmp(saved.parts[k].name, PARTS[i]))
            k++;
        check(k < saved.count && monitor_load(m, text_of(PARTS[i]), saved_bytes(&saved, k)));
        versions[i] = versions[WINDOW] = (uint8_t)saved_bytes(&saved, k).at[0];
    }
    struct rollup *r = rollup_new(T, 60);
    rollup_pack(r, &other);
    versions[ROLLUP] = (uint8_t)other.at[0];
    place_pack(TEXT("/log"), &(struct position){0}, (buf_clear(&other), &other));
    versions[PLACE] = (uint8_t)other.at[0];
    notify_event_pack((buf_clear(&other), &other), &(struct notify_event){0});
    versions[EVENT] = (uint8_t)other.at[0];
    rollup_free(r);
    monitor_free(m);
    buf_done(&saved.bytes);
    buf_done(&other);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    find_versions();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        try_reader(data[0] % READERS, text_make((const char *)data + 1, size - 1));
    return 0;
}
