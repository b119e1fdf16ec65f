/* rule_level.c - levels of rules: compared without a rounding, written the way they are read. */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "monitor/rule.h"

__extension__ typedef unsigned __int128 wide;

static const struct {
    const char *key, *words;
    unsigned measures;
} metrics[] = {
#define METRIC_ROW(id, key, measures, words) {key, words, measures},
    RULE_METRIC_ROWS(METRIC_ROW)
#undef METRIC_ROW
};

const char *rule_metric_key(enum rule_metric m)
{
    return metrics[m].key;
}

const char *rule_metric_words(enum rule_metric m)
{
    return metrics[m].words;
}

unsigned rule_metric_measures(enum rule_metric m)
{
    return metrics[m].measures;
}

static int order(wide a, wide b)
{
    return a < b ? -1 : a > b;
}

/* 64 bits of value, 30 of scale and 12 of seconds fit into 128; so do two times 64. */
int rule_level_compare(const struct rule_level *level, uint64_t value, uint64_t whole)
{
    bool of_whole = level->measure == RULE_RATE || level->measure == RULE_SHARE;
    return order((wide)value * level->scale * level->per_s,
                 (wide)level->amount * (of_whole ? whole : 1));
}

int rule_level_order(const struct rule_level *a, const struct rule_level *b)
{
    return order((wide)a->amount * b->scale * b->per_s, (wide)b->amount * a->scale * a->per_s);
}

/* amount / scale as a decimal, without zeros at its end. */
static int put_decimal(char *at, size_t room, uint64_t amount, uint64_t scale)
{
    int len = snprintf(at, room, "%" PRIu64, amount / scale);
    uint64_t rest = amount % scale;
    if (!rest)
        return len;
    at[len++] = '.';
    for (; rest; rest %= scale) {
        rest *= 10;
        at[len++] = (char)('0' + rest / scale);
    }
    at[len] = 0;
    return len;
}

const char *rule_level_text(char into[RULE_LEVEL_TEXT_SIZE], const struct rule_level *level)
{
    char duration[TIME_TEXT_SIZE];
    uint64_t scale = level->scale;
    int len = 0;
    if (level->measure == RULE_PERCENTILE) {
        len = sprintf(into, "p");
        len += put_decimal(into + len, RULE_LEVEL_TEXT_SIZE - 1, level->percentile_millis, 1000);
        sprintf(into + len, " %s", duration_text(duration, (int64_t)level->amount));
        return into;
    }
    if (level->measure == RULE_SHARE)
        scale /= 100;
    len = put_decimal(into, RULE_LEVEL_TEXT_SIZE, level->amount, scale);
    if (level->measure == RULE_SHARE)
        strcpy(into + len, "%");
    if (level->measure == RULE_RATE)
        strcpy(into + len, level->per_s == 1 ? "/s" : level->per_s == 60 ? "/min" : "/h");
    return into;
}

/* What each metric reads beside the time and the status, which are always there. */
static const field_set metric_fields[RULE_METRIC_COUNT] = {
    [RULE_BYTES] = FIELD_BIT(FIELD_BYTES),
    [RULE_VISITORS] = FIELD_BIT(FIELD_HOST),
    [RULE_ERRORS] = FIELD_BIT(FIELD_STATUS),
    [RULE_CLIENT_ERRORS] = FIELD_BIT(FIELD_STATUS),
    [RULE_REQUEST_TIME] = FIELD_BIT(FIELD_REQUEST_TIME),
};

field_set rule_fields(const struct rule_spec *r)
{
    field_set per = r->per == FIELD_COUNT ? 0 : FIELD_BIT(r->per);
    return FIELD_BIT(FIELD_TIME) | metric_fields[r->metric] | r->where.fields | per;
}
