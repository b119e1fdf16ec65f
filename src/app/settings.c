/* settings.c - reads the command line by the table of options, and the configuration below it. */
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/options.h"
#include "app/discover.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/safe.h"
#include "parse/filter.h"
#include "parse/parser.h"

unsigned command_scope(const struct command *c)
{
    return 1U << (c - commands);
}

static const struct command *command_named(const char *word)
{
    for (size_t i = 0; i < command_count; i++)
        if (!strcmp(word, commands[i].name))
            return &commands[i];
    return NULL;
}

static const struct option_row *row_named(struct text name)
{
    for (size_t i = 0; i < option_count; i++)
        if (text_same(name, text_of(option_rows[i].name)))
            return &option_rows[i];
    return NULL;
}

static const struct option_row *row_lettered(char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

/* One option as it was found: `shown` is how the user wrote it. */
struct found {
    const struct option_row *row;
    const char *shown;
    const char *value; /* NULL: none given */
};

static bool refuse_unknown(const struct settings *s, const char *shown, struct error *why)
{
    return error_set(why, "unknown option %s; `spate %s --help` lists them", safe_str(text_of(shown)),
                     s->command->name);
}

static bool take(struct settings *s, const struct found *f, struct error *why)
{
    const struct option_row *row = f->row;
    if (!(row->scope & command_scope(s->command)))
        return error_set(why, "%s is no option of `spate %s`; `spate %s --help` lists those",
                         safe_str(text_of(f->shown)), s->command->name, s->command->name);
    if (row->value && !f->value)
        return error_set(why, "%s needs a value: %s", safe_str(text_of(f->shown)),
                         option_accepts(row, s->command));
    if (!row->value && f->value)
        return error_set(why, "%s takes no value", safe_str(text_of(f->shown)));
    if (row->take(s, f->value)) {
        s->given |= UINT64_C(1) << (row - option_rows);
        return true;
    }
    return error_set(why, "%s: bad value `%s'; accepted: %s", safe_str(text_of(f->shown)),
                     safe_str(text_of(f->value)), option_accepts(row, s->command));
}

/* --name, --name=value, --name value. Moves *at over a value of its own word. */
static bool take_long(struct settings *s, char *const *argv, int argc, int *at, struct error *why)
{
    const char *word = argv[*at];
    struct text name = text_of(word + 2);
    size_t equals = text_find(name, '=', 0);
    struct found f = {row_named(text_cut(name, 0, equals)), word, NULL};
    if (!f.row)
        return refuse_unknown(s, word, why);
    char shown[64] = "--";
    strncat(shown, f.row->name, sizeof shown - 3);
    f.shown = shown;
    if (equals < name.len)
        f.value = word + 2 + equals + 1;
    else if (f.row->value && *at + 1 < argc)
        f.value = argv[++*at];
    return take(s, &f, why);
}

/* -x, -xVALUE, -x VALUE, and switches in one word. */
static bool take_letters(struct settings *s, char *const *argv, int argc, int *at, struct error *why)
{
    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        char shown[] = {'-', *letter, 0};
        struct found f = {row_lettered(*letter), shown, NULL};
        if (!f.row)
            return refuse_unknown(s, shown, why);
        bool rest = f.row->value && letter[1];
        if (rest)
            f.value = letter + 1;
        else if (f.row->value && *at + 1 < argc)
            f.value = argv[++*at];
        if (!take(s, &f, why))
            return false;
        if (f.row->value)
            return true;
    }
    return true;
}

static void settings_defaults(struct settings *s, int argc)
{
    *s = (struct settings){.command = &commands[0],
                           .paths = mem_new((size_t)argc + 1, sizeof *s->paths),
                           .update_ns = 10 * NS_PER_S,
                           .window_s = 120,
                           .threshold = 10,
                           .top = -1,
                           .only = DIMENSION_EVERY};
}

size_t settings_top(const struct settings *s, bool console)
{
    enum { ROWS_PRINTED = 10, ROWS_TO_SCROLL = 100 };
    if (s->top >= 0)
        return (size_t)s->top;
    return console ? ROWS_TO_SCROLL : ROWS_PRINTED;
}

static void add_file(struct settings *s, const char *path)
{
    s->paths[s->path_count++] = path;
    s->given |= UINT64_C(1) << (row_named(TEXT("path")) - option_rows);
}

static bool read_config(struct settings *s, struct error *why)
{
    struct config_problems problems;
    unsigned scope = command_scope(s->command);
    bool wanted = scope & (FOR_LOGS | FOR_CHECK_CONFIG | FOR_NOTIFY_TEST);
    bool seeks_state = scope & (FOR_HISTORY | FOR_ALERTS) && !s->state;
    if (s->help || s->version || !(wanted || seeks_state))
        return true;
    enum config_result got = config_read(&s->config, s, &problems, why);
    s->unreadable = got == CONFIG_UNREADABLE;
    if (got == CONFIG_WRONG) {
        *why = problems.first;
        s->problems = problems.text;
        problems.text = (struct buf){0};
    }
    problems_done(&problems);
    return got == CONFIG_READ;
}

/* The filter of the command line; that of the configuration is compiled with it. */
static bool compile_where(struct settings *s, struct error *why)
{
    struct error bad = {0};
    if (!s->where || s->filter)
        return true;
    s->filter = filter_new(text_of(s->where), &bad);
    return s->filter || error_at(why, bad.column, "--where, column %u: %s", bad.column, bad.text);
}

/* A log named to who reads none would be passed over in silence. */
static bool has_place_for_files(const struct settings *s, struct error *why)
{
    if (s->help || s->version || !s->path_count ||
        !(command_scope(s->command) & (FOR_FORMATS | FOR_CHECK_CONFIG)))
        return true;
    return error_set(why, "there is no place for `%s'; right would be: spate %s %s",
                     safe_str(text_of(s->paths[0])), s->command->name, s->command->usage);
}

bool settings_read(struct settings *s, int argc, char *const *argv, struct error *why)
{
    settings_defaults(s, argc);
    s->argc = argc;
    s->argv = argv;
    int at = 1;
    if (argc > 1 && command_named(argv[1])) {
        s->command = command_named(argv[1]);
        s->named = true;
        at = 2;
    }
    for (bool options = true; at < argc; at++) {
        const char *word = argv[at];
        bool ok = true;
        if (options && !strcmp(word, "--"))
            options = false;
        else if (options && word[0] == '-' && word[1] == '-')
            ok = take_long(s, argv, argc, &at, why);
        else if (options && word[0] == '-' && word[1])
            ok = take_letters(s, argv, argc, &at, why);
        else if (!*word)
            ok = error_set(why, "a FILE has an empty name");
        else
            add_file(s, word);
        if (!ok)
            return false;
    }
    return has_place_for_files(s, why) && read_config(s, why) && compile_where(s, why) &&
           (!s->config || config_tries(s->config, s, why));
}

void settings_find_logs(struct settings *s)
{
    static const char usual[] = "/var/log/access.log";
    if (s->path_count || !(command_scope(s->command) & FOR_LOGS))
        return;
    struct discovery *d = s->found = mem_new(1, sizeof *d);
    if (!discover_logs(d, "", s->formats, s->format_count) || !strcmp(d->paths[0], usual))
        return;
    s->paths = mem_grow(s->paths, d->count, sizeof *s->paths);
    for (size_t i = 0; i < d->count; i++)
        s->paths[s->path_count++] = d->paths[i];
    s->tell_found = true;
    struct text format = text_of(d->format);
    if (!d->format || s->format_count)
        return;
    /* A configuration that nobody asked for must not be able to stop anything. */
    struct formats *known = formats_new(&format, 1, NULL);
    if (known)
        s->formats[s->format_count++] = format;
    formats_free(known);
}

void settings_tell_logs(const struct settings *s, const struct formats *formats)
{
    struct text missing = formats_missing(formats);
    if (missing.len)
        note("format %.*s", (int)missing.len, missing.at);
    for (size_t i = 0; s->tell_found && i < s->found->count; i++)
        note("reading %s (%s)", safe_str(text_of(s->found->paths[i])), s->found->from);
}

void settings_done(struct settings *s)
{
    if (s->found)
        discovery_done(s->found);
    free(s->found);
    free(s->paths);
    filter_free(s->filter);
    config_free(s->config);
    buf_done(&s->problems);
    s->paths = NULL;
    s->filter = NULL;
    s->config = NULL;
}
