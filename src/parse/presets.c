#include "parse/presets.h"

#define CLF      "%h %l %u %t \"%r\" %>s %b"
#define COMBINED CLF " \"%{Referer}i\" \"%{User-Agent}i\""
#define NGINX                                                                                      \
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "             \
    "\"$http_referer\" \"$http_user_agent\""

#define WHEN       "[10/Oct/2000:13:55:36 -0700]"
#define CLF_SAMPLE "192.0.2.7 - frank " WHEN " \"GET /blog/2?p=1 HTTP/1.1\" 200 2326"
#define COMBINED_SAMPLE                                                                            \
    CLF_SAMPLE " \"http://www.example.com/\" \"Mozilla/5.0 (X11; Linux x86_64)\""

/* A specification of several lines is several ways to write the same format. */
const struct preset presets[] = {
    {"common", CLF, CLF_SAMPLE, "Common Log Format", 90},
    {"combined", COMBINED, COMBINED_SAMPLE, "common with referrer and agent: Apache, nginx", 100},
    {"combinedio", COMBINED " %I %O", COMBINED_SAMPLE " 310 2621",
     "combined with the bytes on the wire, in and out", 70},
    {"vhost_common", "%v:%p " CLF "\n%v " CLF, "www.example.com:443 " CLF_SAMPLE,
     "common behind the virtual host, with its port or without", 60},
    {"vhost_combined",
     "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"\n"
     "%v %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"",
     "www.example.com:443 " COMBINED_SAMPLE,
     "combined behind the virtual host, with its port or without", 80},
    {"referer", "%{Referer}i -> %U", "http://www.example.com/ -> /blog/2", "Apache's referer log",
     0},
    {"agent", "%{User-Agent}i", "Mozilla/5.0 (X11; Linux x86_64)", "Apache's agent log", 0},
    {"nginx", NGINX, COMBINED_SAMPLE, "nginx's own combined (escapes as \\xHH)", 0},
    {"nginx-main", NGINX " \"$http_x_forwarded_for\"", COMBINED_SAMPLE " \"198.51.100.4\"",
     "combined with X-Forwarded-For: the main of nginx's packages", 75},
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
     40},
};
const size_t preset_count = sizeof presets / sizeof *presets;

const struct preset *preset_named(struct text name)
{
    for (size_t i = 0; i < preset_count; i++)
        if (text_same_caseless(name, text_of(presets[i].name)))
            return &presets[i];
    return NULL;
}
