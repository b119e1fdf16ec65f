/* config_try.c - alerts of the command line: the inside of a map, in one line. */
#include <stdio.h>

#include "app/config_read.h"
#include "base/mem.h"
#include "base/safe.h"

/* "above: 20/s, window: 5m" is read as "{name: try 1, above: 20/s, window: 5m}". */
static char *map_of(struct config *c, const char *text, size_t number, size_t *before)
{
    char *map = NULL, name[40];
    *before = (size_t)snprintf(name, sizeof name, "{name: try %zu, ", number);
    if (asprintf(&map, "%s%s}", name, text) < 0)
        return NULL;
    return config_keep(c, map);
}

static bool refuse(const struct config_problems *p, const char *text, size_t before,
                   struct error *why)
{
    const char *what = strstr(p->first.text, ": ");
    uint32_t column = p->column > before ? p->column - (uint32_t)before : 1;
    return error_at(why, column, "--try `%s', column %u: %s", safe_str(text_of(text)), column,
                    what ? what + 2 : p->first.text);
}

static bool read_try(struct config *c, const struct settings *s, size_t at, struct error *why)
{
    struct config_problems problems;
    struct config_read r = {.config = c, .settings = s, .problems = &problems};
    struct rule_spec *rule = &c->tries[at];
    size_t before = 0;
    char *map = map_of(c, s->tries[at], at + 1, &before);
    if (!map)
        return error_set(why, "--try: no memory");
    problems_init(&problems, "", text_of(map));
    struct yaml *yaml = c->try_yaml[at] = yaml_read(problems.source, &problems);
    c->try_count = at + 1;
    bool good = yaml && yaml_root(yaml) && read_rule(&r, yaml_root(yaml), rule);
    if (!good)
        refuse(&problems, s->tries[at], before, why);
    problems_done(&problems);
    return good;
}

bool config_tries(struct config *c, const struct settings *s, struct error *why)
{
    c->tries = mem_new(s->try_count + 1, sizeof *c->tries);
    for (size_t i = 0; i < s->try_count; i++)
        if (!read_try(c, s, i, why))
            return false;
    return true;
}
