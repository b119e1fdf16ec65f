/* The faults that following must survive, one by one, on a file system in memory. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/mem.h"
#include "lib/memfs.h"
#include "lib/rig.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOG "/log/a.log"

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

TestSuite(faults, .init = set_up, .fini = tear_down);

/* Opens LOG with the line "a" in it, read. */
static void begin(void)
{
    memfs_write(fs, LOG, "a\n");
    rig_open(&rig, LOG);
    cr_assert_str_eq(rig_read(&rig, 1100), "a");
}

/* ---- Rotation by rename ----------------------------------------------------------------- */

Test(faults, rename_and_a_new_file_at_once)
{
    begin();
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b c");
    cr_expect_eq(rig_told(&rig, NOTICE_ROTATED), 1);
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
}

Test(faults, the_writer_keeps_the_old_file_for_300_ms)
{
    begin();
    int writer = memfs_writer(fs, LOG);
    memfs_rename(fs, LOG, LOG ".1");
    for (int i = 0; i < 3; i++) {
        memfs_writer_write(fs, writer, "old\n");
        cr_expect_str_eq(rig_read(&rig, 100), "old");
    }
    memfs_write(fs, LOG, "new\n");
    cr_expect_str_eq(rig_read(&rig, 100), "new");
}

Test(faults, two_workers_write_old_and_new)
{
    begin();
    int writer = memfs_writer(fs, LOG);
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "new1\n");
    memfs_writer_write(fs, writer, "old1\n");
    cr_expect_str_eq(rig_read(&rig, 10), "old1 new1");
    memfs_write(fs, LOG, "new2\n");
    memfs_writer_write(fs, writer, "old2\n");
    cr_expect_str_eq(rig_read(&rig, 10), "old2 new2");
}

Test(faults, the_old_file_is_let_go_when_it_was_quiet_for_5_s)
{
    begin();
    int writer = memfs_writer(fs, LOG);
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "new\n");
    rig_read(&rig, 10);
    memfs_writer_write(fs, writer, "half");
    rig_read(&rig, 3900);
    cr_expect(memfs_is_read(fs, LOG ".1"));
    memfs_writer_write(fs, writer, " of it\n"); /* the quiet begins anew */
    cr_expect_str_eq(rig_read(&rig, 4500), "half of it");
    cr_expect(memfs_is_read(fs, LOG ".1"));
    memfs_writer_write(fs, writer, "last");
    rig_read(&rig, 1000);
    cr_expect_eq(rig.finished, 0);
    cr_expect_str_eq(rig_read(&rig, 7000), "last", "a last line without an end is a line");
    cr_expect_not(memfs_is_read(fs, LOG ".1"));
    cr_expect_eq(rig.finished, 1);
}

Test(faults, the_old_file_is_kept_while_nothing_takes_its_place)
{
    begin();
    int writer = memfs_writer(fs, LOG);
    memfs_rename(fs, LOG, LOG ".1");
    rig_read(&rig, 60000);
    memfs_writer_write(fs, writer, "late\n");
    cr_expect_str_eq(rig_read(&rig, 10), "late");
    cr_expect_eq(rig_told(&rig, NOTICE_WAITING), 1);
}

Test(faults, many_rotations_in_a_row)
{
    char number[32], path[32], want[32];
    begin();
    for (int i = 0; i < 49; i++) {
        snprintf(number, sizeof number, "%d\n", i);
        memfs_write(fs, LOG, number);
        snprintf(path, sizeof path, LOG "-20261120%02d", i);
        memfs_rename(fs, LOG, path);
        memfs_create(fs, LOG);
        snprintf(want, sizeof want, "%d", i);
        cr_expect_str_eq(rig_read(&rig, 200), want);
    }
    cr_expect_leq(memfs_files(fs), 40, "those that are quiet are let go");
    rig_read(&rig, 70000);
    cr_expect_leq(memfs_files(fs), 1);
    cr_expect_eq(rig.finished, 49);
}

Test(faults, generations_that_are_renamed_at_each_rotation_come_to_rest_all_the_same)
{
    char from[32], to[32];
    begin();
    for (int i = 0; i < 30; i++) {
        for (int g = 29; g > 0; g--) {
            snprintf(from, sizeof from, LOG ".%d", g);
            snprintf(to, sizeof to, LOG ".%d", g + 1);
            if (memfs_inode(fs, from))
                memfs_rename(fs, from, to);
        }
        memfs_rename(fs, LOG, LOG ".1");
        memfs_write(fs, LOG, "line\n");
        cr_expect_str_eq(rig_read(&rig, 1000), "line");
    }
    cr_expect_geq(rig.finished, 20);
    cr_expect_leq(memfs_files(fs), 15);
}

Test(faults, three_rotations_between_two_looks)
{
    begin();
    for (int i = 0; i < 3; i++) {
        if (memfs_exists(fs, LOG ".2"))
            memfs_rename(fs, LOG ".2", LOG ".3");
        if (memfs_exists(fs, LOG ".1"))
            memfs_rename(fs, LOG ".1", LOG ".2");
        memfs_rename(fs, LOG, LOG ".1");
        memfs_write(fs, LOG, i == 0 ? "b\n" : i == 1 ? "c\n" : "d\n");
        memfs_advance(fs, NS_PER_S);
    }
    cr_expect_str_eq(rig_read(&rig, 10), "b c d");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
}

Test(faults, what_came_and_was_deleted_between_two_looks_may_be_lost)
{
    begin();
    for (int i = 0; i < 2; i++) { /* told each time, and once for a stretch between two looks */
        memfs_rename(fs, LOG, i == 0 ? LOG ".1" : LOG ".2");
        for (int j = 0; j < 3; j++) {
            memfs_write(fs, LOG, "unseen\n");
            memfs_unlink(fs, LOG);
        }
        memfs_write(fs, LOG, "new\n");
        cr_expect_str_eq(rig_read(&rig, 10), "new");
        cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1 + (size_t)i);
        rig_read(&rig, 3000);
    }
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 2);
}

Test(faults, rotations_that_are_seen_raise_no_doubt)
{
    char path[32];
    begin();
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, LOG ".%d", 40 - i);
        memfs_rename(fs, LOG, path);
        if (i % 3 == 0)
            rig_read(&rig, 10);
        if (i % 4 == 0) { /* put back */
            memfs_rename(fs, path, LOG);
            rig_read(&rig, i % 8 == 0 ? 10 : 3000);
            memfs_rename(fs, LOG, path);
        }
        memfs_write(fs, LOG, "new\n");
        cr_expect_str_eq(rig_read(&rig, i % 5 == 0 ? 10 : 2000), "new");
    }
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
}

Test(faults, rename_and_unlink)
{
    begin();
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_unlink(fs, LOG ".1");
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b c");
}

Test(faults, renamed_and_renamed_back)
{
    begin();
    memfs_rename(fs, LOG, LOG ".1");
    rig_read(&rig, 3000);
    memfs_rename(fs, LOG ".1", LOG);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 3000), "b");
}

Test(faults, a_file_that_was_let_go_comes_back)
{
    begin();
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "b\n");
    rig_read(&rig, 20000);
    cr_assert_not(memfs_is_read(fs, LOG ".1"));
    memfs_rename(fs, LOG ".1", LOG);
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 3000), "c", "read on where it was left");
}

Test(faults, symlink_switched)
{
    memfs_write(fs, "/log/one", "a\n");
    memfs_write(fs, "/log/two", "c\n");
    memfs_link(fs, "/log/one", LOG);
    rig_open(&rig, LOG);
    rig_read(&rig, 100);
    memfs_write(fs, "/log/one", "b\n");
    memfs_link(fs, "/log/two", LOG);
    cr_expect_str_eq(rig_read(&rig, 100), "b c");
    memfs_write(fs, "/log/one", "late\n");
    memfs_write(fs, "/log/two", "d\n");
    cr_expect_str_eq(rig_read(&rig, 100), "late d");
}

/* ---- Truncation ------------------------------------------------------------------------- */

Test(faults, copytruncate)
{
    begin();
    memfs_copy(fs, LOG, LOG ".1");
    memfs_truncate(fs, LOG, 0);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b");
    cr_expect_eq(rig_told(&rig, NOTICE_TRUNCATED), 1);
}

Test(faults, what_copytruncate_cut_is_read_from_its_copy)
{
    memfs_write(fs, LOG, "first line of many\n");
    rig_open(&rig, LOG);
    rig_read(&rig, 1100);
    memfs_write(fs, LOG, "not yet read\n");
    memfs_copy(fs, LOG, LOG ".1");
    memfs_truncate(fs, LOG, 0);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "not yet read b");
    rig_read(&rig, 10000);
    cr_expect_not(memfs_is_read(fs, LOG ".1"));
}

/* How long the next line waits to be read in a log that is busy. */
static int64_t wait_of_a_line(void)
{
    const struct os *os = memfs_os(fs);
    memfs_write(fs, LOG, "next\n");
    int64_t before = os->monotonic_ns(os->self);
    cr_assert_eq(rig_step(&rig, 1000), FOLLOW_LINES);
    return os->monotonic_ns(os->self) - before;
}

/* One that is not cut before anybody has heard of it. */
static void begin_large(size_t mebibytes)
{
    static char much[1 << 20];
    memset(much, 'x', sizeof much);
    much[sizeof much - 1] = '\n';
    for (size_t i = 0; i < mebibytes; i++)
        memfs_write_len(fs, LOG, much, sizeof much);
    rig.options.from = FOLLOW_FROM_END;
    rig_open(&rig, LOG);
    rig_read(&rig, 1100);
}

static bool is_lingered_over(void)
{
    wait_of_a_line(); /* the one in which it is seen that somebody came or went */
    return wait_of_a_line() > 5000000;
}

/* How many seconds a log is read at once from now on, tried each half second. */
static double seconds_of_haste(void)
{
    double seconds = 0;
    for (; seconds < 60 && !is_lingered_over(); seconds += 0.5)
        memfs_advance(fs, 500000000);
    return seconds;
}

/* The copy may be gone, or somewhere else: only what was read before the cut is safe. */
Test(faults, a_log_that_somebody_opens_may_soon_be_cut_and_is_read_at_once)
{
    begin_large(1);
    cr_expect(is_lingered_over(), "else this test shows nothing");
    int copier = memfs_writer(fs, LOG);
    wait_of_a_line();
    for (int i = 0; i < 100; i++)
        cr_expect_eq(wait_of_a_line(), 0);
    double seconds = seconds_of_haste();
    cr_expect(seconds >= 4.5 && seconds <= 6, "%g s", seconds);
    memfs_writer_close(fs, copier);
}

/* The copy is made, and the log cut, before the alarm is heard. */
Test(faults, a_log_that_is_small_is_read_at_once)
{
    begin();
    for (int i = 0; i < 100; i++)
        cr_expect_eq(wait_of_a_line(), 0);
}

Test(faults, a_large_log_is_read_at_once_for_as_long_as_a_copy_of_it_takes)
{
    begin_large(64);
    cr_expect(is_lingered_over());
    int copier = memfs_writer(fs, LOG);
    double seconds = seconds_of_haste();
    cr_expect(seconds >= 8 && seconds <= 10.5, "%g s", seconds);
    memfs_writer_close(fs, copier);
}

/* Somebody looked, or a copy is made: then the cut comes soon. */
Test(faults, a_log_that_was_closed_again_is_lingered_over_a_second_later)
{
    begin_large(1);
    is_lingered_over();
    int guest = memfs_writer(fs, LOG);
    cr_expect_not(is_lingered_over());
    memfs_copy(fs, LOG, "/elsewhere");
    double seconds = seconds_of_haste();
    cr_expect_geq(seconds, 4, "the other one has it open still: %g s", seconds);
    memfs_writer_close(fs, guest);
    seconds_of_haste();
    memfs_copy(fs, LOG, "/elsewhere");
    seconds = seconds_of_haste();
    cr_expect(seconds >= 0.5 && seconds <= 1.5, "%g s", seconds);
}

/* The first rotation may come before the first line that is read, or after a pause. */
Test(faults, who_opened_a_log_while_nothing_was_read_may_cut_it_as_well)
{
    begin_large(1);
    for (int pause = 0; pause < 2; pause++) {
        int copier = memfs_writer(fs, LOG);
        wait_of_a_line();
        cr_expect_eq(wait_of_a_line(), 0);
        memfs_writer_close(fs, copier);
        rig_read(&rig, 10000);
    }
    int viewer = memfs_writer(fs, LOG);
    rig_read(&rig, 10000);
    cr_expect(is_lingered_over(), "that was long ago");
    memfs_writer_close(fs, viewer);
}

Test(faults, without_an_alarm_a_log_is_read_at_once)
{
    memfs_limit_watches(fs, 3); /* of the file, its directory and that one's */
    begin_large(1);
    for (int i = 0; i < 10; i++)
        cr_expect_eq(wait_of_a_line(), 0);
}

Test(faults, a_quiet_file_that_is_cut_lost_nothing)
{
    begin();
    rig_read(&rig, 2000);
    memfs_truncate(fs, LOG, 0);
    rig_read(&rig, 10);
    cr_expect_eq(rig_told(&rig, NOTICE_TRUNCATED), 1);
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
}

Test(faults, a_half_line_that_is_cut_is_a_loss)
{
    begin();
    memfs_write(fs, LOG, "half");
    rig_read(&rig, 2000);
    memfs_truncate(fs, LOG, 0);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b", "and the half is not put before it");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1);
}

Test(faults, a_writer_that_does_not_append_leaves_a_hole)
{
    static const char hole[600000];
    begin();
    memfs_truncate(fs, LOG, 0);
    memfs_write_len(fs, LOG, hole, sizeof hole);
    memfs_write(fs, LOG, "b\nc\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b c");
    memfs_write(fs, LOG, "d\n");
    cr_expect_str_eq(rig_read(&rig, 10), "d");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "");
}

Test(faults, rewritten_to_the_same_size)
{
    memfs_coarse_times(fs, 1000 * NS_PER_S); /* and the time does not tell either */
    begin();
    memfs_rewrite(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1);
}

Test(faults, rewritten_to_the_same_size_seen_by_looking)
{
    memfs_silent(fs, true);
    begin();
    memfs_rewrite(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 1100), "b");
}

Test(faults, rewritten_to_a_larger_size)
{
    begin();
    memfs_rewrite(fs, LOG, "b\nc\nd\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b c d");
}

/* ---- Stopped and started again ---------------------------------------------------------- */

Test(faults, goes_on_where_it_stopped)
{
    begin();
    rig_close(&rig);
    memfs_write(fs, LOG, "b\nc\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c");
    cr_expect_eq(rig.backfill.len, 6, "what stood there at the start is backfill");
}

Test(faults, rotated_twice_while_it_was_stopped)
{
    begin();
    rig_close(&rig);
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG ".2");
    memfs_write(fs, LOG ".1", "c\n");
    memfs_write(fs, LOG ".3", "older\n");
    memfs_write(fs, LOG, "d\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c d");
}

/* Lines that are all alike: the one that is gone must not be found in what another place goes on in. */
Test(faults, a_deleted_generation_is_not_taken_for_one_that_is_read_already)
{
    enum { EACH = 30 };
    begin();
    for (int generation = 0; generation < 2; generation++) {
        if (generation)
            memfs_write(fs, LOG, "a\n");
        for (int i = 0; i < (generation + 1) * EACH; i++)
            memfs_write(fs, LOG, "the same line\n");
        rig_read(&rig, 10);
        memfs_rename(fs, LOG, generation ? LOG ".1" : LOG ".2");
    }
    memfs_write(fs, LOG, "new\n");
    rig_read(&rig, 10);
    rig_close(&rig);
    memfs_unlink(fs, LOG ".2");
    memfs_write(fs, LOG, "newer\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "newer");
}

Test(faults, rotated_by_date_while_it_was_stopped)
{
    begin();
    rig_close(&rig);
    memfs_write(fs, LOG "-20261117", "older\n");
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG "-20261118");
    memfs_write(fs, LOG "-20261120", "d\n");
    memfs_write(fs, LOG "-20261119", "c\n");
    memfs_write(fs, LOG, "e\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c d e");
}

Test(faults, compressed_while_it_was_stopped)
{
    memfs_write(fs, LOG, "a line long enough to be known by\n");
    rig_open(&rig, LOG);
    rig_read(&rig, 1100);
    rig_close(&rig);
    memfs_write(fs, LOG, "b\n");
    memfs_gzip(fs, LOG, LOG ".3.gz");
    memfs_write(fs, "/log/tmp", "c\n");
    memfs_gzip(fs, "/log/tmp", LOG ".2.gz");
    memfs_write(fs, LOG ".1", "d\n");
    memfs_write(fs, LOG, "e\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c d e");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "", "none of it again");
}

Test(faults, a_file_that_is_just_being_compressed_is_read_once)
{
    begin();
    rig_close(&rig);
    memfs_write(fs, LOG, "b\n");
    memfs_rename(fs, LOG, LOG ".2");
    memfs_write(fs, LOG ".1", "c\n");
    memfs_write(fs, "/log/tmp", "c\n");
    memfs_gzip(fs, "/log/tmp", LOG ".1.gz"); /* the plain one is not yet deleted */
    memfs_write(fs, LOG, "d\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c d");
}

Test(faults, cut_while_it_was_stopped)
{
    begin();
    rig_close(&rig);
    memfs_rewrite(fs, LOG, "b\nc\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b c");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1);
}

Test(faults, gone_while_it_was_stopped)
{
    begin();
    rig_close(&rig);
    memfs_unlink(fs, LOG);
    memfs_write(fs, LOG, "b\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b");
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1);
    rig_restart(&rig);
    rig_read(&rig, 10);
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 1, "it is told once, not at every start");
}

Test(faults, an_old_file_is_gone_on_with_after_a_stop)
{
    begin();
    int writer = memfs_writer(fs, LOG);
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "b\n");
    rig_read(&rig, 100);
    cr_expect_eq(rig.position_count, 2);
    rig_close(&rig);
    memfs_writer_write(fs, writer, "old\n");
    memfs_write(fs, LOG, "c\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 100), "old c");
}

Test(faults, a_symlink_switched_while_it_was_stopped)
{
    memfs_write(fs, "/log/one", "a\n");
    memfs_link(fs, "/log/one", LOG);
    rig_open(&rig, LOG);
    rig_read(&rig, 100);
    rig_close(&rig);
    memfs_write(fs, "/log/one", "b\n");
    memfs_write(fs, "/log/two", "c\n");
    memfs_link(fs, "/log/two", LOG);
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 100), "b c");
}

/* ---- Files that come and go ------------------------------------------------------------- */

Test(faults, missing_at_the_start)
{
    rig.options.from = FOLLOW_FROM_END;
    rig_open(&rig, LOG);
    cr_expect_str_eq(rig_read(&rig, 2000), "");
    cr_expect_eq(rig_told(&rig, NOTICE_WAITING), 1);
    memfs_write(fs, LOG, "a\nb\n");
    cr_expect_str_eq(rig_read(&rig, 10), "a b", "what appears later is read from 0");
    cr_expect_eq(rig_told(&rig, NOTICE_OPENED), 1);
    cr_expect_eq(rig.backfill.len, 0);
}

Test(faults, the_directory_is_missing_at_the_start)
{
    rig_open(&rig, "/srv/log/a.log");
    rig_read(&rig, 2000);
    memfs_mkdir(fs, "/srv");
    memfs_mkdir(fs, "/srv/log");
    memfs_write(fs, "/srv/log/a.log", "a\n");
    cr_expect_str_eq(rig_read(&rig, 1100), "a");
}

Test(faults, deleted_and_created_again_with_the_same_inode)
{
    begin();
    rig_close(&rig); /* nothing holds the inode: its number is free at once */
    memfs_unlink(fs, LOG);
    memfs_write(fs, LOG, "b\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b");
    for (int i = 0; i < 10; i++) {
        memfs_unlink(fs, LOG);
        memfs_write(fs, LOG, "c\n");
        cr_expect_str_eq(rig_read(&rig, 6000), "c");
    }
}

Test(faults, without_file_handles_the_time_of_birth_tells_files_apart)
{
    memfs_without_handles(fs);
    begin();
    rig_close(&rig);
    memfs_unlink(fs, LOG);
    memfs_write(fs, LOG, "b\n");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "b");
}

Test(faults, directory_replaced)
{
    begin();
    memfs_rename(fs, "/log", "/log.old");
    memfs_mkdir(fs, "/log");
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 1100), "b");
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "c");
}

Test(faults, permission_lost_and_regained)
{
    begin();
    memfs_rename(fs, LOG, LOG ".1");
    memfs_create(fs, LOG);
    memfs_deny(fs, LOG, EACCES);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 30000), "");
    cr_expect_eq(rig_told(&rig, NOTICE_ERROR), 1, "the trouble is told once");
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Permission denied") != NULL);
    memfs_deny(fs, LOG, 0);
    cr_expect_str_eq(rig_read(&rig, 10), "b", "an event tells that it may be read again");
    cr_expect_eq(rig_told(&rig, NOTICE_OPENED), 2);
}

Test(faults, permission_is_tried_again_without_an_event)
{
    memfs_silent(fs, true);
    memfs_write(fs, LOG, "a\n");
    memfs_deny(fs, LOG, EACCES);
    rig_open(&rig, LOG);
    rig_read(&rig, 60000);
    memfs_deny(fs, LOG, 0);
    cr_expect_str_eq(rig_read(&rig, 5100), "a");
}

Test(faults, something_else_takes_the_place_of_the_log)
{
    begin();
    memfs_unlink(fs, LOG);
    memfs_mkdir(fs, LOG);
    rig_read(&rig, 3000);
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Is a directory") != NULL);
    memfs_unlink(fs, LOG);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b");
}

/* ---- The system ------------------------------------------------------------------------- */

Test(faults, event_queue_overflow)
{
    begin();
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "b\n");
    memfs_overflow(fs);
    cr_expect_str_eq(rig_read(&rig, 10), "b");
}

static void expect_polling(void)
{
    begin();
    cr_expect_eq(rig_told(&rig, NOTICE_POLLING), 1);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 260), "b");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 260), "c");
    rig_read(&rig, 5000);
    cr_expect_eq(rig_told(&rig, NOTICE_POLLING), 1, "it is said once");
}

Test(faults, no_inotify_instance)
{
    memfs_no_watches(fs, EMFILE, true);
    expect_polling();
    cr_expect(strstr(rig_text(&rig, NOTICE_POLLING), "Too many open files") != NULL);
    memfs_no_watches(fs, 0, false);
    rig_read(&rig, 8000);
    cr_expect_gt(memfs_watches(fs), 0, "an instance is tried for again");
}

Test(faults, no_watch_left)
{
    memfs_no_watches(fs, ENOSPC, false);
    expect_polling();
}

Test(faults, a_file_system_that_tells_nothing_is_polled_once_that_is_known)
{
    memfs_silent(fs, true);
    begin();
    for (int i = 0; i < 4; i++) {
        memfs_write(fs, LOG, "b\n");
        cr_expect_str_eq(rig_read(&rig, 1100), "b");
    }
    cr_expect_eq(rig_told(&rig, NOTICE_POLLING), 1);
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 260), "c");
}

Test(faults, no_descriptor_left)
{
    begin();
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "b\n");
    memfs_deny(fs, LOG, EMFILE);
    rig_read(&rig, 10000);
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Too many open files") != NULL);
    memfs_write(fs, LOG ".1", "old\n");
    cr_expect_str_eq(rig_read(&rig, 10), "old", "what is open is read all the same");
    memfs_deny(fs, LOG, 0);
    cr_expect_str_eq(rig_read(&rig, 6000), "b");
}

Test(faults, the_wall_clock_set_back_means_nothing)
{
    begin();
    memfs_step_wall(fs, -500 * NS_PER_S);
    memfs_write(fs, LOG, "b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "b");
    memfs_rename(fs, LOG, LOG ".1");
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 7000), "c");
    cr_expect_not(memfs_is_read(fs, LOG ".1"), "quiet is measured by the clock that never steps");
}

/* ---- Lines ------------------------------------------------------------------------------ */

Test(faults, half_a_line_a_pause_the_other_half)
{
    begin();
    memfs_write(fs, LOG, "one li");
    cr_expect_str_eq(rig_read(&rig, 60000), "");
    memfs_write(fs, LOG, "ne\ntw");
    cr_expect_str_eq(rig_read(&rig, 10), "one line");
    memfs_write(fs, LOG, "o\n");
    cr_expect_str_eq(rig_read(&rig, 10), "two");
}

static void expect_long(size_t len)
{
    char *line = mem_new(len + 2, 1);
    memset(line, 'x', len);
    line[len] = '\n';
    begin();
    memfs_write(fs, LOG, line);
    memfs_write(fs, LOG, "b\n");
    const char *got = rig_read(&rig, 10);
    cr_expect_eq(strlen(got), LINE_LIMIT + strlen(" b"));
    cr_expect_eq(strspn(got, "x"), LINE_LIMIT);
    cr_expect_str_eq(got + LINE_LIMIT, " b");
    cr_expect_eq(rig.truncated, 1);
    memfs_write(fs, LOG, "c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "c");
    rig_restart(&rig);
    cr_expect_str_eq(rig_read(&rig, 10), "", "the place behind a long line is known");
    free(line);
}

Test(faults, a_line_of_70_kb)
{
    expect_long(70000);
}

Test(faults, a_line_of_1_2_mb)
{
    expect_long(1200000);
}

Test(faults, a_long_line_that_comes_in_pieces)
{
    char piece[10001];
    memset(piece, 'y', 10000);
    piece[10000] = '\0';
    begin();
    for (int i = 0; i < 12; i++) {
        memfs_write(fs, LOG, piece);
        cr_expect_str_eq(rig_read(&rig, 10), "");
    }
    memfs_write(fs, LOG, "\nb\n");
    const char *got = rig_read(&rig, 10);
    cr_expect_eq(strspn(got, "y"), LINE_LIMIT);
    cr_expect_str_eq(got + LINE_LIMIT, " b");
    cr_expect_eq(rig.truncated, 1);
}

Test(faults, raw_bytes_are_kept)
{
    static const char bytes[] = "a\0b\r\n\xff\xfe\r\n";
    rig_open(&rig, LOG);
    memfs_write_len(fs, LOG, bytes, sizeof bytes - 1);
    rig_read(&rig, 100);
    cr_expect_eq(rig.lines[0].len, 8);
    cr_expect_arr_eq(rig.lines[0].at, "a\0b\r \xff\xfe\r", 8);
}
