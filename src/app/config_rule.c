/* config_rule.c - the `alerts` of a configuration to rules. */
#include <stdlib.h>

#include "app/config_level.h"
#include "app/config_read.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/safe.h"
#include "parse/filter.h"

static const char *const rule_keys[] = {"name", "metric",  "above",    "below", "window",
                                        "for",  "recover", "at_least", "where", "per"};
enum { RULE_KEYS = sizeof rule_keys / sizeof *rule_keys };

/* ---- where ----------------------------------------------------------------------------------- */

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t past_white(struct text t, size_t at)
{
    while (at < t.len && is_white(t.at[at]))
        at++;
    return at;
}

/* Where byte number `index` of a value stands in the source. White space may have been folded;
 * where other bytes differ (escapes in quotes) it is the value as a whole. */
static struct config_place place_in(const struct config_read *r, const struct yaml_node *n,
                                    size_t index)
{
    struct text raw = text_cut(r->problems->source, n->place.at, n->place.end);
    struct text value = text_of(n->value);
    size_t to = past_white(raw, 0), at = past_white(value, 0);
    while (at < index && to < raw.len) {
        if (is_white(value.at[at]) && is_white(raw.at[to])) {
            at = past_white(value, at);
            to = past_white(raw, to);
        } else if (value.at[at++] != raw.at[to++]) {
            return n->place;
        }
    }
    size_t end = to;
    while (end < raw.len && !is_white(raw.at[end]) && raw.at[end] != ')')
        end++;
    return (struct config_place){n->place.at + to, n->place.at + end};
}

struct filter *read_filter(struct config_read *r, const struct yaml_node *n)
{
    struct error why = {0};
    const char *text = NULL;
    if (!read_text(r, n, "a filter such as section = /api and status >= 500", &text))
        return NULL;
    struct filter *f = filter_new(text_of(text), &why);
    if (!f)
        problem_at(r->problems, place_in(r, n, why.column - 1), "%s", why.text);
    return f;
}

static bool matches(const void *filter, const struct batch *b, const struct entry *e)
{
    return filter_matches(filter, b, e);
}

static uint32_t test_count(const void *filter)
{
    return filter_comparisons(filter);
}

static struct rule_test test_of(const void *filter, uint32_t number)
{
    struct filter_comparison c = filter_comparison(filter, number);
    return (struct rule_test){.field = c.field,
                              .kind = c.kind == COMPARED_SAME    ? RULE_TEST_SAME
                                      : c.kind == COMPARED_RANGE ? RULE_TEST_RANGE
                                                                 : RULE_TEST_TEXT,
                              .detail = c.detail,
                              .negated = c.negated,
                              .text = c.value,
                              .low = c.low,
                              .high = c.high,
                              .literal = c.literal,
                              .literal_first = c.literal_first};
}

static bool test_holds(const void *filter, uint32_t number, const struct batch *b,
                       const struct entry *e)
{
    return filter_holds(filter, number, b, e);
}

static bool decide(const void *filter, const uint8_t *held, const uint32_t *places)
{
    return filter_decide(filter, held, places);
}

static const struct rule_asking asking = {test_count, test_of, test_holds, decide};

static bool read_where(struct config_read *r, const struct yaml_node *n, struct rule_where *where)
{
    where->needs = FIELD_COUNT;
    if (!n)
        return true;
    struct filter *f = read_filter(r, n);
    if (!f)
        return false;
    /* Freed with the rules (config_free), so that it is not among the plain memory. */
    where->text = n->value;
    where->matches = matches;
    where->filter = f;
    where->fields = filter_fields(f);
    filter_needs(f, &where->needs, &where->needed);
    where->needs_only = filter_needs_only(f);
    where->asking = &asking;
    return true;
}

/* ---- Levels ---------------------------------------------------------------------------------- */

/* What levels of a metric look like. */
static void list_levels(struct buf *out, enum rule_metric metric)
{
    static const struct {
        enum rule_measure measure;
        const char *plain, *bytes;
    } rows[] = {{RULE_RATE, "10/s, 600/min, 7200/h", "5MB/s, 300MiB/min"},
                {RULE_SHARE, "5%", "5%"},
                {RULE_AMOUNT, "300 (in the window)", ""},
                {RULE_PERCENTILE, "p95 0.5s, p99.9 300ms", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rule_metric_measures(metric) & rows[i].measure)
            buf_printf(out, "%s%s", out->len ? ", " : "",
                       metric == RULE_BYTES ? rows[i].bytes : rows[i].plain);
    buf_byte(out, 0);
}

static bool is_level(const struct yaml_node *n, enum rule_metric metric, struct rule_level *out)
{
    return n->kind == YAML_SCALAR && level_parse(text_of(n->value), out) &&
           (rule_metric_measures(metric) & out->measure);
}

static bool read_level(struct config_read *r, const struct yaml_node *n, enum rule_metric metric,
                       struct rule_level *out)
{
    struct buf accepts = {0};
    const char *text = NULL;
    if (is_level(n, metric, out))
        return true;
    list_levels(&accepts, metric);
    if (read_text(r, n, accepts.at, &text))
        problem_at(r->problems, n->place, "`%.80s' is no level of %s: right would be %s",
                   safe_str(text_of(text)), rule_metric_key(metric), accepts.at);
    buf_done(&accepts);
    return false;
}

/* A level that nothing can ever be beyond is a slip. */
static bool check_reachable(struct config_read *r, const struct yaml_node *n,
                            const struct rule_spec *rule)
{
    if (rule->side == RULE_BELOW && rule->level.amount == 0)
        return problem_at(r->problems, n->place, "nothing is ever below 0: right would be more, such as 1/min");
    if (rule->side == RULE_ABOVE && rule->level.measure == RULE_SHARE &&
        rule->level.amount == rule->level.scale)
        return problem_at(r->problems, n->place, "no share is ever above 100%%: right would be less, such as 5%%");
    return true;
}

static const char *kind_of(const struct rule_level *l)
{
    return l->measure == RULE_RATE         ? "rate"
           : l->measure == RULE_SHARE      ? "share"
           : l->measure == RULE_PERCENTILE ? "duration behind the same percentile"
                                           : "number";
}

static bool read_recover(struct config_read *r, const struct yaml_node *n, struct rule_spec *rule)
{
    char text[RULE_LEVEL_TEXT_SIZE];
    rule->recover = rule->level;
    if (!n)
        return true;
    if (!read_level(r, n, rule->metric, &rule->recover))
        return false;
    if (rule->recover.measure != rule->level.measure ||
        rule->recover.percentile_millis != rule->level.percentile_millis)
        return problem_at(r->problems, n->place,
                          "recover must be measured the same way as the level %s: right would be another %s",
                          rule_level_text(text, &rule->level), kind_of(&rule->level));
    int order = rule_level_order(&rule->recover, &rule->level);
    if (rule->side == RULE_ABOVE ? order > 0 : order < 0)
        return problem_at(r->problems, n->place, "recover cannot be %s the level: right would be %s or %s",
                          rule->side == RULE_ABOVE ? "above" : "below",
                          rule_level_text(text, &rule->level),
                          rule->side == RULE_ABOVE ? "less" : "more");
    return true;
}

static bool read_levels(struct config_read *r, const struct yaml_node *n, struct rule_spec *rule)
{
    const struct yaml_node *above = read_member(n, "above"), *below = read_member(n, "below");
    if (above && below)
        return problem_at(r->problems, below->key->place,
                          "an alert has either `above' or `below': make two of it");
    const struct yaml_node *level = above ? above : below;
    if (!level)
        return problem_at(r->problems, n->place, "an alert needs `above: LEVEL' or `below: LEVEL', such as `above: %s'",
                          rule->metric == RULE_REQUEST_TIME ? "p95 500ms"
                          : rule->metric == RULE_BYTES      ? "5MB/s"
                                                            : "10/s");
    rule->side = above ? RULE_ABOVE : RULE_BELOW;
    return read_level(r, level, rule->metric, &rule->level) && check_reachable(r, level, rule) &&
           read_recover(r, read_member(n, "recover"), rule);
}

/* ---- The rest -------------------------------------------------------------------------------- */

static bool read_metric(struct config_read *r, const struct yaml_node *n, enum rule_metric *metric)
{
    const char *words[RULE_METRIC_COUNT];
    size_t index = RULE_HITS;
    for (enum rule_metric m = 0; m < RULE_METRIC_COUNT; m++)
        words[m] = rule_metric_key(m);
    if (!read_word(r, n, "metric", words, RULE_METRIC_COUNT, &index))
        return false;
    *metric = (enum rule_metric)index;
    return true;
}

static bool read_seconds(struct config_read *r, const struct yaml_node *n, int64_t least_s,
                         int64_t *out_s)
{
    struct duration_limits limits = {least_s * NS_PER_S, RULE_WINDOW_MOST_S * NS_PER_S, true};
    int64_t ns = *out_s * NS_PER_S;
    bool good = read_duration(r, n, limits, &ns);
    *out_s = ns / NS_PER_S;
    return good;
}

static bool read_at_least(struct config_read *r, const struct yaml_node *n, uint64_t *out)
{
    static const char accepts[] = "a whole number of hits, such as 100";
    const char *text = NULL;
    if (!read_text(r, n, accepts, &text))
        return false;
    return !text || text_to_u64(text_of(text), out) ||
           problem_at(r->problems, n->place, "at_least cannot be `%.80s': right would be %s",
                      safe_str(text_of(text)), accepts);
}

static bool read_per(struct config_read *r, const struct yaml_node *n, enum field *per)
{
    static const char *const words[] = {"section", "address", "vhost", "status"};
    static const enum field fields[] = {FIELD_SECTION, FIELD_HOST, FIELD_VHOST, FIELD_STATUS};
    size_t index = SIZE_MAX;
    *per = FIELD_COUNT;
    if (n && n->kind == YAML_SCALAR && !strcmp(n->value, "host"))
        return problem_at(r->problems, n->place,
                          "per host could be two things: right would be address (the client's) or vhost (the "
                          "server's name)");
    if (!read_word(r, n, "thing to make an alert for each of", words, 4, &index))
        return false;
    if (index < 4)
        *per = fields[index];
    return true;
}

/* Parts that are right each, but not together. */
static bool check_whole(struct config_read *r, const struct yaml_node *n,
                        const struct rule_spec *rule)
{
    static const char *const of_hits[] = {"where", "per"};
    bool chosen = rule->where.text || rule->per != FIELD_COUNT;
    for (size_t i = 0; i < 2 && rule->metric == RULE_REJECTED; i++)
        if (read_member(n, of_hits[i]))
            return problem_at(r->problems, read_member(n, of_hits[i])->key->place,
                              "rejected lines have no fields: `%s' cannot choose among them, leave it out",
                              of_hits[i]);
    if (rule->level.measure == RULE_SHARE && !chosen &&
        (rule->metric == RULE_HITS || rule->metric == RULE_BYTES))
        return problem_at(r->problems,
                          read_member(n, rule->side == RULE_ABOVE ? "above" : "below")->place,
                          "all %s are always 100%% of all: a share of them needs `where' or `per'",
                          rule_metric_key(rule->metric));
    return true;
}

/* Where the name is among those of the rules so far, or belongs. */
static uint16_t *name_slot(struct config_read *r, const char *name)
{
    size_t at = hash_text(text_of(name)) % NAME_SLOTS;
    while (r->names[at] && strcmp(r->config->rules[r->names[at] - 1].name, name))
        at = (at + 1) % NAME_SLOTS;
    return &r->names[at];
}

static bool is_name_taken(struct config_read *r, const char *name)
{
    for (; r->named < r->config->rule_count; r->named++)
        *name_slot(r, r->config->rules[r->named].name) = (uint16_t)(r->named + 1);
    return *name_slot(r, name);
}

static bool check_name(struct config_read *r, const struct yaml_node *n,
                       const struct rule_spec *rule)
{
    const struct yaml_node *name = read_member(n, "name");
    if (!name)
        return problem_at(r->problems, n->place, "an alert needs a `name', such as `name: high traffic'");
    return !is_name_taken(r, rule->name) ||
           problem_at(r->problems, name->place, "there are two alerts of the name `%s': give this one another",
                      safe_str(text_of(rule->name)));
}

/* Every part is read even after a bad one, so that all that is wrong is said at once. */
bool read_rule(struct config_read *r, const struct yaml_node *n, struct rule_spec *rule)
{
    *rule = (struct rule_spec){.window_s = r->settings->window_s, .where.needs = FIELD_COUNT};
    if (!read_map(r, n, rule_keys, RULE_KEYS, "an alert"))
        return false;
    bool good = read_name(r, read_member(n, "name"), rule->name, sizeof rule->name);
    good = good && check_name(r, n, rule);
    bool measured =
        read_metric(r, read_member(n, "metric"), &rule->metric) && read_levels(r, n, rule);
    good &= read_seconds(r, read_member(n, "window"), 1, &rule->window_s);
    good &= read_seconds(r, read_member(n, "for"), 0, &rule->for_s);
    good &= read_at_least(r, read_member(n, "at_least"), &rule->at_least);
    good &= read_where(r, read_member(n, "where"), &rule->where);
    good &= read_per(r, read_member(n, "per"), &rule->per);
    return good && measured && check_whole(r, n, rule);
}

static struct rule_spec *add_rule(struct config *c)
{
    enum { FIRST_ROOM = 16 };
    size_t n = c->rule_count;
    if (n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0)) /* there is as much room as a power of two */
        c->rules = mem_grow(c->rules, n ? 2 * n : FIRST_ROOM, sizeof *c->rules);
    return &c->rules[n];
}

bool read_default_rule(struct config_read *r)
{
    struct rule_level level = {RULE_RATE, 10, 1, 1, 0};
    const char *frequency = r->settings->frequency;
    if (frequency && !level_of_rate(text_of(frequency), &level))
        level.amount = UINT64_MAX; /* beyond what can be counted */
    *add_rule(r->config) = (struct rule_spec){.name = CONFIG_DEFAULT_RULE,
                                              .metric = RULE_HITS,
                                              .side = RULE_ABOVE,
                                              .level = level,
                                              .recover = level,
                                              .window_s = r->settings->window_s,
                                              .where.needs = FIELD_COUNT,
                                              .per = FIELD_COUNT};
    r->config->rule_count++;
    return true;
}

/* -f on the command line goes over a rule of the file with its name; in the file itself that is
 * two. */
static bool is_replaced(struct config_read *r, const struct yaml_node *n, bool *good)
{
    const struct yaml_node *name = n->kind == YAML_MAP ? read_member(n, "name") : NULL;
    if (!r->settings->frequency || !name || name->kind != YAML_SCALAR ||
        strcmp(name->value, CONFIG_DEFAULT_RULE))
        return false;
    if (r->settings->frequency_in_file)
        *good =
            problem_at(r->problems, name->place,
                       "`%s' is the name of the alert that `frequency' makes: give this one another, or leave "
                       "`frequency' out",
                       CONFIG_DEFAULT_RULE);
    return true;
}

bool read_alerts(struct config_read *r, const struct yaml_node *n)
{
    bool good = true;
    if (n->kind != YAML_LIST)
        return problem_at(r->problems, yaml_is_nothing(n) ? n->key->place : n->place,
                          "alerts is a list, each item of which begins with `- name: ...'");
    for (const struct yaml_node *m = n->first; m; m = m->next) {
        if (is_replaced(r, m, &good))
            continue;
        if (r->config->rule_count == RULES_MOST)
            return problem_at(r->problems, m->place, "there can be at most %d alerts", RULES_MOST);
        struct rule_spec *rule = add_rule(r->config);
        good &= read_rule(r, m, rule);
        r->config->rule_count++; /* also a bad one: its filter is to be freed, its name is taken */
    }
    return good;
}
