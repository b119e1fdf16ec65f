/* What a scalar of a configuration says, where YAML lets the same be written in many ways. */
#include "app/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cpu_time.h"
#include "lib/one_file.h"

static bool read_as_file(struct settings *s, struct text bytes, struct error *why)
{
    char *const argv[] = {"spate", "check-config", "--config", (char *)one_file(bytes)};
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    return settings_read(s, 4, argv, why);
}

struct row {
    const char *scalar, *text;
};

/* Names of logs as they are written, and as they are to be understood. */
static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct settings s;
        struct error why = {0};
        struct buf text = {0};
        buf_printf(&text, "path: %s\nupdate: 1s\n", rows[i].scalar);
        cr_assert(read_as_file(&s, buf_text(&text), &why), "%s: %s", rows[i].scalar, why.text);
        cr_expect_str_eq(s.paths[0], rows[i].text);
        buf_done(&text);
        settings_done(&s);
    }
}

Test(config_yaml, reads_single_quotes)
{
    static const struct row rows[] = {
        {"'/a \"b\"'", "/a \"b\""},
        {"'/''a'", "/'a"},
        {"''''", "'"},
        {"'/''''a'", "/''a"},
        {"'/''''''''''''''''''''''''a'", "/''''''''''''a"},
        {"'/a'' ''b'''''", "/a' 'b''"},
        {"'/a\n  b'", "/a b"},
        {"'/a \t\n   b '", "/a b "},
        {"'  \r\n\r\n \n  a\n '", "\n\na "},
        {"'/a\r ''''b'", "/a ''b"},
    };
    expect_rows(rows, sizeof rows / sizeof *rows);
}

Test(config_yaml, reads_double_quotes)
{
    static const struct row rows[] = {
        {"\"/'\\\"\\/\\\\\"", "/'\"/\\"},
        {"\"\\x41\\u0020\\u00e9\\xe9\\U0001F600\"", "A \xc3\xa9\xc3\xa9\xf0\x9f\x98\x80"},
        {"\"\\_\\N\\L\\P\"", "\xc2\xa0\xc2\x85\xe2\x80\xa8\xe2\x80\xa9"},
        {"\"\\a\\b\\t\\n\\v\\f\\r\\e\"", "\a\b\t\n\v\f\r\x1b"},
        {"\"/a\n  b\"", "/a b"},
        {"\"/a \n\n   b\"", "/a\nb"},
        {"\"/a\\\n  b\"", "/ab"},
        {"\"/a \\\n\n  b\"", "/a \nb"},
        {"\"/a\\\\\\\n  b\"", "/a\\b"}, /* an escaped backslash, then an escaped end */
        {"\"/a\\\\\\\n  \xc3\xa9\"", "/a\\\xc3\xa9"},
        {"\"/a\\  \n  b\"", "/a  b"}, /* a blank that is escaped stays */
        {"\"/a\\t\n  b\"", "/a\t b"},
    };
    expect_rows(rows, sizeof rows / sizeof *rows);
}

Test(config_yaml, reads_line_ends_of_all_kinds_also_right_before_the_quote)
{
    static const struct row rows[] = {
        {"\"/a\\\r\"", "/a"},
        {"\"/a\\\n\"", "/a"},
        {"\"/a\\\r\n\"", "/a"},
        {"\"/a\r\"", "/a "},
        {"'/a\r'", "/a "},
        {"\"/a\\\r\r\"", "/a\n"},
        {"\"/a\r\r\n\n\rb\"", "/a\n\n\nb"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s;
        struct error why = {0};
        struct buf text = {0};
        buf_printf(&text, "{\"path\": %s}", rows[i].scalar);
        cr_assert(read_as_file(&s, buf_text(&text), &why), "%s: %s", rows[i].scalar, why.text);
        cr_expect_str_eq(s.paths[0], rows[i].text);
        buf_done(&text);
        settings_done(&s);
    }
}

Test(config_yaml, reads_blocks)
{
    static const struct row rows[] = {
        {">-\n  a\n  b\n", "a b"},
        {"|-\n  a\n   b\n", "a\n b"},
    };
    expect_rows(rows, sizeof rows / sizeof *rows);
}

Test(config_yaml, says_of_a_block_what_to_do_where_it_cannot_be_read)
{
    struct settings s;
    struct error why = {0};
    cr_expect_not(read_as_file(&s, TEXT("path: >\n  a\n\n   b\n"), &why));
    cr_expect(strstr(why.text, "a block like this cannot be read: write it in quotes"), "%s",
              why.text);
    settings_done(&s);
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

/* Each took from two seconds to minutes. */
Test(config_yaml, takes_no_time_over_the_longest_hostile_file)
{
    static const struct {
        const char *begins, *then, *ends, *says;
    } rows[] = {
        {"update: [\"", "\r ", "\"]", "update takes one value"},
        {"update: ['", "\r ", "']", "update takes one value"},
        {"%", "%", "", ":1:1: a line that begins with % can only be %YAML 1.2"},
        {"#\n%TAG !a! ", "%41", "\n---\n", ":2:1: a line that begins with %"},
        {"%YAML 1.2", "2", "\n---\n", ":1:1: a line that begins with %"},
        {"update: !", "%41", " 1s",
         ":1:9: more than 1000 %xx behind a !: tags (!name) are not used"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s;
        struct error why = {0};
        struct buf text = {0};
        int64_t from = cpu_ms();
        buf_str(&text, rows[i].begins);
        while (*rows[i].then && text.len < CONFIG_BYTES_MOST - 20)
            buf_str(&text, rows[i].then);
        buf_str(&text, rows[i].ends);
        cr_expect_not(read_as_file(&s, buf_text(&text), &why));
        cr_expect(strstr(why.text, rows[i].says), "%s: %s", rows[i].begins, why.text);
        cr_expect_lt(cpu_ms() - from, 1000, "%s: %d ms", rows[i].begins, (int)(cpu_ms() - from));
        settings_done(&s);
        buf_done(&text);
    }
}

Test(config_yaml, reads_percent_signs_and_exclamation_marks_that_mean_nothing_to_yaml)
{
    struct settings s;
    struct error why = {0};
    struct buf text = {0};
    buf_str(&text, "path:\n  - /a%b!\n  - /a!\n  - \"/");
    for (unsigned i = 0; i < 1200; i++)
        buf_str(&text, "%41!%41");
    buf_str(&text, "\"\n");
    cr_expect_not(read_as_file(&s, buf_text(&text), &why));
    cr_expect(strstr(why.text, ":4:10: more than 1000 %xx behind a !"), "%s", why.text);
    settings_done(&s);
    cr_expect(read_as_file(&s, text_cut(buf_text(&text), 0, 25), &why), "%s", why.text);
    cr_expect_str_eq(s.paths[0], "/a%b!");
    settings_done(&s);
    buf_done(&text);
}
