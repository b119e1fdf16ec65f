/* alert_figures.c - an alert as the contract words it. */
#include "base/time.h"
#include "model/alert_words.h"
#include "model/snapshot.h"
#include <stdio.h>
#include <string.h>

static double rate_of(uint64_t hits, int64_t window_s)
{
    return window_s > 0 ? (double)hits / (double)window_s : 0;
}

/* "high traffic" is said as "High traffic": a rule's name begins the sentence. */
static char capital(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

/* "recovered", or why else it is over. */
static const char *end_words(char into[48], const struct alert_figures *a)
{
    const char *why = alert_end_words(a->end);
    if (why[0])
        snprintf(into, 48, "ended (%s)", why);
    else
        strcpy(into, "recovered");
    return into;
}

/* The default rule. */
static void add_messages(struct alert_figures *out)
{
    char time[TIME_TEXT_SIZE], end[48];
    char first = capital(out->rule[0]);
    const char *rest = out->rule[0] ? out->rule + 1 : "";
    snprintf(out->message, sizeof(out->message),
             "%c%s generated an alert - hits = %llu, triggered at %s", first, rest,
             (unsigned long long)out->hits, time_rfc3339(time, out->triggered_at, 0));
    if (out->recovered)
        snprintf(out->recovered_message, sizeof(out->recovered_message),
                 "%c%s alert %s at %s", first, rest, end_words(end, out),
                 time_rfc3339(time, out->recovered_at, 0));
}

/* Any other: "slow api (/login): request time 620ms above p95 500ms, triggered at ..." */
static void add_rule_messages(struct alert_figures *out, const struct monitor_alert *a)
{
    char time[TIME_TEXT_SIZE], key[240], end[48];
    alert_key_words(key, sizeof(key), a);
    snprintf(out->message, sizeof(out->message), "%s%s: %s %s %s, triggered at %s", out->rule, key,
             rule_metric_words(a->metric), out->value_words, out->level,
             time_rfc3339(time, out->triggered_at, 0));
    if (out->recovered)
        snprintf(out->recovered_message, sizeof(out->recovered_message), "%s%s %s at %s", out->rule,
                 key, end_words(end, out), time_rfc3339(time, out->recovered_at, 0));
}

static void add_rule(struct alert_figures *out, const struct monitor_alert *a)
{
    out->metric = a->metric;
    out->key_len = a->key_len;
    memcpy(out->key, a->key, sizeof(out->key));
    out->value = a->value;
    out->peak_value = a->peak_value;
    out->recovered_value = a->recovered ? a->recovered_value : 0;
    alert_value_words(out->value_words, a->metric, &a->level, a->value);
    alert_value_words(out->peak_words, a->metric, &a->level, a->peak_value);
    alert_value_words(out->recovered_words, a->metric, &a->level, a->recovered_value);
    alert_level_words(out->level, sizeof(out->level), a);
}

/* The same of the default rule, whose figures are rates of hits. */
static void add_plain(struct alert_figures *out)
{
    static const struct rule_level rate = {.measure = RULE_RATE, .scale = 1, .per_s = 1};
    out->value = out->rate;
    out->peak_value = out->peak_rate;
    out->recovered_value = out->recovered_rate;
    alert_value_words(out->value_words, RULE_HITS, &rate, out->value);
    alert_value_words(out->peak_words, RULE_HITS, &rate, out->peak_value);
    alert_value_words(out->recovered_words, RULE_HITS, &rate, out->recovered_value);
}

void alert_figures_of(struct alert_figures *out, const struct monitor_alert *a)
{
    *out = (struct alert_figures){
        .id = a->id,
        .triggered_at = a->triggered_at,
        .hits = a->hits,
        .peak_hits = a->peak_hits,
        .rate = rate_of(a->hits, a->window_s),
        .peak_rate = rate_of(a->peak_hits, a->window_s),
        .recovered = a->recovered,
        .recovered_at = a->recovered ? a->recovered_at : 0,
        .recovered_hits = a->recovered ? a->recovered_hits : 0,
        .recovered_rate = a->recovered ? rate_of(a->recovered_hits, a->window_s) : 0,
        .end = a->recovered ? a->end : 0,
        .acknowledged = a->acknowledged,
        .window_s = a->window_s,
        .total = a->recovered ? a->total : 0,
        .by_rule = a->by_rule,
        .per = a->by_rule ? a->per : FIELD_COUNT,
        .cause_count = a->cause_count,
    };
    snprintf(out->rule, sizeof(out->rule), "%s", a->rule);
    memcpy(out->causes, a->causes, a->cause_count * sizeof(a->causes[0]));
    alert_cause_words(out->cause_words, sizeof(out->cause_words), a);
    if (a->by_rule) {
        add_rule(out, a);
        add_rule_messages(out, a);
    } else {
        add_plain(out);
        add_messages(out);
    }
}
