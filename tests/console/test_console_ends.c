/* test_console_ends.c - every way out of the console gives the terminal back. */
#include "lib/vt.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#define DRIVER SPATE_TEST_PROGRAMS "/console_driver"

static struct vt *started(const char *const *argv)
{
    struct vt *t = vt_start(&(struct vt_options){.argv = argv});
    cr_assert(t);
    cr_assert(vt_wait(t, "q quit"), "%s", vt_screen(t));
    cr_assert(vt_alternate(t));
    cr_assert(!vt_cursor_visible(t));
    cr_assert(!vt_line_mode(t));
    return t;
}

static struct vt *usual(void)
{
    return started((const char *[]){DRIVER, "busy", NULL});
}

static void expect_given_back(struct vt *t)
{
    cr_assert(!vt_alternate(t));
    cr_assert(vt_cursor_visible(t));
    cr_assert(vt_line_mode(t));
    struct vt_cell next = vt_next_cell(t);
    cr_assert(!next.bold && !next.reverse && next.fore == -1 && next.back == -1);
}

Test(ends, after_q)
{
    struct vt *t = usual();
    vt_send(t, "q");
    cr_assert_eq(vt_wait_end(t), 0);
    cr_assert(vt_wait(t, "the console has ended"));
    expect_given_back(t);
    vt_stop(t);
}

Test(ends, after_ctrl_C)
{
    struct vt *t = usual();
    vt_send(t, VT_CTRL('c'));
    cr_assert_eq(vt_wait_end(t), 0);
    expect_given_back(t);
    vt_stop(t);
}

Test(ends, after_SIGTERM)
{
    struct vt *t = usual();
    kill(vt_pid(t), SIGTERM);
    cr_assert_eq(vt_wait_end(t), 0);
    expect_given_back(t);
    vt_stop(t);
}

Test(ends, after_signals_that_kill)
{
    static const int numbers[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE,
                                  SIGILL,  SIGQUIT, SIGHUP, SIGUSR1};
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct vt *t = usual();
        kill(vt_pid(t), numbers[i]);
        int status = vt_wait_end(t);
        cr_assert_neq(status, -1, "signal %d", numbers[i]);
        cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0, "signal %d: %x", numbers[i],
                  status);
        expect_given_back(t);
        vt_stop(t);
    }
}

Test(ends, after_a_crash_on_another_thread)
{
    char number[8];
    snprintf(number, sizeof(number), "%d", SIGSEGV);
    struct vt *t =
        started((const char *[]){DRIVER, "busy,firing", "--beat", "300", "--crash", number, NULL});
    int status = vt_wait_end(t);
    cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    expect_given_back(t);
    vt_stop(t);
}

Test(ends, with_last_words_that_stay_to_be_read)
{
    struct vt *t = started((const char *[]){DRIVER, "busy,firing", "--beat", "300", "--fatal", NULL});
    int status = vt_wait_end(t);
    cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    cr_assert(vt_wait(t, "the last words"), "%s", vt_screen(t));
    cr_assert(vt_wait(t, "said while the screen was held"), "%s", vt_screen(t));
    expect_given_back(t);
    vt_stop(t);
}

/* A shell is needed: a stop by the keyboard is only for what somebody can continue. */
Test(ends, for_a_while_after_ctrl_Z_and_fg_brings_a_whole_screen_back)
{
    struct vt *t = vt_start(&(struct vt_options){
        .argv = (const char *[]){"/bin/bash", "--norc", "--noprofile", "-i", NULL},
        .env = {"PS1=ready> "}});
    cr_assert(vt_wait(t, "ready>"));
    vt_send(t, DRIVER " busy\n");
    for (int i = 0; i < 2; i++) {
        cr_assert(vt_wait(t, "q quit"), "%s", vt_screen(t));
        cr_assert(vt_alternate(t));
        vt_send(t, VT_CTRL('z'));
        cr_assert(vt_wait(t, "Stopped"), "%s", vt_screen(t));
        cr_assert(!vt_alternate(t));
        cr_assert(vt_cursor_visible(t));
        if (i == 0)
            vt_resize(t, 30, 100);
        vt_send(t, "clear; fg\n"); /* the word of the first time must not stand for the second */
    }
    cr_assert(vt_wait(t, "Enter details"), "%s", vt_screen(t)); /* at the new width */
    cr_assert(vt_alternate(t));
    cr_assert(!vt_cursor_visible(t));
    vt_send(t, "q");
    cr_assert(vt_wait(t, "the console has ended"));
    cr_assert(!vt_alternate(t));
    vt_stop(t);
}

Test(ends, after_SIGSTOP_from_outside_the_screen_is_whole_again)
{
    struct vt *t = usual();
    kill(vt_pid(t), SIGSTOP);
    cr_assert(vt_wait_stopped(t));
    vt_forget_output(t);
    kill(vt_pid(t), SIGCONT);
    vt_settle(t, 400);
    struct text out = vt_output(t);
    cr_assert_neq(memmem(out.at, out.len, "SECTION", 7), NULL);
    vt_send(t, "q");
    cr_assert_eq(vt_wait_end(t), 0);
    vt_stop(t);
}

Test(ends, the_end_of_the_input_keeps_the_figures_on_the_screen)
{
    struct vt *t = started((const char *[]){DRIVER, "busy,busy", "--beat", "200", "--end", NULL});
    cr_assert(vt_wait(t, "ENDED"), "%s", vt_screen(t));
    cr_assert(vt_wait(t, "The input has ended"));
    cr_assert(vt_wait(t, "SECTION"));
    vt_send(t, "q");
    cr_assert_eq(vt_wait_end(t), 0);
    vt_stop(t);
}

Test(ends, when_the_terminal_goes_away)
{
    struct vt *t = started((const char *[]){DRIVER, "busy", NULL});
    kill(vt_pid(t), SIGHUP);
    cr_assert_neq(vt_wait_end(t), -1);
    vt_stop(t);
}

Test(ends, before_it_starts_on_a_terminal_that_cannot_show_it)
{
    static const struct {
        const char *env, *says;
    } rows[] = {{"TERM=no-such-terminal", "\"no-such-terminal\" (TERM) is not known"},
                {"TERM=dumb", "\"dumb\" (TERM) cannot place the cursor"},
                {"TERM", "TERM is not set"}};
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct vt *t = vt_start(&(struct vt_options){
            .columns = 200, .argv = (const char *[]){DRIVER, "busy", NULL}, .env = {rows[i].env}});
        int status = vt_wait_end(t);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%s: %x", rows[i].env, status);
        cr_assert(vt_wait(t, rows[i].says), "%s", vt_screen(t));
        cr_assert_eq(memchr(vt_output(t).at, 0x1b, vt_output(t).len), NULL, "nothing is drawn");
        expect_given_back(t);
        vt_stop(t);
    }
}
