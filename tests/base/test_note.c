#include "base/note.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int captured;
static char text[1 << 18];

static void capture(void)
{
    char path[] = "/tmp/spate-note-XXXXXX";
    captured = mkstemp(path);
    cr_assert_geq(captured, 0);
    unlink(path);
    cr_assert_geq(dup2(captured, STDERR_FILENO), 0);
}

/* All that has gone to stderr so far. */
static const char *said(void)
{
    ssize_t len = pread(captured, text, sizeof text - 1, 0);
    cr_assert_geq(len, 0);
    text[len] = '\0';
    return text;
}

Test(note, is_a_line_with_the_name_of_the_program, .init = capture)
{
    errno = 77;
    note("cannot read %s", "x");
    cr_expect_eq(errno, 77);
    note_name("spate-loggen");
    note("%d lines", 5);
    cr_expect_str_eq(said(), "spate: cannot read x\nspate-loggen: 5 lines\n");
}

Test(note, is_held_back_and_let_out_in_order, .init = capture)
{
    note_hold();
    note("one");
    note("two");
    cr_expect_str_eq(said(), "");
    note_release();
    cr_expect_str_eq(said(), "spate: one\nspate: two\n");
    note_release();
    note("three");
    cr_expect_str_eq(said(), "spate: one\nspate: two\nspate: three\n");
}

Test(note, keeps_the_first_64_and_counts_the_others, .init = capture)
{
    note_hold();
    for (int i = 1; i <= 70; i++)
        note("number %d", i);
    note_release();
    cr_expect(strstr(said(), "spate: number 64\nspate: and 6 more notes like these\n"));
    cr_expect_not(strstr(said(), "number 65"));
    note_hold();
    note("afresh");
    note_release();
    const char *end = strstr(said(), "these\n");
    cr_assert(end);
    cr_expect_str_eq(end, "these\nspate: afresh\n");
}

Test(note, is_cut_when_it_is_too_long_and_stays_one_line, .init = capture)
{
    char many[3001] = {0};
    for (size_t i = 0; i < 3000; i += 3)
        memcpy(many + i, "€", 3);
    note("%s", many);
    size_t len = strlen(said());
    cr_expect_gt(len, 600);
    cr_expect_lt(len, 700);
    cr_expect_eq(strcmp(said() + len - 4, "€\n"), 0);
    cr_expect_eq(strchr(said(), '\n'), said() + len - 1);
}

static void *shout(void *who)
{
    for (int i = 0; i < 500; i++)
        note("%s %s", (const char *)who, (const char *)who);
    return NULL;
}

Test(note, of_several_threads_does_not_mix, .init = capture)
{
    pthread_t threads[4];
    char names[4][2] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, shout, names[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    size_t lines = 0;
    said();
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line; lines++)
        cr_assert(strlen(line) == 10 && line[7] == line[9], "%s", line);
    cr_expect_eq(lines, 2000);
}

static void speak_at_abort(int signal)
{
    (void)signal;
    _exit(strcmp(said(), "spate: the end of 3\n") == 0 ? 9 : 1);
}

Test(note, that_is_fatal_goes_out_at_once_and_ends_the_program, .init = capture, .exit_code = 9)
{
    note_hold();
    note("kept back");
    signal(SIGABRT, speak_at_abort);
    note_fatal("the end of %d", 3);
}
