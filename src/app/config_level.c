#include "app/config_level.h"

#include "base/time.h"

enum { DECIMALS_MOST = 9, PERCENT_DECIMALS_MOST = 7, PERCENTILE_DECIMALS_MOST = 3 };

static size_t number_length(struct text text)
{
    size_t len = 0;
    while (len < text.len && ((text.at[len] >= '0' && text.at[len] <= '9') || text.at[len] == '.'))
        len++;
    return len;
}

/* "12.50" to 125, 10. */
static bool parse_decimal(struct text text, unsigned decimals_most, uint64_t *amount,
                          uint64_t *scale)
{
    uint64_t whole, part = 0;
    size_t dot = text_find(text, '.', 0);
    struct text decimals = text_cut(text, dot + 1, text.len);
    if (dot < text.len && !decimals.len)
        return false;
    while (decimals.len && decimals.at[decimals.len - 1] == '0')
        decimals.len--;
    if (decimals.len > decimals_most || !text_to_u64(text_cut(text, 0, dot), &whole))
        return false;
    *scale = 1;
    for (size_t i = 0; i < decimals.len; i++)
        *scale *= 10;
    if (decimals.len && !text_to_u64(decimals, &part))
        return false;
    return !__builtin_mul_overflow(whole, *scale, amount) &&
           !__builtin_add_overflow(*amount, part, amount);
}

static const struct {
    struct text name;
    uint64_t factor;
} multiples[] = {
    {{"k", 1}, 1000},   {{"M", 1}, 1000000},       {{"G", 1}, 1000000000},
    {{"kB", 2}, 1000},  {{"MB", 2}, 1000000},      {{"GB", 2}, 1000000000},
    {{"KiB", 3}, 1024}, {{"MiB", 3}, 1024 * 1024}, {{"GiB", 3}, 1024 * 1024 * 1024},
};

static const struct {
    struct text name;
    uint32_t per_s;
} spans[] = {
    {{"s", 1}, 1},    {{"sec", 3}, 1},     {{"second", 6}, 1}, {{"m", 1}, 60},
    {{"min", 3}, 60}, {{"minute", 6}, 60}, {{"h", 1}, 3600},   {{"hour", 4}, 3600},
};

static bool multiply(struct text unit, uint64_t *amount)
{
    if (!unit.len)
        return true;
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++)
        if (text_same(unit, multiples[i].name))
            return !__builtin_mul_overflow(*amount, multiples[i].factor, amount);
    return false;
}

/* 1500/1000 to 3/2 in tens: 15/10. */
static void shorten(struct rule_level *l)
{
    while (l->scale > 1 && l->amount % 10 == 0) {
        l->amount /= 10;
        l->scale /= 10;
    }
}

static bool parse_span(struct text name, uint32_t *per_s)
{
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (text_same(name, spans[i].name)) {
            *per_s = spans[i].per_s;
            return true;
        }
    return false;
}

static bool parse_share(struct text number, struct rule_level *l)
{
    if (!parse_decimal(number, PERCENT_DECIMALS_MOST, &l->amount, &l->scale))
        return false;
    l->measure = RULE_SHARE;
    l->scale *= 100;
    return l->amount <= l->scale;
}

static bool parse_percentile(struct text text, struct rule_level *l)
{
    uint64_t amount, scale;
    int64_t ns;
    size_t blank = text_find(text, ' ', 0);
    struct text duration = text_trim(text_cut(text, blank, text.len));
    size_t dot = text_find(duration, '.', 0);
    size_t decimals = number_length(text_cut(duration, dot + 1, duration.len));
    if (decimals > (text_ends(duration, TEXT("ms")) ? 6U : DECIMALS_MOST))
        return false;
    if (!parse_decimal(text_cut(text, 1, blank), PERCENTILE_DECIMALS_MOST, &amount, &scale) ||
        amount == 0 || amount > 100 * scale || !duration_parse(duration, &ns))
        return false;
    *l = (struct rule_level){RULE_PERCENTILE, (uint64_t)ns, 1, 1,
                             (uint32_t)(amount * (1000 / scale))};
    return true;
}

bool level_parse(struct text text, struct rule_level *out)
{
    struct rule_level l = {.measure = RULE_AMOUNT, .scale = 1, .per_s = 1};
    text = text_trim(text);
    if (text.len > 1 && text.at[0] == 'p') {
        if (!parse_percentile(text, &l))
            return false;
        *out = l;
        return true;
    }
    size_t len = number_length(text), slash = text_find(text, '/', 0);
    struct text number = text_cut(text, 0, len), unit = text_trim(text_cut(text, len, slash));
    if (text_same(unit, TEXT("%")) && slash == text.len) {
        if (!parse_share(number, &l))
            return false;
    } else {
        if (!parse_decimal(number, DECIMALS_MOST, &l.amount, &l.scale) ||
            !multiply(unit, &l.amount))
            return false;
        if (slash < text.len) {
            l.measure = RULE_RATE;
            if (!parse_span(text_trim(text_cut(text, slash + 1, text.len)), &l.per_s))
                return false;
        }
        shorten(&l);
    }
    *out = l;
    return true;
}

bool level_of_rate(struct text number, struct rule_level *out)
{
    struct rule_level l = {.measure = RULE_RATE, .scale = 1, .per_s = 1};
    size_t dot = text_find(number, '.', 0);
    if (!parse_decimal(text_cut(number, 0, dot + 1 + DECIMALS_MOST), DECIMALS_MOST, &l.amount,
                       &l.scale))
        return false;
    *out = l;
    return true;
}
