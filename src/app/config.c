#include "app/config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_read.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/safe.h"
#include "parse/filter.h"
#include "parse/parser.h"

/* ---- The file ----------------------------------------------------------------------------------
 */

enum found { FOUND, MISSING, REFUSED };

static enum found refuse_file(const char *path, const char *reason, struct error *why)
{
    error_set(why, "the configuration %s cannot be read: %s", safe_str(text_of(path)), reason);
    return REFUSED;
}

/* To the end, whatever size it was said to have. */
static enum found read_rest(int fd, const char *path, struct buf *into, struct error *why)
{
    enum { BLOCK = 4096 };
    ssize_t n = 1;
    while (n != 0 && into->len <= CONFIG_BYTES_MOST) {
        n = read(fd, buf_room(into, BLOCK), BLOCK);
        if (n > 0)
            into->len += (size_t)n;
        else if (n < 0 && errno != EINTR)
            return refuse_file(path, strerror(errno), why);
    }
    if (into->len > CONFIG_BYTES_MOST)
        return refuse_file(path, "it is larger than 1 MiB", why);
    buf_byte(into, 0);
    into->len--;
    return FOUND;
}

/* Neither a pipe nor a device is waited for. */
static enum found read_file(const char *path, char **source, size_t *len, struct error *why)
{
    struct stat facts;
    struct buf bytes = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        refuse_file(path, strerror(errno), why);
        return MISSING;
    }
    if (fd < 0)
        return refuse_file(path, strerror(errno), why);
    enum found got;
    if (fstat(fd, &facts) || !S_ISREG(facts.st_mode))
        got = refuse_file(path, "it is no regular file", why);
    else
        got = read_rest(fd, path, &bytes, why);
    *source = bytes.at;
    *len = bytes.len;
    close(fd);
    return got;
}

/* The usual place of number `at`; NULL: not there in this environment. */
static char *usual_place(unsigned at)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *path = NULL;
    if (at == 1)
        return mem_string(TEXT("/etc/spate/spate.yaml"));
    bool set = xdg && xdg[0] == '/'; /* by the XDG rules a relative one counts as not set */
    if (!set && !(home && home[0] == '/'))
        return NULL;
    if (asprintf(&path, "%s%s/spate/spate.yaml", set ? xdg : home, set ? "" : "/.config") < 0)
        return NULL;
    return path;
}

/* Nobody named it: HOME may be another user's. */
static void leave_out(struct config *c, const struct error *why)
{
    c->left_out = *why;
    free(c->source);
    c->source = NULL;
    note("%s; it is left out", why->text);
}

static enum found find_file(struct config *c, const char *named, size_t *len, struct error *why)
{
    if (named) {
        c->path = mem_string(text_of(named));
        return read_file(named, &c->source, len, why) == FOUND ? FOUND : REFUSED;
    }
    for (unsigned at = 0; at < 2; at++) {
        char *path = usual_place(at);
        enum found got = path ? read_file(path, &c->source, len, why) : MISSING;
        if (got == FOUND) {
            c->path = path;
            return FOUND;
        }
        free(path);
        if (got == REFUSED)
            leave_out(c, why);
    }
    return MISSING;
}

/* ---- Options --------------------------------------------------------------------------------- */

static const struct option_row *row_of(const char *key)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(option_rows[i].name, key))
            return &option_rows[i];
    return NULL;
}

static bool is_given(const struct settings *s, const struct option_row *row)
{
    return s->given >> (row - option_rows) & 1;
}

/* What only watch understands does not stand in the way of the others. */
static bool is_of_watch(const struct settings *s, const struct option_row *row, const char *value)
{
    static const char *const words[] = {"window", "end", "start"};
    for (size_t i = 0; i < 3 && s->command != &commands[0]; i++)
        if (!strcmp(row->name, "from") && !strcmp(value, words[i]))
            return true;
    return false;
}

static bool refuse_value(struct config_read *r, const struct settings *s,
                         const struct option_row *row, const struct yaml_node *n,
                         const struct yaml_node *at)
{
    if (!strcmp(row->name, "format"))
        return problem_at(r->problems, at->place, "this is one too many: right would be %s",
                          option_accepts(row, s->command));
    return problem_at(r->problems, at->place, "%s cannot be `%.80s': accepted: %s", n->key->value,
                      safe_str(text_of(at->value)), option_accepts(row, s->command));
}

/* Whether it can be compiled. Those of a server's configuration are in other files, and read when they are
 * needed. */
static bool check_format(struct config_read *r, const struct yaml_node *n)
{
    struct text spec = text_of(n->value);
    struct error why = {0};
    if (text_starts(spec, TEXT("nginx:")) || text_starts(spec, TEXT("apache:")))
        return true;
    struct formats *made = formats_new(&spec, 1, &why);
    formats_free(made);
    return made || problem_at(r->problems, n->place, "%s", why.text);
}

/* The values of one option; what the command line has already said is judged all the same. */
static bool take_values(struct config_read *r, struct settings *s, const struct option_row *row,
                        const struct yaml_node *n)
{
    struct settings scratch = *s;
    bool of_channels = command_scope(s->command) & FOR_NOTIFY_TEST; /* its FILE is a NAME */
    struct settings *into =
        is_given(s, row) || (of_channels && !strcmp(row->name, "path")) ? &scratch : s;
    const char *const *values;
    size_t count = 0;
    scratch.format_count = scratch.path_count = 0;
    bool list = !strcmp(row->name, "format") || !strcmp(row->name, "path");
    if (!list && n->kind == YAML_LIST)
        return problem_at(r->problems, n->place, "%s takes one value: %s", n->key->value,
                          row->accepts);
    if (!read_texts(r, n, row->accepts, &values, &count))
        return false;
    s->paths = mem_grow(s->paths, s->path_count + count + 1, sizeof *s->paths);
    scratch.paths = s->paths + s->path_count;
    const struct yaml_node *at = n->kind == YAML_LIST ? n->first : n;
    for (size_t i = 0; i < count; i++, at = at->next) {
        if (is_of_watch(s, row, values[i]))
            continue;
        if (!row->take(into, values[i]))
            return refuse_value(r, s, row, n, at);
        if (!strcmp(row->name, "format") && !check_format(r, at))
            return false;
    }
    if (into == s && !strcmp(row->name, "frequency"))
        s->frequency_in_file = true;
    return true;
}

/* The file's filter is compiled here, where its place is known. */
static bool take_where(struct config_read *r, struct settings *s, const struct yaml_node *n,
                       bool given)
{
    struct filter *f = read_filter(r, n);
    if (!f)
        return false;
    if (given) {
        filter_free(f);
        return true;
    }
    s->where = n->value;
    s->filter = f;
    return true;
}

static bool take_option(struct config_read *r, struct settings *s, const struct option_row *row,
                        const struct yaml_node *n)
{
    bool on = false;
    r->config->options[row - option_rows] = n;
    if (!strcmp(row->name, "where"))
        return take_where(r, s, n, is_given(s, row));
    if (row->value)
        return take_values(r, s, row, n);
    if (!read_bool(r, n, &on))
        return false;
    return !on || is_given(s, row) || row->take(s, NULL);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool refuse_key(struct config_read *r, const struct yaml_node *key)
{
    const char *known[OPTIONS_MOST + 3] = {"files", "alerts", "notify"};
    size_t count = 3;
    const struct option_row *row = row_of(key->value);
    if (row)
        return problem_at(r->problems, key->place, "`%s' belongs on the command line only",
                          row->name);
    for (size_t i = 0; i < option_count; i++)
        if (!(option_rows[i].scope & COMMAND_LINE_ONLY))
            known[count++] = option_rows[i].name;
    return refuse_word(r, key, "key of the configuration", known, count);
}

static bool take_top(struct config_read *r, struct settings *s, const struct yaml_node *n)
{
    const char *key = n->key->value;
    if (!strcmp(key, "alerts") || !strcmp(key, "notify"))
        return true; /* when the options are known */
    if (!strcmp(key, "files") && n->kind == YAML_LIST && !n->first)
        return true;
    const struct option_row *row = row_of(!strcmp(key, "files") ? "path" : key);
    if (!row || (row->scope & COMMAND_LINE_ONLY))
        return refuse_key(r, n->key);
    return take_option(r, s, row, n);
}

/* What only looks at a state wants to know which; the rest is about runs, and may be half-written. */
static bool take_state(struct config_read *r, struct settings *s, const struct yaml_node *root)
{
    const struct yaml_node *n = root ? read_member(root, "state") : NULL;
    return !n || take_top(r, s, n);
}

static bool take_all(struct config_read *r, struct settings *s, const struct yaml_node *root)
{
    bool good = true;
    if (root && !yaml_is_nothing(root) && root->kind != YAML_MAP)
        return problem_at(r->problems, root->place,
                          "a configuration is made of keys and values, such as `update: 10s'");
    if (root && root->kind == YAML_SCALAR)
        root = NULL;
    if (command_scope(s->command) & (FOR_HISTORY | FOR_ALERTS))
        return take_state(r, s, root);
    const struct yaml_node *alerts = root ? read_member(root, "alerts") : NULL;
    const struct yaml_node *channels = root ? read_member(root, "notify") : NULL;
    for (const struct yaml_node *n = root ? root->first : NULL; n; n = n->next)
        good &= take_top(r, s, n);
    if (!alerts || s->frequency)
        good &= read_default_rule(r);
    if (alerts)
        good &= read_alerts(r, alerts);
    if (channels)
        good &= read_channels(r, channels);
    return good;
}

enum config_result config_read(struct config **out, struct settings *s,
                               struct config_problems *problems, struct error *why)
{
    struct config *c = *out = mem_new(1, sizeof *c);
    struct config_read r = {.config = c, .settings = s, .problems = problems};
    size_t len = 0;
    assert(option_count <= OPTIONS_MOST);
    problems_init(problems, "", (struct text){0});
    enum found found = find_file(c, s->config_path, &len, why);
    if (found == REFUSED)
        return CONFIG_UNREADABLE;
    if (found == FOUND) {
        problems_init(problems, c->path, text_make(c->source, len));
        c->yaml = yaml_read(problems->source, problems);
        if (!c->yaml)
            return CONFIG_WRONG;
    }
    return take_all(&r, s, c->yaml ? yaml_root(c->yaml) : NULL) ? CONFIG_READ : CONFIG_WRONG;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->rule_count; i++)
        filter_free((struct filter *)c->rules[i].where.filter);
    for (size_t i = 0; i < c->kept_count; i++)
        free(c->kept[i]);
    free(c->kept);
    for (size_t i = 0; i < c->try_count; i++) {
        filter_free((struct filter *)c->tries[i].where.filter);
        yaml_free(c->try_yaml[i]);
    }
    free(c->tries);
    free(c->rules);
    free(c->channels);
    yaml_free(c->yaml);
    free(c->source);
    free(c->path);
    free(c);
}
