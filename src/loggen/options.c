#include "loggen/options.h"

#include "base/safe.h"
#include "base/time.h"
#include "loggen/site.h"
#include "loggen/visitors.h"

#define RATE_MAX  1e8
#define COUNT_MAX UINT64_C(1000000000000000)

/* ---- One function a kind of value; false: not accepted ---- */

static bool take_rate(struct options *o, struct text value)
{
    return text_to_double(value, &o->rate) && (o->rate == 0 || o->rate >= 1e-6) &&
           o->rate <= RATE_MAX;
}

static bool take_path(struct options *o, struct text value)
{
    o->path = value.at; /* a whole argument, or the end of one: a NUL follows */
    return value.len > 0;
}

static bool take_format(struct options *o, struct text value)
{
    o->format = format_find(value);
    return o->format != NULL;
}

static bool take_count(struct options *o, struct text value)
{
    return text_to_u64(value, &o->count) && o->count >= 1 && o->count <= COUNT_MAX;
}

static bool take_duration(struct options *o, struct text value)
{
    return duration_parse(value, &o->duration_ns);
}

static bool take_start(struct options *o, struct text value)
{
    const int64_t year_9999 = INT64_C(253402300799);
    o->start_given = true;
    return time_parse(value, &o->start, NULL) && o->start >= 0 && o->start <= year_9999;
}

static bool take_seed(struct options *o, struct text value)
{
    o->seed_given = true;
    return text_to_u64(value, &o->seed);
}

/* RATE@AT+LENGTH */
static bool take_surge(struct options *o, struct text value)
{
    size_t at = text_find(value, '@', 0), plus = text_find(value, '+', at);
    struct surge surge = {0};
    struct text when = text_cut(value, at + 1, plus);
    bool from_start = text_same(when, TEXT("0")) || text_same(when, TEXT("0s"));
    if (o->surge_count == SURGES_MAX || plus == value.len ||
        !text_to_double(text_cut(value, 0, at), &surge.rate) || surge.rate > RATE_MAX ||
        (!from_start && !duration_parse(when, &surge.at_ns)) ||
        !duration_parse(text_cut(value, plus + 1, value.len), &surge.length_ns) ||
        surge.at_ns > INT64_MAX / 4 || surge.length_ns > INT64_MAX / 4)
        return false;
    o->surges[o->surge_count++] = surge;
    return true;
}

/* rename@EVERY or copytruncate@EVERY */
static bool take_rotate(struct options *o, struct text value)
{
    size_t at = text_find(value, '@', 0);
    struct text how = text_cut(value, 0, at);
    if (text_same(how, TEXT("rename")))
        o->rotation = ROTATE_RENAME;
    else if (text_same(how, TEXT("copytruncate")))
        o->rotation = ROTATE_COPYTRUNCATE;
    else
        return false;
    return duration_parse(text_cut(value, at + 1, value.len), &o->rotate_ns) &&
           o->rotate_ns <= INT64_MAX / 4;
}

static bool take_odd(struct options *o, struct text value)
{
    bool percent = text_ends(value, TEXT("%"));
    if (!text_to_double(text_cut(value, 0, value.len - percent), &o->odd))
        return false;
    if (percent)
        o->odd /= 100;
    return o->odd <= 1;
}

static bool take_number(struct text value, uint32_t max, uint32_t *number)
{
    uint64_t wide;
    if (!text_to_u64(value, &wide) || wide < 1 || wide > max)
        return false;
    *number = (uint32_t)wide;
    return true;
}

static bool take_urls(struct options *o, struct text value)
{
    return take_number(value, SITE_URLS_MAX, &o->urls);
}

static bool take_sections(struct options *o, struct text value)
{
    return take_number(value, SITE_SECTIONS_MAX, &o->sections);
}

static bool take_visitors(struct options *o, struct text value)
{
    return take_number(value, VISITORS_MAX, &o->visitors);
}

static bool take_help(struct options *o, struct text value)
{
    (void)value;
    return o->help = true;
}

static bool take_version(struct options *o, struct text value)
{
    (void)value;
    return o->version = true;
}

/* ---- The table ---- */

static const struct row {
    char letter;
    const char *name, *value; /* value NULL: takes none */
    bool (*take)(struct options *, struct text);
    const char *accepts;
    const char *help; /* lines after the first are indented by the printer */
} rows[] = {
    {'\0', "rate", "N", take_rate, "a number of lines a second up to 100000000, or 0",
     "lines a second, fractions allowed (default 10); 0: as fast as\npossible, with event times as "
     "below"},
    {'p', "path", "FILE", take_path, "a file name, or - for standard output",
     "appended to, created if missing; -: standard output\n(default /var/log/access.log)"},
    {'F', "format", "FORMAT", take_format,
     "common, combined, vhost_combined, nginx, timed or caddy",
     "one of the formats below (default combined)"},
    {'\0', "count", "N", take_count, "a whole number, 1 or more", "end after so many lines"},
    {'\0', "duration", "D", take_duration, "a duration above 0 such as 500ms, 10s, 2m or 1h",
     "end after that time, such as 500ms, 10s, 2m, 1h"},
    {'\0', "start", "TIME", take_start,
     "a time of the years 1970 to 9999 such as 2026-11-20T14:00:00Z",
     "event time of the first line (default: now)"},
    {'\0', "seed", "N", take_seed, "a whole number, 0 to 18446744073709551615",
     "the same seed and options make the same lines\n(default: a random one, said on standard "
     "error)"},
    {'\0', "surge", "RATE@AT+LENGTH", take_surge,
     "RATE@AT+LENGTH such as 200@15s+10s, at most 64 times",
     "in that part of the run the rate is RATE, as in 200@15s+10s;\n0 is silence; may be given "
     "several times"},
    {'\0', "rotate", "HOW@EVERY", take_rotate,
     "rename@EVERY or copytruncate@EVERY, such as rename@10s",
     "put the file aside as FILE.1 (up to FILE.5) by rename or\ncopytruncate, as in rename@10s"},
    {'\0', "odd", "SHARE", take_odd, "a share such as 0.01 or 1%, up to 1",
     "share of odd lines: attacks, broken clients and a little\ngarbage, as in 0.01 or 1% (default "
     "0)"},
    {'\0', "urls", "N", take_urls, "a whole number from 1 to 10000000",
     "distinct URLs of the site (default 50000)"},
    {'\0', "sections", "N", take_sections, "a whole number from 1 to 100000",
     "sections that they lie in (default 300)"},
    {'\0', "visitors", "N", take_visitors, "a whole number from 1 to 10000000",
     "distinct client addresses (default 200000)"},
    {'h', "help", NULL, take_help, NULL, "print this and exit"},
    {'\0', "version", NULL, take_version, NULL, "print the version and exit"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- Reading ---- */

static const struct row *find_row(struct text name, bool is_long)
{
    for (size_t i = 0; i < ROWS; i++)
        if (is_long ? text_same(name, text_of(rows[i].name))
                    : name.len > 0 && rows[i].letter == name.at[0])
            return &rows[i];
    return NULL;
}

static bool unknown(struct text argument, struct error *why)
{
    bool option = argument.len > 1 && argument.at[0] == '-';
    return error_set(why, "%s %s: accepted are the options that --help lists%s",
                     option ? "unknown option" : "unexpected argument", safe_str(argument),
                     option ? "" : ", and no other argument");
}

/* Splits --name=VALUE, -pVALUE; the value's `at` is NULL where there is none. */
static const struct row *split(struct text argument, struct text *value)
{
    *value = text_make(NULL, 0);
    if (!text_starts(argument, TEXT("--"))) {
        if (argument.len < 2 || argument.at[0] != '-')
            return NULL;
        if (argument.len > 2)
            *value = text_cut(argument, 2, argument.len);
        return find_row(text_cut(argument, 1, 2), false);
    }
    size_t equals = text_find(argument, '=', 0);
    if (equals < argument.len)
        *value = text_cut(argument, equals + 1, argument.len);
    return find_row(text_cut(argument, 2, equals), true);
}

static void set_defaults(struct options *o)
{
    *o = (struct options){.path = "/var/log/access.log",
                          .format = format_at(0),
                          .rate = 10,
                          .urls = 50000,
                          .sections = 300,
                          .visitors = 200000};
}

/* What does not go together. */
static bool check(const struct options *o, struct error *why)
{
    if (o->help || o->version)
        return true;
    if (o->sections > o->urls)
        return error_set(why, "--sections %u: at most as many as --urls, which is %u", o->sections,
                         o->urls);
    if (o->rotation != ROTATE_NEVER && strcmp(o->path, "-") == 0)
        return error_set(why, "--rotate: standard output cannot be rotated, a file of --path can");
    if (o->surge_count > 0 && o->rate == 0 && o->count == 0)
        return error_set(why, "--surge: with --rate 0 it needs --count");
    if (o->rate == 0 && o->count > 0 && o->duration_ns > 0)
        return schedule_fit(
            &(struct schedule_plan){0, o->count, o->duration_ns, o->surges, o->surge_count}, why);
    return true;
}

bool options_read(struct options *o, int argc, char **argv, struct error *why)
{
    set_defaults(o);
    for (int i = 1; i < argc; i++) {
        struct text value, argument = text_of(argv[i]);
        const struct row *row = split(argument, &value);
        if (!row)
            return unknown(argument, why);
        if (!row->value && value.at)
            return error_set(why, "--%s: takes no value, but %s was given", row->name,
                             safe_str(value));
        if (row->value && !value.at) {
            if (++i == argc)
                return error_set(why, "--%s: the value is missing: accepted is %s", row->name,
                                 row->accepts);
            value = text_of(argv[i]);
        }
        if (!row->take(o, value))
            return error_set(why, "--%s %s: accepted is %s", row->name, safe_str(value),
                             row->accepts);
    }
    return check(o, why);
}

/* ---- Help ---- */

static void help_row(struct buf *out, const struct row *row)
{
    size_t start = out->len;
    buf_printf(out, row->letter ? "  -%c, " : "      ", row->letter);
    buf_printf(out, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
    struct text rest = text_of(row->help), line;
    size_t used = out->len - start;
    while (text_split(&rest, '\n', &line)) {
        buf_fill(out, ' ', used < 30 ? 30 - used : 2);
        buf_add(out, line);
        buf_byte(out, '\n');
        used = 0;
    }
}

void options_help(struct buf *out)
{
    buf_str(out, "Usage: spate-loggen [OPTION]...\n"
                 "Writes lines of a made-up access log, as a web server would.\n\n");
    for (size_t i = 0; i < ROWS; i++)
        help_row(out, &rows[i]);
    buf_str(out, "\nFormats:\n");
    for (size_t i = 0; format_at(i); i++)
        buf_printf(out, "  %-16s %s\n", format_at(i)->name, format_at(i)->summary);
    buf_str(out, "\nWith --rate 0 and --count the lines are spread over --duration (default: 10 a "
                 "second) and,\n"
                 "without --start, end now. With --rate 0 alone event times follow the clock.\n"
                 "On exit, also by Ctrl-C, it says on standard error how many lines it wrote.\n");
}
