/* Logs that a pattern found and that were deleted or moved away, with nothing in their place: on a
 * file system in memory. */
#include <criterion/criterion.h>

#include "lib/memfs.h"
#include "lib/rig.h"
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 200, LONG_MS = 70 * 1000, JOBS = 6 };

static struct memfs *fs;
static struct rig rig;

static void set_up(void)
{
    fs = memfs_new();
    memfs_mkdir(fs, "/log");
    rig_init(&rig, memfs_os(fs));
}

static void tear_down(void)
{
    rig_done(&rig);
    cr_expect_eq(memfs_descriptors(fs), 0, "descriptors are left open");
    cr_expect_eq(memfs_watches(fs), 0, "watches are left");
    memfs_free(fs);
}

TestSuite(gone, .init = set_up, .fini = tear_down);

/* What came from all sources within that time, sources in order. */
static const char *read_all(int ms)
{
    static char all[4096];
    size_t len = 0;
    for (int i = 0; i < RIG_SOURCES; i++)
        buf_clear(&rig.lines[i]);
    rig_read(&rig, ms);
    for (int i = 0; i < RIG_SOURCES; i++) {
        size_t more = rig.lines[i].len;
        if (more == 0)
            continue;
        cr_assert_lt(len + more + 1, sizeof all);
        memcpy(all + len, rig.lines[i].at, more);
        len += more;
        if (all[len - 1] != ' ')
            all[len++] = ' ';
    }
    all[len ? len - 1 : 0] = '\0';
    return all;
}

static void open_pattern(void)
{
    rig_open(&rig, "/log/*.log");
    read_all(1100);
}

Test(gone, names_that_come_and_go_leave_nothing_behind)
{
    char path[64], whole[64], half[64], want[128];
    open_pattern();
    int descriptors = memfs_descriptors(fs), watches = memfs_watches(fs);
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(path, sizeof path, "/log/day%04d.log", i);
        snprintf(whole, sizeof whole, "%d\n", i);
        memfs_write(fs, path, whole);
        snprintf(want, sizeof want, "%d", i);
        cr_assert_str_eq(read_all(100), want);
        snprintf(half, sizeof half, "written before the end %d\nhalf%d", i, i);
        memfs_write(fs, path, half);
        memfs_unlink(fs, path);
        snprintf(want, sizeof want, "written before the end %d half%d", i, i);
        cr_assert_str_eq(read_all(LONG_MS), want);
        cr_assert_eq(memfs_descriptors(fs), descriptors, "round %d", i);
        cr_assert_eq(memfs_watches(fs), watches, "round %d", i);
        cr_assert_leq(follow_source_count(rig.follow), 1, "round %d", i);
        cr_assert_eq(rig.finished, i + 1);
    }
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
    cr_expect_eq(rig.position_count, 0);
}

Test(gone, many_at_a_time_share_the_sources_of_those_before)
{
    char path[64];
    open_pattern();
    int descriptors = memfs_descriptors(fs), watches = memfs_watches(fs);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 50; i++) {
            snprintf(path, sizeof path, "/log/%c%03d.log", 'a' + round, i);
            memfs_write(fs, path, "x\n");
        }
        long before = rig.batches;
        read_all(100);
        cr_expect_geq(rig.batches, before + 50);
        for (int i = 0; i < 50; i++) {
            snprintf(path, sizeof path, "/log/%c%03d.log", 'a' + round, i);
            cr_expect(memfs_is_read(fs, path));
            memfs_unlink(fs, path);
        }
        read_all(LONG_MS);
        cr_expect_eq(memfs_descriptors(fs), descriptors);
        cr_expect_eq(memfs_watches(fs), watches);
        cr_expect_eq(follow_source_count(rig.follow), 50);
    }
}

Test(gone, a_source_that_is_used_again_tells_its_new_path)
{
    memfs_write(fs, "/log/a.log", "a\n");
    open_pattern();
    cr_expect_str_eq(follow_source_path(rig.follow, 0), "/log/a.log");
    const char *old = follow_source_path(rig.follow, 0);
    memfs_unlink(fs, "/log/a.log");
    read_all(LONG_MS);
    cr_expect_str_eq(follow_source_path(rig.follow, 0), "/log/a.log", "until another takes it");
    memfs_write(fs, "/log/b.log", "b\n");
    cr_expect_str_eq(read_all(100), "b");
    cr_expect_eq(follow_source_count(rig.follow), 1);
    cr_expect_str_eq(follow_source_path(rig.follow, 0), "/log/b.log");
    cr_expect_str_eq(old, "/log/a.log", "batches on their way still name it");
    cr_expect_str_eq(rig_text(&rig, NOTICE_OPENED), "/log/b.log");
}

Test(gone, a_name_that_comes_back_gets_its_own_source)
{
    memfs_write(fs, "/log/a.log", "a\n");
    memfs_write(fs, "/log/b.log", "b\n");
    open_pattern();
    memfs_unlink(fs, "/log/a.log");
    memfs_unlink(fs, "/log/b.log");
    read_all(LONG_MS);
    memfs_write(fs, "/log/b.log", "new b\n");
    cr_expect_str_eq(read_all(100), "new b");
    memfs_write(fs, "/log/a.log", "new a\n");
    cr_expect_str_eq(read_all(100), "new a");
    cr_expect_str_eq(follow_source_path(rig.follow, 0), "/log/a.log");
    cr_expect_str_eq(follow_source_path(rig.follow, 1), "/log/b.log");
    cr_expect_eq(follow_source_count(rig.follow), 2);
}

Test(gone, a_writer_that_still_holds_it_is_read_until_it_is_quiet)
{
    memfs_write(fs, "/log/a.log", "a\n");
    open_pattern();
    int writer = memfs_writer(fs, "/log/a.log");
    memfs_unlink(fs, "/log/a.log");
    for (int i = 0; i < 6; i++) {
        read_all(50 * 1000);
        memfs_writer_write(fs, writer, "late\n");
        cr_assert_str_eq(read_all(100), "late");
    }
    cr_expect_eq(rig.finished, 0);
    read_all(LONG_MS);
    cr_expect_eq(rig.finished, 1);
    memfs_writer_close(fs, writer);
}

Test(gone, what_was_moved_away_and_back_is_gone_on_with)
{
    memfs_mkdir(fs, "/away");
    memfs_write(fs, "/log/a.log", "a\n");
    open_pattern();
    memfs_rename(fs, "/log/a.log", "/away/a.log");
    read_all(LONG_MS);
    cr_expect_not(memfs_is_read(fs, "/away/a.log"));
    memfs_write(fs, "/away/a.log", "b\n");
    memfs_rename(fs, "/away/a.log", "/log/a.log");
    cr_expect_str_eq(read_all(2000), "b");
    memfs_write(fs, "/log/a.log", "c\n");
    cr_expect_str_eq(read_all(100), "c");
}

Test(gone, generations_that_are_left_are_no_logs_of_their_own)
{
    memfs_write(fs, "/log/a-20261118.log", "oldest\n");
    memfs_write(fs, "/log/a-20261119.log", "older\n");
    memfs_write(fs, "/log/a.log", "a\n");
    open_pattern();
    memfs_unlink(fs, "/log/a.log");
    cr_expect_str_eq(read_all(LONG_MS), "");
    cr_expect_str_eq(read_all(LONG_MS), "");
    cr_expect_eq(memfs_files(fs), 0);
    cr_expect_eq(rig.finished, 0, "its place tells them from new ones");
    memfs_write(fs, "/log/a.log", "new\n");
    cr_expect_str_eq(read_all(100), "new");
    memfs_unlink(fs, "/log/a.log");
    read_all(LONG_MS);
    memfs_unlink(fs, "/log/a-20261118.log");
    memfs_unlink(fs, "/log/a-20261119.log");
    read_all(2 * LONG_MS);
    memfs_write(fs, "/log/b.log", "b\n");
    cr_expect_str_eq(read_all(100), "b");
    cr_expect_eq(follow_source_count(rig.follow), 1, "with them went the reason to keep it");
}

Test(gone, compressed_generations_keep_no_source)
{
    char path[64], packed[72];
    open_pattern();
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "/log/day%04d.log", i);
        snprintf(packed, sizeof packed, "%s.gz", path);
        memfs_write(fs, path, "x\n");
        cr_assert_str_eq(read_all(100), "x");
        memfs_gzip(fs, path, packed);
        cr_assert_str_eq(read_all(LONG_MS), "");
        cr_assert_eq(memfs_files(fs), 0);
        cr_assert_leq(follow_source_count(rig.follow), 1, "round %d", i);
    }
}

Test(gone, a_file_that_cannot_be_opened_and_goes_leaves_its_source)
{
    char path[64];
    open_pattern();
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "/log/day%04d.log", i);
        memfs_create(fs, path);
        memfs_deny(fs, path, 13);
        read_all(LONG_MS);
        memfs_unlink(fs, path);
        read_all(LONG_MS);
        cr_assert_leq(follow_source_count(rig.follow), 1, "round %d", i);
    }
}

Test(gone, a_named_file_is_waited_for_and_its_writer_heard)
{
    memfs_write(fs, "/log/a.log", "a\n");
    rig_open(&rig, "/log/a.log");
    cr_assert_str_eq(rig_read(&rig, 1100), "a");
    int writer = memfs_writer(fs, "/log/a.log");
    for (int i = 0; i < 20; i++) {
        memfs_unlink(fs, "/log/a.log");
        rig_read(&rig, LONG_MS);
        memfs_writer_write(fs, writer, "late\n");
        cr_expect_str_eq(rig_read(&rig, 100), "late");
        memfs_writer_close(fs, writer);
        memfs_write(fs, "/log/a.log", "new\n");
        writer = memfs_writer(fs, "/log/a.log");
        cr_expect_str_eq(rig_read(&rig, LONG_MS), "new");
        cr_expect_eq(memfs_files(fs), 1);
        cr_expect_eq(follow_source_count(rig.follow), 1);
    }
    memfs_writer_close(fs, writer);
}

Test(gone, what_a_state_knew_and_is_gone_is_forgotten)
{
    memfs_write(fs, "/log/a.log", "a\n");
    open_pattern();
    cr_expect_eq(rig.position_count, 1);
    rig_close(&rig);
    memfs_unlink(fs, "/log/a.log");
    rig_restart(&rig);
    read_all(LONG_MS);
    cr_expect_eq(rig.position_count, 0, "else it is looked for at each start");
    memfs_write(fs, "/log/b.log", "b\n");
    cr_expect_str_eq(read_all(100), "b");
    cr_expect_eq(follow_source_count(rig.follow), 1);
}

Test(gone, a_generation_that_nobody_saw_is_read_when_the_log_comes_back)
{
    memfs_write(fs, "/log/a.log", "a line long enough to be known by\n");
    open_pattern();
    memfs_rename(fs, "/log/a.log", "/log/a.log.2");
    memfs_write(fs, "/log/a.log", "b\n");
    memfs_rename(fs, "/log/a.log", "/log/a.log.1");
    read_all(2 * LONG_MS);
    memfs_write(fs, "/log/a.log", "c\n");
    cr_expect_str_eq(read_all(2 * LONG_MS), "b c");
}

/* Names with a number for each day or job, of each of which rotation leaves a generation behind. */
Test(gone, what_generations_were_made_of_keeps_no_descriptor)
{
    char path[64], moved[64], whole[64], want[64];
    open_pattern();
    int descriptors = memfs_descriptors(fs), watches = memfs_watches(fs);
    for (int i = 0; i < JOBS; i++) {
        snprintf(path, sizeof path, "/log/job%04d.log", i);
        snprintf(moved, sizeof moved, "/log/job%04d.log.1", i);
        snprintf(whole, sizeof whole, "%d\n", i);
        memfs_write(fs, path, whole);
        snprintf(want, sizeof want, "%d", i);
        cr_assert_str_eq(read_all(100), want);
        memfs_rename(fs, path, moved);
        cr_assert_str_eq(read_all(LONG_MS), "");
        cr_assert_eq(memfs_descriptors(fs), descriptors, "round %d", i);
        cr_assert_eq(memfs_watches(fs), watches + 1, "that of the directory above; round %d", i);
        cr_assert_eq(rig.finished, 0, "its place is kept");
    }
    memfs_rename(fs, "/log/job0003.log.1", "/log/job0003.log"); /* after all */
    memfs_write(fs, "/log/job0003.log", "more\n");
    cr_assert_str_eq(read_all(2000), "more", "nothing twice");
    memfs_write(fs, "/log/job0004.log", "another\n"); /* not what was .1 */
    cr_assert_str_eq(read_all(LONG_MS), "another");
    cr_assert_leq(memfs_descriptors(fs), descriptors + 2);
    for (int i = 0; i < JOBS; i++) {
        snprintf(moved, sizeof moved, "/log/job%04d.log.1", i);
        if (i != 3)
            memfs_unlink(fs, moved);
    }
    read_all(15 * 60 * 1000);
    cr_assert_geq(rig.finished, JOBS - 1, "and forgotten when nothing is left");
    cr_assert_str_eq(read_all(100), "");
}
