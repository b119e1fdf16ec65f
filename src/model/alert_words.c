#include "model/alert_words.h"

#include "base/safe.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 48 };

/* Three digits that say something, and no exponent. */
static void put_number(char into[24], double number)
{
    double size = fabs(number);
    int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2;
    snprintf(into, 24, "%.*f", decimals, number);
}

static void put_bytes(char into[24], double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    char number[24];
    unsigned unit = 0;
    while (unit < 5 && fabs(bytes) >= 1000) {
        bytes /= 1000;
        unit++;
    }
    put_number(number, bytes);
    snprintf(into, 24, "%.18s%s", number, units[unit]);
}

static void put_amount(char into[24], enum rule_metric metric, double amount)
{
    if (metric == RULE_BYTES)
        put_bytes(into, amount);
    else
        put_number(into, amount);
}

static void put_seconds(char into[24], double seconds)
{
    if (seconds < 1)
        snprintf(into, 24, "%.0fms", seconds * 1000);
    else
        snprintf(into, 24, "%.2fs", seconds);
}

static const char *rate_unit(uint32_t per_s)
{
    return per_s == 60 ? "/min" : per_s == 3600 ? "/h" : "/s";
}

void alert_value_words(char into[32], enum rule_metric metric, const struct rule_level *level,
                       double value)
{
    char number[24];
    switch (level->measure) {
    case RULE_RATE:
        put_amount(number, metric, value * level->per_s);
        snprintf(into, 32, "%s%s", number, rate_unit(level->per_s));
        break;
    case RULE_SHARE:
        put_number(number, value * 100);
        snprintf(into, 32, "%s%%", number);
        break;
    case RULE_PERCENTILE:
        put_seconds(number, value);
        snprintf(into, 32, "%s", number);
        break;
    default: snprintf(into, 32, "%.0f", value); break;
    }
}

void alert_level_words(char *into, size_t room, const struct monitor_alert *a)
{
    char text[RULE_LEVEL_TEXT_SIZE], number[24];
    const char *side = a->side == RULE_ABOVE ? "above" : "below";
    rule_level_text(text, &a->level);
    if (a->metric == RULE_BYTES && a->level.measure == RULE_RATE) {
        put_bytes(number, (double)a->level.amount / (double)a->level.scale);
        snprintf(text, sizeof(text), "%s%s", number, rate_unit(a->level.per_s));
    }
    snprintf(into, room, "%s %s", side, text);
}

/* What can be shown of foreign bytes, in one line. */
static void put_name(char *into, size_t room, const char *name, size_t len)
{
    struct buf buf = {0};
    struct safe safe =
        safe_make(&buf, text_make(name, len), (struct safe_limits){.width = NAME_WIDTH});
    snprintf(into, room, "%.*s", (int)safe.utf8.len, safe.utf8.at ? safe.utf8.at : "");
    buf_done(&buf);
}

void alert_key_words(char *into, size_t room, const struct monitor_alert *a)
{
    char name[4 * NAME_WIDTH + 8];
    into[0] = 0;
    if (a->per == FIELD_COUNT || !a->by_rule)
        return;
    put_name(name, sizeof(name), a->key, a->key_len);
    snprintf(into, room, " (%s)", name);
}

static const char *const LEADS[CAUSE_DIMENSIONS] = {
    [CAUSE_ADDRESS] = "from ", [CAUSE_SECTION] = "on ",          [CAUSE_STATUS] = "status ",
    [CAUSE_AGENT] = "by ",     [CAUSE_REFERRER] = "referred by "};

void alert_cause_words(char *into, size_t room, const struct monitor_alert *a)
{
    char name[4 * NAME_WIDTH + 8], rise[24];
    size_t len = 0;
    into[0] = 0;
    for (uint32_t i = 0; i < a->cause_count; i++) {
        const struct cause *c = &a->causes[i];
        char piece[sizeof(name) + 80];
        put_name(name, sizeof(name), c->name, c->name_len);
        put_amount(rise, a->metric, c->rise);
        snprintf(piece, sizeof(piece), "%s%s%s%s%s (%.0f %%)", i ? ", " : c->rise >= 0 ? "+" : "",
                 i ? "" : rise, i ? "" : "/s ", LEADS[c->dimension], name, c->share * 100);
        if (len + strlen(piece) >= room)
            break;
        memcpy(into + len, piece, strlen(piece) + 1);
        len += strlen(piece);
    }
}
