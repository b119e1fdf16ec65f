#include "monitor/alerts_save.h"

#include <string.h>

int64_t unpack_second(struct unpack *u)
{
    int64_t second = unpack_i64(u);
    u->bad |= second < SAVED_SECOND_LEAST || second > SAVED_SECOND_MOST;
    return u->bad ? 0 : second;
}

static struct text packed_text(struct unpack *u, size_t most)
{
    struct text text = unpack_text(u);
    u->bad |= text.len > most;
    return u->bad ? text_make("", 0) : text;
}

static void pack_cause(const struct cause *c, struct buf *out)
{
    pack_u64(out, c->dimension);
    pack_text(out, text_make(c->name, c->name_len));
    pack_double(out, c->rise);
    pack_double(out, c->share);
}

static void unpack_cause(struct cause *c, struct unpack *u)
{
    c->dimension = (enum cause_dimension)unpack_most(u, CAUSE_DIMENSIONS - 1);
    struct text name = packed_text(u, sizeof c->name);
    c->name_len = (uint32_t)name.len;
    if (name.len)
        memcpy(c->name, name.at, name.len);
    c->rise = unpack_double(u);
    c->share = unpack_double(u);
}

/* What alerts of other rules than the default one have more. */
static void pack_rule(const struct monitor_alert *a, struct buf *out)
{
    pack_u64(out, a->metric);
    pack_u64(out, a->side);
    pack_u64(out, a->level.measure);
    pack_u64(out, a->level.amount);
    pack_u64(out, a->level.scale);
    pack_u64(out, a->level.per_s);
    pack_u64(out, a->level.percentile_millis);
    pack_text(out, text_make(a->key, a->key_len));
    pack_double(out, a->value);
    pack_double(out, a->peak_value);
    pack_double(out, a->recovered_value);
}

static void unpack_rule(struct monitor_alert *a, struct unpack *u)
{
    a->metric = (enum rule_metric)unpack_most(u, RULE_METRIC_COUNT - 1);
    a->side = (enum rule_side)unpack_most(u, RULE_BELOW);
    a->level.measure = (enum rule_measure)unpack_most(u, RULE_PERCENTILE);
    a->level.amount = unpack_u64(u);
    a->level.scale = unpack_most(u, UINT64_C(1000000000));
    a->level.per_s = (uint32_t)unpack_most(u, 3600);
    a->level.percentile_millis = (uint32_t)unpack_most(u, 100000);
    u->bad |= a->level.scale == 0 || a->level.per_s == 0 || a->level.measure == 0;
    struct text key = packed_text(u, sizeof a->key);
    a->key_len = (uint32_t)key.len;
    if (key.len)
        memcpy(a->key, key.at, key.len);
    a->value = unpack_double(u);
    a->peak_value = unpack_double(u);
    a->recovered_value = unpack_double(u);
}

void alert_pack(const struct monitor_alert *a, struct buf *out)
{
    pack_u64(out, a->id);
    pack_text(out, text_make(a->rule, strnlen(a->rule, sizeof a->rule)));
    pack_i64(out, a->triggered_at);
    pack_u64(out, a->hits);
    pack_u64(out, a->peak_hits);
    pack_u64(out, a->recovered ? (a->end ? a->end : ALERT_END_RECOVERED) : 0);
    pack_i64(out, a->recovered_at);
    pack_u64(out, a->recovered_hits);
    pack_u64(out, (uint64_t)a->window_s);
    pack_u64(out, a->total);
    pack_u64(out, a->per);
    pack_u64(out, a->by_rule);
    if (a->by_rule)
        pack_rule(a, out);
    pack_u64(out, a->cause_count);
    for (uint32_t i = 0; i < a->cause_count; i++)
        pack_cause(&a->causes[i], out);
}

void alert_unpack(struct monitor_alert *a, struct unpack *u)
{
    *a = (struct monitor_alert){.id = unpack_u64(u)};
    struct text rule = packed_text(u, sizeof a->rule - 1);
    if (rule.len)
        memcpy(a->rule, rule.at, rule.len);
    a->triggered_at = unpack_second(u);
    a->hits = unpack_u64(u);
    a->peak_hits = unpack_u64(u);
    a->end = (enum alert_end)unpack_most(u, ALERT_ENDS - 1);
    a->recovered = a->end != 0;
    a->recovered_at = unpack_second(u);
    a->recovered_hits = unpack_u64(u);
    a->window_s = (int64_t)unpack_most(u, INT32_MAX);
    a->total = unpack_u64(u);
    a->per = (enum field)unpack_most(u, FIELD_COUNT);
    a->by_rule = unpack_most(u, 1);
    if (a->by_rule)
        unpack_rule(a, u);
    a->cause_count = (uint32_t)unpack_most(u, CAUSES_MOST);
    for (uint32_t i = 0; i < a->cause_count && !u->bad; i++)
        unpack_cause(&a->causes[i], u);
    u->bad |= a->window_s == 0;
}
