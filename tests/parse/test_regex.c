/* test_regex.c - lines read by the user's own pattern. */
#include "lib/cpu_time.h"
#include "line_case.h"
#include "parse/parser.h"

Test(regex, names_fields_by_its_groups)
{
    static const struct {
        const char *spec, *line, *expected;
    } rows[] = {
        {"regex:^(?<host>\\S+) \\[(?<time>[^]]+)\\] \"(?<request>[^\"]*)\" (?<status>\\d+) "
         "(?<bytes>\\S+)",
         "192.0.2.7 [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" 200 -",
         "host=192.0.2.7\ntime=2000-10-10T20:55:36Z\nmethod=GET\nsection=/"
         "a\nstatus=200\nbytes=null"},
        {"regex:(?<ip>\\S+) (?<ts>\\S+) (?<url>\\S+) (?<code>\\d+) (?<duration>\\S+) (?<mine>.*)",
         "1.2.3.4 2000-10-10T13:55:36Z /a/b?c 404 0.25 whatever",
         "host=1.2.3.4\ntime=2000-10-10T13:55:36Z\npath=/a/b?c\nsection=/a\nstatus=404\n"
         "request_time=250000000"},
        {"regex:(?<ts>\\d+) (?<duration>\\w+) (?<user>\\w+)?", "1690000000123 12ms ",
         "time=2023-07-22T04:26:40.123Z\nrequest_time=12000000\nuser=absent"},
        {"regex:(?<status>\\d+) (?<section>\\w+)", "200 blog", "section=blog"},
        {"regex:(?<status>\\d+) (?<agent>.*)", "200 a\\\"b\xff\x01", "agent=a\"b\xff\x01"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_case c = line_case_open(rows[i].spec);
        line_case_expect(&c, rows[i].line, rows[i].expected);
        line_case_close(&c);
    }
}

Test(regex, refuses_lines_that_do_not_match_or_hold_other_values)
{
    struct line_case c =
        line_case_open("regex:^(?<status>\\S+) \\[(?<time>[^]]+)\\] (?<bytes>\\S+)$");
    line_case_refuses(&c, "no", 1, "the pattern does not match");
    line_case_refuses(&c, "200 [31/Nov/2015:00:00:00 +0000] 5", 6, "not a time");
    line_case_refuses(&c, "20x [0] 5", 1, "not a status");
    line_case_refuses(&c, "200 [0] five", 9, "not a number");
    cr_expect(line_case_read(&c, "200 [0] 5"));
    line_case_close(&c);
}

Test(regex, tells_what_is_wrong_with_the_pattern)
{
    static const struct {
        const char *spec;
        uint32_t column;
    } rows[] = {
        {"regex:(?<host>\\S+", 18},  {"regex:(?<host>[a)", 18}, {"regex:", 0}, {"regex:.*", 0},
        {"regex:(?<nothing>.*)", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        cr_expect_null(format_new(text_of(rows[i].spec), &why), "%s", rows[i].spec);
        cr_expect_eq(why.column, rows[i].column, "%s: column %u: %s", rows[i].spec, why.column,
                     why.text);
        cr_expect(strlen(why.text) > 10);
    }
}

Test(regex, that_takes_too_long_is_switched_off_and_said_so)
{
    struct text spec = TEXT("regex:^(?<host>(a+)+)$");
    struct formats *fs = formats_new(&spec, 1, NULL);
    struct parser *p = parser_new(fs, UINT64_MAX);
    struct batch *b = batch_new();
    struct notice notice;
    enum { LINES = 20 };
    for (int i = 0; i < LINES; i++) {
        memset(b->bytes + b->used, 'a', 60);
        memcpy(b->bytes + b->used + 60, "!\n", 2);
        b->used += 62;
    }
    int64_t start = cpu_ms();
    cr_assert(parser_run(p, b));
    double each = (double)(cpu_ms() - start) / LINES;
    cr_expect_lt(each, 100, "%.1f ms a line", each); /* sanitizers and a busy machine included */
    cr_expect_eq(b->lines.rejected, LINES);
    cr_expect_str_eq(b->rejects[BATCH_REJECTS - 1].reason,
                     "the pattern was switched off: it takes too long");
    cr_assert(parser_news(p, &notice));
    cr_expect_eq(notice.kind, NOTICE_NO_FORMAT);
    cr_expect(strstr(notice.text, "switched off"), "%s", notice.text);
    batch_free(b);
    parser_free(p);
    formats_free(fs);
}
