/* test_console_live.c - the whole program in a terminal emulator, following a log that is written.
 */
#include "lib/vt.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct live {
    char folder[64];
    char log[128];
    struct vt *t;
};

static void live_start(struct live *l, const char *name, const char *const *options)
{
    static const char *argv[16];
    snprintf(l->folder, sizeof(l->folder), "/tmp/spate-live-XXXXXX");
    cr_assert(mkdtemp(l->folder));
    snprintf(l->log, sizeof(l->log), "%s/%s", l->folder, name);
    int n = 0;
    argv[n++] = SPATE_BIN;
    for (; options && *options; options++)
        argv[n++] = *options;
    argv[n++] = l->log;
    argv[n] = NULL;
    l->t = vt_start(&(struct vt_options){.columns = 100, .argv = argv});
    cr_assert(l->t);
}

static void live_stop(struct live *l)
{
    vt_stop(l->t);
    unlink(l->log);
    rmdir(l->folder);
}

static void expect(struct live *l, const char *text)
{
    cr_assert(vt_wait(l->t, text), "no \"%s\" on\n%s", text, vt_screen(l->t));
}

/* So many requests of the present second. */
static void write_lines(const struct live *l, int count, const char *target, int status)
{
    char stamp[64];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&now, &utc));
    FILE *file = fopen(l->log, "a");
    cr_assert(file);
    for (int i = 0; i < count; i++)
        fprintf(file, "10.0.0.%d - - [%s] \"GET %s HTTP/1.1\" %d 1500 \"-\" \"test\"\n", i % 7 + 1,
                stamp, target, status);
    fclose(file);
}

static void write_raw(const struct live *l, const char *line)
{
    FILE *file = fopen(l->log, "a");
    cr_assert(file);
    fputs(line, file);
    fclose(file);
}

static const char *const quick[] = {"-r", "3", "-f", "5", "-u", "1", NULL};

Test(live, waits_for_a_missing_file_then_counts_fires_and_recovers, .timeout = 100)
{
    struct live l;
    live_start(&l, "access.log", quick);
    expect(&l, "\u25cf OK");
    expect(&l, "waiting for it to appear");
    write_lines(&l, 60, "/shop/cart?x=1", 200);
    expect(&l, "\u25b2 ALERT");
    expect(&l, "High traffic generated an alert - hits = 60, triggered at");
    expect(&l, "60 hits");
    expect(&l, "/shop");
    expect(&l, "combined");
    cr_assert(vt_wait_gone(l.t, "waiting for it to appear"), "%s", vt_screen(l.t));
    expect(&l, "\u25bc RECOVERED");
    expect(&l, "High traffic alert recovered at");
    expect(&l, "no requests in the last 1 s");
    vt_send(l.t, "w");
    vt_send(l.t, "w");
    expect(&l, "since the start");
    expect(&l, "90.0 kB");
    vt_send(l.t, "q");
    cr_assert_eq(vt_wait_end(l.t), 0);
    cr_assert(!vt_alternate(l.t));
    live_stop(&l);
}

Test(live, shows_errors_rejected_lines_and_visitors, .timeout = 100)
{
    struct live l;
    live_start(&l, "access.log", (const char *const[]){"-r", "60", "-u", "1", NULL});
    write_lines(&l, 14, "/ok", 200);
    write_lines(&l, 3, "/gone", 404);
    write_lines(&l, 2, "/broken", 500);
    write_raw(&l, "this is no line of a log\n");
    expect(&l, "rejected lines");
    expect(&l, "this is no line of a log");
    vt_send(l.t, "ww");
    expect(&l, "2xx 14");
    expect(&l, "4xx 3");
    expect(&l, "5xx 2");
    expect(&l, "7 visitors");
    expect(&l, "1 rejected");
    live_stop(&l);
}

/* The whole blocks of the row that the section stands in. */
static size_t bar_of(struct vt *t, const char *section)
{
    int row, column;
    size_t blocks = 0;
    cr_assert(vt_find(t, section, &row, &column), "%s", vt_screen(t));
    for (const char *at = vt_row(t, row); (at = strstr(at, "\u2588")); at++)
        blocks++;
    return blocks;
}

/* 120 busier sections before it: it is found among all, not among the busiest that are shown. */
Test(live, sorted_by_errors_the_worst_section_comes_first_however_rare, .timeout = 100)
{
    struct live l;
    live_start(&l, "access.log", (const char *const[]){"-r", "60", "-u", "1", NULL});
    for (int i = 0; i < 120; i++) {
        char target[32];
        snprintf(target, sizeof target, "/busy%03d/x", i);
        write_lines(&l, 3, target, 200);
    }
    write_lines(&l, 1, "/rare/x", 503);
    expect(&l, "361 hits");
    vt_send(l.t, "ww");
    expect(&l, "\u25b8/busy000");
    vt_send(l.t, VT_END);
    expect(&l, "\u25b8/busy099");
    vt_send(l.t, "ss");
    expect(&l, "\u25b8/rare");
    cr_assert_lt(bar_of(l.t, "/rare"), bar_of(l.t, "/busy000"), "bars go by the busiest row, not the first");
    live_stop(&l);
}

Test(live, shows_terminal_sequences_as_letters_wherever_they_come_from, .timeout = 100)
{
    struct live l;
    live_start(&l, "a\x1b]0;owned\x07.log", (const char *const[]){"-r", "60", "-u", "1", NULL});
    write_lines(&l, 5,
                "/\x1b[41m\x1b[2Jx\xc2\x9b"
                "31m",
                200);
    write_raw(&l, "\x1b]0;title\x07 is no line \xe2\x80\xae\n");
    vt_send(l.t, "ww");
    expect(&l, "a\\x1b]0;owned\\x07.log");
    expect(&l, "/\\x1b[41m\\x1b[2Jx");
    expect(&l, "\\x1b]0;title\\x07 is no line");
    vt_settle(l.t, 200);
    struct text out = vt_output(l.t);
    cr_assert_eq(memchr(out.at, 0x07, out.len), NULL);
    cr_assert_eq(memmem(out.at, out.len, "\x1b]", 2), NULL);
    cr_assert_eq(memmem(out.at, out.len, "\x1b[41m", 5), NULL);
    live_stop(&l);
}

Test(live, plus_makes_the_intervals_longer, .timeout = 100)
{
    struct live l;
    live_start(&l, "access.log", (const char *const[]){"-u", "1", NULL});
    write_lines(&l, 5, "/a", 200);
    expect(&l, "last 1 s");
    vt_send(l.t, "+");
    expect(&l, "last 2 s");
    live_stop(&l);
}

Test(live, ends_cleanly_on_SIGTERM_and_ctrl_C, .timeout = 100)
{
    for (int i = 0; i < 2; i++) {
        struct live l;
        live_start(&l, "access.log", quick);
        expect(&l, "q quit");
        if (i)
            kill(vt_pid(l.t), SIGTERM);
        else
            vt_send(l.t, VT_CTRL('c'));
        cr_assert_eq(vt_wait_end(l.t), 0);
        cr_assert(!vt_alternate(l.t) && vt_cursor_visible(l.t) && vt_line_mode(l.t));
        live_stop(&l);
    }
}

Test(live, says_why_when_the_terminal_is_unknown)
{
    struct vt *t =
        vt_start(&(struct vt_options){.columns = 200,
                                      .argv = (const char *[]){SPATE_BIN, "/tmp/none.log", NULL},
                                      .env = {"TERM=no-such-terminal"}});
    int status = vt_wait_end(t);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%x", status);
    cr_assert(vt_wait(t, "\"no-such-terminal\" (TERM) is not known"), "%s", vt_screen(t));
    vt_stop(t);
}
