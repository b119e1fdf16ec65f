/* test_console_seen.c - alerts that are marked as seen, by a key of the console and by another
 * process. */
#include "lib/vt.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct seen {
    char folder[64], log[128], state[128];
    struct vt *t;
};

static void start(struct seen *s, int columns)
{
    s->t = vt_start(
        &(struct vt_options){.columns = columns,
                             .argv = (const char *[]){SPATE_BIN, "-r", "30", "-f", "1", "-u", "1",
                                                      "--state", s->state, s->log, NULL}});
    cr_assert(s->t);
}

static struct seen make(int columns)
{
    struct seen s = {.folder = "/tmp/spate-seen-XXXXXX"};
    cr_assert(mkdtemp(s.folder));
    snprintf(s.log, sizeof s.log, "%s/access.log", s.folder);
    snprintf(s.state, sizeof s.state, "%s/state", s.folder);
    start(&s, columns);
    return s;
}

static void done(struct seen *s)
{
    char command[128];
    vt_stop(s->t);
    snprintf(command, sizeof command, "rm -r %s", s->folder);
    cr_expect_eq(system(command), 0);
}

static void expect(struct seen *s, const char *text)
{
    cr_assert(vt_wait(s->t, text), "no \"%s\" on\n%s", text, vt_screen(s->t));
}

/* Enough requests of the present second for the alert. */
static void surge(const struct seen *s)
{
    char stamp[64];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&now, &utc));
    FILE *file = fopen(s->log, "a");
    cr_assert(file);
    for (int i = 0; i < 60; i++)
        fprintf(file, "10.0.0.1 - - [%s] \"GET /shop HTTP/1.1\" 200 15 \"-\" \"test\"\n", stamp);
    fclose(file);
}

/* Runs `spate alerts` on the state; what it printed. */
static const char *alerts(const struct seen *s, const char *words)
{
    static char out[4096];
    char command[400];
    snprintf(command, sizeof command, "%s alerts --state %s %s 2>&1", SPATE_BIN, s->state, words);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe);
    size_t len = fread(out, 1, sizeof out - 1, pipe);
    out[len] = 0;
    pclose(pipe);
    return out;
}

Test(seen, a_key_marks_the_selected_alert_also_in_the_state, .timeout = 100)
{
    struct seen s = make(80);
    expect(&s, "waiting for it to appear");
    surge(&s);
    expect(&s, "ALERT");
    vt_send(s.t, "a");
    cr_expect_null(strstr(vt_screen(s.t), ", seen"), "first to the alerts: nothing by mistake");
    vt_send(s.t, "\r");
    expect(&s, "not yet: a marks it");
    vt_send(s.t, "a");
    expect(&s, "seen          ");
    vt_send(s.t, VT_ESCAPE);
    expect(&s, ", seen");
    for (int i = 0; i < 100 && !strstr(alerts(&s, ""), "(seen "); i++)
        usleep(100000);
    cr_expect(strstr(alerts(&s, ""), "(seen "), "%s", alerts(&s, ""));
    vt_stop(s.t);
    start(&s, 80);
    expect(&s, ", seen");
    done(&s);
}

Test(seen, what_another_process_acknowledges_shows, .timeout = 100)
{
    struct seen s = make(120);
    expect(&s, "waiting for it to appear");
    surge(&s);
    expect(&s, "ALERT");
    for (int i = 0; i < 100 && !strstr(alerts(&s, ""), "firing"); i++)
        usleep(100000);
    cr_expect_str_eq(alerts(&s, "ack 1"), "");
    expect(&s, ", seen");
    done(&s);
}

Test(seen, what_became_of_a_reload_is_said_on_the_console_and_at_its_end, .timeout = 100)
{
    struct seen s = {.folder = "/tmp/spate-seen-XXXXXX"};
    cr_assert(mkdtemp(s.folder));
    char config[128];
    snprintf(config, sizeof config, "%s/c.yaml", s.folder);
    snprintf(s.log, sizeof s.log, "%s/access.log", s.folder);
    FILE *file = fopen(config, "w");
    cr_assert(file);
    fprintf(file, "files: [%s]\n", s.log);
    fclose(file);
    s.t = vt_start(&(struct vt_options){
        .columns = 100, .argv = (const char *[]){SPATE_BIN, "--config", config, NULL}});
    cr_assert(s.t);
    expect(&s, "waiting for it to appear");
    kill(vt_pid(s.t), SIGHUP);
    expect(&s, "configuration read again: 1 alert, 0 channels, 1 file");
    file = fopen(config, "a");
    cr_assert(file);
    fputs("updat: 1s\n", file);
    fclose(file);
    kill(vt_pid(s.t), SIGHUP);
    expect(&s, "configuration refused, the old one stays: ");
    vt_send(s.t, "q");
    expect(&s, "c.yaml:2:1: ");
    done(&s);
}

Test(seen, an_interval_that_a_reload_sets_is_what_plus_goes_on_from, .timeout = 100)
{
    struct seen s = {.folder = "/tmp/spate-seen-XXXXXX"};
    cr_assert(mkdtemp(s.folder));
    char config[128];
    snprintf(config, sizeof config, "%s/c.yaml", s.folder);
    snprintf(s.log, sizeof s.log, "%s/access.log", s.folder);
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(config, "w");
        cr_assert(file);
        fprintf(file, "files: [%s]\nupdate: %ds\n", s.log, i ? 1 : 3);
        fclose(file);
        if (i == 0) {
            s.t = vt_start(&(struct vt_options){
                .columns = 100, .argv = (const char *[]){SPATE_BIN, "--config", config, NULL}});
            cr_assert(s.t);
            expect(&s, "last 3 s");
        }
    }
    kill(vt_pid(s.t), SIGHUP);
    expect(&s, "last 1 s");
    vt_send(s.t, "+");
    expect(&s, "last 2 s"); /* not 5, which comes after the 3 of the start */
    done(&s);
}
