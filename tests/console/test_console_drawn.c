/* test_console_drawn.c - the console over figures made by hand, in a terminal emulator: what is on
 * the screen, in which colours, at which sizes. */
#include "lib/vt.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define DRIVER SPATE_TEST_PROGRAMS "/console_driver"

enum { OK_GREEN = 29, ALERT_RED = 160, RECOVERED_BLUE = 25 };

static struct vt *shown(const char *kind, int rows, int columns)
{
    struct vt *t = vt_start(&(struct vt_options){
        .rows = rows, .columns = columns, .argv = (const char *[]){DRIVER, kind, NULL}});
    cr_assert(t);
    return t;
}

static void expect(struct vt *t, const char *text)
{
    cr_assert(vt_wait(t, text), "no \"%s\" on\n%s", text, vt_screen(t));
}

static void expect_all(struct vt *t, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(t, texts[i]);
}

Test(console, shows_every_part_at_80_by_24)
{
    static const char *const parts[] = {
        "spate  /var/log/access.log  combined",
        "\u25b2 ALERT for",
        "req/s over 2m, alert above 10",
        "96 visitors",
        "244 rejected",
        "\u2588",
        "alert    10",
        "last 10 s",
        "updated 1",
        "84 hits   8.4/s   91.2 kB   2xx 80   3xx 2   4xx 2   5xx 1   41 visitors",
        "SECTION",
        "HITS",
        "SHARE",
        "BYTES",
        "4xx   5xx",
        "P95",
        "/blog",
        "48 %",
        "44.1 kB",
        "40.0 ms",
        "\u25b2 High traffic generated an alert - hits = 1203, triggered at 1",
        "firing for",
        "peak 30.1/s",
        "244 of 10,492 lines",
        "no time in brackets",
        "GET /nothing HTTP/1.1",
        "q quit  ? help  p pause  Tab panel  s sort  +/- interval"};
    struct vt *t = shown("firing", 24, 80);
    expect_all(t, parts, sizeof(parts) / sizeof(parts[0]));
    vt_stop(t);
}

Test(console, colours_the_whole_status_line_by_the_state_and_says_it_in_words)
{
    static const struct {
        const char *kind, *word;
        int back;
    } rows[] = {{"busy", "\u25cf OK", OK_GREEN},
                {"firing", "\u25b2 ALERT", ALERT_RED},
                {"recovered", "\u25bc RECOVERED", RECOVERED_BLUE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct vt *t = shown(rows[i].kind, 24, 80);
        expect(t, rows[i].word);
        for (int column = 0; column < 80; column++)
            cr_assert_eq(vt_cell(t, 0, column).back, rows[i].back, "%s at %d", rows[i].kind,
                         column);
        cr_assert_eq(vt_cell(t, 1, 0).back, -1);
        vt_stop(t);
    }
}

Test(console, changes_with_the_state_while_it_runs)
{
    struct vt *t = shown("busy,firing,recovered", 24, 80);
    expect(t, "\u25cf OK");
    expect(t, "\u25b2 ALERT for");
    cr_assert_eq(vt_cell(t, 0, 0).back, ALERT_RED);
    expect(t, "\u25bc RECOVERED");
    cr_assert_eq(vt_cell(t, 0, 0).back, RECOVERED_BLUE);
    expect(t, "\u25bc High traffic alert recovered at");
    expect(t, "1m52s, peak 30.1/s");
    vt_stop(t);
}

/* Cells of the graph that have this colour, and this background. */
static int cells_of(const struct vt *t, int fore, int back)
{
    int count = 0;
    for (int x = 7; x < 67; x++)
        for (int y = 2; y < 5; y++) {
            struct vt_cell cell = vt_cell(t, y, x);
            count += cell.fore == fore && cell.back == back;
        }
    return count;
}

Test(console, draws_the_threshold_through_the_graph_and_paints_what_is_above_it)
{
    enum { BAR = 73, OVER = 203, LINE = 179 };
    struct vt *t = shown("busy", 24, 80);
    expect(t, "\u254c\u254c\u254c");
    expect(t, "alert    10");
    cr_assert_gt(cells_of(t, LINE, -1), 20);
    cr_assert_gt(cells_of(t, BAR, -1), 20);
    vt_stop(t);
    t = shown("firing", 24, 80);
    expect(t, "alert    10");
    cr_assert_gt(cells_of(t, OVER, LINE), 20, "the line over bars");
    cr_assert_gt(cells_of(t, OVER, -1), 20, "what is above the line");
    vt_stop(t);
}

Test(console, says_what_it_waits_for_before_there_is_any_data)
{
    struct vt *t = shown("empty", 24, 80);
    expect(t, "the file is not there yet");
    expect(t, "Waiting for /var/log/access.log to appear.");
    expect(t, "none so far");
    vt_stop(t);
}

Test(console, shows_trouble_above_the_figures_and_file_by_file)
{
    static const char *const parts[] = {"access.log +2",
                                        "! cannot read /var/log/other.log: Permission denied",
                                        "1.2 MB behind", "2 losses suspected"},
                             *const files[] = {"\u2500 files \u2500", "error", "waiting",
                                               "3 rotations", "12 late"};
    struct vt *t = shown("troubled", 24, 80);
    expect_all(t, parts, sizeof(parts) / sizeof(parts[0]));
    vt_resize(t, 50, 200);
    expect_all(t, files, sizeof(files) / sizeof(files[0]));
    vt_stop(t);
}

Test(console, a_quiet_log_looks_whole)
{
    struct vt *t = shown("quiet", 24, 80);
    expect(t, "0 req/s over 2m");
    expect(t, "0 hits   0/s   0 B");
    expect(t, "no requests in the last 10 s");
    cr_assert(vt_wait_gone(t, "nan"));
    vt_stop(t);
}

Test(console, loses_panels_from_the_bottom_but_never_the_status_line)
{
    static const struct {
        int rows, columns;
        const char *there, *gone;
    } sizes[] = {{5, 20, "ALERT", "SECTION"},           {2, 20, "ALERT", "hits"},
                 {10, 60, "SECTION", "rejected lines"}, {24, 80, "rejected lines", "addresses"},
                 {50, 80, "statuses", "\u25cf OK"},     {50, 200, "addresses", "\u25cf OK"},
                 {100, 300, "statuses", "\u25cf OK"}};
    struct vt *t = shown("firing", 24, 80);
    expect(t, "rejected lines");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        vt_resize(t, sizes[i].rows, sizes[i].columns);
        vt_settle(t, 150);
        expect(t, sizes[i].there);
        cr_assert(vt_wait_gone(t, sizes[i].gone), "%dx%d\n%s", sizes[i].columns, sizes[i].rows,
                  vt_screen(t));
        cr_assert_eq(vt_cell(t, 0, 0).back, ALERT_RED);
        cr_assert_eq(vt_cell(t, 0, sizes[i].columns - 1).back, ALERT_RED);
    }
    vt_stop(t);
}

Test(console, wider_screens_have_more_columns)
{
    struct vt *t = shown("busy", 24, 80);
    expect(t, "P95");
    cr_assert(vt_wait_gone(t, "SLOWEST"));
    vt_resize(t, 40, 140);
    expect(t, "SLOWEST");
    expect(t, "P99");
    vt_stop(t);
}

/* Control characters only within sequences that curses itself writes. */
static void expect_no_foreign_control(struct vt *t)
{
    struct text out = vt_output(t);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.at[i];
        cr_assert(c != 0x07 && c != 0x7f && c != 0x9b, "byte %02x at %zu", c, i);
        if (c == 0xc2 && i + 1 < out.len)
            cr_assert_geq((unsigned char)out.at[i + 1], 0xa0, "a C1 control at %zu", i);
        if (c == 0x1b && i + 1 < out.len)
            cr_assert(out.at[i + 1] != ']', "a title sequence at %zu", i);
    }
    cr_assert_eq(memmem(out.at, out.len, "\x1b[31m", 5), NULL);
    cr_assert_eq(memmem(out.at, out.len, "\u202e", 3), NULL);
}

Test(console, shows_terminal_sequences_of_the_log_as_letters)
{
    static const char *const escaped[] = {"/tmp/\\x1b[31mred.log",
                                          "/\\x1b[31mred\\x1b]0;owne",
                                          "/a\\x0db\\x0ac\\x09d\\x7f",
                                          "/\\xc2\\x9b2J\\x9b2J",
                                          "/\\u{202e}gpj.exe",
                                          "/\\xff\\xfe\\xc3(",
                                          "\\x1b[2J\\x1b[1;1H\\x1b]52;c;aGk="};
    struct vt *t = shown("hostile", 24, 80);
    expect_all(t, escaped, sizeof(escaped) / sizeof(escaped[0]));
    expect_no_foreign_control(t);
    for (int i = 0; i < 6; i++) { /* and in the details of each row */
        vt_send(t, VT_ENTER);
        expect(t, "figures of");
        vt_send(t, VT_ESCAPE);
        cr_assert(vt_wait_gone(t, "figures of"));
        vt_send(t, VT_DOWN);
    }
    vt_resize(t, 60, 200);
    expect(t, "addresses");
    vt_settle(t, 150);
    expect_no_foreign_control(t);
    vt_stop(t);
}

Test(console, wide_characters_keep_the_columns_in_place)
{
    struct vt *t = shown("hostile", 24, 80);
    int row, column, other;
    expect(t, "/\U0001f600\u65e5\u672c\u8a9e");
    cr_assert(vt_find(t, "\u65e5", &row, &column));
    cr_assert(vt_find(t, "2.9 kB", &row, &column));
    cr_assert(vt_find(t, "44.1 kB", &row, &other));
    cr_assert_eq(column, other + 1);
    vt_stop(t);
}

/* True when some cell has a colour of its own. */
static bool coloured(const struct vt *t)
{
    for (int row = 0; row < 24; row++)
        for (int column = 0; column < 80; column++) {
            struct vt_cell cell = vt_cell(t, row, column);
            if (cell.fore != -1 || cell.back != -1)
                return true;
        }
    return false;
}

Test(console, obeys_NO_COLOR_and_colour_options)
{
    static const struct {
        const char *env, *option;
        bool colours;
    } rows[] = {{"NO_COLOR=1", NULL, false},    {"NO_COLOR=", NULL, true},
                {"NO_COLOR=1", "always", true}, {"X=1", "never", false},
                {"TERM=vt100", NULL, false},    {"TERM=vt100", "always", false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const argv[] = {DRIVER, "firing", rows[i].option ? "--colour" : NULL,
                                    rows[i].option, NULL};
        struct vt *t = vt_start(&(struct vt_options){.argv = argv, .env = {rows[i].env}});
        expect(t, "ALERT");
        expect(t, "q quit");
        cr_assert_eq(coloured(t), rows[i].colours, "row %zu", i);
        if (!rows[i].colours) /* the state is seen all the same */
            cr_assert(vt_cell(t, 0, 0).reverse);
        vt_stop(t);
    }
}

Test(console, draws_in_ASCII_when_asked_or_where_nothing_else_is_known)
{
    static const struct {
        const char *env, *option;
        bool ascii;
    } rows[] = {{"LANG=C.UTF-8", "--ascii", true},
                {"LANG=C.UTF-8", NULL, false},
                {"LANG=C", NULL, false},
                {"LANG", NULL, false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const argv[] = {DRIVER, "hostile", rows[i].option, NULL};
        struct vt *t = vt_start(&(struct vt_options){.argv = argv, .env = {rows[i].env}});
        expect(t, "q quit");
        vt_send(t, "?");
        expect(t, "Ctrl-Z");
        bool high = false;
        struct text out = vt_output(t);
        for (size_t b = 0; b < out.len; b++)
            high |= (unsigned char)out.at[b] > 0x7e;
        cr_assert_eq(!high, rows[i].ascii, "row %zu", i);
        vt_stop(t);
    }
}

Test(console, draws_the_graph_and_the_threshold_in_ASCII_too)
{
    const char *const argv[] = {DRIVER, "busy", "--ascii", NULL};
    struct vt *t = vt_start(&(struct vt_options){.argv = argv});
    expect(t, "----");
    expect(t, "###");
    expect(t, "* OK");
    vt_stop(t);
}
