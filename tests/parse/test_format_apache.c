/* test_format_apache.c - LogFormat strings: what each directive means and where values end. */
#include "line_case.h"

#define TIME "[10/Oct/2000:13:55:36 -0700]"

struct row {
    const char *spec, *line, *expected;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct line_case c = line_case_open(rows[i].spec);
        line_case_expect(&c, rows[i].line, rows[i].expected);
        line_case_close(&c);
    }
}

#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

Test(format_apache, reads_combined_field_by_field)
{
    static const struct row rows[] = {
        {"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
         "192.0.2.7 - frank " TIME
         " \"GET /a/b?c HTTP/1.1\" 200 2326 \"http://r/\" \"Mozilla/5.0\"",
         "host=192.0.2.7\nident=null\nuser=frank\ntime=2000-10-10T20:55:36Z\n"
         "request=GET /a/b?c HTTP/1.1\nmethod=GET\npath=/a/b?c\nprotocol=HTTP/1.1\nsection=/a\n"
         "status=200\nbytes=2326\nreferrer=http://r/\nagent=Mozilla/5.0\nvhost=absent"},
        {"%h %l %u %t \"%r\" %>s %b", "::1 me John Smith " TIME " \"-\" 408 -",
         "ident=me\nuser=John Smith\nrequest=null\nsection=null\nstatus=408\nbytes=null"},
        {"%h %l %u %t \"%r\" %>s %b", "a - \"\" " TIME " \"\" - 0",
         "user=\nrequest=\nmethod=null\nstatus=null\nbytes=0"},
    };
    CHECK(rows);
}

Test(format_apache, takes_the_string_in_every_layer_of_quotes)
{
    static const struct row rows[] = {
        {"%h \\\"%r\\\" %>s", "a \"GET /x HTTP/1.1\" 200", "section=/x\nstatus=200"},
        {"\"%h \\\"%r\\\" %>s\"", "a \"GET /x HTTP/1.1\" 200", "section=/x\nstatus=200"},
        {"LogFormat \"%h \\\"%r\\\" %>s\" mine", "a \"GET /x HTTP/1.1\" 200", "host=a\nsection=/x"},
        {"logformat '%h \"%r\" %>s' mine", "a \"GET /x HTTP/1.1\" 200", "host=a\nsection=/x"},
        {"\"%r\" %h \"%{Referer}i\"", "\"GET /x HTTP/1.1\" a \"r\"",
         "host=a\nsection=/x\nreferrer=r"},
        {"%h\\t%>s\\\\%b", "a\t200\\5", "host=a\nstatus=200\nbytes=5"},
    };
    CHECK(rows);
}

Test(format_apache, knows_the_units_of_durations)
{
    static const struct row rows[] = {
        {"%>s %D", "200 1234", "request_time=1234000"},
        {"%>s %T", "200 3", "request_time=3000000000"},
        {"%>s %T", "200 0.25", "request_time=250000000"},
        {"%>s %{s}T", "200 3", "request_time=3000000000"},
        {"%>s %{ms}T", "200 12", "request_time=12000000"},
        {"%>s %{us}T", "200 12", "request_time=12000"},
        {"%>s %{ms}Tms", "200 12ms", "request_time=12000000"},
        {"%>s %Dus (%T s)", "200 12us (1 s)", "request_time=12000"},
        {"%>s %^FB", "200 77", "first_byte_time=77000"},
        {"%>s %D", "200 -", "request_time=null"},
        {"%>s %D", "200 -5", "request_time=absent"},
        {"%>s %D", "200 99999999999999999999", "request_time=18446744073709551615"},
    };
    CHECK(rows);
}

Test(format_apache, knows_who_counts_which_bytes)
{
    static const struct row rows[] = {
        {"%>s %O", "200 900", "bytes=900\nbytes_sent=900"},
        {"%>s %b %O", "200 800 900", "bytes=800\nbytes_sent=900"},
        {"%>s %O %b", "200 900 800", "bytes=800\nbytes_sent=900"},
        {"%I %>s %B %S", "300 200 800 1200", "request_length=300\nbytes=800"},
        {"%b", "100000000000000000000000", "bytes=18446744073709551615"},
    };
    CHECK(rows);
}

Test(format_apache, prefers_the_final_status_and_the_client)
{
    static const struct row rows[] = {
        {"%s %>s", "301 200", "status=200"},
        {"%>s %s", "200 301", "status=200"},
        {"%<s %b", "301 5", "status=301"},
        {"%{c}a %a %>s", "10.0.0.1 192.0.2.7 200", "host=192.0.2.7"},
        {"%h %A %p %{local}p %>s", "192.0.2.7 10.0.0.1 443 80 200", "host=192.0.2.7\nport=443"},
        {"%{remote}p %>s", "50150 200", "port=absent"},
        {"%v %V %>s", "one two 200", "vhost=one"},
    };
    CHECK(rows);
}

Test(format_apache, reads_headers_by_their_names_in_any_case)
{
    static const struct row rows[] = {
        {"%>s \"%{referer}i\" \"%{USER-AGENT}i\" \"%{Cookie}i\" \"%{x-forwarded-for}i\"",
         "200 \"r\" \"a \\\"b\\\" \\\\ \\x01\" \"c=1\" \"1.2.3.4, 5.6.7.8\"",
         "referrer=r\nagent=a \"b\" \\ \x01\nforwarded_for=1.2.3.4, 5.6.7.8"},
        {"%>s X=\"%{Host}i\" %{SSL_PROTOCOL}x %{UNIQUE_ID}e", "200 X=\"h\" TLSv1.3 id",
         "vhost=h\ntls=TLSv1.3\nrequest_id=id"},
        {"%>s \"%!200,304,302{Referer}i\" \"%400,501{User-agent}i\"", "200 \"-\" \"a\"",
         "referrer=null\nagent=a"},
    };
    CHECK(rows);
}

Test(format_apache, steps_over_what_it_does_not_know)
{
    static const struct row rows[] = {
        {"%%%h %k %{x}n %{count}x \"%{router}x\" %f %>s", "%a 3 n 240 \"r@d -> l\" /var/www 200",
         "host=a\nstatus=200"},
        {"%h %{no_time}t %Q %>s", "a 20141128155031 q 200", "host=a\nstatus=200\ntime=absent"},
        {"%A %V %p %P %a \"%r\" \"%{main_call}n\" %{some_time}t %b %>s %D %{UNIQUE_ID}e ",
         "127.0.0.1 o 80 25 192.0.2.1 \"GET /Class/m/ HTTP/1.1\" \"-\" 2014 2266 200 10991 id ",
         "host=192.0.2.1\nsection=/Class\nbytes=2266\nstatus=200\nrequest_time=10991000\n"
         "request_id=id\nvhost=o\nport=80"},
    };
    CHECK(rows);
}

Test(format_apache, reads_a_request_that_is_logged_in_parts)
{
    static const struct row rows[] = {
        {"%h \"%m %U%q %H\" %>s", "a \"GET /a/b?c=1 HTTP/1.1\" 200",
         "method=GET\npath=/a/b?c=1\nsection=/a\nprotocol=HTTP/1.1"},
        {"%h \"%m %U%q %H\" %>s", "a \"GET /a b/c HTTP/1.1\" 200", "path=/a b/c\nsection=/a b"},
        {"%m %U \"%q\" %>s", "GET /a/b \"?c=1\" 200", "path=/a/b\nquery=c=1\nsection=/a"},
        {"%m %U \"%q\" %>s", "GET /a/b \"\" 200", "path=/a/b\nquery=null"},
        {"%h %r %>s %b", "a GET /a b/c HTTP/1.1 200 5",
         "request=GET /a b/c HTTP/1.1\nsection=/a b\nstatus=200"},
        {"%h \"%r\" \"%m\" %U %>s", "a \"GET /a HTTP/1.1\" \"GET\" /other 200", "path=/a"},
    };
    CHECK(rows);
}

Test(format_apache, puts_a_time_together_from_its_pieces)
{
    static const struct row rows[] = {
        {"%{%Y-%m-%dT%H:%M:%S %z}t %>s", "2015-11-25T15:24:45 +0100 200",
         "time=2015-11-25T14:24:45Z"},
        {"[%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] %>s", "[17/May/2015:10:05:03.250 +0200] 200",
         "time=2015-05-17T08:05:03.250Z"},
        {"%{sec}t.%{usec_frac}t %>s", "1431857103.000250 200", "time=2015-05-17T10:05:03.000250Z"},
        {"%{%s}t %>s", "1431857103 200", "time=2015-05-17T10:05:03Z"},
        {"%{msec}t %>s", "1431857103250 200", "time=2015-05-17T10:05:03.250Z"},
        {"%{usec}t %>s", "1431857103250001 200", "time=2015-05-17T10:05:03.250001Z"},
        {"%{begin:%s}t %{end:%s}t %>s", "10 20 200", "time=1970-01-01T00:00:10Z"},
        {"%{end:%s}t %{begin:%s}t %>s", "20 10 200", "time=1970-01-01T00:00:10Z"},
        {"%{end:%s}t %>s", "20 200", "time=1970-01-01T00:00:20Z"},
        {"%{%I:%M:%S %p %e %B %Y}t %>s", "01:02:03 PM  7 March 2021 200",
         "time=2021-03-07T13:02:03Z"},
        {"%{%j %Y %R}t %>s", "032 2021 10:05 200", "time=2021-02-01T10:05:00Z"},
        {"%{%c}t %>s", "Sun May 17 10:05:03 2015 200", "time=2015-05-17T10:05:03Z"},
        {"%{%D %T}t %>s", "05/17/15 10:05:03 200", "time=2015-05-17T10:05:03Z"},
        {"%t %{usec_frac}t %>s", TIME " 000123 200", "time=2000-10-10T20:55:36.000123Z"},
    };
    CHECK(rows);
}

Test(format_apache, goes_back_where_pieces_touch)
{
    static const struct row rows[] = {
        {"%u.%t", "rafael.kassner.[25/Jun/2017:10:26:04 +0000]",
         "user=rafael.kassner\ntime=2017-06-25T10:26:04Z"},
        {"%h-%u-%>s", "a-b-c-200", "host=a\nuser=b-c\nstatus=200"},
        {"%v:%p %>s", "::1:443 200", "vhost=::1\nport=443"},
        {"%h %l %u %t %>s", "a - x [y " TIME " 200", "user=x [y"},
        {"%u %t \"%r\" %>s", "x [10/Oct/2000:13:55:36 -0700] y " TIME " \"GET / HTTP/1.1\" 200",
         "user=x [10/Oct/2000:13:55:36 -0700] y"},
    };
    CHECK(rows);
}

Test(format_apache, a_user_may_hold_lone_dashes)
{
    static const char *const users[] = {
        "x - y", "- -", "- x", "x -", "- x - y -", "-- -", "a - - b", "- [", "192.0.2.7 - frank"};
    static const char *const specs[] = {"common",
                                        "combined",
                                        "combinedio",
                                        "vhost_combined",
                                        "%h %l %u %t \"%r\" %>s %b",
                                        "%>s %u %t \"%r\" %b"};
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++)
        for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
            const char *front = k == 3 ? "v:80 a - " : k == 5 ? "200 " : "a - ";
            char line[300], expected[100];
            snprintf(line, sizeof line, "%s%s " TIME " \"GET /x HTTP/1.1\" %s5 \"r\" \"m\" 1 2",
                     front, users[i], k == 5 ? "" : "200 ");
            snprintf(expected, sizeof expected, "user=%s\nsection=/x\nstatus=200\nbytes=5",
                     users[i]);
            struct line_case c = line_case_open(specs[k]);
            line_case_expect(&c, line, expected);
            line_case_close(&c);
        }
}

Test(format_apache, a_client_in_the_place_of_the_ident_is_another_format)
{
    struct line_case c = line_case_open("common");
    line_case_refuses(&c, "v 192.0.2.7 - - " TIME " \"GET / HTTP/1.1\" 200 5", 13,
                      "a value is missing here");
    line_case_refuses(&c, "v 2001:db8::1 - x " TIME " \"GET / HTTP/1.1\" 200 5", 15,
                      "a value is missing here");
    line_case_expect(&c, "a 192.0.2.7 - " TIME " \"GET / HTTP/1.1\" 200 5", "user=null");
    line_case_expect(&c, "a 192.0.2.7 x - y " TIME " \"GET / HTTP/1.1\" 200 5", "user=x - y");
    line_case_expect(&c, "a me - y " TIME " \"GET / HTTP/1.1\" 200 5", "ident=me\nuser=- y");
    line_case_close(&c);
}

Test(format_apache, a_header_without_quotes_may_hold_spaces_where_its_end_is_told)
{
    static const struct row rows[] = {
        {"%>s\t%{Host}i\t%{X-Request-Id}i\t%{X-Forwarded-Proto}i\t%{X-Forwarded-For}i",
         "200\ta b\tc  d\te f\t1.2.3.4 and more",
         "status=200\nvhost=a b\nrequest_id=c  d\nscheme=e f\nforwarded_for=1.2.3.4 and more"},
        {"%>s %{X-Forwarded-For}i", "200 1.2.3.4 5.6.7.8,9", "forwarded_for=1.2.3.4 5.6.7.8,9"},
        {"%{X-Forwarded-For}i %h %>s", "1.2.3.4, 5.6.7.8 a 200",
         "forwarded_for=1.2.3.4, 5.6.7.8\nhost=a"},
        {"%{Host}i:%p %h %>s", "a b:80 c 200", "vhost=a b\nport=80\nhost=c"},
    };
    CHECK(rows);
}

Test(format_apache, takes_several_spaces_for_one)
{
    static const struct row rows[] = {
        {"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %D",
         "0.0.0.0 -  -  " TIME " \"GET / HTTP/1.1\"  400 0 \"r\" \"-\"  8",
         "user=null\nstatus=400\nbytes=0\nreferrer=r\nagent=null\nrequest_time=8000"},
        {"%h  %>s", "a 200", "status=200"},
    };
    CHECK(rows);
}

Test(format_apache, forgives_what_follows_the_bytes)
{
    const char *spec = "%h %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %D";
    static const struct {
        const char *tail, *expected;
        unsigned cut;
    } rows[] = {
        {"", "bytes=5\nreferrer=absent", 1},
        {" ", "bytes=5\nreferrer=absent", 1},
        {" \"http://r", "referrer=absent\nagent=absent", 1},
        {" \"r\"", "referrer=r\nagent=absent", 1},
        {" \"r\" \"Mozilla/5.0 (comp", "referrer=r\nagent=absent", 1},
        {" \"r\" \"a\" 12", "agent=a\nrequest_time=12000", 0},
        {" \"r\" \"a\" 12 more \"of it\"", "agent=a\nrequest_time=12000", 0},
        {" \"r\" \"a\" 12more", "agent=a\nrequest_time=absent", 1},
        {" \"r\" \"a \"b\" c\" 12", "referrer=r\nagent=absent\nrequest_time=absent", 1},
        {" \"r\"x\" \"a\" 12", "referrer=absent\nagent=absent", 1},
        {" \"r\\\\\" \"a\\\"\" 12", "referrer=r\\\nagent=a\"\nrequest_time=12000", 0},
        {" - - 12", "referrer=null\nagent=null\nrequest_time=12000", 0},
        {" - \"a\" 12", "referrer=null\nagent=a\nrequest_time=12000", 0},
        {" \"r\" -", "referrer=r\nagent=null\nrequest_time=absent", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_case c = line_case_open(spec);
        char line[200];
        snprintf(line, sizeof line, "a 200 5%s", rows[i].tail);
        line_case_expect(&c, line, rows[i].expected);
        cr_expect_eq(c.entry.cut, rows[i].cut, "cut is %u: %s", c.entry.cut, line);
        line_case_close(&c);
    }
}

Test(format_apache, reads_a_request_with_stray_quotes_where_the_rest_fits)
{
    static const struct row rows[] = {
        {"%h \"%r\" %>s %b", "a \"GET /\"x\" HTTP/1.1\" 200 5", "path=/\"x\"\nstatus=200"},
        {"%h \"%r\" %>s %b", "a \"GET /\\\" 9 9 HTTP/1.1\" 200 5", "path=/\" 9 9\nstatus=200"},
    };
    CHECK(rows);
}

Test(format_apache, says_where_and_why_a_line_is_refused)
{
    static const struct {
        const char *line, *reason;
        uint32_t column;
    } rows[] = {
        {"", "a value is missing here", 1},
        {"a - - x", "a value is missing here", 5},
        {"a - - [31/Nov/2015:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5", "not a time", 8},
        {"a - - " TIME " \"GET / HTTP/1.1 200 5", "the line ends inside quotes", 57},
        {"a - - " TIME " \"GET / HTTP/1.1\" x00 5", "not a status", 53},
        {"a - - " TIME " \"GET / HTTP/1.1\" 1000 5", "not a status", 53},
        {"a - - " TIME " \"GET / HTTP/1.1\" 200 x", "not a number", 57},
        {"a - - " TIME " \"GET / HTTP/1.1\" 200", "the line ends before its format does", 56},
        {"a - - " TIME " GET / HTTP/1.1 200", "a quote is missing here", 36},
    };
    struct line_case c = line_case_open("common");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        line_case_refuses(&c, rows[i].line, rows[i].column, rows[i].reason);
    line_case_close(&c);
}

Test(format_apache, needs_the_whole_format_where_none_of_its_values_must_be_there)
{
    struct line_case c = line_case_open("%{Referer}i -> %{X}i");
    line_case_expect(&c, "http://r/ -> x", "referrer=http://r/");
    cr_expect_not(line_case_read(&c, "http://r/ - x"));
    line_case_close(&c);
    c = line_case_open("%T");
    cr_expect_not(line_case_read(&c, " "));
    line_case_close(&c);
}

Test(format_apache, tells_the_column_of_what_is_wrong_with_the_string)
{
    static const struct {
        const char *spec;
        uint32_t column;
    } rows[] = {
        {"%h %", 4},        {"%h %>s %{Referer", 9}, {"%h %!", 4},      {"%h % s", 4},
        {"%t %{test}p", 4}, {"%h %{min}T", 4},       {"%h %>s %^F", 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        struct format *f = format_new(text_of(rows[i].spec), &why);
        cr_expect_null(f, "%s", rows[i].spec);
        cr_expect_eq(why.column, rows[i].column, "%s: column %u: %s", rows[i].spec, why.column,
                     why.text);
        cr_expect(strlen(why.text) > 10);
        format_free(f);
    }
}

Test(format_apache, says_what_will_be_missing)
{
    static const struct {
        const char *spec, *missing;
    } rows[] = {
        {"combined", ""},
        {"%h \"%r\" %>s %b", "no time: lines count at the moment they are read"},
        {"%h %t \"%r\" %b", "no status: no statuses and no errors"},
        {"%h %t %>s", "no request: no sections; no size: no bytes"},
        {"%{X-Forwarded-For}i %t %r %>s %b",
         "no client address: no visitors but with --client forwarded"},
        {"%h %t %r\n%>s %b", "it has a line break, so that no line fits: write it in one"},
        {"%h %t %r %>s %b\r\n", ""},
        {"%h %t %r %>s %b\\n", ""},
        {"%{%F %T}t \"%r\" %>s %b %h", "the time has no zone: it is read as UTC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct format *f = format_new(text_of(rows[i].spec), NULL);
        struct text missing = format_missing(f);
        cr_expect(text_same(missing, text_of(rows[i].missing)), "%s: %.*s", rows[i].spec,
                  (int)missing.len, missing.at);
        format_free(f);
    }
}

Test(format_apache, stands_any_number_of_ambiguous_pieces)
{
    struct line_case c = line_case_open("%u-%u-%u-%u-%u-%u-%u-%u-%>s");
    char line[4000];
    memset(line, '-', sizeof line - 1);
    line[sizeof line - 2] = 'x';
    line[sizeof line - 1] = '\0';
    cr_expect_not(line_case_read(&c, line)); /* and comes back */
    line_case_close(&c);
    struct buf spec = {0};
    for (int i = 0; i < 200; i++)
        buf_str(&spec, "%h ");
    struct error why = {0};
    cr_expect_null(format_new(buf_text(&spec), &why));
    cr_expect_eq(why.column, 96 * 3 + 1, "%u %s", why.column, why.text);
    buf_done(&spec);
}
