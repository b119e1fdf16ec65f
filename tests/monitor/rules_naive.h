/* rules_naive.h - rules as rule.h words them, computed the slow way: every second of every rule and
 * key out of the list of all entries. For the tests to compare with. */
#ifndef SPATE_TESTS_MONITOR_RULES_NAIVE_H
#define SPATE_TESTS_MONITOR_RULES_NAIVE_H

#include "monitor/feed.h"
#include "monitor/latency_save.h"
#include "monitor/naive_filter.h"
#include "monitor/rules.h"
#include <stdio.h>

enum { NAIVE_RULES = 8, NAIVE_KEYS = 8, NAIVE_ITEMS = 20000, NAIVE_TURNS = 8192 };

/* What a line says; a member that is NULL or 0 it lacks. */
struct naive_item {
    int64_t second;
    const char *section, *host;
    unsigned status;
    uint64_t bytes, ns;
    bool refused;
};

struct naive_key {
    const char *name; /* NULL: free */
    int state;        /* 0 quiet, 1 waits, 2 fires */
    int64_t since;    /* it waits */
    bool seen;
    int64_t seen_since;
    int64_t fired_at;
};

struct naive_turn {
    int64_t second;
    unsigned rule;
    char key[16];
    bool fired;
    uint64_t entries, total;
    double value;
};

struct naive_rules {
    const struct rule_spec *rules;
    unsigned count;
    int64_t clock, since;
    unsigned item_count, first; /* items before `first` are older than any window */
    struct naive_item items[NAIVE_ITEMS];
    struct naive_key keys[NAIVE_RULES][NAIVE_KEYS];
    unsigned turn_count;
    struct naive_turn turns[NAIVE_TURNS];
};

static const char *const NAIVE_SECTIONS[] = {"/a", "/b", "/section-of-some-length", NULL};
static const char *const NAIVE_HOSTS[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::7", NULL};
static const unsigned NAIVE_STATUSES[] = {200, 404, 500, 503, 0};

/* ---- Filters --------------------------------------------------------------------------------- */

/* By number of naive_where(). */
static bool naive_lets(const struct rule_where *w, const struct naive_item *i)
{
    bool b = i->section && !strcmp(i->section, "/b"), v6 = i->host && strchr(i->host, ':');
    unsigned which = 0;
    while (naive_where(which).filter != w->filter)
        which++;
    const bool lets[NAIVE_WHERES] = {true,
                                     b,
                                     i->status >= 400,
                                     i->section && !b && i->bytes >= 250,
                                     v6,
                                     (i->host && !v6) || b,
                                     b && i->status == 200};
    return lets[which];
}

/* ---- One second ------------------------------------------------------------------------------ */

static const char *naive_key_of(const struct rule_spec *r, const struct naive_item *i)
{
    static char numbers[16][16];
    static unsigned turn;
    if (r->per == FIELD_COUNT)
        return "";
    if (r->per == FIELD_SECTION)
        return i->section;
    if (r->per == FIELD_HOST)
        return i->host;
    if (!i->status)
        return NULL;
    char *room = numbers[turn++ % 16];
    snprintf(room, 16, "%03u", i->status);
    return room;
}

struct naive_sums {
    uint64_t hits, bytes, errors, client_errors, refused;
    uint64_t all_hits, all_bytes;     /* of all entries */
    uint64_t where_hits, where_bytes; /* that `where` lets through, of all keys */
    unsigned hosts, times;
    const char *seen[16];
    uint64_t ns[NAIVE_ITEMS];
};

static int naive_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void naive_take(struct naive_sums *s, const struct naive_item *i)
{
    s->hits++;
    s->bytes += i->bytes;
    s->errors += i->status / 100 == 5;
    s->client_errors += i->status / 100 == 4;
    if (i->ns)
        s->ns[s->times++] = i->ns;
    unsigned h = 0;
    while (i->host && h < s->hosts && strcmp(s->seen[h], i->host))
        h++;
    if (i->host && h == s->hosts)
        s->seen[s->hosts++] = i->host;
}

static void naive_sum(const struct naive_rules *n, const struct rule_spec *r, const char *key,
                      int64_t second, struct naive_sums *s)
{
    size_t plain = offsetof(struct naive_sums, ns);
    memset(s, 0, plain);
    for (unsigned at = n->first; at < n->item_count; at++) {
        const struct naive_item *i = &n->items[at];
        if (i->second > second || i->second <= second - r->window_s)
            continue;
        if (i->refused) {
            s->refused++;
            continue;
        }
        s->all_hits++;
        s->all_bytes += i->bytes;
        if (!naive_lets(&r->where, i))
            continue;
        s->where_hits++;
        s->where_bytes += i->bytes;
        const char *of = naive_key_of(r, i);
        if (of && !strcmp(of, key))
            naive_take(s, i);
    }
}

/* value, and what it is a share of. False: there is nothing to say. */
static bool naive_value(const struct rule_spec *r, struct naive_sums *s, uint64_t *value,
                        uint64_t *whole)
{
    bool split = r->per != FIELD_COUNT;
    *whole = s->hits;
    switch (r->metric) {
    case RULE_HITS:
        *value = s->hits;
        *whole = split ? s->where_hits : s->all_hits;
        return true;
    case RULE_BYTES:
        *value = s->bytes;
        *whole = split ? s->where_bytes : s->all_bytes;
        return true;
    case RULE_VISITORS: *value = s->hosts; return true;
    case RULE_ERRORS: *value = s->errors; return true;
    case RULE_CLIENT_ERRORS: *value = s->client_errors; return true;
    case RULE_REJECTED:
        *value = s->refused;
        *whole = s->all_hits + s->refused;
        return true;
    default: break;
    }
    if (!s->times)
        return false;
    qsort(s->ns, s->times, sizeof s->ns[0], naive_order);
    uint64_t rank = ((uint64_t)s->times * r->level.percentile_millis + 99999) / 100000;
    *value = latency_bucket_middle(latency_bucket(s->ns[rank - 1]));
    return true;
}

/* Above 0: the value is larger. */
static int naive_compare_level(const struct rule_spec *r, const struct rule_level *l, uint64_t value,
                               uint64_t whole)
{
    __extension__ typedef __int128 wide;
    wide left = (wide)value * l->scale, right = l->amount;
    if (l->measure == RULE_RATE) {
        left *= l->per_s;
        right *= r->window_s;
    } else if (l->measure == RULE_SHARE) {
        right *= whole;
    }
    return left < right ? -1 : left > right;
}

static double naive_natural(const struct rule_spec *r, bool known, uint64_t value, uint64_t whole)
{
    switch (r->level.measure) {
    case RULE_RATE: return (double)value / (double)r->window_s;
    case RULE_SHARE: return whole ? (double)value / (double)whole : 0;
    case RULE_PERCENTILE: return known ? (double)value / 1e9 : 0;
    default: return (double)value;
    }
}

static uint64_t naive_total(const struct naive_rules *n, const struct rule_spec *r, const char *key,
                            int64_t from, int64_t to)
{
    uint64_t sum = 0;
    for (unsigned at = 0; at < n->item_count; at++) {
        const struct naive_item *i = &n->items[at];
        if (i->second < from || i->second > to)
            continue;
        if (i->refused) {
            sum += r->metric == RULE_REJECTED;
            continue;
        }
        const char *of = naive_key_of(r, i);
        if (r->metric == RULE_REJECTED || !naive_lets(&r->where, i) || !of || strcmp(of, key))
            continue;
        sum += r->metric == RULE_BYTES           ? i->bytes
               : r->metric == RULE_ERRORS        ? i->status / 100 == 5
               : r->metric == RULE_CLIENT_ERRORS ? i->status / 100 == 4
                                                 : 1;
    }
    return sum;
}

static void naive_turns(struct naive_rules *n, unsigned rule, struct naive_key *k, bool fired,
                        uint64_t entries, double value)
{
    cr_assert_lt(n->turn_count, NAIVE_TURNS);
    struct naive_turn *t = &n->turns[n->turn_count++];
    *t = (struct naive_turn){n->clock, rule, "", fired, entries, 0, value};
    snprintf(t->key, sizeof t->key, "%s", k->name);
    if (fired)
        k->fired_at = n->clock;
    else
        t->total = naive_total(n, &n->rules[rule], k->name, k->fired_at, n->clock);
}

static void naive_judge_key(struct naive_rules *n, unsigned rule, struct naive_key *k)
{
    static struct naive_sums s;
    const struct rule_spec *r = &n->rules[rule];
    uint64_t value = 0, whole = 0;
    naive_sum(n, r, k->name, n->clock, &s);
    bool known = naive_value(r, &s, &value, &whole);
    uint64_t entries = r->metric == RULE_REJECTED ? s.all_hits + s.refused : s.hits;
    if (s.hits && !k->seen) {
        k->seen = true;
        k->seen_since = n->clock;
    }
    bool split = r->per != FIELD_COUNT;
    int64_t since = split ? k->seen_since : n->since;
    bool early = r->side == RULE_BELOW &&
                 ((split && !k->seen) || n->clock < since + r->window_s - 1);
    int level = naive_compare_level(r, &r->level, value, whole);
    int recover = naive_compare_level(r, &r->recover, value, whole);
    if (r->side == RULE_BELOW) {
        level = -level;
        recover = -recover;
    }
    if (early)
        level = recover = 0;
    if (entries < r->at_least || !known || (r->level.measure == RULE_SHARE && !whole))
        level = recover = -1;
    double natural = naive_natural(r, known, value, whole);
    if (k->state == 2) {
        if (recover < 0) {
            k->state = 0;
            naive_turns(n, rule, k, false, entries, natural);
        }
    } else if (level < 0) {
        k->state = 0;
    } else if (level > 0) {
        if (k->state == 0)
            k->since = n->clock;
        k->state = 1;
        if (n->clock >= k->since + r->for_s) {
            k->state = 2;
            naive_turns(n, rule, k, true, entries, natural);
        }
    }
    if (!s.hits && k->state == 0)
        k->seen = false;
}

/* ---- Time ------------------------------------------------------------------------------------ */

static inline void naive_init(struct naive_rules *n, const struct rule_spec *rules, unsigned count)
{
    memset(n, 0, offsetof(struct naive_rules, items));
    memset(n->keys, 0, sizeof n->keys);
    n->turn_count = 0;
    n->rules = rules;
    n->count = count;
    for (unsigned r = 0; r < count; r++)
        if (rules[r].per == FIELD_COUNT)
            n->keys[r][0].name = "";
}

static inline void naive_open_at(struct naive_rules *n, int64_t second)
{
    n->clock = n->since = second;
    n->item_count = n->first = 0;
    for (unsigned r = 0; r < n->count; r++)
        for (unsigned k = 0; k < NAIVE_KEYS; k++)
            n->keys[r][k].seen = false;
}

static inline void naive_advance_to(struct naive_rules *n, int64_t second)
{
    for (; n->clock < second; n->clock++) {
        for (unsigned r = 0; r < n->count; r++)
            for (unsigned k = 0; k < NAIVE_KEYS && n->keys[r][k].name; k++)
                naive_judge_key(n, r, &n->keys[r][k]);
        while (n->first < n->item_count && n->items[n->first].second < n->clock - 1000)
            n->first++;
    }
}

static inline void naive_note_key(struct naive_rules *n, unsigned rule, const char *name)
{
    struct naive_key *k = n->keys[rule];
    while (k->name && strcmp(k->name, name))
        k++;
    if (k->name)
        return;
    static const char *const codes[] = {"200", "404", "500", "503"};
    for (unsigned i = 0; i < 4; i++)
        if (!strcmp(codes[i], name))
            name = codes[i]; /* outlives the call */
    k->name = name;
}

static inline void naive_add(struct naive_rules *n, const struct naive_item *i)
{
    cr_assert_lt(n->item_count, NAIVE_ITEMS);
    n->items[n->item_count++] = *i;
    for (unsigned r = 0; !i->refused && r < n->count; r++) {
        const char *key = naive_key_of(&n->rules[r], i);
        if (n->rules[r].per != FIELD_COUNT && key && naive_lets(&n->rules[r].where, i))
            naive_note_key(n, r, key);
    }
}

/* ---- Random rules and lines ------------------------------------------------------------------ */

/* Knobs of what follows: filters that cannot be taken apart; which lines have a duration. */
static bool naive_as_a_whole;
static enum { NAIVE_SOME_TIMED, NAIVE_ALL_TIMED, NAIVE_NONE_TIMED } naive_timing;

static inline struct rule_level naive_level(struct random_numbers *r, enum rule_metric metric,
                                            enum rule_measure measure)
{
    struct rule_level l = {.measure = measure, .scale = 10, .per_s = 1};
    switch (measure) {
    case RULE_RATE:
        l.amount = random_below(r, 40) * (metric == RULE_BYTES ? 100 : 1);
        l.per_s = random_below(r, 3) ? 1 : 60;
        l.amount *= l.per_s == 60 ? 40 : 1;
        break;
    case RULE_SHARE:
        l.scale = 1000;
        l.amount = random_below(r, 900);
        break;
    case RULE_AMOUNT: l.amount = random_below(r, metric == RULE_VISITORS ? 40 : 300); break;
    default:
        l.scale = 1;
        l.amount = 1000000 * (1 + random_below(r, 900));
        l.percentile_millis = (uint32_t[]){50000, 90000, 95000, 99900, 100000}[random_below(r, 5)];
        break;
    }
    return l;
}

static inline void naive_rule(struct random_numbers *r, struct rule_spec *rule, unsigned number)
{
    static const enum field fields[] = {FIELD_COUNT, FIELD_COUNT, FIELD_SECTION, FIELD_HOST,
                                        FIELD_STATUS};
    *rule = (struct rule_spec){.metric = (enum rule_metric)random_below(r, RULE_METRIC_COUNT)};
    snprintf(rule->name, sizeof rule->name, "rule %u", number);
    enum rule_measure measure;
    do
        measure = (enum rule_measure)(1u << random_below(r, 4));
    while (!(rule_metric_measures(rule->metric) & measure));
    rule->side = random_below(r, 3) ? RULE_ABOVE : RULE_BELOW;
    rule->level = naive_level(r, rule->metric, measure);
    rule->level.amount += rule->side == RULE_BELOW && rule->level.amount == 0;
    rule->recover = rule->level;
    if (random_below(r, 2)) /* on the quiet side */
        rule->recover.amount = rule->side == RULE_ABOVE ? rule->level.amount * 2 / 3
                                                        : rule->level.amount * 3 / 2;
    int64_t longest = random_below(r, 3) ? 30 : random_below(r, 3) ? 200 : 1000;
    rule->window_s = 1 + (int64_t)random_below(r, (uint64_t)longest);
    rule->for_s = random_below(r, 2) ? 0 : (int64_t)random_below(r, 20);
    rule->at_least = random_below(r, 2) ? 0 : random_below(r, 30);
    bool whole = rule->metric == RULE_REJECTED;
    rule->where = naive_where(whole || random_below(r, 3) == 0 ? 0 : (unsigned)random_below(r, NAIVE_WHERES));
    if (naive_as_a_whole && rule->where.text)
        rule->where.asking = NULL;
    rule->per = whole ? FIELD_COUNT : fields[random_below(r, 5)];
}

static inline struct naive_item naive_line(struct random_numbers *r, int64_t second)
{
    struct naive_item i = {.second = second,
                           .section = NAIVE_SECTIONS[random_below(r, 4)],
                           .host = NAIVE_HOSTS[random_below(r, 5)],
                           .status = NAIVE_STATUSES[random_below(r, 5)],
                           .bytes = random_below(r, 500)};
    if (random_below(r, 3) ? naive_timing != NAIVE_NONE_TIMED : naive_timing == NAIVE_ALL_TIMED)
        i.ns = 1000000 * (1 + random_below(r, 1000));
    i.refused = random_below(r, 12) == 0;
    return i;
}

static inline void naive_feed(struct batch *b, const struct naive_item *i)
{
    if (i->refused) {
        b->lines.read++;
        b->lines.rejected++;
        batch_refuse(b);
        return;
    }
    struct entry *e = feed_hit(b, i->second);
    if (i->section)
        feed_text(b, e, FIELD_SECTION, i->section);
    if (i->host)
        feed_text(b, e, FIELD_HOST, i->host);
    if (i->status)
        feed_status(e, (uint16_t)i->status);
    if (i->bytes)
        entry_set_number(e, FIELD_BYTES, i->bytes);
    if (i->ns)
        entry_set_number(e, FIELD_REQUEST_TIME, i->ns);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static int naive_turn_order(const void *left, const void *right)
{
    const struct naive_turn *a = left, *b = right;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    int keys = strcmp(a->key, b->key);
    return keys ? keys : (int)b->fired - (int)a->fired;
}

static inline void naive_same(struct naive_turn *want, unsigned want_count, struct naive_turn *got,
                              unsigned got_count, bool totals, const char *what, unsigned round)
{
    qsort(want, want_count, sizeof *want, naive_turn_order);
    qsort(got, got_count, sizeof *got, naive_turn_order);
    for (unsigned i = 0; i < want_count && i < got_count; i++) {
        const struct naive_turn *a = &want[i], *b = &got[i];
        cr_assert(naive_turn_order(a, b) == 0 && a->entries == b->entries && a->value == b->value &&
                      (!totals || a->total == b->total),
                  "%s, log %u, change %u: wanted rule %u `%s' %d at %ld with %lu, %g, total %lu; got "
                  "rule %u `%s' %d at %ld with %lu, %g, total %lu",
                  what, round, i, a->rule, a->key, a->fired, (long)a->second,
                  (unsigned long)a->entries, a->value, (unsigned long)a->total, b->rule, b->key,
                  b->fired, (long)b->second, (unsigned long)b->entries, b->value,
                  (unsigned long)b->total);
    }
    cr_assert_eq(want_count, got_count, "%s, log %u: wanted %u changes, got %u", what, round,
                 want_count, got_count);
}

/* An alert as it was told. */
static inline struct naive_turn naive_told(const struct monitor_alert *a)
{
    struct naive_turn t = {.fired = !a->recovered};
    t.second = a->recovered ? a->recovered_at : a->triggered_at;
    t.rule = (unsigned)strtoul(a->rule + 5, NULL, 10);
    t.entries = a->recovered ? a->recovered_hits : a->hits;
    t.value = a->recovered ? a->recovered_value : a->value;
    t.total = a->total;
    snprintf(t.key, sizeof t.key, "%.*s", (int)a->key_len, a->key);
    return t;
}

#endif
