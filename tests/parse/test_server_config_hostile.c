/* Configurations of a mebibyte that want to take long, or much memory. */
#include "lib/config_files.h"
#include "lib/cpu_time.h"
#include "parse/server_config_build.h"
#include <criterion/criterion.h>
#include <stdio.h>

enum { MEBIBYTE = 1024 * 1024 };

static bool read_one(struct server_config *c, enum server_kind kind, struct text bytes,
                     struct error *why)
{
    struct config_memory files;
    config_memory_init(&files, bytes);
    return server_config_read_from(c, &files.host, kind, CONFIG_FILES_MAIN, why);
}

/* `with` is printed again and again, each time with the next number. */
static void fill(struct buf *b, const char *with)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    for (unsigned n = 0; b->len < MEBIBYTE - 100; n++)
        buf_printf(b, with, n, n);
#pragma GCC diagnostic pop
}

/* Each took two seconds and more. */
Test(server_config_hostile, many_names_and_long_words_take_no_time)
{
    static const struct {
        enum server_kind kind;
        const char *begins, *with;
    } rows[] = {
        {SERVER_NGINX, "", "log_format n%u a;"},
        {SERVER_NGINX, "", "access_log /l%u c;"},
        {SERVER_APACHE, "", "LogFormat %%h n%u\n"},
        {SERVER_APACHE, "", "CustomLog /l%u c\n"},
        {SERVER_APACHE, "", "CustomLog /l%u %%%u\n"},
        {SERVER_APACHE, "", "Define n%u v\n"},
        {SERVER_APACHE, "Define a ", "aaaaaaaa"},
        {SERVER_APACHE, "Define a ", "${"},
        {SERVER_APACHE, "Define a 1\nDefine a ", "${a}${"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf bytes = {0};
        struct server_config c;
        struct error why = {0};
        buf_str(&bytes, rows[i].begins);
        fill(&bytes, rows[i].with);
        int64_t from = cpu_ms();
        cr_expect(read_one(&c, rows[i].kind, buf_text(&bytes), &why), "%s", why.text);
        cr_expect_lt(cpu_ms() - from, 1000, "%s: %d ms", rows[i].with, (int)(cpu_ms() - from));
        server_config_done(&c);
        buf_done(&bytes);
    }
}

Test(server_config_hostile, variables_that_double_are_refused)
{
    static const struct {
        const char *begins, *doubles, *says;
    } rows[] = {
        {"Define a aaaaaaaa\n", "Define a ${a}${a}\n", "/etc/conf/a:22: variables stand for more"},
        {"#\036#\036A=aaaaaaaa\n", "export A=\"$A${A}\"\n",
         "/etc/conf/envvars:1: variables stand for more than 16 MiB in all"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf bytes = {0};
        struct server_config c;
        struct error why = {0};
        buf_str(&bytes, rows[i].begins);
        for (unsigned n = 0; n < 40; n++)
            buf_str(&bytes, rows[i].doubles);
        cr_expect_not(read_one(&c, SERVER_APACHE, buf_text(&bytes), &why));
        cr_expect(strstr(why.text, rows[i].says), "%s", why.text);
        buf_done(&bytes);
    }
}

Test(server_config_hostile, files_that_include_each_other_are_read_a_limited_number_of_times)
{
    static const struct {
        enum server_kind kind;
        const char *files, *says;
    } rows[] = {
        {SERVER_NGINX, "include a;", "includes nest deeper than 16 files"},
        {SERVER_APACHE, "Include conf/a", "includes nest deeper than 16 files"},
        {SERVER_APACHE, "Include /etc", "includes nest deeper than 16 files"},
        {SERVER_NGINX,
         "include b; include b;\036include d; include d;\036\036include e; include e;"
         "\036include f; include f;\036include g; include g;\036include h; include h;"
         "\036include i; include i;\036include j; include j;\036include k; include k;"
         "\036include l; include l;\036include m; include m;\036include n; include n;"
         "\036#",
         "more than 4096 files are included"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct server_config c;
        struct error why = {0};
        cr_expect_not(read_one(&c, rows[i].kind, text_of(rows[i].files), &why));
        cr_expect(strstr(why.text, rows[i].says), "%s: %s", rows[i].files, why.text);
    }
}

Test(server_config_hostile, all_files_together_have_a_limit)
{
    struct buf bytes = {0};
    struct server_config c;
    struct error why = {0};
    for (unsigned n = 0; n < 17; n++)
        buf_str(&bytes, "include b;\n");
    buf_str(&bytes, "\036#");
    buf_fill(&bytes, '-', MEBIBYTE);
    cr_expect_not(read_one(&c, SERVER_NGINX, buf_text(&bytes), &why));
    cr_expect_str_eq(why.text, "/etc/conf/a:16: cannot read /etc/conf/b: with it there are more "
                               "than 16 MiB");
    buf_done(&bytes);
}

Test(server_config_hostile, includes_are_found_in_memory_as_on_a_disk)
{
    static const struct {
        enum server_kind kind;
        const char *files;
    } rows[] = {
        {SERVER_NGINX, "include [b-e];\036log_format x b;\036\036log_format y d;"},
        {SERVER_APACHE, "Include /etc/conf/b\nInclude /etc/conf/d*\036LogFormat b x\036\036"
                        "LogFormat d y"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct server_config c;
        struct error why = {0};
        cr_assert(read_one(&c, rows[i].kind, text_of(rows[i].files), &why), "%s", why.text);
        cr_assert_eq(c.format_count, 2);
        cr_expect_str_eq(c.formats[0].string, "b");
        cr_expect_str_eq(c.formats[1].name, "y");
        server_config_done(&c);
    }
}
