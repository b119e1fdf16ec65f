#include "app/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/config.h"
#include "app/config_yaml.h"
#include "app/discover.h"
#include "base/mem.h"
#include "base/safe.h"

/* ---- What a running process cannot change -----------------------------------------------------
 */

static bool same_string(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool is_headless(const struct settings *s)
{
    return s->headless || s->output_given || !isatty(STDOUT_FILENO);
}

static bool same_state(const struct settings *a, const struct settings *b)
{
    return same_string(a->state, b->state);
}

static bool same_user(const struct settings *a, const struct settings *b)
{
    return same_string(a->user, b->user);
}

static bool same_headless(const struct settings *a, const struct settings *b)
{
    return is_headless(a) == is_headless(b);
}

static bool same_output(const struct settings *a, const struct settings *b)
{
    return a->output == b->output;
}

static bool same_only(const struct settings *a, const struct settings *b)
{
    return a->only == b->only;
}

static bool same_colour(const struct settings *a, const struct settings *b)
{
    return a->colour == b->colour;
}

static bool same_ascii(const struct settings *a, const struct settings *b)
{
    return a->ascii == b->ascii;
}

static bool reads_input(const struct settings *s)
{
    for (size_t i = 0; i < s->path_count; i++)
        if (!strcmp(s->paths[i], "-"))
            return true;
    return false;
}

static bool same_input(const struct settings *a, const struct settings *b)
{
    return reads_input(a) == reads_input(b);
}

static const struct fixed {
    const char *key, *words;
    bool (*same)(const struct settings *a, const struct settings *b);
} fixed[] = {{"state", "another `state'", same_state},
             {"user", "another `user'", same_user},
             {"output", "another `output'", same_output},
             {"headless", "`headless'", same_headless},
             {"only", "another `only'", same_only},
             {"color", "another `color'", same_colour},
             {"ascii", "`ascii'", same_ascii},
             {"path", "standard input among the files, or no longer,", same_input}};

/* What the file says of an option; NULL: nothing. */
static const struct yaml_node *node_of(const struct config *c, const char *key)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(option_rows[i].name, key))
            return c->options[i];
    return NULL;
}

static bool refuse_fixed(const struct config *c, const struct fixed *f, struct error *why)
{
    static const char words[] = "needs a restart; SIGHUP cannot change it";
    const struct yaml_node *n = node_of(c, f->key);
    if (!n)
        return error_set(why, "%s: %s %s", safe_str(text_of(c->path)), f->words, words);
    struct config_problems place;
    problems_init(&place, c->path, text_of(c->source));
    problem_at(&place, n->place, "%s %s", f->words, words);
    *why = place.first;
    problems_done(&place);
    return false;
}

static bool check_fixed(const struct settings *now, const struct settings *s, struct error *why)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!fixed[i].same(now, s))
            return refuse_fixed(now->config, &fixed[i], why);
    return true;
}

/* ---- Reading -----------------------------------------------------------------------------------
 */

/* What was read at the start and cannot be any more is not as good as none. */
static bool check_there(const struct settings *now, const struct settings *s, struct error *why)
{
    if (now->config->path || !s->config || !s->config->path)
        return true;
    *why = now->config->left_out;
    return why->text[0]
               ? false
               : error_set(why, "%s is not there any more", safe_str(text_of(s->config->path)));
}

static bool is_among(const struct settings *s, const char *path)
{
    for (size_t i = 0; i < s->path_count; i++)
        if (!strcmp(s->paths[i], path))
            return true;
    return false;
}

/* Where no logs are named, neither then nor now, it is those that are found now, a server's new ones too,
 * and those that were found at the start: they may be found no more by whom spate has become since. */
static void settle_logs(struct settings *now, const struct settings *s)
{
    bool again = !now->path_count && s->found;
    settings_find_logs(now);
    now->tell_found = false;
    if (!again)
        return;
    now->paths = mem_grow(now->paths, now->path_count + s->path_count + 1, sizeof *now->paths);
    for (size_t i = 0; i < s->path_count; i++)
        if (!is_among(now, s->paths[i]))
            now->paths[now->path_count++] = s->paths[i];
    const char *format = s->found->format;
    if (format && !now->format_count && s->format_count == 1 &&
        text_same(s->formats[0], text_of(format)))
        now->formats[now->format_count++] = s->formats[0];
}

static bool read_again(struct reload *r, const struct settings *s, bool console, struct error *why)
{
    struct settings *now = &r->settings;
    if (!settings_read(now, s->argc, s->argv, why) || !check_there(now, s, why) ||
        !check_fixed(now, s, why))
        return false;
    settle_logs(now, s);
    return setup_init(&r->setup, now, console, why) &&
           follow_check(&r->setup.follow, &os_real, why);
}

static void say_taken(struct reload *r)
{
    const struct config *c = r->settings.config;
    size_t rules = c->rule_count, channels = c->channel_count, logs = r->setup.follow.path_count;
    snprintf(r->news, sizeof r->news,
             "configuration read again: %zu alert%s, %zu channel%s, %zu file%s", rules,
             rules == 1 ? "" : "s", channels, channels == 1 ? "" : "s", logs, logs == 1 ? "" : "s");
}

struct reload *reload_new(const struct settings *s, bool console)
{
    struct reload *r = mem_new(1, sizeof *r);
    struct error why = {0};
    r->good = read_again(r, s, console, &why);
    atomic_init(&r->users, r->good ? RELOAD_USERS : 1);
    if (r->good)
        say_taken(r);
    else
        snprintf(r->news, sizeof r->news,
                 "configuration refused, the old one stays: %.380s", why.text);
    return r;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    setup_done(&r->setup);
    settings_done(&r->settings);
    free(r);
}

void reload_unused(void *reload)
{
    struct reload *r = reload;
    /* What was looked at before; meets the acquire in reload_sweep(). */
    atomic_fetch_sub_explicit(&r->users, 1, memory_order_release);
}

void reload_sweep(struct reload **list)
{
    while (*list) {
        struct reload *r = *list;
        /* Nobody looks at it any more; meets the release in reload_unused(). */
        if (atomic_load_explicit(&r->users, memory_order_acquire) > 0) {
            list = &r->older;
            continue;
        }
        *list = r->older;
        reload_free(r);
    }
}
