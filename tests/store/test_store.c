#include "base/pack.h"
#include "store/store.h"

#include "store/failing_db.h"
#include "store/store_rig.h"
#include <errno.h>
#include <sys/resource.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

TestSuite(store, .init = rig_make, .fini = rig_remove);

#define T(s) text_of(s)

static const struct store_part FIRST_PARTS[] = {{"totals", {"one", 3}}, {"clock", {"1", 1}}};
static const struct store_place FIRST_PLACES[] = {{{"/a", 2}, {"i1", 2}, {"10", 2}, false},
                                                  {{"/a", 2}, {"i2", 2}, {"20", 2}, false}};
static const struct store_rollup FIRST_ROLLUPS[] = {
    {STORE_MINUTES, 60, {"5", 1}}, {STORE_MINUTES, 120, {"7", 1}}, {STORE_HOURS, 0, {"9", 1}}};
static const struct store_seconds FIRST_SECONDS[] = {{60, {"x", 1}}, {120, {"y", 1}}};
static const struct store_change FIRST = {.parts = FIRST_PARTS,
                                          .part_count = 2,
                                          .places = FIRST_PLACES,
                                          .place_count = 2,
                                          .rollups = FIRST_ROLLUPS,
                                          .rollup_count = 3,
                                          .seconds = FIRST_SECONDS,
                                          .seconds_count = 2,
                                          .seconds_least = 0};
static const char FIRST_TEXT[] =
    "totals=one clock=1 /a#i1@10 /a#i2@20 s60:x s120:y m60:5 m120:7 h0:9 ";

static const struct store_part SECOND_PARTS[] = {{"totals", {"two", 3}}};
static const struct store_place SECOND_PLACES[] = {{{"/a", 2}, {"i1", 2}, {"", 0}, true},
                                                   {{"/a", 2}, {"i2", 2}, {"25", 2}, false}};
static const struct store_rollup SECOND_ROLLUPS[] = {{STORE_MINUTES, 120, {"3", 1}},
                                                     {STORE_DAYS, 0, {"4", 1}}};
static const struct store_seconds SECOND_SECONDS[] = {{120, {"", 0}}, {180, {"z", 1}}};
static const struct store_change SECOND = {.parts = SECOND_PARTS,
                                           .part_count = 1,
                                           .places = SECOND_PLACES,
                                           .place_count = 2,
                                           .rollups = SECOND_ROLLUPS,
                                           .rollup_count = 2,
                                           .seconds = SECOND_SECONDS,
                                           .seconds_count = 2,
                                           .seconds_least = 61};
static const char SECOND_TEXT[] = "clock=1 totals=two /a#i2@25 s180:z m60:5 m120:10 h0:9 d0:4 ";

Test(store, gives_back_what_was_committed_also_to_the_next_run)
{
    struct store *s = rig_open(&db_sqlite);
    rig_expect(s, "");
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    rig_expect(s, FIRST_TEXT);
    store_close(s);
    s = rig_open(&db_sqlite);
    rig_expect(s, FIRST_TEXT);
    cr_assert_eq(store_commit(s, &SECOND), DB_DONE);
    rig_expect(s, SECOND_TEXT);
    store_close(s);
}

Test(store, forgets_the_window_when_it_is_saved_anew)
{
    struct store *s = rig_open(&db_sqlite);
    struct store_change all = {.seconds = SECOND_SECONDS, .seconds_count = 2, .all_seconds = true};
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    cr_assert_eq(store_commit(s, &all), DB_DONE);
    rig_expect(s, "totals=one clock=1 /a#i1@10 /a#i2@20 s180:z m60:5 m120:7 h0:9 ");
    store_close(s);
}

Test(store, writes_a_change_whole_or_not_at_all_whatever_call_fails)
{
    static const enum db_result results[] = {DB_BUSY, DB_FULL, DB_DAMAGED, DB_FAILED};
    struct failing_db db;
    failing_db_init(&db);
    unsigned failures = 0, tried = 0;
    for (unsigned nth = 1, missed = 0; missed < 4; nth++) {
        enum db_result with = results[nth % 4];
        struct store *s = rig_open(&db.calls);
        cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
        failing_db_arm(&db, nth, with, nth % 3 == 0);
        enum db_result got = store_commit(s, &SECOND);
        bool failed = db.failed > 0;
        failing_db_arm(&db, 0, DB_DONE, false);
        missed += !failed;
        failures += failed;
        tried++;
        rig_expect(s, got == DB_DONE ? SECOND_TEXT : FIRST_TEXT);
        if (failed) {
            cr_expect_eq(got, with, "call %u", nth);
            cr_expect_neq(store_why(s)[0], 0);
            cr_expect_eq(store_commit(s, &SECOND), DB_DONE, "call %u", nth);
            rig_expect(s, SECOND_TEXT);
        }
        store_close(s);
        unlink(rig_path("state.db"));
    }
    cr_expect_gt(failures, 30, "%u of %u", failures, tried);
}

Test(store, opens_or_says_why_not_whatever_call_fails)
{
    static const enum db_result results[] = {DB_BUSY, DB_FULL, DB_FAILED};
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    store_close(s);
    struct failing_db db;
    failing_db_init(&db);
    struct store_options o = rig_options(&db.calls);
    for (unsigned nth = 1, missed = 0; missed < 3; nth++) {
        struct error why = {0};
        failing_db_arm(&db, nth, results[nth % 3], nth % 2);
        s = store_open(&o, 1000000000, &why);
        missed += db.failed == 0;
        cr_expect(s || why.text[0]);
        cr_expect(!why.text[0] || strstr(why.text, "state.db"), "%s", why.text);
        store_close(s);
        s = rig_open(&db_sqlite);
        rig_expect(s, FIRST_TEXT);
        store_close(s);
    }
}

static unsigned damaged_files(void)
{
    unsigned count = 0;
    DIR *d = opendir(rig_path(""));
    for (struct dirent *e; (e = readdir(d));)
        count += strstr(e->d_name, "damaged") != NULL;
    closedir(d);
    return count;
}

static void write_file(const char *name, const char *bytes)
{
    FILE *f = fopen(rig_path(name), "w");
    cr_assert(f && fputs(bytes, f) >= 0 && fclose(f) == 0);
}

Test(store, puts_a_file_that_is_no_database_aside_and_begins_anew)
{
    store_close(rig_open(&db_sqlite));
    for (unsigned i = 1; i <= 3; i++) {
        write_file("state.db", "this was a state once, before somebody wrote a letter into it, "
                               "at length, with many words and no end to be seen anywhere near");
        struct store *s = rig_open(&db_sqlite);
        cr_expect(strstr(store_news(s), "state.db.damaged-20010909T014640Z"));
        cr_expect_str_eq(store_news(s), "");
        rig_expect(s, "");
        cr_expect_eq(store_commit(s, &FIRST), DB_DONE);
        store_close(s);
        cr_expect_eq(damaged_files(), i);
    }
}

Test(store, begins_anew_in_the_middle_of_a_run)
{
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    cr_expect(store_renew(s, 1000000000));
    rig_expect(s, "");
    cr_expect_eq(store_commit(s, &SECOND), DB_DONE);
    cr_expect_eq(damaged_files(), 1);
    store_close(s);
}

/* Runs SQL on the file; one value of bytes where there is a ?1. */
static void change_file(const char *sql, struct text bytes)
{
    void *db, *statement;
    cr_assert_eq(db_sqlite.open(NULL, rig_path("state.db"), DB_WRITE, &db), DB_DONE);
    cr_assert_eq(db_sqlite.prepare(NULL, db, sql, &statement), DB_DONE);
    if (bytes.len)
        cr_assert_eq(db_sqlite.bind_bytes(NULL, statement, 1, bytes), DB_DONE);
    cr_assert_eq(db_sqlite.step(NULL, statement), DB_DONE);
    db_sqlite.finish(NULL, statement);
    db_sqlite.close(NULL, db);
}

Test(store, tells_a_newer_version_from_a_damaged_one)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why = {0};
    store_close(rig_open(&db_sqlite));
    change_file("PRAGMA user_version=2", TEXT("")); /* nothing else says so: a flipped bit */
    store_close(rig_open(&db_sqlite));
    cr_expect_eq(damaged_files(), 1);
    struct buf version = {0};
    size_t begin = pack_begin(&version, 1);
    pack_u64(&version, 2);
    pack_seal(&version, begin);
    change_file("UPDATE parts SET bytes = ?1", buf_text(&version));
    change_file("PRAGMA user_version=2", TEXT(""));
    buf_done(&version);
    cr_expect_null(store_open(&o, 1000000000, &why));
    cr_expect(strstr(why.text, "newer version") && strstr(why.text, "move it away"), "%s", why.text);
    cr_expect_eq(damaged_files(), 1);
}

Test(store, makes_what_it_writes_readable_for_nobody_else)
{
    umask(0);
    struct stat facts;
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm", "lock"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cr_assert_eq(stat(rig_path(files[i]), &facts), 0, "%s", files[i]);
        cr_expect_eq(facts.st_mode & 0777, 0600, "%s", files[i]);
    }
    cr_assert_eq(stat(rig_path(""), &facts), 0);
    cr_expect_eq(facts.st_mode & 0777, 0700);
    store_close(s);
}

static void expect_refused(const char *words)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why = {0};
    struct store *s = store_open(&o, 1000000000, &why);
    cr_expect_null(s);
    cr_expect(strstr(why.text, words), "%s", why.text);
    store_close(s);
}

Test(store, follows_no_symbolic_link)
{
    struct stat facts;
    store_close(rig_open(&db_sqlite));
    cr_assert_eq(rename(rig_path("state.db"), rig_path("elsewhere")), 0);
    cr_assert_eq(symlink("elsewhere", rig_path("state.db")), 0);
    expect_refused("symbolic link");
    cr_assert_eq(lstat(rig_path("state.db"), &facts), 0);
    cr_expect(S_ISLNK(facts.st_mode));

    char moved[128], dir[128];
    snprintf(dir, sizeof dir, "%s/state", rig_dir);
    snprintf(moved, sizeof moved, "%s/moved", rig_dir);
    cr_assert_eq(rename(dir, moved), 0);
    cr_assert_eq(symlink("moved", dir), 0);
    expect_refused("symbolic link");
}

Test(store, refuses_a_directory_that_others_may_write_to)
{
    store_close(rig_open(&db_sqlite));
    cr_assert_eq(chmod(rig_path(""), 0777), 0);
    expect_refused("others may write");
    cr_assert_eq(chmod(rig_path(""), 0700), 0);
    cr_assert_eq(unlink(rig_path("state.db")), 0);
    cr_assert_eq(mkfifo(rig_path("state.db"), 0600), 0);
    expect_refused("not a file of ours");
}

Test(store, says_which_process_holds_it)
{
    int ready[2];
    char byte, words[64];
    cr_assert_eq(pipe(ready), 0);
    pid_t holder = fork();
    if (holder == 0) {
        struct store_options o = rig_options(&db_sqlite);
        struct error why;
        struct store *s = store_open(&o, 1000000000, &why);
        if (write(ready[1], s ? "y" : "n", 1) == 1)
            pause();
        _exit(0);
    }
    cr_assert(read(ready[0], &byte, 1) == 1 && byte == 'y');
    snprintf(words, sizeof words, "is held by process %d", (int)holder);
    expect_refused(words);
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    store_close(rig_open(&db_sqlite)); /* the lock went with its holder */
}

Test(store, can_be_looked_at_while_it_is_written)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why = {0};
    cr_expect_null(store_look(&o, &why));
    cr_expect(strstr(why.text, "cannot open the state directory"), "%s", why.text);
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    struct store *looker = store_look(&o, &why);
    cr_assert(looker, "%s", why.text);
    rig_expect(looker, FIRST_TEXT);
    cr_assert_eq(store_commit(s, &SECOND), DB_DONE);
    rig_expect(looker, SECOND_TEXT);
    store_close(looker);
    store_close(s);
    looker = store_look(&o, &why); /* nobody holds it any more */
    cr_assert(looker, "%s", why.text);
    rig_expect(looker, SECOND_TEXT);
    store_close(looker);
}

/* ---- Folding -----------------------------------------------------------------------------------
 */

static void add_minutes(struct store *s, int64_t from, int64_t count)
{
    struct store_rollup rows[100];
    for (int64_t done = 0; done < count;) {
        size_t n = 0;
        for (; n < 100 && done < count; done++)
            rows[n++] = (struct store_rollup){STORE_MINUTES, from + done * 60, T("1")};
        cr_assert_eq(store_commit(s, &(struct store_change){.rollups = rows, .rollup_count = n}),
                     DB_DONE);
    }
}

static bool add_up(void *ctx, int64_t start, struct text bytes)
{
    uint64_t *sums = ctx;
    (void)start;
    sums[0] += rig_number(bytes);
    sums[1]++;
    return true;
}

static uint64_t sum_of(struct store *s, enum store_span span, uint64_t *count)
{
    uint64_t sums[2] = {0};
    cr_assert_eq(store_rollups(s, span, INT64_MIN, INT64_MAX, add_up, sums), DB_DONE);
    *count = sums[1];
    return sums[0];
}

static void fold_all(struct store *s)
{
    bool more = true;
    for (unsigned i = 0; more; i++) {
        cr_assert_lt(i, 10000);
        cr_assert_eq(store_fold(s, &more), DB_DONE);
    }
}

Test(store, folds_minutes_into_hours_and_hours_into_days_and_loses_none)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why;
    o.minutes_s = 3600;
    o.hours_s = 86400;
    struct store *s = store_open(&o, 1000000000, &why);
    const int64_t minutes = 3 * 1440 + 17;
    add_minutes(s, -1440 * 60, minutes); /* before 1970 too */
    fold_all(s);
    uint64_t m, h, d;
    uint64_t sum =
        sum_of(s, STORE_MINUTES, &m) + sum_of(s, STORE_HOURS, &h) + sum_of(s, STORE_DAYS, &d);
    cr_expect_eq(sum, (uint64_t)minutes);
    cr_expect_eq(m, 61); /* the last hour and the newest */
    cr_expect(h >= 22 && h <= 26, "%llu", (unsigned long long)h);
    cr_expect(d == 2 || d == 3, "%llu", (unsigned long long)d);
    store_close(s);
}

Test(store, loses_nothing_when_folding_fails_in_the_middle)
{
    struct failing_db db;
    failing_db_init(&db);
    struct store_options o = rig_options(&db.calls);
    o.minutes_s = 600;
    for (unsigned nth = 1, missed = 0; missed < 2; nth += 7) {
        struct error why;
        struct store *s = store_open(&o, 1000000000, &why);
        bool more;
        add_minutes(s, 0, 60);
        failing_db_arm(&db, nth, DB_FULL, true);
        store_fold(s, &more);
        missed += db.failed == 0;
        failing_db_arm(&db, 0, DB_DONE, false);
        uint64_t m, h;
        cr_expect_eq(sum_of(s, STORE_MINUTES, &m) + sum_of(s, STORE_HOURS, &h), 60, "call %u", nth);
        store_close(s);
        unlink(rig_path("state.db"));
    }
}

Test(store, stays_below_its_size)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why;
    struct stat facts;
    o.bytes_most = 200 * 1024;
    struct store *s = store_open(&o, 1000000000, &why);
    for (int64_t day = 0; day < 40; day++) {
        add_minutes(s, day * 86400, 1440);
        fold_all(s);
    }
    uint64_t m, h, d;
    uint64_t sum =
        sum_of(s, STORE_MINUTES, &m) + sum_of(s, STORE_HOURS, &h) + sum_of(s, STORE_DAYS, &d);
    cr_expect_eq(sum, 40 * 1440);
    cr_expect_geq(m, 2, "the newest minutes stay");
    store_close(s);
    cr_assert_eq(stat(rig_path("state.db"), &facts), 0);
    cr_expect_lt(facts.st_size, 300 * 1024);
}

/* ---- What happens to the file and its directory ---- */

Test(store, is_gone_on_with_where_nothing_can_be_written)
{
    struct rlimit limit, none;
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    store_close(s);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    none = (struct rlimit){0, limit.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    s = rig_open(&db_sqlite);
    char *contents = rig_contents(s);
    enum db_result refused = store_commit(s, &SECOND);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect_str_eq(contents, FIRST_TEXT);
    cr_expect(refused == DB_FULL || refused == DB_FAILED);
    cr_expect_eq(store_commit(s, &SECOND), DB_DONE, "once there is room: %s", store_why(s));
    free(contents);
    store_close(s);
}

Test(store, that_cannot_be_begun_yet_is_begun_when_there_is_room)
{
    struct failing_db db;
    failing_db_init(&db);
    failing_db_arm(&db, 1, DB_FULL, true);
    struct store *s = rig_open(&db.calls);
    cr_expect(strstr(store_news(s), "no room on the disk"));
    rig_expect(s, "");
    cr_expect_eq(store_commit(s, &FIRST), DB_FULL);
    failing_db_arm(&db, 0, DB_DONE, false);
    cr_expect_eq(store_commit(s, &FIRST), DB_DONE);
    store_close(s);
    s = rig_open(&db_sqlite);
    rig_expect(s, FIRST_TEXT);
    store_close(s);
}

static void expect_begun_anew(struct store *s, const char *news)
{
    cr_expect_eq(store_commit(s, &SECOND), DB_DAMAGED);
    cr_assert(store_renew(s, 1000000000), "%s", store_why(s));
    cr_expect(strstr(store_news(s), news));
    cr_expect_eq(store_commit(s, &FIRST), DB_DONE);
    store_close(s);
    s = rig_open(&db_sqlite);
    rig_expect(s, FIRST_TEXT);
    store_close(s);
}

Test(store, notices_that_its_file_was_deleted)
{
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    cr_assert_eq(unlink(rig_path("state.db")), 0);
    expect_begun_anew(s, "was deleted");
    cr_expect_eq(damaged_files(), 0);
}

Test(store, notices_that_its_directory_was_deleted)
{
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    rig_remove();
    cr_assert_eq(mkdir(rig_dir, 0700), 0);
    expect_begun_anew(s, "was deleted");
    cr_expect_eq(access(rig_path("lock"), F_OK), 0, "and is held");
}

Test(store, leaves_a_file_alone_that_took_its_place)
{
    struct store *s = rig_open(&db_sqlite);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    write_file("other", "what somebody put back");
    cr_assert_eq(rename(rig_path("other"), rig_path("state.db")), 0);
    expect_begun_anew(s, "another file took the place");
    cr_expect_geq(damaged_files(), 1);
}

Test(store, is_looked_at_where_nothing_can_be_made_beside_it)
{
    struct store_options o = rig_options(&db_sqlite);
    struct error why = {0};
    o.dir = "/tmp/spate store?%41#";
    cr_assert(mkdir(o.dir, 0700) == 0 || errno == EEXIST);
    struct store *s = store_open(&o, 1000000000, &why);
    cr_assert(s, "%s", why.text);
    cr_assert_eq(store_commit(s, &FIRST), DB_DONE);
    store_close(s);
    if (geteuid() == 0)
        cr_assert_eq(chown(o.dir, 65534, 65534) + chown("/tmp/spate store?%41#/state.db", 65534, 65534) +
                         seteuid(65534),
                     0);
    cr_assert_eq(chmod(o.dir, 0500), 0);
    s = store_look(&o, &why);
    cr_expect(s, "%s", why.text);
    if (s)
        rig_expect(s, FIRST_TEXT);
    store_close(s);
    cr_assert_eq(chmod(o.dir, 0700), 0);
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
    cr_assert_eq(system("rm -rf '/tmp/spate store?%41#'"), 0);
}
