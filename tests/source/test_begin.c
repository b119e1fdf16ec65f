/* Where reading begins, what is named by patterns, standard input. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/mem.h"
#include "lib/memfs.h"
#include "lib/rig.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG        "/log/a.log"
#define FAR_FUTURE "32472144000 far\n"

static struct memfs *fs;
static struct rig rig;

/* The lines of these tests begin with their second. */
static bool second_of(void *ctx, uint32_t source, struct text line, int64_t *second)
{
    (void)ctx;
    (void)source;
    char digits[24] = "";
    size_t len = text_find(line, ' ', 0);
    if (len == 0 || len == line.len || len >= sizeof digits)
        return false;
    memcpy(digits, line.at, len);
    uint64_t value;
    if (!text_to_u64(text_of(digits), &value))
        return false;
    *second = (int64_t)value;
    return true;
}

static void set_up(void)
{
    fs = memfs_new();
    memfs_mkdir(fs, "/log");
    rig_init(&rig, memfs_os(fs));
    rig.options.second_of = second_of;
}

static void tear_down(void)
{
    rig_done(&rig);
    cr_expect_eq(memfs_descriptors(fs), 0, "descriptors are left open");
    cr_expect_eq(memfs_watches(fs), 0, "watches are left");
    memfs_free(fs);
}

TestSuite(begin, .init = set_up, .fini = tear_down);

/* ---- At a time -------------------------------------------------------------------------- */

Test(begin, at_the_start_everything_is_backfill_until_it_is_read)
{
    memfs_write(fs, LOG, "1 a\n2 b\n");
    rig_open(&rig, LOG);
    cr_expect_str_eq(rig_read(&rig, 10), "1 a 2 b");
    cr_expect_eq(rig.backfill.len, 8);
    cr_expect_eq(rig_told(&rig, NOTICE_BACKFILLED), 1);
    for (size_t i = 0; i < rig.notice_count; i++)
        if (rig.notices[i].kind == NOTICE_BACKFILLED)
            cr_expect_eq(rig.notices[i].wall_ns, INT64_C(1500000001000000000));
    memfs_write(fs, LOG, "3 c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "3 c");
    cr_expect_eq(rig.backfill.len, 8, "what is appended is live");
}

Test(begin, at_the_end_a_half_line_is_waited_for)
{
    memfs_write(fs, LOG, "1 a\n2 b\n3 hal");
    rig.options.from = FOLLOW_FROM_END;
    rig_open(&rig, LOG);
    cr_expect_str_eq(rig_read(&rig, 10), "");
    memfs_write(fs, LOG, "f\n");
    cr_expect_str_eq(rig_read(&rig, 10), "3 half");
    cr_expect_eq(rig.backfill.len, 0);
}

Test(begin, at_the_end_a_restart_goes_on_from_there_even_if_nothing_came)
{
    memfs_write(fs, LOG, "1 a\n");
    rig.options.from = FOLLOW_FROM_END;
    rig_open(&rig, LOG);
    rig_read(&rig, 10);
    cr_assert_eq(rig.position_count, 1);
    rig_close(&rig);
    memfs_write(fs, LOG, "2 b\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "2 b");
}

static void window(int64_t back_s)
{
    rig.options.from = FOLLOW_FROM_WINDOW;
    rig.options.back_s = back_s;
    rig_open(&rig, LOG);
}

Test(begin, the_window_is_what_is_newer_than_the_newest_less_its_length)
{
    char line[32];
    for (int i = 1; i <= 1000; i++) {
        snprintf(line, sizeof line, "%d x\n", i);
        memfs_write(fs, LOG, line);
    }
    window(3);
    cr_expect_str_eq(rig_read(&rig, 10), "998 x 999 x 1000 x");
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    return x ^ x >> 31;
}

/* A log whose lines are out of order by at most `disorder` seconds, some of them without a time, a
 * few of them long. Returns where the window of `back` seconds begins. */
static size_t make_log(struct buf *log, uint64_t *state, int64_t back)
{
    struct buf seconds = {0};
    int64_t now = 1000000, newest = 0, disorder = (int64_t)(next_random(state) % 9);
    uint64_t pace = 1 + next_random(state) % 3;
    buf_clear(log);
    for (uint64_t lines = 50 + next_random(state) % 20000; lines > 0; lines--) {
        int64_t second = now - (disorder ? (int64_t)(next_random(state) % (uint64_t)disorder) : 0);
        size_t at = log->len;
        bool timeless = next_random(state) % 40 == 0;
        buf_printf(log, timeless ? "x%lld y" : "%lld y", (long long)second);
        buf_fill(log, 'z', next_random(state) % 2000 ? next_random(state) % 200 : 90000);
        buf_byte(log, '\n');
        struct {
            size_t at;
            int64_t second;
        } note = {at, timeless ? INT64_MIN : second};
        buf_add(&seconds, text_make((char *)&note, sizeof note));
        newest = !timeless && second > newest ? second : newest;
        now += next_random(state) % pace == 0;
    }
    size_t place = log->len;
    for (size_t i = 0; i < seconds.len && place == log->len; i += 2 * sizeof(size_t)) {
        struct {
            size_t at;
            int64_t second;
        } note;
        memcpy(&note, seconds.at + i, sizeof note);
        if (note.second > newest - back)
            place = note.at;
    }
    buf_done(&seconds);
    return place;
}

Test(begin, the_window_found_by_bisection_is_that_of_a_plain_search)
{
    struct buf log = {0};
    uint64_t state = 5;
    for (int round = 0; round < 60; round++) {
        int64_t back = (int64_t)(1 + next_random(&state) % 400);
        size_t place = make_log(&log, &state, back);
        memfs_create(fs, LOG);
        memfs_write_len(fs, LOG, log.at, log.len);
        rig.position_count = 0;
        window(back);
        rig_step(&rig, 10); /* opened */
        enum follow_result r;
        while ((r = rig_step(&rig, 10)) == FOLLOW_NOTICE)
            ;
        cr_assert_eq(r, FOLLOW_LINES);
        const char *end = memchr(log.at + place, '\n', log.len - place);
        size_t len = (size_t)(end - log.at) - place;
        len = len < LINE_LIMIT ? len : LINE_LIMIT;
        cr_assert_arr_eq(rig.batch->bytes, log.at + place, len, "round %d", round);
        rig_close(&rig);
    }
    buf_done(&log);
}

Test(begin, one_line_from_the_far_future_does_not_move_the_window)
{
    memfs_write(fs, LOG, "100 a\n200 b\n201 c\n" FAR_FUTURE "202 d\n");
    window(10);
    cr_expect_str_eq(rig_read(&rig, 10), "200 b 201 c 32472144000 far 202 d");
}

Test(begin, the_window_of_several_files_is_that_of_the_newest)
{
    static const char *const paths[] = {"/log/old.log", LOG};
    memfs_write(fs, "/log/old.log", "100 a\n200 b\n");
    memfs_write(fs, LOG, "5000 c\n5010 d\n");
    rig.options.paths = paths;
    rig.options.path_count = 2;
    rig.options.from = FOLLOW_FROM_WINDOW;
    rig.options.back_s = 5;
    rig_open(&rig, NULL);
    cr_expect_str_eq(rig_read(&rig, 10), "", "nothing of the old one is in it");
    *buf_room(&rig.lines[1], 1) = '\0';
    cr_expect_str_eq(rig.lines[1].at, "5010 d ");
}

Test(begin, without_times_the_end_is_begun_at)
{
    memfs_write(fs, LOG, "no time\nnone either\n");
    window(10);
    cr_expect_str_eq(rig_read(&rig, 10), "");
    memfs_write(fs, LOG, "nor here\n");
    cr_expect_str_eq(rig_read(&rig, 10), "nor here");
}

Test(begin, an_empty_file_has_no_window)
{
    memfs_create(fs, LOG);
    window(10);
    cr_expect_str_eq(rig_read(&rig, 10), "");
    cr_expect_eq(rig_told(&rig, NOTICE_BACKFILLED), 1);
    memfs_write(fs, LOG, "1 a\n");
    cr_expect_str_eq(rig_read(&rig, 10), "1 a");
}

/* The past of several files comes about in order of time, whatever order they are named in. */
Test(begin, the_past_of_several_files_is_read_by_time)
{
    static const char *const paths[] = {"/log/0", "/log/1"};
    char line[512];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    for (int i = 0; i < 4000; i++) { /* several batches each, the second log a little later */
        for (int file = 0; file < 2; file++) {
            int len = snprintf(line, 16, "%d ", 1000 + i + file);
            line[len] = 'x';
            memfs_write(fs, paths[file], line);
            memfs_write(fs, paths[file], "\n");
        }
    }
    rig.options.paths = paths;
    rig.options.path_count = 2;
    rig_open(&rig, NULL);
    uint32_t last = 9;
    int changes = 0;
    for (enum follow_result r; (r = rig_step(&rig, 10)) != FOLLOW_IDLE;) {
        changes += r == FOLLOW_LINES && rig.batch->backfill && rig.batch->source != last;
        last = r == FOLLOW_LINES ? rig.batch->source : last;
    }
    cr_expect_geq(changes, 10, "one after the other would change once");
}

/* The seconds of the lines that came, in the order in which they came; those without one left out.
 */
static size_t seconds_read(int64_t *seconds, size_t room)
{
    size_t count = 0;
    for (enum follow_result r; (r = rig_step(&rig, 10)) != FOLLOW_IDLE;) {
        struct text all = text_make(rig.batch->bytes, rig.batch->used);
        for (size_t at = 0, end; r == FOLLOW_LINES && at < all.len; at = end + 1) {
            end = text_find(all, '\n', at);
            cr_assert_lt(count, room);
            count += second_of(NULL, 0, text_cut(all, at, end), &seconds[count]);
        }
    }
    return count;
}

/* Each line comes before all of later seconds in the others, however much of it there is: nothing
 * that was written at its time is late. */
Test(begin, the_past_of_files_that_begin_at_different_times_is_read_in_order)
{
    static const char *const paths[] = {"/log/new", "/log/old", "/log/slow", "/log/words"};
    static int64_t seconds[20000];
    char line[64];
    for (int second = 1000; second < 2000; second++) {
        for (int i = 0; i < 5; i++) {
            snprintf(line, sizeof line, "%d old %d\n%s", second, i, i ? "" : "junk\n\n");
            memfs_write(fs, "/log/old", line);
            snprintf(line, sizeof line, "%d new\n", second);
            if (second >= 1850)
                memfs_write(fs, "/log/new", line);
        }
        if (second % 100 == 0) {
            snprintf(line, sizeof line, "%d slow\n", second);
            memfs_write(fs, "/log/slow", FAR_FUTURE);
            memfs_write(fs, "/log/slow", line);
        }
        memfs_write(fs, "/log/words", "only words, and no time in any of them\n");
    }
    rig.options.from = FOLLOW_FROM_START;
    rig.options.paths = paths;
    rig.options.path_count = 4;
    rig_open(&rig, NULL);
    size_t count = seconds_read(seconds, 20000), far = 0;
    int64_t newest = 0;
    for (size_t i = 0; i < count; i++) {
        if (seconds[i] > 2000) {
            far++;
            continue;
        }
        cr_assert_geq(seconds[i], newest, "line %zu", i);
        newest = seconds[i];
    }
    cr_expect_eq(far, 10);
    cr_expect_eq(count, 5000 + 750 + 10 + 10);
}

Test(begin, a_line_longer_than_what_is_read_ahead_holds_nobody_up)
{
    static const char *const paths[] = {"/log/0", "/log/1"};
    static int64_t seconds[100];
    static char line[50000];
    memset(line, 'x', sizeof line - 1);
    for (int i = 0; i < 10; i++)
        for (int file = 0; file < 2; file++) {
            int len = snprintf(line, 16, "%d ", 1000 + i * 2 + file);
            line[len] = 'x';
            line[sizeof line - 2] = '\n';
            memfs_write(fs, paths[file], line);
        }
    rig.options.from = FOLLOW_FROM_START;
    rig.options.paths = paths;
    rig.options.path_count = 2;
    rig_open(&rig, NULL);
    cr_expect_eq(seconds_read(seconds, 100), 20);
}

/* The rooms for reading ahead are fewer than the files, and change hands all the time. */
Test(begin, the_past_of_a_hundred_files_is_read_in_order)
{
    enum { LOGS = 100, EACH = 40 };
    static char names[LOGS][24];
    static const char *paths[LOGS];
    static int64_t seconds[LOGS * EACH];
    char line[64];
    for (int file = 0; file < LOGS; file++) {
        snprintf(names[file], sizeof names[file], "/log/%03d", file);
        paths[file] = names[file];
        for (int i = 0; i < EACH; i++) {
            snprintf(line, sizeof line, "%d of %d\n", 1000 + i * (file % 3 + 1) + file % 7, file);
            memfs_write(fs, paths[file], line);
        }
    }
    rig.options.from = FOLLOW_FROM_START;
    rig.options.paths = paths;
    rig.options.path_count = LOGS;
    rig_open(&rig, NULL);
    size_t count = seconds_read(seconds, LOGS * EACH);
    for (size_t i = 1; i < count; i++)
        cr_assert_geq(seconds[i], seconds[i - 1], "line %zu", i);
    cr_expect_eq(count, LOGS * EACH);
}

/* ---- What is named ---------------------------------------------------------------------- */

static void refused(const char *path, const char *because)
{
    struct error why = {0};
    struct follow_options o = {.paths = &path, .path_count = path ? 1 : 0};
    cr_expect_null(follow_open(&o, memfs_os(fs), &why));
    cr_expect(strstr(why.text, because) != NULL, "%s", why.text);
}

Test(begin, what_can_never_work_is_refused)
{
    refused("/log", "/log is a directory");
    refused("", "empty file name");
    refused("/log/*/", "names directories");
    refused(NULL, "no file");
}

Test(begin, one_file_under_two_names_is_read_once)
{
    static const char *const paths[] = {LOG, LOG, "/log/link"};
    memfs_write(fs, LOG, "1 a\n");
    memfs_link(fs, LOG, "/log/link");
    rig.options.paths = paths;
    rig.options.path_count = 3;
    rig_open(&rig, NULL);
    rig_read(&rig, 3000);
    cr_expect_eq(follow_source_count(rig.follow), 2);
    cr_expect_eq(rig.backfill.len, 4);
}

static void open_glob(const char *pattern)
{
    static const char *paths[1];
    paths[0] = pattern;
    rig.options.paths = paths;
    rig.options.path_count = 1;
    rig_open(&rig, NULL);
}

Test(begin, a_pattern_names_what_is_there_and_what_comes)
{
    memfs_write(fs, "/log/b.log", "b\n");
    memfs_write(fs, "/log/a.log", "a\n");
    memfs_write(fs, "/log/.hidden.log", "h\n");
    memfs_write(fs, "/log/a.txt", "t\n");
    memfs_mkdir(fs, "/log/dir.log");
    rig.options.from = FOLLOW_FROM_END;
    open_glob("/log/*.log");
    rig_read(&rig, 10);
    cr_assert_eq(follow_source_count(rig.follow), 2);
    cr_expect_str_eq(follow_source_path(rig.follow, 0), "/log/a.log");
    cr_expect_str_eq(follow_source_path(rig.follow, 1), "/log/b.log");
    memfs_write(fs, "/log/c.log", "c\n");
    rig_read(&rig, 10);
    cr_assert_eq(follow_source_count(rig.follow), 3);
    cr_expect_eq(rig.lines[2].len, 2, "a new file is read from 0");
}

Test(begin, a_pattern_leaves_out_what_rotation_made)
{
    memfs_write(fs, LOG, "a\n");
    memfs_write(fs, LOG ".1", "1\n");
    memfs_write(fs, LOG ".2.gz", "2\n");
    memfs_write(fs, LOG "-20261119", "d\n");
    open_glob("/log/a.log*");
    rig_read(&rig, 10);
    cr_assert_eq(follow_source_count(rig.follow), 1);
    memfs_rename(fs, LOG ".1", LOG ".3");
    memfs_copy(fs, LOG, LOG ".1");
    memfs_truncate(fs, LOG, 0);
    memfs_rename(fs, LOG "-20261119", "/log/a.log.old");
    rig_read(&rig, 3000);
    cr_expect_eq(follow_source_count(rig.follow), 1);
}

Test(begin, a_pattern_does_not_take_a_renamed_log_for_a_new_one)
{
    memfs_write(fs, LOG, "a\n");
    open_glob("/log/*");
    rig_read(&rig, 10);
    memfs_rename(fs, LOG, "/log/archived-by-hand");
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 20000), "b");
    cr_expect_eq(follow_source_count(rig.follow), 1);
}

Test(begin, a_pattern_goes_through_directories)
{
    memfs_mkdir(fs, "/log/x");
    memfs_mkdir(fs, "/log/y");
    memfs_write(fs, "/log/x/access.log", "x\n");
    open_glob("/log/*/access.log");
    rig_read(&rig, 10);
    cr_assert_eq(follow_source_count(rig.follow), 1);
    memfs_write(fs, "/log/y/access.log", "y\n");
    memfs_mkdir(fs, "/log/z");
    memfs_write(fs, "/log/z/access.log", "z\n");
    rig_read(&rig, 1100);
    cr_expect_eq(follow_source_count(rig.follow), 3);
}

Test(begin, a_pattern_that_matches_nothing_yet_waits)
{
    open_glob("/log/*.log");
    rig_read(&rig, 10);
    cr_expect_eq(rig_told(&rig, NOTICE_WAITING), 1);
    cr_expect_eq(rig_told(&rig, NOTICE_BACKFILLED), 1);
    memfs_write(fs, LOG, "a\n");
    cr_expect_str_eq(rig_read(&rig, 10), "a");
}

Test(begin, a_name_with_brackets_may_be_a_file)
{
    memfs_write(fs, "/log/a[1].log", "a\n");
    open_glob("/log/a[1].log");
    cr_expect_str_eq(rig_read(&rig, 10), "a");
}

Test(begin, a_log_of_a_pattern_that_was_rotated_away_while_stopped_is_gone_on_with)
{
    memfs_write(fs, LOG, "a\n");
    open_glob("/log/*.log");
    rig_read(&rig, 10);
    rig_close(&rig);
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG ".1");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b", "although nothing stands under its name");
}

/* Some scripts count upwards: what has the lower number then is older, and read long ago. */
Test(begin, generations_that_are_numbered_upwards_are_not_read_again)
{
    memfs_write(fs, LOG, "a\n");
    rig_open(&rig, LOG);
    cr_expect_str_eq(rig_read(&rig, 10), "a");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_advance(fs, NS_PER_S);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10000), "b");
    rig_close(&rig);
    memfs_write(fs, LOG, "c\n");
    memfs_rename(fs, LOG, LOG ".2");
    memfs_write(fs, LOG, "d\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10000), "c d");
}

Test(begin, logs_that_are_rotated_into_each_other_s_names)
{
    static const char *const paths[] = {LOG, LOG ".1"};
    memfs_write(fs, LOG, "a\n");
    memfs_write(fs, LOG ".1", "b\n");
    rig.options.paths = paths;
    rig.options.path_count = 2;
    rig_open(&rig, NULL);
    rig_read(&rig, 10);
    memfs_rename(fs, LOG ".1", LOG ".2");
    memfs_write(fs, LOG, "c\n");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "d\n");
    cr_expect_str_eq(rig_read(&rig, 30000), "c d");
    cr_expect_eq(rig.lines[1].len, 2, "nothing of it a second time");
}

Test(begin, a_wake_ends_the_wait)
{
    memfs_write(fs, LOG, "a\n");
    rig_open(&rig, LOG);
    follow_wake(rig.follow);
    cr_expect_eq(rig_step(&rig, 10), FOLLOW_IDLE);
    cr_expect_str_eq(rig_read(&rig, 10), "a", "and what is there is not lost");
}

/* What was opened before a beginning that failed may be rotated away before the next try. */
Test(begin, a_rotation_between_two_tries_to_go_on_doubles_nothing)
{
    memfs_write(fs, LOG, "a1\n");
    rig_open(&rig, LOG);
    cr_expect_str_eq(rig_read(&rig, 10), "a1");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "b1\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b1");
    memfs_write(fs, LOG, "b2\n");
    memfs_deny(fs, LOG ".1", EIO);
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "");
    memfs_deny(fs, LOG ".1", 0);
    memfs_rename(fs, LOG ".1", LOG ".2");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "c1\n");
    cr_expect_str_eq(rig_read(&rig, 20000), "b2 c1");
}

/* ---- Standard input, with a real pipe
 * ------------------------------------------------------------ */

static int pipe_to_input(void)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    return ends[1];
}

static void write_all(int fd, const char *bytes)
{
    cr_assert_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

Test(input, is_live_and_ends)
{
    struct rig r;
    int end = pipe_to_input();
    rig_init(&r, &os_real);
    rig_open(&r, "-");
    write_all(end, "a\nb\nhal");
    cr_expect_str_eq(rig_read(&r, 0), "a b");
    write_all(end, "f\nlast");
    cr_expect_str_eq(rig_read(&r, 0), "half");
    close(end);
    cr_expect_str_eq(rig_read(&r, 1000), "last", "also without its end");
    cr_expect_eq(rig_told(&r, NOTICE_ENDED), 1);
    cr_expect_eq(rig_step(&r, 0), FOLLOW_END);
    cr_expect_eq(r.backfill.len, 0, "nothing of it is backfill");
    rig_done(&r);
}

Test(input, beside_a_file_does_not_end_the_following)
{
    struct rig r;
    static const char *const paths[] = {"-", "/nonexistent/spate.log"};
    int end = pipe_to_input();
    rig_init(&r, &os_real);
    r.options.paths = paths;
    r.options.path_count = 2;
    rig_open(&r, NULL);
    write_all(end, "a\n");
    close(end);
    cr_expect_str_eq(rig_read(&r, 0), "a");
    cr_expect_eq(rig_told(&r, NOTICE_ENDED), 1);
    cr_expect_eq(rig_step(&r, 0), FOLLOW_IDLE);
    rig_done(&r);
}

Test(input, faster_than_a_pipe_holds)
{
    struct rig r;
    int end = pipe_to_input();
    rig_init(&r, &os_real);
    rig_open(&r, "-");
    static char block[4096];
    memset(block, 'x', sizeof block);
    block[sizeof block - 1] = '\n';
    size_t got = 0;
    for (int i = 0; i < 300; i++) {
        cr_assert_eq(write(end, block, sizeof block), (ssize_t)sizeof block);
        if (i % 8 == 7)
            got += strlen(rig_read(&r, 0)) + 1;
    }
    close(end);
    got += strlen(rig_read(&r, 1000));
    cr_expect_geq(got, 299 * sizeof block);
    rig_done(&r);
}

static int lingered;
static int64_t hand_set_ns;

/* Lingering is waiting for nothing but the call to stop. Waiting takes no time but the hand-set. */
static int poll_counted(void *self, const int *fds, bool *ready, int count, int timeout_ms)
{
    lingered += count == 1;
    int found = os_real.poll(self, fds, ready, count, 0);
    hand_set_ns += found ? 0 : timeout_ms * NS_PER_MS;
    return found;
}

static int64_t hand_set(void *self)
{
    (void)self;
    return hand_set_ns;
}

static const struct os *counting_os(void)
{
    static struct os os;
    os = os_real;
    os.poll = poll_counted;
    os.monotonic_ns = hand_set;
    hand_set_ns = NS_PER_S;
    return &os;
}

Test(input, that_would_fill_its_pipe_is_not_lingered_over)
{
    struct rig r;
    int end = pipe_to_input();
    rig_init(&r, counting_os());
    rig_open(&r, "-");
    static char block[32 * 1024];
    memset(block, 'x', sizeof block);
    block[sizeof block - 1] = '\n';
    int enough = fcntl(end, F_GETPIPE_SZ) / (int)sizeof block;
    for (int i = 0; i < enough; i++) {
        cr_assert_eq(write(end, block, sizeof block), (ssize_t)sizeof block);
        cr_expect_eq(strlen(rig_read(&r, 0)), sizeof block - 1);
    }
    lingered = 0;
    for (int i = 0; i < 50; i++) {
        cr_assert_eq(write(end, block, sizeof block), (ssize_t)sizeof block);
        cr_expect_eq(strlen(rig_read(&r, 0)), sizeof block - 1);
    }
    cr_expect_eq(lingered, 0, "lingered %d times", lingered);
    close(end);
    rig_done(&r);
}

Test(input, that_is_slow_is_lingered_over)
{
    struct rig r;
    int end = pipe_to_input();
    rig_init(&r, counting_os());
    rig_open(&r, "-");
    write_all(end, "a\n");
    cr_expect_str_eq(rig_read(&r, 0), "a");
    lingered = 0;
    write_all(end, "b\n");
    cr_expect_str_eq(rig_read(&r, 100), "b");
    cr_expect_geq(lingered, 1);
    close(end);
    rig_done(&r);
}

Test(input, has_the_room_that_a_pipe_may_have)
{
    struct rig r;
    int ends[2], end = pipe_to_input();
    cr_assert_eq(pipe(ends), 0);
    int most = fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
    rig_init(&r, &os_real);
    rig_open(&r, "-");
    cr_expect_geq(fcntl(end, F_GETPIPE_SZ), most);
    cr_expect_eq(os_real.widen(NULL, open("/dev/null", O_RDONLY)), 0);
    rig_done(&r);
}
