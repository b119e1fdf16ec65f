#include "loggen/options.h"

#include "base/clock.h"
#include "base/time.h"
#include <criterion/criterion.h>
#include <stdio.h>

static bool read_line(struct options *o, const char *arguments, struct error *why)
{
    static char line[512];
    char *argv[32] = {(char *)"spate-loggen"};
    int argc = 1;
    snprintf(line, sizeof(line), "%s", arguments);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return options_read(o, argc, argv, why);
}

Test(loggen_options, has_the_defaults_that_help_names)
{
    struct options o;
    struct error why;
    cr_assert(read_line(&o, "", &why), "%s", why.text);
    cr_expect_str_eq(o.path, "/var/log/access.log");
    cr_expect_str_eq(o.format->name, "combined");
    cr_expect_float_eq(o.rate, 10, 0);
    cr_expect_eq(o.count, 0);
    cr_expect_eq(o.duration_ns, 0);
    cr_expect_eq(o.rotation, ROTATE_NEVER);
    cr_expect_eq(o.urls, 50000);
    cr_expect_eq(o.sections, 300);
    cr_expect_eq(o.visitors, 200000);
    cr_expect(!o.seed_given && !o.start_given && o.odd == 0);
}

Test(loggen_options, reads_every_option)
{
    struct options o;
    struct error why;
    cr_assert(
        read_line(&o,
                  "--rate 2.5 --path /x -F caddy --count=7 --duration 1m --start "
                  "2999-01-02T03:04:05Z --seed 18446744073709551615 --surge 200@15s+10s "
                  "--surge 0@0+1h --rotate copytruncate@500ms --odd 2% --urls 10 --sections 9 "
                  "--visitors 8",
                  &why),
        "%s", why.text);
    cr_expect_float_eq(o.rate, 2.5, 0);
    cr_expect_str_eq(o.path, "/x");
    cr_expect_str_eq(o.format->name, "caddy");
    cr_expect_eq(o.count, 7);
    cr_expect_eq(o.duration_ns, 60 * NS_PER_S);
    cr_expect(o.start_given && o.start == INT64_C(32472241445));
    cr_expect(o.seed_given && o.seed == UINT64_MAX);
    cr_assert_eq(o.surge_count, 2);
    cr_expect(o.surges[0].rate == 200 && o.surges[0].at_ns == 15 * NS_PER_S);
    cr_expect_eq(o.surges[0].length_ns, 10 * NS_PER_S);
    cr_expect(o.surges[1].rate == 0 && o.surges[1].at_ns == 0);
    cr_expect(o.rotation == ROTATE_COPYTRUNCATE && o.rotate_ns == 500 * NS_PER_MS);
    cr_expect_float_eq(o.odd, 0.02, 1e-12);
    cr_expect(o.urls == 10 && o.sections == 9 && o.visitors == 8);
}

Test(loggen_options, reads_values_that_stick_to_their_option)
{
    struct options o;
    struct error why;
    cr_assert(read_line(&o, "-p/a=b -Fnginx --path=/c=d", &why), "%s", why.text);
    cr_expect_str_eq(o.path, "/c=d");
    cr_expect_str_eq(o.format->name, "nginx");
}

/* Arguments, then two pieces that the explanation must have. */
static const char *const bad[][3] = {
    {"--rate abc", "--rate abc", "a number of lines a second"},
    {"--rate -1", "--rate -1", "or 0"},
    {"--rate 1e400", "--rate 1e400", "a number"},
    {"--rate 100000001", "--rate 100000001", "up to 100000000"},
    {"--rate inf", "--rate inf", "a number"},
    {"--rate", "--rate", "missing"},
    {"--path=", "--path", "a file name"},
    {"--format foo", "--format foo", "vhost_combined, nginx, timed or caddy"},
    {"-F foo", "--format foo", "common"},
    {"--count 0", "--count 0", "1 or more"},
    {"--count 1.5", "--count 1.5", "a whole number"},
    {"--count 99999999999999999999", "--count 99999999999999999999", "a whole number"},
    {"--duration 0", "--duration 0", "above 0"},
    {"--duration 10x", "--duration 10x", "10s"},
    {"--start yesterday", "--start yesterday", "2026-11-20T14:00:00Z"},
    {"--start 2026-02-30", "--start 2026-02-30", "a time"},
    {"--start 1969-12-31", "--start 1969-12-31", "1970"},
    {"--seed -4", "--seed -4", "a whole number"},
    {"--seed 18446744073709551616", "--seed 18446744073709551616", "18446744073709551615"},
    {"--surge 3", "--surge 3", "RATE@AT+LENGTH"},
    {"--surge 3@1", "--surge 3@1", "RATE@AT+LENGTH"},
    {"--surge 3@1s+0", "--surge 3@1s+0", "RATE@AT+LENGTH"},
    {"--surge x@1s+1s", "--surge x@1s+1s", "RATE@AT+LENGTH"},
    {"--surge 3+1s@1s", "--surge 3+1s@1s", "RATE@AT+LENGTH"},
    {"--rotate move@1s", "--rotate move@1s", "rename@EVERY or copytruncate@EVERY"},
    {"--rotate rename", "--rotate rename", "rename@EVERY"},
    {"--rotate rename@", "--rotate rename@", "rename@EVERY"},
    {"--rotate rename@1s --path -", "--rotate", "standard output"},
    {"--odd 2", "--odd 2", "up to 1"},
    {"--odd 101%", "--odd 101%", "a share"},
    {"--odd %", "--odd %", "a share"},
    {"--urls 0", "--urls 0", "10000000"},
    {"--sections 100001", "--sections 100001", "100000"},
    {"--visitors many", "--visitors many", "a whole number"},
    {"--urls 5 --sections 10", "--sections 10", "--urls, which is 5"},
    {"--rate 0 --surge 1@1s+1s", "--surge", "--count"},
    {"--rate 0 --count 10 --duration 10s --surge 100@1s+2s", "--surge", "200 lines of --count 10"},
    {"--help=3", "--help", "takes no value"},
    {"--bogus", "unknown option --bogus", "--help"},
    {"-x", "unknown option -x", "--help"},
    {"--", "unknown option --", "--help"},
    {"-", "unexpected argument -", "--help"},
    {"extra", "unexpected argument extra", "--help"},
    {"--\x1b[31m", "unknown option --\\x1b[31m", "--help"},
};

Test(loggen_options, refuses_bad_values_and_says_what_is_accepted)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct options o;
        struct error why = {0};
        cr_expect_not(read_line(&o, bad[i][0], &why), "%s", bad[i][0]);
        cr_expect(strstr(why.text, bad[i][1]), "%s: %s", bad[i][0], why.text);
        cr_expect(strstr(why.text, bad[i][2]), "%s: %s", bad[i][0], why.text);
        cr_expect(!strchr(why.text, '\n') && strlen(why.text) < sizeof(why.text) - 1);
    }
}

Test(loggen_options, refuses_a_surge_too_many)
{
    char *argv[2 * SURGES_MAX + 4] = {(char *)"spate-loggen"};
    struct options o;
    struct error why;
    for (int i = 0; i <= SURGES_MAX; i++) {
        argv[1 + 2 * i] = (char *)"--surge";
        argv[2 + 2 * i] = (char *)"1@1s+1s";
    }
    cr_expect(options_read(&o, 1 + 2 * SURGES_MAX, argv, &why));
    cr_expect_not(options_read(&o, 3 + 2 * SURGES_MAX, argv, &why));
}

Test(loggen_options, help_names_every_format_and_stays_narrow)
{
    struct buf help = {0};
    options_help(&help);
    buf_byte(&help, '\0');
    for (size_t i = 0; format_at(i); i++)
        cr_expect(strstr(help.at, format_at(i)->name));
    cr_expect(strstr(help.at, "  -p, --path FILE "));
    cr_expect(strstr(help.at, "--surge RATE@AT+LENGTH "));
    struct text rest = text_make(help.at, help.len - 1), line;
    while (text_split(&rest, '\n', &line))
        cr_expect(line.len <= 100, "%.*s", (int)line.len, line.at);
    buf_done(&help);
}
