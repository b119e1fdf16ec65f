/* config_show.c - what a configuration makes run, for people. Foreign text is made safe, secrets
 * are named but not shown: of a URL that may hold one no more than its host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/config.h"
#include "app/config_yaml.h"
#include "base/safe.h"
#include "base/time.h"

enum { NAME_WIDTH = 14 };

static void add_text(struct buf *out, const char *text)
{
    safe_add(out, text_of(text));
}

static void add_name(struct buf *out, const char *name)
{
    struct safe_limits none = {0};
    unsigned width = safe_make(out, text_of(name), none).width;
    buf_fill(out, ' ', width < NAME_WIDTH ? NAME_WIDTH - width : 1);
}

static void add_duration(struct buf *out, int64_t ns)
{
    char room[TIME_TEXT_SIZE];
    buf_str(out, ns ? duration_text(room, ns) : "0s");
}

/* ---- Options --------------------------------------------------------------------------------- */

static void show_value(struct buf *out, const struct yaml_node *n)
{
    if (n->kind == YAML_SCALAR) {
        add_text(out, n->value);
        return;
    }
    for (const struct yaml_node *m = n->first; m; m = m->next) {
        buf_str(out, m == n->first ? "" : ", ");
        add_text(out, m->value);
    }
}

static void show_options(struct buf *out, const struct config *c)
{
    buf_str(out, "\noptions\n");
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if ((row->scope & COMMAND_LINE_ONLY) || !strcmp(row->name, "path") ||
            (!c->options[i] && !row->preset))
            continue;
        buf_str(out, "  ");
        add_name(out, row->name);
        if (c->options[i])
            show_value(out, c->options[i]);
        else
            buf_printf(out, "%s (default)", row->preset);
        buf_byte(out, '\n');
    }
}

static void show_files(struct buf *out, const struct settings *s)
{
    buf_str(out, "files\n");
    for (size_t i = 0; i < s->path_count; i++) {
        buf_str(out, "  ");
        add_text(out, s->paths[i]);
        buf_byte(out, '\n');
    }
    if (!s->path_count)
        buf_str(out, "  /var/log/access.log (default)\n");
}

/* ---- Alerts ---------------------------------------------------------------------------------- */

static const char *per_words(enum field per)
{
    return per == FIELD_HOST ? "address" : field_key(per);
}

static void show_rule(struct buf *out, const struct rule_spec *rule)
{
    char level[RULE_LEVEL_TEXT_SIZE];
    bool above = rule->side == RULE_ABOVE;
    buf_str(out, "  ");
    add_name(out, rule->name);
    buf_printf(out, " %s %s %s over ", rule_metric_words(rule->metric), above ? "above" : "below",
               rule_level_text(level, &rule->level));
    add_duration(out, rule->window_s * 1000000000);
    if (rule->for_s) {
        buf_str(out, " for ");
        add_duration(out, rule->for_s * 1000000000);
    }
    if (rule->at_least) {
        buf_str(out, ", with at least ");
        buf_u64(out, rule->at_least);
        buf_str(out, " in the window");
    }
    buf_printf(out, "; recovers %s %s", above ? "below" : "above",
               rule_level_text(level, &rule->recover));
    if (rule->per != FIELD_COUNT)
        buf_printf(out, "; one alert for each %s", per_words(rule->per));
    if (rule->where.text) {
        buf_str(out, "; where ");
        add_text(out, rule->where.text);
    }
    buf_byte(out, '\n');
}

/* ---- Channels -------------------------------------------------------------------------------- */

/* scheme://host:port, and that there is more. */
static void show_url(struct buf *out, const struct notify_spec *n)
{
    struct text url = text_of(n->url);
    size_t host = text_find(url, '/', text_find(url, '/', 0) + 1) + 1, end = host;
    while (end < url.len && url.at[end] != '/' && url.at[end] != '?')
        end++;
    bool open = n->kind == NOTIFY_ALERTMANAGER || n->kind == NOTIFY_MAIL || end + 1 >= url.len;
    buf_byte(out, ' ');
    safe_add(out, open ? url : text_cut(url, 0, end));
    buf_str(out, open ? "" : "/***");
}

/* What will stand in the way, or should not be. */
static void show_reach(struct buf *out, const struct notify_secret *secret)
{
    struct stat st;
    if (secret->env)
        buf_str(out, getenv(secret->env) ? "" : " (not set here)");
    else if (stat(secret->file, &st))
        buf_printf(out, " (%s)", strerror(errno));
    else if (st.st_mode & S_IROTH)
        buf_str(out, " (everybody can read it)");
}

static void show_secret(struct buf *out, const char *before, const struct notify_secret *secret)
{
    if (!secret->file && !secret->env)
        return;
    buf_printf(out, "%s the %s ", before, secret->file ? "file" : "variable");
    add_text(out, secret->file ? secret->file : secret->env);
    show_reach(out, secret);
}

static void show_list(struct buf *out, const char *before, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i ? ", " : before);
        add_text(out, texts[i]);
    }
}

static void show_target(struct buf *out, const struct notify_spec *n)
{
    if (n->url)
        show_url(out, n);
    show_secret(out, " at the address in", &n->url_secret);
    if (n->user) {
        buf_str(out, ", as ");
        add_text(out, n->user);
    }
    show_secret(out, n->kind == NOTIFY_WEBHOOK ? ", signed by" : ", password in", &n->secret);
    if (n->ca_file) {
        buf_str(out, ", trusting ");
        add_text(out, n->ca_file);
    }
    if (n->from) {
        buf_str(out, ", from ");
        add_text(out, n->from);
    }
    show_list(out, " to ", n->to, n->to_count);
    for (size_t i = 0; n->command && n->command[i]; i++) {
        buf_byte(out, ' ');
        add_text(out, n->command[i]);
    }
}

static void show_channel(struct buf *out, const struct notify_spec *n)
{
    buf_str(out, "  ");
    add_name(out, n->name);
    buf_printf(out, " %s", notify_kind_key(n->kind));
    show_target(out, n);
    show_list(out, "; tells of ", n->rules, n->rule_count);
    if (!n->rule_count)
        buf_str(out, "; tells of all alerts");
    if (!n->recoveries)
        buf_str(out, ", not of recoveries");
    buf_str(out, "; groups for ");
    add_duration(out, n->group_wait_ns);
    buf_printf(out, ", at most %u in ", n->rate_most);
    add_duration(out, n->rate_span_ns);
    buf_str(out, ", gives a try ");
    add_duration(out, n->timeout_ns);
    buf_str(out, ", gives up after ");
    add_duration(out, n->give_up_ns);
    buf_byte(out, '\n');
}

void config_show(struct buf *out, const struct config *c, const struct settings *s)
{
    buf_str(out, "configuration\n  ");
    add_text(out, c->path ? c->path : "none: all is default");
    buf_str(out, "\n\n");
    show_files(out, s);
    show_options(out, c);
    buf_str(out, c->rule_count ? "\nalerts\n" : "\nalerts\n  none\n");
    for (size_t i = 0; i < c->rule_count; i++)
        show_rule(out, &c->rules[i]);
    buf_str(out, c->channel_count ? "\nnotify\n" : "\nnotify\n  nobody\n");
    for (size_t i = 0; i < c->channel_count; i++)
        show_channel(out, &c->channels[i]);
}
