#include "line_case.h"

static void feed(struct line_case *c, const char *directive)
{
    cr_assert_not(line_case_read(c, directive));
    cr_assert_eq(c->reject.column, 0, "a directive is not refused: %s", c->reject.reason);
}

static struct line_case with_fields(const char *spec, const char *fields)
{
    struct line_case c = line_case_open(spec);
    feed(&c, fields);
    return c;
}

#define IIS_FIELDS                                                                                 \
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "          \
    "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
#define IIS_LINE                                                                                   \
    "2023-11-14 22:13:20 10.0.0.1 GET /a/b.aspx x=1 443 - 192.0.2.9 "                              \
    "Mozilla/5.0+(Windows+NT+10.0) https://r/ 200 0 0 123"

Test(readers_w3c, reads_iis_by_its_fields_line)
{
    struct line_case c = line_case_open("w3c:iis");
    line_case_refuses(&c, IIS_LINE, 1, "no #Fields line before it");
    feed(&c, "#Software: Microsoft Internet Information Services 10.0");
    feed(&c, IIS_FIELDS);
    line_case_expect(
        &c, IIS_LINE,
        "time=2023-11-14T22:13:20Z\nmethod=GET\npath=/a/b.aspx\nsection=/a\nquery=x=1\n"
        "port=443\nuser=null\nhost=192.0.2.9\nagent=Mozilla/5.0 (Windows NT 10.0)\n"
        "referrer=https://r/\nstatus=200\nrequest_time=123000000\nbytes=absent");
    feed(&c, "#Fields: time cs-uri-stem sc-status sc-bytes time-taken");
    feed(&c, "#Date: 2023-11-15 00:00:00");
    line_case_expect(&c, "01:02:03 /x 404 77 0.25",
                     "time=2023-11-15T01:02:03Z\nsection=/x\nstatus=404\nbytes=77\n"
                     "request_time=250000000\nagent=absent");
    feed(&c, "#Fields: sc-status cs(User-Agent)");
    line_case_expect(&c, "200 Notepad+++8.1+x+", "agent=Notepad+++8.1 x+");
    line_case_close(&c);
}

Test(readers_w3c, gives_the_same_when_a_line_is_read_again)
{
    struct line_case c = with_fields("w3c:iis", IIS_FIELDS);
    cr_assert(line_case_read(&c, IIS_LINE));
    for (int again = 0; again < 2; again++) {
        cr_assert(
            format_read(c.format, &c.memo, c.batch, c.entry.line, UINT64_MAX, &c.entry, NULL));
        cr_assert_str_eq(line_case_show(&c, FIELD_AGENT), "Mozilla/5.0 (Windows NT 10.0)");
        cr_assert_eq(c.entry.status, 200);
        cr_assert_str_eq(line_case_show(&c, FIELD_REQUEST_TIME), "123000000");
    }
    line_case_close(&c);
}

Test(readers_w3c, of_two_agents_only_the_last_gets_its_spaces_back)
{
    struct line_case c =
        with_fields("w3c:iis", "#Fields: cs(User-Agent) sc-status cs(User-Agent) sc-bytes");
    cr_assert(line_case_read(&c, "one+two 200 three+four 17"));
    for (int again = 0; again < 2; again++) {
        cr_assert(
            format_read(c.format, &c.memo, c.batch, c.entry.line, UINT64_MAX, &c.entry, NULL));
        cr_assert_str_eq(line_case_show(&c, FIELD_AGENT), "three four");
        cr_assert_eq(c.entry.status, 200);
    }
    line_case_close(&c);
}

Test(readers_w3c, leaves_the_agent_alone_when_nobody_wants_it)
{
    struct line_case c = with_fields("w3c:iis", IIS_FIELDS);
    cr_assert(line_case_read_wanting(&c, TEXT(IIS_LINE), FIELD_BIT(FIELD_STATUS)));
    cr_assert(text_same(batch_span(c.batch, c.entry.line), TEXT(IIS_LINE)));
    line_case_close(&c);
}

Test(readers_w3c, refuses_lines_that_do_not_fit_the_fields)
{
    struct line_case c = with_fields("w3c:iis", IIS_FIELDS);
    line_case_refuses(&c, "2023-11-14 22:13:20 10.0.0.1 GET /a", 36,
                      "fewer values than #Fields names");
    line_case_refuses(&c, "2023-13-14 22:13:20 i GET /a - 443 - h a r 200 0 0 1", 12,
                      "not what its #Fields column is to hold");
    line_case_refuses(&c, "2023-11-14 22:13:20 i GET /a - 443 - h a r ok 0 0 1", 44,
                      "not what its #Fields column is to hold");
    line_case_expect(&c, "2023-11-14 22:13:20 i GET /a - 443 - h a r 200",
                     "status=200\nrequest_time=absent\nquery=null");
    static char many[5000];
    memset(many, ' ', sizeof many - 1);
    for (size_t i = 0; i + 1 < sizeof many; i += 2) {
        many[i] = 'x';
    }
    line_case_refuses(&c, many, 1, "far more values than #Fields names");
    line_case_close(&c);
}

Test(readers_w3c, values_in_quotes_may_hold_spaces)
{
    struct line_case c =
        with_fields("w3c:iis", "#Fields: date\ttime\tcs(User-Agent)\tsc-status\tcs-uri-stem");
    line_case_expect(&c, "2023-11-14 22:13:20 \"A \"b\" c\" 200 /x",
                     "agent=A \"b\" c\nstatus=200\nsection=/x");
    line_case_expect(&c, "2023-11-14\t22:13:20\tA b c\t200\t/x", "agent=A b c\nstatus=200");
    line_case_close(&c);
}

#define CLOUDFRONT_LINE                                                                            \
    "2023-11-14\t22:13:20\tLAX1\t2390282\t192.0.2.202\tGET\td111.cloudfront.net\t/img/"            \
    "v.jpg\t200\t"                                                                                 \
    "www.displaymyfiles.com\tMozilla/4.0%20(MSIE%25205.0b1)\tk=v\tzip=98101\tHit\tMRV==\t"         \
    "images.example.com\thttp\t45\t0.25\t-\tTLSv1.2\tECDHE\tHit\tHTTP/1.1\t-\t-\t11040\t0.001"

Test(readers_w3c, reads_cloudfront_with_and_without_its_head)
{
    struct line_case c = line_case_open("w3c:cloudfront");
    line_case_expect(&c, CLOUDFRONT_LINE,
                     "time=2023-11-14T22:13:20Z\nbytes=2390282\nhost=192.0.2.202\nmethod=GET\n"
                     "path=/img/v.jpg\nsection=/img\nstatus=200\nreferrer=www.displaymyfiles.com\n"
                     "agent=Mozilla/4.0 (MSIE 5.0b1)\nquery=k=v\ncache=Hit\n"
                     "vhost=images.example.com\nscheme=http\nrequest_length=45\n"
                     "request_time=250000000\nforwarded_for=null\ntls=TLSv1.2\nprotocol=HTTP/1.1\n"
                     "first_byte_time=1000000");
    cr_assert(format_read(c.format, &c.memo, c.batch, c.entry.line, UINT64_MAX, &c.entry, NULL));
    cr_assert_str_eq(line_case_show(&c, FIELD_AGENT), "Mozilla/4.0 (MSIE 5.0b1)");
    feed(&c, "#Version: 1.0");
    feed(&c, "#Fields: date time c-ip cs(Host) sc-status cs-uri-stem");
    line_case_expect(&c, "2023-11-14\t22:13:20\t::1\td111\t000\t/",
                     "vhost=d111\nstatus=0\nsection=/");
    line_case_close(&c);
}

Test(readers_w3c, a_comment_proves_nothing_but_a_directive_does)
{
    struct line_case c = line_case_open("w3c:iis");
    line_case_refuses(&c, "# made by hand: 2023", 1, "no directive");
    line_case_refuses(&c, "#!/bin/sh", 1, "no directive");
    feed(&c, "#Start-Date: 2023-11-14 00:00:00.128");
    feed(&c, "  ");
    feed(&c, "#Fields: date time c-ip sc-status");
    feed(&c, "# made by hand");
    line_case_expect(&c, "2023-11-14 22:13:20 ::1 200", "host=::1\nstatus=200");
    line_case_close(&c);
    c = line_case_open("w3c:cloudfront");
    line_case_refuses(&c, "one value, though it has spaces", 1, "no tabs between its values");
    line_case_close(&c);
}

Test(readers_w3c, knows_the_columns_of_others_than_iis)
{
    struct line_case c = with_fields(
        "w3c:iis", "#Fields: date-local time-local c-ip cs-method cs-uri-stem cs(Referrer) "
                   "c-status TimeTakenMS s-xff c-user-agent");
    line_case_expect(&c,
                     "2023-11-14 22:13:20.5 \"192.0.2.9\" GET /a/b \"https://r/\" 301 109 "
                     "203.0.113.5 ua/1",
                     "time=2023-11-14T22:13:20.500Z\nhost=192.0.2.9\nreferrer=https://r/\n"
                     "status=301\nrequest_time=109000000\nforwarded_for=203.0.113.5\nagent=ua/1");
    feed(&c, "#Fields: time date date-local time-local cs-uri-path cs-uri-scheme");
    line_case_expect(&c, "22:13:20 2023-11-14 2023-11-15 01:13:20 /a https",
                     "time=2023-11-14T22:13:20Z\nsection=/a\nscheme=https");
    feed(&c, "#Fields: date time cs-uri sc-status");
    line_case_expect(&c, "\"2023-11-14\" \"22:13:20\" \"/a b\" \"\"",
                     "time=2023-11-14T22:13:20Z\npath=/a b\nstatus=null");
    line_case_close(&c);
}

Test(readers_w3c, columns_in_any_order_are_one_moment)
{
    struct line_case c = with_fields("w3c:iis", "#Fields: time c-ip date sc-status");
    line_case_expect(&c, "22:13:20.5 h 2023-11-14 200", "time=2023-11-14T22:13:20.500Z");
    feed(&c, "#Fields: c-ip sc-status");
    line_case_expect(&c, "h 200 more", "time=absent\nstatus=200\nhost=h");
    line_case_close(&c);
}

Test(w3c, an_agent_of_nothing_but_encoded_spaces_reads_the_same_again)
{
    static const char *const lines[] = {
        "#Fields: cs(User-Agent)", "%20", "%2520%20", "%20a", "\t%20", "%20\t \t%2520"};
    struct format *f = format_new(TEXT("cloudfront"), NULL);
    struct batch *b = batch_new();
    struct format_memo memo;
    struct entry entry;
    format_memo_init(&memo, f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct span line = {0, (uint32_t)strlen(lines[i])};
        memcpy(b->bytes, lines[i], line.len + 1);
        cr_expect_eq(format_read(f, &memo, b, line, UINT64_MAX, &entry, NULL), i > 0);
        cr_expect_eq(format_read(f, &memo, b, line, UINT64_MAX, &entry, NULL), i > 0, "%s again",
                     lines[i]);
    }
    format_memo_done(&memo);
    format_free(f);
    batch_free(b);
}
