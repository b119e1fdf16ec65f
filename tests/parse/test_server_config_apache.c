#include "config_dir.h"
#include "parse/parser.h"
#include "parse/server_config.h"
#include <criterion/criterion.h>
#include <stdint.h>

TestSuite(server_config_apache, .init = config_dir_make, .fini = config_dir_remove);

static struct server_config read_good(const char *path)
{
    struct server_config c;
    struct error why = {0};
    cr_assert(server_config_read(&c, SERVER_APACHE, path, &why), "%s", why.text);
    return c;
}

static void reads_format(const char *config, const char *name, const char *expected)
{
    struct server_config c = read_good(put("apache2.conf", config));
    size_t at = server_config_format(&c, name);
    cr_assert_neq(at, SIZE_MAX, "no format \"%s\" in: %s", name, config);
    cr_assert_str_eq(c.formats[at].string, expected, "in: %s", config);
    cr_assert_eq(c.formats[at].escape, ESCAPE_APACHE);
    server_config_done(&c);
}

static void fails_with(const char *config, const char *expected)
{
    struct server_config c;
    struct error why = {0};
    const char *path = put("apache2.conf", config);
    cr_assert_not(server_config_read(&c, SERVER_APACHE, path, &why), "accepted: %s", config);
    char start[512];
    snprintf(start, sizeof start, "%s%s", path, expected);
    cr_assert_eq(strncmp(why.text, start, strlen(start)), 0, "said: %s\nwanted: %s", why.text,
                 start);
}

static const char *format_of(const struct server_config *c, const char *path)
{
    size_t at = server_config_log_format(c, path);
    return at == SIZE_MAX ? "(none)" : c->formats[at].string;
}

Test(server_config_apache, takes_the_quoting_off_a_format)
{
    static const char *const rows[][3] = {
        {"LogFormat \"%h %l \\\"%r\\\" %>s\" common", "common", "%h %l \"%r\" %>s"},
        {"logformat '%h \"%r\"' x", "x", "%h \"%r\""},
        {"LogFormat \"a\\\\b\\tc\" x", "x", "a\\b\\tc"},
        {"  LogFormat %h\\\\n x", "x", "%h\\n"},
        {"LogFormat \"%h \\\n  %r\" \\\nx", "x", "%h   %r"},
        {"LogFormat \"%h\" x\r\n", "x", "%h"},
        {"LogFormat \"%h\"", "", "%h"},
        {"LogFormat \"%h\" x\nLogFormat \"%v\" x", "x", "%v"},
        {"# LogFormat \"%h\" y \\\nLogFormat \"%a\" x\nLogFormat \"%v\" x", "x", "%v"},
        {"<IfModule log_config_module>\n<IfModule mod_logio.c>\nLogFormat \"%O\" x\n</IfModule>\n"
         "</IfModule>",
         "x", "%O"},
        {"Define WHO \"%h %u\"\nLogFormat \"${WHO} ${NOBODY}\" x", "x", "%h %u ${NOBODY}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        reads_format(rows[i][0], rows[i][1], rows[i][2]);
    }
}

Test(server_config_apache, finds_debians_logs_through_envvars)
{
    put("envvars",
        "# envvars\nunset HOME\n"
        "if [ \"${X##/etc/apache2-}\" != \"${X}\" ] ; then\n\tSUFFIX=\"-${X##/etc/apache2-}\"\n"
        "else\n\tSUFFIX=\nfi\nexport APACHE_RUN_USER=www-data\n"
        ": ${LANG:=C}\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n");
    put("sites-enabled/000-default.conf",
        "<VirtualHost *:80>\n\tCustomLog ${APACHE_LOG_DIR}/access.log combined\n</VirtualHost>\n");
    put("conf-enabled/other.conf",
        "CustomLog ${APACHE_LOG_DIR}/other_vhosts_access.log vhost_combined\n");
    struct server_config c =
        read_good(put("apache2.conf",
                      "LogFormat \"%v:%p %h\" vhost_combined\nLogFormat \"%h\" combined\n"
                      "IncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n"
                      "IncludeOptional gone/*.conf\nIncludeOptional gone.conf\n"));
    cr_assert_eq(c.log_count, 2);
    cr_assert_str_eq(format_of(&c, "/var/log/apache2/access.log"), "%h");
    cr_assert_str_eq(format_of(&c, "/var/log/apache2/other_vhosts_access.log"), "%v:%p %h");
    server_config_done(&c);
}

Test(server_config_apache, reads_the_shell_of_envvars)
{
    put("envvars",
        "A='one two' # no\nexport B=\"$A/${A}\"\nexport C=x;D=y\nE=\\$A\n  export F=$B-$NONE-\n");
    static const char *const rows[][2] = {{"A", "one two"},
                                          {"B", "one two/one two"},
                                          {"C", "x"},
                                          {"E", "$A"},
                                          {"F", "one two/one two--"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char config[64];
        snprintf(config, sizeof config, "LogFormat \"${%s}\" x", rows[i][0]);
        reads_format(config, "x", rows[i][1]);
    }
}

Test(server_config_apache, understands_every_way_to_name_a_format)
{
    struct server_config c = read_good(
        put("apache2.conf", "CustomLog /l/late late\nCustomLog /l/inline \"%h %b\" env=!dontlog\n"
                            "CustomLog \"|/usr/bin/rotatelogs /l/pipe 86400\" late\n"
                            "CustomLog \"syslog:user\" late\nCustomLog /dev/null late\n"
                            "CustomLog /l/${UNKNOWN}.log late\nTransferLog /l/transfer\n"
                            "CustomLog /l/unknown nosuch\nGlobalLog /l/global late\n"
                            "LogFormat \"%r\" late\n"));
    cr_assert_eq(c.log_count, 5);
    cr_assert_str_eq(format_of(&c, "/l/late"), "%r", "a nickname may be defined after its use");
    cr_assert_str_eq(format_of(&c, "/l/inline"), "%h %b");
    cr_assert_str_eq(format_of(&c, "/l/transfer"), "%h %l %u %t \"%r\" %>s %b");
    cr_assert_str_eq(format_of(&c, "/l/unknown"), "(none)");
    cr_assert_str_eq(format_of(&c, "/l/global"), "%r");
    server_config_done(&c);
}

Test(server_config_apache, an_unnamed_format_is_what_transfer_logs_use)
{
    struct server_config c =
        read_good(put("apache2.conf", "LogFormat \"%v\"\nTransferLog /l/t\nLogFormat \"%V\"\n"));
    cr_assert_str_eq(format_of(&c, "/l/t"), "%V");
    server_config_done(&c);
}

Test(server_config_apache, keeps_the_formats_of_virtual_hosts_apart)
{
    struct server_config c = read_good(
        put("apache2.conf",
            "LogFormat \"main\" x\nCustomLog /l/main x\n"
            "<VirtualHost *:80>\nLogFormat \"one\" x\nCustomLog /l/one x\n</VirtualHost>\n"
            "<virtualhost *:80 >\nLogFormat \"two\" x\nCustomLog /l/two x\n</VIRTUALHOST>\n"
            "<VirtualHost a>\nCustomLog /l/three x\n</VirtualHost>\n"));
    cr_assert_str_eq(format_of(&c, "/l/main"), "main");
    cr_assert_str_eq(format_of(&c, "/l/one"), "one");
    cr_assert_str_eq(format_of(&c, "/l/two"), "two");
    cr_assert_str_eq(format_of(&c, "/l/three"), "main");
    server_config_done(&c);
}

Test(server_config_apache, relative_paths_begin_at_the_server_root)
{
    put("extra/a.conf", "CustomLog logs/a x\n");
    put("extra/b.conf", "ServerRoot /srv\nCustomLog logs/b x\n");
    struct server_config c = read_good(put("conf/httpd.conf", "Include extra\n"));
    cr_assert_eq(c.log_count, 2);
    cr_assert_str_eq(c.logs[0].path, in_dir("logs/a"));
    cr_assert_str_eq(c.logs[1].path, "/srv/logs/b");
    server_config_done(&c);
}

Test(server_config_apache, says_where_a_configuration_is_broken)
{
    static const char *const rows[][2] = {
        {"\n\nLogFormat", ":3: LogFormat takes a format and a nickname"},
        {"a \\\nb\nCustomLog /x", ":3: CustomLog takes a file and a format"},
        {"TransferLog", ":1: TransferLog takes a file"},
        {"<VirtualHost a>\n<VirtualHost b>", ":2: a <VirtualHost> inside another"},
        {"<VirtualHost a>\n", ":1: a <VirtualHost> is not closed at the end of the file"},
        {"</VirtualHost>", ":1: a </VirtualHost> without its beginning"},
        {"Include none.conf", ":1: cannot read "},
        {"Include apache2.conf", ":1: includes nest deeper than 16 files"},
        {"Include", ":1: Include takes one path"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fails_with(rows[i][0], rows[i][1]);
    }
}

Test(server_config_apache, a_file_that_logs_nothing_is_another_file)
{
    char spec[300];
    struct error why = {0};
    snprintf(spec, sizeof spec, "apache:%s", put("hostname", "www\n"));
    struct text one = text_of(spec);
    cr_expect_null(formats_new(&one, 1, &why));
    cr_expect(strstr(why.text, "neither a LogFormat nor a CustomLog"), "%s", why.text);
    snprintf(spec, sizeof spec, "apache:%s", put("logs", "CustomLog /l/a common\n"));
    one = text_of(spec);
    struct formats *fs = formats_new(&one, 1, &why);
    cr_expect_not_null(fs);
    formats_free(fs);
}
