/* test_wrap.c - lines that container runtimes wrap. */
#include "parse/wrap.h"
#include "parse/head.h"
#include "parser_case.h"

#define CLF    "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" 200 5"
#define QUOTED "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \\\"GET /a/b HTTP/1.1\\\" 200 5"
#define DOCKER(text)                                                                               \
    "{\"log\":\"" text "\\n\",\"stream\":\"stdout\",\"time\":\"2000-10-10T20:55:36.1Z\"}"
#define CRI(text) "2000-10-10T20:55:36.123456789Z stdout F " text

/* What is inside, looked at twice. */
static void check(const char *line, size_t len, struct text inside)
{
    struct batch *b = batch_new();
    struct buf room = {0};
    struct span time;
    memset(b->bytes, '"', 64);
    memcpy(b->bytes + 7, line, len);
    memset(b->bytes + 7 + len, '"', 64);
    for (int i = 0; i < 2; i++) {
        struct span got = wrap_open(b, (struct span){7, (uint32_t)len}, WRAP_INSIDE | WRAP_HEAD, &room, &time);
        cr_expect(text_same(batch_span(b, got), inside), "%.*s in %.*s", (int)got.len,
                  b->bytes + got.at, (int)len, line);
    }
    buf_done(&room);
    batch_free(b);
}

Test(wrap, gives_the_line_inside_however_often_it_is_asked)
{
    static const struct {
        const char *line, *inside;
    } rows[] = {
        {DOCKER(QUOTED), CLF},
        {DOCKER("a\\\\\\\"b\\u00e9\\tc"), "a\\\"b\xc3\xa9\tc"},
        {DOCKER("a\\nb\\r"), "a b"},
        {DOCKER(""), ""},
        {"{\"log\":\"" QUOTED, CLF},       /* too long to be kept whole */
        {"{\"log\":\"a\\u00", "a\\u00"},
        {"{\"log\":\"a\\", "a\\"},
        {"{\"log\":\"", "{\"log\":\""},
        {CRI(CLF), CLF},
        {"2000-10-10T20:55:36Z stderr P x", "x"},
        {"2000-10-10T20:55:36.123456789+02:00 stdout F x", "x"},
        {"Oct 10 20:55:36 www nginx: " CLF, CLF},
        {"Oct  1 20:55:36 www nginx[7]: " CLF, CLF},
        {"Oct 10 20:55:36.123456 www nginx[7]: " CLF, CLF},
        {"Oct 10 20:55:36 nginx[7]:  " CLF, CLF},
        {"<134>Oct 10 20:55:36 www nginx: " CLF, CLF},
        {"2000-10-10T20:55:36.123456+02:00 www nginx: " CLF, CLF},
        {"2000-10-10T20:55:36+0200 www nginx[7]: " CLF, CLF},
        {"2000-10-10T20:55:36Z heroku[router]: " CLF, CLF},
        {"<190>1 2000-10-10T20:55:36.003Z www nginx 7 ID47 - " CLF, CLF},
        {"<190>1 - - - - - - \xef\xbb\xbf" CLF, CLF},
        {"<190>1 2000-10-10T20:55:36Z www nginx - - [a@1 b=\"]\\\" \"][c@1] " CLF, CLF},
        {"web-1  | " CLF, CLF},
        {"my_shop.web-12 | " CLF, CLF},
        {"{\"__CURSOR\":\"s=1\",\"_PID\":\"7\",\"MESSAGE\":\"" QUOTED "\",\"PRIORITY\":\"6\"}", CLF},
        {"{\"MESSAGE\":\"" QUOTED "\",\"_PID\":\"7\"}", CLF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].line, strlen(rows[i].line), text_of(rows[i].inside));
}

Test(wrap, leaves_all_other_lines_alone)
{
    static const char *const lines[] = {
        CLF,
        "",
        "{",
        "{}",
        "{\"log\" :\"x\"}",
        "{\"logger\":\"http.log.access\"}",
        "{\x02" "0000 ",
        "{\x02" "0005  abcd",
        "{\x02" "ffff  abcd",
        "{\x02" "000g  abcd",
        "{\x02" "000400abcd",
        "2000-10-10T20:55:36Z stdout x F y",
        "2000-10-10T20:55:36Z stdout F",
        "2000-10-10T20:55:36Z elsewhere F y",
        "2000-10-10T20:55:36.123456789123456789Z stdout F y",
        "2000-10-10 20:55:36.1234 stdout F x and more",
        "Oct 10 20:55:36 www nginx " CLF,
        "Oct 10 20:55:36 a b nginx: " CLF,
        "oct 10 20:55:36 www nginx: " CLF,
        "Oct 10 20:55 www nginx: " CLF,
        "Oct 10 20:55:36 www fe80::",
        "Oct 10 20:55:36 fe80:: " CLF,
        "<>Oct 10 20:55:36 www nginx: " CLF,
        "<190>2 2000-10-10T20:55:36Z www nginx 7 - - " CLF,
        "<190>1 2000-10-10T20:55:36Z www nginx 7 - [a b=\"] " CLF,
        "<190>1 2000-10-10T20:55:36Z www nginx 7 - x " CLF,
        "<190>1 2000-10-10T20:55:36Z www nginx 7 ",
        "2000-10-10T20:55:36 www nginx: " CLF,
        "2000-10-10T20:55:36Z lb 192.0.2.7:2817 " CLF,
        "web 1 | " CLF,
        "web-1|" CLF,
        " | " CLF,
        "| " CLF,
        "192.0.2.7 - | - " CLF,
        "{\"Msg\":1,\"MESSAGE\":\"x\"}",
        "{\"_PID\":\"7\",\"MESSAGE\":[1,2]}",
        "{\"_PID\":\",\\\"MESSAGE\\\":\\\"x\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        check(lines[i], strlen(lines[i]), text_of(lines[i]));
}

Test(wrap, tells_when_the_line_was_written_where_the_wrapping_says_it_in_full)
{
    static const struct {
        const char *line, *time;
    } rows[] = {
        {DOCKER("x"), "2000-10-10T20:55:36.1Z"},
        {DOCKER(QUOTED), "2000-10-10T20:55:36.1Z"},
        {"{\"log\":\"x\",\"stream\":\"stdout\",\"time\":\"soon\"}", ""},
        {"{\"log\":\"x\",\"time\":\"2000-10-10T20:55:36.1Z\",\"stream\":\"stdout\"}", ""},
        {"{\"log\":\"\\\"time\\\":\\\"2000-10-10T20:55:36.1Z\\\"}\"}", ""},
        {CRI("x"), "2000-10-10T20:55:36.123456789Z"},
        {"<190>1 2000-10-10T20:55:36.003Z www nginx 7 - - x", "2000-10-10T20:55:36.003Z"},
        {"<190>1 - www nginx 7 - - x", ""},
        {"2000-10-10T20:55:36+02:00 www nginx: x", "2000-10-10T20:55:36+02:00"},
        {"Oct 10 20:55:36 www nginx[7]: x", ""},
        {"web-1  | x y z", ""},
        {CLF, ""},
    };
    struct batch *b = batch_new();
    struct buf room = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span time;
        size_t len = strlen(rows[i].line);
        memcpy(b->bytes, rows[i].line, len);
        for (int again = 0; again < 2; again++) {
            wrap_open(b, (struct span){0, (uint32_t)len}, WRAP_INSIDE | WRAP_HEAD, &room, &time);
            cr_expect(text_same(batch_span(b, time), text_of(rows[i].time)), "%.*s of %s",
                      (int)time.len, b->bytes + time.at, rows[i].line);
        }
    }
    buf_done(&room);
    batch_free(b);
}

static void add(struct buf *out, const char *line, unsigned count)
{
    while (count-- > 0) {
        buf_str(out, line);
        buf_byte(out, '\n');
    }
}

Test(wrap, a_bar_that_a_format_reads_is_no_wrapping)
{
    static const enum head_way ways[] = {HEAD_NONE, HEAD_PLAIN, HEAD_VECTOR};
    for (size_t i = 0; i < 3; i++) {
        struct parser_case c = parser_case_open("%h %u %t \"%r\" %b %>s");
        struct buf log = {0};
        add(&log, "192.0.2.7 | [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 5 200", 3);
        add(&log, "192.0.2.7 | junk", 2);
        add(&log, "web-1  | 192.0.2.8 x [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 5 200", 1);
        head_force(ways[i]);
        parser_case_run_text(&c, buf_text(&log));
        head_force(HEAD_ANY);
        cr_assert_eq(c.batch->count, 4, "%u", c.batch->count);
        cr_expect_eq(c.batch->lines.rejected, 2);
        for (uint32_t j = 0; j < 4; j++)
            cr_expect(text_same(batch_text(c.batch, &c.batch->entries[j], FIELD_HOST),
                                text_of(j < 3 ? "192.0.2.7" : "192.0.2.8")));
        buf_done(&log);
        parser_case_close(&c);
    }
}

Test(wrap, changes_of_format_inside_lose_no_line)
{
    static const char *const junk[] = {DOCKER("started"), CRI("started"), "started"};
    static const char *const good[] = {DOCKER(QUOTED), CRI(CLF), CLF, DOCKER("www.example.com " QUOTED)};
    for (size_t k = 0; k < 3; k++) {
        struct parser_case c = parser_case_open(NULL);
        struct buf log = {0};
        add(&log, junk[k], 300);
        for (size_t i = 0; i < 4; i++) {
            add(&log, good[(i + k) % 4], 200);
            add(&log, junk[k], 20);
        }
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_eq(c.batch->lines.parsed, 800, "%lu", (unsigned long)c.batch->lines.parsed);
        cr_expect_eq(c.batch->lines.rejected, 380);
        for (uint32_t i = 0; i < c.batch->count; i++)
            cr_expect(text_same(batch_text(c.batch, &c.batch->entries[i], FIELD_HOST),
                                TEXT("192.0.2.7")),
                      "%.*s", (int)c.batch->entries[i].line.len,
                      c.batch->bytes + c.batch->entries[i].line.at);
        int64_t second;
        cr_expect(parser_second(c.parser, text_of(good[(k + 3) % 4]), &second));
        cr_expect_eq(second, 971211336);
        buf_done(&log);
        parser_case_close(&c);
    }
}

Test(wrap, stands_any_bytes)
{
    static const char *const lines[] = {DOCKER(QUOTED), CRI(CLF), DOCKER("{\\\"a\\\":1}"), CLF,
                                        "<190>1 2000-10-10T20:55:36.1Z www nginx 7 - [a b=\"c\"] " CLF,
                                        "Oct 10 20:55:36 www nginx[7]: " CLF, "web-1  | " CLF,
                                        "{\"_PID\":\"7\",\"MESSAGE\":\"" QUOTED "\",\"A\":\"6\"}"};
    static const char bytes[] = "\\\"{}:u0 \x02\n\r";
    uint32_t dice = 5;
    struct parser_case c = parser_case_open(NULL);
    for (unsigned round = 0; round < 20000; round++) {
        struct buf log = {0};
        for (unsigned i = 0; i < 6; i++) {
            dice = dice * 1103515245 + 12345;
            add(&log, lines[dice >> 16 & 3], 1);
        }
        for (unsigned i = 0; i < 8; i++) {
            dice = dice * 1103515245 + 12345;
            log.at[(dice >> 8) % log.len] = bytes[(dice >> 4) % (sizeof bytes - 1)];
        }
        log.len -= (dice >> 12) % 60;
        parser_case_run_text(&c, buf_text(&log));
        cr_assert_eq(c.batch->lines.parsed + c.batch->lines.rejected, c.batch->lines.read);
        buf_done(&log);
    }
    parser_case_close(&c);
}
