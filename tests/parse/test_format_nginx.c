/* test_format_nginx.c - log_format strings: what each variable means and where values end. */
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

Test(format_nginx, reads_variables_with_braces_and_without)
{
    static const struct row rows[] = {
        {"$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent",
         "::ffff:192.0.2.7 - a b " TIME " \"GET /a/b HTTP/2.0\" 499 0",
         "host=::ffff:192.0.2.7\nuser=a "
         "b\ntime=2000-10-10T20:55:36Z\nsection=/a\nstatus=499\nbytes=0"},
        {"${status}/${bytes_sent}ms $host:$server_port", "009/5ms h:80",
         "status=9\nbytes=5\nvhost=h\nport=80"},
        {"$time_iso8601 $status", "2013-02-28T03:00:00+09:00 200", "time=2013-02-27T18:00:00Z"},
        {"$msec $status", "1690000000.123 200", "time=2023-07-22T04:26:40.123Z"},
        {"$status \"$http_user_agent\"", "200 \"a\\x22b\\x5C\\xC3\\xA9\"", "agent=a\"b\\\xc3\xa9"},
    };
    CHECK(rows);
}

Test(format_nginx, a_user_may_be_nothing_but_spaces)
{
    static const struct row rows[] = {
        {"$remote_addr - $remote_user [$time_local] $status", "192.0.2.7 -    " TIME " 401",
         "host=192.0.2.7\nuser=\nstatus=401"},
        {"$remote_addr - $remote_user [$time_local] $status", "192.0.2.7 -  " TIME " 401",
         "host=192.0.2.7\nuser=\nstatus=401"},
        {"$remote_addr - $remote_user [$time_local] $status", "192.0.2.7 -  [x " TIME " 401",
         "user=[x"},
    };
    CHECK(rows);
    struct line_case c = line_case_open("$remote_addr - $remote_user [$time_local] $status");
    line_case_refuses(&c, "192.0.2.7 - " TIME " 401", 13, "a value is missing here");
    line_case_close(&c);
}

Test(format_nginx, sums_the_times_of_all_upstreams)
{
    static const struct row rows[] = {
        {"$status $upstream_response_time x", "200 0.001, 0.034 : 0.005 x",
         "upstream_time=40000000"},
        {"$status $upstream_response_time", "200 - : 0.019, -", "upstream_time=19000000"},
        {"$status $upstream_response_time", "200 -", "upstream_time=null"},
        {"$status \"$upstream_response_time\" $pipe", "200 \"1.000, -, 2.000\" .",
         "upstream_time=3000000000"},
        {"$status rt=$request_time uct=\"$upstream_connect_time\" uht=\"$upstream_header_time\"",
         "200 rt=0.012 uct=\"0.001\" uht=\"0.002, 0.003\"",
         "request_time=12000000\nupstream_connect_time=1000000\nupstream_header_time=5000000"},
        {"$status $upstream_addr $upstream_status $request_time",
         "200 10.0.0.1:80, unix:/x : 10.0.0.2:80 502, 200 0.1",
         "upstream=10.0.0.1:80, unix:/x : "
         "10.0.0.2:80\nupstream_status=200\nrequest_time=100000000"},
    };
    CHECK(rows);
}

Test(format_nginx, reads_a_request_that_is_logged_in_parts)
{
    static const struct row rows[] = {
        {"$request_method $scheme://$host$request_uri $status", "GET https://h/a/b?c 200",
         "method=GET\nscheme=https\nstatus=200"},
        {"$request_method \"$uri$is_args$args\" $status", "GET \"/a/b?c=1\" 200",
         "path=/a/b?c=1\nsection=/a"},
        {"$status \"$request_uri\" \"$args\"", "200 \"/a?x\" \"x\"",
         "path=/a?x\nquery=x\nsection=/a"},
        {"[$time_local] $status - $request_method $scheme $host \"$request_uri\" [Client "
         "$remote_addr] "
         "[Length $body_bytes_sent] [Gzip $gzip_ratio]",
         TIME " 444 - GET https h \"/.env\" [Client 192.0.2.7] [Length 0] [Gzip -]",
         "section=/.env\nhost=192.0.2.7\nbytes=0\nvhost=h"},
    };
    CHECK(rows);
}

Test(format_nginx, a_part_of_the_request_may_be_empty)
{
    static const struct row rows[] = {
        {"$msec $host \"$request_method $request_uri $server_protocol\" $status",
         "1.000 h \"- - \" 400", "vhost=h\nmethod=null\npath=null\nprotocol=\nstatus=400"},
        {"\"$request_method $request_uri $server_protocol\" $status", "\"GET /a HTTP/1.1\" 200",
         "method=GET\npath=/a\nprotocol=HTTP/1.1"},
        {"\"$server_protocol $request_uri\" $status", "\" /a\" 200", "protocol=\npath=/a"},
        {"[$scheme$request_method] $status", "[httpsGET] 200", "status=200"},
    };
    CHECK(rows);
}

Test(format_nginx, words_between_spaces_may_be_empty_where_nothing_else_fits)
{
    static const struct row rows[] = {
        {"$server_protocol $host $status", " h 200", "protocol=\nvhost=h\nstatus=200"},
        {"$status $upstream_cache_status $request_time", "200  0.5",
         "cache=\nrequest_time=500000000"},
        {"$status $upstream_cache_status $request_time", "200  HIT  0.5",
         "cache=HIT\nrequest_time=500000000"},
        {"$status $upstream_addr $upstream_status $ssl_protocol", "200  404 ",
         "upstream=\nupstream_status=404\ntls="},
        {"$remote_addr $host $remote_user $http_x [$time_local] $status", "a    " TIME " 200",
         "vhost=\nuser=\nstatus=200"},
        {"$remote_addr $host [$time_local] $status", "a  b  " TIME "  200", "vhost=b\nstatus=200"},
    };
    CHECK(rows);
    /* what is wanted makes no difference */
    struct line_case c = line_case_open("$status $upstream_addr $upstream_status");
    cr_assert(line_case_read_wanting(&c, TEXT("200  404"), FIELD_BIT(FIELD_UPSTREAM)));
    cr_expect_str_eq(line_case_show(&c, FIELD_UPSTREAM), "");
    line_case_close(&c);
    c = line_case_open("$remote_addr $status");
    cr_expect_not(line_case_read(&c, " 200"), "a client always has an address");
    line_case_close(&c);
}

Test(format_nginx, of_an_address_with_colons_the_last_parts_its_port)
{
    static const struct row rows[] = {
        {"$remote_addr:$remote_port $status", "2001:db8::7:51234 200", "host=2001:db8::7"},
        {"$remote_addr:$remote_port $status", "192.0.2.7:51234 200", "host=192.0.2.7"},
        {"[$remote_addr]:$remote_port $status", "[2001:db8::7]:51234 200", "host=2001:db8::7"},
    };
    CHECK(rows);
}

Test(format_nginx, without_escapes_the_last_quote_of_the_line_ends_the_last_value)
{
    static const char format[] = "log_format x escape=none '$status \"$http_user_agent\"';";
    static const struct row rows[] = {
        {format, "200 \"a \"b\" c\"", "agent=a \"b\" c"},
        {format, "200 \"a\" b\"", "agent=a\" b"},
        {format, "200 \"a\" more", "agent=a"},
        {format, "200 \"\"", "agent=null"},
    };
    CHECK(rows);
}

Test(format_nginx, a_header_without_quotes_may_hold_spaces_where_its_end_is_told)
{
    static const struct row rows[] = {
        {"$status\t$http_host\t$http_x_request_id\t$request_time\t$http_x_forwarded_for",
         "200\ta b\tc d\t0.5\t1.2.3.4 x",
         "vhost=a b\nrequest_id=c d\nrequest_time=500000000\nforwarded_for=1.2.3.4 x"},
        {"$http_host:$server_port $remote_addr $status", "a b:80 c 200", "vhost=a b\nhost=c"},
        {"$http_host $remote_addr $status", "h c 200", "vhost=h\nhost=c"},
    };
    CHECK(rows);
}

Test(format_nginx, two_quotes_are_the_name_that_the_client_sent)
{
    static const struct row rows[] = {
        {"log_format x escape=none '$remote_addr\t$remote_user\t$status';", "a\t\"\"\t200",
         "user=\"\""},
        {"$remote_addr - $remote_user [$time_local] $status", "a - \"\" " TIME " 200", "user=\"\""},
        {"log_format x escape=none '$remote_addr\t$remote_user\t$status';", "a\t\t200",
         "user=null"},
    };
    CHECK(rows);
}

Test(format_nginx, captures_and_steps_over_what_it_does_not_know)
{
    static const struct row rows[] = {
        {"$the_real_ip - [$the_real_ip] - $foo [$bar] $status", "1.2.3.4 - [1.2.3.4] - x, y [] 200",
         "host=1.2.3.4\nstatus=200"},
        {"$http_x_custom $cookie_a $status $body_bytes_sent", "a b c 200 5", "status=200\nbytes=5"},
        {"$http_x_forwarded_for $remote_addr $status", "1.2.3.4, 5.6.7.8 10.0.0.1 200",
         "forwarded_for=1.2.3.4, 5.6.7.8\nhost=10.0.0.1"},
    };
    CHECK(rows);
}

Test(format_nginx, takes_the_directive_as_it_stands_in_the_configuration)
{
    static const struct row rows[] = {
        {"log_format main '$remote_addr [$time_local] '\n   '\"$request\" $status';",
         "a " TIME " \"GET /x HTTP/1.1\" 200", "host=a\nsection=/x"},
        {"'$remote_addr [$time_local] ' '\"$request\" $status'",
         "a " TIME " \"GET /x HTTP/1.1\" 200", "host=a\nsection=/x"},
        {"log_format j escape=json '{\"a\":\"$remote_addr\",\"s\":$status,\"t\":$request_time}';",
         "{\"a\":\"x\",\"s\":200,\"t\":0.5}", "host=x\nstatus=200\nrequest_time=500000000"},
        {"log_format j escape=json "
         "'{\"u\":\"$remote_user\",\"t\":$upstream_response_time,\"s\":$status}';",
         "{\"u\":\"\",\"t\":,\"s\":404}", "user=null\nupstream_time=null\nstatus=404"},
        {"log_format j escape=json '\"$http_user_agent\" $status';", "\"a\\\"b\\u00e9\" 200",
         "agent=a\"b\xc3\xa9\nstatus=200"},
        {"log_format n escape=none '\"$http_user_agent\" $status';", "\"a \"b\" \\x41\" 200",
         "agent=a \"b\" \\x41\nstatus=200"},
    };
    CHECK(rows);
}

Test(format_nginx, tells_the_column_of_what_is_wrong_with_the_string)
{
    static const struct {
        const char *spec;
        uint32_t column;
    } rows[] = {{"$status $", 9}, {"$status ${host", 9}, {"$status $-", 9}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        cr_expect_null(format_new(text_of(rows[i].spec), &why), "%s", rows[i].spec);
        cr_expect_eq(why.column, rows[i].column, "%s: column %u: %s", rows[i].spec, why.column,
                     why.text);
    }
}

Test(format_nginx, refuses_a_string_that_is_no_format)
{
    static const char *const specs[] = {"", "nonsense", "log_format x 'abc", "combind"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct error why = {0};
        cr_expect_null(format_new(text_of(specs[i]), &why), "%s", specs[i]);
        cr_expect(strlen(why.text) > 10, "%s: %s", specs[i], why.text);
    }
}
