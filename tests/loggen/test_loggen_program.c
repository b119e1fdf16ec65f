#include "loggen_program.h"

#include <ctype.h>
#include <dirent.h>
#include <regex.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define SPREAD "--path - --rate 0 --seed 5 --start 2026-01-02T03:04:05Z "

static void expect_wrote(const struct outcome *o, size_t lines)
{
    char want[64];
    snprintf(want, sizeof(want), "spate-loggen: wrote %zu lines\n", lines);
    size_t len = strlen(want);
    cr_expect(o->err.len >= len && strcmp(o->err.at + o->err.len - len, want) == 0, "%s not %s",
              o->err.at, want);
}

/* ---- What it writes ---- */

Test(loggen_program, the_same_seed_and_options_write_the_same_bytes)
{
    static const char *const options[] = {
        SPREAD "--count 20000 --duration 10m",
        SPREAD "--count 3000 --duration 10m -F caddy --odd 0.2 --surge 50@1m+20s",
        SPREAD "--count 3000 -F timed --urls 400 --sections 20 --visitors 50 --odd 1%",
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        struct outcome a = program_run(options[i]), b = program_run(options[i]);
        cr_expect_eq(a.exit_code, 0);
        cr_expect(a.out.len > 1000 && text_same(buf_text(&a.out), buf_text(&b.out)));
        outcome_done(&a);
        outcome_done(&b);
    }
}

Test(loggen_program, another_seed_writes_other_bytes_and_a_random_one_is_said)
{
    const char *random = "--path - --rate 0 --count 50 --start 2026-01-02";
    struct outcome a = program_run(random), b = program_run(random);
    unsigned long long seed;
    cr_expect_not(text_same(buf_text(&a.out), buf_text(&b.out)));
    cr_assert_eq(sscanf(a.err.at, "spate-loggen: seed %llu\n", &seed), 1);
    char again[128];
    snprintf(again, sizeof(again), "%s --seed %llu", random, seed);
    struct outcome c = program_run(again);
    cr_expect(text_same(buf_text(&a.out), buf_text(&c.out)));
    outcome_done(&a);
    outcome_done(&b);
    outcome_done(&c);
}

Test(loggen_program, paced_lines_differ_in_their_times_only)
{
    struct outcome slow = program_run("--path - --rate 2000 --seed 8 --count 300 -F common");
    struct outcome again = program_run("--path - --rate 2000 --seed 8 --count 300 -F common");
    cr_assert_eq(count_lines(buf_text(&slow.out)), 300);
    struct buf *outs[] = {&slow.out, &again.out};
    for (int i = 0; i < 2; i++)
        for (char *at = outs[i]->at; (at = strchr(at, '[')); at++)
            memset(at, '.', 28);
    cr_expect(text_same(buf_text(&slow.out), buf_text(&again.out)));
    outcome_done(&slow);
    outcome_done(&again);
}

/* Seconds since `from` of each line's time, on 2 January 2026. */
static size_t read_seconds(struct text rest, int from, int *seconds, size_t room)
{
    struct text line;
    size_t count = 0;
    while (count < room && text_split(&rest, '\n', &line)) {
        int h, m, s;
        const char *at = memchr(line.at, '[', line.len);
        cr_assert(at && sscanf(at, "[02/Jan/2026:%d:%d:%d +0000]", &h, &m, &s) == 3);
        seconds[count++] = h * 3600 + m * 60 + s - from;
    }
    return count;
}

Test(loggen_program, spreads_the_count_over_the_duration)
{
    static int seconds[20000];
    int per_second[100] = {0};
    struct outcome o = program_run(SPREAD "--count 10000 --duration 100s");
    size_t count = read_seconds(buf_text(&o.out), 3 * 3600 + 4 * 60 + 5, seconds, 20000);
    cr_assert_eq(count, 10000);
    expect_wrote(&o, 10000);
    for (size_t i = 0; i < count; i++) {
        cr_assert(seconds[i] >= 0 && seconds[i] < 100);
        cr_assert(i == 0 || seconds[i] >= seconds[i - 1]);
        per_second[seconds[i]]++;
    }
    for (int i = 0; i < 100; i++)
        cr_expect(per_second[i] >= 99 && per_second[i] <= 101, "second %d: %d", i, per_second[i]);
    outcome_done(&o);
}

Test(loggen_program, a_surge_changes_the_rate_in_event_time)
{
    static int seconds[20000];
    int per_second[60] = {0};
    struct outcome o =
        program_run(SPREAD "--count 2500 --duration 60s --surge 200@15s+10s --surge 0@40s+5s");
    size_t count = read_seconds(buf_text(&o.out), 3 * 3600 + 4 * 60 + 5, seconds, 20000);
    cr_assert_eq(count, 2500);
    for (size_t i = 0; i < count; i++)
        per_second[seconds[i]]++;
    for (int i = 0; i < 60; i++) {
        int want = i >= 15 && i < 25 ? 200 : i >= 40 && i < 45 ? 0 : 11;
        cr_expect(abs(per_second[i] - want) <= (want == 11), "second %d: %d", i, per_second[i]);
    }
    outcome_done(&o);
}

Test(loggen_program, without_a_start_a_spread_log_ends_now)
{
    struct outcome o =
        program_run("--path - --rate 0 --seed 1 --count 100 --duration 100s -F caddy");
    struct text rest = buf_text(&o.out), line;
    double first = 0, last = 0, now = (double)time(NULL);
    while (text_split(&rest, '\n', &line)) {
        const char *ts = strstr(line.at, "\"ts\":");
        cr_assert(ts);
        last = strtod(ts + 5, NULL);
        first = first > 0 ? first : last;
    }
    cr_expect(last - first > 98.9 && last - first < 99.1);
    cr_expect(last > now - 5 && last < now + 0.5, "%f, now %f", last, now);
    outcome_done(&o);
}

/* ---- Formats ---- */

#define HOST  "([0-9]{1,3}(\\.[0-9]{1,3}){3}|2001:db8:[0-9a-f:]+)"
#define TIME  "[0-3][0-9]/Jan/2026:[0-2][0-9]:[0-5][0-9]:[0-5][0-9] \\+0000"
#define ASKED "\"(GET|POST|HEAD|PUT|DELETE|PATCH|OPTIONS) /[^ \"\\\\]* HTTP/(1\\.0|1\\.1|2\\.0)\""
#define FRONT HOST " - [a-z.-]+ \\[" TIME "\\] " ASKED " [2-5][0-9]{2} "
#define CLF   "(-|[1-9][0-9]*)"
#define PLAIN "(0|[1-9][0-9]*)"
#define TAIL  " \"(-|https://[^ \"\\\\]+)\" \"(-|[^\"\\\\]+)\""
#define TEXTJ "[^\"\\\\]*"

static const struct {
    const char *options, *pattern;
} shapes[] = {
    {"", "^" FRONT CLF TAIL "$"},
    {"-F combined", "^" FRONT CLF TAIL "$"},
    {"-F common", "^" FRONT CLF "$"},
    {"-F vhost_combined", "^[a-z.]+\\.(com|org):(80|443) " FRONT "[1-9][0-9]*" TAIL "$"},
    {"-F nginx", "^" FRONT PLAIN TAIL "$"},
    {"-F timed", "^" FRONT PLAIN TAIL " [0-9]+\\.[0-9]{3} (-|[0-9]+\\.[0-9]{3})$"},
    {"-F caddy",
     "^\\{\"level\":\"(info|error)\",\"ts\":[0-9]+(\\.[0-9]{0,5}[1-9])?,\"logger\":\"http.log."
     "access.log0\",\"msg\":\"handled request\",\"request\":\\{\"remote_ip\":\"" HOST
     "\",\"remote_port\":\"[0-9]+\",\"client_ip\":\"" HOST "\",\"proto\":\"HTTP/"
     "[12]\\.[01]\",\"method\":\"[A-Z]+\",\"host\":\"[a-z.]+\",\"uri\":\"/" TEXTJ
     "\",\"headers\":\\{\"Accept-Encoding\":\\[\"gzip, br\"\\](,\"User-Agent\":\\[\"" TEXTJ
     "\"\\])?(,\"Referer\":\\[\"" TEXTJ "\"\\])?\\}(,\"tls\":\\{[^}]+\\})?\\},\"bytes_read\":0,"
     "\"user_id\":\"" TEXTJ "\",\"duration\":[0-9]+(\\.[0-9]*[1-9])?,\"size\":[0-9]+,\"status\":"
     "[2-5][0-9]{2},\"resp_headers\":\\{\"Server\":\\[\"Caddy\"\\],\"Content-Type\":\\[\"" TEXTJ
     "\"\\]\\}\\}$"},
};

Test(loggen_program, every_line_has_the_shape_of_its_format)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        char arguments[256];
        regex_t shape;
        snprintf(arguments, sizeof(arguments), SPREAD "--count 2000 --duration 1h %s",
                 shapes[i].options);
        cr_assert_eq(regcomp(&shape, shapes[i].pattern, REG_EXTENDED | REG_NOSUB), 0);
        struct outcome o = program_run(arguments);
        cr_expect_eq(count_lines(buf_text(&o.out)), 2000);
        for (char *line = strtok(o.out.at, "\n"); line; line = strtok(NULL, "\n"))
            cr_assert_eq(regexec(&shape, line, 0, NULL, 0), 0, "%s: %s", shapes[i].options, line);
        regfree(&shape);
        outcome_done(&o);
    }
}

Test(loggen_program, lines_are_194_bytes_on_average)
{
    struct outcome o = program_run(SPREAD "--count 60000 --duration 1h");
    double mean = (double)o.out.len / 60000;
    cr_expect(mean > 184 && mean < 204, "%f", mean);
    outcome_done(&o);
}

Test(loggen_program, odd_lines_are_each_one_line_and_escaped)
{
    struct outcome o = program_run(SPREAD "--count 3000 --odd 1 -F combined");
    struct text rest = buf_text(&o.out), line;
    size_t hits = 0, raw = 0, longest = 0;
    cr_expect_eq(count_lines(rest), 3000);
    while (text_split(&rest, '\n', &line)) {
        bool hit = line.len > 60 && isalnum(line.at[0]);
        for (size_t i = 0; hit && i < line.len; i++)
            raw += (unsigned char)line.at[i] < 0x20 || (unsigned char)line.at[i] > 0x7e;
        hits += hit;
        longest = line.len > longest ? line.len : longest;
    }
    cr_expect(hits > 2500 && hits < 2950, "%zu", hits);
    cr_expect_eq(raw, 0);
    cr_expect(longest > 70000 && longest < 71000, "%zu", longest);
    static const char *const pieces[] = {
        "\"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"\n",
        "\"-\" 408 - \"-\" \"-\"\n",
        "x\\\" 200 5 \\\"-\\\" \\\"-\\\"\\n203.0.113.66 - - ",
    };
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
        cr_expect(memmem(o.out.at, o.out.len, pieces[i], strlen(pieces[i])), "%s", pieces[i]);
    outcome_done(&o);
}

/* ---- How it ends ---- */

static void nap(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* Waits, up to 10 s, until the file has that many bytes. */
static void await_size(int fd, off_t bytes)
{
    struct stat st;
    for (int i = 0; i < 2000 && fstat(fd, &st) == 0 && st.st_size < bytes; i++)
        nap(5);
    cr_assert(st.st_size >= bytes);
}

Test(loggen_program, says_how_many_lines_it_wrote_when_a_signal_ends_it)
{
    static const struct {
        int signal;
        const char *options;
    } rows[] = {{SIGTERM, "--path - --rate 50000 --seed 1"},
                {SIGINT, "--path - --rate 20 --seed 1"},
                {SIGTERM, "--path - --rate 0 --seed 1"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct outcome o = {0};
        int out = temporary_file(), err = temporary_file();
        pid_t child = program_start(rows[i].options, out, err);
        await_size(out, 300);
        kill(child, rows[i].signal);
        o.exit_code = program_end(child);
        o.out = file_bytes(out);
        o.err = file_bytes(err);
        cr_expect_eq(o.exit_code, 0, "row %zu", i);
        cr_expect_eq(o.out.at[o.out.len - 1], '\n');
        expect_wrote(&o, count_lines(buf_text(&o.out)));
        outcome_done(&o);
        close(out);
        close(err);
    }
}

Test(loggen_program, ends_a_line_that_waits_in_a_full_pipe_when_a_signal_comes)
{
    int ends[2], err = temporary_file();
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = program_start("--path - --rate 0 --seed 1", ends[1], err);
    close(ends[1]);
    int waiting = 0, before = -1; /* bytes in the pipe; full when there are no more */
    for (int i = 0; i < 400 && (waiting == 0 || waiting != before); i++) {
        before = waiting;
        nap(50);
        cr_assert_eq(ioctl(ends[0], FIONREAD, &waiting), 0);
    }
    kill(child, SIGTERM);
    struct outcome o = {0};
    ssize_t got;
    while ((got = read(ends[0], buf_room(&o.out, 65536), 65536)) > 0)
        o.out.len += (size_t)got;
    o.exit_code = program_end(child);
    o.err = file_bytes(err);
    cr_expect_eq(o.exit_code, 0);
    cr_expect_eq(o.out.at[o.out.len - 1], '\n');
    expect_wrote(&o, count_lines(buf_text(&o.out)));
    outcome_done(&o);
    close(ends[0]);
    close(err);
}

Test(loggen_program, ends_quietly_when_nobody_reads_any_more)
{
    int ends[2], err = temporary_file();
    char some[1000];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = program_start("--path - --rate 0 --seed 1", ends[1], err);
    close(ends[1]);
    cr_assert_gt(read(ends[0], some, sizeof(some)), 0);
    close(ends[0]);
    struct outcome o = {.exit_code = program_end(child), .err = file_bytes(err)};
    unsigned long lines;
    cr_expect_eq(o.exit_code, 0);
    cr_expect_eq(sscanf(o.err.at, "spate-loggen: wrote %lu lines\n", &lines), 1, "%s", o.err.at);
    outcome_done(&o);
    close(err);
}

Test(loggen_program, keeps_the_pace_without_drift)
{
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    struct outcome o = program_run("--path - --rate 20000 --duration 1s --seed 1 -F common");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double took =
        (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
    cr_expect_eq(count_lines(buf_text(&o.out)), 20000);
    expect_wrote(&o, 20000);
    cr_expect_geq(took, 1.0); /* how much more is the machine's affair */
    outcome_done(&o);
}

Test(loggen_program, refuses_bad_use_with_one_line_and_exit_2)
{
    static const char *const rows[] = {
        "--rate abc",   "--duration 10x", "--surge 3@1", "--rotate rename",
        "--format foo", "--bogus",        "extra",       "--rotate rename@1s --path -"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct outcome o = program_run(rows[i]);
        cr_expect_eq(o.exit_code, 2, "%s", rows[i]);
        cr_expect_eq(o.out.len, 0);
        cr_expect_eq(count_lines(buf_text(&o.err)), 1, "%s", o.err.at);
        cr_expect(text_starts(buf_text(&o.err), TEXT("spate-loggen: ")));
        outcome_done(&o);
    }
}

Test(loggen_program, explains_a_path_that_cannot_be_written)
{
    static const char *const rows[][2] = {
        {"--seed 1 --count 5 --path /tmp", "cannot open /tmp: Is a directory"},
        {"--seed 1 --count 5 --path /nowhere/a.log", "cannot open /nowhere/a.log: No such file"},
        {"--seed 1 --count 5 --path /dev/full", "cannot write /dev/full: No space left on device"},
        {"--seed 1 --count 5 --path /dev/null --rotate rename@1s", "/dev/null is no regular file"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct outcome o = program_run(rows[i][0]);
        cr_expect_eq(o.exit_code, 1, "%s", rows[i][0]);
        cr_expect(strstr(o.err.at, rows[i][1]), "%s", o.err.at);
        outcome_done(&o);
    }
}

Test(loggen_program, does_not_count_a_line_that_was_cut_by_a_full_disk)
{
    struct rlimit limit = {.rlim_cur = 10000, .rlim_max = 10000};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct outcome o = program_run("--seed 1 --rate 0 --count 500 --path -");
    cr_expect_eq(o.exit_code, 1);
    cr_assert_eq(o.out.len, 10000);
    cr_assert_neq(o.out.at[9999], '\n');
    cr_expect(strstr(o.err.at, "cannot write standard output: File too large\n"), "%s", o.err.at);
    expect_wrote(&o, count_lines(buf_text(&o.out)) - 1);
    outcome_done(&o);
}

Test(loggen_program, help_and_version_go_to_standard_output)
{
    struct outcome help = program_run("--help"), version = program_run("--version");
    cr_expect(help.exit_code == 0 && strstr(help.out.at, "Usage: spate-loggen ") &&
              help.err.len == 0);
    cr_expect(version.exit_code == 0 && strncmp(version.out.at, "spate-loggen 0.", 15) == 0);
    outcome_done(&help);
    outcome_done(&version);
}

/* ---- Rotation ---- */

static struct buf read_path(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0, "%s", path);
    struct buf all = file_bytes(fd);
    close(fd);
    return all;
}

static void remove_all(const char *directory)
{
    DIR *d = opendir(directory);
    cr_assert(d);
    for (struct dirent *e; (e = readdir(d));)
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(directory);
}

Test(loggen_program, rotates_in_both_ways_without_losing_a_line)
{
    static const char *const ways[] = {"rename", "copytruncate"};
    static const char *const names[] = {"a.log.4", "a.log.3", "a.log.2", "a.log.1", "a.log"};
    struct outcome whole = program_run(SPREAD "--count 1000 --duration 100s");
    for (int way = 0; way < 2; way++) {
        char directory[] = "/tmp/loggen-XXXXXX", arguments[256];
        struct buf joined = {0};
        cr_assert(mkdtemp(directory));
        snprintf(arguments, sizeof(arguments),
                 SPREAD "--count 1000 --duration 100s --path %s/a.log --rotate %s@22s", directory,
                 ways[way]);
        struct outcome o = program_run(arguments);
        expect_wrote(&o, 1000);
        for (int i = 0; i < 5; i++) {
            struct buf part = read_path(directory, names[i]);
            cr_expect_eq(count_lines(buf_text(&part)), i < 4 ? 220 : 120, "%s", names[i]);
            buf_add(&joined, buf_text(&part));
            buf_done(&part);
        }
        cr_expect(text_same(buf_text(&joined), buf_text(&whole.out)), "%s", ways[way]);
        buf_done(&joined);
        outcome_done(&o);
        remove_all(directory);
    }
    outcome_done(&whole);
}

Test(loggen_program, keeps_five_rotated_files_and_appends_to_what_is_there)
{
    char directory[] = "/tmp/loggen-XXXXXX", arguments[256], path[64];
    cr_assert(mkdtemp(directory));
    snprintf(arguments, sizeof(arguments),
             SPREAD "--count 1000 --duration 100s --path %s/a.log --rotate rename@10s", directory);
    struct outcome o = program_run(arguments);
    outcome_done(&o);
    snprintf(path, sizeof(path), "%s/a.log.6", directory);
    cr_expect_neq(access(path, F_OK), 0);
    struct buf last = read_path(directory, "a.log.5");
    cr_expect_eq(count_lines(buf_text(&last)), 100);
    buf_done(&last);
    snprintf(arguments, sizeof(arguments), SPREAD "--count 10 --path %s/a.log", directory);
    o = program_run(arguments);
    outcome_done(&o);
    last = read_path(directory, "a.log");
    cr_expect_eq(count_lines(buf_text(&last)), 110);
    buf_done(&last);
    remove_all(directory);
}
