/* options.c - the table of options and how each value is read. */
#include "app/options.h"

#include <string.h>

#include "base/clock.h"
#include "base/time.h"
#include "source/follow.h"

enum {
    UPDATE_LEAST_MS = 100,
    UPDATE_MOST_S = 24 * 3600,
    WINDOW_MOST_S = 7 * 24 * 3600,
    JOBS_MOST = 64,
    TOP_MOST = 1000000
};

static bool take_update(struct settings *s, const char *value)
{
    int64_t ns;
    if (!duration_parse(text_of(value), &ns) || ns < UPDATE_LEAST_MS * NS_PER_MS ||
        ns > UPDATE_MOST_S * NS_PER_S)
        return false;
    s->update_ns = ns;
    return true;
}

static bool take_retention(struct settings *s, const char *value)
{
    int64_t ns;
    if (!duration_parse(text_of(value), &ns) || ns % NS_PER_S || ns > WINDOW_MOST_S * NS_PER_S)
        return false;
    s->window_s = ns / NS_PER_S;
    return true;
}

static bool take_frequency(struct settings *s, const char *value)
{
    double rate;
    if (!text_to_double(text_of(value), &rate) || rate <= 0 || rate > 1e12)
        return false;
    s->threshold = rate;
    s->frequency = value;
    return true;
}

static bool take_path(struct settings *s, const char *value)
{
    if (!*value)
        return false;
    s->paths[s->path_count++] = value;
    return true;
}

static bool take_format(struct settings *s, const char *value)
{
    if (!*value || s->format_count == FORMATS_LIMIT)
        return false;
    s->formats[s->format_count++] = text_of(value);
    return true;
}

static bool take_client(struct settings *s, const char *value)
{
    s->forwarded = strcmp(value, "forwarded") == 0;
    return s->forwarded || strcmp(value, "peer") == 0;
}

static bool take_from(struct settings *s, const char *value)
{
    static const char *const words[] = {"window", "end", "start"};
    int64_t ns;
    s->from = value;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(value, words[i]))
            return true;
    bool live = command_scope(s->command) & FOR_WATCH;
    return duration_parse(text_of(value), &ns) || (!live && time_parse(text_of(value), &ns, NULL));
}

static bool take_to(struct settings *s, const char *value)
{
    int64_t ns;
    s->to = value;
    return duration_parse(text_of(value), &ns) || time_parse(text_of(value), &ns, NULL);
}

static bool take_state(struct settings *s, const char *value)
{
    s->state = value;
    return true;
}

static bool take_user(struct settings *s, const char *value)
{
    s->user = value;
    return *value != 0;
}

static bool take_headless(struct settings *s, const char *value)
{
    (void)value;
    return s->headless = true;
}

static bool take_output(struct settings *s, const char *value)
{
    static const char *const words[] = {"text", "json", "csv"};
    size_t count = command_scope(s->command) & (FOR_HISTORY | FOR_ALERTS) ? 3 : 2;
    s->output_given = true;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(value, words[i])) {
            s->output = (enum output)i;
            return true;
        }
    return false;
}

static bool take_follow(struct settings *s, const char *value)
{
    (void)value;
    return s->follow = true;
}

static bool take_by(struct settings *s, const char *value)
{
    static const struct {
        const char *word;
        int64_t seconds;
    } spans[] = {{"minute", 60}, {"hour", 3600}, {"day", 86400}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (!strcmp(value, spans[i].word))
            s->by = spans[i].seconds;
    return s->by;
}

static bool take_number(const char *value, uint64_t least, uint64_t most, int64_t *out)
{
    uint64_t number;
    if (!text_to_u64(text_of(value), &number) || number < least || number > most)
        return false;
    *out = (int64_t)number;
    return true;
}

static bool take_top(struct settings *s, const char *value)
{
    return take_number(value, 0, TOP_MOST, &s->top);
}

static bool take_jobs(struct settings *s, const char *value)
{
    return take_number(value, 1, JOBS_MOST, &s->jobs);
}

static bool take_only(struct settings *s, const char *value)
{
    struct text rest = text_of(value), name;
    s->only = 0;
    while (text_split(&rest, ',', &name)) {
        enum dimension d = 0;
        while (d < DIMENSION_ALL_COUNT && !text_same(name, text_of(dimension_key(d))))
            d++;
        if (d == DIMENSION_ALL_COUNT)
            return false;
        s->only |= DIMENSION_BIT(d);
    }
    return s->only != 0;
}

static bool take_colour(struct settings *s, const char *value)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(value, words[i])) {
            s->colour = (enum console_colour)i;
            return true;
        }
    return false;
}

static bool take_ascii(struct settings *s, const char *value)
{
    (void)value;
    return s->ascii = true;
}

static bool take_where(struct settings *s, const char *value)
{
    s->where = value; /* compiled when all is read: its errors have a place of their own */
    return true;
}

static bool take_config(struct settings *s, const char *value)
{
    s->config_path = value;
    return *value != 0;
}

static bool take_try(struct settings *s, const char *value)
{
    if (!*value || s->try_count == TRIES_LIMIT)
        return false;
    s->tries[s->try_count++] = value; /* read with the configuration: its errors have a place */
    return true;
}

static bool take_help(struct settings *s, const char *value)
{
    (void)value;
    return s->help = true;
}

static bool take_version(struct settings *s, const char *value)
{
    (void)value;
    return s->version = true;
}

const struct option_row option_rows[] = {
    {"update", 'u', "DURATION", "10s",
     "how often the statistics are refreshed, and the interval they cover",
     "a duration from 100ms to 24h, such as 500ms, 10s or 2m", FOR_WATCH, take_update},
    {"retention", 'r', "DURATION", "120s", "the window over which the alert judges the rate",
     "a duration of whole seconds from 1s to 7d, such as 120s or 10m", FOR_WATCH | FOR_REPORT,
     take_retention},
    {"frequency", 'f', "N", "10", "requests per second above which high traffic fires",
     "a number of requests per second above 0, such as 10 or 0.5", FOR_WATCH | FOR_REPORT,
     take_frequency},
    {"path", 'p', "FILE", "/var/log/access.log", "the same as naming FILE", "the name of a file",
     FOR_LOGS, take_path},
    {"format", 'F', "FORMAT", "auto",
     "how lines are written: a named format, an Apache LogFormat string, an nginx log_format "
     "string, regex:PCRE2 with named groups, json:, ltsv: or logfmt:FIELD=KEY,..., or auto; given "
     "several times, a "
     "line is read by the first that fits",
     "at most 16 formats: see `spate formats`", FOR_LOGS, take_format},
    {"client", 0, "WHICH", "peer",
     "whose address counts as the client's, as host and for visitors: `peer`, the one that is "
     "connected to the server, or `forwarded`, the first address of X-Forwarded-For (else "
     "X-Real-IP, CF-Connecting-IP or True-Client-IP) where the line "
     "has one, for logs behind a proxy (without a proxy that sets it, clients can make it up)",
     "peer or forwarded", FOR_LOGS, take_client},
    {"from", 0, "WHEN", "window",
     "where to begin in an existing file. watch: `window` (as far back as the alert looks), `end`, "
     "`start`, or a duration of log time such as 10m. report and parse: a time, or a duration "
     "before the last line; history: before the newest that is kept, and 24h if not given; alerts: before now, and 7d if not "
     "given",
     "window, end, start, a duration such as 10m, or a time such as 2015-05-17T10:05:03Z",
     FOR_LOGS | FOR_HISTORY | FOR_ALERTS, take_from},
    {"to", 0, "WHEN", NULL, "where to end: a time, or a duration before the last line",
     "a time such as 2015-05-17T10:05:03Z or a duration such as 10m",
     FOR_REPORT | FOR_PARSE | FOR_HISTORY, take_to},
    {"by", 0, "SPAN", NULL, "minute, hour or day: a row for each; else what suits the time asked for",
     "minute, hour or day", FOR_HISTORY, take_by},
    {"follow", 0, NULL, NULL, "print also what other running instances raise from now on", NULL,
     FOR_ALERTS | COMMAND_LINE_ONLY, take_follow},
    {"headless", 0, NULL, NULL,
     "no console: events on standard output (also chosen when that is no terminal)", NULL,
     FOR_WATCH, take_headless},
    {"state", 0, "DIR", NULL,
     "keep totals, history and where each file was left in this directory, and go on from there; "
     "`--state=` takes $STATE_DIRECTORY, $XDG_STATE_HOME/spate or ~/.local/state/spate",
     "a directory, or nothing after --state=", FOR_WATCH | FOR_HISTORY | FOR_ALERTS, take_state},
    {"user", 0, "NAME[:GROUP]", "nobody",
     "whom to become when started as root, with no capability left; without GROUP with the user's own "
     "groups and adm. Where nobody cannot read the logs and --user is not given, root stays but for "
     "its capabilities; `--user root` keeps all",
     "a user of this system, and behind a colon a group", FOR_WATCH, take_user},
    {"output", 'o', "FORM", "text",
     "text or json, of history and alerts csv too; parse prints JSON lines whatever is said here",
     "text or json (csv: history and alerts only)", FOR_LOGS | FOR_HISTORY | FOR_ALERTS,
     take_output},
    {"top", 0, "N", "10",
     "rows of each top list; 0: all (the console has 100 to scroll in if not given)",
     "a whole number from 0 to 1000000", FOR_WATCH | FOR_REPORT | FOR_HISTORY, take_top},
    {"only", 0, "LIST", NULL,
     "compute only these: sections, paths, addresses, vhosts, methods, referrers, agents, status, "
     "visitors, request_time (totals, times and alerts always are)",
     "names out of sections, paths, addresses, vhosts, methods, referrers, agents, status, "
     "visitors, request_time, with commas between them",
     FOR_REPORT, take_only},
    {"jobs", 'j', "N", "one a processor", "threads to read with",
     "a whole number from 1 to 64", FOR_REPORT, take_jobs},
    {"color", 0, "WHEN", "auto", "colours on the console; auto obeys NO_COLOR and the terminal",
     "auto, always or never", FOR_WATCH, take_colour},
    {"ascii", 0, NULL, NULL, "draw with plain ASCII characters", NULL, FOR_WATCH | FOR_HISTORY,
     take_ascii},
    {"where", 0, "FILTER", NULL,
     "only lines that fit: fields of `spate parse`, = != < <= > >= ~ !~, and, or, not, parentheses, such "
     "as 'section = /api and status = 5xx'",
     "a filter", FOR_LOGS, take_where},
    {"config", 0, "FILE", NULL,
     "the configuration: options, alerts and whom to tell [$XDG_CONFIG_HOME/spate/spate.yaml or "
     "/etc/spate/spate.yaml]; history and alerts take its `state` alone",
     "the name of a file",
     FOR_LOGS | FOR_CHECK_CONFIG | FOR_NOTIFY_TEST | FOR_HISTORY | FOR_ALERTS | COMMAND_LINE_ONLY,
     take_config},
    {"try", 0, "ALERT", NULL,
     "what an alert such as 'above: 20/s, window: 5m' would have made of the log: how often it would "
     "have fired, and how long; the keys are those of `alerts` in the configuration; can be given "
     "several times, to compare",
     "at most 16 alerts such as 'metric: errors, above: 5%, at_least: 100'",
     FOR_REPORT | COMMAND_LINE_ONLY, take_try},
    {"help", 'h', NULL, NULL, "print this help", NULL, FOR_EVERY | COMMAND_LINE_ONLY, take_help},
    {"version", 'V', NULL, NULL, "print the version", NULL, FOR_EVERY | COMMAND_LINE_ONLY, take_version},
};
const size_t option_count = sizeof option_rows / sizeof *option_rows;

const char *option_accepts(const struct option_row *row, const struct command *c)
{
    if (row->take != take_from)
        return row->accepts;
    unsigned scope = command_scope(c);
    if (scope & FOR_WATCH)
        return "window, end, start, or a duration such as 10m";
    if (scope & (FOR_REPORT | FOR_PARSE))
        return "start, a time such as 2015-05-17T10:05:03Z, or a duration such as 10m";
    return row->accepts;
}
