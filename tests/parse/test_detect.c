/* test_detect.c - auto: which format a log is in, and when it changes. */
#include "base/buf.h"
#include "lib/cpu_time.h"
#include "parse/presets.h"
#include "parser_case.h"

#define CLF      "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" 200 5"
#define COMBINED CLF " \"-\" \"Mozilla/5.0\""
#define COMBINED_WITH(status)                                                                      \
    "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" " status                     \
    " 5 \"-\" \"Mozilla/5.0\""
#define TABS "192.0.2.7\t-\t-\t[10/Oct/2000:13:55:36 -0700]\t\"GET /a/b HTTP/1.1\"\t200\t5"
#define JSON                                                                                       \
    "{\"time\":\"2000-10-10T13:55:36Z\",\"remote_addr\":\"192.0.2.7\",\"request\":\"GET /a "       \
    "HTTP/1.1\",\"status\":200}"

static void add_lines(struct buf *out, const char *line, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buf_str(out, line);
        buf_byte(out, '\n');
    }
}

Test(detect, finds_every_preset_that_it_may_by_its_own_sample)
{
    for (size_t i = 0; i < preset_count; i++) {
        if (presets[i].detect == 0)
            continue;
        struct parser_case c = parser_case_open(NULL);
        parser_case_run(&c, presets[i].sample);
        cr_expect_str_eq(parser_case_format(&c), presets[i].name, "%s is taken for %s",
                         presets[i].name, parser_case_format(&c));
        parser_case_close(&c);
    }
}

Test(detect, reads_every_sample_by_the_name_of_its_preset)
{
    for (size_t i = 0; i < preset_count; i++) {
        struct parser_case c = parser_case_open(presets[i].name);
        parser_case_run(&c, presets[i].sample);
        cr_expect_eq(c.batch->lines.parsed, 1, "%s", presets[i].name);
        cr_expect_eq(c.batch->lines.rejected, 0, "%s", presets[i].name);
        cr_expect_eq(c.batch->entries[0].cut, 0, "%s", presets[i].name);
        parser_case_close(&c);
    }
}

Test(detect, prefers_the_format_that_reads_lines_to_their_end)
{
    static const struct {
        const char *line, *format;
    } rows[] = {
        {CLF, "common"},
        {COMBINED, "combined"},
        {COMBINED " 300 400", "combinedio"},
        {COMBINED " \"1.2.3.4\"", "nginx-main"},
        {"www.example.com:443 " COMBINED, "vhost_combined"},
        {"www.example.com " COMBINED, "vhost_combined"},
        {"www.example.com " CLF, "vhost_common"},
        {COMBINED " 13 \"r\" \"http://192.0.2.1:80\" 247ms", "traefik-clf"},
        {"\"1.2.3.4, 5.6.7.8\" " COMBINED, "forwarded_combined"},
        {"1.2.3.4, " COMBINED, "listed_combined"},
        {"1.2.3.4, " CLF, "listed_common"},
        {TABS "\t\"-\"\t\"Mozilla/5.0\"", "combined"},
        {TABS, "common"},
        {"www.example.com\t" TABS, "vhost_common"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parser_case c = parser_case_open(NULL);
        parser_case_run(&c, rows[i].line);
        cr_expect_str_eq(parser_case_format(&c), rows[i].format, "%s: %s", parser_case_format(&c),
                         rows[i].line);
        parser_case_close(&c);
    }
}

Test(detect, is_not_led_astray_by_odd_lines)
{
    struct parser_case c = parser_case_open(NULL);
    struct notice notice;
    struct buf log = {0};
    add_lines(&log, "half a line", 20);
    add_lines(&log, CLF, 5);
    add_lines(&log, COMBINED, 30);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_str_eq(parser_case_format(&c), "combined");
    cr_expect_eq(c.batch->lines.parsed, 35);
    cr_expect_eq(c.batch->lines.rejected, 20);
    cr_assert(parser_news(c.parser, &notice));
    cr_expect_eq(notice.kind, NOTICE_FORMAT);
    cr_expect(strstr(notice.text, "combined: fits 35 of the first 55 lines"), "%s", notice.text);
    cr_expect_not(parser_news(c.parser, &notice));
    buf_done(&log);
    parser_case_close(&c);
}

Test(detect, thinks_better_of_it_as_more_lines_come_in)
{
    struct parser_case c = parser_case_open(NULL);
    parser_case_run(&c, CLF "\n");
    cr_expect_str_eq(parser_case_format(&c), "common");
    parser_case_run(&c, COMBINED "\n" COMBINED "\n");
    cr_expect_str_eq(parser_case_format(&c), "combined");
    cr_expect_eq(c.batch->entries[0].has & FIELD_BIT(FIELD_AGENT), FIELD_BIT(FIELD_AGENT));
    parser_case_close(&c);
}

Test(detect, follows_a_change_of_format_without_losing_a_line)
{
    struct parser_case c = parser_case_open(NULL);
    struct notice notice;
    struct buf log = {0};
    add_lines(&log, COMBINED, 200);
    add_lines(&log, JSON, 300);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_str_eq(parser_case_format(&c), "json");
    cr_expect_eq(c.batch->lines.read, 500);
    cr_expect_eq(c.batch->lines.parsed, 500);
    cr_expect_eq(c.batch->lines.rejected, 0);
    cr_expect_eq(c.batch->reject_count, 0);
    cr_expect_eq(c.batch->count, 500);
    cr_assert(parser_news(c.parser, &notice));
    cr_expect(strstr(notice.text, "json"), "%s", notice.text);
    buf_done(&log);
    parser_case_close(&c);
}

Test(detect, follows_a_change_that_is_spread_over_batches)
{
    struct parser_case c = parser_case_open(NULL);
    uint64_t parsed = 0, rejected = 0;
    for (unsigned i = 0; i < 200; i++) {
        parser_case_run(&c, i < 100 ? COMBINED "\n" : JSON "\n");
        parsed += c.batch->lines.parsed;
        rejected += c.batch->lines.rejected;
    }
    cr_expect_str_eq(parser_case_format(&c), "json");
    cr_expect_eq(parsed + rejected, 200);
    cr_expect_leq(rejected, 8, "%lu", (unsigned long)rejected);
    parser_case_close(&c);
}

#define BY_USER(user)                                                                              \
    "192.0.2.7 - " user " [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" 200 5 \"-\" \"x\""

/* What stands in place of the user's name is made up by clients: it hides no line, makes the log no
 * other format, and spends no time. */
Test(detect, a_user_with_lone_dashes_hides_no_line_and_changes_no_format)
{
    static const char *const odd[] = {BY_USER("x - y"), BY_USER("- -"), BY_USER("- x"),
                                      BY_USER("x -"), BY_USER("a - - b")};
    enum { ODD = sizeof odd / sizeof *odd };
    for (unsigned usual = 0; usual < 2; usual++) {
        struct parser_case c = parser_case_open(NULL);
        struct buf log = {0};
        add_lines(&log, COMBINED, usual);
        for (unsigned i = 0; i < 100; i++)
            add_lines(&log, odd[i % ODD], 1);
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_str_eq(parser_case_format(&c), "combined");
        cr_expect_eq(c.batch->lines.parsed, 100 + usual);
        cr_expect_eq(c.batch->lines.rejected, 0);
        for (uint32_t i = usual; i < c.batch->count; i++) {
            const struct entry *e = &c.batch->entries[i];
            cr_expect(text_same(batch_text(c.batch, e, FIELD_HOST), TEXT("192.0.2.7")));
            cr_expect(e->has & FIELD_BIT(FIELD_USER));
        }
        buf_done(&log);
        parser_case_close(&c);
    }
}

/* Took two seconds a line when each place where the time might begin was judged anew. */
Test(detect, a_user_of_many_near_times_takes_no_time)
{
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    for (unsigned n = 0; n < 3; n++) {
        buf_str(&log, "192.0.2.7 - ");
        for (unsigned i = 0; i < 15000; i++)
            buf_str(&log, "a  [");
        buf_byte(&log, '\n');
    }
    for (unsigned round = 0; round < 25; round++) {
        parser_free(c.parser);
        c.parser = parser_new(c.formats, UINT64_MAX);
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_eq(c.batch->lines.rejected, 3);
    }
    buf_done(&log);
    parser_case_close(&c);
}

/* Took four seconds a line when the run was stepped over from each of its spaces anew. */
Test(detect, a_user_of_many_spaces_takes_no_time)
{
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    int64_t from = cpu_ms();
    for (unsigned n = 0; n < 3; n++) {
        buf_str(&log, "192.0.2.7 - frank");
        buf_fill(&log, ' ', 64000);
        buf_str(&log, n ? "\n" : "x [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200\n");
    }
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_eq(c.batch->lines.rejected, 3);
    cr_expect_lt(cpu_ms() - from, 2000);
    buf_done(&log);
    parser_case_close(&c);
}

/* The same with the client's name, which might be an ident. */
#define NAMED_CLIENT                                                                               \
    "www.example.com client - - [10/Oct/2000:13:55:36 -0700] \"GET /a/b HTTP/1.1\" 200 5 \"-\" "   \
    "\"x\""

Test(detect, follows_a_change_to_a_format_with_one_value_more)
{
    static const char *const vhost[] = {"www.example.com " COMBINED, NAMED_CLIENT};
    for (size_t k = 0; k < 2; k++) {
        struct parser_case c = parser_case_open(NULL);
        struct buf log = {0};
        add_lines(&log, COMBINED, 100);
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_str_eq(parser_case_format(&c), "combined");
        buf_clear(&log);
        add_lines(&log, vhost[k], 100);
        parser_case_run_text(&c, buf_text(&log));
        cr_expect_str_eq(parser_case_format(&c), "vhost_combined");
        cr_expect_eq(c.batch->lines.parsed, 100);
        for (uint32_t i = 0; i < c.batch->count; i++)
            cr_expect(text_same(batch_text(c.batch, &c.batch->entries[i], FIELD_HOST),
                                k == 0 ? TEXT("192.0.2.7") : TEXT("client")));
        buf_done(&log);
        parser_case_close(&c);
    }
}

static void read_both(struct parser_case *c)
{
    struct buf log = {0};
    for (unsigned i = 0; i < 50; i++) {
        add_lines(&log, BY_USER("x - y"), 1);
        add_lines(&log, i % 2 ? NAMED_CLIENT : "www.example.com " COMBINED, 1);
    }
    parser_case_run_text(c, buf_text(&log));
    cr_expect_eq(c->batch->lines.parsed, 100);
    for (uint32_t i = 0; i < c->batch->count; i++) {
        const struct entry *e = &c->batch->entries[i];
        cr_expect(text_same(batch_text(c->batch, e, FIELD_HOST),
                            i % 4 == 3 ? TEXT("client") : TEXT("192.0.2.7")),
                  "%u", i);
        cr_expect_eq((e->has & FIELD_BIT(FIELD_VHOST)) != 0, i % 2, "%u", i);
    }
    buf_done(&log);
}

Test(detect, of_several_formats_the_one_without_a_doubt_reads_a_line)
{
    static const char *const specs[] = {"combined", "vhost_combined"};
    struct parser_case named = parser_case_open_several(specs, 2);
    read_both(&named);
    parser_case_close(&named);
    struct parser_case found = parser_case_open(NULL);
    parser_case_run(&found, COMBINED "\n");
    read_both(&found);
    parser_case_close(&found);
}

Test(detect, reads_lines_of_several_formats_that_are_mixed)
{
    static const char vhost[] = "www.example.com:443 " COMBINED;
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    for (unsigned i = 0; i < 300; i++)
        add_lines(&log,
                  i % 3 == 0    ? JSON
                  : i % 3 == 1  ? vhost
                  : i % 30 == 2 ? "junk"
                                : COMBINED,
                  1);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_eq(c.batch->lines.parsed, 290);
    cr_expect_eq(c.batch->lines.rejected, 10);
    for (uint32_t i = 0; i < c.batch->count; i++) {
        const struct entry *e = &c.batch->entries[i];
        bool has_vhost = e->has & FIELD_BIT(FIELD_VHOST);
        cr_expect_eq(has_vhost, c.batch->bytes[e->line.at] == 'w');
        cr_expect(text_same(batch_text(c.batch, e, FIELD_HOST), TEXT("192.0.2.7")));
    }
    /* What was only one of several may be all that follows. */
    buf_clear(&log);
    add_lines(&log, vhost, 200);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_eq(c.batch->lines.parsed, 200);
    cr_expect_str_eq(parser_case_format(&c), "vhost_combined");
    add_lines(&log, JSON, 1);
    add_lines(&log, COMBINED, 5);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_eq(c.batch->lines.parsed, 206);
    cr_expect_str_eq(parser_case_format(&c), "vhost_combined");
    buf_done(&log);
    parser_case_close(&c);
}

/* Hits by batches as they come out of a file, each way of reading. */
struct counted {
    uint64_t hits, refused;
};

static struct counted count_by_batches(struct text log)
{
    struct parser_case c = parser_case_open(NULL);
    struct counted got = {0};
    for (size_t at = 0; at < log.len;) {
        size_t len = log.len - at < BATCH_BYTES ? log.len - at : BATCH_BYTES;
        while (log.at[at + len - 1] != '\n')
            len--;
        batch_clear(c.batch);
        memcpy(c.batch->bytes, log.at + at, len);
        c.batch->used = (uint32_t)len;
        at += len;
        while (!parser_run(c.parser, c.batch))
            c.batch->count = 0;
        got.hits += c.batch->lines.parsed;
        got.refused += c.batch->lines.rejected;
    }
    parser_case_close(&c);
    return got;
}

static void read_batch(struct parser_case *c, struct counted *got)
{
    struct text all = text_make(c->batch->bytes, c->batch->used);
    struct reject why;
    parser_begin(c->parser, c->batch);
    for (size_t at = 0, end; at < all.len; at = end + 1) {
        struct entry e;
        end = text_find(all, '\n', at);
        struct span line = {(uint32_t)at, (uint32_t)(end - at)};
        if (parser_read(c->parser, c->batch, line, &e, &why) == PARSER_HIT)
            got->hits++;
        else
            got->refused++;
    }
}

static struct counted count_by_lines(struct text log)
{
    struct parser_case c = parser_case_open(NULL);
    struct counted got = {0};
    for (size_t at = 0; at < log.len;) {
        size_t len = log.len - at < BATCH_BYTES ? log.len - at : BATCH_BYTES;
        while (log.at[at + len - 1] != '\n')
            len--;
        memcpy(c.batch->bytes, log.at + at, len);
        c.batch->used = (uint32_t)len;
        at += len;
        read_batch(&c, &got);
    }
    parser_case_close(&c);
    return got;
}

Test(detect, loses_no_line_behind_garbage_of_any_length)
{
    static const struct {
        const char *before;
        unsigned before_count, garbage, good, most_lost;
    } rows[] = {
        {"", 0, 63, 1, 0},       {"", 0, 100, 100, 0},     {"", 0, 1000, 1, 0},
        {"", 0, 5000, 5000, 0},  {"", 0, 40000, 3, 0},     {JSON, 70, 3000, 2000, 0},
        {JSON, 70, 30000, 1, 0}, {JSON, 2000, 0, 2000, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf log = {0};
        add_lines(&log, rows[i].before, rows[i].before_count);
        add_lines(&log, "this is a junk line of some words 12345", rows[i].garbage);
        add_lines(&log, COMBINED, rows[i].good);
        struct counted by_batches = count_by_batches(buf_text(&log));
        struct counted by_lines = count_by_lines(buf_text(&log));
        unsigned hits = rows[i].before_count + rows[i].good;
        cr_expect_leq(by_batches.hits, hits);
        cr_expect_geq(by_batches.hits + rows[i].most_lost, hits, "row %zu: %lu of %u", i,
                      (unsigned long)by_batches.hits, hits);
        cr_expect_eq(by_batches.hits + by_batches.refused, hits + rows[i].garbage);
        cr_expect_eq(by_lines.hits, by_batches.hits, "row %zu: line by line %lu, in batches %lu", i,
                     (unsigned long)by_lines.hits, (unsigned long)by_batches.hits);
        cr_expect_eq(by_lines.refused, by_batches.refused);
        buf_done(&log);
    }
}

Test(detect, counts_the_same_line_by_line_as_in_batches)
{
    static const char *const kinds[] = {CLF,    COMBINED,
                                        JSON,   "www.example.com:443 " COMBINED,
                                        "junk", "junk of some more words 1 2 3"};
    uint32_t random = 1;
    for (unsigned round = 0; round < 100; round++) {
        struct buf log = {0};
        for (unsigned i = 0; i < 40; i++) {
            random = random * 1103515245 + 12345;
            unsigned kind = random >> 16 & 0x7fff;
            random = random * 1103515245 + 12345;
            unsigned count = random >> 16 & 0x7fff;
            add_lines(&log, kinds[kind % 6], 1 + count % (count & 1024 ? 700 : 12));
        }
        struct counted by_batches = count_by_batches(buf_text(&log));
        struct counted by_lines = count_by_lines(buf_text(&log));
        cr_assert_eq(by_batches.hits, by_lines.hits, "round %u: %lu, %lu", round,
                     (unsigned long)by_batches.hits, (unsigned long)by_lines.hits);
        cr_assert_eq(by_batches.refused, by_lines.refused);
        buf_done(&log);
    }
}

Test(detect, keeps_its_choice_through_a_run_of_nonsense)
{
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    add_lines(&log, COMBINED, 100);
    add_lines(&log, "nonsense", 5000);
    add_lines(&log, COMBINED, 100);
    parser_case_run_text(&c, buf_text(&log));
    cr_expect_str_eq(parser_case_format(&c), "combined");
    cr_expect_eq(c.batch->lines.parsed, 200);
    cr_expect_eq(c.batch->lines.rejected, 5000);
    buf_done(&log);
    parser_case_close(&c);
}

Test(detect, says_when_nothing_fits_and_what_is_nearest)
{
    struct parser_case c = parser_case_open(NULL);
    struct notice notice;
    parser_case_run(
        &c, "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /\x1b]0;x\x07 HTTP/1.1\" OK 5\n");
    cr_expect_null(parser_format(c.parser));
    cr_expect_eq(c.batch->lines.rejected, 1);
    cr_assert(parser_news(c.parser, &notice));
    cr_expect_eq(notice.kind, NOTICE_NO_FORMAT);
    cr_expect(strstr(notice.text, "com") && strstr(notice.text, "(not a status)"), "%s",
              notice.text);
    cr_expect_null(strpbrk(notice.text, "\x1b\x07"), "made safe");
    parser_case_run(&c, "still nothing\n");
    cr_expect_not(parser_news(c.parser, &notice), "said once");
    parser_case_run(&c, COMBINED "\n");
    cr_assert(parser_news(c.parser, &notice));
    cr_expect_eq(notice.kind, NOTICE_FORMAT);
    cr_expect_eq(c.batch->lines.parsed, 1);
    parser_case_close(&c);
}

Test(detect, says_when_every_line_has_words_that_the_format_does_not_know)
{
    static const struct {
        const char *log;
        bool doubtful;
    } rows[] = {
        {"192.0.2.7 x 192.0.2.8 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 \"-\" "
         "\"x\"\n",
         true},
        {"192.0.2.7 x 192.0.2.8 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 \"-\" "
         "\"x\"\n" COMBINED "\n",
         false},
        {COMBINED "\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parser_case c = parser_case_open(NULL);
        struct notice notice;
        parser_case_run(&c, rows[i].log);
        cr_assert(parser_news(c.parser, &notice));
        cr_expect_eq(strstr(notice.text, "more words") != NULL, rows[i].doubtful, "%s",
                     notice.text);
        parser_case_close(&c);
    }
}

Test(detect, says_when_no_line_has_a_path)
{
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    struct notice notice;
    for (int i = 0; i < 8; i++)
        buf_str(&log, "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"www.example.com\" "
                      "\"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"\n");
    for (int paths = 0; paths < 2; paths++) {
        parser_case_run_text(&c, buf_text(&log));
        cr_assert(parser_news(c.parser, &notice));
        cr_expect_eq(strstr(notice.text, "none has a path") == NULL, paths, "%s", notice.text);
        parser_case_close(&c);
        c = parser_case_open(NULL);
        buf_str(&log, COMBINED "\n");
    }
    buf_done(&log);
    parser_case_close(&c);
}

Test(detect, tells_of_the_first_line_that_came_as_near_as_any_not_of_a_long_one)
{
    struct parser_case c = parser_case_open(NULL);
    struct buf log = {0};
    struct notice notice = {0};
    buf_str(&log, "1.2.3.4|GET|/a|200\n1.2.3.4|GET|/");
    for (int i = 0; i < 300; i++)
        buf_str(&log, "long");
    buf_str(&log, "|200\n");
    parser_case_run_text(&c, buf_text(&log));
    cr_assert(parser_news(c.parser, &notice));
    cr_expect(strstr(notice.text, " of: 1.2.3.4|GET|/a|200"), "%s", notice.text);
    buf_done(&log);
    parser_case_close(&c);
}

Test(detect, the_nearest_is_the_one_that_found_more_than_words)
{
    static const struct {
        const char *line, *nearest;
    } rows[] = {
        {"192.0.2.7 [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 0.5",
         "nearest is combined, which stops at column 33 (a value is missing here)"},
        {"h.example 192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] <5> \"GET /a HTTP/1.1\" 200 5",
         "nearest is vhost_combined, which stops at column 54 (a quote is missing here)"},
        {"192.0.2.7 - - [10/Oct/2000 13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"",
         "nearest is python, which stops at column 36 (a ] is missing here)"},
        {"192.0.2.7 - - [10.10.2000 13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"",
         "nearest is combined, which stops at column 16 (not a time)"},
        {COMBINED_WITH("much"), "nearest is combined, which stops at column 64 (not a status)"},
        {"{\"when\":\"now\"}", "nearest is json, which stops at column 1 (no key that usually"},
        {"2000-10-10T20:55:36.186641Z lb 192.0.2.7:48160 10.0.0.66:80 0.001 0.048 0.001 fine 200 "
         "310 2326 \"GET http://h:80/ HTTP/1.1\" \"x\" - -",
         "nearest is aws-elb, which stops at column 79"},
        {"some words, and then some more of them, as in a letter to one's dear friends far away",
         "nearest is combined"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parser_case c = parser_case_open(NULL);
        struct notice notice;
        parser_case_run(&c, rows[i].line);
        cr_assert(parser_news(c.parser, &notice));
        cr_expect(strstr(notice.text, rows[i].nearest), "%s", notice.text);
        parser_case_close(&c);
    }
}

static void read_log(const char *name, const char *format, uint64_t hits, uint64_t rejected,
                     uint64_t bytes)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", SPATE_SHARED_DATA, name);
    FILE *file = fopen(path, "r");
    if (!file)
        cr_skip_test("no %s", path);
    struct parser_case c = parser_case_open(NULL);
    uint64_t got[3] = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    batch_clear(c.batch);
    do {
        len = getline(&line, &room, file);
        if (len > 0 && c.batch->used + (size_t)len < BATCH_BYTES) {
            memcpy(c.batch->bytes + c.batch->used, line, (size_t)len);
            c.batch->used += (uint32_t)len;
            continue;
        }
        cr_assert(parser_run(c.parser, c.batch));
        got[0] += c.batch->lines.parsed;
        got[1] += c.batch->lines.rejected;
        for (uint32_t i = 0; i < c.batch->count; i++)
            if (c.batch->entries[i].has & FIELD_BIT(FIELD_BYTES))
                got[2] += entry_number(&c.batch->entries[i], FIELD_BYTES);
        batch_clear(c.batch);
        if (len > 0)
            memcpy(c.batch->bytes, line, c.batch->used = (uint32_t)len);
    } while (len > 0);
    cr_expect_str_eq(parser_case_format(&c), format);
    cr_expect_eq(got[0], hits, "%s: %lu hits", name, (unsigned long)got[0]);
    cr_expect_eq(got[1], rejected, "%s: %lu rejected", name, (unsigned long)got[1]);
    cr_expect_eq(got[2], bytes, "%s: %lu bytes", name, (unsigned long)got[2]);
    free(line);
    fclose(file);
    parser_case_close(&c);
}

Test(detect, reads_real_logs)
{
    read_log("elastic-apache_logs.log", "combined", 10000, 0, 2747282740);
    read_log("antlr-2003.log", "combined", 6211, 0, 190429376);
    read_log("nasa-aug95-1930.log", "common", 1841, 89, 29779939);
}
