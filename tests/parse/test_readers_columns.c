#include "line_case.h"

#define SQUID_LINE                                                                                 \
    "1700000000.250    180 192.0.2.1 TCP_MISS/200 411 GET http://example.org/a/b?c - "             \
    "HIER_DIRECT/198.51.100.2 text/html"
#define HAPROXY_LINE                                                                               \
    "Nov 14 22:13:20 lb haproxy[14389]: 10.0.1.2:33317 [14/Nov/2023:22:13:20.655] http-in "        \
    "static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a b|c} {} "                       \
    "\"GET /index.html HTTP/1.1\""
#define ENVOY_LINE                                                                                 \
    "[2023-11-14T22:13:20.310Z] \"POST /api/v1 HTTP/2\" 204 - 154 10 226 100 \"10.0.35.28\" "      \
    "\"nsq2http\" \"cc21d9b0-cf5c\" \"locations\" \"tcp://10.0.2.1:80\""
#define ELB_LINE                                                                                   \
    "2023-11-14T22:13:20.945958Z my-balancer 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 "       \
    "0.000057 200 201 12 29 \"GET http://www.example.com:80/a/b HTTP/1.1\" "                       \
    "\"curl/7.38.0\" DHE-RSA-AES128-SHA TLSv1.2"
#define ALB_LINE                                                                                   \
    "h2 2023-11-14T22:13:20.186641Z app/my-balancer/50dc6c495c0c9188 10.0.1.252:48160 "            \
    "10.0.0.66:9000 0.000 0.002 0.000 200 200 5 257 \"GET https://10.0.2.105:773/x HTTP/2.0\" "    \
    "\"curl/7.46.0\" ECDHE TLSv1.2 arn:aws:tg \"Root=1-58337327-72bd\" \"api.example.com\" "       \
    "\"session-reused\" 1 2023-11-14T22:13:20.186641Z \"redirect\" \"https://e:80/\" \"-\""
#define S3_LINE                                                                                    \
    "79a59df900b949e5 bucket1 [14/Nov/2023:22:13:20 +0000] 192.0.2.3 arn:aws:iam::1:user/u "       \
    "3E57427F3EXAMPLE REST.GET.OBJECT photos/a.jpg \"GET /bucket1/photos/a.jpg HTTP/1.1\" 200 "    \
    "- 2662992 3462992 70 10 \"-\" \"S3Console/0.4, aws-sdk\" - hostid= SigV4 ECDHE AuthHeader "   \
    "bucket1.s3.us-west-1.amazonaws.com TLSv1.2 - Yes"

static void reads(const char *spec, const char *line, const char *fields)
{
    struct line_case c = line_case_open(spec);
    line_case_expect(&c, line, fields);
    line_case_close(&c);
}

static void refuses(const char *spec, const char *line, uint32_t column, const char *reason)
{
    struct line_case c = line_case_open(spec);
    line_case_refuses(&c, line, column, reason);
    line_case_close(&c);
}

Test(readers_columns, reads_squid)
{
    reads("columns:squid", SQUID_LINE,
          "time=2023-11-14T22:13:20.250Z\nrequest_time=180000000\nhost=192.0.2.1\ncache=TCP_MISS\n"
          "status=200\nbytes=411\nmethod=GET\npath=http://example.org/a/b?c\nsection=/a\n"
          "user=null\nupstream=198.51.100.2");
    reads("columns:squid",
          "1700000000.000      0 ::1 NONE/000 0 NONE error:invalid-request frank HIER_NONE/- -",
          "status=0\nsection=null\nuser=frank\nupstream=null");
    reads("columns:squid", "1700000000.000  -1 ::1 TCP_TUNNEL/200 9 CONNECT e.org:443",
          "request_time=null\nmethod=CONNECT\nuser=absent\nsection=null");
    refuses("columns:squid", "1700000000.250 180 192.0.2.1 TCP_MISS 411 GET http://a/", 30,
            "not what the format has here");
    refuses("columns:squid", "1700000000.250 180 192.0.2.1 TCP_MISS/200", 42,
            "the line ends too early");
    refuses("columns:squid", "soon 180 192.0.2.1 TCP_MISS/200 411 GET http://a/", 1,
            "not what the format has here");
}

Test(readers_columns, reads_haproxy)
{
    reads("columns:haproxy", HAPROXY_LINE,
          "time=2023-11-14T22:13:20.655Z\nhost=10.0.1.2\nupstream=static/srv1\n"
          "request_time=109000000\nupstream_connect_time=30000000\nupstream_header_time=69000000\n"
          "status=200\nbytes=2750\nmethod=GET\npath=/index.html\nsection=/index.html\n"
          "protocol=HTTP/1.1");
    reads("columns:haproxy",
          "2001:db8::1:99 [14/Nov/2023:22:13:20.000] f~ b/<NOSRV> -1/-1/-1/-1/+5 -1 +0 - - PR-- "
          "1/1/0/0/3 0/0 \"<BADREQ>\"",
          "host=2001:db8::1\nrequest_time=5000000\nupstream_connect_time=null\nstatus=null\n"
          "bytes=0\nrequest=<BADREQ>\nsection=null\ntime=2023-11-14T22:13:20Z");
    reads("columns:haproxy",
          "h:1 [14/Nov/2023:22:13:20.000] f b/s 0/0/0/0/0 200 1 - - ---- 1/1/1/1/0 0/0 "
          "\"GET /cut/off",
          "path=/cut/off\nsection=/cut");
    refuses("columns:haproxy", "Nov 14 22:13:20 lb haproxy[1]: Server b/s is DOWN", 1,
            "no [date] of an HTTP log line");
    refuses("columns:haproxy",
            "h:1 [14/Nov/2023:22:13:20.000] f b/s 0/0/0 200 1 - - -- 1/1/1/1/0 0/0", 38,
            "not what the format has here");
    refuses("columns:haproxy",
            "h:1 [14/Nov/2023:22:13:20.000] f b/s 0/0/0/0/0 200 1 - - ---- 1 0/0", 68,
            "no request in quotes");
    refuses("columns:haproxy", "h:1 [31/Nov/2023:22:13:20.000] f b/s 0/0/0/0/0 200", 6,
            "not what the format has here");
}

#define ISTIO_LINE                                                                                 \
    "[2023-11-14T22:13:20.310Z] \"GET /a/b HTTP/1.1\" 503 UF,URX upstream_reset{timeout} - "       \
    "\"delayed connect error: 111\" 7 91 10 - \"198.51.100.4, 10.0.0.9\" \"curl/8\" \"cc21d9b0\" " \
    "\"shop:80\" \"10.0.2.1:80\" inbound|80|| 127.0.0.6:41099 10.0.2.1:80 192.0.2.7:48160 "        \
    "outbound_.80_._.shop default"

Test(readers_columns, reads_istio)
{
    reads("columns:istio", ISTIO_LINE,
          "time=2023-11-14T22:13:20.310Z\npath=/a/b\nstatus=503\nrequest_length=7\nbytes=91\n"
          "request_time=10000000\nupstream_time=null\nforwarded_for=198.51.100.4, 10.0.0.9\n"
          "agent=curl/8\nrequest_id=cc21d9b0\nvhost=shop:80\nupstream=10.0.2.1:80\n"
          "host=192.0.2.7");
    reads("columns:istio", "[2023-11-14T22:13:20.310Z] \"- - -\" 0 - - - \"-\" 5 9 100 - \"-\"",
          "status=0\nmethod=null\nbytes=9\nforwarded_for=null\nhost=absent");
    refuses("columns:istio", ENVOY_LINE, 63, "not what the format has here");
}

Test(readers_columns, reads_envoy)
{
    reads("columns:envoy", ENVOY_LINE,
          "time=2023-11-14T22:13:20.310Z\nmethod=POST\npath=/api/v1\nsection=/api\nstatus=204\n"
          "request_length=154\nbytes=10\nrequest_time=226000000\nupstream_time=100000000\n"
          "forwarded_for=10.0.35.28\nagent=nsq2http\nrequest_id=cc21d9b0-cf5c\nvhost=locations\n"
          "upstream=tcp://10.0.2.1:80");
    reads("columns:envoy",
          "[2023-11-14T22:13:20.310Z] \"- - -\" 0 DC 0 0 1 - \"-\" \"-\" \"-\" \"-\" \"-\"",
          "section=null\nstatus=0\nupstream_time=null\nagent=null\nvhost=null");
    refuses("columns:envoy", "[2023-11-14T22:13:20.310Z] \"GET / HTTP/1.1", 43,
            "the line ends too early");
}

Test(readers_columns, reads_amazons_balancers)
{
    reads("columns:aws-elb", ELB_LINE,
          "time=2023-11-14T22:13:20.945958Z\nhost=192.0.2.39\nupstream=10.0.0.1:80\n"
          "request_time=1178000\nupstream_time=1048000\nstatus=200\nupstream_status=201\n"
          "request_length=12\nbytes=29\nmethod=GET\npath=http://www.example.com:80/a/b\n"
          "section=/a\nagent=curl/7.38.0\ntls=TLSv1.2");
    reads("columns:aws-elb",
          "2023-11-14T22:13:20Z lb 192.0.2.1:1 - 0.1 -1 -1 504 0 0 0 \"GET http://a:80/ HTTP/1.1\" "
          "\"-\" - -",
          "upstream=null\nrequest_time=null\nupstream_time=null\nstatus=504\nagent=null\ntls=null");
    reads("columns:aws-elb",
          "2023-11-14T22:13:20Z lb 192.0.2.1:1 10.0.0.1:80 0.1 0.2 0.3 - - 82 305 \"- - - \" \"-\" "
          "- -",
          "status=null\nsection=null\nbytes=305\nrequest_time=600000000");
    reads("columns:aws-alb", ALB_LINE,
          "scheme=h2\ntime=2023-11-14T22:13:20.186641Z\nhost=10.0.1.252\nrequest_time=2000000\n"
          "status=200\nbytes=257\nsection=/x\nrequest_id=Root=1-58337327-72bd\n"
          "vhost=api.example.com\ntls=TLSv1.2\nprotocol=HTTP/2.0");
    refuses("columns:aws-elb", "2023-11-14T22:13:20Z lb 192.0.2.1:1 - 0.1 x -1 504", 43,
            "not what the format has here");
}

Test(readers_columns, quotes_that_nobody_escaped_stay_in_the_value)
{
    reads("columns:aws-elb",
          "2023-11-14T22:13:20Z lb h:1 - 0 0 0 200 200 0 1 \"GET http://a:80/ HTTP/1.1\" "
          "\"a \"b\"c \\\" d\" - TLSv1.2",
          "agent=a \"b\"c \" d\ntls=TLSv1.2");
}

Test(readers_columns, reads_s3)
{
    reads("columns:aws-s3", S3_LINE,
          "time=2023-11-14T22:13:20Z\nhost=192.0.2.3\nuser=arn:aws:iam::1:user/u\n"
          "request_id=3E57427F3EXAMPLE\nmethod=GET\nsection=/bucket1\nstatus=200\nbytes=2662992\n"
          "request_time=70000000\nfirst_byte_time=10000000\nreferrer=null\n"
          "agent=S3Console/0.4, aws-sdk\nvhost=bucket1.s3.us-west-1.amazonaws.com\ntls=TLSv1.2");
    reads("columns:aws-s3",
          "o b [14/Nov/2023:22:13:20 +0000] - AmazonS3 id S3.EXPIRE.OBJECT k - - - -",
          "host=null\nrequest=null\nsection=null\nstatus=null\nbytes=null\nagent=absent");
}

Test(readers_columns, values_of_a_line_cut_short_are_absent)
{
    static const struct {
        const char *spec, *line;
    } rows[] = {{"columns:squid", SQUID_LINE}, {"columns:haproxy", HAPROXY_LINE},
                {"columns:envoy", ENVOY_LINE}, {"columns:istio", ISTIO_LINE},
                {"columns:aws-elb", ELB_LINE}, {"columns:aws-alb", ALB_LINE},
                {"columns:aws-s3", S3_LINE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_case c = line_case_open(rows[i].spec);
        field_set before = 0;
        for (size_t len = 0; len <= strlen(rows[i].line); len++) {
            bool hit = line_case_read_wanting(&c, text_make(rows[i].line, len), UINT64_MAX);
            cr_assert(hit || c.reject.reason != NULL);
            cr_assert(!hit || (c.entry.has & format_fields(c.format)) == c.entry.has);
            field_set has = hit ? c.entry.has | c.entry.null : 0;
            cr_assert_eq(before & ~has & ~c.entry.null, 0, "%s lost a field at %zu", rows[i].spec,
                         len);
            before = has;
        }
        cr_assert_neq(before, 0);
        line_case_close(&c);
    }
}

Test(readers_columns, an_unknown_layout_is_an_error)
{
    struct error why = {0};
    cr_assert_null(format_new(TEXT("columns:nosuch"), &why));
    cr_assert_not_null(strstr(why.text, "nosuch"));
}
