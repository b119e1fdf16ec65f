/* A state under a storage that fails: what is in the file is always the whole of some moment, and
 * all of it in the end. The log is a sequence of lines, a place in it the number of those that were
 * read. */
#include "app/state.h"

#include "base/pack.h"
#include "monitor/feed.h"
#include "monitor/rollup.h"
#include "store/failing_db.h"
#include "store/store.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { T = 1600000000, LINES_A_BATCH = 7, BATCHES = 12 };
#define S INT64_C(1000000000)

static char dir[64], place[128];

static void make(void)
{
    strcpy(dir, "/tmp/spate-state-XXXXXX");
    cr_assert(mkdtemp(dir));
    snprintf(place, sizeof place, "%s/state", dir);
}

static void clean(const char *what)
{
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s", what);
    cr_assert_eq(system(command), 0);
}

static void remove_all(void)
{
    clean(dir);
}

TestSuite(state, .init = make, .fini = remove_all);

struct life {
    struct state *state;
    struct monitor *monitor;
    uint64_t read; /* lines of the log */
    int64_t now_ns;
};

static void no_event(void *ctx, const struct monitor *m, const struct monitor_event *e)
{
    (void)ctx;
    (void)m;
    (void)e;
}

static bool begin(struct life *l, const struct db_calls *db, struct error *why)
{
    static const char *const named[] = {"/log"};
    struct monitor_options o = {.rule = {.name = "high traffic", .above = 1e9, .window_s = 120},
                                .update_ns = 10 * S,
                                .wanted = DIMENSION_EVERY};
    *l = (struct life){.now_ns = S};
    l->state = state_open(place, false, db, named, 1, why);
    if (!l->state)
        return false;
    size_t count;
    const struct follow_resume *resume = state_resume(l->state, &count);
    for (size_t i = 0; i < count; i++)
        if (!follow_resume_is_blank(&resume[i]))
            l->read = resume[i].position.offset;
    l->monitor = monitor_new(&o, (struct monitor_sink){no_event, NULL}, l->now_ns, T * S);
    state_restore(l->state, l->monitor, l->now_ns);
    return true;
}

/* Reads some lines in one read, which may need two batches, and lets a second pass. */
static void read_lines(struct life *l, bool two_batches)
{
    struct batch *b = batch_new();
    for (int part = two_batches ? 0 : 1; part < 2; part++) {
        for (int i = 0; i < LINES_A_BATCH; i++, l->read++)
            feed_request(b, T + (int64_t)l->read * 11, "/a", "10.0.0.1", 200, l->read);
        b->more = part == 0;
        b->path = "/log";
        b->position = (struct position){.id.inode = 5, .offset = b->more ? 12345 : l->read};
        monitor_batch(l->monitor, b, l->now_ns, T * S);
        state_batch(l->state, b, l->monitor, l->now_ns, (T + 86400) * S);
        batch_clear(b);
    }
    batch_free(b);
    l->now_ns += 2 * S;
    state_beat(l->state, l->monitor, l->now_ns, (T + 86400) * S);
}

static void end(struct life *l, bool killed)
{
    if (!killed)
        state_finish(l->state, l->monitor, (T + 86400) * S);
    state_free(l->state);
    monitor_free(l->monitor);
}

static bool add_up(void *ctx, int64_t start, struct text bytes)
{
    uint64_t *sums = ctx;
    struct rollup_figures f;
    struct rollup *r = rollup_unpack(start, 60, bytes);
    cr_assert(r);
    rollup_figures(r, &f);
    sums[0] += f.hits;
    sums[1] += f.bytes;
    rollup_free(r);
    return true;
}

/* What the file holds belongs together: lines read, hits and bytes counted, roll-ups. Returns
 * lines. */
static uint64_t check(const char *what, unsigned nth)
{
    struct life l;
    struct error why = {0};
    uint64_t sums[2] = {0};
    cr_assert(begin(&l, &db_sqlite, &why), "%s", why.text);
    const struct tally *total = monitor_total(l.monitor);
    cr_expect_eq(total->hits, l.read, "%s, call %u: %llu hits of %llu lines", what, nth,
                 (unsigned long long)total->hits, (unsigned long long)l.read);
    cr_expect_eq(total->bytes, l.read * (l.read - 1) / 2 * (l.read > 0), "%s, call %u", what, nth);
    uint64_t read = l.read;
    end(&l, true);
    struct store_options o = state_store_options(place, false);
    struct store *store = store_look(&o, &why);
    cr_assert(store, "%s", why.text);
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS; span++)
        cr_assert_eq(store_rollups(store, span, INT64_MIN, INT64_MAX, add_up, sums), DB_DONE);
    cr_expect_eq(sums[0], read, "%s, call %u", what, nth);
    cr_expect_eq(sums[1], read ? read * (read - 1) / 2 : 0, "%s, call %u", what, nth);
    store_close(store);
    return read;
}

static uint64_t run(struct failing_db *db, unsigned nth, enum db_result with, bool lasting)
{
    struct life l;
    struct error why = {0};
    clean(place);
    failing_db_arm(db, 0, DB_DONE, false);
    cr_assert(begin(&l, &db->calls, &why), "%s", why.text);
    failing_db_arm(db, nth, with, lasting);
    for (int i = 0; i < BATCHES; i++)
        read_lines(&l, i % 3 == 0);
    uint64_t read = l.read;
    end(&l, false);
    return read;
}

Test(state, holds_the_whole_of_some_moment_when_from_some_call_on_all_fail, .timeout = 100)
{
    static const enum db_result results[] = {DB_FULL, DB_BUSY, DB_FAILED};
    struct failing_db db;
    failing_db_init(&db);
    unsigned partly = 0;
    for (unsigned nth = 1; nth < 400; nth += 1 + nth / 20) {
        uint64_t read = run(&db, nth, results[nth % 3], true);
        uint64_t kept = check("all fail", nth);
        cr_expect_leq(kept, read);
        partly += kept > 0 && kept < read;
    }
    cr_expect_gt(partly, 0);
}

Test(state, holds_everything_when_only_one_call_failed, .timeout = 100)
{
    static const enum db_result results[] = {DB_FULL, DB_BUSY, DB_FAILED};
    struct failing_db db;
    failing_db_init(&db);
    for (unsigned nth = 1; nth < 300; nth += 1 + nth / 20) {
        uint64_t read = run(&db, nth, results[nth % 3], false);
        cr_expect_eq(check("one fails", nth), read, "call %u", nth);
    }
}

Test(state, begins_a_new_file_with_all_it_knows_when_the_old_one_is_damaged, .timeout = 100)
{
    struct failing_db db;
    failing_db_init(&db);
    for (unsigned nth = 40; nth < 300; nth += 60) {
        struct life l;
        struct error why = {0};
        uint64_t read = run(&db, nth, DB_DAMAGED, false);
        cr_assert(begin(&l, &db_sqlite, &why), "%s", why.text);
        cr_expect_eq(l.read, read, "call %u", nth);
        cr_expect_eq(monitor_total(l.monitor)->hits, read, "call %u", nth);
        end(&l, true);
    }
}

Test(state, goes_on_over_many_lives_as_if_it_were_one, .timeout = 100)
{
    struct error why = {0};
    for (int life = 0; life < 8; life++) {
        struct life l;
        cr_assert(begin(&l, &db_sqlite, &why), "%s", why.text);
        cr_expect_eq(monitor_total(l.monitor)->hits, l.read);
        for (int i = 0; i < life; i++)
            read_lines(&l, i % 2 == 0);
        end(&l, life % 3 == 1); /* what was handed over is written also then */
    }
    cr_expect_gt(check("many lives", 0), 50);
}

Test(state, a_pattern_that_was_followed_marks_what_is_new)
{
    static const char *const named[] = {"/logs/*.log", "/x.log"};
    struct error why = {0};
    struct life l = {.now_ns = S};
    struct monitor_options o = {.rule = {.window_s = 120}, .update_ns = S};
    l.state = state_open(place, false, &db_sqlite, named, 2, &why);
    cr_assert(l.state, "%s", why.text);
    cr_expect_not(state_goes_on(l.state));
    size_t count;
    state_resume(l.state, &count);
    cr_expect_eq(count, 0);
    l.monitor = monitor_new(&o, (struct monitor_sink){no_event, NULL}, S, T * S);
    state_restore(l.state, l.monitor, S);
    read_lines(&l, false);
    end(&l, false);
    l.state = state_open(place, false, &db_sqlite, named, 2, &why);
    cr_assert(l.state, "%s", why.text);
    cr_expect(state_goes_on(l.state));
    const struct follow_resume *resume = state_resume(l.state, &count);
    cr_assert_eq(count, 3);
    cr_expect_str_eq(resume[0].path, "/log");
    cr_expect_not(follow_resume_is_blank(&resume[0]));
    for (size_t i = 1; i < 3; i++) {
        cr_expect_str_eq(resume[i].path, named[i - 1]);
        cr_expect(follow_resume_is_blank(&resume[i]));
    }
    state_free(l.state);
}

/* ---- Other versions --------------------------------------------------------------------------- */

static void take_as_it_is(struct text old, struct text more, struct buf *out, struct store_sums *sums)
{
    (void)old;
    *sums = (struct store_sums){0};
    buf_add(out, more);
}

enum piece { A_PART, OUR_PART, A_PLACE, SECONDS, A_MINUTE, A_DAY };

/* As a spate of that version would have left it. */
static void write_piece(enum piece piece, uint8_t version)
{
    struct buf sealed = {0};
    struct error why = {0};
    size_t begin = pack_begin(&sealed, version);
    buf_str(&sealed, "what only that version knows");
    pack_seal(&sealed, begin);
    struct text bytes = buf_text(&sealed);
    struct store_part part = {piece == A_PART ? "figures" : "secret", bytes};
    struct store_place row = {TEXT("/other"), TEXT("id"), bytes, false};
    struct store_seconds seconds = {T / 60 * 60, bytes};
    struct store_rollup rollup = {piece == A_MINUTE ? STORE_MINUTES : STORE_DAYS,
                                  (T + 86400) / 86400 * 86400, bytes};
    struct store_change c = {.seconds_least = INT64_MIN};
    if (piece == A_PART || piece == OUR_PART)
        c.parts = &part, c.part_count = 1;
    else if (piece == A_PLACE)
        c.places = &row, c.place_count = 1;
    else if (piece == SECONDS)
        c.seconds = &seconds, c.seconds_count = 1;
    else
        c.rollups = &rollup, c.rollup_count = 1;
    struct store_options o = state_store_options(place, false);
    o.merge = take_as_it_is;
    struct store *store = store_open(&o, T, &why);
    cr_assert(store, "%s", why.text);
    cr_assert_eq(store_commit(store, &c), DB_DONE);
    store_close(store);
    buf_done(&sealed);
}

Test(state, of_another_version_is_refused_with_a_clear_word_and_left_as_it_is)
{
    static const struct {
        enum piece piece;
        uint8_t version;
        const char *words;
    } rows[] = {{A_PART, 1, "an older version"},   {A_PART, 9, "a newer version"},
                {OUR_PART, 9, "a newer version"},  {A_PLACE, 0, "an older version"},
                {A_PLACE, 9, "a newer version"},   {SECONDS, 1, "an older version"},
                {A_MINUTE, 9, "a newer version"},  {A_DAY, 0, "an older version"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct life l;
        struct error why = {0};
        cr_assert(begin(&l, &db_sqlite, &why), "%s", why.text);
        read_lines(&l, false);
        end(&l, false);
        write_piece(rows[i].piece, rows[i].version);
        for (int again = 0; again < 2; again++) {
            cr_expect_not(begin(&l, &db_sqlite, &why), "row %zu", i);
            char file[160];
            snprintf(file, sizeof file, "move %s/state.db away", place);
            cr_expect(strstr(why.text, rows[i].words) && strstr(why.text, file), "row %zu: %s", i,
                      why.text);
        }
        char command[200];
        snprintf(command, sizeof command, "ls %s | grep -q damaged", place);
        cr_expect_neq(system(command), 0, "it is not damaged");
        clean(place);
    }
}
