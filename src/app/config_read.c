/* config_read.c - values out of the tree of a configuration, and what to say when they are none. */
#include "app/config_read.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"
#include "base/time.h"

void *config_keep(struct config *c, void *memory)
{
    if (c->kept_count == c->kept_room) {
        c->kept_room = c->kept_room ? c->kept_room * 2 : 32;
        c->kept = mem_grow(c->kept, c->kept_room, sizeof *c->kept);
    }
    return c->kept[c->kept_count++] = memory;
}

/* ---- Maps ------------------------------------------------------------------------------------ */

const struct yaml_node *read_member(const struct yaml_node *map, const char *key)
{
    for (const struct yaml_node *n = map->first; n; n = n->next)
        if (!strcmp(n->key->value, key))
            return n;
    return NULL;
}

bool refuse_word(struct config_read *r, const struct yaml_node *n, const char *what,
                 const char *const *words, size_t count)
{
    struct near near = near_to(text_of(n->value));
    struct buf list = {0};
    for (size_t i = 0; i < count; i++)
        near_offer(&near, words[i]);
    near_list(&near, &list);
    bool any = list.len > 0;
    for (size_t i = 0; i < count && !any; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
    problem_at(r->problems, n->place, "`%.80s' is no %s%s%.*s%s", safe_str(text_of(n->value)), what,
               any ? ": did you mean " : "; known: ", (int)list.len, list.at ? list.at : "",
               any ? "?" : "");
    buf_done(&list);
    return false;
}

static bool is_one_of(const char *word, const char *const *words, size_t count, size_t *index)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(word, words[i])) {
            *index = i;
            return true;
        }
    return false;
}

static bool refuse_key(struct config_read *r, const struct yaml_node *key, const char *const *keys,
                       size_t count, const char *what)
{
    char key_of[80];
    snprintf(key_of, sizeof key_of, "key of %s", what);
    return refuse_word(r, key, key_of, keys, count);
}

bool read_map(struct config_read *r, const struct yaml_node *n, const char *const *keys,
              size_t count, const char *what)
{
    bool good = true;
    size_t index;
    if (n->kind != YAML_MAP)
        return problem_at(r->problems, n->place, "%s is made of keys and values, such as `%s: ...'",
                          what, keys[0]);
    for (const struct yaml_node *m = n->first; m; m = m->next)
        if (!is_one_of(m->key->value, keys, count, &index))
            good = refuse_key(r, m->key, keys, count, what);
    return good;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The key that the value belongs to, for errors; "an item" of a list. */
static const char *owner_of(const struct yaml_node *n)
{
    return n->key ? safe_str(text_of(n->key->value)) : "an item of the list";
}

static struct config_place owner_place(const struct yaml_node *n)
{
    return n->place.end > n->place.at || !n->key ? n->place : n->key->place;
}

bool read_text(struct config_read *r, const struct yaml_node *n, const char *accepts,
               const char **out)
{
    if (!n)
        return true;
    if (n->kind != YAML_SCALAR)
        return problem_at(r->problems, n->place, "%s cannot be a %s: right would be %s",
                          owner_of(n), n->kind == YAML_LIST ? "list" : "map", accepts);
    if (yaml_is_nothing(n) || !*n->value)
        return problem_at(r->problems, owner_place(n), "%s needs a value: right would be %s",
                          owner_of(n), accepts);
    *out = n->value;
    return true;
}

bool read_name(struct config_read *r, const struct yaml_node *n, char *out, size_t room)
{
    const char *text = NULL;
    if (!read_text(r, n, "a name such as high traffic", &text) || !text)
        return !n;
    struct buf safe = {0};
    safe_add(&safe, text_of(text));
    bool clean = text_same(buf_text(&safe), text_of(text));
    buf_done(&safe);
    if (!clean)
        return problem_at(r->problems, n->place, "a name cannot hold invisible characters");
    if (strlen(text) >= room)
        return problem_at(r->problems, n->place, "a name has at most %zu bytes", room - 1);
    strcpy(out, text);
    return true;
}

bool read_word(struct config_read *r, const struct yaml_node *n, const char *what,
               const char *const *words, size_t count, size_t *out)
{
    const char *text = NULL;
    char accepts[240] = "one of";
    for (size_t i = 0, at = strlen(accepts); i < count && at < sizeof accepts; i++)
        at += (size_t)snprintf(accepts + at, sizeof accepts - at, "%s %s", i ? "," : "", words[i]);
    if (!read_text(r, n, accepts, &text))
        return false;
    return !text || is_one_of(text, words, count, out) || refuse_word(r, n, what, words, count);
}

bool read_bool(struct config_read *r, const struct yaml_node *n, bool *out)
{
    static const char accepts[] = "true or false";
    const char *text = NULL;
    if (!read_text(r, n, accepts, &text))
        return false;
    if (!text)
        return true;
    if (strcmp(text, "true") && strcmp(text, "false"))
        return problem_at(r->problems, n->place, "%s cannot be `%.80s': right would be %s",
                          owner_of(n), safe_str(text_of(text)), accepts);
    *out = !strcmp(text, "true");
    return true;
}

bool read_duration(struct config_read *r, const struct yaml_node *n, struct duration_limits limits,
                   int64_t *out_ns)
{
    char accepts[160], least[TIME_TEXT_SIZE] = "0s", most[TIME_TEXT_SIZE];
    const char *text = NULL;
    if (limits.least_ns)
        duration_text(least, limits.least_ns);
    snprintf(accepts, sizeof accepts, "a duration%s from %s to %s, such as 30s or 2m",
             limits.whole_seconds ? " of whole seconds" : "", least,
             duration_text(most, limits.most_ns));
    if (!read_text(r, n, accepts, &text))
        return false;
    if (!text)
        return true;
    int64_t ns = 0;
    bool nothing = !strcmp(text, "0") || !strcmp(text, "0s");
    if ((!nothing && !duration_parse(text_of(text), &ns)) || ns < limits.least_ns ||
        ns > limits.most_ns || (limits.whole_seconds && ns % 1000000000))
        return problem_at(r->problems, n->place, "%s cannot be `%.80s': right would be %s",
                          owner_of(n), safe_str(text_of(text)), accepts);
    *out_ns = ns;
    return true;
}

bool read_texts(struct config_read *r, const struct yaml_node *n, const char *accepts,
                const char *const **out, size_t *count)
{
    if (!n)
        return true;
    if (n->kind == YAML_LIST && !n->first)
        return problem_at(r->problems, n->place, "%s is an empty list: right would be %s",
                          owner_of(n), accepts);
    size_t room = 2;
    for (const struct yaml_node *m = n->kind == YAML_LIST ? n->first : NULL; m; m = m->next)
        room++;
    const char **texts = config_keep(r->config, mem_new(room, sizeof *texts));
    bool good = true;
    size_t found = 0;
    if (n->kind != YAML_LIST)
        good = read_text(r, n, accepts, &texts[found++]);
    else
        for (const struct yaml_node *m = n->first; m; m = m->next)
            good &= read_text(r, m, accepts, &texts[found++]);
    *out = texts;
    *count = found;
    return good;
}
