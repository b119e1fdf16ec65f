/* test_request.c - request lines taken apart, and their sections. */
#include <criterion/criterion.h>

#include "parse/value.h"

static bool is(struct text got, const char *expected)
{
    return expected ? got.at && text_same(got, text_of(expected)) : got.at == NULL;
}

Test(request, is_split_into_method_path_and_protocol)
{
    static const struct {
        const char *request, *method, *path, *protocol;
    } rows[] = {
        {"GET / HTTP/1.1", "GET", "/", "HTTP/1.1"},
        {"GET /a?b#c HTTP/2", "GET", "/a?b#c", "HTTP/2"},
        {"geti /products/42 HTTP/1.1", "geti", "/products/42", "HTTP/1.1"},
        {"M-SEARCH * HTTP/1.1", "M-SEARCH", "*", "HTTP/1.1"},
        {"VERSION_2 /a", "VERSION_2", "/a", NULL},
        {"GET /", "GET", "/", NULL},
        {"GET / ", "GET", "/", NULL},
        {"GET /index.html HTT", "GET", "/index.html HTT", NULL},
        {"GET /a b c HTTP/1.0", "GET", "/a b c", "HTTP/1.0"},
        {"GET  /a  HTTP/1.0 ", "GET", "/a", "HTTP/1.0"},
        {"GET HTTP/1.1", "GET", "HTTP/1.1", NULL},
        {"OPTIONS / RTSP/1.0", "OPTIONS", "/", "RTSP/1.0"},
        {"PRI * HTTP/2.0", "PRI", "*", "HTTP/2.0"},
        {"CONNECT h:443 HTTP/1.1", "CONNECT", "h:443", "HTTP/1.1"},
        {"GET http://h/a HTTP/1.1", "GET", "http://h/a", "HTTP/1.1"},
        {"GET @bxss.me::80/rpb.png HTTP/1.1", "GET", "@bxss.me::80/rpb.png", "HTTP/1.1"},
        {"GET /a http/1.1", "GET", "/a http/1.1", NULL},
        {"GET /a b/1", "GET", "/a b/1", NULL},
        {"", NULL, NULL, NULL},
        {"-", NULL, NULL, NULL},
        {"- - HTTP/1.0", NULL, NULL, NULL},
        {"batman", NULL, NULL, NULL},
        {"GET", NULL, NULL, NULL},
        {"GET ", NULL, NULL, NULL},
        {" GET /", NULL, NULL, NULL},
        {"\\x16\\x03\\x01 /a", NULL, NULL, NULL},
        {"lv|'|'|VH= Win XP|'|'|[endof]", NULL, NULL, NULL},
        {"1GET /", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request_parts parts = request_split(text_of(rows[i].request));
        cr_expect(is(parts.method, rows[i].method), "method of %s", rows[i].request);
        cr_expect(is(parts.path, rows[i].path), "path of %s", rows[i].request);
        cr_expect(is(parts.protocol, rows[i].protocol), "protocol of %s", rows[i].request);
    }
}

Test(request, has_the_first_segment_of_its_path_as_section)
{
    static const struct {
        const char *target, *section;
    } rows[] = {
        {"/pages/create?x=1", "/pages"},
        {"/", "/"},
        {"/favicon.ico", "/favicon.ico"},
        {"/a", "/a"},
        {"/a/", "/a"},
        {"/a?b/c", "/a"},
        {"/a#b/c", "/a"},
        {"/?a/b", "/"},
        {"/#a", "/"},
        {"//a", "/"},
        {"///", "/"},
        {"/a b/c", "/a b"},
        {"/%61/b", "/%61"},
        {"/\\x22/b", "/\\x22"},
        {"http://host/a/b", "/a"},
        {"HTTPS://user@host:80/a?b", "/a"},
        {"http://[:1]/foo", "/foo"},
        {"http://host//a", "/"},
        {"http://host/", "/"},
        {"http:///a/b", "/a"},
        {"http://host", NULL},
        {"http://host?/a", NULL},
        {"http:/a", NULL},
        {"://h/a", NULL},
        {"1http://h/a", NULL},
        {"host:443", NULL},
        {"*", NULL},
        {"-", NULL},
        {"", NULL},
        {"a/b", NULL},
        {"?a", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text section = request_section(text_of(rows[i].target));
        cr_expect(is(section, rows[i].section), "%s: '%.*s'", rows[i].target, (int)section.len,
                  section.at ? section.at : "(none)");
    }
}
