/* Following on the real system: what a file system in memory cannot vouch for. Nothing sleeps:
 * follow_next() itself waits for the events that what was done just before must cause. */
#include <criterion/criterion.h>

#include "lib/rig.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/spate-os-XXXXXX";
static char cwd[4096];
static struct rig rig;

static void set_up(void)
{
    cr_assert_not_null(getcwd(cwd, sizeof cwd));
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    rig_init(&rig, &os_real);
}

static void tear_down(void)
{
    char command[64];
    rig_done(&rig);
    cr_assert_eq(chdir(cwd), 0);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(os, .init = set_up, .fini = tear_down);

static void append(const char *path, const char *bytes)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    close(fd);
}

static void begin(const char *path)
{
    append(path, "a\n");
    rig_open(&rig, path);
    cr_assert_str_eq(rig_read(&rig, 20), "a");
}

/* Runs until that has come; an event must bring it well before the look of each second. */
static void expect(const char *want)
{
    struct buf *b = &rig.lines[0];
    buf_clear(b);
    for (int calls = 0; calls < 100 && b->len < strlen(want) + 1; calls++)
        if (rig_step(&rig, 900) == FOLLOW_IDLE)
            break;
    *buf_room(b, 1) = '\0';
    cr_assert_geq(b->len, 1, "nothing came instead of %s", want);
    b->at[b->len - 1] = '\0';
    cr_expect_str_eq(b->at, want);
}

Test(os, appended_lines_come_by_event)
{
    begin("a.log");
    append("a.log", "b\n");
    expect("b");
    append("a.log", "ha");
    append("a.log", "lf\n");
    expect("half");
}

Test(os, rename_and_a_writer_that_keeps_the_old_file)
{
    begin("a.log");
    int old = open("a.log", O_WRONLY | O_APPEND);
    cr_assert_eq(rename("a.log", "a.log.1"), 0);
    append("a.log", "b\n");
    expect("b");
    cr_assert_eq(write(old, "c\n", 2), 2);
    expect("c");
    close(old);
}

Test(os, copytruncate)
{
    begin("a.log");
    append("a.log.1", "a\n");
    cr_assert_eq(truncate("a.log", 0), 0);
    append("a.log", "b\n");
    expect("b");
}

Test(os, rewritten_in_place_to_the_same_size)
{
    begin("a.log");
    int fd = open("a.log", O_WRONLY | O_TRUNC);
    cr_assert_eq(write(fd, "b\n", 2), 2);
    close(fd);
    expect("b");
}

Test(os, symlink_switched)
{
    append("one", "a\n");
    append("two", "c\n");
    cr_assert_eq(symlink("one", "link"), 0);
    rig_open(&rig, "link");
    cr_assert_str_eq(rig_read(&rig, 20), "a");
    append("one", "b\n");
    expect("b");
    cr_assert_eq(symlink("two", "new"), 0);
    cr_assert_eq(rename("new", "link"), 0);
    expect("c");
    append("one", "late\n");
    expect("late");
}

Test(os, deleted_and_created_again)
{
    begin("a.log");
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(unlink("a.log"), 0);
        append("a.log", "b\n");
        expect("b");
    }
}

Test(os, an_inode_number_used_again_is_another_file)
{
    struct file_facts before, after;
    append("a.log", "a\n");
    cr_assert_eq(os_real.facts_at(NULL, "a.log", &before), 0);
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(unlink("a.log"), 0);
        append("a.log", "b\n");
        cr_assert_eq(os_real.facts_at(NULL, "a.log", &after), 0);
        cr_expect_not(identity_same(&before.id, &after.id));
        before = after;
    }
}

Test(os, an_open_file_and_its_path_are_the_same_file)
{
    struct file_facts by_path, by_fd;
    append("a.log", "abc");
    int fd = os_real.open(NULL, "a.log");
    cr_assert_eq(os_real.facts_at(NULL, "a.log", &by_path), 0);
    cr_assert_eq(os_real.facts(NULL, fd, &by_fd), 0);
    cr_expect(identity_same(&by_path.id, &by_fd.id));
    cr_expect_eq(by_path.size, 3);
    cr_expect_eq(by_path.modified_ns, by_fd.modified_ns);
    os_real.close(NULL, fd);
}

Test(os, missing_at_first)
{
    rig_open(&rig, "sub/a.log");
    rig_read(&rig, 20);
    cr_assert_eq(mkdir("sub", 0700), 0);
    append("sub/a.log", "a\n");
    buf_clear(&rig.lines[0]);
    expect("a");
}

Test(os, directory_replaced)
{
    cr_assert_eq(mkdir("sub", 0700), 0);
    begin("sub/a.log");
    cr_assert_eq(rename("sub", "sub.old"), 0);
    cr_assert_eq(mkdir("sub", 0700), 0);
    append("sub/a.log", "b\n");
    expect("b");
    append("sub/a.log", "c\n");
    expect("c");
}

Test(os, what_is_no_file_is_refused)
{
    static const struct {
        const char *path, *what;
    } rows[] = {{".", "directory"}, {"/dev/null", "device"}, {"pipe", "pipe"}};
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        struct follow_options o = {.paths = &rows[i].path, .path_count = 1};
        cr_expect_null(follow_open(&o, &os_real, &why));
        cr_expect(strstr(why.text, rows[i].what) != NULL, "%s", why.text);
    }
}

Test(os, a_pipe_in_the_place_of_the_log_is_not_waited_for)
{
    begin("a.log");
    cr_assert_eq(unlink("a.log"), 0);
    cr_assert_eq(mkfifo("a.log", 0600), 0);
    rig_read(&rig, 20);
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "not a regular file") != NULL);
}

Test(os, out_of_descriptors_and_back)
{
    struct rlimit limit, tight;
    begin("a.log");
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int next = dup(0);
    tight = limit;
    tight.rlim_cur = (rlim_t)next;
    close(next);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &tight), 0);
    cr_assert_eq(rename("a.log", "a.log.1"), 0);
    cr_assert_eq(link("a.log.1", "copy"), 0);
    /* append() would need a descriptor too. */
    cr_assert_eq(mknod("a.log", S_IFREG | 0600, 0), 0);
    rig_read(&rig, 20);
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Too many open files") != NULL);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    append("a.log", "b\n");
    expect("b");
}

Test(os, permission_lost_and_regained)
{
    append("a.log", "a\n");
    cr_assert_eq(chmod("a.log", 0), 0);
    cr_assert_eq(chmod(".", 0755), 0);
    if (geteuid() == 0)
        cr_assert_eq(chown("a.log", 65534, 65534) + seteuid(65534), 0);
    rig_open(&rig, "a.log");
    cr_assert_str_eq(rig_read(&rig, 20), "");
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Permission denied") != NULL);
    cr_assert_eq(chmod("a.log", 0600), 0);
    expect("a");
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
}

static int no_instance(void *self)
{
    (void)self;
    errno = EMFILE;
    return -1;
}

Test(os, polls_where_no_watch_is_to_be_had)
{
    static struct os blind;
    blind = os_real;
    blind.watch_open = no_instance;
    rig_done(&rig);
    rig_init(&rig, &blind);
    begin("a.log");
    append("a.log", "b\n");
    expect("b");
    cr_expect_eq(rig_told(&rig, NOTICE_POLLING), 1);
}

static int lines_read(void)
{
    int lines = 0;
    for (int i = 0; i < RIG_SOURCES; i++)
        for (size_t at = 0; at < rig.lines[i].len; at++)
            lines += rig.lines[i].at[at] == ' ';
    return lines;
}

Test(os, more_logs_than_descriptors)
{
    struct rlimit limit, tight;
    char name[32];
    for (int i = 0; i < RIG_SOURCES; i++) {
        snprintf(name, sizeof name, "a%d.log", i);
        append(name, "a\n");
    }
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int next = dup(0);
    tight = limit;
    tight.rlim_cur = (rlim_t)next + 2 + RIG_SOURCES; /* two of ours; a quarter of all is left free */
    close(next);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &tight), 0);
    rig_open(&rig, "a*.log");
    while (rig_step(&rig, 20) != FOLLOW_IDLE)
        ;
    int some = lines_read();
    cr_expect(some > 0 && some < RIG_SOURCES, "%d of them", some);
    cr_expect(strstr(rig_text(&rig, NOTICE_ERROR), "Too many open files") != NULL);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (lines_read() < RIG_SOURCES && rig_step(&rig, 3000) != FOLLOW_IDLE)
        ;
    cr_expect_eq(lines_read(), RIG_SOURCES, "the rest of them, as soon as there are descriptors");
}
