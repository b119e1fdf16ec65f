/* test_discover.c - which logs are taken when none is named. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/discover.h"

static char root[64];

static void make_root(void)
{
    strcpy(root, "/tmp/spate-discover-XXXXXX");
    cr_assert(mkdtemp(root));
}

static void remove_root(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    cr_assert_eq(system(command), 0);
}

TestSuite(discover, .init = make_root, .fini = remove_root);

/* Writes the file below the root, its folders included; every @ in the content is the root. */
static void put(const char *path, const char *content)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *out = fopen(whole, "w");
    cr_assert(out, "%s", whole);
    for (const char *c = content; *c; c++)
        if (*c == '@')
            fputs(root, out);
        else
            fputc(*c, out);
    fclose(out);
}

static void check_asked(const char *asked, const char *first, size_t count, const char *format)
{
    struct discovery d;
    struct text spec = text_of(asked);
    cr_assert(discover_logs(&d, root, &spec, asked != NULL));
    cr_assert_eq(d.count, count);
    cr_assert(!strncmp(d.paths[0], root, strlen(root)));
    cr_assert_str_eq(d.paths[0] + strlen(root), first);
    cr_assert_eq(d.format != NULL, format != NULL);
    if (format)
        cr_assert(strstr(d.format, format), "%s", d.format);
    discovery_done(&d);
}

static void check(const char *first, size_t count, const char *format)
{
    check_asked(NULL, first, count, format);
}

Test(discover, finds_nothing_where_nothing_is)
{
    struct discovery d;
    cr_assert_not(discover_logs(&d, root, NULL, 0));
    discovery_done(&d);
}

Test(discover, takes_what_the_configuration_of_nginx_names_and_is_there)
{
    put("/var/log/nginx/access.log", "");
    put("/srv/logs/a.log", "");
    put("/srv/logs/b.log", "");
    put("/etc/nginx/nginx.conf", "http { log_format x '$status $uri'; access_log @/srv/logs/a.log x;\n"
                                 "access_log @/srv/logs/missing.log; server { access_log @/srv/logs/b.log; } }");
    check("/srv/logs/a.log", 2, "nginx:");
}

Test(discover, takes_what_the_configuration_of_apache_names)
{
    put("/srv/logs/a.log", "");
    put("/etc/apache2/apache2.conf", "LogFormat \"%h %t\" tiny\nCustomLog @/srv/logs/a.log tiny\n");
    check("/srv/logs/a.log", 1, "apache:");
}

Test(discover, takes_the_logs_of_the_configuration_that_is_asked_for)
{
    char asked[128];
    put("/var/log/nginx/access.log", "");
    put("/srv/logs/a.log", "");
    put("/srv/logs/b.log", "");
    put("/srv/own.conf", "log_format x '$status $uri'; log_format y '$uri'; access_log @/srv/logs/a.log x;\n"
                         "access_log @/srv/logs/b.log y;");
    put("/etc/nginx/nginx.conf", "http { access_log @/var/log/nginx/access.log; }");
    snprintf(asked, sizeof asked, "nginx:%s/srv/own.conf", root);
    check_asked(asked, "/srv/logs/a.log", 2, "nginx:");
    strcat(asked, "#y");
    check_asked(asked, "/srv/logs/b.log", 1, "nginx:");
    check_asked("combined", "/var/log/nginx/access.log", 1, "nginx:");
}

Test(discover, falls_back_to_the_usual_places)
{
    put("/var/log/apache2/access.log", "");
    check("/var/log/apache2/access.log", 1, NULL);
}

Test(discover, prefers_the_usual_log)
{
    put("/var/log/nginx/access.log", "");
    put("/var/log/access.log", "");
    check("/var/log/access.log", 1, NULL);
}
