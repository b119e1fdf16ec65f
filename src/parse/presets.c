#include "parse/presets.h"

#define CLF      "%h %l %u %t \"%r\" %>s %b"
#define COMBINED CLF " \"%{Referer}i\" \"%{User-Agent}i\""
/* The same with tabs between the values, for servers that were told so. */
#define TAB_CLF      "%h\t%l\t%u\t%t\t\"%r\"\t%>s\t%b"
#define TAB_COMBINED TAB_CLF "\t\"%{Referer}i\"\t\"%{User-Agent}i\""
#define LISTED_CLF   "%{list}a %l %u %t \"%r\" %>s %b"
#define NGINX                                                                                      \
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "             \
    "\"$http_referer\" \"$http_user_agent\""

#define WHEN       "[10/Oct/2000:13:55:36 -0700]"
#define CLF_SAMPLE "192.0.2.7 - frank " WHEN " \"GET /blog/2?p=1 HTTP/1.1\" 200 2326"
#define COMBINED_SAMPLE                                                                            \
    CLF_SAMPLE " \"http://www.example.com/\" \"Mozilla/5.0 (X11; Linux x86_64)\""

#define W3C_SAMPLE                                                                                 \
    "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken "    \
    "cs(User-Agent)\n"                                                                             \
    "2000-10-10 20:55:36 192.0.2.7 GET /blog/2 p=1 200 2326 48 Mozilla/5.0+(X11)"

/* A specification of several lines is several ways to write the same format. */
const struct preset presets[] = {
    {"common", CLF "\n" TAB_CLF, CLF_SAMPLE, "Common Log Format", 90},
    {"combined", COMBINED "\n" TAB_COMBINED, COMBINED_SAMPLE,
     "common with referrer and agent: Apache, nginx", 100},
    {"combinedio", COMBINED " %I %O", COMBINED_SAMPLE " 310 2621",
     "combined with the bytes on the wire, in and out", 70},
    {"vhost_common", "%v:%p " CLF "\n%v " CLF "\n%v\t" TAB_CLF, "www.example.com:443 " CLF_SAMPLE,
     "common behind the virtual host, with its port or without", 60},
    {"vhost_combined",
     "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"\n"
     "%v %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"\n%v\t" TAB_COMBINED,
     "www.example.com:443 " COMBINED_SAMPLE,
     "combined behind the virtual host, with its port or without", 80},
    {"syslog_combined", COMBINED "\n" TAB_COMBINED, "Oct 10 13:55:36 www nginx: " COMBINED_SAMPLE,
     "the same as combined: behind the prefix of syslog any format is read", 0},
    {"referer", "%{Referer}i -> %U", "http://www.example.com/ -> /blog/2", "Apache's referer log",
     0},
    {"agent", "%{User-Agent}i", "Mozilla/5.0 (X11; Linux x86_64)", "Apache's agent log", 0},
    {"nginx", NGINX, COMBINED_SAMPLE, "nginx's own combined (escapes as \\xHH)", 0},
    {"nginx-main", NGINX " \"$http_x_forwarded_for\"", COMBINED_SAMPLE " \"198.51.100.4\"",
     "combined with X-Forwarded-For: the main of nginx's packages", 75},
    {"nginx-iso8601",
     "$remote_addr - $remote_user [$time_iso8601] \"$request\" $status $body_bytes_sent "
     "\"$http_referer\" \"$http_user_agent\"",
     "192.0.2.7 - frank [2000-10-10T13:55:36-07:00] \"GET /blog/2?p=1 HTTP/1.1\" 200 2326 \"-\" "
     "\"Mozilla/5.0\"",
     "combined with nginx's $time_iso8601 in the place of $time_local", 72},
    {"nginx-ingress",
     NGINX " $request_length $request_time [$proxy_upstream_name] "
           "[$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length "
           "$upstream_response_time $upstream_status $req_id",
     COMBINED_SAMPLE " 462 0.050 [shop-web-80] [] 192.0.2.80:8080 2326 0.048 200 "
                     "2f3c9a0b7d1e4f5a8b6c3d2e1f0a9b8c",
     "ingress-nginx for Kubernetes", 74},
    {"nginx-proxy-manager",
     "[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme "
     "$host \"$request_uri\" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "
     "[Sent-to $server] \"$http_user_agent\" \"$http_referer\"\n"
     "[$time_local] $status - $request_method $scheme $host \"$request_uri\" "
     "[Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "
     "\"$http_user_agent\" \"$http_referer\"",
     WHEN " - 200 200 - GET https www.example.com \"/blog/2?p=1\" [Client 192.0.2.7] "
          "[Length 2326] [Gzip 3.10] [Sent-to 192.0.2.80] \"Mozilla/5.0\" \"-\"",
     "Nginx Proxy Manager, both of its lines", 50},
    {"traefik-clf",
     "%h - %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %{count}x \"%{router}x\" "
     "\"%{service}x\" %{ms}Tms",
     COMBINED_SAMPLE " 240 \"blog@docker\" \"http://192.0.2.80:80\" 12ms", "Traefik's own CLF", 73},
    {"lighttpd", "%h %v %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
     "192.0.2.7 www.example.com - " WHEN
     " \"GET /blog/2?p=1 HTTP/1.1\" 200 2326 \"-\" \"Mozilla/5.0\"",
     "lighttpd's default: the virtual host in the place of the ident", 0},
    {"forwarded_combined", "\"%{X-Forwarded-For}i\" " COMBINED,
     "\"198.51.100.4, 203.0.113.9\" " COMBINED_SAMPLE, "combined behind a quoted X-Forwarded-For",
     101},
    {"listed_combined", LISTED_CLF " \"%{Referer}i\" \"%{User-Agent}i\"",
     "198.51.100.4, 203.0.113.9, " COMBINED_SAMPLE,
     "combined with X-Forwarded-For in the place of the client: the first address counts", 85},
    {"listed_common", LISTED_CLF, "198.51.100.4, 203.0.113.9, " CLF_SAMPLE,
     "common with X-Forwarded-For in the place of the client", 65},
    {"openlitespeed", "\"" COMBINED "\"",
     "\"192.0.2.7 - - " WHEN " \"GET /blog/2?p=1 HTTP/1.1\" 200 2326 \"-\" \"Mozilla/5.0\"\"",
     "combined in quotes as a whole, as OpenLiteSpeed writes it", 102},
    {"python",
     "%h %l %u [%{%d/%b/%Y %H:%M:%S}t] \"%r\" %>s %b\n[%{%d/%b/%Y %H:%M:%S}t] \"%r\" %>s %b",
     "192.0.2.7 - - [10/Oct/2000 20:55:36] \"GET /blog/2?p=1 HTTP/1.1\" 200 -",
     "http.server, Flask and Django's runserver; times without a zone count as UTC", 34},
    {"uvicorn", "INFO: %h:%{remote}p - \"%r\" %>s",
     "INFO:     192.0.2.7:48160 - \"GET /blog/2?p=1 HTTP/1.1\" 200 OK", "uvicorn, without times",
     33},
    {"haproxy", "columns:haproxy",
     "Oct 10 20:55:36 lb haproxy[1438]: 192.0.2.7:33317 [10/Oct/2000:20:55:36.655] www blog/web1 "
     "10/0/30/69/109 200 2326 - - ---- 1/1/1/1/0 0/0 {www.example.com} {} "
     "\"GET /blog/2?p=1 HTTP/1.1\"",
     "HAProxy's HTTP log (option httplog), behind syslog's prefix or bare; times without a zone "
     "count as UTC",
     48},
    {"aws-alb", "columns:aws-alb",
     "https 2000-10-10T20:55:36.186641Z app/blog/50dc6c495c0c9188 192.0.2.7:48160 10.0.0.66:80 "
     "0.001 0.048 0.001 200 200 310 2326 \"GET https://www.example.com:443/blog/2?p=1 HTTP/1.1\" "
     "\"Mozilla/5.0\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg/blog "
     "\"Root=1-39e37d08-72bd\" \"www.example.com\" \"-\" 1",
     "AWS Application Load Balancer", 47},
    {"aws-elb", "columns:aws-elb",
     "2000-10-10T20:55:36.945958Z blog-lb 192.0.2.7:2817 10.0.0.1:80 0.000073 0.048021 0.000057 "
     "200 200 0 2326 \"GET http://www.example.com:80/blog/2?p=1 HTTP/1.1\" \"Mozilla/5.0\" - -",
     "AWS Classic Load Balancer", 46},
    {"aws-s3", "columns:aws-s3",
     "79a59df900b949e55d96 blog [10/Oct/2000:20:55:36 +0000] 192.0.2.7 - 3E57427F3E "
     "REST.GET.OBJECT 2.html \"GET /blog/2.html HTTP/1.1\" 200 - 2326 2326 48 47 "
     "\"http://www.example.com/\" \"Mozilla/5.0\" - s9lzHYrFp76Z= SigV4 ECDHE AuthHeader "
     "blog.s3.amazonaws.com TLSv1.2 - -",
     "AWS S3 server access log", 45},
    {"envoy", "columns:envoy",
     "[2000-10-10T20:55:36.310Z] \"GET /blog/2?p=1 HTTP/1.1\" 200 - 0 2326 50 48 "
     "\"198.51.100.4\" \"Mozilla/5.0\" \"cc21d9b0-cf5c-432b\" \"www.example.com\" \"10.0.2.1:80\"",
     "Envoy's default format", 44},
    {"istio", "columns:istio",
     "[2000-10-10T20:55:36.310Z] \"GET /blog/2?p=1 HTTP/1.1\" 200 - via_upstream - \"-\" 0 2326 50 "
     "48 \"198.51.100.4\" \"Mozilla/5.0\" \"cc21d9b0-cf5c-432b\" \"www.example.com\" "
     "\"10.0.2.1:80\" inbound|80|| 127.0.0.6:41099 10.0.2.1:80 192.0.2.7:48160 - default",
     "Istio's default format of Envoy", 49},
    {"squid", "columns:squid",
     "971211336.250    180 192.0.2.7 TCP_MISS/200 2326 GET http://www.example.com/blog/2?p=1 - "
     "HIER_DIRECT/198.51.100.4 text/html",
     "Squid's native access.log", 43},
    {"cloudfront", "w3c:cloudfront",
     "2000-10-10\t20:55:36\tLAX1\t2326\t192.0.2.7\tGET\td111111.cloudfront.net\t/blog/2\t200\t"
     "http://www.example.com/\tMozilla/5.0%20(X11)\tp=1\t-\tHit\tMRVMF7KydI==\twww.example.com\t"
     "https\t310\t0.048\t-\tTLSv1.2\tECDHE\tHit\tHTTP/1.1\t-\t-\t11040\t0.047",
     "AWS CloudFront standard log: columns by its #Fields line", 42},
    {"iis", "w3c:iis", W3C_SAMPLE, "the same as w3c: IIS", 0},
    {"w3c", "w3c:iis", W3C_SAMPLE,
     "W3C extended log of IIS and others: columns by its #Fields line", 41},
    {"caddy", "json:caddy",
     "{\"ts\":971211336.5,\"logger\":\"http.log.access\",\"request\":{\"remote_ip\":\"192.0.2.7\","
     "\"proto\":\"HTTP/1.1\",\"method\":\"GET\",\"host\":\"www.example.com\","
     "\"uri\":\"/blog/2?p=1\",\"headers\":{\"User-Agent\":[\"Mozilla/5.0\"]}},\"user_id\":\"\","
     "\"duration\":0.048,\"size\":2326,\"status\":200}",
     "Caddy's JSON access log", 39},
    {"traefik", "json:traefik",
     "{\"ClientHost\":\"192.0.2.7\",\"DownstreamContentSize\":2326,\"DownstreamStatus\":200,"
     "\"Duration\":48000000,\"RequestHost\":\"www.example.com\",\"RequestMethod\":\"GET\","
     "\"RequestPath\":\"/blog/2?p=1\",\"RequestProtocol\":\"HTTP/1.1\","
     "\"StartUTC\":\"2000-10-10T20:55:36.5Z\"}",
     "Traefik's JSON access log", 38},
    {"gcp", "json:gcp",
     "{\"httpRequest\":{\"latency\":\"0.048s\",\"protocol\":\"HTTP/"
     "1.1\",\"remoteIp\":\"192.0.2.7\","
     "\"requestMethod\":\"GET\",\"requestSize\":\"310\","
     "\"requestUrl\":\"https://www.example.com/blog/2?p=1\",\"responseSize\":\"2326\","
     "\"status\":200,\"userAgent\":\"Mozilla/5.0\"},\"timestamp\":\"2000-10-10T20:55:36.5Z\"}",
     "Google Cloud's log entries with an httpRequest", 36},
    {"cloudflare", "json:cloudflare",
     "{\"ClientIP\":\"192.0.2.7\",\"ClientRequestHost\":\"www.example.com\","
     "\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":\"/blog/2?p=1\","
     "\"EdgeEndTimestamp\":\"2000-10-10T20:55:37Z\",\"EdgeResponseBytes\":2326,"
     "\"EdgeResponseStatus\":200,\"EdgeStartTimestamp\":\"2000-10-10T20:55:36Z\","
     "\"RayID\":\"3a6050bcbe121a87\"}",
     "Cloudflare Logpush, HTTP requests", 35},
    {"envoy-json", "json:envoy",
     "{\"start_time\":\"2000-10-10T20:55:36.310Z\",\"method\":\"GET\",\"path\":\"/blog/2?p=1\","
     "\"protocol\":\"HTTP/1.1\",\"response_code\":200,\"response_flags\":\"-\","
     "\"bytes_received\":0,\"bytes_sent\":2326,\"duration\":50,\"upstream_service_time\":\"48\","
     "\"user_agent\":\"Mozilla/5.0\",\"authority\":\"www.example.com\","
     "\"downstream_remote_address\":\"192.0.2.7:48160\"}",
     "Envoy's and Istio's JSON", 40},
    {"lograge", "json:lograge",
     "{\"method\":\"GET\",\"path\":\"/blog/2?p=1\",\"format\":\"html\","
     "\"controller\":\"BlogController\",\"action\":\"show\",\"status\":200,\"duration\":48.2,"
     "\"view\":40.4,\"db\":3.1,\"@timestamp\":\"2000-10-10T20:55:36.5Z\"}",
     "lograge of Rails as JSON", 40},
    {"json", "json:usual",
     "{\"time_iso8601\":\"2000-10-10T20:55:36+00:00\",\"remote_addr\":\"192.0.2.7\","
     "\"request\":\"GET /blog/2?p=1 HTTP/1.1\",\"status\":200,\"body_bytes_sent\":2326,"
     "\"request_time\":0.048,\"http_user_agent\":\"Mozilla/5.0\"}",
     "nginx or Apache JSON by the usual key names; json:field=key,... for any others", 37},
    {"ltsv", "ltsv:usual",
     "time:[10/Oct/2000:13:55:36 -0700]\thost:192.0.2.7\treq:GET /blog/2?p=1 HTTP/1.1\tstatus:200\t"
     "size:2326\treferer:-\tua:Mozilla/5.0\tvhost:www.example.com\treqtime:0.048",
     "Labeled Tab-separated Values by the usual labels; ltsv:field=label,... for others", 36},
    {"logfmt", "logfmt:usual",
     "2000-10-10T20:55:36.123456+00:00 heroku[router]: at=info method=GET path=\"/blog/2?p=1\" "
     "host=www.example.com request_id=8601b555 fwd=\"192.0.2.7\" dyno=web.1 connect=1ms "
     "service=48ms "
     "status=200 bytes=2326 protocol=https",
     "name=value pairs: Heroku's router, lograge; logfmt:field=name,... for others", 34},
};
const size_t preset_count = sizeof presets / sizeof *presets;

const struct preset *preset_named(struct text name)
{
    for (size_t i = 0; i < preset_count; i++)
        if (text_same_caseless(name, text_of(presets[i].name)))
            return &presets[i];
    return NULL;
}
