#include "app/config.h"
#include "app/reload.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "parse/filter.h"

#define CORPUS SPATE_SOURCE_DIR "/tests/app/config/"

/* Nothing of the machine's own configuration. */
static void lonely(void)
{
    setenv("XDG_CONFIG_HOME", CORPUS "none", 1);
}

static bool read_file(struct settings *s, struct error *why, const char *path)
{
    char *const argv[] = {"spate", "check-config", "--config", (char *)path};
    return settings_read(s, 4, argv, why);
}

/* ---- What is wrong ----------------------------------------------------------------------------
 */

static const struct bad_row {
    const char *name;
    unsigned line, column;
    const char *says;
} bad_rows[] = {
    {"tab_indent", 2, 1, "this is no YAML: lines are indented by spaces here, not by tabs"},
    {"open_list", 1, 8, "this is no YAML: the `[' that begins here has no `]'"},
    {"open_map", 1, 1, "this is no YAML: the `{' that begins here has no `}'"},
    {"open_double_quote", 1, 8, "the quote that begins here does not end in its line"},
    {"open_single_quote", 1, 9, "this is no YAML: the quote that begins here does not end"},
    {"nested_on_one_line", 1, 10, "a value with `: ' in it is written in quotes: '...'"},
    {"at_sign", 1, 9, "a text that begins with this character is written in quotes: '...'"},
    {"bad_escape", 1, 10, "this backslash is none that YAML knows: right would be \\\\, or"},
    {"bad_indent", 3, 4, "this line stands neither below the items of the list nor below"},
    {"list_then_map", 2, 1, "this line stands neither below the items of the list nor below"},
    {"no_utf8", 1, 10, "this is no UTF-8 text (byte 0xff): save the file as UTF-8"},
    {"overlong", 1, 8, "this is no UTF-8 text (byte 0xc0)"},
    {"surrogate", 1, 8, "this is no UTF-8 text (byte 0xed)"},
    {"cut_utf8", 1, 8, "this is no UTF-8 text (byte 0xe2)"},
    {"nul", 2, 1, "a control character (0x00) is not allowed"},
    {"escape_byte", 1, 9, "a control character (0x1b) is not allowed"},
    {"delete_byte", 1, 9, "a control character (0x7f) is not allowed"},
    {"nul_escaped", 1, 9, "a NUL byte is not allowed"},
    {"utf16", 1, 1, "this is no UTF-8 text (byte 0xff): save the file as UTF-8"},
    {"anchor", 1, 11, "anchors (&name) are not used here: a text that begins with & is"},
    {"alias", 2, 10, "aliases (*name) are not used here: a text that begins with * is"},
    {"billion_laughs", 1, 7, "anchors (&name) are not used here: a text that begins with & is"},
    {"tag", 1, 15, "tags (!name) are not used here: a text that begins with ! is"},
    {"own_tag", 1, 15, "tags (!name) are not used here: a text that begins with ! is"},
    {"two_documents", 2, 1, "a second document begins here: there can be only one"},
    {"deep", 1, 27, "more than 20 lists and maps inside each other"},
    {"very_deep", 1, 27, "more than 20 lists and maps inside each other"},
    {"map_as_key", 1, 3, "a key must be a plain word"},
    {"list_as_key", 1, 1, "a key must be a plain word"},
    {"twice", 3, 1, "`update' is given twice, first in line 1"},
    {"twice_inside", 4, 5, "`above' is given twice, first in line 3"},
    {"directive", 1, 1, "a line that begins with % can only be %YAML 1.2"},
    {"only_text", 1, 1, "a configuration is made of keys and values, such as `update: 10s'"},
    {"only_list", 1, 1, "a configuration is made of keys and values, such as `update: 10s'"},
    {"merge_key", 1, 1, "`<<' is no key of the configuration"},
    {"unknown_key", 1, 1, "`updat' is no key of the configuration: did you mean update?"},
    {"unknown_far", 1, 1, "`weather' is no key of the configuration"},
    {"key_case", 1, 1, "`Update' is no key of the configuration: did you mean update?"},
    {"key_underscore", 1, 1, "`up_date' is no key of the configuration: did you mean update?"},
    {"config_in_config", 1, 1, "`config' belongs on the command line only"},
    {"help_in_config", 1, 1, "`help' belongs on the command line only"},
    {"command_as_key", 1, 1, "`watch' is no key of the configuration; known: files, alerts,"},
    {"update_zero", 1, 9, "update cannot be `0s': accepted: a duration from 100ms to 24h,"},
    {"update_word", 1, 9, "update cannot be `fast': accepted: a duration from 100ms to 24h,"},
    {"update_short", 1, 9, "update cannot be `10ms': accepted: a duration from 100ms to 24h,"},
    {"update_empty", 1, 1, "update needs a value: right would be a duration from 100ms to 24h,"},
    {"update_null", 1, 9, "update needs a value: right would be a duration from 100ms to 24h,"},
    {"update_map", 1, 9, "update cannot be a map: right would be a duration from 100ms to"},
    {"update_list", 1, 9, "update takes one value: a duration from 100ms to 24h,"},
    {"retention_fraction", 1, 12,
     "retention cannot be `1.5s': accepted: a duration of whole seconds"},
    {"retention_long", 1, 12, "retention cannot be `8d': accepted: a duration of whole seconds"},
    {"frequency_negative", 1, 12, "frequency cannot be `-1': accepted: a number of requests per"},
    {"frequency_unit", 1, 12, "frequency cannot be `10/s': accepted: a number of requests per"},
    {"format_empty_item", 1, 21, "an item of the list needs a value: right would be at most 16"},
    {"format_too_many", 1, 170, "this is one too many: right would be at most 16 formats"},
    {"files_map", 1, 8, "files cannot be a map: right would be the name of a file"},
    {"files_empty_item", 3, 3, "an item of the list needs a value: right would be the name of a"},
    {"from_word", 1, 7, "from cannot be `yesterday': accepted: window, end, start, a"},
    {"to_word", 1, 5, "to cannot be `now': accepted: a time such as 2015-05-17T10:05:03Z"},
    {"headless_yes", 1, 11, "headless cannot be `yes': right would be true or false"},
    {"output_xml", 1, 9, "output cannot be `xml': accepted: text or json"},
    {"top_word", 1, 6, "top cannot be `many': accepted: a whole number from 0 to 1000000"},
    {"only_unknown", 1, 7, "only cannot be `sections,colours': accepted: names out of"},
    {"jobs_zero", 1, 7, "jobs cannot be `0': accepted: a whole number from 1 to 64"},
    {"color_blue", 1, 8, "color cannot be `blue': accepted: auto, always or never"},
    {"where_field", 1, 8, "there is no field `sectoin': did you mean section?"},
    {"where_operator", 1, 15, "`==' is no comparison: there are = != < <= > >= ~ !~"},
    {"where_value", 2, 33, "bytes cannot be `big': it is a whole number such as 1500"},
    {"where_open", 1, 8, "the `(' that begins here has no `)'"},
    {"where_folded", 3, 7, "there is no field `byts': did you mean bytes?"},
    {"where_regex", 1, 19, "`[z-a]' is no regular expression: range out of order in character"},
    {"alerts_map", 1, 9, "alerts is a list, each item of which begins with `- name: ...'"},
    {"alerts_nothing", 1, 1, "alerts is a list, each item of which begins with `- name: ...'"},
    {"alerts_text", 1, 9, "alerts is a list, each item of which begins with `- name: ...'"},
    {"alert_text", 2, 5, "an alert is made of keys and values, such as `name: ...'"},
    {"alert_no_name", 2, 5, "an alert needs a `name', such as `name: high traffic'"},
    {"alert_empty_name", 2, 5, "name needs a value: right would be a name such as high traffic"},
    {"alert_long_name", 2, 11, "a name has at most 63 bytes"},
    {"alert_bad_name", 2, 12, "a name cannot hold invisible characters"},
    {"alert_same_name", 4, 11, "there are two alerts of the name `a': give this one another"},
    {"alert_unknown_key", 3, 5, "`abov' is no key of an alert: did you mean above?"},
    {"alert_metric", 3, 13, "`hit' is no metric: did you mean hits?"},
    {"alert_metric_far", 3, 13, "`cpu' is no metric; known: hits, bytes, visitors, errors,"},
    {"alert_metric_list", 3, 13, "metric cannot be a list: right would be one of hits, bytes,"},
    {"alert_no_level", 2, 5,
     "an alert needs `above: LEVEL' or `below: LEVEL', such as `above: 10/s'"},
    {"alert_two_levels", 4, 5, "an alert has either `above' or `below': make two of it"},
    {"alert_no_unit", 3, 12, "`10' is no level of hits: right would be 10/s, 600/min, 7200/h, 5%"},
    {"alert_bad_unit", 3, 12, "`10/day' is no level of hits: right would be 10/s, 600/min,"},
    {"alert_negative", 3, 12, "`-10/s' is no level of hits: right would be 10/s, 600/min,"},
    {"alert_decimals", 3, 12, "`0.0000000001/s' is no level of hits: right would be 10/s,"},
    {"alert_huge", 3, 12, "`18446744073709551616/s' is no level of hits: right would be"},
    {"alert_share_over", 4, 12, "`101%' is no level of errors: right would be 10/s, 600/min,"},
    {"alert_share_full", 4, 12, "no share is ever above 100%: right would be less, such as 5%"},
    {"alert_share_of_all", 3, 12,
     "all hits are always 100% of all: a share of them needs `where' or"},
    {"alert_below_zero", 3, 12, "nothing is ever below 0: right would be more, such as 1/min"},
    {"alert_percentile_of_hits", 3, 12,
     "`p95 0.5s' is no level of hits: right would be 10/s, 600/min,"},
    {"alert_rate_of_time", 4, 12, "`10/s' is no level of request_time: right would be p95 0.5s,"},
    {"alert_percentile_zero", 4, 12,
     "`p0 0.5s' is no level of request_time: right would be p95 0.5s,"},
    {"alert_percentile_over", 4, 12,
     "`p101 0.5s' is no level of request_time: right would be p95 0.5s,"},
    {"alert_percentile_bare", 4, 12,
     "`p95' is no level of request_time: right would be p95 0.5s, p99.9"},
    {"alert_recover_beyond", 4, 14,
     "recover cannot be above the level: right would be 10/s or less"},
    {"alert_recover_below", 4, 14,
     "recover cannot be below the level: right would be 10/s or more"},
    {"alert_recover_other", 5, 14, "the same way as the level 10/s: right would be another rate"},
    {"alert_recover_percentile", 5, 14,
     "the same way as the level p95 1s: right would be another duration"},
    {"alert_window_zero", 4, 13,
     "window cannot be `0s': right would be a duration of whole seconds"},
    {"alert_window_long", 4, 13,
     "window cannot be `8d': right would be a duration of whole seconds"},
    {"alert_for_fraction", 4, 10,
     "for cannot be `500ms': right would be a duration of whole seconds"},
    {"alert_at_least", 4, 15, "at_least cannot be `some': right would be a whole number of hits,"},
    {"alert_where", 4, 25, "expected `and', `or' or the end (a value with spaces is written"},
    {"alert_where_wide", 2, 34, "there is no field `statsu': did you mean status?"},
    {"alert_per", 4, 10, "`sections' is no thing to make an alert for each of: did you mean"},
    {"alert_per_far", 4, 10, "`country' is no thing to make an alert for each of; known:"},
    {"alert_rejected_where", 5, 5,
     "rejected lines have no fields: `where' cannot choose among them, leave it out"},
    {"alert_rejected_per", 5, 5,
     "rejected lines have no fields: `per' cannot choose among them, leave it out"},
    {"alert_default_twice", 3, 11,
     "`high traffic' is the name of the alert that `frequency' makes: give"},
    {"notify_map", 1, 9, "notify is a list, each item of which begins with `- name: ...'"},
    {"notify_no_kind", 2, 5, "a channel needs a `kind': webhook, slack, alertmanager, mail,"},
    {"notify_no_name", 2, 5, "a channel needs a `name', such as `name: ops'"},
    {"notify_same_name", 4, 11, "there are two channels of the name `n': give this one another"},
    {"notify_kind", 3, 11, "`web' is no kind of channel: did you mean webhook?"},
    {"notify_kind_far", 3, 11, "`pigeon' is no kind of channel; known: webhook, slack,"},
    {"notify_unknown_key", 4, 5, "`group_wiat' is no key of a channel: did you mean group_wait?"},
    {"notify_key_of_other", 4, 5,
     "`url' is no key of the kind journal, which has name, kind, rules,"},
    {"notify_secret", 5, 5, "a secret does not stand in the configuration: name its place by"},
    {"notify_password", 4, 5, "a secret does not stand in the configuration: name its place by"},
    {"notify_no_url", 2, 5, "a channel of the kind webhook needs `url', `url_file' or `url_env'"},
    {"notify_two_urls", 4, 5, "there is `url_file' or `url_env' too: one of them is enough"},
    {"notify_two_secrets", 6, 5, "there is `secret_file' too: one of them is enough"},
    {"notify_scheme", 4, 10, "this is no url of the kind webhook: right would be an address"},
    {"notify_user_in_url", 4, 10, "this is no url of the kind webhook: right would be an address"},
    {"notify_space_in_url", 4, 10, "this is no url of the kind webhook: right would be an address"},
    {"notify_port", 4, 10, "this is no url of the kind webhook: right would be an address"},
    {"notify_no_host", 4, 10, "this is no url of the kind webhook: right would be an address"},
    {"notify_mail_scheme", 4, 10, "this is no url of the kind mail: right would be"},
    {"notify_mail_no_to", 2, 5, "a channel of the kind mail needs `from' and `to'"},
    {"notify_mail_from", 5, 11, "from cannot be `ops': right would be a mail address such as"},
    {"notify_mail_injection", 6, 16,
     "to cannot be `e@f\\x0d\\x0aBcc: g@h': right would be a mail address"},
    {"notify_mail_user_alone", 2, 5,
     "a channel of the kind mail needs `secret_file' or `secret_env'"},
    {"notify_secret_path", 5, 18,
     "secret_file cannot be `s': right would be an absolute path such"},
    {"notify_secret_variable", 5, 17,
     "secret_env cannot be `$S': right would be the name of a variable"},
    {"notify_ca_path", 7, 14, "ca_file cannot be `ca.pem': right would be an absolute path such"},
    {"notify_no_command", 2, 5, "a channel of the kind exec needs `command'"},
    {"notify_command_text", 4, 14,
     "command must be a list [/path/of/program, argument, ...] with an"},
    {"notify_command_relative", 4, 15,
     "command cannot be `echo': right would be a list [/path/of/program,"},
    {"notify_command_empty", 4, 14, "command is an empty list: right would be a list"},
    {"notify_rules", 7, 16, "`b' is no alert of this configuration; known: a"},
    {"notify_rules_near", 7, 12,
     "`slow page' is no alert of this configuration: did you mean slow"},
    {"notify_rate", 4, 11, "rate cannot be `often': right would be a number of messages such"},
    {"notify_rate_zero", 4, 11,
     "rate cannot be `0/s': right would be a number of messages such as"},
    {"notify_recoveries", 4, 17, "recoveries cannot be `maybe': right would be true or false"},
    {"notify_group_wait", 4, 17, "group_wait cannot be `2h': right would be a duration from 0s to"},
    {"notify_timeout", 4, 14, "timeout cannot be `0s': right would be a duration from 100ms to"},
    {"notify_give_up", 4, 14, "give_up cannot be `1s': right would be a duration from 1m to 30d,"},
    {"over_indented", 3, 12, "this goes on in the next line, which has a key of its own: a `: ' is missing here, or"},
    {"no_key_value", 2, 1, "this line is no `key: value'"},
    {"folded_alone", 1, 10,
     "> and | end their line; a text that begins with them is written in quotes"},
    {"behind_quote", 1, 23, "something follows the closing quote: put the whole value in quotes"},
    {"percent_sign", 1, 9, "a text that begins with this character is written in quotes"},
    {"star", 1, 9,
     "aliases (*name) are not used here: a text that begins with * is written in quotes"},
    {"two_commas", 1, 11, "there is a comma too many"},
    {"extra_bracket", 1, 11, "this bracket closes nothing"},
    {"open_inner", 3, 3, "a comma or the closing bracket is missing"},
    {"format_unknown", 1, 9, "format `combind': unknown: did you mean combined?"},
    {"format_regex", 3, 6, "bad regex: missing closing parenthesis"},
    {"alert_per_host", 4, 10,
     "per host could be two things: right would be address (the client's) or vhost"},
    {"alert_no_level_time", 2, 5,
     "an alert needs `above: LEVEL' or `below: LEVEL', such as `above: p95 500ms'"},
    {"alert_singular", 1, 1, "`alert' is no key of the configuration: did you mean alerts?"},
    {"alert_rules", 1, 1, "`rules' is no key of the configuration; known: files, alerts,"},
    {"alert_spaced_unit", 3, 12, "`10 req/s' is no level of hits: right would be 10/s, 600/min"},
    {"where_and_and", 1, 22,
     "expected `and', `or' or the end (a value with spaces is written in quotes), found &&"},
    {"where_in", 1, 13, "expected a comparison (= != < <= > >= ~ !~) behind path, found in"},
    {"notify_am_path", 4, 10,
     "the path of the API is added by itself: right would be an address such as "
     "http://127.0.0.1:9093"},
    {"notify_webhook_key", 4, 5, "`webhook' is no key of a channel; known: name, kind, url,"},
    {"no_colon", 1, 1, "this goes on in the next line, which has a key of its own: a `: ' is"},
    {"list_beside", 1, 8, "a list begins on a line of its own, or stands in [ ]"},
};
enum { BAD_ROWS = sizeof bad_rows / sizeof *bad_rows };

/* A copy of what is shown must be fit for any terminal. */
static void expect_safe(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        unsigned char byte = (unsigned char)text->at[i];
        cr_assert((byte >= ' ' && byte != 0x7f) || byte == '\n', "byte %02x at %zu", byte, i);
    }
}

Test(config, refuses_each_bad_file_with_its_place)
{
    cr_assert_geq(BAD_ROWS, 100);
    for (size_t i = 0; i < BAD_ROWS; i++) {
        const struct bad_row *row = &bad_rows[i];
        char path[600], place[700];
        struct settings s;
        struct error why = {0};
        snprintf(path, sizeof path, CORPUS "bad/%s.yaml", row->name);
        cr_expect_not(read_file(&s, &why, path), "%s is taken", row->name);
        cr_expect_not(s.unreadable, "%s: %s", row->name, why.text);
        snprintf(place, sizeof place, "%s:%u:%u: ", path, row->line, row->column);
        /* The one line for the log may be cut; what people see is not. */
        buf_byte(&s.problems, 0);
        s.problems.len--;
        cr_expect(!strncmp(s.problems.at, place, strlen(place)), "%s: %s", row->name,
                  s.problems.at);
        cr_expect(strstr(s.problems.at, row->says), "%s: %s", row->name, s.problems.at);
        cr_expect(strstr(s.problems.at, "^"), "%s has no caret", row->name);
        cr_expect(strstr(why.text, ".yaml:"), "%s: %s", row->name, why.text);
        cr_expect_null(strstr(s.problems.at, "hunter2"), "%s shows a secret", row->name);
        expect_safe(&s.problems);
        settings_done(&s);
    }
}

Test(config, has_a_row_for_each_bad_file)
{
    DIR *dir = opendir(CORPUS "bad");
    cr_assert(dir);
    size_t files = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        size_t len = strlen(e->d_name), i = 0;
        if (len < 5 || strcmp(e->d_name + len - 5, ".yaml"))
            continue;
        files++;
        while (i < BAD_ROWS && (strlen(bad_rows[i].name) != len - 5 ||
                                strncmp(bad_rows[i].name, e->d_name, len - 5)))
            i++;
        cr_expect_lt(i, BAD_ROWS, "%s is in no row", e->d_name);
    }
    closedir(dir);
    cr_expect_eq(files, BAD_ROWS);
}

static const char *problems_of(struct settings *s, const char *text)
{
    char path[] = "/tmp/spate-config-XXXXXX";
    struct error why = {0};
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    cr_expect_not(read_file(s, &why, path));
    unlink(path);
    buf_byte(&s->problems, 0);
    return s->problems.at;
}

Test(config, shows_the_line_with_a_caret_below_the_thing)
{
    struct settings s;
    const char *text =
        problems_of(&s, "update: 1s\nalerts:\n  - {name: \"\xc3\xa9\", abov: 1/s}\n");
    cr_expect(
        strstr(text,
               "     3 |   - {name: \"\xc3\xa9\", abov: 1/s}\n       |                 ^^^^\n"),
        "%s", text);
    settings_done(&s);
}

Test(config, says_all_that_is_wrong_at_once_up_to_a_limit)
{
    struct settings s;
    const char *text = problems_of(&s, "update: x\ntop: y\nalerts:\n  - name: a\n    above: 1/s\n"
                                       "    window: z\n    per: q\n");
    for (const char *const *part =
             (const char *const[]){":1:9: ", ":2:6: ", ":6:13: ", ":7:10: ", NULL};
         *part; part++)
        cr_expect(strstr(text, *part), "%s: %s", *part, text);
    settings_done(&s);

    struct buf many = {0};
    for (int i = 0; i < 100; i++)
        buf_printf(&many, "k%d: 1\n", i);
    buf_byte(&many, 0);
    text = problems_of(&s, many.at);
    size_t shown = 0;
    for (const char *at = text; (at = strstr(at, "is no key")); at++)
        shown++;
    cr_expect_eq(shown, PROBLEMS_MOST);
    buf_done(&many);
    settings_done(&s);
}

Test(config, has_limits_for_its_size)
{
    struct settings s;
    struct buf many = {0};
    for (int i = 0; i < 1001; i++)
        buf_printf(&many, "k%d: 1\n", i);
    buf_byte(&many, 0);
    cr_expect(strstr(problems_of(&s, many.at), ":1001:1: more than 1000 keys"));
    buf_done(&many);
    settings_done(&s);
}

/* ---- What is right ----------------------------------------------------------------------------
 */

static void good(struct settings *s, const char *name)
{
    char path[600];
    struct error why = {0};
    snprintf(path, sizeof path, CORPUS "good/%s.yaml", name);
    cr_assert(read_file(s, &why, path), "%s", why.text);
}

Test(config, takes_options_files_and_formats, .init = lonely)
{
    struct settings s;
    good(&s, "everything");
    cr_expect_eq(s.update_ns, 5 * NS_PER_S);
    cr_expect_eq(s.window_s, 300);
    cr_assert_eq(s.path_count, 2);
    cr_expect_str_eq(s.paths[1], "/var/log/nginx/*.log");
    cr_assert_eq(s.format_count, 2);
    cr_expect(text_same(s.formats[0], TEXT("combined")));
    cr_expect(s.headless);
    cr_assert(s.filter);
    cr_expect_eq(filter_fields(s.filter), FIELD_BIT(FIELD_AGENT));
    settings_done(&s);

    good(&s, "windows");
    cr_expect_eq(s.update_ns, 3 * NS_PER_S);
    cr_expect_eq(s.window_s, 90);
    cr_assert_eq(s.config->rule_count, 1);
    cr_expect_eq(s.config->rules[0].level.amount, 25);
    cr_expect_eq(s.config->rules[0].level.scale, 100);
    cr_expect_eq(s.config->rules[0].window_s, 90);
    settings_done(&s);
}

static bool same_level(struct rule_level l, const char *text)
{
    char room[RULE_LEVEL_TEXT_SIZE];
    return !strcmp(rule_level_text(room, &l), text);
}

Test(config, makes_rules_exactly, .init = lonely)
{
    struct settings s;
    good(&s, "everything");
    cr_assert_eq(s.config->rule_count, 5);
    const struct rule_spec *r = s.config->rules;
    cr_expect_str_eq(r[0].name, "high traffic");
    cr_expect(r[0].metric == RULE_HITS && r[0].side == RULE_ABOVE && r[0].window_s == 120 &&
              r[0].for_s == 0);
    cr_expect(same_level(r[0].level, "10/s") && same_level(r[0].recover, "8/s"));
    cr_expect_eq(r[0].per, FIELD_SECTION);
    cr_expect_str_eq(r[0].where.text, "section = /api and method = POST");
    cr_expect_eq(r[0].where.needs, FIELD_SECTION);
    cr_expect(text_same(r[0].where.needed, TEXT("/api")));
    cr_expect_eq(rule_fields(&r[0]),
                 FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_SECTION) | FIELD_BIT(FIELD_METHOD));
    cr_expect(r[1].side == RULE_BELOW && same_level(r[1].level, "1/min") &&
              same_level(r[1].recover, "1/min"));
    cr_expect(r[1].where.text == NULL && r[1].per == FIELD_COUNT && r[1].window_s == 600);
    cr_expect(r[2].metric == RULE_REQUEST_TIME && same_level(r[2].level, "p95 500ms") &&
              r[2].at_least == 20);
    cr_expect_eq(r[2].window_s, 300, "the window is -r where a rule has none");
    cr_expect(same_level(r[3].level, "5000000/s"));
    cr_expect(same_level(r[4].level, "2.5%") && r[4].per == FIELD_VHOST);
    settings_done(&s);

    good(&s, "styles");
    r = s.config->rules;
    cr_assert_eq(s.config->rule_count, 5);
    cr_expect(same_level(r[0].level, "2000") && r[0].metric == RULE_VISITORS);
    cr_expect(same_level(r[1].level, "0.5/min") && r[1].for_s == 90 && r[1].window_s == 3600);
    cr_expect(same_level(r[2].level, "1610612736/min") && r[2].per == FIELD_STATUS);
    cr_expect(same_level(r[3].level, "p99.9 1m") && r[3].per == FIELD_HOST);
    cr_expect(same_level(r[4].level, "0.1%") && r[4].metric == RULE_REJECTED);
    settings_done(&s);
}

Test(config, lets_a_rule_choose_its_entries, .init = lonely)
{
    struct settings s;
    good(&s, "json");
    cr_assert_eq(s.config->rule_count, 1);
    const struct rule_spec *r = &s.config->rules[0];
    struct batch *b = batch_new();
    struct entry e = {0};
    memcpy(b->bytes, "a b/healthz", 11);
    entry_set_text(&e, FIELD_VHOST, 0, 3);
    entry_set_text(&e, FIELD_PATH, 3, 7);
    cr_expect_not(rule_counts(r, b, &e));
    entry_set_text(&e, FIELD_PATH, 3, 6);
    cr_expect(rule_counts(r, b, &e));
    batch_free(b);
    settings_done(&s);
}

Test(config, names_the_channels_and_where_their_secrets_are, .init = lonely)
{
    struct settings s;
    good(&s, "everything");
    cr_assert_eq(s.config->channel_count, 6);
    const struct notify_spec *n = s.config->channels;
    cr_expect(n[0].kind == NOTIFY_WEBHOOK && !strcmp(n[0].secret.file, "/etc/spate/hmac") &&
              !n[0].secret.env);
    cr_expect_eq(n[0].rule_count, 0);
    cr_expect(n[0].recoveries && n[0].group_wait_ns == 5 * NS_PER_S && n[0].rate_most == 10 &&
              n[0].rate_span_ns == 60 * NS_PER_S);
    cr_expect(n[1].kind == NOTIFY_SLACK && !n[1].url && !strcmp(n[1].url_secret.env, "SLACK_URL"));
    cr_assert_eq(n[1].rule_count, 2);
    cr_expect_str_eq(n[1].rules[1], "broken");
    cr_expect(n[1].rate_most == 30 && n[1].rate_span_ns == 3600 * NS_PER_S);
    cr_expect(n[3].kind == NOTIFY_MAIL && n[3].to_count == 2 &&
              !strcmp(n[3].to[1], "b@example.com"));
    cr_expect_eq(n[3].group_wait_ns, 30 * NS_PER_S);
    cr_expect(n[4].kind == NOTIFY_EXEC && !strcmp(n[4].command[2], "spate") && !n[4].command[3]);
    cr_expect_not(n[4].recoveries);
    cr_expect_eq(n[5].kind, NOTIFY_JOURNAL);
    settings_done(&s);
}

Test(config, shows_what_would_run_without_its_secrets, .init = lonely)
{
    static const char *const parts[] = {"good/everything.yaml",
                                        "/var/log/nginx/*.log",
                                        "retention     5m",
                                        "top           10 (default)",
                                        "hits above 10/s over 2m",
                                        "recovers below 8/s",
                                        "one alert for each section",
                                        "webhook https://hooks.example.com/***",
                                        "signed by the file /etc/spate/hmac",
                                        "the variable SLACK_URL",
                                        "tells of slow, broken",
                                        "at most 30 in 1h"};
    struct settings s;
    struct buf out = {0};
    good(&s, "everything");
    config_show(&out, s.config, &s);
    expect_safe(&out);
    buf_byte(&out, 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(out.at, parts[i]), "%s is not in %s", parts[i], out.at);
    cr_expect_null(strstr(out.at, "T000"), "the path of a webhook may be its secret");
    buf_done(&out);
    settings_done(&s);
}

/* ---- Precedence --------------------------------------------------------------------------------
 */

static void read_words(struct settings *s, const char *const *words)
{
    struct error why = {0};
    int count = 0;
    while (words[count])
        count++;
    cr_assert(settings_read(s, count, (char *const *)words, &why), "%s", why.text);
}
#define READ(s, ...) read_words(s, (const char *const[]){"spate", __VA_ARGS__, NULL})

Test(config, puts_the_command_line_over_the_file, .init = lonely)
{
    struct settings s;
    READ(&s, "watch", "--config", CORPUS "good/everything.yaml", "-u", "7s", "-F", "common",
         "/tmp/a", "--where", "status = 404");
    cr_expect_eq(s.update_ns, 7 * NS_PER_S);
    cr_expect_eq(s.window_s, 300, "what is not said stays the file's");
    cr_assert_eq(s.path_count, 1);
    cr_expect_str_eq(s.paths[0], "/tmp/a");
    cr_assert_eq(s.format_count, 1);
    cr_expect(text_same(s.formats[0], TEXT("common")));
    cr_expect_eq(filter_fields(s.filter), FIELD_BIT(FIELD_STATUS));
    settings_done(&s);

    READ(&s, "report", "-p", "/tmp/b", "--config=" CORPUS "good/everything.yaml");
    cr_assert_eq(s.path_count, 1);
    cr_expect_str_eq(s.paths[0], "/tmp/b");
    settings_done(&s);
}

Test(config, keeps_the_words_of_watch_from_the_others, .init = lonely)
{
    struct settings s;
    READ(&s, "watch", "--config", CORPUS "good/styles.yaml");
    cr_expect_str_eq(s.from, "end");
    settings_done(&s);
    READ(&s, "report", "--config", CORPUS "good/styles.yaml");
    cr_expect_null(s.from);
    settings_done(&s);
}

Test(config, has_the_default_rule_when_it_is_due, .init = lonely)
{
    struct settings s;
    READ(&s, "report", "-f", "2.5", "-r", "60");
    cr_assert_eq(s.config->rule_count, 1);
    cr_expect(same_level(s.config->rules[0].level, "2.5/s") && s.config->rules[0].window_s == 60);
    settings_done(&s);

    READ(&s, "report", "--config", CORPUS "good/no_alerts.yaml");
    cr_expect_eq(s.config->rule_count, 0, "an empty list means none");
    settings_done(&s);

    READ(&s, "report", "--config", CORPUS "good/styles.yaml", "-f", "3");
    cr_expect_eq(s.config->rule_count, 6);
    cr_expect_str_eq(s.config->rules[0].name, CONFIG_DEFAULT_RULE);
    settings_done(&s);

    READ(&s, "report", "--config", CORPUS "good/everything.yaml", "-f", "3");
    cr_expect_eq(s.config->rule_count, 5, "-f takes the place of the file's rule of that name");
    cr_expect(same_level(s.config->rules[0].level, "3/s"));
    settings_done(&s);
}

Test(config, is_found_in_the_usual_place)
{
    char folder[] = "/tmp/spate-xdg-XXXXXX", path[200];
    struct settings s;
    struct error why = {0};
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "mkdir %s/spate && echo 'update: 9s' > %s/spate/spate.yaml", folder,
             folder);
    cr_assert_eq(system(path), 0);
    setenv("XDG_CONFIG_HOME", folder, 1);
    READ(&s, "report");
    cr_expect_eq(s.update_ns, 9 * NS_PER_S);
    settings_done(&s);
    READ(&s, "formats");
    cr_expect_null(s.config, "what reads no logs needs no configuration");
    settings_done(&s);
    snprintf(path, sizeof path, "rm -r %s", folder);
    cr_assert_eq(system(path), 0);
    setenv("XDG_CONFIG_HOME", folder, 1);
    char *const argv[] = {"spate", "report"};
    cr_expect(settings_read(&s, 2, argv, &why), "a missing default file is fine: %s", why.text);
    settings_done(&s);
}

Test(config, in_a_usual_place_is_left_out_when_it_cannot_be_read)
{
    char folder[] = "/tmp/spate-xdg-XXXXXX", path[200];
    struct settings s;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "mkdir -p %s/spate/spate.yaml",
             folder); /* a directory, for root too */
    cr_assert_eq(system(path), 0);
    setenv("XDG_CONFIG_HOME", folder, 1);
    READ(&s, "report");
    cr_expect_null(s.config->path);
    cr_expect(strstr(s.config->left_out.text, folder), "%s", s.config->left_out.text);
    cr_expect_eq(s.config->rule_count, 1, "the default rule is there");
    settings_done(&s);
    snprintf(path, sizeof path, "rm -r %s", folder);
    cr_assert_eq(system(path), 0);
}

Test(config, in_a_usual_place_that_is_out_of_reach_later_goes_on_being_used)
{
    char folder[] = "/tmp/spate-xdg-XXXXXX", path[200];
    struct settings s;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "mkdir %s/spate && echo 'update: 9s' > %s/spate/spate.yaml", folder,
             folder);
    cr_assert_eq(system(path), 0);
    setenv("XDG_CONFIG_HOME", folder, 1);
    READ(&s, "watch");
    snprintf(path, sizeof path, "cd %s/spate && rm spate.yaml && mkdir spate.yaml", folder);
    cr_assert_eq(system(path), 0);
    struct reload *r = reload_new(&s, false);
    cr_expect_not(r->good);
    cr_expect(strstr(r->news, "the old one stays") && strstr(r->news, "no regular file"), "%s",
              r->news);
    reload_free(r);
    settings_done(&s);
    snprintf(path, sizeof path, "rm -r %s", folder);
    cr_assert_eq(system(path), 0);
}

Test(config, that_is_named_must_be_there_and_be_a_file)
{
    static const char *const paths[] = {CORPUS "none.yaml", CORPUS, "/dev/null"};
    for (size_t i = 0; i < 3; i++) {
        struct settings s;
        struct error why = {0};
        cr_expect_not(read_file(&s, &why, paths[i]));
        cr_expect(s.unreadable);
        cr_expect_eq(s.problems.len, 0);
        cr_expect(strstr(why.text, paths[i]), "%s", why.text);
        settings_done(&s);
    }
}

Test(config, says_where_a_filter_of_the_command_line_is_wrong, .init = lonely)
{
    struct settings s;
    struct error why = {0};
    char *const argv[] = {"spate", "parse", "--where", "status = 5xx and byts > 1"};
    cr_expect_not(settings_read(&s, 4, argv, &why));
    cr_expect_str_eq(why.text, "--where, column 18: there is no field `byts': did you mean bytes?");
    settings_done(&s);
}
