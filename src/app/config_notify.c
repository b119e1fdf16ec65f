/* config_notify.c - the `notify` channels of a configuration. */
#include <ctype.h>
#include <stdlib.h>

#include "app/config_address.h"
#include "app/config_level.h"
#include "app/config_read.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"

enum { DAY_S = 24 * 3600, RATE_MOST = 1000000 };

/* ---- The keys, and which kinds know them -------------------------------------------------------
 */

#define OF(kind) (1U << NOTIFY_##kind)
#define OF_ALL   ((1U << NOTIFY_KIND_COUNT) - 1)

static const struct key_row {
    const char *name;
    unsigned kinds;
} keys[] = {
    {"name", OF_ALL},
    {"kind", OF_ALL},
    {"url", OF(WEBHOOK) | OF(SLACK) | OF(ALERTMANAGER) | OF(MAIL)},
    {"url_file", OF(WEBHOOK) | OF(SLACK)},
    {"url_env", OF(WEBHOOK) | OF(SLACK)},
    {"secret_file", OF(WEBHOOK) | OF(ALERTMANAGER) | OF(MAIL)},
    {"secret_env", OF(WEBHOOK) | OF(ALERTMANAGER) | OF(MAIL)},
    {"ca_file", OF(WEBHOOK) | OF(SLACK) | OF(ALERTMANAGER) | OF(MAIL)},
    {"user", OF(ALERTMANAGER) | OF(MAIL)},
    {"from", OF(MAIL)},
    {"to", OF(MAIL)},
    {"command", OF(EXEC)},
    {"rules", OF_ALL},
    {"recoveries", OF_ALL},
    {"group_wait", OF_ALL},
    {"rate", OF_ALL},
    {"timeout", OF_ALL},
    {"give_up", OF_ALL},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* Names that people would try for a secret, which does not stand in the file itself. */
static bool is_plain_secret(const char *key)
{
    static const char *const names[] = {"secret", "password", "token", "key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(key, names[i]))
            return true;
    return false;
}

static unsigned kinds_of(const char *key)
{
    for (size_t i = 0; i < KEYS; i++)
        if (!strcmp(keys[i].name, key))
            return keys[i].kinds;
    return 0;
}

/* A key that only others have. */
static bool refuse_key(struct config_read *r, const struct yaml_node *key, enum notify_kind kind,
                       const char *const *known, size_t count)
{
    struct buf list = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
    problem_at(r->problems, key->place, "`%s' is no key of the kind %s, which has %.*s", key->value,
               notify_kind_key(kind), (int)list.len, list.at);
    buf_done(&list);
    return false;
}

static bool check_keys(struct config_read *r, const struct yaml_node *n, enum notify_kind kind)
{
    const char *known[KEYS];
    size_t count = 0;
    bool good = true;
    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].kinds & (1U << kind))
            known[count++] = keys[i].name;
    for (const struct yaml_node *m = n->first; m; m = m->next) {
        unsigned kinds = kinds_of(m->key->value);
        if (kinds & (1U << kind))
            continue;
        if (is_plain_secret(m->key->value))
            good = problem_at(r->problems, m->key->place,
                              "a secret does not stand in the configuration: name its place by "
                              "`secret_file' or `secret_env'");
        else if (kinds)
            good = refuse_key(r, m->key, kind, known, count);
        else
            good = refuse_word(r, m->key, "key of a channel", known, count);
    }
    return good;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool refuse(struct config_read *r, const struct yaml_node *n, const char *key,
                   const char *accepts)
{
    return problem_at(r->problems, n->place, "%s cannot be `%.80s': right would be %s", key,
                      safe_str(text_of(n->value)), accepts);
}

/* The value itself is not repeated: what stands in a URL may be a secret. */
static bool read_url(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    static const char *const web[2] = {"http://", "https://"}, *const mail[2] = {"smtp://",
                                                                                 "smtps://"};
    bool is_mail = spec->kind == NOTIFY_MAIL;
    const char *accepts = is_mail ? "smtp://mail.example.com:587 or smtps://mail.example.com"
                                  : "an address such as https://example.com/path, without user, "
                                    "password, spaces and #";
    if (!read_text(r, n, accepts, &spec->url))
        return false;
    if (spec->url && spec->kind == NOTIFY_ALERTMANAGER && strstr(spec->url, "/api/v"))
        return problem_at(r->problems, n->place,
                          "the path of the API is added by itself: right would be an address such as "
                          "http://127.0.0.1:9093");
    if (!spec->url || address_is_url(spec->url, is_mail ? mail : web))
        return true;
    return problem_at(r->problems, n->place, "this is no url of the kind %s: right would be %s",
                      notify_kind_key(spec->kind), accepts);
}

static bool is_variable(const char *name)
{
    for (const char *at = name; *at; at++)
        if (!isalpha((unsigned char)*at) && *at != '_' &&
            (at == name || !isdigit((unsigned char)*at)))
            return false;
    return true;
}

static bool read_path(struct config_read *r, const struct yaml_node *n, const char *accepts,
                      const char **out)
{
    return read_text(r, n, accepts, out) && (!*out || (*out)[0] == '/' || refuse(r, n, n->key->value, accepts));
}

/* PREFIX_file, PREFIX_env: one of them at most. */
static bool read_secret(struct config_read *r, const struct yaml_node *file,
                        const struct yaml_node *env, struct notify_secret *out)
{
    if (file && env)
        return problem_at(r->problems, env->key->place, "there is `%s' too: one of them is enough",
                          file->key->value);
    if (!read_path(r, file, "an absolute path such as /etc/spate/secret", &out->file) ||
        !read_text(r, env, "the name of a variable such as SPATE_SECRET", &out->env))
        return false;
    if (out->env && !is_variable(out->env))
        return refuse(r, env, env->key->value, "the name of a variable such as SPATE_SECRET");
    return true;
}

/* The item of a list (or the one text) of that number. */
static const struct yaml_node *item(const struct yaml_node *n, size_t index)
{
    if (n->kind != YAML_LIST)
        return n;
    n = n->first;
    while (index--)
        n = n->next;
    return n;
}

static bool read_mail(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    static const char accepts[] = "a mail address such as ops@example.com";
    const struct yaml_node *from = read_member(n, "from"), *to = read_member(n, "to");
    if (!read_text(r, from, accepts, &spec->from) ||
        !read_texts(r, to, accepts, &spec->to, &spec->to_count))
        return false;
    if (spec->from && !address_is_mail(spec->from))
        return refuse(r, from, "from", accepts);
    for (size_t i = 0; i < spec->to_count; i++)
        if (!address_is_mail(spec->to[i]))
            return refuse(r, item(to, i), "to", accepts);
    return true;
}

static bool read_command(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    static const char accepts[] =
        "a list [/path/of/program, argument, ...] with an absolute path (no shell "
        "reads it)";
    size_t count;
    if (n && n->kind != YAML_LIST)
        return problem_at(r->problems, n->place, "command must be %s", accepts);
    if (!read_texts(r, n, accepts, &spec->command, &count))
        return false;
    return !n || spec->command[0][0] == '/' || refuse(r, item(n, 0), "command", accepts);
}

/* Names of alerts that there are. */
static bool read_rules(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    const struct config *c = r->config;
    bool good = read_texts(r, n, "names of alerts", &spec->rules, &spec->rule_count);
    const char **names = mem_new(c->rule_count + 1, sizeof *names);
    for (size_t i = 0; i < c->rule_count; i++)
        names[i] = c->rules[i].name;
    for (size_t i = 0; good && i < spec->rule_count; i++) {
        bool known = false;
        for (size_t k = 0; k < c->rule_count; k++)
            known |= !strcmp(spec->rules[i], names[k]);
        if (!known)
            good = refuse_word(r, item(n, i), "alert of this configuration", names,
                               c->rule_count > 8 ? 8 : c->rule_count);
    }
    free(names);
    return good;
}

static bool read_rate(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    static const char accepts[] = "a number of messages such as 10/min or 30/h";
    struct rule_level level;
    const char *text = NULL;
    if (!read_text(r, n, accepts, &text))
        return false;
    if (!text)
        return true;
    if (!level_parse(text_of(text), &level) || level.measure != RULE_RATE || level.scale != 1 ||
        level.amount < 1 || level.amount > RATE_MOST)
        return refuse(r, n, "rate", accepts);
    spec->rate_most = (uint32_t)level.amount;
    spec->rate_span_ns = level.per_s * NS_PER_S;
    return true;
}

static bool read_times(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    static const struct duration_limits wait = {0, 3600 * NS_PER_S, false},
                                        timeout = {NS_PER_S / 10, 120 * NS_PER_S, false},
                                        give_up = {60 * NS_PER_S, 30 * DAY_S * NS_PER_S, false};
    bool good = read_duration(r, read_member(n, "group_wait"), wait, &spec->group_wait_ns);
    good &= read_duration(r, read_member(n, "timeout"), timeout, &spec->timeout_ns);
    good &= read_duration(r, read_member(n, "give_up"), give_up, &spec->give_up_ns);
    return good;
}

/* ---- A channel ------------------------------------------------------------------------------- */

static bool needs(struct config_read *r, const struct yaml_node *n, enum notify_kind kind,
                  const char *key)
{
    return problem_at(r->problems, n->place, "a channel of the kind %s needs %s",
                      notify_kind_key(kind), key);
}

static bool check_needs(struct config_read *r, const struct yaml_node *n,
                        const struct notify_spec *s)
{
    bool secret_url = s->url_secret.file || s->url_secret.env;
    if (s->url && secret_url)
        return problem_at(r->problems, read_member(n, "url")->key->place,
                          "there is `url_file' or `url_env' too: one of them is enough");
    if ((s->kind == NOTIFY_WEBHOOK || s->kind == NOTIFY_SLACK) && !s->url && !secret_url)
        return needs(r, n, s->kind, "`url', `url_file' or `url_env'");
    if ((s->kind == NOTIFY_ALERTMANAGER || s->kind == NOTIFY_MAIL) && !s->url)
        return needs(r, n, s->kind, "`url'");
    if (s->kind == NOTIFY_MAIL && (!s->from || !s->to_count))
        return needs(r, n, s->kind, "`from' and `to'");
    if (s->kind == NOTIFY_EXEC && !s->command)
        return needs(r, n, s->kind, "`command'");
    bool secret = s->secret.file || s->secret.env;
    if (s->kind != NOTIFY_WEBHOOK && (s->user != NULL) != secret)
        return needs(r, n, s->kind,
                     s->user ? "`secret_file' or `secret_env' beside `user'"
                             : "`user' beside the secret");
    return true;
}

static bool check_name(struct config_read *r, const struct yaml_node *n,
                       const struct notify_spec *spec)
{
    const struct config *c = r->config;
    const struct yaml_node *name = read_member(n, "name");
    if (!name)
        return problem_at(r->problems, n->place, "a channel needs a `name', such as `name: ops'");
    for (size_t i = 0; i < c->channel_count; i++)
        if (!strcmp(c->channels[i].name, spec->name))
            return problem_at(r->problems, name->place, "there are two channels of the name `%s': give this one another",
                              safe_str(text_of(spec->name)));
    return true;
}

static bool read_kind(struct config_read *r, const struct yaml_node *n, enum notify_kind *kind)
{
    const char *words[NOTIFY_KIND_COUNT];
    size_t index = 0;
    for (enum notify_kind k = 0; k < NOTIFY_KIND_COUNT; k++)
        words[k] = notify_kind_key(k);
    if (n->kind != YAML_MAP)
        return problem_at(r->problems, n->place,
                          "a channel is made of keys and values, such as `name: ...'");
    const struct yaml_node *m = read_member(n, "kind");
    if (!m)
        return problem_at(
            r->problems, n->place,
            "a channel needs a `kind': webhook, slack, alertmanager, mail, exec or journal");
    if (!read_word(r, m, "kind of channel", words, NOTIFY_KIND_COUNT, &index))
        return false;
    *kind = (enum notify_kind)index;
    return true;
}

static bool read_channel(struct config_read *r, const struct yaml_node *n, struct notify_spec *spec)
{
    *spec = (struct notify_spec){.recoveries = true,
                                 .group_wait_ns = 5 * NS_PER_S,
                                 .rate_most = 10,
                                 .rate_span_ns = 60 * NS_PER_S,
                                 .timeout_ns = 10 * NS_PER_S,
                                 .give_up_ns = 7 * DAY_S * NS_PER_S};
    if (!read_kind(r, n, &spec->kind) || !check_keys(r, n, spec->kind))
        return false;
    bool good = read_name(r, read_member(n, "name"), spec->name, sizeof spec->name);
    good = good && check_name(r, n, spec);
    bool all = read_url(r, read_member(n, "url"), spec);
    all &= read_secret(r, read_member(n, "url_file"), read_member(n, "url_env"), &spec->url_secret);
    all &=
        read_secret(r, read_member(n, "secret_file"), read_member(n, "secret_env"), &spec->secret);
    all &= read_path(r, read_member(n, "ca_file"), "an absolute path such as /etc/spate/ca.pem",
                     &spec->ca_file);
    all &= read_text(r, read_member(n, "user"), "a user name", &spec->user);
    all &= read_mail(r, n, spec);
    all &= read_command(r, read_member(n, "command"), spec);
    all &= read_rules(r, read_member(n, "rules"), spec);
    all &= read_bool(r, read_member(n, "recoveries"), &spec->recoveries);
    all &= read_rate(r, read_member(n, "rate"), spec);
    all &= read_times(r, n, spec);
    return all && good && check_needs(r, n, spec);
}

bool read_channels(struct config_read *r, const struct yaml_node *n)
{
    struct config *c = r->config;
    bool good = true;
    if (n->kind != YAML_LIST)
        return problem_at(r->problems, yaml_is_nothing(n) ? n->key->place : n->place,
                          "notify is a list, each item of which begins with `- name: ...'");
    for (const struct yaml_node *m = n->first; m; m = m->next) {
        if (c->channel_count == NOTIFY_MOST)
            return problem_at(r->problems, m->place, "there can be at most %d channels",
                              NOTIFY_MOST);
        c->channels = mem_grow(c->channels, c->channel_count + 1, sizeof *c->channels);
        good &= read_channel(r, m, &c->channels[c->channel_count]);
        c->channel_count++;
    }
    return good;
}
