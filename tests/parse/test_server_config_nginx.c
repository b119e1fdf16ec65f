#include "config_dir.h"
#include "parse/server_config.h"
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdint.h>

TestSuite(server_config_nginx, .init = config_dir_make, .fini = config_dir_remove);

static struct server_config read_good(const char *path)
{
    struct server_config c;
    struct error why = {0};
    cr_assert(server_config_read(&c, SERVER_NGINX, path, &why), "%s", why.text);
    return c;
}

static void reads_format(const char *config, const char *name, const char *expected)
{
    struct server_config c = read_good(put("nginx.conf", config));
    size_t at = server_config_format(&c, name);
    cr_assert_neq(at, SIZE_MAX, "no format %s in: %s", name, config);
    cr_assert_str_eq(c.formats[at].string, expected, "in: %s", config);
    server_config_done(&c);
}

static void fails_with(const char *config, const char *expected)
{
    struct server_config c;
    struct error why = {0};
    const char *path = put("nginx.conf", config);
    cr_assert_not(server_config_read(&c, SERVER_NGINX, path, &why), "accepted: %s", config);
    char start[512];
    snprintf(start, sizeof start, "%s%s", path, expected);
    cr_assert_eq(strncmp(why.text, start, strlen(start)), 0, "said: %s\nwanted: %s", why.text,
                 start);
    cr_assert_eq(c.format_count, 0);
}

Test(server_config_nginx, joins_the_pieces_of_a_format_without_a_separator)
{
    static const char *const rows[][3] = {
        {"http { log_format main '$a - ' \"$b \" $c; }", "main", "$a - $b $c"},
        {"http{log_format main '$a'\n  '$b'\n  '$c';}", "main", "$a$b$c"},
        {"log_format 'te st'  $remote_addr;", "te st", "$remote_addr"},
        {"log_format a '\"$request\"' ;", "a", "\"$request\""},
        {"log_format a \"it's $x\";", "a", "it's $x"},
        {"log_format a 'a\\'b\\\"c\\\\d\\te\\xf';", "a", "a'b\"c\\d\te\\xf"},
        {"log_format a '${x}y';", "a", "${x}y"},
        {"log_format a ${x}y$z;", "a", "${x}y$z"},
        {"log_format a b#c # ; comment's end\n '$d';", "a", "b#c$d"},
        {"log_format a '';", "a", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        reads_format(rows[i][0], rows[i][1], rows[i][2]);
    }
}

Test(server_config_nginx, knows_the_ways_to_escape)
{
    struct server_config c = read_good(
        put("nginx.conf", "log_format a $x; log_format b escape=json '{\"a\":\"$x\"}';"
                          "log_format c escape=none $x; log_format d escape=default $x;"));
    static const enum escape expected[] = {ESCAPE_NGINX, ESCAPE_JSON, ESCAPE_NONE, ESCAPE_NGINX};
    cr_assert_eq(c.format_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(c.formats[i].escape, expected[i], "format %zu", i);
    }
    cr_assert_str_eq(c.formats[1].string, "{\"a\":\"$x\"}");
    server_config_done(&c);
}

Test(server_config_nginx, follows_includes_and_globs_relative_to_the_main_file)
{
    put("sites/b.conf", "server { access_log /var/log/b.log long; include inner.conf; }");
    put("sites/a.conf", "server { access_log /var/log/a.log; }");
    put("inner.conf", "location / { access_log /var/log/inner.log long buffer=32k; }");
    struct server_config c =
        read_good(put("nginx.conf", "http { include sites/*.conf; include none/*.conf;\n"
                                    "include inner.conf; log_format long '$request'; }"));
    static const char *const paths[] = {"/var/log/a.log", "/var/log/b.log", "/var/log/inner.log"};
    static const size_t formats[] = {SIZE_MAX, 0, 0};
    cr_assert_eq(c.log_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_str_eq(c.logs[i].path, paths[i]);
        cr_assert_eq(c.logs[i].format, formats[i], "%s", paths[i]);
    }
    cr_assert_eq(server_config_log_format(&c, "/var/log/b.log"), 0);
    cr_assert_eq(server_config_log_format(&c, "/var/log/other.log"), SIZE_MAX);
    server_config_done(&c);
}

Test(server_config_nginx, leaves_out_logs_that_are_no_file)
{
    struct server_config c = read_good(
        put("nginx.conf", "access_log off; access_log syslog:server=unix:/dev/log main;\n"
                          "access_log /var/log/$host.log main; access_log /dev/stdout;\n"
                          "access_log /var/log/one.log main; access_log /var/log/one.log other;\n"
                          "log_format main $a; log_format other $b;"));
    cr_assert_eq(c.log_count, 1);
    cr_assert_eq(c.logs[0].format, 0, "the first mention of a path counts");
    server_config_done(&c);
}

Test(server_config_nginx, finds_a_log_through_a_symbolic_link)
{
    put("real.log", "");
    cr_assert_eq(symlink(in_dir("real.log"), in_dir("link.log")), 0);
    char config[256];
    snprintf(config, sizeof config, "log_format x $a; access_log %s x;", in_dir("link.log"));
    struct server_config c = read_good(put("nginx.conf", config));
    cr_assert_eq(server_config_log_format(&c, in_dir("real.log")), 0);
    server_config_done(&c);
}

Test(server_config_nginx, makes_relative_logs_absolute)
{
    struct server_config c = read_good(put("conf/nginx.conf", "access_log logs/access.log;"));
    cr_assert_str_eq(c.logs[0].path, in_dir("logs/access.log"));
    server_config_done(&c);
    c = read_good(put("nginx.conf", "access_log logs/access.log;"));
    cr_assert_str_eq(c.logs[0].path, in_dir("logs/access.log"));
    server_config_done(&c);
}

Test(server_config_nginx, keeps_out_of_stream_and_mail)
{
    put("more.conf", "log_format hidden '$bytes';");
    struct server_config c = read_good(
        put("nginx.conf", "stream { log_format tcp '$bytes'; server { access_log /s.log tcp; }\n"
                          "include more.conf; } http { log_format web '$status'; }"));
    cr_assert_eq(c.format_count, 1);
    cr_assert_str_eq(c.formats[0].name, "web");
    cr_assert_eq(c.log_count, 0);
    server_config_done(&c);
}

Test(server_config_nginx, steps_over_what_it_does_not_know)
{
    reads_format(
        "map $uri $x { ~^/a\\.b$ 1; default \"{;}\"; } if ($a = \"}\") { return 200 '{'; }\n"
        "location ~ \\.php$ { rewrite ^(.*)$ /x${1}?; }\n"
        "content_by_lua_block { -- don't } count\n local a = \"}'\" --[[ } ]] b = {1} }\n"
        "log_format last $ok;",
        "last", "$ok");
}

Test(server_config_nginx, says_where_a_configuration_is_broken)
{
    static const char *const rows[][2] = {
        {"http {\n log_format a '$b;\n}\n", ":2: the quote ' is never closed"},
        {"a;\nb 'x'y;", ":2: a space or ; is missing after the closing '"},
        {"a;\n\nb c\n", ":3: \"b\" is not ended by ;"},
        {"a {\n", ":2: 1 { not closed at the end of the file"},
        {"a {}\n}\n", ":2: a } without its {"},
        {"\nlog_format a;", ":2: log_format takes a name and a format"},
        {"log_format a escape=xml $b;",
         ":1: log_format: \"escape=xml\" is none of default, json, none"},
        {"\n\ninclude nowhere.conf;", ":3: cannot read "},
        {"include nginx.conf;", ":1: includes nest deeper than 16 files"},
        {"access_log;", ":1: access_log takes a path"},
        {"x_by_lua_block { '", ":1: the Lua block that begins here is never closed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fails_with(rows[i][0], rows[i][1]);
    }
}

Test(server_config_nginx, a_missing_main_file_and_a_directory_are_errors)
{
    struct server_config c;
    struct error why = {0};
    cr_assert_not(server_config_read(&c, SERVER_NGINX, in_dir("none"), &why));
    cr_assert_not_null(strstr(why.text, "No such file"), "%s", why.text);
    cr_assert_not(server_config_read(&c, SERVER_NGINX, config_dir, &why));
    cr_assert_not_null(strstr(why.text, "not a regular file"), "%s", why.text);
}

Test(server_config_nginx, reads_the_cases_of_other_projects)
{
    FILE *file = fopen(SPATE_SHARED_DATA "/cases.jsonl", "r");
    if (file == NULL) {
        cr_skip_test("no " SPATE_SHARED_DATA "/cases.jsonl");
    }
    char *line = NULL;
    size_t room = 0, seen = 0;
    while (getline(&line, &room, file) > 0) {
        json_t *row = json_loads(line, 0, NULL);
        if (strcmp(json_string_value(json_object_get(row, "format_kind")), "nginx-conf") == 0) {
            json_t *expect = json_object_get(row, "expect");
            reads_format(json_string_value(json_object_get(row, "line")),
                         json_string_value(json_object_get(row, "format")),
                         json_string_value(json_object_get(expect, "format_string")));
            seen++;
        }
        json_decref(row);
    }
    free(line);
    fclose(file);
    cr_assert_gt(seen, 0);
}
