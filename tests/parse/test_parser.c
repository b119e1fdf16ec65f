/* test_parser.c - lines of batches: ends, limits, counts, several formats. */
#include "parser_case.h"

#define HEAD "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "
#define LINE HEAD "\"GET /a/b HTTP/1.1\" 200 5"

Test(parser, reads_lines_with_either_end_and_without_one_at_the_end)
{
    struct parser_case c = parser_case_open("common");
    parser_case_run(&c, LINE "\n" LINE "\r\n\r\n\n\n" LINE "\r\n" LINE);
    cr_expect_eq(c.batch->lines.read, 4);
    cr_expect_eq(c.batch->lines.parsed, 4);
    cr_expect_eq(c.batch->count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect_eq(c.batch->entries[i].line.len, strlen(LINE));
        cr_expect_eq(entry_number(&c.batch->entries[i], FIELD_BYTES), 5);
    }
    parser_case_run(&c, "");
    cr_expect_eq(c.batch->lines.read, 0);
    parser_case_close(&c);
}

Test(parser, counts_rejected_lines_and_keeps_the_last_few)
{
    struct parser_case c = parser_case_open("common");
    parser_case_run(&c, "one\n" LINE "\ntwo\nthree\n" LINE "\nfour\nfive\n");
    cr_expect_eq(c.batch->lines.read, 7);
    cr_expect_eq(c.batch->lines.parsed, 2);
    cr_expect_eq(c.batch->lines.rejected, 5);
    cr_assert_eq(c.batch->reject_count, BATCH_REJECTS);
    cr_expect(text_same(batch_span(c.batch, c.batch->rejects[0].line), TEXT("two")));
    cr_expect(text_same(batch_span(c.batch, c.batch->rejects[3].line), TEXT("five")));
    cr_expect_gt(c.batch->rejects[3].column, 0);
    cr_expect_str_eq(c.batch->rejects[3].reason, "the line ends before its format does");
    parser_case_close(&c);
}

Test(parser, goes_on_in_another_batch_when_the_entries_are_full)
{
    enum { LINES = BATCH_ENTRIES + 700 };
    struct parser_case c = parser_case_open("common");
    batch_clear(c.batch);
    for (unsigned i = 0; i < LINES; i++)
        c.batch->used += (uint32_t)sprintf(c.batch->bytes + c.batch->used, "%s%u\n", LINE, i % 10);
    cr_expect_not(parser_run(c.parser, c.batch));
    cr_expect_eq(c.batch->count, BATCH_ENTRIES);
    cr_expect_eq(c.batch->scanned, BATCH_ENTRIES * (strlen(LINE) + 2));
    c.batch->count = 0;
    cr_expect(parser_run(c.parser, c.batch));
    cr_expect_eq(c.batch->count, 700);
    cr_expect_eq(c.batch->lines.parsed, LINES);
    parser_case_close(&c);
}

Test(parser, keeps_long_lines_to_their_limit_and_counts_them)
{
    static const uint32_t lengths[] = {LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, BATCH_BYTES};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct parser_case c = parser_case_open("combined");
        char *bytes = c.batch->bytes;
        batch_clear(c.batch);
        memset(bytes, 'x', lengths[i]);
        memcpy(bytes, LINE " \"-\" \"", strlen(LINE) + 6);
        bytes[lengths[i]] = '\n';
        memcpy(bytes + lengths[i] + 1, LINE, strlen(LINE));
        c.batch->used = lengths[i] + 1 + (uint32_t)strlen(LINE);
        cr_expect(parser_run(c.parser, c.batch));
        cr_expect_eq(c.batch->count, 2);
        bool over = lengths[i] > LINE_LIMIT;
        cr_expect_eq(c.batch->lines.truncated, over);
        cr_expect_eq(c.batch->entries[0].line.len, over ? LINE_LIMIT : lengths[i]);
        cr_expect_eq(c.batch->entries[0].cut, 1);
        cr_expect_eq(entry_number(&c.batch->entries[0], FIELD_BYTES), 5);
        parser_case_close(&c);
    }
}

Test(parser, stands_any_bytes)
{
    struct parser_case c = parser_case_open("combined");
    uint64_t state = 1;
    for (unsigned round = 0; round < 60; round++) {
        batch_clear(c.batch);
        c.batch->used = BATCH_BYTES / 4;
        for (uint32_t i = 0; i < c.batch->used; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            c.batch->bytes[i] = (state >> 40) % 40 == 0 ? '\n' : (char)(state >> 56);
        }
        while (!parser_run(c.parser, c.batch))
            c.batch->count = 0;
        cr_expect_eq(c.batch->lines.read, c.batch->lines.parsed + c.batch->lines.rejected);
    }
    parser_case_close(&c);
}

Test(parser, brings_out_only_what_is_wanted)
{
    struct text spec = TEXT("combined");
    struct formats *fs = formats_new(&spec, 1, NULL);
    struct parser *p = parser_new(fs, FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_AGENT));
    struct batch *b = batch_new();
    const char *line = LINE " \"r\" \"a\"\n";
    memcpy(b->bytes, line, strlen(line));
    b->used = (uint32_t)strlen(line);
    cr_assert(parser_run(p, b));
    cr_expect_eq(b->entries[0].has, FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_AGENT));
    batch_free(b);
    parser_free(p);
    formats_free(fs);
}

Test(parser, reads_a_line_by_the_first_of_several_formats_that_fits)
{
    static const char *const specs[] = {"regex:^(?<status>\\d+)$", "common", "%h %>s %b"};
    struct parser_case c = parser_case_open_several(specs, 3);
    parser_case_run(&c, LINE "\na 200 5\n404\nno\n" LINE "\n");
    cr_expect_eq(c.batch->lines.parsed, 4);
    cr_expect_eq(c.batch->lines.rejected, 1);
    cr_expect_eq(c.batch->entries[0].has & FIELD_BIT(FIELD_TIME), FIELD_BIT(FIELD_TIME));
    cr_expect_eq(c.batch->entries[1].has & FIELD_BIT(FIELD_TIME), 0);
    cr_expect_eq(c.batch->entries[2].status, 404);
    parser_case_close(&c);
}

Test(parser, says_when_a_format_that_was_named_fits_nothing)
{
    struct parser_case c = parser_case_open("combined");
    struct notice notice;
    parser_case_run(&c, "a\x1b[31m b c\n");
    cr_assert(parser_news(c.parser, &notice));
    cr_expect_eq(notice.kind, NOTICE_NO_FORMAT);
    cr_expect(strstr(notice.text, "combined") && strstr(notice.text, "column 10"), "%s",
              notice.text);
    cr_expect_null(strchr(notice.text, 0x1b), "escape sequences are made safe");
    cr_expect_not(parser_news(c.parser, &notice), "once");
    parser_case_run(&c, "a b c\n");
    cr_expect_not(parser_news(c.parser, &notice), "not again");
    parser_case_close(&c);
}

Test(parser, finds_the_second_of_one_line)
{
    struct parser_case c = parser_case_open("common");
    int64_t second = 0;
    cr_expect(parser_second(c.parser, TEXT(LINE "\r"), &second));
    cr_expect_eq(second, 971211336);
    cr_expect_not(parser_second(c.parser, TEXT("no"), &second));
    cr_expect_not(parser_second(c.parser, TEXT(""), &second));
    parser_case_close(&c);
    c = parser_case_open(NULL);
    cr_expect(parser_second(c.parser, TEXT(LINE " \"-\" \"-\""), &second));
    cr_expect_eq(second, 971211336);
    cr_expect_null(parser_format(c.parser), "asking for a time chooses nothing");
    parser_case_close(&c);
}

Test(parser, refuses_auto_beside_other_formats)
{
    struct text specs[] = {TEXT("auto"), TEXT("combined")};
    struct error why = {0};
    cr_expect_null(formats_new(specs, 2, &why));
    cr_expect(strstr(why.text, "auto"));
    struct formats *fs = formats_new(specs, 1, &why);
    cr_expect(formats_auto(fs));
    formats_free(fs);
}

Test(parser, steps_over_a_byte_order_mark)
{
    static const char *const specs[] = {"common", NULL};
    for (size_t i = 0; i < 2; i++) {
        struct parser_case c = parser_case_open(specs[i]);
        parser_case_run(&c, "\xef\xbb\xbf" LINE "\r\n" LINE "\r\n");
        cr_assert_eq(c.batch->lines.parsed, 2);
        for (uint32_t k = 0; k < 2; k++)
            cr_expect(text_same(batch_text(c.batch, &c.batch->entries[k], FIELD_HOST),
                                TEXT("192.0.2.7")));
        parser_case_close(&c);
    }
}

Test(parser, a_wrong_specification_is_told_with_its_place_or_what_was_meant)
{
    static const struct {
        const char *spec, *text;
    } rows[] = {
        {"combind", "did you mean combined? accepted"},
        {"json:time=a,foo=bar", "there is no field \"foo\" to be set, column 13"},
        {"json:time=a..b", "\"a..b\" is no key, column 11"},
        {"regex:(?<host>", ", column 15"},
        {"%h %{Referer", "a { without its } in the LogFormat, column 5"},
        {"$status ${host", "a ${ without its } in the log_format, column 9"},
        {"wordless", "unknown; accepted"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text spec = text_of(rows[i].spec);
        struct error why = {0};
        cr_expect_null(formats_new(&spec, 1, &why));
        cr_expect(strstr(why.text, rows[i].text), "%s: %s", rows[i].spec, why.text);
        cr_expect(strstr(why.text, rows[i].spec), "%s: %s", rows[i].spec, why.text);
    }
}

Test(parser, a_specification_that_ends_early_is_not_read_beyond)
{
    static const char *const specs[] = {"LogFormat ", "log_format ", "log_format main ",
                                        "log_format main escape=json ", "LogFormat \""};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct text spec = text_of(specs[i]);
        struct error why = {0};
        char *exact = malloc(spec.len); /* not ended by a NUL: the sanitizer watches its end */
        memcpy(exact, spec.at, spec.len);
        cr_expect_null(format_new(text_make(exact, spec.len), &why), "%s", specs[i]);
        cr_expect(why.text[0], "%s", specs[i]);
        free(exact);
    }
}

/* `zeros` of them, and the text. */
static void add_damage(struct buf *log, const char *before, unsigned zeros, const char *behind)
{
    buf_str(log, before);
    while (zeros-- > 0)
        buf_byte(log, 0);
    buf_str(log, behind);
}

Test(parser, zeros_that_a_crash_left_before_a_line_are_no_part_of_it)
{
    static const char *const formats[] = {NULL, "combined", "%h %l %u %t \"%r\" %>s %b", "nginx"};
    static const unsigned zeros[] = {1, 7, 40, 200, 5000};
    static const char line[] = "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 "
                               "\"-\" \"x\"\n";
    for (size_t f = 0; f < 4; f++) {
        struct parser_case c = parser_case_open(formats[f]);
        struct buf log = {0};
        buf_str(&log, line);
        for (size_t i = 0; i < 5; i++) {
            add_damage(&log, "", zeros[i], line);
            add_damage(&log, "", zeros[i], "\n");
            buf_str(&log, line);
        }
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_eq(c.batch->count, 11, "%s: %u", parser_case_format(&c), c.batch->count);
        cr_expect_eq(c.batch->lines.rejected, 5);
        for (uint32_t i = 0; i < c.batch->count; i++)
            cr_expect(text_same(batch_text(c.batch, &c.batch->entries[i], FIELD_HOST), TEXT("192.0.2.7")),
                      "%s: line %u", parser_case_format(&c), i);
        int64_t second;
        buf_clear(&log);
        add_damage(&log, "", 3, line);
        log.len--;
        cr_expect(parser_second(c.parser, buf_text(&log), &second));
        buf_done(&log);
        parser_case_close(&c);
    }
}

Test(parser, zeros_in_the_middle_of_a_line_cost_no_more_than_what_stands_before_them)
{
    static const char line[] = "192.0.2.7 [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5\n";
    static const struct {
        const char *begins, *host;
    } cases[] = {
        {"192.0.2.8 [10/Oct", "192.0.2.7"},
        {"192.0.2.8 ", "192.0.2.7"},
        {"gar bage", "192.0.2.7"},
        /* Where it can be read as a whole it is: nobody forges a line by a zero in a value. */
        {"192.0.2.8 [10/Oct/2000:13:55:36 -0700] \"GET /b", "192.0.2.8"},
    };
    struct parser_case c = parser_case_open("%h %t \"%r\" %>s %b");
    struct buf log = {0};
    for (size_t i = 0; i < 4; i++) {
        add_damage(&log, cases[i].begins, 3, line);
        add_damage(&log, cases[i].begins, 300, line);
    }
    add_damage(&log, "192.0.2.8 ", 4, "half a line\n");
    parser_case_run_text(&c, buf_text(&log));
    cr_assert_eq(c.batch->count, 8, "%u", c.batch->count);
    cr_expect_eq(c.batch->lines.rejected, 1);
    for (uint32_t i = 0; i < c.batch->count; i++)
        cr_expect(text_same(batch_text(c.batch, &c.batch->entries[i], FIELD_HOST),
                            text_of(cases[i / 2].host)),
                  "line %u", i);
    buf_done(&log);
    parser_case_close(&c);
}
