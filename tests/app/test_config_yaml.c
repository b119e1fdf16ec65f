/* What a scalar of a configuration says, where YAML lets the same be written in many ways. */
#include "app/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/one_file.h"

static bool read_as_file(struct settings *s, struct text bytes, struct error *why)
{
    char *const argv[] = {"spate", "check-config", "--config", (char *)one_file(bytes)};
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    return settings_read(s, 4, argv, why);
}

Test(config_yaml, reads_single_quotes)
{
    static const struct {
        const char *scalar, *text;
    } rows[] = {
        {"'path = \"a\"'", "path = \"a\""},
        {"'path = \"''\"'", "path = \"'\""},
        {"'path = \"''''x\"'", "path = \"''x\""},
        {"'path = \"''''''''''''''''''''''''x\"'", "path = \"''''''''''''x\""},
        {"'path = \"a'' ''b''''\"'", "path = \"a' 'b''\""},
        {"'path =\n  \"a\"'", "path = \"a\""},
        {"'path = \t\n   \"a\" '", "path = \"a\" "},
        {"'  path =\r\n\r\n \n  \"a\"\n '", "  path =\n\n\"a\" "},
        {"'path =\r \"''''\"'", "path = \"''\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s;
        struct error why = {0};
        struct buf text = {0};
        buf_printf(&text, "where: %s\nupdate: 1s\n", rows[i].scalar);
        cr_assert(read_as_file(&s, buf_text(&text), &why), "%s: %s", rows[i].scalar, why.text);
        cr_expect_str_eq(s.where, rows[i].text);
        buf_done(&text);
        settings_done(&s);
    }
}

Test(config_yaml, reads_a_key_in_single_quotes)
{
    struct settings s;
    struct error why = {0};
    cr_expect_not(read_as_file(&s, TEXT("'up''''date': 1s\n"), &why));
    cr_expect(strstr(why.text, "`up''date' is no key"), "%s", why.text);
    settings_done(&s);
}

Test(config_yaml, is_refused_when_it_is_longer_than_a_mebibyte)
{
    struct settings s;
    struct error why = {0};
    struct buf text = {0};
    buf_str(&text, "update: 1s\n#");
    buf_fill(&text, '-', CONFIG_BYTES_MOST - text.len);
    cr_expect(read_as_file(&s, buf_text(&text), &why), "%s", why.text);
    settings_done(&s);
    buf_byte(&text, '-');
    cr_expect_not(read_as_file(&s, buf_text(&text), &why));
    cr_expect(s.unreadable && strstr(why.text, "it is larger than 1 MiB"), "%s", why.text);
    settings_done(&s);
    buf_done(&text);
}
