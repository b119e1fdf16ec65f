/* filter_value.c - numbers, durations, states and times as a filter compares them: every
 * comparison becomes a range of whole numbers, so that all of them are exact. */
#include "parse/filter_program.h"

#include "base/safe.h"
#include "base/time.h"

enum { STATUS_MOST = 999, NS_DECIMALS = 9, NS_DECIMALS_OF_MS = 6 };

/* `from` to `to` are what the value stands for: one number, or a class of them. */
static void set_range(struct filter_test *t, const struct filter_operator *op, uint64_t from,
                      uint64_t to)
{
    t->negated = op->negated;
    t->low = op->compare == COMPARE_SAME ? from : 0;
    t->high = to;
    if (op->compare != COMPARE_LESS)
        return;
    t->high = from - 1;
    if (from == 0) { /* nothing is below */
        t->low = 1;
        t->high = 0;
    }
}

static bool read_count(struct text value, uint64_t *from, uint64_t *to)
{
    if (!text_to_u64(value, from))
        return false;
    *to = *from;
    return true;
}

static bool read_status(struct text value, uint64_t *from, uint64_t *to)
{
    if (value.len == 3 && value.at[0] >= '0' && value.at[0] <= '9' &&
        text_same_caseless(text_cut(value, 1, 3), TEXT("xx"))) {
        *from = (uint64_t)(value.at[0] - '0') * 100;
        *to = *from + 99;
        return true;
    }
    return read_count(value, from, to) && *from <= STATUS_MOST;
}

/* What is below a nanosecond would be dropped silently. */
static bool has_too_many_decimals(struct text value)
{
    size_t dot = text_find(value, '.', 0), end = dot + 1;
    while (end < value.len && value.at[end] >= '0' && value.at[end] <= '9')
        end++;
    if (dot == value.len)
        return false;
    return end - dot - 1 > (text_ends(value, TEXT("ms")) ? NS_DECIMALS_OF_MS : NS_DECIMALS);
}

static bool is_nothing(struct text value)
{
    return text_same(value, TEXT("0")) || text_same(value, TEXT("0s")) ||
           text_same(value, TEXT("0ms"));
}

static bool read_duration(struct text value, uint64_t *from, uint64_t *to)
{
    int64_t ns = 0;
    if (!is_nothing(value) && (has_too_many_decimals(value) || !duration_parse(value, &ns)))
        return false;
    *from = *to = (uint64_t)ns;
    return true;
}

static bool read_time(struct text value, uint64_t *from, uint64_t *to)
{
    int64_t second;
    if (text_find(value, '.', 0) < value.len || !time_parse(value, &second, NULL))
        return false;
    *from = *to = filter_time_key(second);
    return true;
}

static const struct {
    enum filter_kind kind;
    bool (*read)(struct text value, uint64_t *from, uint64_t *to);
    const char *accepts;
} kinds[] = {
    [FIELD_KIND_COUNT] = {FILTER_NUMBER, read_count, "a whole number such as 1500"},
    [FIELD_KIND_DURATION] = {FILTER_NUMBER, read_duration,
                             "a duration such as 0.5, 500ms or 1m30s"},
    [FIELD_KIND_TIME] = {FILTER_TIME, read_time,
                         "a time in whole seconds such as 2015-05-17T10:05:03Z or 2015-05-17"},
    [FIELD_KIND_STATUS] = {FILTER_STATUS, read_status,
                           "a status such as 404, or a class such as 5xx"},
};

bool filter_value_set(struct filter_test *t, const struct filter_operator *op, struct text value,
                      struct error *why)
{
    enum field_kind kind = field_kind(t->field);
    uint64_t from, to;
    if (!kinds[kind].read(value, &from, &to))
        return error_set(why, "%s cannot be `%s': it is %s", field_key(t->field), safe_str(value),
                         kinds[kind].accepts);
    t->kind = (uint8_t)kinds[kind].kind;
    set_range(t, op, from, to);
    return true;
}
