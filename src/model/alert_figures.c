/* alert_figures.c - an alert as the contract words it. */
#include "base/time.h"
#include "model/snapshot.h"
#include <stdio.h>

static double rate_of(uint64_t hits, int64_t window_s)
{
    return window_s > 0 ? (double)hits / (double)window_s : 0;
}

/* "high traffic" is said as "High traffic": a rule's name begins the sentence. */
static char capital(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static void add_messages(struct alert_figures *out)
{
    char time[TIME_TEXT_SIZE];
    char first = capital(out->rule[0]);
    const char *rest = out->rule[0] ? out->rule + 1 : "";
    snprintf(out->message, sizeof(out->message),
             "%c%s generated an alert - hits = %llu, triggered at %s", first, rest,
             (unsigned long long)out->hits, time_rfc3339(time, out->triggered_at, 0));
    if (out->recovered)
        snprintf(out->recovered_message, sizeof(out->recovered_message),
                 "%c%s alert recovered at %s", first, rest,
                 time_rfc3339(time, out->recovered_at, 0));
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
    };
    snprintf(out->rule, sizeof(out->rule), "%s", a->rule);
    add_messages(out);
}
