#include "line_case.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

static const char caddy_line[] =
    "{\"level\":\"info\",\"ts\":1700000000.25,\"logger\":\"http.log.access\",\"msg\":\"handled "
    "request\",\"request\":{\"remote_ip\":\"192.0.2.7\",\"client_ip\":\"198.51.100.9\","
    "\"proto\":\"HTTP/2.0\",\"method\":\"POST\",\"host\":\"example.org\",\"uri\":\"/a/b?c=1\","
    "\"headers\":{\"Accept\":[\"*/*\"],\"User-Agent\":[\"curl/8\"],\"Referer\":[\"https://r/\"]},"
    "\"tls\":{\"version\":772}},\"user_id\":\"\",\"duration\":0.012500001,\"size\":1234,"
    "\"status\":201,\"resp_headers\":{\"Server\":[\"Caddy\"]}}";

Test(json_reader, reads_caddy)
{
    struct line_case c = line_case_open("json:caddy");
    line_case_expect(&c, caddy_line,
                     "time=2023-11-14T22:13:20.250Z\nhost=198.51.100.9\nmethod=POST\n"
                     "path=/a/b?c=1\nsection=/a\nprotocol=HTTP/2.0\nvhost=example.org\n"
                     "status=201\nbytes=1234\nrequest_time=12500001\nagent=curl/8\n"
                     "referrer=https://r/\nuser=null\nrequest=absent");
    line_case_expect(&c, "{\"request\":{\"remote_addr\":\"[2001:db8::1]:443\",\"uri\":\"*\"}}",
                     "host=2001:db8::1\nsection=null\npath=*\ntime=absent\nstatus=absent");
    line_case_expect(&c, "{\"ts\":\"2023-11-14T22:13:20Z\",\"request\":{},\"duration\":2.7e-07}",
                     "time=2023-11-14T22:13:20Z\nrequest_time=270");
    line_case_refuses(&c, "{\"level\":\"info\",\"ts\":1.5,\"msg\":\"serving\"}", 1, "no request");
    line_case_refuses(&c, "{\"request\":\"GET / HTTP/1.1\",\"status\":200}", 1, "no request");
    line_case_refuses(&c, "{\"logger\":\"http.log.error.x\",\"request\":{},\"status\":502}", 1,
                      "no request");
    line_case_close(&c);
}

Test(json_reader, reads_traefik)
{
    struct line_case c = line_case_open("json:traefik");
    line_case_expect(&c,
                     "{\"ClientHost\":\"192.0.2.1\",\"ClientUsername\":\"-\",\"RequestMethod\":"
                     "\"GET\",\"RequestPath\":\"/x?a=1\\u0026b=2\",\"RequestHost\":\"h\","
                     "\"RequestProtocol\":\"HTTP/1.1\",\"DownstreamStatus\":\"404\","
                     "\"DownstreamContentSize\":19,\"Duration\":486767,\"StartUTC\":"
                     "\"2024-02-02T17:07:08.5Z\",\"time\":\"2020-01-01T00:00:00Z\"}",
                     "host=192.0.2.1\nuser=null\nmethod=GET\npath=/x?a=1&b=2\nsection=/x\n"
                     "vhost=h\nstatus=404\nbytes=19\nrequest_time=486767\n"
                     "time=2024-02-02T17:07:08.500Z");
    line_case_expect(&c,
                     "{\"ClientAddr\":\"10.0.0.1:99\",\"RequestPath\":\"/\",\"StartLocal\":"
                     "\"2024-02-02T18:07:08+01:00\"}",
                     "host=10.0.0.1\ntime=2024-02-02T17:07:08Z\nstatus=absent");
    line_case_refuses(&c, "{\"level\":\"info\",\"msg\":\"Configuration loaded\"}", 1,
                      "neither RequestPath nor DownstreamStatus");
    line_case_close(&c);
}

Test(json_reader, reads_nginx_and_apache_by_the_usual_keys)
{
    struct line_case c = line_case_open("json:usual");
    line_case_expect(
        &c,
        "{\"time_local\":\"14/Nov/2023:22:13:20 +0000\",\"remote_addr\":\"::1\","
        "\"request\":\"GET /a\\/b HTTP/1.1\",\"request_method\":\"PUT\",\"uri\":\"/z\","
        "\"status\":009,\"body_bytes_sent\":\"12\",\"request_time\":0.010, "
        "\"upstream_response_time\":0.1, 0.2 : -,\"http_referer\":\"\","
        "\"http_user_agent\":\"-\",\"ssl_protocol\":,\"upstream_status\":-}",
        "time=2023-11-14T22:13:20Z\nhost=::1\nmethod=GET\npath=/a/b\nsection=/a\n"
        "status=9\nbytes=12\nrequest_time=10000000\nupstream_time=300000000\n"
        "referrer=null\nagent=null\ntls=null\nupstream_status=null");
    line_case_expect(&c,
                     "{\"@timestamp\":\"2023-11-14T22:13:20+00:00\",\"client\":{\"ip\":\"a\"},"
                     "\"url.path\":\"/u\",\"http\":{\"response\":{\"status_code\":200}},"
                     "\"bytes_sent\":5,\"duration_ms\":1.5}",
                     "host=a\npath=/u\nstatus=200\nbytes=5\nbytes_sent=5\nrequest_time=1500000");
    line_case_expect(&c, "{\"request\":\"/only/path\",\"verb\":\"GET\",\"bytes\":12.0}",
                     "path=/only/path\nsection=/only\nmethod=GET\nbytes=12");
    line_case_expect(&c,
                     "{\"time\":\"2023/11/14 22:13:20\",\"uri\":\"/e\",\"status\":200,"
                     "\"latency\":1250000,\"latency_human\":\"1.25ms\",\"bytes_in\":7,"
                     "\"bytes_out\":9}",
                     "time=2023-11-14T22:13:20Z\nrequest_time=1250000\nrequest_length=7\nbytes=9");
    line_case_expect(&c, "{\"request\":\"\",\"status\":400}",
                     "request=null\nmethod=null\npath=null");
    line_case_expect(&c, "{\"request\":\"-\",\"uri\":\"/u/v\",\"status\":\"000\"}",
                     "path=/u/v\nsection=/u\nstatus=0");
    line_case_expect(&c, "{\"agent\":\"a\\x22b\",\"status\":200}", "agent=a\"b");
    line_case_expect(&c, "{\"agent\":\"\\ud800x\",\"status\":200}", "agent=\xef\xbf\xbdx");
    line_case_expect(&c,
                     "{\"msec\":1700000000.123,\"time\":\"soon\",\"status\":200,\"status\":201}",
                     "time=2023-11-14T22:13:20.123Z\nstatus=201");
    line_case_refuses(&c, "{\"request\":{\"uri\":\"/\"},\"status\":200}", 1,
                      "no key that usually holds a request, a path or a status");
    line_case_refuses(&c, "{\"level\":\"info\",\"message\":\"hello\"}", 1,
                      "no key that usually holds a request, a path or a status");
    line_case_refuses(&c, "{\"path\":\"/\",\"status\":\"ok\"}", 23,
                      "neither a number nor a time where one should be");
    line_case_refuses(&c, "{\"path\":\"/\",\"time\":\"soon\"}", 21,
                      "neither a number nor a time where one should be");
    line_case_refuses(&c, "{\"path\":\"/\"", 12, "the line ends inside the object");
    line_case_close(&c);
}

Test(json_reader, reads_any_keys_by_name)
{
    struct line_case c = line_case_open("json:time=t@ms, host=c.ip,request=r,request_time=d@us,"
                                        "agent=h.User-Agent, status = s");
    line_case_expect(&c,
                     "{\"t\":1700000000250,\"c\":{\"ip\":\"i\"},\"r\":\"GET /p HTTP/1.0\",\"d\":7,"
                     "\"h\":{\"User-Agent\":\"x\"},\"s\":204}",
                     "time=2023-11-14T22:13:20.250Z\nhost=i\npath=/p\nrequest_time=7000\n"
                     "agent=x\nstatus=204\nbytes=absent");
    line_case_expect(&c, "{\"c.ip\":\"flat\",\"s\":1}", "host=flat\nstatus=1");
    line_case_refuses(&c, "{\"c\":{\"ip\":\"i\"}}", 1, "none of the keys that tell a request");
    line_case_close(&c);
}

Test(json_reader, gives_the_same_when_a_line_is_read_again)
{
    static const char line[] =
        "{\"path\":\"\\/a\\u0026\\/b\",\"agent\":\"\\u0022q\\\"\",\"status\":1}";
    struct line_case c = line_case_open("json:usual");
    cr_assert(line_case_read(&c, line));
    for (int again = 0; again < 2; again++) {
        cr_assert(
            format_read(c.format, &c.memo, c.batch, c.entry.line, UINT64_MAX, &c.entry, NULL));
        cr_assert_str_eq(line_case_show(&c, FIELD_PATH), "/a&/b");
        cr_assert_str_eq(line_case_show(&c, FIELD_SECTION), "/a&");
        cr_assert_str_eq(line_case_show(&c, FIELD_AGENT), "\"q\"");
    }
    line_case_close(&c);
}

Test(json_reader, judges_a_line_the_same_whatever_is_wanted)
{
    struct line_case c = line_case_open("json:usual");
    static const field_set wants[] = {0, FIELD_BIT(FIELD_AGENT), FIELD_BIT(FIELD_SECTION)};
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
        struct text bad = TEXT("{\"path\":\"/a/b\",\"status\":\"ok\"}");
        struct text good = TEXT("{\"path\":\"/a/b\",\"status\":\"200\",\"agent\":\"x\"}");
        cr_assert_not(line_case_read_wanting(&c, bad, wants[i]));
        cr_assert(line_case_read_wanting(&c, good, wants[i]));
        cr_assert_eq(c.entry.has & ~wants[i] & ~FIELD_BIT(FIELD_PATH), 0);
        cr_assert_eq(c.entry.has & wants[i], wants[i]);
    }
    line_case_close(&c);
}

Test(json_reader, says_what_is_wrong_with_a_specification)
{
    static const struct {
        const char *spec, *said;
    } rows[] = {
        {"json:", "no keys"},
        {"json:nginx", "\"nginx\" is not of the form field=key"},
        {"json:time=t,colour=c", "there is no field \"colour\""},
        {"json:time=", "\"\" is no key"},
        {"json:time=a..b", "\"a..b\" is no key"},
        {"json:section=s", "there is no field \"section\" to be set"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {0};
        cr_assert_null(format_new(text_of(rows[i].spec), &why), "%s", rows[i].spec);
        cr_assert_not_null(strstr(why.text, rows[i].said), "%s: %s", rows[i].spec, why.text);
        cr_assert_neq(why.column, 0, "%s", rows[i].spec);
    }
}

/* The cases of other projects: an expected value against what the entry shows. */
static void check_expected(struct line_case *c, const char *key, json_t *value, json_int_t id)
{
    if (strcmp(key, "time_unix") == 0) {
        double seconds = (double)c->entry.second + c->entry.nanos / 1e9;
        cr_assert(c->entry.has & FIELD_BIT(FIELD_TIME));
        /* Some expect whole seconds, some microseconds. */
        double tolerance = json_is_integer(value) ? 1.0 : 2e-6;
        cr_assert_lt(fabs(seconds - json_number_value(value)), tolerance, "case %" PRId64 ": %f",
                     (int64_t)id, seconds);
        return;
    }
    enum field f = field_named(text_of(strcmp(key, "host_prefix") == 0 ? "host" : key));
    cr_assert_neq(f, FIELD_COUNT, "case %" PRId64 " expects %s", (int64_t)id, key);
    char expected[512];
    if (json_is_string(value)) {
        snprintf(expected, sizeof expected, "%s", json_string_value(value));
    } else if (json_is_null(value)) {
        strcpy(expected, "null");
    } else if (field_kind(f) == FIELD_KIND_DURATION) {
        snprintf(expected, sizeof expected, "%.0f", json_number_value(value) * 1e9);
    } else {
        snprintf(expected, sizeof expected, "%.0f", json_number_value(value));
    }
    cr_assert_str_eq(line_case_show(c, f), expected, "case %" PRId64 ", %s", (int64_t)id, key);
}

static bool check_case(json_t *row)
{
    static const char *const kinds[][2] = {{"json-caddy", "json:caddy"},
                                           {"json-traefik", "json:traefik"},
                                           {"json-nginx", "json:usual"}};
    const char *kind = json_string_value(json_object_get(row, "format_kind"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i][0]) != 0) {
            continue;
        }
        struct line_case c = line_case_open(kinds[i][1]);
        json_int_t id = json_integer_value(json_object_get(row, "id"));
        cr_assert(line_case_read(&c, json_string_value(json_object_get(row, "line"))),
                  "case %" PRId64 ": %s", (int64_t)id, c.reject.reason);
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(row, "expect"), key, value)
        {
            check_expected(&c, key, value, id);
        }
        line_case_close(&c);
        return true;
    }
    return false;
}

Test(json_reader, reads_the_cases_of_other_projects)
{
    FILE *file = fopen(SPATE_SHARED_DATA "/cases.jsonl", "r");
    if (file == NULL) {
        cr_skip_test("no " SPATE_SHARED_DATA "/cases.jsonl");
    }
    char *line = NULL;
    size_t room = 0, seen = 0;
    while (getline(&line, &room, file) > 0) {
        json_t *row = json_loads(line, 0, NULL);
        seen += check_case(row);
        json_decref(row);
    }
    free(line);
    fclose(file);
    cr_assert_geq(seen, 10);
}
