/* fuzz_config.c - any bytes are a configuration or are refused with a place inside them; what is
 * shown of either is fit for a terminal; what is taken keeps the promises of rule.h and notify.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/config.h"
#include "app/config_level.h"
#include "lib/one_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "config: %s\n", what);
    abort();
}

static void check_shown(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        unsigned char byte = (unsigned char)text->at[i];
        demand((byte >= ' ' && byte != 0x7f) || byte == '\n', "a control character is shown");
    }
}

static void check_level(const struct rule_level *level)
{
    char text[RULE_LEVEL_TEXT_SIZE];
    struct rule_level back;
    demand(level->scale >= 1 && level->scale <= 1000000000 && level->per_s >= 1, "an odd level");
    demand(level_parse(text_of(rule_level_text(text, level)), &back) &&
               back.measure == level->measure && rule_level_order(&back, level) == 0,
           "a level does not read back");
}

static void check_rules(const struct config *c)
{
    for (size_t i = 0; i < c->rule_count; i++) {
        const struct rule_spec *r = &c->rules[i];
        demand(r->name[0] && r->window_s >= 1 && r->window_s <= RULE_WINDOW_MOST_S && r->for_s >= 0,
               "an odd rule");
        demand(rule_metric_measures(r->metric) & r->level.measure,
               "a level that its metric has not");
        demand(r->recover.measure == r->level.measure, "two measures");
        int order = rule_level_order(&r->recover, &r->level);
        demand(r->side == RULE_ABOVE ? order <= 0 : order >= 0, "recovers on the loud side");
        check_level(&r->level);
        check_level(&r->recover);
    }
}

static void check_channels(const struct config *c)
{
    for (size_t i = 0; i < c->channel_count; i++) {
        const struct notify_spec *n = &c->channels[i];
        demand(n->name[0] && n->rate_most && n->rate_span_ns > 0 && n->timeout_ns > 0,
               "an odd channel");
        demand(n->kind != NOTIFY_EXEC || n->command[0][0] == '/', "a program without its place");
        demand(n->kind != NOTIFY_MAIL || (n->url && n->from && n->to_count), "a mail to nobody");
        demand(!n->secret.file || !n->secret.env, "two secrets");
    }
}

static void check(struct settings *s, const char *path, size_t size)
{
    struct config_problems problems;
    struct error why = {0};
    struct buf shown = {0};
    s->config_path = path;
    enum config_result got = config_read(&s->config, s, &problems, &why);
    check_shown(&problems.text);
    if (got == CONFIG_READ) {
        demand(problems.count == 0, "taken in spite of a problem");
        config_show(&shown, s->config, s);
        check_shown(&shown);
        check_rules(s->config);
        check_channels(s->config);
    } else {
        demand(got == CONFIG_WRONG, "unreadable");
        demand(problems.count > 0 && problems.line >= 1 && problems.column >= 1 &&
                   problems.first.text[0],
               "an error without a place");
        demand(problems.line <= size + 1 && problems.column <= size + 1, "a place outside");
    }
    buf_done(&shown);
    problems_done(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const argv[] = {"spate", "formats"};
    struct settings s;
    struct error why;
    if (!settings_read(&s, 2, argv, &why))
        abort();
    check(&s, one_file(text_make((const char *)data, size)), size);
    settings_done(&s);
    return 0;
}
