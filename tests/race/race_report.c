/* race_report.c - the threads of a report: pieces of one file taken in turn, what is known of its
 * first lines shared, tables and tapes of rules merged. The same figures come out with any number of
 * threads. A plain main(), to run under ThreadSanitizer. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "base/mem.h"

enum { LINES = 60000, ROUNDS = 3 };

static char folder[64], log_path[128], config[128], out_path[128];

static void fail(const char *what)
{
    fprintf(stderr, "race_report: %s\n", what);
    exit(1);
}

static FILE *open_or_fail(const char *name, const char *how)
{
    FILE *file = fopen(name, how);
    if (!file)
        fail(name);
    return file;
}

/* Some 6 MB, with lines of another format and of none between. */
static void write_files(void)
{
    FILE *log = open_or_fail(log_path, "w");
    for (int i = 0; i < LINES; i++) {
        fprintf(log, "10.0.%d.%d - - [17/May/2015:10:%02d:%02d +0000] \"GET /s%d/%d HTTP/1.1\" %d %d",
                i % 7, i % 250, i / 1000, i / 20 % 50, i % 40, i % 333, i % 50 ? 200 : 500, i % 5000);
        fputs(i > LINES / 2 ? "\n" : " \"-\" \"Mozilla/5.0\"\n", log);
        if (i % 1000 == 0)
            fputs("no line of a log\n", log);
    }
    fclose(log);
    FILE *rules = open_or_fail(config, "w");
    fputs("alerts:\n"
          "  - {name: many, metric: hits, above: 15/s, window: 60s}\n"
          "  - {name: broken, metric: errors, above: 1%, window: 60s, per: section}\n",
          rules);
    fclose(rules);
}

static void run(char *jobs, struct buf *out)
{
    char *args[] = {"spate", "report", "-o", "json", "--top", "0", "--config", config,
                    "--jobs", jobs, log_path, NULL};
    struct settings s;
    struct error why = {0};
    int kept = dup(STDOUT_FILENO), file = open(out_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (kept < 0 || file < 0 || dup2(file, STDOUT_FILENO) < 0)
        fail("no file for the output");
    if (!settings_read(&s, 11, args, &why))
        fail(why.text[0] ? why.text : s.problems.at);
    if (s.command->run(&s) != EXIT_DONE)
        fail("the report failed");
    settings_done(&s);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    char bytes[4096];
    lseek(file, 0, SEEK_SET);
    for (ssize_t got; (got = read(file, bytes, sizeof bytes)) > 0;)
        buf_add(out, text_make(bytes, (size_t)got));
    close(file);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/race_report.%d", (int)getpid());
    snprintf(log_path, sizeof log_path, "%s/access.log", folder);
    snprintf(config, sizeof config, "%s/spate.yaml", folder);
    snprintf(out_path, sizeof out_path, "%s/out.json", folder);
    char *command = NULL;
    if (asprintf(&command, "mkdir -p %s", folder) < 0 || system(command))
        fail("no folder");
    write_files();
    struct buf one = {0};
    char *jobs[ROUNDS] = {"2", "4", "7"};
    run("1", &one);
    if (!strstr(one.at, "\"rejected\":60") || !strstr(one.at, "\"rule\":\"broken\""))
        fail("the log is not what it should be");
    for (int i = 0; i < ROUNDS; i++) {
        struct buf some = {0};
        run(jobs[i], &some);
        if (some.len != one.len || memcmp(some.at, one.at, one.len))
            fail("other figures with other threads");
        buf_done(&some);
    }
    buf_done(&one);
    unlink(log_path), unlink(config), unlink(out_path), rmdir(folder);
    free(command);
    return 0;
}
