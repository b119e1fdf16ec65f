/* test_console_keys.c - the console's keys, in a terminal emulator. */
#include "lib/vt.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DRIVER SPATE_TEST_PROGRAMS "/console_driver"

static struct vt *shown(const char *kind)
{
    struct vt *t = vt_start(&(struct vt_options){.argv = (const char *[]){DRIVER, kind, NULL}});
    cr_assert(t);
    cr_assert(vt_wait(t, "combined"), "%s", vt_screen(t)); /* the figures have come */
    return t;
}

static void expect(struct vt *t, const char *text)
{
    cr_assert(vt_wait(t, text), "no \"%s\" on\n%s", text, vt_screen(t));
}

static void expect_gone(struct vt *t, const char *text)
{
    cr_assert(vt_wait_gone(t, text), "\"%s\" on\n%s", text, vt_screen(t));
}

Test(keys, question_mark_opens_the_help_and_escape_closes_it)
{
    struct vt *t = shown("busy");
    vt_send(t, "?");
    expect(t, "hold the screen still; counting goes on");
    expect(t, "suspend; fg comes back");
    vt_send(t, VT_ESCAPE);
    expect_gone(t, "hold the screen still");
    vt_send(t, "h");
    expect(t, "hold the screen still");
    vt_send(t, "h");
    expect_gone(t, "hold the screen still");
    vt_stop(t);
}

Test(keys, pause_holds_the_screen_while_counting_goes_on)
{
    struct vt *t = vt_start(&(struct vt_options){
        .argv = (const char *[]){DRIVER, "busy,busy,busy,firing", "--beat", "400", NULL}});
    expect(t, "\u25cf OK");
    vt_send(t, " ");
    expect(t, "PAUSED");
    expect(t, "p go on");
    vt_settle(t, 2500); /* the alert fires behind the held screen */
    expect(t, "\u25cf OK");
    expect_gone(t, "ALERT");
    vt_send(t, "p");
    expect_gone(t, "PAUSED");
    expect(t, "ALERT for");
    vt_stop(t);
}

Test(keys, sort_and_list_change_the_table)
{
    struct vt *t = shown("busy");
    vt_send(t, "sss"); /* by name */
    expect(t, "\u25b8/  ");
    vt_send(t, "d");
    expect(t, "PATH");
    expect(t, "/images/web/2009");
    vt_send(t, "d");
    expect(t, "ADDRESS");
    expect(t, "2001:db8:");
    vt_send(t, "d");
    expect(t, "SECTION");
    vt_stop(t);
}

Test(keys, span_goes_from_the_interval_to_the_window_to_all)
{
    struct vt *t = shown("busy");
    expect(t, "\u2500 last 10 s \u2500");
    vt_send(t, "w");
    expect(t, "\u2500 last 2m \u2500");
    expect(t, "SECTION  ");
    vt_send(t, "d"); /* of the window sections alone are known: the others say what they are of */
    expect(t, "PATH (last 10 s)  ");
    vt_send(t, "dd");
    expect(t, "SECTION  ");
    vt_send(t, "t");
    expect(t, "\u2500 since the start \u2500");
    expect(t, "10,248 hits");
    vt_send(t, "w");
    expect(t, "\u2500 last 10 s \u2500");
    vt_stop(t);
}

Test(keys, arrows_move_the_mark_and_the_list_scrolls)
{
    struct vt *t = shown("firing");
    expect(t, "\u25b8/blog");
    expect_gone(t, "/zebra-section");
    vt_send(t, VT_DOWN VT_DOWN);
    expect(t, "\u25b8/api");
    vt_send(t, VT_END);
    expect(t, "\u25b8/zebra-section");
    expect_gone(t, "/blog");
    vt_send(t, VT_HOME);
    expect(t, "\u25b8/blog");
    vt_send(t, VT_PAGE_DOWN);
    expect_gone(t, "\u25b8/blog");
    vt_send(t, VT_PAGE_UP);
    expect(t, "\u25b8/blog");
    vt_send(t, VT_UP);
    expect(t, "\u25b8/blog");
    vt_stop(t);
}

Test(keys, tab_goes_to_the_alerts_and_enter_opens_one)
{
    struct vt *t = shown("recovered");
    vt_send(t, VT_TAB);
    expect_gone(t, "\u25b8/blog");
    vt_send(t, VT_ENTER);
    expect(t, "\u2500 alert \u2500");
    expect(t, "rule          high traffic");
    expect(t, "lasted        1m52s");
    expect(t, "total         ");
    expect(t, "2026-11-18T");
    vt_send(t, VT_ESCAPE);
    expect_gone(t, "lasted");
    vt_send(t, VT_TAB VT_ENTER);
    expect(t, "\u2500 rejected line \u2500");
    expect(t, "no time in brackets");
    vt_stop(t);
}

static int read_number(const char *path)
{
    int number = -1;
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%d", &number) != 1)
        number = -1;
    if (file)
        fclose(file);
    return number;
}

Test(keys, plus_and_minus_ask_for_another_interval)
{
    char path[] = "/tmp/spate-keys-XXXXXX";
    close(mkstemp(path));
    struct vt *t = vt_start(
        &(struct vt_options){.argv = (const char *[]){DRIVER, "busy", "--update-to", path, NULL}});
    expect(t, "q quit");
    vt_send(t, "+");
    expect(t, "every 15 s, updated");
    cr_assert_eq(read_number(path), 15);
    vt_send(t, "---");
    expect(t, "every 2 s, updated");
    cr_assert_eq(read_number(path), 2);
    vt_stop(t);
    unlink(path);
}

Test(keys, ctrl_L_draws_every_cell_again)
{
    struct vt *t = shown("busy");
    vt_settle(t, 100);
    vt_forget_output(t);
    vt_send(t, VT_CTRL('l'));
    vt_settle(t, 300);
    struct text out = vt_output(t);
    cr_assert_gt(out.len, 1000, "%zu", out.len);
    cr_assert_neq(memmem(out.at, out.len, "SECTION", 7), NULL);
    vt_stop(t);
}

Test(keys, little_is_written_while_nothing_changes)
{
    struct vt *t = shown("quiet");
    expect(t, "no requests in the last 10 s");
    vt_settle(t, 100);
    vt_forget_output(t);
    vt_send(t, "xyz"); /* no keys of ours */
    vt_settle(t, 400);
    cr_assert_lt(vt_output(t).len, 400, "%zu", vt_output(t).len);
    vt_stop(t);
}

Test(keys, unknown_keys_and_sequences_do_no_harm)
{
    struct vt *t = shown("busy");
    vt_send(t, "xyz\x01\x02\xff\xfe\x1b[99;99;99~\x1b[M!!!\x1bOx\x1b[200~");
    vt_send(t, VT_ESCAPE);
    vt_settle(t, 200);
    expect(t, "SECTION");
    vt_send(t, "q");
    cr_assert_eq(vt_wait_end(t), 0);
    vt_stop(t);
}
