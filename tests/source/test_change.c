/* What is followed changes while it goes on. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "lib/memfs.h"
#include "lib/rig.h"
#include <stdio.h>
#include <string.h>

#define A "/log/a.log"
#define B "/log/b.log"
#define C "/log/c.log"

static struct memfs *fs;
static struct rig rig;

/* The lines of these tests begin with their second. */
static bool second_of(void *ctx, uint32_t source, struct text line, int64_t *second)
{
    (void)ctx;
    (void)source;
    uint64_t value;
    size_t len = text_find(line, ' ', 0);
    if (len == line.len || !text_to_u64(text_cut(line, 0, len), &value))
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
    rig.options.from = FOLLOW_FROM_WINDOW;
    rig.options.back_s = 3;
}

static void tear_down(void)
{
    rig_done(&rig);
    cr_expect_eq(memfs_descriptors(fs), 0, "descriptors are left open");
    cr_expect_eq(memfs_watches(fs), 0, "watches are left");
    memfs_free(fs);
}

TestSuite(change, .init = set_up, .fini = tear_down);

static void change(const char *const *paths, size_t count)
{
    struct error why = {0};
    struct follow_options o = rig.options;
    o.paths = paths;
    o.path_count = count;
    cr_assert(follow_check(&o, rig.os, &why), "%s", why.text);
    follow_change(rig.follow, &o);
}

#define CHANGE(...)                                                                                \
    change((const char *const[]){__VA_ARGS__},                                                     \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* What came from that source since the last call. */
static const char *from_source(unsigned source)
{
    static char copy[400];
    struct buf *b = &rig.lines[source];
    size_t len = b->len && b->at[b->len - 1] == ' ' ? b->len - 1 : b->len;
    snprintf(copy, sizeof copy, "%.*s", (int)len, b->len ? b->at : "");
    buf_clear(b);
    return copy;
}

Test(change, keeps_what_stays_without_a_line_lost_or_read_twice)
{
    memfs_write(fs, A, "1 a\n2 b\n3 ha");
    rig_open(&rig, A);
    cr_expect_str_eq(rig_read(&rig, 10), "1 a 2 b");
    memfs_write(fs, B, "3 x\n");
    CHANGE(B, A);
    memfs_write(fs, A, "lf\n4 c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "3 half 4 c");
    cr_expect_str_eq(from_source(1), "3 x");
    CHANGE(A);
    memfs_write(fs, A, "5 d\n");
    memfs_write(fs, B, "5 y\n");
    cr_expect_str_eq(rig_read(&rig, 10), "5 d");
    cr_expect_str_eq(from_source(1), "", "nobody asked for it any more");
    cr_expect_str_eq(rig_text(&rig, NOTICE_ENDED), B ": no longer followed");
    cr_expect_eq(rig_told(&rig, NOTICE_BACKFILLED), 1);
}

Test(change, begins_a_new_log_where_a_start_would)
{
    memfs_write(fs, A, "1 a\n");
    for (int i = 1; i <= 1000; i++) {
        char line[32];
        snprintf(line, sizeof line, "%d x\n", i);
        memfs_write(fs, B, line);
    }
    rig_open(&rig, A);
    rig_read(&rig, 10);
    CHANGE(A, B, C);
    size_t before = rig.backfill.len;
    memfs_write(fs, C, "5 new\n6 new\n");
    memfs_write(fs, B, "1001 live\n");
    rig_read(&rig, 10);
    cr_expect_str_eq(from_source(1), "998 x 999 x 1000 x 1001 live");
    cr_expect_eq(rig.backfill.len - before, strlen("998 x 999 x 1000 x "), "the rest is live");
    cr_expect_str_eq(from_source(2), "5 new 6 new", "what was not there is read from its start");
}

Test(change, begins_a_new_log_in_relation_to_what_the_others_hold_by_now)
{
    memfs_write(fs, A, "1 a\n");
    memfs_write(fs, B, "1 x\n5 y\n99 z\n");
    rig_open(&rig, A);
    rig_read(&rig, 10);
    memfs_write(fs, A, "100 b\n");
    rig_read(&rig, 10);
    CHANGE(A, B);
    rig_read(&rig, 10);
    cr_expect_str_eq(from_source(1), "99 z");
}

Test(change, goes_on_with_a_log_that_is_named_again_where_it_was_left)
{
    memfs_write(fs, A, "1 a\n");
    memfs_write(fs, B, "1 x\n");
    static const char *both[] = {A, B};
    rig.options.paths = both;
    rig.options.path_count = 2;
    rig_open(&rig, NULL);
    rig_read(&rig, 10);
    cr_expect_str_eq(from_source(1), "1 x");
    CHANGE(A);
    rig_read(&rig, 10);
    memfs_write(fs, B, "2 y\n");
    memfs_rename(fs, B, B ".1");
    memfs_write(fs, B, "3 z\n");
    CHANGE(A, B);
    rig_read(&rig, 10);
    cr_expect_str_eq(from_source(1), "2 y 3 z", "rotated meanwhile, in order, and once");
    cr_expect_eq(follow_source_count(rig.follow), 2, "its number is the one that it had");
}

Test(change, goes_on_with_a_file_that_is_named_otherwise)
{
    memfs_write(fs, A, "1 a\n2 b\n");
    rig_open(&rig, A);
    rig_read(&rig, 10);
    memfs_rename(fs, A, C);
    CHANGE(C);
    memfs_write(fs, C, "3 c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "3 c");
}

Test(change, takes_names_for_patterns_and_back)
{
    memfs_write(fs, A, "1 a\n");
    rig_open(&rig, "/log/*.log");
    rig_read(&rig, 10);
    memfs_write(fs, A, "2 b\n");
    CHANGE(A);
    cr_expect_str_eq(rig_read(&rig, 10), "2 b");
    memfs_write(fs, B, "2 x\n");
    rig_read(&rig, 1500);
    cr_expect_str_eq(from_source(1), "", "the pattern is no more");
    CHANGE("/log/*.log");
    memfs_write(fs, A, "3 c\n");
    cr_expect_str_eq(rig_read(&rig, 10), "3 c");
    cr_expect_str_eq(from_source(1), "2 x");
    memfs_write(fs, C, "3 y\n");
    rig_read(&rig, 1500);
    cr_expect_str_eq(from_source(2), "3 y", "the pattern looks on");
}

Test(change, may_come_before_the_first_line_and_while_the_past_is_read)
{
    memfs_write(fs, A, "1 a\n2 b\n");
    memfs_write(fs, B, "1 x\n2 y\n");
    rig.options.from = FOLLOW_FROM_START;
    rig_open(&rig, A);
    CHANGE(A, C);
    while (rig_step(&rig, 10) != FOLLOW_LINES)
        ;
    CHANGE(A, B);
    rig_read(&rig, 10);
    cr_expect(strstr(rig.backfill.at, "1 x 2 y"));
    cr_expect_eq(rig.backfill.len, 16, "each line of the past is read once");
    cr_expect_eq(rig_told(&rig, NOTICE_BACKFILLED), 1);
}

Test(change, many_times_uses_the_same_numbers_again)
{
    memfs_write(fs, A, "1 a\n");
    rig_open(&rig, A);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "/log/%d.log", i);
        memfs_write(fs, name, "1 x\n");
        CHANGE(A, name);
        rig_read(&rig, 0);
    }
    cr_expect_eq(follow_source_count(rig.follow), 2);
    cr_expect_eq(rig_told(&rig, NOTICE_LOSS), 0);
    memfs_write(fs, A, "2 b\n");
    cr_expect_str_eq(rig_read(&rig, 10), "2 b");
}

Test(change, of_hundreds_of_names_at_once_leaves_the_paths_of_batches_on_their_way)
{
    enum { MANY = 400 };
    static char names[2][MANY][40];
    static const char *paths[2][MANY];
    for (int set = 0; set < 2; set++)
        for (int i = 0; i < MANY; i++) {
            snprintf(names[set][i], sizeof names[set][i], "/log/%d-%d.log", set, i);
            paths[set][i] = names[set][i];
        }
    rig.options.paths = paths[0];
    rig.options.path_count = MANY;
    rig_open(&rig, NULL);
    rig_read(&rig, 0);
    const char *first = follow_source_path(rig.follow, 0);
    change(paths[1], MANY);
    cr_expect_str_eq(first, "/log/0-0.log", "the batches that name it may not have been read yet");
}

Test(change, refuses_names_that_can_never_work)
{
    static const char *const bad[] = {"", "/log", "/log/*/"};
    memfs_write(fs, A, "1 a\n");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error why = {0};
        struct follow_options o = {.paths = &bad[i], .path_count = 1};
        cr_expect_not(follow_check(&o, rig.os, &why), "%s", bad[i]);
        cr_expect(why.text[0]);
    }
}
